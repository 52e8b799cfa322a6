"""Alarms held against the truth of a simulated day: which fault each one tells of, and how late.

fault in truth.json ---- kinds and scopes that tell of it ---- alarms
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from alerts.words import Kind
from floorwatch.alarms import Alarm
from ingest.events import Millis

TRUTH = "truth.json"
AFTER_MS = 2 * 60_000
"""An alarm this long after a fault's end may still tell of it."""

_FEED = (Kind.ADAPTER,)
_CUT = (Kind.COMPONENT, Kind.MASS_END, Kind.DROPPED)
TELLS: Mapping[str, tuple[Kind, ...]] = {
    "peak": (Kind.SURGE,),
    "drops": (Kind.DROPPED,),
    "trunk_down": _CUT,
    "outage": (*_CUT, Kind.ADAPTER, Kind.SILENCE, Kind.COLLAPSE, Kind.NO_ANSWER),
    "sign_out": (Kind.MASS_SIGN_OUT,),
    "stuck": (Kind.AGENT,),
    "silent": _FEED,
    "flapping": _FEED,
    "lost": _FEED,
}
"""Kinds of alarm that tell of each kind of fault. The others (doubled, late or swapped events, a
wrong clock, garbage) must change nothing and raise nothing."""
LEAST_PEAK = 1.5
"""Peaks below this are not asked for by the default rules; see docs/backtest.md."""


class Fault(Struct, frozen=True):
    """A fault as truth.json has it."""

    kind: str
    scope: str
    started_at: Millis
    ended_at: Millis | None = None
    size: float = 0.0
    hit: int = 0

    @property
    def asked_for(self) -> bool:
        """Whether the rules promise to tell of it."""
        if self.kind == "peak" and self.size < LEAST_PEAK:
            return False
        return self.kind in TELLS and self.hit > 0

    def explains(self, alarm: Alarm) -> bool:
        """Whether the alarm tells of this fault, in the right place."""
        if alarm.kind not in TELLS.get(self.kind, ()):
            return False
        until = float("inf") if self.ended_at is None else self.ended_at + AFTER_MS
        return self.started_at <= alarm.started_at <= until and self._is_place(alarm.scope)

    def _is_place(self, scope: str) -> bool:
        if self.kind in ("outage", "silent", "flapping", "lost"):
            return True
        what = self.scope.partition(":")[0]
        # A team or a house is no place that every alarm can name; its people and queues are.
        return what in ("", "team", "location") or scope == self.scope


class Truth(Struct, frozen=True):
    """What is read of truth.json."""

    faults: tuple[Fault, ...]


class TruthError(ValueError):
    """The file is no truth of a simulated day; the message says what is wrong with it."""


def load(path: Path) -> Truth:
    """Read a truth.json. Raises `TruthError`."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Truth)
    except (OSError, msgspec.MsgspecError) as error:
        raise TruthError(f"{path} is no truth.json of `floorwatch simulate`: {error}") from None


def beside(path: Path) -> Path | None:
    """The truth that lies beside a simulated day's file, if any."""
    file = path.parent / TRUTH
    return file if file.is_file() else None


class Verdict(Struct, frozen=True, kw_only=True):
    """How the alarms stand to the truth. A share is None where there is nothing to take it of."""

    faults: tuple[tuple[Fault, Alarm | None], ...]
    false: tuple[Alarm, ...]
    alarms: int

    @property
    def recall(self) -> float | None:
        asked = [found for fault, found in self.faults if fault.asked_for]
        return sum(found is not None for found in asked) / len(asked) if asked else None

    @property
    def precision(self) -> float | None:
        return 1 - len(self.false) / self.alarms if self.alarms else None

    def document(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "recall": self.recall,
            "precision": self.precision,
            "faults": [_told(fault, found) for fault, found in self.faults],
            "false": [[alarm.rule, alarm.scope, alarm.started_at] for alarm in self.false],
        }


def judged(alarms: Sequence[Alarm], faults: Iterable[Fault]) -> Verdict:
    """Hold the alarms against the faults."""
    faults = tuple(faults)
    return Verdict(
        faults=tuple((f, next((a for a in alarms if f.explains(a)), None)) for f in faults),
        false=tuple(a for a in alarms if not any(f.explains(a) for f in faults)),
        alarms=len(alarms),
    )


def _told(fault: Fault, found: Alarm | None) -> dict[str, Any]:
    return {
        "kind": fault.kind,
        "scope": fault.scope,
        "started_at": fault.started_at,
        "ended_at": fault.ended_at,
        "size": fault.size,
        "asked_for": fault.asked_for,
        "found_by": found.rule if found is not None else None,
        "found_scope": found.scope if found is not None else None,
        "delay_s": (found.started_at - fault.started_at) / 1_000 if found is not None else None,
    }
