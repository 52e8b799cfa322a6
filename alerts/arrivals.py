"""Arrivals against what was to be expected: surges, collapses and silences, told once.

    Queued, Blocked -> streams of the floor, the queue and its group -> judges -> whom to name -> board

An arrival is a call that enters its first queue, or is refused entry: demand is what counts. A call
that overflows or is transferred has been counted, so that a surge is not seen again where it goes.
"""

from collections.abc import Iterable, Sequence
from math import sqrt

import msgspec
from msgspec import Struct

from alerts.arrival_judge import Alarm, RatioJudge, SilenceJudge
from alerts.arrival_pace import Ground, Pace
from alerts.arrival_stream import ArrivalStream, counted_since
from alerts.arrival_telling import named
from alerts.breach import STALE_NEWS_MS, Board, Breach, Sight
from alerts.forecast import Forecast
from alerts.rules import WEEK_MS, CollapseRule, Rule, SilenceRule, SurgeRule
from alerts.shiryaev_roberts import PoissonMixture, collapse_ratios, surge_ratios
from alerts.usual_day import Base
from ingest.events import Adapter, Blocked, Event, Millis, Queued
from ingest.words import AdapterStatus, Origin
from stream.floor import Floor

ArrivalRule = SurgeRule | CollapseRule | SilenceRule

_CALL_MS = 1_800_000
"""A call that was heard of within this time, and enters a queue, is passed on to it."""
_FEW_CALLS = 1_000
_TIDE_MS = 300_000
_TIDE_EVERY_MS = 10_000
_TIDE_LEAST = 10.0
_TIDE_MOST = 3.0


class Kept(Struct):
    """What a watch of arrivals keeps over a restart."""

    streams: dict[str, ArrivalStream] = {}
    told: dict[str, list[str]] = {}
    """By rule, the scopes that are named."""


