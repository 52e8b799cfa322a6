"""Agents who go away all at once: more within a minute than chance explains.

Who signs out, pauses, or cannot be reached is gone, whatever he says of it; who comes meanwhile makes
up for one who goes. How often people go ordinarily is learnt, and as long as it is known only
roughly, more of them must go.
"""

from collections import Counter
from collections.abc import Sequence
from math import inf, log

import msgspec
from msgspec import Struct

from alerts.breach import STALE_NEWS_MS, Board, Breach, Sight
from alerts.chance import crowd, spread
from alerts.moves import Moves
from alerts.presence import Going, Person, Presence
from alerts.rules import WEEK_MS, MassSignOutRule
from alerts.told_at import told_at
from ingest.events import Event, Millis
from stream.floor import Floor

HELD_MS = 60 * 60_000
"""So long after the last of them went, it is how things are."""
BACK = 0.6
"""The alert ends when so many of them are back."""
AT_ONCE_MS = 5_000
GUESSED_LEAVES = 1.0
GUESSED_AGENT_MS = 2 * 3_600_000.0
SUREST = 20.0
"""People go in waves, at breaks and ends of shifts: the rate is never known more surely than this."""
LEAST = 3
WAVE, WAVE_OF_PART = 0.35, 0.7
"""Of the whole floor, or of a queue or team, at least so many: floors send people to breaks, meals and
meetings in waves, and nobody is to be told of a wave."""
LEAST_WAVE = 5
LOST, LOST_OF_PART = 0.1, 0.3
"""The same of those whom no plan sends away."""
TRICKLE = 5
"""Who is on a call signs out after it: those who were lost are also counted over so many times as long."""
FAMILIES = 3
"""A person counts for the floor, his queues and his team."""


_LEFT = frozenset({Going.LEFT})
_TEAM_GOES = frozenset({Going.LEFT, Going.AWAY})


class _Exodus(Struct):
    """An alert that is held: who went, of how many."""

    since: Millis
    at: Millis
    last_at: Millis
    of: int
    agents: set[str] = set()
    queues: tuple[str, ...] = ()


class _State(Struct):
    """So many `leaves`, and sign-outs among them (`losses`), in `agent_ms` of presence were seen; what
    is a week old counts half."""

    presence: Presence
    leaves: float = GUESSED_LEAVES
    losses: float = GUESSED_LEAVES
    agent_ms: float = GUESSED_AGENT_MS
    learnt_at: Millis = 0
    exodus: dict[tuple[str, str], _Exodus] = {}


