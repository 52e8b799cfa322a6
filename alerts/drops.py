"""Frequently dropped calls: faults cut off a larger share of calls than is normal.

What is counted: every conversation that ended (completed, transferred, or cut off), and every
waiting caller who was cut off. Callers who gave up, or were led away, are none of it: that is
queueing. See `alerts.share_judge` for which scope is named.
"""

from collections.abc import Sequence
from functools import partial

import msgspec
from msgspec import Struct

from alerts.breach import STALE_NEWS_MS, Board, Breach, Sight
from alerts.conversation_book import ConversationBook, End
from alerts.pace import Pace
from alerts.rules import DroppedRule
from alerts.share_judge import FLOOR, Found, Judgement, ShareJudge, Trial
from alerts.told_at import told_at
from alerts.usual_share import UsualShare
from ingest.events import Event, Millis
from stream.floor import Floor

FAMILIES = 4
"""A call counts for the floor, its queue, its line and its agent."""


class _State(Struct):
    book: ConversationBook
    judgements: dict[str, Judgement] = {}


class DropWatch:
    """Watches the share of calls that are cut off."""

    def __init__(self, floor: Floor, rules: Sequence[DroppedRule], board: Board) -> None:
        self._floor = floor
        self._rules = rules
        self._board = board
        self._blind: frozenset[str] = frozenset()
        self._begin(_State(ConversationBook()))

    def take(self, event: Event, now: Millis) -> None:
        at = told_at(self._floor, event, now)
        end = self._state.book.take(event, at)
        if end is None or now - at > STALE_NEWS_MS or event.source in self._blind:
            return
        for rule, judge in self._judges:
            if judge.take(self._trial(end, rule), now):
                self._show(rule, judge)

    def tick(self, now: Millis, sight: Sight) -> None:
        for rule, judge in self._judges:
            if self._blind - sight.blind_sources:
                judge.forget()
            if judge.tick(now, partial(self._alive, rule)):
                self._show(rule, judge)
        self._blind = sight.blind_sources

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._state)

    def load(self, state: bytes, now: Millis) -> None:
        self._begin(msgspec.msgpack.decode(state, type=_State))
        for rule, judge in self._judges:
            judge.forget()
            self._show(rule, judge)

    def _begin(self, state: _State) -> None:
        self._state = state
        for rule in self._rules:
            state.judgements.setdefault(rule.id, Judgement(Pace(), UsualShare()))
        self._judges = [
            (rule, ShareJudge(rule.normal_share, rule.budget, FAMILIES, state.judgements[rule.id]))
            for rule in self._rules
        ]

    def _trial(self, end: End, rule: DroppedRule) -> Trial:
        agent = self._floor.agents.name(end.agent) if end.agent else ""
        named = {"trunk": end.trunk, "agent": agent, "queue": end.queue}
        scopes = [f"{kind}:{name}" for kind, name in named.items() if name]
        word = f"{end.cause_class} {end.phase.value}"
        mine = tuple(scope for scope in (*scopes, FLOOR) if rule.speaks_of(scope))
        return Trial(end.at, end.dropped, mine, end.queue, word)

    def _alive(self, rule: DroppedRule) -> list[Trial]:
        return [self._trial(end, rule) for end in self._state.book.alive(self._floor)]

    def _show(self, rule: DroppedRule, judge: ShareJudge) -> None:
        found = judge.state.found
        self._board.keep_only(rule.id, found)
        for scope, one in found.items():
            self._board.hold(_breach(rule, scope, one))


def _breach(rule: DroppedRule, scope: str, found: Found) -> Breach:
    cause, _, phase = max(found.words, key=lambda word: (found.words[word], word)).partition(" ")
    return Breach(
        rule=rule.id,
        kind=rule.kind,
        scope=scope,
        since=found.since,
        at=found.found_at,
        evidence={
            "dropped": found.hits,
            "of": found.calls,
            "over_ms": found.last_hit_at - found.since,
            "share": round(found.hits / found.calls, 4),
            "normal_share": round(found.normal, 4),
            "cause": cause,
            "phase": phase,
        },
        queues=tuple(sorted(found.queues)),
    )