class ArrivalsWatch:
    """Watches the arrivals of a floor. `forecast`, where it speaks, is believed more than history."""

    def __init__(
        self,
        floor: Floor,
        rules: Sequence[ArrivalRule],
        board: Board,
        forecast: Forecast | None = None,
    ) -> None:
        self.floor = floor
        self.board = board
        self.forecast = forecast
        self._rules = {rule.id: rule for rule in rules}
        self._kept = Kept()
        self._scopes: dict[str, tuple[str, ...]] = {}
        self._tide_at: Millis = 0
        self._telling = self._stilled = False
        self._calls: dict[str, Millis] = {}
        self._swept_at: Millis = 0
        self._stream("")
        self._enter(floor.site.queues)

    @property
    def streams(self) -> dict[str, ArrivalStream]:
        """The state of each scope; "" is the whole floor."""
        return self._kept.streams

    def take(self, event: Event, now: Millis) -> None:
        """A new event; only arrivals matter here, and who tells of them."""
        data = event.data
        if isinstance(data, Adapter) and data.status in _NOT_WHOLE and event.origin in _NEWS:
            self._doubt(event.source, now)
        if not isinstance(data, Queued | Blocked) or event.origin not in _NEWS:
            return
        if self._passed_on(data.call, now):
            return
        feed = self.floor.state.feeds.get(event.source)
        at = min(event.time - (feed.off_ms if feed is not None else 0), now)
        if now - at > STALE_NEWS_MS:
            for scope in self._scopes_of(data.queue):
                self.streams[scope].learn(at)
        else:
            self.count(data.queue, at)

    def _doubt(self, source: str, now: Millis) -> None:
        """What this source tells is not the whole, if only until the next tick: what it held up
        comes all at once."""
        feeds = self.floor.state.queue_feeds
        for scope, stream in self.streams.items():
            mine = not scope or any(feeds.get(q, source) == source for q in self._queues_of(scope))
            if mine and not stream.paused:
                stream.pause(now, self.forecast)

    def _passed_on(self, call: str, now: Millis) -> bool:
        """Whether this call has come already, and only goes on to another queue."""
        if not call:
            return False
        calls = self._calls
        known = call in calls
        calls[call] = now
        if len(calls) > _FEW_CALLS and now - self._swept_at > _CALL_MS:
            self._swept_at = now
            self._calls = {call: at for call, at in calls.items() if now - at <= _CALL_MS}
        return known

    def count(self, queue: str, at: Millis, calls: int = 1) -> None:
        """So many calls came to a queue now."""
        holding = False
        for scope in self._scopes_of(queue):
            stream = self.streams[scope]
            stream.arrive(at, calls, self.forecast)
            holding = holding or stream.holding
        if holding or self._telling:
            self._tell(at)

    def tick(self, now: Millis, sight: Sight) -> None:
        """Time has passed."""
        holding = False
        for scope, stream in self.streams.items():
            blind = self._blind(scope, sight)
            if blind and not stream.paused:
                stream.pause(now, self.forecast)
            elif stream.paused and not blind:
                stream.resume(now, self.forecast)
            stream.advance(now, self.forecast)
            holding = holding or stream.holding
        if now - self._tide_at >= _TIDE_EVERY_MS:
            self._tide(now)
        if holding or self._stilled:
            self._still()
        if holding or self._telling:
            self._tell(now)

    def dump(self) -> bytes:
        """All that was learnt, and what holds."""
        return msgspec.msgpack.encode(self._kept)

    def load(self, state: bytes, now: Millis) -> None:
        """Go on from `dump`; what passed in between was not seen."""
        self._kept = msgspec.msgpack.decode(state, type=Kept)
        self._scopes.clear()
        for stream in self.streams.values():
            self._furnish(stream)
            stream.pause(stream.at, self.forecast)
            stream.resume(now, self.forecast)
        self._kept.told = {id: told for id, told in self._kept.told.items() if id in self._rules}
        self._stream("")
        self._enter((*self.floor.site.queues, *_queues(self.streams)))
        self._tell(now)

    def fork(self) -> "ArrivalsWatch":
        """The same watch at this moment, with a board of its own: to try what might have been."""
        other = ArrivalsWatch(self.floor, tuple(self._rules.values()), Board(), self.forecast)
        other._kept = msgspec.msgpack.decode(self.dump(), type=Kept)
        other._scopes = dict(self._scopes)
        other._tide_at, other._telling = self._tide_at, self._telling
        other._stilled = self._stilled
        return other

    def _blind(self, scope: str, sight: Sight) -> bool:
        if sight.clear:
            return False
        if not scope:
            return True
        return any(queue in sight.blind_queues for queue in self._queues_of(scope))

    def _scopes_of(self, queue: str) -> tuple[str, ...]:
        if queue not in self._scopes:
            self._enter((queue,))
        return self._scopes[queue]

    def _enter(self, queues: Iterable[str]) -> None:
        """Watch these queues too, and share the promises out anew."""
        for queue in queues:
            group = self.floor.site.queue(queue).group
            # Of a count that names no queue only the floor is known.
            own = (f"queue:{queue}",) if queue else ()
            self._scopes[queue] = ("", *own) + ((f"group:{group}",) if group else ())
        members: dict[str, list[str]] = {}
        for queue, scopes in self._scopes.items():
            for scope in scopes:
                members.setdefault(scope, []).append(queue)
        for scope, mine in members.items():
            self._stream(scope).pace.queues = tuple(mine) if scope else ("",)
        self._promise()

    def _queues_of(self, scope: str) -> tuple[str, ...]:
        if not scope:
            return ()
        return tuple(queue for queue, scopes in self._scopes.items() if scope in scopes)

    def _stream(self, scope: str) -> ArrivalStream:
        stream = self.streams.get(scope)
        if stream is None:
            site = self.floor.site
            base = Base(zone=site.time_zone, day_start_min=site.day_start_min)
            stream = ArrivalStream(scope=scope, pace=Pace(base=base))
            self._furnish(stream)
            self.streams[scope] = stream
        return stream

    def _furnish(self, stream: ArrivalStream) -> None:
        """Give it a judge for each rule that speaks of it; those that it has and may keep stay."""
        ratios = {judge.rule: judge for judge in (*stream.surges, *stream.collapses)}
        silences = {judge.rule: judge for judge in stream.silences}
        stream.surges, stream.collapses, stream.silences = [], [], []
        for rule in self._rules.values():
            if not rule.speaks_of(stream.scope):
                continue
            if isinstance(rule, SilenceRule):
                silence = silences.get(rule.id) or SilenceJudge(rule=rule.id)
                silence.hours = rule.hours
                stream.silences.append(silence)
                continue
            judge = _judge(rule, ratios.get(rule.id))
            (stream.surges if judge.upward else stream.collapses).append(judge)

    def _promise(self) -> None:
        """Share out each rule's promise over the scopes it speaks of."""
        parts = {
            rule.id: sum(1 for scope in self.streams if scope and rule.speaks_of(scope))
            for rule in self._rules.values()
        }
        for stream in self.streams.values():
            stream.shares = {
                rule.id: _share(rule, stream.scope, parts[rule.id]) for rule in self._rules.values()
            }
            stream.promise(self.forecast)

    def _tide(self, now: Millis) -> None:
        """On a first day the other queues tell how the day goes."""
        self._tide_at = now
        queues = [stream for scope, stream in self.streams.items() if scope.startswith("queue:")]
        if not any(stream.pace.ground is Ground.FLAT for stream in queues):
            return
        since = now - _TIDE_MS
        calm = {
            stream.scope: counted_since(stream.recent, since)
            for stream in queues
            if not stream.surging and stream.pace.rate > 0
        }
        all_calls = sum(calls for calls, _ in calm.values())
        all_expected = sum(expected for _, expected in calm.values())
        for stream in queues:
            if stream.pace.ground is not Ground.FLAT:
                continue
            mine = calm.get(stream.scope)
            others = len(calm) - (mine is not None)
            calls, expected = all_calls - (mine or _NONE)[0], all_expected - (mine or _NONE)[1]
            stream.pace.beside = others >= 2 and expected >= _TIDE_LEAST
            if stream.pace.beside:
                # As much as they surely show: chance must not hide a surge.
                tide = calls / (expected + sqrt(expected))
                stream.pace.tide = min(max(tide, 1.0), _TIDE_MOST)

    def _still(self) -> None:
        """What surges in a queue surges on the floor: none of them is to take it for its level."""
        frozen = {scope for scope, stream in self.streams.items() if stream.frozen}
        for scope, stream in self.streams.items():
            stream.stilled = bool(frozen) and ("" in frozen or scope == "")
        self._stilled = bool(frozen)

    def _tell(self, now: Millis) -> None:
        """Put on the board what holds, under as few names as explain it."""
        for rule in self._rules.values():
            alarms = {
                scope: alarm
                for scope, stream in self.streams.items()
                if stream.holding
                for told_by, alarm in stream.alarms.items()
                if told_by == rule.id
            }
            before = self._kept.told.get(rule.id, [])
            if not alarms and not before:
                continue
            told = named(rule, alarms, before, self.streams, self._scopes)
            self._kept.told[rule.id] = sorted(told)
            self._telling = any(self._kept.told.values())
            for scope, alarm in told.items():
                if (rule.id, scope) not in self.board.held:
                    self.board.hold(self._breach(rule, scope, alarm))
            for scope in before:
                if scope not in told:
                    self.board.free(rule.id, scope)

    def _breach(self, rule: Rule, scope: str, alarm: Alarm) -> Breach:
        return Breach(
            rule=rule.id,
            kind=rule.kind,
            scope=scope,
            since=alarm.since,
            at=alarm.at,
            evidence=alarm.evidence,
            queues=self._queues_of(scope),
            learning=alarm.learning,
        )


