import asyncio

import mqtt5
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.mqtt_flight import InFlight
from ingest.mqtt_message import MqttError, MqttRefusedError, Publication
from ingest.mqtt_protocol import MqttProtocol

QOS1 = mqtt5.QoS.AT_LEAST_ONCE


class Wire(asyncio.Transport):
    """The other end of the socket: what was written, and whether reading goes on."""

    def __init__(self):
        super().__init__()
        self.written, self.reading, self.open = [], True, True

    def write(self, data):
        self.written.append(bytes(data))

    def pause_reading(self):
        self.reading = False

    def resume_reading(self):
        self.reading = True

    def abort(self):
        self.open = False

    def close(self):
        self.open = False


class HandClock:
    def __init__(self):
        self.time, self.turns = 0, asyncio.Event()

    def now(self):
        return self.time

    async def sleep(self, seconds, /):
        await self.turns.wait()
        self.turns.clear()


def linked(**options):
    link = MqttProtocol(mqtt5.ConnectPacket("us", keep_alive=20), HandClock(), **options)
    wire = Wire()
    link.connection_made(wire)
    wire.written.clear()
    return link, wire


def published(payload, packet_id=1, topic="acd/v1/hq/evt/call/q"):
    return mqtt5.PublishPacket(topic, payload, qos=QOS1, packet_id=packet_id).write()


@given(
    st.lists(st.binary(min_size=1, max_size=300), min_size=1, max_size=8),
    st.lists(st.integers(1, 60), max_size=40),
)
async def test_messages_are_the_same_however_the_bytes_are_cut(payloads, cuts):
    link, _ = linked()
    stream = b"".join(published(p, n + 1) for n, p in enumerate(payloads))
    for cut in cuts:
        link.data_received(stream[:cut])
        stream = stream[cut:]
    link.data_received(stream)
    taken = [await link.arrival()] if link.waiting else []
    assert [p for arrival in taken for p in arrival.payloads] == payloads
    assert [i for arrival in taken for i in arrival.packet_ids] == list(range(1, len(payloads) + 1))


def sound_packets():
    return [
        published(b"payload", 7),
        mqtt5.ConnAckPacket(receive_max=20, server_keep_alive=5).write(),
        mqtt5.SubAckPacket(1, [mqtt5.SubAckReasonCode.GRANTED_QOS_AT_LEAST_ONCE]).write(),
        mqtt5.PubAckPacket(1).write(),
        mqtt5.PingRespPacket().write(),
        mqtt5.DisconnectPacket(reason_str="bye").write(),
        mqtt5.ConnectPacket("x").write(),
        mqtt5.PubRelPacket(3).write(),
    ]


# For text that is not UTF-8 the codec panics, and leaves an error that nobody raised.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@settings(max_examples=400)
@given(st.data())
async def test_no_bytes_raise_anything_but_they_may_end_the_connection(data):
    link, wire = linked()
    link.subscribe(["a/#"])
    chunks = st.one_of(st.binary(max_size=80), st.sampled_from(sound_packets()))
    for chunk in data.draw(st.lists(chunks, max_size=6)):
        raw = bytearray(chunk)
        for place in data.draw(st.lists(st.integers(0, max(len(raw) - 1, 0)), max_size=2)):
            if raw:
                raw[place] = data.draw(st.integers(0, 255))
        link.data_received(bytes(raw))
        if link.lost is not None:
            assert isinstance(link.lost, MqttError)
            assert not wire.open
            return
    assert wire.open


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize(
    ("raw", "why"),
    [
        (b"\x30\x01\x00", "not MQTT 5"),
        (b"\x20\x02\x00\x01", "not MQTT 5"),
        (b"\x30\xff\xff\xff\x7f", "we take 262144"),
        (published(b"x").replace(b"acd", b"\xff\xff\xff"), "not UTF-8"),
        (b"HTTP/1.1 400 Bad Request\r\n" + b"-" * 99, "not MQTT 5"),
        (mqtt5.PubRelPacket(3).write(), "not for us"),
    ],
)
async def test_what_is_wrong_ends_the_connection_at_once(raw, why):
    link, wire = linked()
    link.data_received(raw)
    assert why in str(link.lost)
    assert not wire.open
    with pytest.raises(MqttError):
        await link.arrival()


async def test_nothing_is_acknowledged_before_the_taker_says_so_and_then_in_one_write():
    link, wire = linked()
    link.data_received(b"".join(published(b"x", n) for n in (1, 2, 3)))
    arrival = await link.arrival()
    assert wire.written == []
    link.acknowledge(arrival.packet_ids[:2])
    link.acknowledge(arrival.packet_ids[2:])
    await asyncio.wait_for(asyncio.to_thread(lambda: None), 1)
    assert wire.written == [b"".join(mqtt5.PubAckPacket(n).write() for n in (1, 2, 3))]


async def test_reading_stops_while_too_much_waits_for_its_taker():
    link, wire = linked(most_waiting=4)
    link.data_received(b"".join(published(b"x", n + 1) for n in range(4)))
    assert not wire.reading
    await link.arrival()
    assert wire.reading


