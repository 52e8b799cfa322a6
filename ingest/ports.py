"""What the stream asks of a source, and a source of the stream."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from ingest.events import Millis


def nothing() -> None:
    """For a source that has nobody to acknowledge to."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Some events in their wire form, in order, as they came in together.

    `recvtime` is when they came, by our clock. `via` names the road they came by, for the people
    who look for a bad sender. The taker calls `committed` once, when all of them are durable: only
    then may the source tell its sender to forget them.
    """

    payloads: Sequence[bytes]
    recvtime: Millis
    via: str
    committed: Callable[[], None] = nothing


class Inbox(Protocol):
    """Where sources put their batches: bounded, so that a source waits when the stream is behind."""

    async def put(self, batch: Batch, /) -> None: ...


class Source(Protocol):
    """Brings events from somewhere into the inbox, and keeps trying until it is cancelled.

    A source of finite input (a file) returns at its end.
    """

    async def run(self, inbox: Inbox, /) -> None: ...


class Clock(Protocol):
    """The time of day and the passing of time; tests move it by hand."""

    def now(self) -> Millis: ...

    async def sleep(self, seconds: float, /) -> None: ...
