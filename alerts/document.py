"""What the screens show of alerts: objects by id, so that changes are merge patches."""

from collections.abc import Iterable

from alerts.alert import Alert
from alerts.escalation import Escalation
from alerts.incident import Done, Incident
from alerts.life_state import LifeState
from alerts.naming import Names
from alerts.notices import Told
from alerts.sentence_facts import scope_name
from alerts.sentences import sentence
from alerts.words import Station
from ingest.events import Millis
from stream.sites import Site

SHOWN_AFTER_MS = 10 * 60_000
MOST_ENDED = 20
LANGUAGES = ("zh", "en")


class Document:
    """Shows the state of the alerts of one site."""

    def __init__(self, site: Site, names: Names, state: LifeState, escalation: Escalation) -> None:
        self._zone = site.time_zone
        self._names = names
        self._state = state
        self._escalation = escalation

    def shown(self, now: Millis, learning: bool) -> dict[str, object]:
        """The document as it is now, for the key `alerts` of a frame."""
        alerts = self._state.alerts.values()
        return {
            "incidents": {each.id: self.incident(each, now) for each in self._listed(now)},
            "muted": {
                alert.name: {"by": alert.inhibited_by}
                for alert in alerts
                if alert.open and alert.inhibited_by
            },
            "silences": {
                each.id: {
                    "matcher": {"rule": each.rule, "scope": each.scope},
                    "until": each.until,
                    "reason": each.reason,
                    "by": each.by,
                    "maintenance": each.maintenance,
                }
                for each in self._state.silences.values()
            },
            "learning": learning or any(alert.open and alert.learning for alert in alerts),
        }

    def incident(self, incident: Incident, now: Millis) -> dict[str, object]:
        """One incident, also for the lists and stories of past ones."""
        head = self._state.alerts.get(incident.head)
        if head is not None and head.incident != incident.id:
            head = None
        told = self._told(incident, head)
        shown: dict[str, object] = {
            "number": incident.number,
            "rule": incident.rule,
            "kind": incident.kind.value,
            "scope": incident.scope,
            "severity": incident.severity.value,
            "state": incident.state.value,
            "rule_names": told.rule_names or dict.fromkeys(LANGUAGES, incident.rule),
            "scope_names": {each: scope_name(told, each) for each in LANGUAGES},
            "since": incident.since,
            "fired_at": incident.fired_at,
            "evidence": told.evidence,
            "learning": told.learning,
            "sentence": {each: sentence(told, each, self._zone) for each in LANGUAGES},
            "level": incident.level,
            "others": [scope for scope in incident.scopes if scope != incident.scope],
            "playbook": incident.playbook,
            "steps": {step: {"by": d.by, "at": d.at} for step, d in incident.checked.items()},
        }
        silenced = self._escalation.silenced_until(head, now) if head and incident.open else 0
        optional = {
            "ended_at": incident.ended_at,
            "next_at": incident.escalate_at if incident.state is Station.FIRING else None,
            "next_to": _next_to(incident),
            "acked": _acked(incident.acked),
            "silenced_until": silenced or None,
            "assigned": incident.assigned or None,
            "verdict": incident.verdict or None,
            "closed": _closed(incident),
        }
        return shown | {key: value for key, value in optional.items() if value is not None}

    def _told(self, incident: Incident, head: Alert | None) -> Told:
        if head is not None:
            return self._names.told(head)
        return Told(
            rule=incident.rule,
            kind=incident.kind,
            scope=incident.scope,
            severity=incident.severity,
            since=incident.since,
            fired_at=incident.fired_at,
            evidence=incident.evidence,
            ended_at=incident.ended_at,
            rule_names=self._names.rule(incident.rule),
            scope_names=self._names.scope(incident.scope),
            learning=incident.learning,
            playbook=incident.playbook,
        )

    def _listed(self, now: Millis) -> Iterable[Incident]:
        """All that are open, and the latest ended ones that somebody may still want to look at."""
        known = self._state.incidents.values()
        ended = [
            each
            for each in known
            if not each.open
            and (each.closed is None or now < (each.ended_at or 0) + SHOWN_AFTER_MS)
        ]
        return [*(each for each in known if each.open), *ended[-MOST_ENDED:]]


def _acked(acked: Done | None) -> dict[str, object] | None:
    return None if acked is None else {"by": acked.by, "at": acked.at, "note": acked.note}


def _next_to(incident: Incident) -> list[str] | None:
    """Whom the next step tells."""
    if not incident.open or incident.escalate_at is None:
        return None
    return list(incident.steps[incident.level + 1].tell)


def _closed(incident: Incident) -> dict[str, object] | None:
    closed = incident.closed
    if closed is None:
        return None
    return {
        "by": closed.by,
        "at": closed.at,
        "cause": closed.cause,
        "measure": closed.measure,
    }
