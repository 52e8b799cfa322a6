"""The running business day: each queue's sums and course, and the whole site's, kept up to date.

Only the newest interval of a queue moves as a rule; the older ones are added up once and again only
when a late fact touched them.
"""

from operator import add, sub

from ingest.events import Millis
from stream.ledger import Account, Cell, Ledger
from stream.metrics import NAMES, Sums

COURSE = ("offered", "answered", "abandoned")
"""The sums whose course over the day is shown."""
_COURSE = tuple(NAMES.index(name) for name in COURSE)
_ZERO = [0] * len(NAMES)

Course = dict[str, dict[str, int]]
"""A sum's name -> number of the interval in the day (as text) -> its value; zeros are left out."""


class Total:
    """The sums and the course of some queues together; None is all of them."""

    def __init__(self, queues: frozenset[str] | None = None) -> None:
        self._queues = queues
        self.clear()

    def clear(self) -> None:
        self._cell: Cell = list(_ZERO)
        self._course: Course = {name: {} for name in COURSE}

    def has(self, queue: str) -> bool:
        return self._queues is None or queue in self._queues

    def add(self, sums: Cell) -> None:
        """Enter sums, or a change of them."""
        self._cell = list(map(add, self._cell, sums))

    def shift(self, name: str, number: str, change: int) -> None:
        """Enter a change of one interval of the course."""
        course = self._course[name]
        _set(course, number, course.get(number, 0) + change)

    @property
    def sums(self) -> Sums:
        return dict(zip(NAMES, self._cell, strict=True))

    @property
    def course(self) -> Course:
        return {name: dict(course) for name, course in self._course.items()}


class Today:
    """Sums and courses of the business day that began at `day`."""

    def __init__(self, ledger: Ledger, interval_ms: Millis) -> None:
        self.whole = Total()
        self._totals = [self.whole]
        self._ledger = ledger
        self._interval_ms = interval_ms
        self.begin(0)

    def begin(self, day: Millis) -> None:
        """Start a new business day: every queue must be refreshed."""
        self.day = day
        self._older: dict[str, tuple[tuple[Millis, int], Cell]] = {}
        self._sums: dict[str, Cell] = {}
        self._courses: dict[str, Course] = {}
        for total in self._totals:
            total.clear()

    def refresh(self, queue: str) -> None:
        """Take over what was entered for a queue since the last time."""
        account = self._ledger.queues.get(queue)
        before = self._sums.get(queue, _ZERO)
        sums = self._add_up(queue, account) if account is not None else list(_ZERO)
        self._sums[queue] = sums
        if sums != before:
            change = list(map(sub, sums, before))
            for total in self._totals:
                if total.has(queue):
                    total.add(change)

    def gather(self, queues: frozenset[str] | None) -> Total:
        """Keep a total of these queues too, until it is dropped."""
        total = Total(queues)
        for queue, sums in self._sums.items():
            if total.has(queue):
                total.add(sums)
                for name, values in self.course(queue).items():
                    for number, value in values.items():
                        total.shift(name, number, value)
        self._totals.append(total)
        return total

    def drop(self, total: Total) -> None:
        """Keep this total no more."""
        self._totals.remove(total)

    def sums(self, queue: str) -> Sums:
        return dict(zip(NAMES, self._sums.get(queue, _ZERO), strict=True))

    def course(self, queue: str) -> Course:
        return self._courses.get(queue, {name: {} for name in COURSE})

    def used(self) -> list[str]:
        """The queues that had a call today."""
        offered = NAMES.index("offered")
        return [queue for queue, sums in self._sums.items() if sums[offered]]

    def _add_up(self, queue: str, account: Account) -> Cell:
        newest, key = account.newest, (account.newest, account.corrected)
        kept = self._older.get(queue)
        if kept is None or kept[0] != key:
            older = list(_ZERO)
            for at, cell in account.cells.items():
                if self.day <= at < newest:
                    older = list(map(add, older, cell))
                    self._chart(queue, at, cell)
            kept = self._older[queue] = (key, older)
        if newest < self.day:
            return list(kept[1])
        self._chart(queue, newest, account.cells[newest])
        return list(map(add, kept[1], account.cells[newest]))

    def _chart(self, queue: str, at: Millis, cell: Cell) -> None:
        """Put one interval into the queue's course, and the difference into the site's."""
        course = self._courses.setdefault(queue, {name: {} for name in COURSE})
        number = str((at - self.day) // self._interval_ms)
        for name, index in zip(COURSE, _COURSE, strict=True):
            was, value = course[name].get(number, 0), cell[index]
            if value != was:
                _set(course[name], number, value)
                for total in self._totals:
                    if total.has(queue):
                        total.shift(name, number, value - was)


def _set(course: dict[str, int], number: str, value: int) -> None:
    if value:
        course[number] = value
    else:
        course.pop(number, None)
