"""One incident: the alerts of one cause, told, acknowledged, passed on and closed together."""

from msgspec import Struct, field

from alerts.alert import Alert
from alerts.breach import Evidence
from alerts.care import Step
from alerts.words import Kind, Severity, Station
from ingest.events import Millis

RANK = {Severity.NOTICE: 0, Severity.WARNING: 1, Severity.CRITICAL: 2}


class Done(Struct, frozen=True, kw_only=True):
    """Somebody did something, with his words to it."""

    by: str
    at: Millis
    note: str = ""


class Closed(Struct, frozen=True, kw_only=True):
    """What it was, and what was done against it."""

    by: str
    at: Millis
    cause: str
    measure: str


class Incident(Struct, kw_only=True):
    """`head` is the alert that it is named after, `members` the names of all, head included.

    `told` are the channels that know of it. `notify_at` is when the grouping wait is over,
    `escalate_at` and `repeat_at` when the next step and the next repetition are due. `level` counts
    the steps taken. `steps` and `repeat_ms` are copied when it begins: an edited policy is for the
    next incident.
    """

    id: str
    number: int
    rule: str
    kind: Kind
    scope: str
    severity: Severity
    state: Station
    since: Millis
    fired_at: Millis
    evidence: Evidence
    peak: Evidence
    notify_at: Millis
    joined_at: Millis
    steps: tuple[Step, ...]
    repeat_ms: Millis
    members: list[str] = field(default_factory=list)
    scopes: list[str] = field(default_factory=list)
    learning: bool = False
    playbook: str = ""
    ended_at: Millis | None = None
    settled_at: Millis | None = None
    level: int = 0
    escalate_at: Millis | None = None
    repeat_at: Millis | None = None
    told: list[str] = field(default_factory=list)
    told_alerts: list[str] = field(default_factory=list)
    told_severity: Severity | None = None
    notices: int = 0
    acked: Done | None = None
    assigned: str = ""
    checked: dict[str, Done] = field(default_factory=dict)
    verdict: str = ""
    closed: Closed | None = None

    @property
    def head(self) -> str:
        return f"{self.rule} {self.scope}"

    @property
    def open(self) -> bool:
        return self.state is not Station.ENDED

    @property
    def waits_for_somebody(self) -> bool:
        """Told, and nobody has taken it on."""
        return self.open and bool(self.told_severity) and self.acked is None

    def led_by(self, alert: Alert, playbook: str) -> None:
        """This alert is what the incident is named after."""
        self.rule, self.kind, self.scope = alert.rule, alert.kind, alert.scope
        self.playbook = playbook
        self.copy(alert)

    def copy(self, alert: Alert) -> None:
        """What the head says now."""
        self.evidence, self.peak = alert.evidence, alert.peak
        self.learning = alert.learning

    def add(self, alert: Alert) -> None:
        """This alert belongs to it."""
        alert.incident = self.id
        if alert.name not in self.members:
            self.members.append(alert.name)
        if alert.scope not in self.scopes:
            self.scopes.append(alert.scope)
        self.since = min(self.since, alert.since)
