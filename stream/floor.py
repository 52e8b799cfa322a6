"""The floor: the pure core. Events in; the state of every queue, call and agent, and its sums.

`apply` is all that changes anything, and it depends on nothing but the events given so far. It
never raises for what an event says: what cannot be true is counted and shown, and the rest goes on.
"""

from collections.abc import Callable

import msgspec
from msgspec import Struct

from ingest.events import (
    Abandoned,
    Adapter,
    AgentMembership,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Component,
    Dropped,
    Event,
    Gap,
    Heartbeat,
    Held,
    Millis,
    Overflowed,
    QualityScored,
    Queued,
    Retrieved,
    RingEnded,
    Ringing,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
    SurveyScored,
    Transferred,
)
from ingest.words import Origin
from stream import facts
from stream.agents import Agents, AgentsState
from stream.backfill import Backfill
from stream.facts import Fact
from stream.feeds import Feed, Feeds
from stream.intervals import Calendar
from stream.latest import Latest
from stream.ledger import Bookkeeper, Ledger
from stream.metrics import AGENT_NAMES, NAMES, TERMS
from stream.scores import Scores
from stream.sequence import Sequences
from stream.sites import Site
from stream.snapshots import Bracket, Snapshots
from stream.source_clock import by_our_clock, moved, set_back
from stream.visits import Visits, VisitsState

HORIZON_MS = 2 * 3_600_000
"""How long after its end a visit can still be corrected here."""
LATENESS_MS = 5_000
"""An event this much older than its source's newest is late: it still counts, and is counted."""
SWEEP_MS = 60_000
_LIVE, _BACKFILL = Origin.LIVE, Origin.BACKFILL
KEPT_DAYS = 2


DEFINITION = " ".join((str(facts.DEFINITION), *NAMES, *AGENT_NAMES))
"""What the sums of a state mean: the version of the definitions, and the names in their order."""
_SCORED = sum(len(terms) for _, terms in TERMS[facts.ScoreFact])
UNSCORED = " ".join((str(facts.DEFINITION), *NAMES[:-_SCORED], *AGENT_NAMES[:-_SCORED]))
"""The same, as it was before scores were summed, after all other sums."""


class Part(Struct):
    """One component of the telephone system, as it was last told."""

    kind: str
    name: str
    status: str
    cause: str = ""
    since: Millis = 0


class Counters(Struct):
    """What became of the events. `lost` is shown by the feeds."""

    taken: int = 0
    repeated: int = 0
    late: int = 0
    out_of_step: int = 0


class FloorState(Struct):
    """Everything that a checkpoint keeps. Two floors with equal states are equal."""

    sequences: Sequences = msgspec.field(default_factory=Sequences)
    visits: VisitsState = msgspec.field(default_factory=VisitsState)
    agents: AgentsState = msgspec.field(default_factory=AgentsState)
    ledger: Ledger = msgspec.field(default_factory=Ledger)
    feeds: dict[str, Feed] = {}
    brackets: dict[str, Bracket] = {}
    parts: dict[str, Part] = {}
    queue_feeds: dict[str, str] = {}
    latest: Latest = msgspec.field(default_factory=Latest)
    counters: Counters = msgspec.field(default_factory=Counters)
    parked: list[bytes] = []
    definition: str = DEFINITION
    now: Millis = 0
    swept_at: Millis = 0


