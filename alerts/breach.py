"""What a watch says of the floor: a breach holds, or holds no more.

    events, time -> watches -> Board of breaches that hold -> Life of alerts

A watch knows nothing of acknowledgements, silences or channels; the life of an alert knows nothing
of statistics. They meet on the board.
"""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from alerts.words import Kind
from ingest.events import Event, Millis

Evidence = dict[str, int | float | str]
"""What was counted, by the names in docs/alerts.md; numbers and short texts only."""

Key = tuple[str, str]
"""A rule's id, and the scope it speaks of: alerts are kept by both."""


class Breach(Struct, frozen=True, kw_only=True):
    """A rule's condition holds in a scope.

    `scope` is empty for the whole floor, else `queue:ID`, `group:ID`, `trunk:NAME`, `team:ID`,
    `agent:ID`, `feed:SOURCE`, `channel:NAME`, or a component's `kind:NAME`. `since` is when the
    trouble began as far as can be told, `at` when it was seen. `queues` are those that it
    concerns, if it is known. `learning` says that the base is not known well yet.
    """

    rule: str
    kind: Kind
    scope: str
    since: Millis
    at: Millis
    evidence: Evidence
    queues: tuple[str, ...] = ()
    learning: bool = False

    @property
    def key(self) -> Key:
        return (self.rule, self.scope)


class Board:
    """The breaches that hold now. `changed` names what was put up, changed or taken down."""

    def __init__(self) -> None:
        self.held: dict[Key, Breach] = {}
        self.changed: set[Key] = set()

    def hold(self, breach: Breach) -> None:
        """The condition holds, or holds with new evidence."""
        if self.held.get(breach.key) != breach:
            self.held[breach.key] = breach
            self.changed.add(breach.key)

    def free(self, rule: str, scope: str) -> None:
        """It holds no more; nothing happens if it did not."""
        if self.held.pop((rule, scope), None) is not None:
            self.changed.add((rule, scope))

    def keep_only(self, rule: str, scopes: Iterable[str]) -> None:
        """Free every scope of this rule that is not among these."""
        keep = set(scopes)
        for held, scope in [key for key in self.held if key[0] == rule]:
            if scope not in keep:
                self.free(held, scope)

    def news(self) -> set[Key]:
        """What changed since the last call."""
        changed, self.changed = self.changed, set()
        return changed


class Sight(Struct, frozen=True):
    """What cannot be seen now: sources whose feed is dead or incomplete, and the queues they tell of.

    A watch says nothing new of them, and takes what it hears after such a time as a fresh start:
    what happened meanwhile is not known, and no news is not zero.
    """

    blind_sources: frozenset[str] = frozenset()
    blind_queues: frozenset[str] = frozenset()

    @property
    def clear(self) -> bool:
        return not self.blind_sources


CLEAR = Sight()


class Watch(Protocol):
    """One detector, or a family of them. It is pure: told every event and the time, it holds and
    frees breaches on the board that it was given."""

    def take(self, event: Event, now: Millis) -> None:
        """A new event, after the floor has taken it. `now` never goes back.

        What happened long before `now` (`now - event.time` above `STALE_NEWS_MS`) is history: it
        may teach, but must not alarm.
        """
        ...

    def tick(self, now: Millis, sight: Sight) -> None:
        """Time has passed: judged at least once a second where somebody watches."""
        ...

    def dump(self) -> bytes:
        """What it has learnt and where it stands, for a restart."""
        ...

    def load(self, state: bytes, now: Millis) -> None:
        """Go on from `dump`. What passed in between was not seen. Raises `msgspec.MsgspecError`."""
        ...


STALE_NEWS_MS = 15_000
"""An event older than this when it comes tells of the past: a backlog is no surge."""
