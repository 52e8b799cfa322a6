"""Incidents: which alerts belong together, which of them leads, when it is all over."""

from collections.abc import Iterator, Mapping

from alerts.alert import Alert
from alerts.care import Care
from alerts.incident import RANK, Incident
from alerts.inhibition import causes, queues_of
from alerts.life_outcome import Outcome
from alerts.life_state import LifeState
from alerts.rules import Rule
from alerts.words import Kind, Severity, Station
from ingest.events import Millis

FAMILIES: tuple[frozenset[Kind], ...] = (
    frozenset(
        (
            *(Kind.COMPONENT, Kind.DROPPED, Kind.MASS_END),
            *(Kind.COLLAPSE, Kind.SILENCE, Kind.NO_ANSWER),
        )
    ),
    frozenset((Kind.SURGE, Kind.THRESHOLD)),
    frozenset((Kind.MASS_SIGN_OUT, Kind.NO_ANSWER, Kind.THRESHOLD)),
    frozenset((Kind.ADAPTER,)),
)
"""Kinds of trouble that often have one cause."""


class Groups:
    """Puts what fires into incidents, and ends them."""

    def __init__(
        self, rules: Mapping[str, Rule], care: Care, state: LifeState, outcome: Outcome
    ) -> None:
        self._rules = rules
        self._care = care
        self._state = state
        self._outcome = outcome

    def fire(self, now: Millis) -> None:
        """What holds, is muted by nothing and has not fired yet, fires."""
        ready = [
            alert
            for alert in self._state.alerts.values()
            if alert.station is Station.FIRING and alert.telling and alert.fired_at is None
        ]
        ready.sort(key=lambda alert: (-RANK[alert.severity], alert.at))
        for alert in ready:
            alert.fired_at = now
            incident = self._home(alert)
            joined = incident is not None
            if incident is None:
                incident = self._open(alert, now)
            incident.add(alert)
            incident.joined_at = now
            wait = self._wait_ms(alert.severity)
            incident.notify_at = min(incident.notify_at, now + wait)
            self._outcome.of_alert(
                now,
                "fired",
                alert,
                kind=alert.kind,
                severity=alert.severity,
                since=alert.since,
                evidence=alert.evidence,
                learning=alert.learning,
                joined=joined,
            )

    def inhibit(self, now: Millis, muted: list[Alert]) -> None:
        """What has become muted belongs to the incident of what mutes it."""
        for alert in muted:
            root = self._root(alert)
            home = self._state.incidents.get(root.incident)
            if not alert.incident or not self._is_open(alert.incident):
                alert.incident = root.incident
                if home is not None and home.open:
                    home.add(alert)
            self._outcome.of_alert(now, "inhibited", alert, by=alert.inhibited_by)

    def settle(self, now: Millis) -> list[Incident]:
        """Bring each incident up to its alerts; those that are over now are returned."""
        over = []
        for incident in self._state.incidents.values():
            if incident.open and self._settle(incident, now):
                over.append(incident)
        return over

    def due(self) -> Iterator[Millis]:
        """When an incident ends, if nothing happens."""
        for incident in self._state.incidents.values():
            if incident.open and incident.ended_at is not None:
                yield incident.ended_at + self._care.grouping.settle_ms

    def alerts_of(self, incident: Incident) -> list[Alert]:
        """Its alerts, the head first."""
        known = self._state.alerts
        found = [known[name] for name in incident.members if name in known]
        mine = [alert for alert in found if alert.incident == incident.id]
        return sorted(mine, key=lambda alert: alert.name != incident.head)

    def _settle(self, incident: Incident, now: Millis) -> bool:
        alerts = self.alerts_of(incident)
        self._lead(incident, alerts)
        for alert in alerts:
            if alert.telling and RANK[alert.severity] > RANK[incident.severity]:
                incident.severity = alert.severity
        stations = {alert.station for alert in alerts}
        if Station.FIRING in stations:
            incident.state, incident.ended_at = Station.FIRING, None
            return False
        incident.state = Station.RECOVERING
        if Station.RECOVERING in stations:
            incident.ended_at = None
            return False
        ends = [alert.ended_at or 0 for alert in alerts]
        incident.ended_at = max((*ends, incident.ended_at or 0)) or now
        if now < incident.ended_at + self._care.grouping.settle_ms:
            return False
        incident.state = Station.ENDED
        return True

    def _lead(self, incident: Incident, alerts: list[Alert]) -> None:
        """A cause that came after its effect takes over."""
        head = next((alert for alert in alerts if alert.name == incident.head), None)
        if head is None:
            return
        fired = [alert for alert in alerts if alert.fired_at is not None]
        leader = head
        for _ in fired:
            leader = next((each for each in fired if causes(each, leader)), leader)
        if leader is not head:
            rule = self._rules.get(leader.rule)
            incident.led_by(leader, rule.playbook if rule else "")
        else:
            incident.copy(head)

    def _root(self, alert: Alert) -> Alert:
        """What mutes it, and what mutes that: the first cause."""
        seen = {alert.name}
        while (cause := self._state.alerts.get(alert.inhibited_by)) and cause.name not in seen:
            seen.add(cause.name)
            alert = cause
        return alert

    def _home(self, alert: Alert) -> Incident | None:
        """The open incident that it belongs to."""
        if self._is_open(alert.incident):
            return self._state.incidents[alert.incident]
        for incident in reversed(self._state.incidents.values()):
            if not incident.open:
                continue
            late = alert.at - incident.joined_at > self._care.grouping.window_ms
            untold = alert.at <= incident.notify_at
            members = self.alerts_of(incident)
            if any(_belongs(alert, each, late) for each in members):
                return incident
            if untold and any(_alike(alert, each) for each in members):
                return incident
            if alert.name in incident.members:
                return incident
        return None

    def _is_open(self, incident: str) -> bool:
        found = self._state.incidents.get(incident)
        return found is not None and found.open

    def _open(self, alert: Alert, now: Millis) -> Incident:
        self._state.counted += 1
        number = self._state.counted
        rule = self._rules[alert.rule]
        policy = self._care.policy(rule.policy)
        incident = Incident(
            id=f"{number}-{now // 1_000:x}",
            number=number,
            rule=alert.rule,
            kind=alert.kind,
            scope=alert.scope,
            severity=alert.severity,
            state=Station.FIRING,
            since=alert.since,
            fired_at=now,
            evidence=alert.evidence,
            peak=alert.peak,
            notify_at=now + self._wait_ms(alert.severity),
            joined_at=now,
            steps=policy.steps,
            repeat_ms=policy.repeat_ms,
            playbook=rule.playbook,
            learning=alert.learning,
        )
        self._state.incidents[incident.id] = incident
        return incident

    def _wait_ms(self, severity: Severity) -> Millis:
        grouping = self._care.grouping
        return grouping.critical_wait_ms if severity is Severity.CRITICAL else grouping.wait_ms


def _belongs(alert: Alert, member: Alert, late: bool) -> bool:
    if causes(member, alert):
        return True
    return not late and (causes(alert, member) or akin(alert, member))


def _alike(one: Alert, other: Alert) -> bool:
    """Whether one rule speaks of two of a kind: told in one notice if they come together."""
    return one.rule == other.rule and _place(one) == _place(other)


def _place(alert: Alert) -> str:
    return alert.scope.partition(":")[0]


def akin(one: Alert, other: Alert) -> bool:
    """Whether two alerts are of one sort of trouble in one place."""
    if not any(one.kind in family and other.kind in family for family in FAMILIES):
        return False
    places = {_place(one), _place(other)}
    if "channel" in places:
        return False
    if "" in places or len(places) == 1 or Kind.COMPONENT in (one.kind, other.kind):
        return True
    return not queues_of(one).isdisjoint(queues_of(other))
