import asyncio
import subprocess
from contextlib import asynccontextmanager, closing

import mqtt5
import pytest

from ingest.clock import SystemClock
from ingest.events import Adapter, Heartbeat
from ingest.mqtt_address import MqttAddress
from ingest.mqtt_message import MqttRefusedError
from ingest.outlet_mqtt import MqttOutlet, SourceNameError
from ingest.spool import Spool
from ingest.stamp import Stamp
from ingest.wire import decode, encode
from ingest.words import AdapterStatus

PBX = "/acd/hq/pbx-1"


def outlet_to(url, **options):
    options = {"source": PBX, "epoch": "7", **options}
    return MqttOutlet(MqttAddress.parse(url), SystemClock(), **options)


@asynccontextmanager
async def publishing(outlet, spool):
    async with asyncio.TaskGroup() as group:
        task = group.create_task(outlet.run(spool))
        try:
            yield
        finally:
            task.cancel()


class Subscriber(asyncio.Protocol):
    """Keeps whole packets, as they came, with their properties."""

    def __init__(self, pattern):
        self.pattern, self.packets, self.rest = pattern, [], b""

    def connection_made(self, transport):
        self.transport = transport
        transport.write(mqtt5.ConnectPacket("a-subscriber", keep_alive=60).write())
        filters = [mqtt5.TopicFilter(self.pattern, max_qos=mqtt5.QoS.AT_LEAST_ONCE)]
        transport.write(mqtt5.SubscribePacket(1, filters).write())

    def data_received(self, data):
        self.rest += data
        try:
            while self.rest:
                packet, size = mqtt5.read(memoryview(self.rest))
                self.rest = self.rest[size:]
                self.packets.append(packet)
                if isinstance(packet, mqtt5.PublishPacket) and packet.packet_id is not None:
                    self.transport.write(mqtt5.PubAckPacket(packet.packet_id).write())
        except IndexError:
            pass

    @property
    def messages(self):
        return [p for p in self.packets if isinstance(p, mqtt5.PublishPacket)]

    def on(self, topic):
        return [p for p in self.messages if p.topic == topic]


@asynccontextmanager
async def subscribed(port, until, pattern="acd/v1/#"):
    subscriber = Subscriber(pattern)
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_connection(lambda: subscriber, "127.0.0.1", port)
    await until(lambda: len(subscriber.packets) >= 2)
    try:
        yield subscriber
    finally:
        transport.close()


async def appended(spool, payloads):
    spool.append(payloads)
    await spool.commit()


async def test_an_event_is_published_as_the_contract_says(mosquitto, tmp_path, until, events):
    with closing(Spool(tmp_path / "spool")) as spool:
        async with (
            subscribed(mosquitto.port, until) as seen,
            publishing(outlet_to(mosquitto.url), spool),
        ):
            await appended(spool, events(1))
            await until(lambda: seen.on("acd/v1/hq/evt/call/q0"))
    (message,) = seen.on("acd/v1/hq/evt/call/q0")
    assert message.payload == events(1)[0]
    assert message.qos == mqtt5.QoS.AT_LEAST_ONCE
    assert not message.retain
    assert message.content_type == "application/cloudevents+json"
    assert message.user_properties == [("schema", "urn:floorwatch:events:v1")]
    assert 3590 <= message.message_expiry_interval <= 3600


async def test_the_birth_is_retained_for_those_who_come_later(mosquitto, tmp_path, until):
    with closing(Spool(tmp_path / "spool")) as spool:
        async with publishing(outlet_to(mosquitto.url), spool):
            async with subscribed(mosquitto.port, until) as seen:
                await until(lambda: seen.on("acd/v1/hq/adapter/pbx-1/status"))
            async with subscribed(mosquitto.port, until) as later:
                await until(lambda: later.on("acd/v1/hq/adapter/pbx-1/status"))
    message = later.messages[0]
    event = decode(message.payload, 0)
    assert message.retain
    assert event.data == Adapter(status=AdapterStatus.UP, reason="connected")
    assert (event.source, event.epoch, event.seq) == (PBX, "7", 0)


async def test_a_heartbeat_is_an_event_and_is_retained_for_half_a_minute(
    mosquitto, tmp_path, until
):
    beat = encode(Stamp(PBX, "7").event(Heartbeat(backlog=3), time=1000, recvtime=1000))
    with closing(Spool(tmp_path / "spool")) as spool:
        async with (
            subscribed(mosquitto.port, until) as seen,
            publishing(outlet_to(mosquitto.url), spool),
        ):
            await appended(spool, [beat])
            await until(lambda: seen.on("acd/v1/hq/evt/system/heartbeat"))
            async with subscribed(mosquitto.port, until, "acd/v1/hq/adapter/+/heartbeat") as later:
                await until(lambda: later.messages)
    assert later.messages[0].payload == beat
    assert later.messages[0].message_expiry_interval <= 30


