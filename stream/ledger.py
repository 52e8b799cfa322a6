"""The sums: facts are entered and taken back, per queue or agent and interval."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from msgspec import Struct

from ingest.events import AgentStatus, Millis
from stream.facts import Fact, SpanFact
from stream.intervals import Calendar
from stream.metrics import NAMES, TERMS, Sums

Cell = list[int]
"""One number per name of `metrics.NAMES`."""

_Placed = list[tuple[int, Callable[[Any], int]]]
_TERMS: dict[type, list[tuple[str, _Placed]]] = {}
for _kind, _groups in TERMS.items():
    _TERMS[_kind] = [
        (guard, [(NAMES.index(term.__name__), term) for term in terms]) for guard, terms in _groups
    ]
_ACW = AgentStatus.ACW.value
_SIZE = len(NAMES)


class Account(Struct):
    """The sums of one queue or one agent, in `cells` by interval start.

    `spans` holds an agent's closed time in state: day start -> "state" or "state:reason" -> ms.
    `newest` is the latest interval entered, `corrected` how often an older one was entered since.
    """

    cells: dict[int, Cell] = {}
    newest: int = 0
    corrected: int = 0
    spans: dict[int, dict[str, int]] = {}


class Ledger(Struct):
    """All sums of a site. What is entered twice with opposite signs was never there."""

    queues: dict[str, Account] = {}
    agents: dict[str, Account] = {}


class Bookkeeper:
    """Enters facts into a ledger. With `log`, every entry is also written down as (sign, fact)."""

    def __init__(
        self, ledger: Ledger, calendar: Calendar, log: list[tuple[int, Fact]] | None = None
    ) -> None:
        self.ledger = ledger
        self.log = log
        self._calendar = calendar
        self._start = self._end = self._day = 0

    def enter(self, fact: Fact, sign: int = 1) -> None:
        """State a fact (sign 1) or take it back (sign -1)."""
        if type(fact) is SpanFact:
            self.enter_span(fact, sign)
            return
        if self.log is not None:
            self.log.append((sign, fact))
        if not self._start <= fact.at < self._end:
            self._turn_to(fact.at)
        shares = _shares(fact)
        self._add(self.ledger.queues, fact.queue, shares, sign)
        agent = getattr(fact, "agent", "")
        if agent:
            self._add(self.ledger.agents, agent, shares, sign)

    def enter_span(self, fact: SpanFact, sign: int = 1) -> None:
        """State or take back a span, cut at the interval ends: each has the time spent in it."""
        if self.log is not None:
            self.log.append((sign, fact))
        account = self.ledger.agents.get(fact.agent)
        if account is None:
            account = self.ledger.agents[fact.agent] = Account()
        key = f"{fact.state}:{fact.reason}" if fact.reason else fact.state
        start, until = fact.start_at, fact.at
        if not self._start <= start < self._end:
            self._turn_to(start)
        # Nearly every span lies within the interval that is open anyway.
        parts = (fact,) if until <= self._end else cut(fact, self._calendar)
        for part in parts:
            if not self._start <= part.start_at < self._end:
                self._turn_to(part.start_at)
            spans = account.spans.get(self._day)
            if spans is None:
                spans = account.spans[self._day] = {}
            spans[key] = spans.get(key, 0) + sign * (part.at - part.start_at)
            if part.state == _ACW:
                shares = _shares(part)
                if part.queue:
                    self._add(self.ledger.queues, part.queue, shares, sign)
                self._add(self.ledger.agents, part.agent, shares, sign)

    def _turn_to(self, at: Millis) -> None:
        self._start = self._calendar.interval(at)
        self._end = self._calendar.interval_end(self._start)
        self._day = self._calendar.day(at)

    def _add(
        self, accounts: dict[str, Account], name: str, shares: list[tuple[int, int]], sign: int
    ) -> None:
        account = accounts.get(name)
        if account is None:
            account = accounts[name] = Account()
        interval = self._start
        cell = account.cells.get(interval)
        if cell is None:
            cell = account.cells[interval] = [0] * _SIZE
        if interval > account.newest:
            account.newest = interval
        elif interval < account.newest:
            account.corrected += 1
        for i, value in shares:
            cell[i] += sign * value

    def forget_before(self, day: Millis) -> None:
        """Drop the sums of business days that began before `day`."""
        for accounts in (self.ledger.queues, self.ledger.agents):
            for account in accounts.values():
                for old in [at for at in account.cells if at < day]:
                    del account.cells[old]
                for old in [at for at in account.spans if at < day]:
                    del account.spans[old]


def cut(span: SpanFact, calendar: Calendar) -> Iterator[SpanFact]:
    """The parts of a span, one per interval that it touches."""
    start = span.start_at
    while start < span.at:
        end = min(span.at, calendar.interval_end(calendar.interval(start)))
        yield SpanFact(end, start, span.agent, span.queue, span.state, span.reason)
        start = end


def add_up(cells: Iterable[Cell]) -> Sums:
    """The sums of several cells together, by name."""
    total = [0] * _SIZE
    for cell in cells:
        for i, value in enumerate(cell):
            total[i] += value
    return dict(zip(NAMES, total, strict=True))


def _shares(fact: Fact) -> list[tuple[int, int]]:
    """What a fact adds to which sums."""
    return [
        (i, value)
        for guard, terms in _TERMS[type(fact)]
        if not guard or getattr(fact, guard)
        for i, term in terms
        if (value := term(fact))
    ]
