"""What a span of the daybook adds up to: the same bookkeeping as the stream's, over kept facts."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct

from ingest.events import Millis
from ingest.words import AgentStatus
from stream.daybook import PLACES
from stream.daybook_sqlite import Reading
from stream.facts import (
    ArrivalFact,
    BlockFact,
    Fact,
    HandleFact,
    RingFact,
    ScoreFact,
    SpanFact,
    WaitFact,
)
from stream.ledger import Bookkeeper, Ledger, cut
from stream.metrics import TERMS

_ACW = AgentStatus.ACW.value
Share = Mapping[str, int]
"""A count as sums that are added (1) or taken off (-1): `{"abandoned": 1, "abandoned_short": -1}`."""


class Narrowed(NamedTuple):
    """Facts of `start` <= at < `end`; of one of `queues`, if given; of an `agent`, if given."""

    start: Millis
    end: Millis
    queues: frozenset[str] | None = None
    agent: str = ""

    def has(self, fact: Fact) -> bool:
        if not self.start <= fact.at < self.end:
            return False
        if self.queues is not None and getattr(fact, "queue", "") not in self.queues:
            return False
        return not self.agent or getattr(fact, "agent", "") == self.agent


def ledger_of(
    reading: Reading, days: Sequence[Millis], start: Millis, end: Millis, *, people: bool = True
) -> Ledger:
    """The sums of what became final from `start` to before `end`; spans count for their part in it.

    Without `people` only those of queues, which is less work, and a small part of the memory.
    """
    calendar = reading.calendar
    books = Bookkeeper(Ledger(), calendar)
    for day in days:
        for sign, fact in reading.entries(day, PLACES):
            if not isinstance(fact, SpanFact):
                if start <= fact.at < end:
                    books.enter(fact, sign)
            elif people or fact.state == _ACW:
                for part in cut(fact, calendar):
                    # A span that touches several of these days is on the pages of each.
                    on = calendar.day(part.start_at)
                    if start <= part.start_at < end and (on == day or on not in days):
                        books.enter_span(part, sign)
    if not people:
        books.ledger.agents.clear()
    return books.ledger


class Told(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One call behind a figure. `at` is when it counted, `since` when its visit began.

    `end`: how it ended, or `waiting`, `talking`; `reason` of an overflow, a drop or a refusal.
    Times and durations in milliseconds; what is not known is None. Of a judgement, `end` is `survey` or
    `review`, `visit` names the call, and `score` says what was given: `[score, low, high]`.
    """

    at: Millis
    queue: str
    end: str
    visit: str = ""
    since: Millis | None = None
    caller: str = ""
    wait_ms: Millis | None = None
    talk_ms: Millis | None = None
    hold_ms: Millis | None = None
    agent: str = ""
    reason: str = ""
    score: tuple[int, int, int] | None = None


_COUNTS = {
    term.__name__: (kind, term)
    for kind, groups in TERMS.items()
    for _, terms in groups
    for term in terms
    if kind is not SpanFact and not any(unit in term.__name__ for unit in ("_ms", "_points"))
}
COUNTED: frozenset[str] = frozenset(_COUNTS)
"""The sums that count calls: those that can be told one by one."""


def counting(
    reading: Reading, days: Sequence[Millis], share: Share, narrowed: Narrowed
) -> list[Fact]:
    """The facts that a count is made of, each counting 1. All its sums are of one kind of fact."""
    kinds = {_COUNTS[name][0] for name in share}
    assert len(kinds) == 1
    terms = [(_COUNTS[name][1], sign) for name, sign in share.items()]

    def counts(fact: Fact) -> bool:
        return narrowed.has(fact) and sum(sign * int(term(fact)) for term, sign in terms) > 0

    return reading.facts(days, kinds, counts)


class Visited:
    """What some days say of these visits, by key: their waits, talks and callers."""

    def __init__(self, reading: Reading, days: Sequence[Millis], visits: Collection[str]) -> None:
        self.waits: dict[str, WaitFact] = {}
        self.handles: dict[str, HandleFact] = {}
        self.arrived: dict[str, Millis] = {}
        self.callers = reading.callers(days, visits)
        kinds: set[type[ArrivalFact | WaitFact | HandleFact]] = {ArrivalFact, WaitFact, HandleFact}
        for fact in reading.facts(days, kinds, lambda fact: fact.visit in visits):
            if isinstance(fact, ArrivalFact):
                self.arrived[fact.visit] = fact.at
            elif isinstance(fact, WaitFact):
                self.waits[fact.visit] = fact
            else:
                self.handles[fact.visit] = fact

    def told(self, fact: Fact) -> Told:
        """The call that a fact speaks of."""
        if isinstance(fact, BlockFact):
            return Told(at=fact.at, queue=fact.queue, end="blocked", reason=fact.reason)
        if isinstance(fact, ScoreFact):
            return Told(
                at=fact.at,
                queue=fact.queue,
                end="survey" if fact.survey else "review",
                visit=fact.call,
                agent=fact.agent,
                score=(fact.score, fact.low, fact.high),
            )
        assert not isinstance(fact, SpanFact)
        wait, handle = self.waits.get(fact.visit), self.handles.get(fact.visit)
        end, reason = _ended(wait, handle)
        agent = (handle.agent if handle else "") or (wait.agent if wait else "")
        since = self.arrived.get(fact.visit)
        if since is None and wait is not None:
            since = wait.at - wait.wait_ms
        if isinstance(fact, RingFact):
            # Of a ring, it is told whom it rang, and why he did not take it.
            agent, reason, end = fact.agent, fact.result, "ring"
        return Told(
            at=fact.at,
            queue=fact.queue,
            end=end,
            visit=fact.visit,
            since=since,
            caller=self.callers.get(fact.visit, ""),
            wait_ms=wait.wait_ms if wait is not None else None,
            talk_ms=handle.talk_ms if handle is not None else None,
            hold_ms=handle.hold_ms if handle is not None else None,
            agent=agent,
            reason=reason,
        )


def _ended(wait: WaitFact | None, handle: HandleFact | None) -> tuple[str, str]:
    if handle is not None:
        if handle.transferred:
            return "transferred", ""
        return ("dropped_talking", handle.reason) if handle.dropped else ("completed", "")
    if wait is None:
        return "waiting", ""
    if wait.answered:
        return "talking", ""
    if wait.abandoned:
        return "abandoned", "short" if wait.wait_ms < wait.short_ms else ""
    return ("overflowed" if wait.overflowed else "dropped_waiting"), wait.reason
