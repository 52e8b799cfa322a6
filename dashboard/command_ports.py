"""What the desk of commands asks of others: a telephone system that obeys, a floor, a journal."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from dashboard.commands import Command, OpenCall, Person
from ingest.events import Millis
from ingest.orders import Act, Order, Receipt


class Telephony(Protocol):
    """A telephone system that can be told what to do."""

    @property
    def abilities(self) -> Collection[Act]:
        """What it may be told; anything else it refuses."""
        ...

    async def carry(self, order: Order) -> Receipt:
        """Carry the order out, or say why not. Never raises; gives up by itself within the time of a
        command. An order that may have reached the telephone system is never sent a second time."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A telephone system, and the phone at which each supervisor is to be rung, by his user id."""

    telephony: Telephony
    phones: Mapping[str, str] = field(default_factory=dict)


class Sight(Protocol):
    """What the floor shows now."""

    def person(self, agent: str) -> Person | None:
        """The agent of this id; None if nobody ever told of him."""
        ...

    def call(self, visit: str) -> OpenCall | None:
        """The visit of this id; None if it is over, or never was."""
        ...

    def has_queue(self, queue: str) -> bool:
        """Whether there is such a queue."""
        ...


class Journal(Protocol):
    """Every form of every command, each for good before it is acted on."""

    def put(self, command: Command) -> None:
        """Keep a new command, or its new form."""
        ...

    def live(self) -> list[Command]:
        """Those of which something is still to come, the oldest first."""
        ...

    def last(self, most: int) -> list[Command]:
        """The last ones asked for, the oldest of them first."""
        ...

    def between(self, start: Millis, end: Millis) -> list[tuple[Command, list[Command]]]:
        """Those asked for in this time, the oldest first, each with all the forms that it had."""
        ...
