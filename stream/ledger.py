"""The sums: facts are entered and taken back, per queue or agent and interval."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from ingest.events import Millis
from ingest.words import AgentStatus
from stream.facts import Fact, ScoreFact, SpanFact
from stream.intervals import Calendar
from stream.metrics import AGENT_NAMES, AGENT_TERMS, NAMES, TERMS, Groups, Sums

Cell = list[int]
"""One number per name: of `metrics.NAMES` for a queue, of `metrics.AGENT_NAMES` for an agent."""

_Placed = tuple[tuple[str, tuple[tuple[int, Callable[[Any], int]], ...]], ...]


def _placed(terms: Mapping[type, Groups], names: Sequence[str]) -> dict[type, _Placed]:
    """The terms with the places of their sums in a cell."""
    return {
        kind: tuple(
            (guard, tuple((names.index(term.__name__), term) for term in group))
            for guard, group in groups
        )
        for kind, groups in terms.items()
    }


_QUEUE_TERMS = _placed(TERMS, NAMES)
_AGENT_TERMS = _placed(AGENT_TERMS, AGENT_NAMES)
_ACW = AgentStatus.ACW.value


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
        self.dirty_agents: set[str] = set()
        self._calendar = calendar
        self._start = self._end = self._day = 0
        # The cells of the interval at hand, so that a fact finds its own in one look.
        self._queue_cells: dict[str, Cell] = {}
        self._agent_cells: dict[str, Cell] = {}
        self._agent_spans: dict[str, dict[str, int]] = {}

    def enter(self, fact: Fact, sign: int = 1) -> None:
        """State a fact (sign 1) or take it back (sign -1)."""
        kind = type(fact)
        if kind is SpanFact:
            self.enter_span(fact, sign)  # type: ignore[arg-type]  # said by the line above
            return
        if self.log is not None:
            self.log.append((sign, fact))
        if not self._start <= fact.at < self._end:
            self._turn_to(fact.at)
        cell = self._queue_cells.get(fact.queue)
        if cell is None and (fact.queue or kind is not ScoreFact):
            cell = self._open(self.ledger.queues, self._queue_cells, fact.queue, len(NAMES))
        if cell is not None:
            _add(cell, _QUEUE_TERMS[kind], fact, sign)
        agent = getattr(fact, "agent", "")
        if agent:
            self._enter_agent(agent, fact, sign)

    def enter_span(self, span: SpanFact, sign: int = 1) -> None:
        """State or take back a span, cut at the interval ends: each has the time spent in it."""
        if self.log is not None:
            self.log.append((sign, span))
        if not self._start <= span.start_at < self._end:
            self._turn_to(span.start_at)
        # Nearly every span lies within the interval at hand.
        parts = (span,) if span.at <= self._end else cut(span, self._calendar)
        for part in parts:
            if not self._start <= part.start_at < self._end:
                self._turn_to(part.start_at)
            spans = self._agent_spans.get(part.agent)
            if spans is None:
                spans = self._open_spans(part.agent)
            key = f"{part.state}:{part.reason}" if part.reason else part.state
            spans[key] = spans.get(key, 0) + sign * (part.at - part.start_at)
            self.dirty_agents.add(part.agent)
            if part.state == _ACW:
                self._enter_work(part, sign)

    def _open_spans(self, agent: str) -> dict[str, int]:
        account = self.ledger.agents.get(agent)
        if account is None:
            account = self.ledger.agents[agent] = Account()
        spans = self._agent_spans[agent] = account.spans.setdefault(self._day, {})
        return spans

    def _enter_work(self, part: SpanFact, sign: int) -> None:
        """After-call work counts for the queue and for the agent."""
        if part.queue:
            cell = self._queue_cells.get(part.queue)
            if cell is None:
                cell = self._open(self.ledger.queues, self._queue_cells, part.queue, len(NAMES))
            _add(cell, _QUEUE_TERMS[SpanFact], part, sign)
        self._enter_agent(part.agent, part, sign)

    def _enter_agent(self, agent: str, fact: Fact, sign: int) -> None:
        self.dirty_agents.add(agent)
        cell = self._agent_cells.get(agent)
        if cell is None:
            cell = self._open(self.ledger.agents, self._agent_cells, agent, len(AGENT_NAMES))
        _add(cell, _AGENT_TERMS[type(fact)], fact, sign)

    def _turn_to(self, at: Millis) -> None:
        self._start = self._calendar.interval(at)
        self._end = self._calendar.interval_end(self._start)
        self._day = self._calendar.day(at)
        self._queue_cells.clear()
        self._agent_cells.clear()
        self._agent_spans.clear()

    def _open(
        self, accounts: dict[str, Account], at_hand: dict[str, Cell], name: str, size: int
    ) -> Cell:
        """The account's cell of the interval at hand."""
        account = accounts.get(name)
        if account is None:
            account = accounts[name] = Account()
        interval = self._start
        cell = account.cells.get(interval)
        if cell is None:
            cell = account.cells[interval] = [0] * size
        if interval < account.newest:
            # Not kept at hand: each correction of the past must be counted.
            account.corrected += 1
            return cell
        account.newest = interval
        at_hand[name] = cell
        return cell

    def forget_before(self, day: Millis) -> None:
        """Drop the sums of business days that began before `day`."""
        for accounts in (self.ledger.queues, self.ledger.agents):
            for account in accounts.values():
                for old in [at for at in account.cells if at < day]:
                    del account.cells[old]
                for old in [at for at in account.spans if at < day]:
                    del account.spans[old]
        self._start = self._end = 0


def _add(cell: Cell, groups: _Placed, fact: Fact, sign: int) -> None:
    """Add a fact's share to each sum it has one in."""
    for guard, terms in groups:
        if not guard or getattr(fact, guard):
            for i, term in terms:
                value = term(fact)
                if value:
                    cell[i] += sign * value


def cut(span: SpanFact, calendar: Calendar) -> Iterator[SpanFact]:
    """The parts of a span, one per interval that it touches."""
    start = span.start_at
    while start < span.at:
        end = min(span.at, calendar.interval_end(calendar.interval(start)))
        yield SpanFact(end, start, span.agent, span.queue, span.state, span.reason)
        start = end


def add_up(cells: Iterable[Cell], names: Sequence[str] = NAMES) -> Sums:
    """The sums of several cells together, by name."""
    total = [0] * len(names)
    for cell in cells:
        for i, value in enumerate(cell):
            total[i] += value
    return dict(zip(names, total, strict=True))
