"""Notices: what is to be said to whom about an incident, and the stations of an incident's story."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Protocol

from msgspec import Struct

from alerts.breach import Evidence
from alerts.words import Kind, Severity
from ingest.events import Millis


class Word(StrEnum):
    """Why a notice goes out."""

    FIRED = "fired"
    """An incident begins."""
    GREW = "grew"
    """More alerts joined it."""
    ESCALATED = "escalated"
    """Nobody has acknowledged it: the next one is told."""
    REPEATED = "repeated"
    """It still lasts and nobody has acknowledged it."""
    RESOLVED = "resolved"
    """It is over; told to those who were told that it began."""
    TEST = "test"
    """Somebody tries a channel."""


class Told(Struct, frozen=True, kw_only=True):
    """One alert as a notice tells it. Names are by language."""

    rule: str
    kind: Kind
    scope: str
    severity: Severity
    since: Millis
    fired_at: Millis
    evidence: Evidence
    ended_at: Millis | None = None
    rule_names: Mapping[str, str] = {}
    scope_names: Mapping[str, str] = {}
    learning: bool = False
    playbook: str = ""


class Notice(Struct, frozen=True, kw_only=True):
    """One message for one channel, kept in the outbox until the channel took it.

    `id` is the same however often it is sent. `mentions` are whom the channel is asked to call by
    name (for a mail: its addresses). `languages` are those it is written in, first one first.
    """

    id: str
    at: Millis
    word: Word
    channel: str
    incident: str
    severity: Severity
    site: str
    site_names: Mapping[str, str] = {}
    zone: str = "UTC"
    alerts: tuple[Told, ...] = ()
    mentions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("zh", "en")
    level: int = 0
    note: str = ""


class Entry(Struct, frozen=True, kw_only=True):
    """One line of the incident journal: who did what, when, to which incident; never changed.

    `what` is a word of docs/alerts.md (`fired`, `acknowledged`, `escalated` …); `who` is empty where
    the software did it by itself.
    """

    at: Millis
    incident: str
    what: str
    who: str = ""
    rule: str = ""
    scope: str = ""
    details: Mapping[str, object] = {}


class Waiting(Struct, frozen=True, kw_only=True):
    """A notice of the outbox: how often it was tried, and what the last try said."""

    notice: Notice
    tries: int = 0
    due_at: Millis = 0
    trouble: str = ""


class Outbox(Protocol):
    """Notices that are to be sent, kept on disk. At least once: one that was sent in the moment of a
    crash is sent again."""

    def due(self, now: Millis, limit: int = 100) -> list[Waiting]:
        """The notices to be tried now, oldest first."""
        ...

    def sent(self, id: str, now: Millis) -> None:
        """The channel took it."""
        ...

    def again(self, id: str, due_at: Millis, trouble: str) -> None:
        """It did not; try again then."""
        ...

    def given_up(self, id: str, now: Millis, trouble: str) -> None:
        """It never will: kept aside with the reason, and shown."""
        ...
