"""What happens on the simulated floor that our events have no word for.

A telephone system tells more than a floor needs: when a line is seized and released, by which trunk
a caller came, whom an agent asked before he passed the caller on. The writers of such a system's own
formats read these notes among the events; the events' own readers skip them.
"""

from dataclasses import dataclass

from ingest.events import Millis
from ingest.words import EndedBy, RingEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """Something that happened and that no event tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived(Note):
    """A line is seized: the call reaches the system, told just before its `Offered`.

    `line` is the channel's number, of its own for each call and ten apart, so that the call's other
    channels can have the numbers between. `number` is an invented caller number in full. A
    `callback` was dialled by the system itself.
    """

    call: str
    line: int
    trunk: str
    number: str
    did: str
    callback: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Gone(Note):
    """The line is released, told just after the last event of the call that happened with it.

    `cause` is the Q.850 cause on the caller's channel. `by` is who hung up: a caller in the menu or
    in the queue is `CALLER`; a fault is `SYSTEM`.
    """

    call: str
    cause: int
    by: EndedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Consulted(Note):
    """An agent with a caller on hold calls `to`, to announce him; the transfer follows."""

    visit: str
    agent: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedOn(Note):
    """A transferred caller is put through to the extension `to`, outside every queue."""

    call: str
    to: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crashed(Note):
    """The telephone system dies without a word. Nothing of it is told until `Booted`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booted(Note):
    """The telephone system is back, empty; members and pauses are what they were."""

    started_at: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskRang(Note):
    """A supervisor's phone rings because he asked for it; `id` is the name of what he asked for."""

    id: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskAnswered(Note):
    """He answers, to hear `agent`, or to take his caller: `how` is what the system was told to run."""

    id: str
    agent: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFailed(Note):
    """His phone was busy, or nobody answered it."""

    id: str
    how: RingEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskGone(Note):
    """He hears no more: the call is over."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenOver(Note):
    """The caller is joined with the supervisor's phone, and the agent is dropped out; told just before
    the conversation's end."""

    id: str
    call: str
    agent: str
