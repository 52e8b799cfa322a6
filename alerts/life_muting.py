"""What mutes an alert: its cause, or planned work."""

from collections.abc import Iterator

from alerts.alert import Alert
from alerts.care import Care
from alerts.inhibition import ECHO_MS, REDIAL_MS, may_mute, mutes
from alerts.life_outcome import Outcome
from alerts.life_state import LifeState
from alerts.words import Station
from ingest.events import Millis

MAINTENANCE = "maintenance"


def next_minute(now: Millis) -> Millis:
    """Hours of the week begin and end on full minutes."""
    return now - now % 60_000 + 60_000


class Muting:
    """Keeps `inhibited_by` of every open alert true."""

    def __init__(self, care: Care, state: LifeState, outcome: Outcome) -> None:
        self._care = care
        self._state = state
        self._outcome = outcome

    def judge(self, now: Millis) -> list[Alert]:
        """Mute and unmute; those that have become muted are returned, causes first."""
        muted = []
        causes = [alert for alert in self._state.alerts.values() if may_mute(alert)]
        for alert in self._state.alerts.values():
            if alert.station is not Station.FIRING:
                continue
            by = self._muted_by(alert, causes, now)
            if by and alert.inhibited_by in ("", MAINTENANCE) and by != alert.inhibited_by:
                muted.append(alert)
            if alert.inhibited_by and not by:
                self._outcome.of_alert(now, "uninhibited", alert, by=alert.inhibited_by)
            alert.inhibited_by = by
        return sorted(muted, key=lambda alert: alert.at)

    def due(self, now: Millis) -> Iterator[Millis]:
        """When a cause may lose its hold, or planned work begin or end."""
        if self._care.maintenance and any(alert.open for alert in self._state.alerts.values()):
            yield next_minute(now)
            for work in self._care.maintenance:
                yield from (work.start, work.end)
        if not any(alert.inhibited_by for alert in self._state.alerts.values()):
            return
        for alert in self._state.alerts.values():
            if alert.ended_at is not None:
                yield alert.ended_at + self._care.grouping.linger_ms
                yield alert.ended_at + REDIAL_MS
                yield alert.ended_at + ECHO_MS

    def _muted_by(self, alert: Alert, causes: list[Alert], now: Millis) -> str:
        planned = any(
            work.holds(alert.rule, alert.scope, now) for work in self._care.maintenance
        ) or any(
            silence.maintenance and silence.matches(alert.rule, alert.scope)
            for silence in self._state.silences.values()
            if now < silence.until
        )
        if planned:
            return MAINTENANCE
        linger = self._care.grouping.linger_ms
        present = self._state.alerts.get(alert.inhibited_by)
        if present is not None and mutes(present, alert, now, linger):
            return present.name
        for cause in causes:
            if mutes(cause, alert, now, linger):
                return cause.name
        return ""
