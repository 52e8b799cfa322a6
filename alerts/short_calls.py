"""Conversations that are over as soon as they begin: somebody, or some phone, hangs up on callers.

The share of them per agent, against that of all agents; calls that were passed on or cut off by a
fault are none of it.
"""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from alerts.breach import STALE_NEWS_MS, Board, Breach, Sight
from alerts.conversation_book import ConversationBook, End
from alerts.pace import Pace
from alerts.rules import ShortCallsRule
from alerts.share_judge import Found, Judgement, ShareJudge, Trial
from alerts.told_at import told_at
from alerts.usual_share import UsualShare
from ingest.events import Completed, Event, Millis
from stream.floor import Floor

FAMILIES = 1


class _State(Struct):
    book: ConversationBook
    judgements: dict[str, Judgement] = {}


class ShortCallsWatch:
    """Watches the share of each agent's conversations that are short."""

    def __init__(self, floor: Floor, rules: Sequence[ShortCallsRule], board: Board) -> None:
        self._floor = floor
        self._rules = rules
        self._board = board
        self._blind: frozenset[str] = frozenset()
        self._begin(_State(ConversationBook()))

    def take(self, event: Event, now: Millis) -> None:
        at = told_at(self._floor, event, now)
        end = self._state.book.take(event, at)
        if end is None or end.talk_ms is None or not isinstance(event.data, Completed):
            return
        if now - at > STALE_NEWS_MS or event.source in self._blind:
            return
        for rule, judge in self._judges:
            if judge.take(self._trial(end, end.talk_ms, rule), now):
                self._show(rule, judge)

    def tick(self, now: Millis, sight: Sight) -> None:
        for rule, judge in self._judges:
            if judge.tick(now, list):
                self._show(rule, judge)
        self._blind = sight.blind_sources

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._state)

    def load(self, state: bytes, now: Millis) -> None:
        self._begin(msgspec.msgpack.decode(state, type=_State))
        for rule, judge in self._judges:
            self._show(rule, judge)

    def _begin(self, state: _State) -> None:
        self._state = state
        for rule in self._rules:
            state.judgements.setdefault(rule.id, Judgement(Pace(), UsualShare()))
        self._judges = [(rule, _judge(rule, state.judgements[rule.id])) for rule in self._rules]

    def _trial(self, end: End, talk_ms: Millis, rule: ShortCallsRule) -> Trial:
        agent = self._floor.agents.name(end.agent) if end.agent else ""
        scope = f"agent:{agent}"
        mine = (scope,) if agent and rule.speaks_of(scope) else ()
        return Trial(end.at, talk_ms < rule.short_ms, mine, end.queue)

    def _show(self, rule: ShortCallsRule, judge: ShareJudge) -> None:
        found = judge.state.found
        self._board.keep_only(rule.id, found)
        for scope, one in found.items():
            self._board.hold(_breach(rule, scope, one))


def _judge(rule: ShortCallsRule, state: Judgement) -> ShareJudge:
    return ShareJudge(rule.normal_share, rule.budget, FAMILIES, state, compared=True)


def _breach(rule: ShortCallsRule, scope: str, found: Found) -> Breach:
    return Breach(
        rule=rule.id,
        kind=rule.kind,
        scope=scope,
        since=found.since,
        at=found.found_at,
        evidence={
            "short": found.hits,
            "of": found.calls,
            "share": round(found.hits / found.calls, 4),
            "normal_share": round(found.normal, 4),
        },
        queues=tuple(sorted(found.queues)),
    )