class Floor:
    """One site's floor. `keep_days` business days of sums stay in memory; None keeps them all."""

    def __init__(
        self,
        site: Site,
        state: FloorState | None = None,
        *,
        keep_days: int | None = KEPT_DAYS,
        log: list[tuple[int, Fact]] | None = None,
    ) -> None:
        self.site = site
        self.state = state if state is not None else FloorState()
        self.calendar = Calendar(site.time_zone, site.day_start_min, site.interval_ms)
        self.books = Bookkeeper(self.state.ledger, self.calendar, log)
        self.visits = Visits(site, self.books, self.state.visits, HORIZON_MS)
        self.agents = Agents(site, self.books, self.state.agents, HORIZON_MS)
        self.feeds = Feeds(self.state.feeds, site.stale_ms)
        self.scores = Scores(self.state.sequences, self.books, self.visits)
        self.snapshots = Snapshots(self.state.brackets, self.state.feeds, self.visits, self.agents)
        self.backfill = Backfill(self.state.parked, self.feeds, self._filled)
        self.dirty_parts: set[str] = set()
        self._keep_days = keep_days
        self._handlers: dict[type, Callable[[Event], None]] = {
            **dict.fromkeys(_OF_VISITS, self._visit),
            Blocked: self.visits.block,
            AgentState: self.agents.take,
            AgentMembership: self._join,
            SnapshotBegin: self.snapshots.begin,
            SnapshotVisit: self.snapshots.visit,
            SnapshotAgent: self.snapshots.agent,
            SnapshotMember: self._member,
            SnapshotEnd: self.snapshots.end,
            **dict.fromkeys(_SCORES, self.scores.take),
            Component: self._component,
        }

    def apply(self, event: Event) -> bool:
        """Take one event; False if it was seen before."""
        state = self.state
        if not state.sequences.admit(event):
            state.counters.repeated += 1
            return False
        state.counters.taken += 1
        feed = self.feeds.hear(event)
        if feed.off_ms:
            event = self._by_our_clock(event, feed)
        if event.origin is _BACKFILL and type(event.data) not in _TOLD_AT_ONCE:
            self._park(event, feed)
        else:
            if event.time < feed.high_at - LATENESS_MS and event.origin is _LIVE:
                event = self._late(event, feed)
            handler = self._handlers.get(type(event.data))
            if handler is None:
                self._of_source(event, feed)
            else:
                handler(event)
                if event.time > feed.news_at and event.origin is _LIVE:
                    feed.news_at = event.time
        if event.recvtime > state.now:
            state.now = event.recvtime
            if state.parked:
                self.backfill.settle(state.now)
            if state.now - state.swept_at > SWEEP_MS:
                self._sweep()
        return True

    def finish(self) -> None:
        """Judge what still waits to be judged: for a replay that is over."""
        self.backfill.finish()

    def dump(self) -> bytes:
        """The whole state, for a checkpoint."""
        return _encode(self.state)

    @staticmethod
    def load(dump: bytes) -> FloorState:
        """The state that `dump` wrote. Raises `msgspec.MsgspecError` for anything else.

        A state whose sums were defined otherwise is refused: the journal has what they are made of.
        """
        state = msgspec.msgpack.decode(dump, type=FloorState)
        if state.definition == UNSCORED:
            _widen(state)
        if state.definition != DEFINITION:
            raise msgspec.ValidationError("the state was summed by other definitions")
        return state

    def _by_our_clock(self, event: Event, feed: Feed) -> Event:
        # A heartbeat may bear another clock than the news.
        newest = type(event.data) not in _TOLD_AT_ONCE and self.state.sequences.newest(event)
        return by_our_clock(event, feed, newest=newest)

    def _late(self, event: Event, feed: Feed) -> Event:
        """An event that is older than it should be: it is late, or its source's clock was set back."""
        score = type(event.data) in _SCORES  # handed in when somebody gets to it
        if not score and set_back(event, feed.news_at) and self.state.sequences.newest(event):
            feed.off_ms = event.time - event.recvtime
            return moved(event, feed.off_ms)
        self.state.counters.late += 1
        return event

    def _park(self, event: Event, feed: Feed) -> None:
        if set_back(event, feed.filled_at) and self.state.sequences.newest(event):
            feed.off_ms = event.time - event.recvtime
            event = moved(event, feed.off_ms)
        feed.filled_at = max(feed.filled_at, event.time)
        self.backfill.park(event)

    def _of_source(self, event: Event, feed: Feed) -> None:
        """What a source tells of itself; offers are journalled, and not counted."""
        match event.data:
            case Adapter():
                if self.state.latest.hear(event):
                    self.feeds.adapter(feed, event)
            case Heartbeat():
                self.feeds.heartbeat(feed, event)
            case Gap():
                self.feeds.gap(feed, event)
            case _:
                pass

    def _visit(self, event: Event) -> None:
        queue: str = event.data.queue  # type: ignore[attr-defined]  # the table says so
        feeds = self.state.queue_feeds
        if feeds.get(queue) != event.source:
            # The source that speaks of a queue is the one whose silence makes it stale.
            feeds[queue] = event.source
            self.visits.dirty.add(queue)
        self.visits.take(event)

    def _filled(self, event: Event) -> None:
        """Take a back-filled event that was judged to be missing."""
        data = event.data
        if type(data) not in _OF_VISITS:
            self._handlers[type(data)](event)
            return
        told = getattr(data, "agent", "")
        name = self.agents.name(told)
        if name != told:
            # A log may bear the phone of somebody whom the live source calls by name.
            named = msgspec.structs.replace(data, agent=name)
            event = msgspec.structs.replace(event, data=named)
        self.visits.take(event)

    def _join(self, event: Event) -> None:
        if self.state.latest.hear(event):
            self.agents.join(event)

    def _member(self, event: Event) -> None:
        self.state.latest.hear(event)
        self.snapshots.member(event)

    def _component(self, event: Event) -> None:
        data = event.data
        assert isinstance(data, Component)
        if not self.state.latest.hear(event):
            return
        key = f"{data.kind}:{data.name}"
        old = self.state.parts.get(key)
        since = old.since if old is not None and old.status == data.status else event.time
        self.state.parts[key] = Part(data.kind, data.name, data.status, data.cause, since)
        self.dirty_parts.add(key)

    def _sweep(self) -> None:
        now = self.state.swept_at = self.state.now
        self.visits.sweep(now)
        self.agents.sweep(now)
        self.snapshots.sweep(now, HORIZON_MS)
        self.state.latest.forget_before(now - HORIZON_MS)
        if self._keep_days is not None:
            day = self.calendar.day(now)
            for _ in range(self._keep_days - 1):
                day = self.calendar.day(day - 1)
            self.books.forget_before(day)


def _widen(state: FloorState) -> None:
    """Sums of before scores were summed are sums without scores."""
    for accounts in (state.ledger.queues, state.ledger.agents):
        for account in accounts.values():
            for cell in account.cells.values():
                cell += [0] * _SCORED
    state.definition = DEFINITION


def _encode(state: FloorState) -> bytes:
    return msgspec.msgpack.encode(state)


_OF_SOURCES = (Adapter, Heartbeat, Gap)
_SCORES = (SurveyScored, QualityScored)
_TOLD_AT_ONCE = (*_OF_SOURCES, *_SCORES)
_OF_VISITS = (
    Queued,
    Ringing,
    RingEnded,
    Answered,
    Held,
    Retrieved,
    Transferred,
    Overflowed,
    Abandoned,
    Completed,
    Dropped,
)