class MassSignOutWatch:
    """Watches for agents who go away all at once."""

    def __init__(self, floor: Floor, rules: Sequence[MassSignOutRule], board: Board) -> None:
        self._floor = floor
        self._rules = rules
        self._board = board
        self._blind: frozenset[str] = frozenset()
        self._moves = Moves()
        self._fresh = False
        self._state = _State(Presence())
        self._longest = TRICKLE * max((rule.within_ms for rule in rules), default=0)

    def take(self, event: Event, now: Millis) -> None:
        at = told_at(self._floor, event, now)
        person = self._state.presence.take(event, self._floor, at)
        if person is None or now - at > STALE_NEWS_MS or event.source in self._blind:
            return
        agent = self._floor.agents.name(event.data.agent)  # type: ignore[attr-defined]  # presence takes no other
        self._moves.note(agent, person.since, gone=not person.there)
        self._fresh = self._fresh or not person.there
        if not person.there and not self._state.exodus:
            self._state.leaves += 1
            self._state.losses += person.going is not Going.AWAY

    def tick(self, now: Millis, sight: Sight) -> None:
        # Who goes in the moment in which his source dies was not seen to go.
        if self._blind != sight.blind_sources:
            self._blind = sight.blind_sources
            self._moves.clear()
            self._state.presence.meet(self._floor, now)
        if self._fresh:
            self._fresh = False
            for rule in self._rules:
                self._judge(rule, now)
        self._moves.forget(now - self._longest)
        self._learn(now)
        self._end(now)

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._state)

    def load(self, state: bytes, now: Millis) -> None:
        self._state = msgspec.msgpack.decode(state, type=_State)
        self._state.learnt_at = 0
        self._moves.clear()
        self._state.presence.meet(self._floor, now)
        for rule in self._rules:
            for name, scope in self._state.exodus:
                if name == rule.id:
                    self._show(rule, scope)

    def _judge(self, rule: MassSignOutRule, now: Millis) -> None:
        best, most, whole = "", -inf, 0
        there = self._state.presence.everywhere()
        for within in (AT_ONCE_MS, rule.within_ms, TRICKLE * rule.within_ms):
            gone, came = self._moved(now - within)
            went, back = self._by_scope(gone), self._by_scope(came)
            for scope in self._scopes(gone):
                if rule.speaks_of(scope):
                    lost = went.get(scope, set())
                    crew = there[scope] + len(lost)
                    back_again = len(back.get(scope, ()))
                    surprise = self._surprise(rule, (scope, crew), lost, back_again, within)
                    if surprise > most:
                        best, most, whole = scope, surprise, within
        if most > -inf:
            self._hold(rule, best, self._moved(now - whole)[0], now)

    def _moved(self, since: Millis) -> tuple[set[str], set[str]]:
        """Who has gone since then and is still away; who has come and is still there.

        Who goes home after a shift is none of either.
        """
        people = self._state.presence.people
        went, came = self._moves.since(since)
        went &= people.keys()
        gone = {a for a in went if not people[a].there and people[a].going is not Going.HOME}
        return gone, {a for a in came & people.keys() if people[a].there}

    def _scopes(self, agents: set[str]) -> list[str]:
        people = self._state.presence.people
        count = Counter(scope for agent in agents for scope in people[agent].scopes)
        return ["", *sorted(scope for scope, many in count.items() if many >= LEAST)]

    def _by_scope(self, agents: set[str]) -> dict[str, set[str]]:
        """Those who count in each scope.

        A team goes to its meeting as one, and its night shift home: only in the whole floor, or where
        it is known that they were not due to, that tells anything.
        """
        people = self._state.presence.people
        found: dict[str, set[str]] = {"": agents}
        for agent in agents:
            one = people[agent]
            for scope in one.scopes:
                none = _TEAM_GOES if scope.startswith("team:") else _LEFT
                if one.there or one.going not in none:
                    found.setdefault(scope, set()).add(agent)
        return found

    def _surprise(
        self,
        rule: MassSignOutRule,
        crew: tuple[str, int],
        gone: set[str],
        came: int,
        within: Millis,
    ) -> float:
        """How improbable so many are, of a scope's so many agents, as a logarithm; minus infinity if
        they are not too many."""
        (scope, agents), state, people = crew, self._state, self._state.presence.people
        lost = sum(people[agent].going is not Going.AWAY for agent in gone)
        wave, some = (WAVE_OF_PART, LOST_OF_PART) if scope else (WAVE, LOST)
        surprise = -inf
        if within <= rule.within_ms and len(gone) - came >= max(LEAST_WAVE, wave * agents):
            surprise = self._improbable(rule, len(gone) - came, agents, state.leaves, within)
        if lost - came >= max(LEAST, some * agents):
            some_lost = self._improbable(rule, lost - came, agents, state.losses, within)
            surprise = max(surprise, some_lost)
        return surprise

    def _improbable(
        self, rule: MassSignOutRule, count: int, agents: int, seen: float, within: Millis
    ) -> float:
        """Whether so many of these agents are too many, where so many were `seen` to go in all."""
        rate = agents * seen / self._state.agent_ms
        shape = min(SUREST, seen)
        shares = 1 if rule.budget.each_scope else 2 * FAMILIES
        alarms = rule.budget.alarms / shares
        mean = rate * within
        if count < crowd(rate * rule.budget.period_ms, mean, alarms, shape, LEAST):
            return -inf
        return -log(max(1e-300, spread(count, mean, shape)))

    def _hold(self, rule: MassSignOutRule, scope: str, gone: set[str], now: Millis) -> None:
        state = self._state
        running = [held for name, held in state.exodus if name == rule.id]
        scope = running[0] if running else scope
        people = state.presence.people
        mine = self._by_scope(gone).get(scope, set())
        since = min((people[agent].since for agent in mine), default=now)
        held = state.exodus.get((rule.id, scope))
        if held is None:
            of = state.presence.there(scope) + len(mine)
            held = state.exodus[rule.id, scope] = _Exodus(since, now, now, of)
        if not mine <= held.agents:
            held.last_at = now
            held.agents |= mine
            told = {s for agent in held.agents for s in people[agent].scopes}
            held.queues = tuple(sorted(s[6:] for s in told if s.startswith("queue:")))
            self._show(rule, scope)

    def _end(self, now: Millis) -> None:
        people = self._state.presence.people
        for key, held in list(self._state.exodus.items()):
            back = sum(agent not in people or people[agent].there for agent in held.agents)
            if back >= BACK * len(held.agents) or now - held.last_at >= HELD_MS:
                del self._state.exodus[key]
                self._board.free(*key)

    def _show(self, rule: MassSignOutRule, scope: str) -> None:
        held = self._state.exodus[rule.id, scope]
        people = self._state.presence.people
        gone = [people[agent] for agent in sorted(held.agents) if agent in people]
        self._board.hold(
            Breach(
                rule=rule.id,
                kind=rule.kind,
                scope=scope,
                since=held.since,
                at=held.at,
                evidence={
                    "agents": len(held.agents),
                    "of": max(held.of, len(held.agents)),
                    "over_ms": held.last_at - held.since,
                    "reason": _reason(gone),
                },
                queues=held.queues,
            )
        )

    def _learn(self, now: Millis) -> None:
        """How long people were there: what leaves are held against."""
        state = self._state
        passed = max(0, now - state.learnt_at) if state.learnt_at else 0
        state.learnt_at = now
        if not state.exodus:
            kept = 0.5 ** (passed / WEEK_MS)
            state.leaves = max(GUESSED_LEAVES, state.leaves * kept)
            state.losses = max(GUESSED_LEAVES, state.losses * kept)
            there = state.presence.there("")
            state.agent_ms = max(GUESSED_AGENT_MS, state.agent_ms * kept) + passed * there


def _reason(gone: list[Person]) -> str:
    """What most of them say, or what became of them."""
    count = Counter(person.reason for person in gone if person.reason)
    return min(count, key=lambda reason: (-count[reason], reason), default="")
