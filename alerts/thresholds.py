"""Figures beyond a limit that somebody set."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from alerts.breach import Board, Breach, Sight
from alerts.rules import ThresholdRule
from alerts.threshold_metrics import Gauge, Reading
from alerts.words import Kind
from ingest.events import Event, Millis
from stream.floor import Floor

RETELL_MS = 10_000
"""How often the value of what is held is told anew."""


class Crossing(Struct):
    """Where one figure stands: since when it is beyond its limit (0: it is not), when it was judged
    last, and the interval in which it was last told."""

    beyond_at: Millis = 0
    judged_at: Millis = 0
    told_in: Millis = 0
    retold_at: Millis = 0


class ThresholdWatch:
    """Holds a breach per rule and scope whose figure is beyond; see `alerts.breach.Watch`."""

    def __init__(self, floor: Floor, rules: Sequence[ThresholdRule], board: Board) -> None:
        self._floor = floor
        self._rules = rules
        self._board = board
        self._gauge = Gauge(floor)
        self._crossings: dict[str, dict[str, Crossing]] = {}
        self._scopes: list[str] = []
        self._mine: dict[str, list[str]] = {}

    def take(self, event: Event, now: Millis) -> None:
        """Figures are judged as time passes: what lasts less than a second is nobody's matter."""

    def tick(self, now: Millis, sight: Sight) -> None:
        self._gauge.at(now)
        scopes = self._gauge.scopes()
        if scopes != self._scopes:
            self._scopes = scopes
            self._mine = {r.id: [s for s in scopes if r.speaks_of(s)] for r in self._rules}
        for rule in self._rules:
            judged = self._crossings.setdefault(rule.id, {})
            for scope in self._mine[rule.id]:
                self._judge(rule, scope, judged.setdefault(scope, Crossing()), now, sight)

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._crossings)

    def load(self, state: bytes, now: Millis) -> None:
        self._crossings = msgspec.msgpack.decode(state, type=dict[str, dict[str, Crossing]])

    def _judge(
        self, rule: ThresholdRule, scope: str, crossing: Crossing, now: Millis, sight: Sight
    ) -> None:
        if not rule.hours.holds(now):
            self._over(rule, scope, crossing)
            return
        if self._gauge.blind(scope, sight):
            return
        reading = self._gauge.read(rule.metric, scope, rule.over, now)
        if reading is None or reading.of < rule.least:
            # A new interval begins with few calls: what was amiss is not mended by that.
            if now - crossing.judged_at > self._floor.site.interval_ms:
                self._over(rule, scope, crossing)
            return
        crossing.judged_at = now
        limit = rule.limit
        if crossing.beyond_at and rule.recover is not None:
            limit = rule.recover
        if not (reading.value < limit if rule.below else reading.value > limit):
            self._over(rule, scope, crossing)
        elif self._tellable(rule, crossing, now):
            self._hold(rule, scope, crossing, reading, now)

    def _tellable(self, rule: ThresholdRule, crossing: Crossing, now: Millis) -> bool:
        """Whether it is told: a rule of `once` waits for the next interval to tell it again."""
        if crossing.beyond_at or not rule.once:
            return True
        return crossing.told_in != self._floor.calendar.interval(now)

    def _hold(
        self, rule: ThresholdRule, scope: str, crossing: Crossing, reading: Reading, now: Millis
    ) -> None:
        if not crossing.beyond_at:
            crossing.beyond_at, crossing.retold_at = now, 0
            crossing.told_in = self._floor.calendar.interval(now)
        held = self._board.held.get((rule.id, scope))
        if held is not None and now - crossing.retold_at < RETELL_MS:
            return
        crossing.retold_at = now
        self._board.hold(
            Breach(
                rule=rule.id,
                kind=Kind.THRESHOLD,
                scope=scope,
                since=crossing.beyond_at,
                at=held.at if held is not None else now,
                evidence={
                    "metric": rule.metric,
                    "value": round(reading.value, 4),
                    "limit": rule.limit,
                    "over": rule.over,
                    "of": reading.of,
                },
                queues=self._gauge.queues(scope),
            )
        )

    def _over(self, rule: ThresholdRule, scope: str, crossing: Crossing) -> None:
        crossing.beyond_at = 0
        self._board.free(rule.id, scope)
