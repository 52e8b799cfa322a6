"""What the watches of shares have in common: ends of calls are judged, what is found goes on the board."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import Generic, TypeVar

import msgspec
from msgspec import Struct

from alerts.breach import STALE_NEWS_MS, Board, Breach, Evidence, Sight
from alerts.conversation_book import ConversationBook, End
from alerts.pace import Pace
from alerts.rules import DroppedRule, ShortCallsRule
from alerts.share_judge import Found, Judgement, ShareJudge, Trial
from alerts.told_at import told_at
from alerts.usual_share import UsualShare
from ingest.events import Event, Millis
from stream.floor import Floor

R = TypeVar("R", DroppedRule, ShortCallsRule)


class _State(Struct):
    book: ConversationBook
    judgements: dict[str, Judgement] = {}


class ShareWatch(ABC, Generic[R]):
    """Watches a share of the calls that end; what it is a share of, its heirs say."""

    def __init__(self, floor: Floor, rules: Sequence[R], board: Board) -> None:
        self._floor = floor
        self._rules: Sequence[R] = rules
        self._board = board
        self._blind: frozenset[str] = frozenset()
        self._begin(_State(ConversationBook()))

    def take(self, event: Event, now: Millis) -> None:
        """See `Watch.take`."""
        at = told_at(self._floor, event, now)
        end = self._state.book.take(event, at)
        if end is None or now - at > STALE_NEWS_MS or event.source in self._blind:
            return
        for rule, judge in self._judges:
            trial = self._trial(event, end, rule)
            if trial is not None and judge.take(trial, now):
                self._show(rule, judge)

    def tick(self, now: Millis, sight: Sight) -> None:
        """See `Watch.tick`."""
        for rule, judge in self._judges:
            if self._blind - sight.blind_sources:
                judge.forget()
            if judge.tick(now, partial(self._alive, rule)):
                self._show(rule, judge)
        self._blind = sight.blind_sources

    def dump(self) -> bytes:
        """See `Watch.dump`."""
        return msgspec.msgpack.encode(self._state)

    def load(self, state: bytes, now: Millis) -> None:
        """See `Watch.load`."""
        self._begin(msgspec.msgpack.decode(state, type=_State))
        for rule, judge in self._judges:
            judge.forget()
            self._show(rule, judge)

    @abstractmethod
    def _judge(self, rule: R, state: Judgement) -> ShareJudge:
        """Who judges this rule."""

    @abstractmethod
    def _trial(self, event: Event, end: End, rule: R) -> Trial | None:
        """The end as one trial; None if it is none of this rule's business."""

    @abstractmethod
    def _alive(self, rule: R) -> list[Trial]:
        """What still lasts, and was spared so far."""

    @abstractmethod
    def _evidence(self, found: Found) -> Evidence:
        """What was found, in the words of its kind."""

    def _begin(self, state: _State) -> None:
        self._state = state
        for rule in self._rules:
            state.judgements.setdefault(rule.id, Judgement(Pace(), UsualShare()))
        self._judges: list[tuple[R, ShareJudge]] = [
            (rule, self._judge(rule, state.judgements[rule.id])) for rule in self._rules
        ]

    def _show(self, rule: R, judge: ShareJudge) -> None:
        found = judge.state.found
        self._board.keep_only(rule.id, found)
        for scope, one in found.items():
            self._board.hold(
                Breach(
                    rule=rule.id,
                    kind=rule.kind,
                    scope=scope,
                    since=one.since,
                    at=one.found_at,
                    evidence=self._evidence(one),
                    queues=tuple(sorted(one.queues)),
                )
            )
