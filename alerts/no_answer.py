"""Calls arrive and nobody answers, though answers were due: for each queue, and the whole floor.

On the floor an arrival is a call that reaches the system, if its source tells of those, else one that
enters a queue: a switch that stops letting calls into its queues answers nobody either. There the
half-hour of the week says what is usual, as soon as it was seen on any day; elsewhere the last hours
do. Where agents are known, no more answers are due than those who are there can give: a queue
without anybody is closed, or a case for the alert that they all left.
"""

from collections.abc import Sequence
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from alerts.answer_habit import SLOT_MS, AnswerHabit, Usual
from alerts.answers_due import RATIOS, AnswersDue
from alerts.bernoulli import threshold
from alerts.breach import STALE_NEWS_MS, Board, Breach, Sight
from alerts.pace import Pace
from alerts.presence import AT_WORK
from alerts.rules import NoAnswerRule
from alerts.shiryaev_roberts import PoissonMixture
from alerts.told_at import told_at
from ingest.events import (
    Abandoned,
    Answered,
    Event,
    Millis,
    Offered,
    Overflowed,
    Queued,
)
from ingest.words import Origin
from stream.floor import Floor

FLOOR = ""
FAMILIES = 2
"""An answer counts for the floor and its queue."""
PEOPLE_MS = 3_600_000
PEOPLE_EVERY_MS = 30_000
OVER_MS = 30 * 60_000
"""If nobody calls for so long, it is over too."""
ANSWERS_AGAIN = 2


class _Held(Struct):
    since: Millis
    at: Millis
    arrivals: int
    missed: float
    last_arrival_at: Millis
    answers: int = 0


class _State(Struct):
    """`offers` are the sources that tell of calls before any queue; `people` how many are usually
    there, by scope."""

    habit: AnswerHabit
    pace: Pace
    due: dict[str, AnswersDue] = {}
    offers: set[str] = set()
    people: dict[str, float] = {}
    held: dict[tuple[str, str], _Held] = {}
    counted_at: Millis = 0