async def test_an_acknowledgement_after_the_end_is_nothing():
    link, wire = linked()
    link.data_received(published(b"x"))
    arrival = await link.arrival()
    link.connection_lost(None)
    link.acknowledge(arrival.packet_ids)
    await asyncio.wait_for(asyncio.to_thread(lambda: None), 1)
    assert wire.written == []


async def test_what_came_before_the_end_can_still_be_taken():
    link, _ = linked()
    link.data_received(published(b"x"))
    link.connection_lost(ConnectionResetError("reset"))
    assert (await link.arrival()).payloads == [b"x"]
    with pytest.raises(MqttError, match="reset"):
        await link.arrival()


async def test_a_cleared_status_is_acknowledged_and_tells_nothing():
    link, _ = linked()
    link.data_received(published(b"", 9, "acd/v1/hq/adapter/a/status"))
    arrival = await link.arrival()
    assert (arrival.payloads, arrival.packet_ids) == ([], [9])


async def test_a_refused_subscription_names_its_filter():
    link, _ = linked()
    link.subscribe(["a/#", "b/#"])
    codes = mqtt5.SubAckReasonCode
    answer = mqtt5.SubAckPacket(1, [codes.GRANTED_QOS_AT_LEAST_ONCE, codes.NOT_AUTHORIZED])
    link.data_received(answer.write())
    with pytest.raises(MqttRefusedError, match=r"to b/# \(not authorized\): give this user"):
        await link.granted()


async def test_a_refused_message_ends_the_connection_and_does_not_count_as_sent():
    marks = []
    link, _ = linked(settled=marks.append)
    link.publish([Publication("a", b"1", mark=1), Publication("a", b"2", mark=2)])
    link.data_received(mqtt5.PubAckPacket(1).write())
    refusal = mqtt5.PubAckPacket(2, reason_code=mqtt5.PubAckReasonCode.QUOTA_EXCEEDED)
    link.data_received(refusal.write())
    assert isinstance(link.lost, MqttRefusedError)
    assert marks == [1]


@pytest.mark.parametrize("hold", [True, False])
async def test_a_message_that_nobody_heard_is_kept_if_so_wished(hold):
    marks = []
    link, _ = linked(settled=marks.append, hold_unheard=hold)
    link.publish([Publication("birth", b"0"), Publication("a", b"1", mark=1)])
    code = mqtt5.PubAckReasonCode.NO_MATCHING_SUBSCRIBERS
    link.data_received(mqtt5.PubAckPacket(1, reason_code=code).write())
    assert link.lost is None
    link.data_received(mqtt5.PubAckPacket(2, reason_code=code).write())
    assert (link.lost is not None) is hold
    assert marks == ([] if hold else [1])


async def test_the_window_is_the_tighter_of_ours_and_the_brokers():
    link, _ = linked(window=10)
    link.data_received(mqtt5.ConnAckPacket(receive_max=2).write())
    await link.opened()
    assert await link.room() == 2
    link.publish([Publication("a", b"1", mark=1), Publication("a", b"", lossy=True)])
    assert await link.room() == 1


async def test_a_broker_that_falls_silent_is_given_up_but_not_while_we_do_not_read():
    clock = HandClock()
    link = MqttProtocol(mqtt5.ConnectPacket("us", keep_alive=20), clock, most_waiting=1)
    wire = Wire()
    link.connection_made(wire)
    async with asyncio.TaskGroup() as group:
        pinging = group.create_task(link.keep_alive())
        for hear in (mqtt5.PingRespPacket().write(), published(b"x"), None):
            await asyncio.wait_for(asyncio.to_thread(lambda: None), 1)
            if hear:
                link.data_received(hear)
            clock.turns.set()
        await asyncio.wait_for(asyncio.to_thread(lambda: None), 1)
        assert link.lost is None
        await link.arrival()
        for _ in range(2):
            clock.turns.set()
            await asyncio.wait_for(asyncio.to_thread(lambda: None), 1)
        assert "silent for 10 s" in str(link.lost)
        pinging.cancel()
    assert wire.written.count(mqtt5.PingReqPacket().write()) >= 3


@given(st.permutations(range(1, 9)))
def test_what_is_settled_has_no_hole_before_it(order):
    flight = InFlight()
    ids = {flight.add(mark): mark for mark in range(1, 9)}
    done, settled = set(), 0
    for packet_id in order:
        done.add(ids[packet_id])
        settled = flight.acknowledged(packet_id) or settled
        whole = next((m for m in range(1, 9) if m not in done), 9) - 1
        assert settled == whole
    assert not len(flight)


def test_packet_ids_are_never_used_twice_at_once():
    flight = InFlight()
    first = [flight.add(mark) for mark in range(60_000)]
    for packet_id in first[:-10]:
        flight.acknowledged(packet_id)
    again = [flight.add(mark) for mark in range(60_000, 120_000)]
    assert not set(again) & set(first[-10:])
    assert all(1 <= packet_id <= 65_535 for packet_id in again)
