"""When an incident is told to whom: at its firing, step by step while nobody takes it on, again and
again, and at its end."""

from collections.abc import Callable, Iterator, Sequence

from alerts.alert import Alert
from alerts.care import Care, Step
from alerts.duty import Addressees, addressees, on_duty
from alerts.incident import RANK, Incident
from alerts.inhibition import queues_of
from alerts.life_muting import next_minute
from alerts.life_outcome import Outcome
from alerts.life_state import LifeState
from alerts.naming import Names
from alerts.notices import Entry, Notice, Word
from alerts.words import Severity, Station
from ingest.events import Millis
from stream.sites import Site

MOST_ALERTS = 10
"""In one notice; the others are counted on the screens."""
_LATE_MS = 60_000

_ENTRIES = {
    Word.FIRED: "told",
    Word.GREW: "grew",
    Word.ESCALATED: "escalated",
    Word.REPEATED: "repeated",
    Word.RESOLVED: "resolved",
}


class Escalation:
    """Tells incidents. `alerts_of` gives the alerts of one, the head first."""

    def __init__(
        self,
        site: Site,
        care: Care,
        state: LifeState,
        outcome: Outcome,
        names: Names,
        alerts_of: Callable[[Incident], list[Alert]],
    ) -> None:
        self._site = site
        self._care = care
        self._state = state
        self._outcome = outcome
        self._names = names
        self._alerts_of = alerts_of

    def judge(self, now: Millis) -> None:
        """Tell what is due."""
        for incident in self._state.incidents.values():
            if incident.open and incident.steps:
                alerts = self._alerts_of(incident)
                firing = [
                    each for each in alerts if each.station is Station.FIRING and each.telling
                ]
                if firing and not self.hushed(incident, firing, now):
                    self._judge(incident, alerts, firing, now)

    def over(self, incident: Incident, now: Millis) -> None:
        """It has ended: told where it was told that it began."""
        everybody = Addressees()
        everybody.add_channels(incident.told)
        self._tell(Word.RESOLVED, incident, self._alerts_of(incident), everybody, now)
        incident.escalate_at = incident.repeat_at = None

    def due(self, now: Millis) -> Iterator[Millis]:
        """When something is to be told, if nothing happens."""
        some = False
        for incident in self._state.incidents.values():
            if not incident.open:
                continue
            some = True
            if incident.told_severity is None:
                yield self._first_at(incident)
            elif incident.waits_for_somebody:
                yield from (at for at in (incident.escalate_at, incident.repeat_at) if at)
        if some and self._care.quiet is not None:
            yield next_minute(now)

    def hushed(self, incident: Incident, firing: Sequence[Alert], now: Millis) -> bool:
        """Whether nothing is to be said of it now, but for its end."""
        if incident.severity is not Severity.CRITICAL and self._care.is_quiet(now):
            return True
        return all(self.silenced_until(alert, now) for alert in firing)

    def silenced_until(self, alert: Alert, now: Millis) -> Millis:
        """Until when a silence mutes its notices; 0 if none does."""
        return max(
            (
                silence.until
                for silence in self._state.silences.values()
                if now < silence.until and silence.matches(alert.rule, alert.scope)
            ),
            default=0,
        )

    def acknowledged(self, incident: Incident) -> None:
        """Somebody has taken it on: nobody else is called."""
        incident.escalate_at = incident.repeat_at = None

    def unacknowledged(self, incident: Incident, now: Millis) -> None:
        """Nobody has it any more: the next step comes after its time, from now on."""
        if incident.told_severity is not None:
            self._next_step(incident, now)
            self._next_repetition(incident, now)

    def _first_at(self, incident: Incident) -> Millis:
        return incident.notify_at + incident.steps[0].after_ms if incident.steps else 0

    def _judge(
        self, incident: Incident, alerts: list[Alert], firing: list[Alert], now: Millis
    ) -> None:
        if incident.told_severity is None:
            if now >= self._first_at(incident):
                self._begin(incident, alerts, now)
        elif self._grew(incident, alerts, firing):
            everybody = Addressees()
            everybody.add_channels(incident.told)
            self._tell(Word.GREW, incident, alerts, everybody, now)
        elif incident.waits_for_somebody:
            self._call(incident, alerts, now)

    def _begin(self, incident: Incident, alerts: list[Alert], now: Millis) -> None:
        who = self._addressees(incident, alerts, incident.steps[0], now)
        self._tell(Word.FIRED, incident, alerts, who, now)
        if incident.acked is None:
            on_time = now - self._first_at(incident) < _LATE_MS
            began = incident.fired_at + incident.steps[0].after_ms
            self._next_step(incident, began if on_time else now)
            self._next_repetition(incident, now)

    def _grew(self, incident: Incident, alerts: list[Alert], firing: list[Alert]) -> bool:
        """Whether it is worse than was told, or something else than was told is left of it."""
        told = incident.told_severity
        if told is not None and RANK[incident.severity] > RANK[told]:
            return True
        if not any(alert.open and alert.name in incident.told_alerts for alert in alerts):
            return True
        incident.told_alerts += [
            alert.name for alert in firing if alert.name not in incident.told_alerts
        ]
        return False

    def _call(self, incident: Incident, alerts: list[Alert], now: Millis) -> None:
        if incident.escalate_at is not None and now >= incident.escalate_at:
            on_time = now - incident.escalate_at < _LATE_MS
            due = incident.escalate_at
            incident.level += 1
            who = self._addressees(incident, alerts, incident.steps[incident.level], now)
            self._tell(Word.ESCALATED, incident, alerts, who, now)
            self._next_step(incident, due if on_time else now)
            self._next_repetition(incident, now)
        elif incident.repeat_at is not None and now >= incident.repeat_at:
            everybody = Addressees()
            for step in incident.steps[: incident.level + 1]:
                found = self._addressees(incident, alerts, step, now)
                everybody.persons += found.persons
                for channel, mentions in found.channels.items():
                    everybody.channels.setdefault(channel, []).extend(mentions)
            self._tell(Word.REPEATED, incident, alerts, everybody, now)
            self._next_repetition(incident, now)

    def _next_step(self, incident: Incident, since: Millis) -> None:
        """`since` is when the present step was due."""
        steps, level = incident.steps, incident.level
        incident.escalate_at = None
        if level + 1 < len(steps):
            incident.escalate_at = since + steps[level + 1].after_ms - steps[level].after_ms

    def _next_repetition(self, incident: Incident, now: Millis) -> None:
        incident.repeat_at = now + incident.repeat_ms if incident.repeat_ms else None

    def _addressees(
        self, incident: Incident, alerts: list[Alert], step: Step, now: Millis
    ) -> Addressees:
        teams = frozenset(team for each in alerts if (team := self._names.team(each.scope)))
        queues = frozenset().union(*(queues_of(alert) for alert in alerts))
        found = addressees(self._care, step, on_duty(self._care, teams, queues, now))
        # Not on the very channel that fails; then rather on all the others.
        failing = {
            scope.partition(":")[2] for scope in incident.scopes if scope.startswith("channel:")
        }
        if failing:
            kept = {name: who for name, who in found.channels.items() if name not in failing}
            found.channels = kept or {
                name: [] for name in self._care.channels if name not in failing
            }
        return found

    def _tell(
        self, word: Word, incident: Incident, alerts: list[Alert], who: Addressees, now: Millis
    ) -> None:
        """One notice for each channel, and a line in the journal."""
        fired = [alert for alert in alerts if alert.fired_at is not None]
        told = tuple(self._names.told(alert) for alert in fired[:MOST_ALERTS])
        for channel, mentions in who.channels.items():
            incident.notices += 1
            self._outcome.notices.append(
                Notice(
                    id=f"{incident.id}.{incident.notices}",
                    at=now,
                    word=word,
                    channel=channel,
                    incident=incident.id,
                    severity=incident.severity,
                    site=self._site.id,
                    site_names=dict(self._site.names),
                    zone=self._site.time_zone,
                    alerts=told,
                    mentions=tuple(mentions),
                    languages=self._care.languages,
                    level=incident.level,
                )
            )
            if channel not in incident.told and word is not Word.RESOLVED:
                incident.told.append(channel)
        if word is not Word.RESOLVED:
            incident.told_severity = incident.severity
            incident.told_alerts = [alert.name for alert in alerts if alert.fired_at is not None]
        details: dict[str, object] = {
            "level": incident.level,
            "channels": list(who.channels),
            "persons": who.persons,
        }
        if word is Word.RESOLVED:
            details |= {
                "rule": incident.rule,
                "kind": incident.kind,
                "scope": incident.scope,
                "since": incident.since,
                "ended_at": incident.ended_at,
                "members": len(incident.members),
            }
        self._outcome.entries.append(
            Entry(at=now, incident=incident.id, what=_ENTRIES[word], details=details)
        )
