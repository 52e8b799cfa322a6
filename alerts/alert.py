"""One alert: a rule that speaks of a scope, from its first sign to its end."""

from msgspec import Struct

from alerts.breach import Breach, Evidence
from alerts.notices import Told
from alerts.words import Kind, Severity, Station
from ingest.events import Millis

_WORST: dict[Kind, tuple[str, int]] = {
    Kind.SURGE: ("ratio", 1),
    Kind.COLLAPSE: ("ratio", -1),
    Kind.SILENCE: ("quiet_ms", 1),
    Kind.DROPPED: ("share", 1),
    Kind.NO_ANSWER: ("arrivals", 1),
    Kind.MASS_END: ("calls", 1),
    Kind.MASS_SIGN_OUT: ("agents", 1),
    Kind.ADAPTER: ("silent_ms", 1),
    Kind.AGENT: ("for_ms", 1),
}
"""The number by which the worst evidence of each kind is known, and whether large or small is bad."""

OPEN = (Station.FIRING, Station.RECOVERING)


class Alert(Struct, kw_only=True):
    """`at` is when it was first seen to hold, `fired_at` when it became an alert that is told.

    `inhibited_by` says what mutes it: the name of another alert, or `maintenance`. An alert that was
    muted from the start has no `fired_at`. `worse_at` is when it last counted another drop.
    """

    rule: str
    kind: Kind
    scope: str
    severity: Severity
    station: Station
    since: Millis
    at: Millis
    evidence: Evidence
    peak: Evidence
    fired_at: Millis | None = None
    free_at: Millis | None = None
    ended_at: Millis | None = None
    queues: tuple[str, ...] = ()
    incident: str = ""
    inhibited_by: str = ""
    learning: bool = False
    flaps: int = 0
    limit_below: bool = False
    worse_at: Millis = 0

    @property
    def name(self) -> str:
        """Its place in the state: rule and scope."""
        return name(self.rule, self.scope)

    @property
    def open(self) -> bool:
        """Whether it holds, or did a moment ago."""
        return self.station in OPEN

    @property
    def telling(self) -> bool:
        """Open, and muted by nothing."""
        return self.open and not self.inhibited_by

    def hear(self, breach: Breach, now: Millis) -> None:
        """New evidence of the same trouble."""
        if _drops(breach.evidence) > _drops(self.evidence):
            self.worse_at = now
        self.evidence = breach.evidence
        self.queues = breach.queues
        self.learning = breach.learning
        if self._worse(breach.evidence):
            self.peak = breach.evidence

    def _worse(self, evidence: Evidence) -> bool:
        key, sign = _WORST.get(self.kind, ("value", -1 if self.limit_below else 1))
        new, old = evidence.get(key), self.peak.get(key)
        if isinstance(new, str) or isinstance(old, str) or new is None:
            return False
        return old is None or new * sign > old * sign

    def told(self, rule_names: dict[str, str], scope_names: dict[str, str], playbook: str) -> Told:
        """As a notice tells it."""
        return Told(
            rule=self.rule,
            kind=self.kind,
            scope=self.scope,
            severity=self.severity,
            since=self.since,
            fired_at=self.fired_at or self.at,
            evidence=self.evidence,
            ended_at=self.ended_at,
            rule_names=rule_names,
            scope_names=scope_names,
            learning=self.learning,
            playbook=playbook,
        )


def _drops(evidence: Evidence) -> float:
    drops = evidence.get("dropped", 0)
    return 0 if isinstance(drops, str) else drops


def name(rule: str, scope: str) -> str:
    """Alerts are kept by rule and scope."""
    return f"{rule} {scope}"