async def test_thousands_go_out_in_order_and_each_is_acknowledged(
    mosquitto, tmp_path, until, events
):
    payloads = events(5000)
    with closing(Spool(tmp_path / "spool")) as spool:
        async with (
            subscribed(mosquitto.port, until) as seen,
            publishing(outlet_to(mosquitto.url), spool),
        ):
            await appended(spool, payloads)
            async with asyncio.timeout(20):
                await spool.emptied()
            await until(lambda: len(seen.messages) == 5001)
    assert [p.payload for p in seen.messages if "/evt/" in p.topic] == payloads


async def test_the_brokers_own_small_window_is_respected(
    stopped_mosquitto, tmp_path, until, events
):
    stopped_mosquitto.start("allow_anonymous true\nmax_inflight_messages 3")
    with closing(Spool(tmp_path / "spool")) as spool:
        async with (
            subscribed(stopped_mosquitto.port, until) as seen,
            publishing(outlet_to(stopped_mosquitto.url), spool),
        ):
            await appended(spool, events(300))
            async with asyncio.timeout(20):
                await spool.emptied()
            await until(lambda: len(seen.messages) == 301)


async def test_what_is_no_event_goes_where_the_stream_will_judge_it(mosquitto, tmp_path, until):
    with closing(Spool(tmp_path / "spool")) as spool:
        async with (
            subscribed(mosquitto.port, until) as seen,
            publishing(outlet_to(mosquitto.url), spool),
        ):
            await appended(spool, [b"{broken"])
            await until(lambda: seen.on("acd/v1/hq/evt/system/unreadable"))
    assert seen.on("acd/v1/hq/evt/system/unreadable")[0].payload == b"{broken"


async def test_an_event_that_is_too_large_is_told_and_does_not_stop_the_others(
    mosquitto, tmp_path, until, events
):
    with closing(Spool(tmp_path / "spool")) as spool:
        async with (
            subscribed(mosquitto.port, until) as seen,
            publishing(outlet_to(mosquitto.url), spool),
        ):
            await appended(spool, [b"x" * 300_000, *events(1)])
            await until(lambda: seen.on("acd/v1/hq/evt/call/q0"))
    told = decode(seen.on("acd/v1/hq/evt/system/unreadable")[0].payload, 0)
    assert told.data.reason == "an event of 300000 bytes is too large to send"


async def test_a_broker_that_refuses_to_take_events_keeps_them_in_the_spool(
    stopped_mosquitto, tmp_path, until, events
):
    folder = stopped_mosquitto.folder
    rules = folder / "rules"
    rules.write_text("topic readwrite acd/v1/hq/adapter/#\ntopic read #\n")
    rules.chmod(0o600)
    stopped_mosquitto.start(f"allow_anonymous true\nacl_file {rules}")
    with closing(Spool(tmp_path / "spool")) as spool:
        async with (
            subscribed(stopped_mosquitto.port, until) as seen,
            publishing(outlet_to(stopped_mosquitto.url), spool),
        ):
            await appended(spool, events(3))
            status = "acd/v1/hq/adapter/pbx-1/status"
            await until(lambda: len(seen.on(status)) >= 2)
    assert spool.acknowledged == 0
    assert not seen.on("acd/v1/hq/evt/call/q0")


async def test_a_wrong_password_is_an_error_at_once(stopped_mosquitto, tmp_path):
    users = stopped_mosquitto.folder / "users"
    make = ["mosquitto_passwd", "-b", "-c", users, "bridge", "right"]
    await asyncio.to_thread(subprocess.run, make, check=True)
    stopped_mosquitto.start(f"allow_anonymous false\npassword_file {users}")
    outlet = outlet_to(f"mqtt://bridge:wrong@127.0.0.1:{stopped_mosquitto.port}")
    with closing(Spool(tmp_path / "spool")) as spool:
        running = asyncio.wait_for(outlet.run(spool), 15)
        with pytest.raises(MqttRefusedError, match="check the user name, the password"):
            await running


def test_an_adapters_name_must_name_its_site():
    with pytest.raises(SourceNameError, match=r"write /acd/<site>/<adapter>"):
        outlet_to("mqtt://b", source="pbx-1")
