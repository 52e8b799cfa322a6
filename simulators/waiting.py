"""Who waits in one queue, in the order in which they will be served."""

from collections.abc import Iterator
from itertools import chain

from simulators.visit import Visit


class WaitingLine:
    """The visits that wait in one queue: those called back first, then the others as they came."""

    def __init__(self) -> None:
        self._front: dict[str, Visit] = {}
        self._rest: dict[str, Visit] = {}

    def __len__(self) -> int:
        return len(self._front) + len(self._rest)

    def __iter__(self) -> Iterator[Visit]:
        return chain(self._front.values(), self._rest.values())

    def join(self, visit: Visit) -> int:
        """Add a visit; returns its position, from 1."""
        if visit.call.callback:
            self._front[visit.id] = visit
            return len(self._front)
        self._rest[visit.id] = visit
        return len(self)

    def leave(self, visit: Visit) -> None:
        """Take a visit out."""
        del (self._front if visit.call.callback else self._rest)[visit.id]

    def position(self, visit: Visit) -> int:
        """The place of a visit that waits, from 1."""
        for place, other in enumerate(self, 1):
            if other is visit:
                return place
        raise KeyError(visit.id)

    def head(self) -> Visit | None:
        """The first for whom no phone rings."""
        for visit in self:
            if visit.agent is None:
                return visit
        return None
