"""Publishes what a spool holds to an MQTT 5 broker, in order, and tells the spool what arrived there.

Many publications are under way at once. What a broken connection left unacknowledged is sent again
from the first of them on, so the order is kept, and some may come twice with the same `id`.
A broker that does not know our session any more may have lost what it had acknowledged (Mosquitto
writes its memory down only now and then): it is sent all that the spool still keeps.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import suppress

import msgspec
from mqtt5 import QoS, Will

from ingest.events import Adapter, Data, Event, Heartbeat
from ingest.mqtt_address import MqttAddress
from ingest.mqtt_link import BackOff, Session, open_link
from ingest.mqtt_message import MqttError, MqttRefusedError, Publication
from ingest.mqtt_protocol import MqttProtocol
from ingest.ports import Clock
from ingest.spool import Record, Spool
from ingest.topics import heartbeat_topic, status_topic, topic_of, unreadable_topic
from ingest.wire import CONTENT_TYPE, LARGEST, SCHEMA, WireError, decode, encode
from ingest.words import AdapterStatus

WINDOW = 1000
"""Publications under way at once, if the broker allows so many."""
EVENT_EXPIRY_S = 3600
HEARTBEAT_EXPIRY_S = 30
SESSION_EXPIRY_S = 60
"""Longer than the will's delay: the end of the session would publish the will at once."""
WILL_DELAY_S = 5
PROPERTIES = (("schema", SCHEMA),)

_READ_AHEAD = 512
_log = logging.getLogger(__name__)


class SourceNameError(ValueError):
    """An adapter's name from which site and adapter cannot be read."""


