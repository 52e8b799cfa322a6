"""Snapshots: a source lists all that is alive, and what it does not list is over.

The bracket is judged once it is whole, in whatever order its events came. Events told after it
began outweigh it.
"""

from msgspec import Struct

from ingest.events import (
    Event,
    Millis,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
)
from stream.agents import Agents
from stream.feeds import Feed
from stream.visits import Visits


class Bracket(Struct):
    """What has come of one snapshot. `expected` is the number of items, once its end is known."""

    source: str
    begun: tuple[str, int] | None = None
    begun_at: Millis = 0
    queues: list[str] = []
    visits: set[str] = set()
    agents: set[str] = set()
    members: set[tuple[str, str]] = set()
    items: int = 0
    expected: int | None = None
    opened_at: Millis = 0
    alive_at: Millis = 0


class Snapshots:
    """Gathers the items of each snapshot and reconciles when it is whole."""

    def __init__(
        self, brackets: dict[str, Bracket], feeds: dict[str, Feed], visits: Visits, agents: Agents
    ) -> None:
        self._brackets = brackets
        self._feeds = feeds
        self._visits = visits
        self._agents = agents

    def begin(self, event: Event) -> None:
        data = event.data
        assert isinstance(data, SnapshotBegin)
        bracket = self._bracket(event, data.snapshot)
        bracket.begun = (event.epoch, event.seq)
        bracket.begun_at = event.time
        bracket.queues = list(data.queues)
        self._reconcile(event, data.snapshot, bracket)

    def visit(self, event: Event) -> None:
        data = event.data
        assert isinstance(data, SnapshotVisit)
        bracket = self._bracket(event, data.snapshot)
        bracket.items += 1
        bracket.visits.add(self._visits.seen(event))
        self._reconcile(event, data.snapshot, bracket)

    def agent(self, event: Event) -> None:
        data = event.data
        assert isinstance(data, SnapshotAgent)
        bracket = self._bracket(event, data.snapshot)
        bracket.items += 1
        bracket.agents.add(self._agents.name(data.agent))
        self._agents.take(event)
        self._reconcile(event, data.snapshot, bracket)

    def member(self, event: Event) -> None:
        data = event.data
        assert isinstance(data, SnapshotMember)
        bracket = self._bracket(event, data.snapshot)
        bracket.items += 1
        bracket.members.add((self._agents.name(data.agent), data.queue))
        self._agents.join(event)
        self._reconcile(event, data.snapshot, bracket)

    def end(self, event: Event) -> None:
        data = event.data
        assert isinstance(data, SnapshotEnd)
        bracket = self._bracket(event, data.snapshot)
        bracket.expected = data.items
        self._reconcile(event, data.snapshot, bracket)

    def sweep(self, now: Millis, kept_ms: Millis) -> None:
        """Forget snapshots that never became whole: nothing follows from them."""
        for key in [k for k, b in self._brackets.items() if now - b.opened_at > kept_ms]:
            del self._brackets[key]

    def _bracket(self, event: Event, snapshot: str) -> Bracket:
        key = _key(event, snapshot)
        bracket = self._brackets.get(key)
        if bracket is None:
            bracket = self._brackets[key] = Bracket(event.source, opened_at=event.recvtime)
            bracket.alive_at = self._feeds[event.source].news_at or event.time
        return bracket

    def _reconcile(self, event: Event, snapshot: str, bracket: Bracket) -> None:
        if bracket.begun is None or bracket.expected is None or bracket.items < bracket.expected:
            return
        del self._brackets[_key(event, snapshot)]
        source, begun = bracket.source, bracket.begun
        self._visits.close_unseen(source, bracket.queues, bracket.visits, begun, bracket.alive_at)
        self._agents.sign_out_unseen(source, bracket.agents, begun, bracket.begun_at)
        self._agents.keep_memberships(source, bracket.members, bracket.queues)


def _key(event: Event, snapshot: str) -> str:
    return f"{event.source}\n{event.epoch}\n{snapshot}"