class NoAnswerWatch:
    """Watches whether arrivals are answered."""

    def __init__(self, floor: Floor, rules: Sequence[NoAnswerRule], board: Board) -> None:
        self._floor = floor
        self._rules = rules
        self._board = board
        self._zone = ZoneInfo(floor.site.time_zone)
        self._sight = Sight()
        self._usual: Usual | None = None
        self._state = _State(AnswerHabit(), Pace())

    def take(self, event: Event, now: Millis) -> None:
        data, at = event.data, told_at(self._floor, event, now)
        if now - at > STALE_NEWS_MS or event.source in self._sight.blind_sources:
            return
        if event.origin is Origin.BACKFILL:
            return
        if isinstance(data, Offered):
            self._state.offers.add(event.source)
            self._arrive(FLOOR, at)
        elif isinstance(data, Queued):
            self._arrive(f"queue:{data.queue}", at)
            if event.source not in self._state.offers:
                self._arrive(FLOOR, at)
        elif isinstance(data, Answered):
            self._answer(data, at)
        elif isinstance(data, Abandoned | Overflowed):
            self._due(f"queue:{data.queue}").ended(False)
            self._due(FLOOR).ended(False)

    def tick(self, now: Millis, sight: Sight) -> None:
        state = self._state
        if sight != self._sight:
            self._sight = sight
            self._forget(now)
        if state.habit.start_at != now - now % SLOT_MS:
            state.habit.turn(now, self._zone)
            self._usual = state.habit.usual(now, self._zone)
        if not sight.clear:
            state.habit.spoil()
        if now - state.counted_at >= PEOPLE_EVERY_MS:
            self._count_people(now)
        for scope, due in state.due.items():
            if due.waits(now) and self._sees(scope):
                self._judge(scope, due, now)
        for (name, scope), held in list(state.held.items()):
            if now - held.last_arrival_at > OVER_MS:
                self._free(name, scope)

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._state)

    def load(self, state: bytes, now: Millis) -> None:
        self._state = msgspec.msgpack.decode(state, type=_State)
        self._usual = self._state.habit.usual(now, self._zone)
        self._forget(now)
        for rule in self._rules:
            for name, scope in self._state.held:
                if name == rule.id:
                    self._show(rule, scope)

    def _forget(self, now: Millis) -> None:
        self._state.habit.spoil()
        for due in self._state.due.values():
            due.forget(now)

    def _due(self, scope: str) -> AnswersDue:
        due = self._state.due.get(scope)
        if due is None:
            due = self._state.due[scope] = AnswersDue(PoissonMixture(RATIOS))
        return due

    def _arrive(self, scope: str, at: Millis) -> None:
        self._due(scope).arrive(at)
        if scope == FLOOR:
            self._state.habit.count(arrivals=1)
        for (name, held_scope), held in self._state.held.items():
            if held_scope == scope:
                held.arrivals += 1
                held.last_arrival_at = at
                self._show_named(name, scope)

    def _answer(self, data: Answered, at: Millis) -> None:
        state = self._state
        state.pace.take(at)
        state.habit.count(answers=1)
        for scope in (f"queue:{data.queue}", FLOOR):
            due = self._due(scope)
            due.answer(at, data.wait_ms)
            due.ended(True)
        for (name, scope), held in list(state.held.items()):
            if scope in (FLOOR, f"queue:{data.queue}"):
                held.answers += 1
                if held.answers >= ANSWERS_AGAIN:
                    self._free(name, scope)

    def _sees(self, scope: str) -> bool:
        if not scope:
            return self._sight.clear
        return scope.removeprefix("queue:") not in self._sight.blind_queues

    def _judge(self, scope: str, due: AnswersDue, now: Millis) -> None:
        rate, share, come = due.rate, due.share, due.come
        usual = self._usual if scope == FLOOR else None
        if usual is not None:
            rate, come = usual.answers / SLOT_MS, usual.arrivals / SLOT_MS
            share = min(1.0, usual.answers / max(1.0, usual.arrivals))
        log = due.judge(now, rate * self._manned(scope), share, come)
        for rule in self._rules:
            if log > 0 and rule.speaks_of(scope) and self._enough(rule, log, now):
                held = self._state.held
                if (rule.id, scope) not in held and (rule.id, FLOOR) not in held:
                    self._hold(rule, scope, due, now)

    def _enough(self, rule: NoAnswerRule, log: float, now: Millis) -> bool:
        answers = self._state.pace.expected(rule.budget.period_ms)
        shares = 1 if rule.budget.each_scope else FAMILIES
        return log >= threshold(answers * shares, rule.budget.alarms) and rule.hours.holds(now)

    def _manned(self, scope: str) -> float:
        """How many are there to answer, against how many usually are: at most 1."""
        usual = self._state.people.get(scope)
        return 1.0 if usual is None else min(1.0, self._there(scope) / max(1.0, usual))

    def _there(self, scope: str) -> int:
        agents = self._floor.agents
        counts = agents.queue_counts.get(scope.removeprefix("queue:")) if scope else agents.counts
        return sum(n for state, n in (counts or {}).items() if state in AT_WORK)

    def _count_people(self, now: Millis) -> None:
        """Learn how many are usually there, where anybody tells."""
        state = self._state
        kept = 0.5 ** ((now - state.counted_at) / PEOPLE_MS) if state.counted_at else 0.0
        state.counted_at = now
        for scope, due in state.due.items():
            there = self._there(scope)
            if due.learns and (there or scope in state.people):
                state.people[scope] = there + kept * (state.people.get(scope, there) - there)

    def _hold(self, rule: NoAnswerRule, scope: str, due: AnswersDue, now: Millis) -> None:
        held = self._state.held
        if scope == FLOOR:
            for name, other in [key for key in held if key[0] == rule.id]:
                self._free(name, other)
        since = due.answered_at or now
        held[rule.id, scope] = _Held(since, now, due.arrivals, due.missed, now)
        self._show(rule, scope)

    def _free(self, rule: str, scope: str) -> None:
        del self._state.held[rule, scope]
        self._due(scope).forget(self._due(scope).at)
        self._board.free(rule, scope)

    def _show_named(self, name: str, scope: str) -> None:
        for rule in self._rules:
            if rule.id == name:
                self._show(rule, scope)

    def _show(self, rule: NoAnswerRule, scope: str) -> None:
        held = self._state.held[rule.id, scope]
        waiting = self._floor.visits.waiting
        queue = scope.removeprefix("queue:")
        count = len(waiting.get(queue, ())) if scope else sum(map(len, waiting.values()))
        self._board.hold(
            Breach(
                rule=rule.id,
                kind=rule.kind,
                scope=scope,
                since=held.since,
                at=held.at,
                evidence={
                    "arrivals": held.arrivals,
                    "over_ms": max(held.at, held.last_arrival_at) - held.since,
                    "expected": round(held.missed, 1),
                    "waiting": count,
                },
                queues=(queue,) if scope else (),
            )
        )
