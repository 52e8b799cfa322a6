"""A simulated Asterisk on a port: any number of manager clients hear the same day.

Whoever plays the simulation has the server `tell` what happens. While the simulated PBX is down
nobody is let in. A client that does not read is cut off, as Asterisk does it.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from ingest.events import Millis
from ingest.words import RingEnd
from simulators.agenda import Happening
from simulators.ami_dialogue import Dialogue
from simulators.ami_orders import Orders
from simulators.ami_pbx import FakePbx
from simulators.interventions import Interventions

READ_BYTES = 65_536
AUTH_TIMEOUT_S = 30.0
WRITE_TIMEOUT_S = 5.0
"""How long a client may leave unread what it was sent. A real Asterisk waits a tenth of a second."""

UNREAD_BYTES = 1_048_576
"""How much may lie unread before the server waits for the client."""

_CLOSE_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Acting:
    """Accounts that may act on the floor, through these interventions.

    `rights` are those of each user: `agent`, `call`, `originate`, `system`. Phones in `phones` are not
    answered when they are rung.
    """

    interventions: Interventions
    rights: Mapping[str, Collection[str]]
    phones: Mapping[str, RingEnd] = field(default_factory=dict)

    def orders(self, dialogue: Dialogue) -> Orders:
        return Orders(dialogue.picture, self.interventions.ask, self.phones)


class AmiServer:
    """One simulated PBX for manager clients, as an asynchronous context manager.

    `accounts` are the passwords by user. `now` is the PBX's time of day: the simulation's, which
    is the clock's own where a day is played as it goes by. `port` is the one given, or the free one
    that was found if that was 0; it raises `OSError` on entry if the port is taken. Nobody may act
    unless `acting` says who.
    """

    def __init__(
        self,
        dialogue: Dialogue,
        accounts: Mapping[str, str],
        now: Callable[[], Millis],
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        write_timeout_s: float = WRITE_TIMEOUT_S,
        acting: Acting | None = None,
    ) -> None:
        self.port = port
        self._dialogue = dialogue
        self._accounts = accounts
        self._now = now
        self._host = host
        self._write_timeout_s = write_timeout_s
        self._rights = acting.rights if acting is not None else {}
        self._orders = acting.orders(dialogue) if acting is not None else None
        self._server: asyncio.Server | None = None
        self._clients: dict[asyncio.StreamWriter, FakePbx] = {}
        self._talks: set[asyncio.Task[None]] = set()
        self._number = 0

    @property
    def clients(self) -> int:
        """How many clients are logged in."""
        return sum(pbx.logged_in for pbx in self._clients.values())

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, self._host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._server is not None:
            self._server.close()
            # What was sent is still to be read: a client hears the day to its end.
            for writer in list(self._clients):
                writer.close()
            if self._talks:
                await asyncio.wait(self._talks, timeout=self._write_timeout_s)
            self._cut_all()
            with suppress(TimeoutError):
                async with asyncio.timeout(_CLOSE_S):
                    await self._server.wait_closed()

    async def tell(self, happenings: Iterable[Happening]) -> None:
        """This happened. Returns when every client has read enough of it, or has been cut off."""
        for happening in happenings:
            frames = self._dialogue.tell(happening)
            if self._dialogue.down:
                self._cut_all()
            for pbx in self._clients.values():
                pbx.tell(frames)
        for writer, pbx in list(self._clients.items()):
            await self._send(writer, pbx)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._dialogue.down:
            writer.close()
            return
        self._number += 1
        pbx = FakePbx(
            self._dialogue.picture,
            self._accounts,
            self._number,
            rights=self._rights,
            orders=self._orders,
        )
        writer.transport.set_write_buffer_limits(high=UNREAD_BYTES)
        self._clients[writer] = pbx
        task = asyncio.current_task()
        assert task is not None
        self._talks.add(task)
        task.add_done_callback(self._talks.discard)
        try:
            with suppress(OSError, TimeoutError):
                await self._talk(reader, writer, pbx)
        finally:
            self._clients.pop(writer, None)
            writer.close()

    async def _talk(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, pbx: FakePbx
    ) -> None:
        await self._send(writer, pbx)
        async with asyncio.timeout(AUTH_TIMEOUT_S) as deadline:
            while not pbx.over and (data := await reader.read(READ_BYTES)):
                pbx.receive(data, self._now())
                await self._send(writer, pbx)
                if pbx.logged_in:
                    deadline.reschedule(None)

    async def _send(self, writer: asyncio.StreamWriter, pbx: FakePbx) -> None:
        data = pbx.data_to_send()
        if not data or writer.transport.is_closing():
            return
        writer.write(data)
        try:
            async with asyncio.timeout(self._write_timeout_s):
                await writer.drain()
        except (OSError, TimeoutError):
            self._cut(writer)

    def _cut_all(self) -> None:
        for writer in list(self._clients):
            self._cut(writer)

    def _cut(self, writer: asyncio.StreamWriter) -> None:
        self._clients.pop(writer, None)
        writer.transport.abort()
