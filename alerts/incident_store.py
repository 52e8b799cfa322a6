"""The port of the incidents' memory: journal, outbox, state; kept together or not at all."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from alerts.incident import Incident
from alerts.life_state import LifeState
from alerts.notices import Entry, Notice, Outbox, Waiting
from ingest.events import Millis


class IncidentStoreError(Exception):
    """The memory cannot be read or written; says which file, and what to do."""


class IncidentStore(Outbox, Protocol):
    """What alerts leave behind. All calls block until it is durable.

    The journal is only ever added to. A notice is kept until its channel took it: `commit` with one
    that is known already changes nothing about it.
    """

    @property
    def warnings(self) -> Sequence[str]:
        """What was found damaged when it was opened; whole sentences."""
        ...

    def commit(
        self,
        life_state: bytes,
        entries: Sequence[Entry],
        notices: Sequence[Notice],
        incidents: Sequence[Incident] = (),
    ) -> None:
        """Keep all of these, or none if it raises `IncidentStoreError`."""
        ...

    def load(self) -> LifeState | None:
        """The state of the last commit; None if there is none, or if it is of another release."""
        ...

    def save_blob(self, name: str, blob: bytes) -> None:
        """Keep what a watch has learnt, under its name."""
        ...

    def blobs(self) -> dict[str, bytes]:
        """All that `save_blob` kept."""
        ...

    def story(self, incident: str) -> list[Entry]:
        """All lines about one incident, in their order."""
        ...

    def journal(self, start: Millis, end: Millis) -> list[Entry]:
        """All lines from `start` to before `end`."""
        ...

    def incident(self, id: str) -> Incident | None:
        """As it was when something was last written about it."""
        ...

    def incidents(self, start: Millis, end: Millis) -> list[Incident]:
        """Those that fired from `start` to before `end`, latest first."""
        ...

    def verdicts(self, start: Millis, end: Millis) -> Mapping[str, str]:
        """The verdict on each incident that fired in that time, where there is one."""
        ...

    def undelivered(self, limit: int = 100) -> list[Waiting]:
        """Notices that were given up, latest first."""
        ...
