"""What the stream asks of the places where it keeps things."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingest.events import Millis

Position = int
"""How many payloads the journal had taken when this one was in it: 1 for the first, 0 for none."""


class JournalError(Exception):
    """The journal cannot go on; the message says why, and what to do next."""


class LeaseLostError(JournalError):
    """Another process writes this journal now: what we would add would tear it apart. Start anew."""


@dataclass(frozen=True, slots=True)
class Stored:
    """Some payloads as they lie in the journal: appended together, at `recvtime`.

    `first` is the position of the first payload.
    """

    first: Position
    recvtime: Millis
    payloads: Sequence[bytes]

    @property
    def last(self) -> Position:
        """The position of the last payload."""
        return self.first + len(self.payloads) - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The stream's state when it had taken everything up to and including `position`."""

    state: bytes
    position: Position


class Journal(Protocol):
    """The durable log of a site's events, with the state that has been reached on the way.

    It has one writer at a time. Appending costs next to nothing and makes nothing durable; one task
    of the writer calls `commit` in a loop and learns from it how far the log is safe:

        position = await journal.commit()
        while waiting and waiting[0].position <= position:
            waiting.popleft().batch.committed()
    """

    @property
    def warnings(self) -> Sequence[str]:
        """What an operator should know: settings that risk data, damage found. Whole sentences."""
        ...

    def append(self, recvtime: Millis, payloads: Sequence[bytes], /) -> Position:
        """Take these payloads, in order; return the position of the last. Do not change them later.

        The caller bounds what is appended and not yet committed: it is kept in memory.
        """
        ...

    async def commit(self) -> Position:
        """Wait until something is appended, make it durable, return how far the journal now is.

        Where much is waiting, that may be a part of it: compare positions. One task at a time calls
        this. After a cancellation, or a `JournalError` other than
        `LeaseLostError`, nothing appended is forgotten: calling again tries again.
        """
        ...

    def read(self, after: Position, /) -> AsyncIterator[Stored]:
        """All that is stored after this position, in order; a part of a batch where it says so.

        Ends at the end. Damage is logged and put into `warnings`, and what follows it is read.
        """
        ...

    async def save(self, state: bytes, position: Position, /) -> None:
        """Keep this state and the committed position that it belongs to: both, or neither."""
        ...

    async def load(self) -> Checkpoint | None:
        """The latest state that was saved, if any."""
        ...


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A payload that was rejected: its bytes, the reason, the road it came by, and when it came."""

    payload: bytes
    reason: str
    via: str
    recvtime: Millis


class DeadLetters(Protocol):
    """Where rejected payloads are kept for the people who look for the bad sender."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Since the start: `kept`, and `lost` for those that could not be written."""
        ...

    def keep(self, letter: DeadLetter, /) -> None:
        """Keep it, or count it as lost: a bad payload never stops the stream."""
        ...
