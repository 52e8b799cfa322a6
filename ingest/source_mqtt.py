"""The stream's own subscription: all events of a site from an MQTT 5 broker.

A message is acknowledged only after its batch is committed. Until then the broker keeps it, also
while we are away (for an hour): so nothing is lost, and some things come twice; an event's `id`
tells which.
"""

import asyncio
import logging
from contextlib import suppress

from ingest.events import Adapter, Data, Heartbeat
from ingest.mqtt_address import MqttAddress
from ingest.mqtt_link import BackOff, Session, open_link
from ingest.mqtt_message import MqttError, MqttRefusedError
from ingest.mqtt_protocol import MqttProtocol
from ingest.ports import Batch, Clock, Inbox
from ingest.stamp import Stamp
from ingest.topics import event_filter, status_filter
from ingest.wire import encode
from ingest.words import AdapterStatus

SESSION_EXPIRY_S = 3600
RECEIVE_MAX = 8192
"""Unacknowledged messages that the broker may have under way to us: our flow control."""
HEARTBEAT_S = 10

_log = logging.getLogger(__name__)


class MqttSource:
    """Brings the events of one site from a broker into the inbox, for ever.

    The link itself is a source of events too, `/acd/<site>/<name>`: it tells when the broker is
    lost and found, and that it lives. `epoch` names this run: two runs never share one. A worker
    that takes a site over must use the same `client_id`, so that it inherits what the broker kept.
    A broker that cannot be reached is tried again for ever; but one that refuses us at the first
    try raises `MqttRefusedError`, because only a person can mend that.
    """

    def __init__(
        self,
        address: MqttAddress,
        site: str,
        clock: Clock,
        *,
        epoch: str,
        name: str = "mqtt",
        client_id: str = "",
        receive_max: int = RECEIVE_MAX,
    ) -> None:
        self._address = address
        self._filters = (event_filter(site), status_filter(site))
        self._clock = clock
        self._stamp = Stamp(f"/acd/{site}/{name}", epoch)
        self._session = Session(
            client_id=client_id or f"floorwatch-stream-{site}-{name}",
            expiry_s=SESSION_EXPIRY_S,
            receive_max=receive_max,
        )
        self._link: MqttProtocol | None = None
        self._told: tuple[AdapterStatus, str] | None = None
        self._telling = asyncio.Lock()

    async def run(self, inbox: Inbox, /) -> None:
        """Connect, bring, and connect again, until cancelled."""
        async with asyncio.TaskGroup() as group:
            living = group.create_task(self._live(inbox))
            refused = await self._keep_bringing(inbox)
            living.cancel()
        raise refused

    async def _keep_bringing(self, inbox: Inbox) -> MqttRefusedError:
        """Returns only if the broker refuses us before it ever took us."""
        back_off = BackOff()
        welcome = False
        while True:
            began = self._clock.now()
            try:
                link, _ = await open_link(self._address, self._session, self._clock)
            except MqttError as failed:
                error = failed
            else:
                error = await self._bring(link, inbox)
                welcome |= link.subscribed
            if isinstance(error, MqttRefusedError) and not welcome:
                return error
            await self._tell(inbox, AdapterStatus.DOWN, str(error))
            await self._clock.sleep(back_off.wait_s(self._clock.now() - began))

    async def _bring(self, link: MqttProtocol, inbox: Inbox) -> MqttError:
        """Bring what arrives until the connection ends, and say why it ended."""
        try:
            link.subscribe(self._filters)
            async with asyncio.TaskGroup() as group:
                pinging = group.create_task(link.keep_alive())
                group.create_task(self._greet(link, inbox))
                error = await self._forward(link, inbox)
                pinging.cancel()
            return error
        finally:
            self._link = None
            link.close()

    async def _greet(self, link: MqttProtocol, inbox: Inbox) -> None:
        with suppress(MqttError):
            await link.granted()
            self._link = link
            await self._tell(inbox, AdapterStatus.UP, f"connected to {self._address}")

    async def _forward(self, link: MqttProtocol, inbox: Inbox) -> MqttError:
        via = str(self._address)
        while True:
            try:
                arrival = await link.arrival()
            except MqttError as error:
                return error
            packet_ids = arrival.packet_ids
            if not arrival.payloads:
                link.acknowledge(packet_ids)
                continue

            def committed(packet_ids: list[int] = packet_ids) -> None:
                link.acknowledge(packet_ids)

            await inbox.put(Batch(arrival.payloads, arrival.recvtime, via, committed))

    async def _live(self, inbox: Inbox) -> None:
        """Say every ten seconds that the link lives, and how far behind the taker is."""
        while True:
            await self._clock.sleep(HEARTBEAT_S)
            if self._link is not None:
                await self._put(inbox, Heartbeat(backlog=self._link.waiting))

    async def _tell(self, inbox: Inbox, status: AdapterStatus, reason: str) -> None:
        if self._told != (status, reason):
            self._told = (status, reason)
            _log.log(
                logging.INFO if status is AdapterStatus.UP else logging.WARNING,
                "mqtt %s: %s",
                status.value,
                reason,
            )
            await self._put(inbox, Adapter(status=status, reason=reason))

    async def _put(self, inbox: Inbox, data: Data) -> None:
        # Two tasks tell of the link: the numbers must enter the inbox in their order.
        async with self._telling:
            now = self._clock.now()
            event = self._stamp.event(data, time=now, recvtime=now)
            await inbox.put(Batch([encode(event)], now, self._stamp.source))


class Sink:
    """An inbox that commits at once and only counts: what bare receiving costs."""

    def __init__(self) -> None:
        self.received = 0

    async def put(self, batch: Batch, /) -> None:
        self.received += len(batch.payloads)
        batch.committed()
