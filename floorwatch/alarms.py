"""An alarm of the past: what a backtest found, as plain data."""

from dataclasses import dataclass
from typing import Any

from alerts.breach import Evidence
from alerts.words import Severity
from ingest.events import Millis


@dataclass(slots=True, kw_only=True)
class Alarm:
    """One alert that would have been told. `ended_at` is None if it was still open at the end."""

    rule: str
    kind: str
    scope: str
    started_at: Millis
    since: Millis
    evidence: Evidence
    incident: str
    learning: bool
    severity: Severity
    ended_at: Millis | None = None

    def document(self) -> dict[str, Any]:
        """As `--json` prints it."""
        return {
            "rule": self.rule,
            "kind": self.kind,
            "scope": self.scope,
            "started_at": self.started_at,
            "ended_at": self.ended_at,
            "evidence": self.evidence,
            "since": self.since,
            "severity": self.severity,
            "incident": self.incident,
            "learning": self.learning,
        }
