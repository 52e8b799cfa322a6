"""Publications in flight: sent, and not yet acknowledged by the broker."""

from collections import deque

LAST_ID = 65_535


class InFlight:
    """Gives packet ids to publications, and says how far they are acknowledged without a hole.

    A *mark* is the sender's own name for a publication: numbers that never fall. None is for one
    that nobody waits for.
    """

    def __init__(self) -> None:
        self._marks: dict[int, int | None] = {}
        self._order: deque[int] = deque()
        self._done: set[int] = set()
        self._next_id = 1

    def __len__(self) -> int:
        return len(self._marks)

    def new_id(self) -> int:
        """A packet id that no publication in flight has."""
        if len(self._marks) >= LAST_ID:
            raise ValueError("all packet ids are in use: publish no more than there is room for")
        while True:
            packet_id = self._next_id
            self._next_id = packet_id + 1 if packet_id < LAST_ID else 1
            if packet_id not in self._marks:
                return packet_id

    def add(self, mark: int | None) -> int:
        """The packet id under which to send this publication."""
        packet_id = self.new_id()
        self._marks[packet_id] = mark
        self._order.append(packet_id)
        return packet_id

    def __contains__(self, packet_id: int) -> bool:
        return packet_id in self._marks and packet_id not in self._done

    def marked(self, packet_id: int) -> bool:
        """Whether somebody waits for this publication."""
        return self._marks.get(packet_id) is not None

    def acknowledged(self, packet_id: int) -> int | None:
        """Take one acknowledgement. Returns the mark up to which all is now done, if that moved."""
        self._done.add(packet_id)
        moved = None
        while self._order and self._order[0] in self._done:
            first = self._order.popleft()
            self._done.remove(first)
            mark = self._marks.pop(first)
            moved = moved if mark is None else mark
        return moved
