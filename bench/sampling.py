"""Where a process spends its time: its main thread's stack, looked at once per millisecond used.

A look happens between two steps of Python, so the time of a C function counts for its caller's line.
"""

import signal
from collections import Counter
from pathlib import Path
from types import FrameType

EVERY_S = 0.001
_ROOT = Path(__file__).parents[1]


class Sampling:
    """Takes samples while it is entered. `own` counts innermost functions, `within` all on the stack."""

    def __init__(self) -> None:
        self.count = 0
        self.own: Counter[str] = Counter()
        self.within: Counter[str] = Counter()

    def start(self) -> None:
        """Begin anew."""
        self.count = 0
        self.own.clear()
        self.within.clear()
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY_S, EVERY_S)

    def stop(self) -> dict[str, object]:
        """End, and say what was seen: shares of all samples."""
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, signal.SIG_IGN)
        return {
            "samples": self.count,
            "own": self._shares(self.own),
            "within": self._shares(self.within),
        }

    def _look(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        seen: set[str] = set()
        while frame is not None:
            name = _name(frame)
            if not seen:
                self.own[name] += 1
            seen.add(name)
            frame = frame.f_back
        self.within.update(seen)

    def _shares(self, counts: Counter[str]) -> dict[str, float]:
        return {name: round(n / max(1, self.count), 3) for name, n in counts.most_common(40)}


def _name(frame: FrameType) -> str:
    code = frame.f_code
    path = Path(code.co_filename)
    place = path.relative_to(_ROOT).as_posix() if path.is_relative_to(_ROOT) else path.name
    return f"{place}:{code.co_qualname}"
