"""What is to happen in the simulation, in order of time."""

from collections.abc import Callable
from heapq import heappop, heappush
from typing import NamedTuple

from ingest.events import Data, Millis

Action = Callable[[], None]


class Happening(NamedTuple):
    """Something that happened on the simulated floor, and when."""

    time: Millis
    data: Data


class Agenda:
    """The simulated clock: moves from one planned action to the next, never back.

    Of actions planned for the same millisecond the one planned first comes first. Whatever the
    actions `tell` is collected until it is taken.
    """

    def __init__(self, start_at: Millis) -> None:
        self.now = start_at
        self.told: list[Happening] = []
        self._order = 0
        self._heap: list[tuple[Millis, int, Action]] = []

    @property
    def next_at(self) -> Millis:
        """When the next planned action is due."""
        return self._heap[0][0]

    def after(self, delay_ms: Millis, action: Action) -> None:
        """Plan an action `delay_ms` from now."""
        self.at(self.now + delay_ms, action)

    def at(self, time: Millis, action: Action) -> None:
        """Plan an action; what lies in the past happens next."""
        self._order += 1
        heappush(self._heap, (max(time, self.now), self._order, action))

    def step(self) -> None:
        """Move to the next planned action and do it."""
        self.now, _, action = heappop(self._heap)
        action()

    def tell(self, data: Data) -> None:
        """This happened now."""
        self.told.append(Happening(self.now, data))

    def take(self) -> list[Happening]:
        """All that was told since the last taking."""
        told, self.told = self.told, []
        return told
