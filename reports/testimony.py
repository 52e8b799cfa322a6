"""What a witness says of one business day: the facts that stand, each in its interval.

The witnesses are what was on the wall, the daybook, the archive, the journal read anew, and the PBX's
own log. Spans are cut at interval ends, so that all that is here lies within the day.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from ingest.events import Millis
from stream.daybook import Entry
from stream.facts import Fact, SpanFact
from stream.intervals import Calendar
from stream.ledger import Bookkeeper, Ledger, add_up, cut
from stream.metrics import Sums


@dataclass(frozen=True, slots=True)
class Testimony:
    """Facts by how often they stand: 1, or 0 and less where something was taken back in vain."""

    name: str
    calendar: Calendar
    day: Millis
    facts: Counter[Fact] = field(default_factory=Counter)

    @property
    def end(self) -> Millis:
        """When the day was over."""
        return self.calendar.next_day(self.day)

    def take(self, entries: Iterable[Entry]) -> None:
        """Enter what was stated (1) or taken back (-1), as far as it lies in the day."""
        for sign, fact in entries:
            for part in _parts(fact, self.calendar):
                if self.day <= _begins(part) < self.end:
                    self.facts[part] += sign
                    if not self.facts[part]:
                        del self.facts[part]

    def sums(self) -> dict[str, Sums]:
        """The sums of each queue over the day, by the bookkeeping that the stream has."""
        books = Bookkeeper(Ledger(), self.calendar)
        for fact, times in self.facts.items():
            for _ in range(abs(times)):
                books.enter(fact, 1 if times > 0 else -1)
        return {
            name: add_up(account.cells.values()) for name, account in books.ledger.queues.items()
        }


def _parts(fact: Fact, calendar: Calendar) -> Iterable[Fact]:
    return cut(fact, calendar) if isinstance(fact, SpanFact) else (fact,)


def _begins(fact: Fact) -> Millis:
    return fact.start_at if isinstance(fact, SpanFact) else fact.at