class MqttOutlet:
    """Publishes the events of one adapter, its birth and its will.

    `source` is the adapter's name in its events, `/acd/<site>/<adapter>`; `epoch` names this run.
    A broker that is away is tried again for ever; one that refuses us at the first try raises
    `MqttRefusedError`. With `hold_unheard` the events stay in the spool while nobody subscribes,
    if the broker says so.
    """

    def __init__(
        self,
        address: MqttAddress,
        clock: Clock,
        *,
        source: str,
        epoch: str,
        hold_unheard: bool = True,
        will_delay_s: int = WILL_DELAY_S,
    ) -> None:
        self._address = address
        self._clock = clock
        self._source = source
        self._epoch = epoch
        self._hold_unheard = hold_unheard
        self._will_delay_s = will_delay_s
        self._site, self._adapter = _site_and_adapter(source)
        self._status = status_topic(self._site, self._adapter)
        self._heartbeat = heartbeat_topic(self._site, self._adapter)

    async def run(self, spool: Spool, /) -> None:
        """Publish what the spool holds and what it will hold, until cancelled."""
        back_off = BackOff()
        welcome = False
        repeating: int | None = None

        def settled(position: int) -> None:
            nonlocal repeating
            if repeating is not None:
                repeating = max(repeating, position)
                if repeating >= spool.acknowledged:
                    repeating = None
            spool.acknowledge(position)

        while True:
            began = self._clock.now()
            try:
                link, answer = await open_link(
                    self._address,
                    self._session(),
                    self._clock,
                    settled=settled,
                    hold_unheard=self._hold_unheard,
                    window=WINDOW,
                )
                welcome = True
                largest = min(answer.max_packet_size or LARGEST * 4, LARGEST * 4)
                if not answer.session_present:
                    # A broker that forgot us forgot what it had acknowledged, too. The repeat is
                    # owed until the broker has all of it, over however many connections.
                    repeating = spool.oldest
                start = spool.acknowledged if repeating is None else repeating
                error = await self._publish(link, spool, start, largest)
            except MqttRefusedError as refused:
                if not welcome:
                    raise
                error = refused
            except MqttError as failed:
                error = failed
            _log.warning("mqtt outlet %s: %s", self._adapter, error)
            await self._clock.sleep(back_off.wait_s(self._clock.now() - began))

    async def _publish(
        self, link: MqttProtocol, spool: Spool, start: int, largest: int
    ) -> MqttError:
        """Publish until the connection ends, and say why it ended."""
        try:
            birth = self._told(AdapterStatus.UP, "connected")
            link.publish([Publication(self._status, birth, retain=True, content_type=CONTENT_TYPE)])
            async with asyncio.TaskGroup() as group:
                helpers = (
                    group.create_task(self._send(link, spool, start, largest)),
                    group.create_task(link.keep_alive()),
                )
                error = await link.ended()
                for helper in helpers:
                    helper.cancel()
            return error
        finally:
            self._leave(link)

    def _leave(self, link: MqttProtocol) -> None:
        """Say that we stop by our own will: the broker does not publish a will after a goodbye."""
        if link.lost is None:
            farewell = self._told(AdapterStatus.DOWN, "stopped")
            # No acknowledgement is waited for, so it must not count against the broker's window.
            link.publish([Publication(self._status, farewell, retain=True, lossy=True)])
            link.close()

    async def _send(self, link: MqttProtocol, spool: Spool, position: int, largest: int) -> None:
        while True:
            records = await spool.unsent(position, _READ_AHEAD)
            sent = 0
            while sent < len(records):
                try:
                    room = await link.room()
                except MqttError:
                    return
                chunk = records[sent : sent + room]
                publications = [p for record in chunk for p in self._publications(record, largest)]
                link.publish(publications)
                sent += len(chunk)
            position = records[-1].after

    def _publications(self, record: Record, largest: int) -> Iterator[Publication]:
        payload = record.payload
        data: Data | None = None
        topic = unreadable_topic(self._site)
        # The stream, not the bridge, judges what it cannot read: it keeps the bytes and counts them.
        with suppress(WireError):
            data = decode(payload, 0).data
            topic = topic_of(data, self._site)
        if len(payload) > largest - 1024:
            _log.error("an event of %d bytes is too large for the broker", len(payload))
            payload = self._told(
                AdapterStatus.DEGRADED, f"an event of {len(payload)} bytes is too large to send"
            )
        if isinstance(data, Heartbeat):
            yield Publication(
                self._heartbeat,
                payload,
                retain=True,
                lossy=True,
                expiry_s=HEARTBEAT_EXPIRY_S,
                content_type=CONTENT_TYPE,
                properties=PROPERTIES,
            )
        yield Publication(
            topic,
            payload,
            mark=record.after,
            expiry_s=EVENT_EXPIRY_S,
            content_type=CONTENT_TYPE,
            properties=PROPERTIES,
        )

    def _session(self) -> Session:
        will = Will(
            self._status,
            payload=_timeless(self._told(AdapterStatus.DOWN, "the connection was lost")),
            qos=QoS.AT_LEAST_ONCE,
            retain=True,
            content_type=CONTENT_TYPE,
            will_delay_interval=self._will_delay_s,
        )
        return Session(
            client_id=f"floorwatch-bridge-{self._site}-{self._adapter}",
            expiry_s=max(SESSION_EXPIRY_S, self._will_delay_s + 1),
            will=will,
        )

    def _told(self, status: AdapterStatus, reason: str) -> bytes:
        """An event of the adapter's own life; outside its numbering, hence `seq` 0."""
        now = self._clock.now()
        return encode(
            Event(
                data=Adapter(status=status, reason=reason),
                time=now,
                recvtime=now,
                source=self._source,
                id=f"{self._source}.{self._epoch}.{status.value}.{now}",
                epoch=self._epoch,
            )
        )


def _timeless(payload: bytes) -> bytes:
    """The same event without its times: a will is written long before what it tells happens."""
    fields = msgspec.json.decode(payload)
    return msgspec.json.encode({k: v for k, v in fields.items() if k not in ("time", "recvtime")})


def _site_and_adapter(source: str) -> tuple[str, str]:
    match source.split("/"):
        case ["", "acd", site, adapter] if site and adapter:
            return site, adapter
        case _:
            raise SourceNameError(
                f"{source!r} is not an adapter's name: write /acd/<site>/<adapter>"
            )
