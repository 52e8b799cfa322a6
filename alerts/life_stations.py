"""The stations of each alert: pending, firing, recovering, ended; moved by the board and by time."""

from collections.abc import Iterable, Iterator, Mapping

from alerts.alert import Alert, name
from alerts.breach import CLEAR, Board, Breach, Key, Sight
from alerts.inhibition import queues_of
from alerts.life_outcome import Outcome
from alerts.life_state import LifeState
from alerts.rules import Rule, ThresholdRule
from alerts.words import Kind, Station
from ingest.events import Millis

GRACE_MS = 120_000
"""After a restart a watch has so long to say again what it held before."""


class Stations:
    """Moves alerts from station to station."""

    def __init__(
        self, rules: Mapping[str, Rule], state: LifeState, outcome: Outcome, *, restored: bool
    ) -> None:
        self._rules = rules
        self._alerts = state.alerts
        self._outcome = outcome
        self._restored = restored
        self._unheard: dict[str, Key] = {}
        self._grace_until: Millis | None = None
        self._sight = CLEAR

    def take(self, board: Board, now: Millis, sight: Sight) -> bool:
        """What is new on the board; True if something moved."""
        news: Iterable[Key] = board.news()
        if self._restored:
            self._restored = False
            gone = {(each.rule, each.scope) for each in self._alerts.values()}
            news = {*news, *board.held, *(key for key in gone if key[0] not in self._rules)}
            self._unheard = {
                alert.name: (alert.rule, alert.scope)
                for alert in self._alerts.values()
                if alert.station in (Station.PENDING, Station.FIRING)
            }
            self._grace_until = now + GRACE_MS if self._unheard else None
        moved = sight != self._sight
        self._sight = sight
        for key in news:
            self._unheard.pop(name(*key), None)
            moved = self._hear(key, board.held.get(key), now) or moved
        return moved

    def wait(self, now: Millis) -> None:
        """What time alone moves."""
        if self._grace_until is not None and now >= self._grace_until:
            self._grace_until = None
            for key in self._unheard.values():
                self._hear(key, None, now)
            self._unheard.clear()
        for alert in list(self._alerts.values()):
            if (due := self._due(alert)) is None or due > now:
                continue
            if alert.station is Station.PENDING:
                alert.station, alert.at = Station.FIRING, now
            else:
                self._end(alert, now)

    def due(self) -> Iterator[Millis]:
        """When time moves something next."""
        if self._grace_until is not None:
            yield self._grace_until
        for alert in self._alerts.values():
            if (due := self._due(alert)) is not None:
                yield due

    def _due(self, alert: Alert) -> Millis | None:
        rule = self._rules.get(alert.rule)
        if alert.station is Station.PENDING and alert.name not in self._unheard:
            return alert.since + (rule.for_ms if rule else 0)
        if alert.station is Station.RECOVERING and not self._blind(alert):
            return (alert.free_at or 0) + (rule.keep_ms if rule else 0)
        return None

    def _blind(self, alert: Alert) -> bool:
        """Whether nobody can see now that it is over."""
        if alert.kind in (Kind.ADAPTER, Kind.COMPONENT):
            return False
        queues = queues_of(alert)
        return bool(queues) and queues <= self._sight.blind_queues

    def _hear(self, key: Key, breach: Breach | None, now: Millis) -> bool:
        alert = self._alerts.get(name(*key))
        if breach is None:
            return alert is not None and self._free(alert, now)
        rule = self._rules.get(key[0])
        if rule is None:
            return alert is not None and self._free(alert, now)
        if alert is None or alert.station is Station.ENDED:
            self._begin(breach, rule, alert, now)
            return True
        alert.hear(breach, now)
        if alert.station is Station.PENDING:
            alert.since = breach.since
            return True
        if alert.station is not Station.RECOVERING:
            return False
        alert.station, alert.free_at = Station.FIRING, None
        alert.flaps += 1
        self._outcome.of_alert(now, "flapped", alert, flaps=alert.flaps)
        return True

    def _begin(self, breach: Breach, rule: Rule, before: Alert | None, now: Millis) -> None:
        pending = now < breach.since + rule.for_ms
        alert = Alert(
            rule=rule.id,
            kind=breach.kind,
            scope=breach.scope,
            severity=rule.severity,
            station=Station.PENDING if pending else Station.FIRING,
            since=breach.since,
            at=now,
            worse_at=now,
            evidence=breach.evidence,
            peak=breach.evidence,
            queues=breach.queues,
            learning=breach.learning,
            flaps=before.flaps + 1 if before else 0,
            limit_below=isinstance(rule, ThresholdRule) and rule.below,
        )
        self._alerts[alert.name] = alert

    def _free(self, alert: Alert, now: Millis) -> bool:
        if alert.station is Station.PENDING:
            del self._alerts[alert.name]
            return True
        if alert.station is not Station.FIRING:
            return False
        alert.station, alert.free_at = Station.RECOVERING, now
        return True

    def _end(self, alert: Alert, now: Millis) -> None:
        alert.station, alert.ended_at = Station.ENDED, now
        self._outcome.of_alert(
            now,
            "ended",
            alert,
            fired_at=alert.fired_at,
            free_at=alert.free_at,
            evidence=alert.evidence,
            peak=alert.peak,
            flaps=alert.flaps,
        )
