"""Conversations that end all at once: more within a few seconds than chance explains.

What is counted: every end of a conversation, however it is told (completed, transferred, cut off).
Ends that the source did not see, but found when it asked, are not; nor are waits that end. Where
all times are whole seconds, one instant holds what a second held: windows are a second longer.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec
from msgspec import Struct

from alerts.breach import STALE_NEWS_MS, Board, Breach, Sight
from alerts.chance import crowd
from alerts.conversation_book import ConversationBook, End
from alerts.rules import MassEndRule
from alerts.told_at import told_at
from ingest.events import Event, Millis
from ingest.words import Phase
from stream.floor import Floor

HELD_MS = 2 * 60_000
"""So long after the last burst the alert is kept: what ended has ended."""
WHOLE_SECOND_MS = 1_000
LEAST = 4
MOSTLY = 0.8
GUESSED_TALK_MS = 60_000
GUESSED_CALLS = 20
LEARN = 0.005
RATE_MS = 10 * 60_000
FAMILIES = 3
"""An end counts for the floor, its queue and its line."""


class _Burst(Struct):
    """An alert that is held: since when, until when, and what was counted."""

    since: Millis
    at: Millis
    until: Millis
    calls: int
    of: int
    over_ms: Millis
    queues: tuple[str, ...] = ()


class _State(Struct):
    """`talk_ms` is how long conversations last; `rate` the ends of the last minutes, per ms."""

    book: ConversationBook
    talk_ms: float = GUESSED_TALK_MS
    talks: int = 0
    rate: float = 0.0
    rate_at: Millis = 0
    bursts: dict[tuple[str, str], _Burst] = {}


class _Window:
    """The ends of the last while before a moment, which moves on; `ends_all` are in order of time.

    `wide_ms` is how much time it holds.
    """

    def __init__(self, ends_all: list[End], within: Millis, wide_ms: Millis) -> None:
        self.wide_ms = wide_ms
        self.count: Counter[str] = Counter()
        self.left = self.right = 0
        self._all = ends_all
        self._within = within

    def move(self, at: Millis) -> list[End]:
        """Let it end at this moment, which is never before the last; the ends of that moment."""
        every = self._all
        while self.right < len(every) and every[self.right].at <= at:
            self.count.update(_scopes(every[self.right]))
            self.right += 1
        while self.left < self.right and every[self.left].at < at - self._within:
            self.count.subtract(_scopes(every[self.left]))
            self.left += 1
        newest = self.right
        while newest > self.left and every[newest - 1].at == at:
            newest -= 1
        return every[newest : self.right]

    @property
    def ends(self) -> list[End]:
        return self._all[self.left : self.right]


class MassEndWatch:
    """Watches for conversations that end all at once."""

    def __init__(self, floor: Floor, rules: Sequence[MassEndRule], board: Board) -> None:
        self._floor = floor
        self._rules = rules
        self._board = board
        self._blind: frozenset[str] = frozenset()
        self._ends: list[End] = []
        self._fresh: set[Millis] = set()
        self._talks_now: dict[str, int] = {}
        self._state = _State(ConversationBook())
        self._longest = max((rule.within_ms for rule in rules), default=0) + WHOLE_SECOND_MS

    def take(self, event: Event, now: Millis) -> None:
        at = told_at(self._floor, event, now)
        end = self._state.book.take(event, at)
        if end is None or end.phase is not Phase.TALKING or end.inferred:
            return
        if now - at > STALE_NEWS_MS or event.source in self._blind:
            return
        self._ends.append(end)
        self._fresh.add(end.at)
        self._learn(end)

    def tick(self, now: Millis, sight: Sight) -> None:
        # A burst is judged when the moment is over, so that all of it is seen before it is named.
        if self._fresh:
            self._judge(sorted(self._fresh), now)
            self._fresh.clear()
        self._ends = [one for one in self._ends if one.at > now - self._longest - STALE_NEWS_MS]
        if self._blind != sight.blind_sources:
            self._blind = sight.blind_sources
            self._ends.clear()
        bursts = self._state.bursts
        for key in [key for key, burst in bursts.items() if burst.until <= now]:
            del bursts[key]
            self._board.free(*key)

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._state)

    def load(self, state: bytes, now: Millis) -> None:
        self._state = msgspec.msgpack.decode(state, type=_State)
        self._ends.clear()
        self._fresh.clear()
        for rule in self._rules:
            for name, scope in self._state.bursts:
                if name == rule.id:
                    self._show(rule, scope)

    def _judge(self, moments: list[Millis], now: Millis) -> None:
        """Whether the ends up to any of these moments are too many, in either window and any scope."""
        self._talks_now.clear()
        whole_seconds = all(one.at % WHOLE_SECOND_MS == 0 for one in self._ends)
        first = moments[0] - self._longest
        ends = sorted((one for one in self._ends if one.at >= first), key=lambda one: one.at)
        for rule in self._rules:
            windows = [
                _Window(ends, within, within + WHOLE_SECOND_MS * whole_seconds)
                for within in (min(WHOLE_SECOND_MS, rule.within_ms), rule.within_ms)
            ]
            for at in moments:
                for window in windows:
                    newest = window.move(at)
                    if window.right - window.left >= LEAST and self._surprise(rule, window, newest):
                        self._hold(rule, window.ends, now)
                        break

    def _surprise(self, rule: MassEndRule, window: "_Window", newest: list[End]) -> bool:
        """Only where somebody has just ended there can be more than a moment ago."""
        scopes = {scope for one in newest for scope in _scopes(one)}
        return any(
            window.count[scope] >= LEAST and self._too_many(rule, scope, window) for scope in scopes
        )

    def _too_many(self, rule: MassEndRule, scope: str, window: "_Window") -> bool:
        state, count = self._state, window.count[scope]
        talking = self._talking(scope) + count
        # Of so many that talk, each ends within the window with this chance, whoever else does.
        rate = talking / max(1.0, state.talk_ms)
        floor = self._talking("") + len(self._ends)
        rate = max(rate, state.rate * talking / max(1, floor))
        shares = 1 if rule.budget.each_scope else 2 * FAMILIES
        period = rule.budget.period_ms
        alarms = rule.budget.alarms / shares
        return count >= crowd(rate * period, rate * window.wide_ms, alarms, start=LEAST)

    def _talking(self, scope: str) -> int:
        """The conversations that go on in a scope, as of this tick."""
        kind, _, name = scope.partition(":")
        talking = self._floor.visits.talking
        if kind == "queue":
            return len(talking.get(name, ()))
        known = self._talks_now
        if not known:
            trunk = self._state.book.trunk
            known[""] = sum(map(len, talking.values()))
            lines = Counter(trunk(visit) for visits in talking.values() for visit in visits)
            known.update({f"trunk:{line}": many for line, many in lines.items() if line})
        return known.get(scope, 0)

    def _hold(self, rule: MassEndRule, ends: list[End], now: Millis) -> None:
        bursts = self._state.bursts
        running = [scope for name, scope in bursts if name == rule.id]
        scope = running[0] if running else self._explained_by(ends)
        if not rule.speaks_of(scope):
            return
        mine = [one for one in ends if scope in _scopes(one)] or ends
        since, until = min(one.at for one in mine), max(one.at for one in mine)
        old = bursts.get((rule.id, scope))
        if old is None or len(mine) > old.calls:
            bursts[rule.id, scope] = _Burst(
                since=old.since if old else since,
                at=old.at if old else now,
                until=now + HELD_MS,
                calls=len(mine),
                of=self._talking(scope) + len(mine),
                over_ms=until - since,
                queues=tuple(sorted({one.queue for one in mine})),
            )
            self._show(rule, scope)
        else:
            old.until = now + HELD_MS

    def _explained_by(self, ends: list[End]) -> str:
        """The line that nearly all came by while others go on, else their queue, else the floor."""
        for kind in ("trunk", "queue"):
            count = Counter(s for one in ends for s in _scopes(one) if s.startswith(kind))
            scope, most = max(count.items(), key=lambda item: item[1], default=("", 0))
            spared = self._talking("") - self._talking(scope) if scope else 0
            if most >= MOSTLY * len(ends) and spared > self._talking(scope):
                return scope
        return ""

    def _show(self, rule: MassEndRule, scope: str) -> None:
        burst = self._state.bursts[rule.id, scope]
        self._board.hold(
            Breach(
                rule=rule.id,
                kind=rule.kind,
                scope=scope,
                since=burst.since,
                at=burst.at,
                evidence={"calls": burst.calls, "of": burst.of, "over_ms": burst.over_ms},
                queues=burst.queues,
            )
        )

    def _learn(self, end: End) -> None:
        """How long conversations last, and how many end: of all but bursts."""
        state = self._state
        passed = max(0, end.at - state.rate_at) if state.rate_at else 0
        state.rate = state.rate * 0.5 ** (passed / RATE_MS) + (
            0.0 if state.bursts else 0.69 / RATE_MS
        )
        state.rate_at = max(state.rate_at, end.at)
        if end.talk_ms is not None and not state.bursts:
            state.talks += 1
            step = max(LEARN, 1 / (GUESSED_CALLS + state.talks))
            state.talk_ms += step * (end.talk_ms - state.talk_ms)


def _scopes(end: End) -> tuple[str, ...]:
    named = (("trunk", end.trunk), ("queue", end.queue))
    return (*(f"{kind}:{name}" for kind, name in named if name), "")
