"""What comes out of the life of alerts: lines of the incident journal, and notices to be sent."""

from msgspec import Struct, field

from alerts.alert import Alert
from alerts.incident import Incident
from alerts.notices import Entry, Notice
from ingest.events import Millis


class Outcome(Struct):
    """To be kept together, with the state that they led to, in one transaction.

    `incidents` are those that the entries speak of, as they are now.
    """

    entries: list[Entry] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    incidents: list[Incident] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.entries or self.notices)

    def of_alert(self, now: Millis, what: str, alert: Alert, **details: object) -> None:
        """A line about one alert."""
        self.entries.append(
            Entry(
                at=now,
                incident=alert.incident,
                what=what,
                rule=alert.rule,
                scope=alert.scope,
                details=details,
            )
        )

    def of_incident(
        self, now: Millis, what: str, incident: str, who: str = "", **details: object
    ) -> None:
        """A line about an incident as a whole, or about none."""
        self.entries.append(Entry(at=now, incident=incident, what=what, who=who, details=details))
