"""Orders to an Asterisk over AMI: a connection of its own, with an account of its own.

Kept up, so that an order goes out at once; while it is down every order is refused. What was sent when
it breaks is not known, and is never sent again.
"""

import asyncio
import logging
import ssl
from collections.abc import Callable, Collection
from contextlib import suppress

from ingest.ami_actions import READ, Carrier
from ingest.ami_protocol import AmiProtocol, AmiProtocolError, State
from ingest.orders import AWAY, Act, Order, Outcome, Receipt
from ingest.ports import Clock

log = logging.getLogger(__name__)

READ_BYTES = 65_536
CONNECT_S = 10.0
PING_S = 15.0
SILENT_S = 35.0
"""Two pings without an answer: the link is dead, whatever TCP says."""
PATIENCE_S = 12.0
"""So long an answer is waited for: a little longer than whoever ordered does."""
RETRY_S = (1.0, 30.0)
REFUSED_RETRY_S = (5.0, 300.0)
"""First and longest pause. A wrong password must not look like an attack to the PBX's fail2ban."""
OFF = "off"
"""Why: this act is not turned on."""

Greet = Callable[[AmiProtocol], None]


class AmiTelephony:
    """`greet` queues the login. `run` keeps the connection; `carry` uses it."""

    def __init__(
        self,
        host: str,
        port: int,
        greet: Greet,
        clock: Clock,
        allow: Collection[Act],
        *,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.abilities: Collection[Act] = frozenset(allow)
        self._host, self._port, self._tls = host, port, tls
        self._greet, self._clock = greet, clock
        self._link: _Link | None = None

    @property
    def up(self) -> bool:
        """Whether an order would go out now."""
        return self._link is not None

    async def carry(self, order: Order) -> Receipt:
        """Carry it out; refused if there is no link, or the act is not turned on."""
        link = self._link
        if order.act not in self.abilities:
            return Receipt(Outcome.REFUSED, OFF)
        if link is None:
            return Receipt(Outcome.REFUSED, AWAY)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await link.carry(order)
        except TimeoutError:
            link.carrier.forget(order.id)
            return Receipt(Outcome.UNKNOWN)

    async def run(self) -> None:
        """Connect, log in, keep the link; again and again, until cancelled."""
        pauses = {State.REFUSED: REFUSED_RETRY_S[0], State.BANNER: RETRY_S[0]}
        while True:
            protocol = AmiProtocol("act", also=READ)
            why = await self._once(protocol)
            over = State.REFUSED if protocol.state is State.REFUSED else State.BANNER
            if protocol.state in (State.LOGGED_IN, State.BOOTED):
                pauses = {State.REFUSED: REFUSED_RETRY_S[0], State.BANNER: RETRY_S[0]}
            log.warning("actions on %s:%d: %s", self._host, self._port, why)
            longest = REFUSED_RETRY_S[1] if over is State.REFUSED else RETRY_S[1]
            await self._clock.sleep(pauses[over])
            pauses[over] = min(pauses[over] * 2, longest)

    async def _once(self, protocol: AmiProtocol) -> str:
        """One connection, until it ends; why it did."""
        try:
            async with asyncio.timeout(CONNECT_S):
                reader, writer = await asyncio.open_connection(
                    self._host, self._port, ssl=self._tls
                )
        except (OSError, TimeoutError) as error:
            return f"cannot connect: {getattr(error, 'strerror', None) or 'no answer'}"
        link = _Link(protocol, writer)
        pings = asyncio.get_running_loop().create_task(self._ping(link))
        try:
            return await self._read(reader, link)
        except TimeoutError:
            return "it is silent"
        except (OSError, AmiProtocolError) as error:
            return str(error)
        finally:
            self._link = None
            pings.cancel()
            link.lost()
            writer.close()
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(1.0):
                    await writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader, link: "_Link") -> str:
        protocol, greeted = link.protocol, False
        while True:
            async with asyncio.timeout(SILENT_S):
                data = await reader.read(READ_BYTES)
            if not data:
                return "the PBX closed the connection"
            link.take(data)
            if protocol.state is State.READY and not greeted:
                greeted = True
                self._greet(protocol)
            if protocol.state is State.REFUSED:
                return f"login refused: {protocol.refusal}"
            if self._link is None and protocol.state in (State.LOGGED_IN, State.BOOTED):
                self._link = link
            link.flush()

    async def _ping(self, link: "_Link") -> None:
        while True:
            await self._clock.sleep(PING_S)
            if self._link is link:
                link.protocol.request("Ping")
                link.flush()


class _Link:
    """One connection that stands, and who waits for an answer on it."""

    def __init__(self, protocol: AmiProtocol, writer: asyncio.StreamWriter) -> None:
        self.protocol = protocol
        self.carrier = Carrier(protocol)
        self._writer = writer
        self._waiting: dict[str, asyncio.Future[Receipt]] = {}

    async def carry(self, order: Order) -> Receipt:
        """Send it, and wait for the receipt."""
        answer: asyncio.Future[Receipt] = asyncio.get_running_loop().create_future()
        self._waiting[order.id] = answer
        try:
            self._settle(self.carrier.begin(order))
            self.flush()
            return await answer
        except AmiProtocolError as error:
            return Receipt(Outcome.REFUSED, said=str(error))
        finally:
            del self._waiting[order.id]

    def take(self, data: bytes) -> None:
        """What was read. Raises AmiProtocolError."""
        for message in self.protocol.receive_data(data):
            self._settle(self.carrier.take(message))

    def flush(self) -> None:
        """Send what has to go."""
        data = self.protocol.data_to_send()
        if data and not self._writer.is_closing():
            self._writer.write(data)

    def lost(self) -> None:
        """The connection is over: nobody knows what became of the orders on it."""
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_result(Receipt(Outcome.UNKNOWN))

    def _settle(self, receipts: dict[str, Receipt]) -> None:
        for id, receipt in receipts.items():
            answer = self._waiting.get(id)
            if answer is not None and not answer.done():
                answer.set_result(receipt)
