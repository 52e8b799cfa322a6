"""One MQTT 5 connection: bytes to arrivals, and publications to bytes.

The codec is `mqtt5`; this is what stands between it and the socket. Two rules govern it:
a message is acknowledged when its taker says so, never on receipt; and what waits for its taker is
bounded, because reading stops when too much does.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from mqtt5 import (
    ConnAckPacket,
    ConnAckReasonCode,
    ConnectPacket,
    DisconnectPacket,
    PingReqPacket,
    PingRespPacket,
    PubAckPacket,
    PubAckReasonCode,
    PublishPacket,
    QoS,
    SubAckPacket,
    SubAckReasonCode,
    SubscribePacket,
    TopicFilter,
    read,
)

from ingest.mqtt_flight import LAST_ID, InFlight
from ingest.mqtt_message import (
    Arrival,
    MqttError,
    MqttRefusedError,
    Publication,
    expect_more,
    said,
)
from ingest.ports import Clock

MOST_WAITING = 8_192
"""Messages that may wait for their taker before reading stops."""

_PING = PingReqPacket().write()


class MqttProtocol(asyncio.Protocol):
    """The client's side of one connection. A new connection needs a new one.

    `settled` is told the mark up to which all publications are acknowledged, as it moves.
    With `hold_unheard` a publication that reached no subscriber ends the connection instead of
    counting as acknowledged (MQTT 5, reason code 0x10), so that it is sent again later.
    `window` bounds the publications under way, if the broker does not do so more tightly.
    """

    def __init__(
        self,
        connect: ConnectPacket,
        clock: Clock,
        *,
        settled: Callable[[int], None] | None = None,
        hold_unheard: bool = False,
        window: int = LAST_ID,
        most_waiting: int = MOST_WAITING,
    ) -> None:
        self._connect = connect
        self._clock = clock
        self._settled = settled
        self._hold_unheard = hold_unheard
        self._most_waiting = most_waiting
        self._transport: asyncio.Transport | None = None
        self._rest = b""
        self._arrivals: deque[Arrival] = deque()
        self._acks: list[int] = []
        self._in_flight = InFlight()
        self._welcome: ConnAckPacket | None = None
        self._asked: tuple[str, ...] = ()
        self._changed = asyncio.Event()
        self._waiting = 0
        self._reading = True
        self._writable = True
        self._heard = True
        self._room = window
        self._keep_alive_s = connect.keep_alive
        self.subscribed = False
        self.lost: MqttError | None = None

    # What the event loop tells us.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._connect.write())

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(MqttError(f"the connection broke: {exc}" if exc else "the broker hung up"))

    def pause_writing(self) -> None:
        self._writable = False

    def resume_writing(self) -> None:
        self._writable = True
        self._wake()

    def data_received(self, data: bytes) -> None:
        """Take all whole packets of this chunk. Bytes that are not MQTT end the connection."""
        self._heard = True
        try:
            self._decode(self._rest + data if self._rest else data)
        except ValueError as error:
            self._fail(MqttError(f"the broker sent what is not MQTT 5 ({error})"))
        except MqttError as error:
            self._fail(error)
        except BaseException as error:
            # The codec panics on text that is not UTF-8, with an exception nobody can import.
            if type(error).__name__ != "PanicException":
                raise
            self._fail(MqttError("the broker sent what is not MQTT 5 (text that is not UTF-8)"))

    # What our side asks for.

    async def opened(self) -> ConnAckPacket:
        """Wait for the broker's welcome. Raises `MqttRefusedError`, or `MqttError` if none comes."""
        while self._welcome is None:
            await self._change()
        answer = self._welcome
        if answer.reason_code != ConnAckReasonCode.SUCCESS:
            raise MqttRefusedError(
                f"the broker refused us: {said(answer.reason_code.name, answer.reason_str)}: "
                "check the user name, the password and the client id"
            )
        self._room = min(answer.receive_max, self._room)
        if answer.server_keep_alive is not None:
            self._keep_alive_s = answer.server_keep_alive
        return answer

    def subscribe(self, patterns: Sequence[str]) -> None:
        """Ask for these filters at QoS 1. A refusal ends the connection with `MqttRefusedError`.

        Messages may come before the answer: take them, or the answer is never read.
        """
        self._asked = tuple(patterns)
        filters = [TopicFilter(pattern, max_qos=QoS.AT_LEAST_ONCE) for pattern in patterns]
        self._write(SubscribePacket(self._in_flight.new_id(), filters).write())

    async def granted(self) -> None:
        """Wait until the broker has granted all that was asked for, or raise what ended it."""
        while not self.subscribed:
            await self._change()

    async def arrival(self) -> Arrival:
        """The next messages; once all are taken, raises the `MqttError` that ended the connection."""
        while not self._arrivals:
            await self._change()
        first = self._arrivals.popleft()
        self._waiting -= len(first.payloads)
        if not self._reading and self._waiting <= self._most_waiting // 2:
            self._reading = True
            if self._transport is not None and self.lost is None:
                self._transport.resume_reading()
        return first

    def acknowledge(self, packet_ids: Sequence[int]) -> None:
        """Tell the broker to forget these. What is told in one turn of the loop goes in one write.

        After the end of the connection nothing happens: the broker will send them again.
        """
        if self.lost is None:
            if not self._acks:
                asyncio.get_running_loop().call_soon(self._write_acks)
            self._acks += packet_ids

    async def room(self) -> int:
        """Wait until something may be published, and say how many messages."""
        while self._room <= 0 or not self._writable:
            await self._change()
        return self._room

    def publish(self, publications: Sequence[Publication]) -> None:
        """Publish these in one write: no more that are not `lossy` than there is `room` for."""
        self._room -= sum(not each.lossy for each in publications)
        self._write(b"".join([self._frame(each) for each in publications]))

    async def settle(self) -> None:
        """Wait until everything published is acknowledged."""
        while self._in_flight:
            await self._change()

    async def keep_alive(self) -> None:
        """Ping until cancelled, and end the connection when the broker has fallen silent."""
        while self._keep_alive_s and self.lost is None:
            self._heard = False
            self._write(_PING)
            await self._clock.sleep(self._keep_alive_s / 2)
            # While we do not read, the silence is our own doing.
            if not self._heard and self._reading:
                self._fail(MqttError(f"the broker was silent for {self._keep_alive_s / 2:.0f} s"))

    async def ended(self) -> MqttError:
        """Wait for the end of the connection, and say why it ended."""
        while self.lost is None:
            await self._changed.wait()
        return self.lost

    def close(self) -> None:
        """Say goodbye, so that the broker does not publish our will, and end the connection."""
        if self.lost is None and self._transport is not None:
            self._write_acks()
            self._write(DisconnectPacket().write())
            self._end(MqttError("the connection was closed"))
            self._transport.close()

    def abort(self) -> None:
        """End the connection without a goodbye."""
        self._fail(MqttError("the connection was given up"))

    @property
    def waiting(self) -> int:
        """Messages that came in and that nobody has taken yet."""
        return self._waiting

    # How it is done.

    def _decode(self, data: bytes) -> None:
        view = memoryview(data)
        position, end = 0, len(data)
        payloads: list[bytes] = []
        packet_ids: list[int] = []
        try:
            while position < end:
                packet, size = read(view[position:])
                position += size
                if type(packet) is PublishPacket:
                    payload = packet.payload
                    packet_id = packet.packet_id
                    # An empty retained message only clears its topic: it tells nothing.
                    if payload or not packet.topic.endswith("/status"):
                        payloads.append(payload)
                    if packet_id is not None:
                        packet_ids.append(packet_id)
                else:
                    self._take(packet)
        except IndexError:
            expect_more(data[position : position + 5], end - position)
        self._rest = data[position:]
        if packet_ids or payloads:
            self._arrived(payloads, packet_ids)

    def _take(self, packet: object) -> None:
        match packet:
            case PubAckPacket():
                self._published(packet)
            case ConnAckPacket():
                self._welcome = packet
                self._wake()
            case SubAckPacket():
                self._granted(packet)
            case PingRespPacket():
                pass
            case DisconnectPacket():
                raise MqttError(
                    "the broker ended the connection: "
                    f"{said(packet.reason_code.name, packet.reason_str)}"
                )
            case _:
                raise MqttError(f"the broker sent a {type(packet).__name__}, which is not for us")

    def _granted(self, packet: SubAckPacket) -> None:
        for pattern, code in zip(self._asked, packet.reason_codes, strict=True):
            if code != SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE:
                raise MqttRefusedError(
                    f"the broker refused the subscription to {pattern} "
                    f"({said(code.name, packet.reason_str)}): give this user read access to it"
                )
        self.subscribed = True
        self._wake()

    def _published(self, packet: PubAckPacket) -> None:
        packet_id, code = packet.packet_id, packet.reason_code
        if packet_id not in self._in_flight:
            return
        unheard = code == PubAckReasonCode.NO_MATCHING_SUBSCRIBERS
        if not unheard and code != PubAckReasonCode.SUCCESS:
            raise MqttRefusedError(
                f"the broker refused a message ({said(code.name, packet.reason_str)}): "
                "give this user write access to its topic"
            )
        if unheard and self._hold_unheard and self._in_flight.marked(packet_id):
            raise MqttError("nobody listens at the broker: start the stream; the events are kept")
        self._room += 1
        mark = self._in_flight.acknowledged(packet_id)
        if mark is not None and self._settled is not None:
            self._settled(mark)
        self._wake()

    def _arrived(self, payloads: list[bytes], packet_ids: list[int]) -> None:
        now = self._clock.now()
        last = self._arrivals[-1] if self._arrivals else None
        if last is not None and last.recvtime == now:
            last.payloads += payloads
            last.packet_ids += packet_ids
        else:
            self._arrivals.append(Arrival(payloads, packet_ids, now))
            self._wake()
        self._waiting += len(payloads)
        if self._waiting >= self._most_waiting and self._reading and self._transport is not None:
            self._reading = False
            self._transport.pause_reading()

    def _frame(self, publication: Publication) -> bytes:
        return PublishPacket(
            publication.topic,
            publication.payload,
            qos=QoS.AT_MOST_ONCE if publication.lossy else QoS.AT_LEAST_ONCE,
            retain=publication.retain,
            packet_id=None if publication.lossy else self._in_flight.add(publication.mark),
            message_expiry_interval=publication.expiry_s,
            content_type=publication.content_type or None,
            user_properties=list(publication.properties),
        ).write()

    async def _change(self) -> None:
        if self.lost is not None:
            raise self.lost
        await self._changed.wait()

    def _wake(self) -> None:
        self._changed.set()
        self._changed.clear()

    def _write(self, frame: bytes) -> None:
        if self.lost is None and self._transport is not None:
            self._transport.write(frame)

    def _write_acks(self) -> None:
        self._write(b"".join([PubAckPacket(packet_id).write() for packet_id in self._acks]))
        self._acks.clear()

    def _fail(self, error: MqttError) -> None:
        self._end(error)
        if self._transport is not None:
            self._transport.abort()

    def _end(self, error: MqttError) -> None:
        if self.lost is None:
            self.lost = error
            self._wake()