_NEWS = (Origin.LIVE, Origin.REPLAY)
_NOT_WHOLE = frozenset({AdapterStatus.STARTING, AdapterStatus.RESYNC, AdapterStatus.DOWN})
_NONE = (0, 0.0)


def _share(rule: ArrivalRule, scope: str, parts: int) -> float:
    """False alarms a week that this rule may give in this scope, one of so many besides the floor.

    Half of the promise is the floor's, the other half is shared evenly by queues and groups: a
    small queue is no less worth than a big one.
    """
    weekly = rule.budget.alarms * WEEK_MS / rule.budget.period_ms
    if rule.budget.each_scope:
        return weekly
    if not rule.speaks_of("") or not parts:
        return weekly / max(parts, 1)
    if parts == 1:
        return 0.0 if scope else weekly  # The only queue is the floor.
    return weekly / 2 if not scope else weekly / 2 / parts


def _queues(streams: Iterable[str]) -> Iterable[str]:
    return [scope.removeprefix("queue:") for scope in streams if scope.startswith("queue:")]


def _judge(rule: SurgeRule | CollapseRule, old: RatioJudge | None) -> RatioJudge:
    ratios = (
        surge_ratios(rule.from_ratio)
        if isinstance(rule, SurgeRule)
        else collapse_ratios(rule.to_ratio)
    )
    if old is None or old.ratios != ratios:
        old = RatioJudge(rule=rule.id, ratios=ratios, mix=PoissonMixture(ratios=ratios))
    old.hours = rule.hours
    return old
