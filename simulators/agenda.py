"""What is to happen in the simulation, in order of time."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import NamedTuple

from ingest.events import Data, Millis
from simulators.notes import Note

Action = Callable[[], object]


class Happening(NamedTuple):
    """Something that happened on the simulated floor, and when."""

    time: Millis
    data: Data | Note


class Agenda:
    """The simulated clock: moves from one planned action to the next, never back.

    It moves in whole multiples of `grain_ms` since 1970. Of actions planned for the same moment the
    one planned first comes first. Whatever the actions `tell` is collected until it is taken.
    """

    def __init__(self, start_at: Millis, grain_ms: Millis = 1) -> None:
        self.now = start_at
        self.told: list[Happening] = []
        self._grain_ms = grain_ms
        self._order = 0
        self._heap: list[tuple[Millis, int, Action]] = []

    @property
    def next_at(self) -> Millis:
        """When the next planned action is due."""
        return self._heap[0][0]

    def after(self, delay_ms: Millis, action: Action) -> None:
        """Plan an action about `delay_ms` from now: the nearest moment that there is."""
        grain = self._grain_ms
        self.at(self.now + (delay_ms + grain // 2) // grain * grain, action)

    def at(self, time: Millis, action: Action) -> None:
        """Plan an action at the first moment from `time` on; what lies in the past happens next."""
        grain = self._grain_ms
        self._order += 1
        heappush(self._heap, (max(-(-time // grain) * grain, self.now), self._order, action))

    def step(self) -> None:
        """Move to the next planned action and do it."""
        self.now, _, action = heappop(self._heap)
        action()

    def tell(self, data: Data | Note) -> None:
        """This happened now."""
        self.told.append(Happening(self.now, data))

    def take(self) -> list[Happening]:
        """All that was told since the last taking."""
        told, self.told = self.told, []
        return told
