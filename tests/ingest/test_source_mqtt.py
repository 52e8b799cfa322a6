import asyncio
import json
import shutil
import signal
import subprocess
from contextlib import asynccontextmanager
from pathlib import Path

import mqtt5
import pytest

from ingest.broker_iotcore import IotcoreBroker, IotcoreError
from ingest.clock import SystemClock
from ingest.events import Adapter, Queued
from ingest.mqtt_address import MqttAddress
from ingest.mqtt_link import Session, open_link
from ingest.mqtt_message import MqttRefusedError, Publication
from ingest.source_mqtt import MqttSource, Sink
from ingest.topics import topic_of
from ingest.wire import WireError, decode
from ingest.words import AdapterStatus, Clock

LINK = "/acd/hq/mqtt"
PBX = "/acd/hq/pbx-1"
MINIMAL = {
    "specversion": "1.0",
    "type": "acd.call.queued.v1",
    "source": PBX,
    "id": "by-hand-1",
    "data": {"visit": "v-1", "queue": "sales"},
}


@pytest.fixture(params=["mosquitto", "iotcore"])
async def url(request):
    """Both brokers must serve."""
    if request.param == "mosquitto":
        yield request.getfixturevalue("mosquitto").url
        return
    async with IotcoreBroker() as broker:
        yield broker.url


@asynccontextmanager
async def running(inbox, url, *, ca_file=None, **options):
    address = MqttAddress.parse(url, ca_file=ca_file)
    source = MqttSource(address, "hq", SystemClock(), epoch="1", **options)
    async with asyncio.TaskGroup() as group:
        task = group.create_task(source.run(inbox))
        try:
            yield source
        finally:
            task.cancel()


async def publish(url, payloads, *, topic=None):
    """Publish these the plain way, and wait until the broker has them."""
    session = Session(client_id="a-sender", expiry_s=0)
    link, _ = await open_link(MqttAddress.parse(url), session, SystemClock())
    for payload in payloads:
        try:
            where = topic or topic_of(decode(payload, 0).data, "hq")
        except WireError:
            where = "acd/v1/hq/evt/system/unreadable"
        await link.room()
        link.publish([Publication(where, payload)])
    await link.settle()
    link.close()


def statuses(inbox):
    return [e.data.status for e in inbox.of(LINK) if isinstance(e.data, Adapter)]


async def test_all_events_come_in_their_order_and_once(url, collector, until, events):
    inbox = collector()
    async with running(inbox, url):
        await until(lambda: statuses(inbox) == [AdapterStatus.UP])
        await publish(url, events(3000))
        await until(lambda: len(inbox.of(PBX)) >= 3000)
    assert [event.seq for event in inbox.of(PBX)] == list(range(1, 3001))


async def test_what_was_not_committed_comes_again_to_the_next_one(url, collector, until, events):
    lost, kept = collector(commit=False), collector()
    async with running(lost, url):
        await until(lambda: statuses(lost))
        await publish(url, events(20))
        await until(lambda: len(lost.of(PBX)) == 20)
    async with running(kept, url):
        await until(lambda: len(kept.of(PBX)) >= 20)
    assert kept.ids(PBX) == lost.ids(PBX)


async def test_events_sent_while_we_are_away_are_kept_for_us(url, collector, until, events):
    first, later = collector(), collector()
    async with running(first, url):
        await until(lambda: statuses(first))
    await publish(url, events(200))
    async with running(later, url):
        await until(lambda: len(later.of(PBX)) >= 200)
    assert [event.seq for event in later.of(PBX)] == list(range(1, 201))


async def test_what_is_no_event_comes_through_for_the_stream_to_judge(url, collector, until):
    inbox = collector()
    async with running(inbox, url):
        await until(lambda: statuses(inbox))
        await publish(url, [b"{not json"])
        await until(lambda: any(b"{not json" in batch.payloads for batch in inbox.batches))


async def test_an_event_written_by_hand_is_received(mosquitto, collector, until):
    inbox = collector()
    async with running(inbox, mosquitto.url):
        await until(lambda: statuses(inbox))
        mosquitto.publish("acd/v1/hq/evt/call/sales", json.dumps(MINIMAL))
        await until(lambda: inbox.of(PBX))
    (event,) = inbox.of(PBX)
    assert event.data == Queued(visit="v-1", queue="sales")
    assert event.clock is Clock.ARRIVAL
    batch = next(b for b in inbox.batches if b"by-hand-1" in b.payloads[0])
    assert batch.via == mosquitto.url
    assert event.time == batch.recvtime


async def test_a_lost_broker_is_told_and_so_is_its_return(mosquitto, collector, until, events):
    inbox = collector()
    async with running(inbox, mosquitto.url):
        await until(lambda: statuses(inbox))
        mosquitto.kill()
        await until(lambda: AdapterStatus.DOWN in statuses(inbox))
        mosquitto.start()
        await until(lambda: statuses(inbox)[-1] is AdapterStatus.UP)
        await publish(mosquitto.url, events(10))
        await until(lambda: len(inbox.of(PBX)) >= 10)
    own = inbox.of(LINK)
    assert [event.seq for event in own] == list(range(1, len(own) + 1))
    assert "the broker hung up" in [getattr(event.data, "reason", "") for event in own]


async def test_a_broker_that_comes_late_is_waited_for(stopped_mosquitto, collector, until):
    inbox = collector()
    async with running(inbox, stopped_mosquitto.url):
        await until(lambda: statuses(inbox) == [AdapterStatus.DOWN])
        assert "is the broker running" in inbox.of(LINK)[0].data.reason
        stopped_mosquitto.start()
        await until(lambda: statuses(inbox) == [AdapterStatus.DOWN, AdapterStatus.UP])


async def test_a_broker_that_is_stopped_in_good_order_loses_nothing(
    mosquitto, collector, until, events
):
    inbox = collector()
    payloads = events(400)
    async with running(inbox, mosquitto.url):
        await until(lambda: statuses(inbox))
        await publish(mosquitto.url, payloads[:200])
        await until(lambda: len(inbox.of(PBX)) >= 200)
        mosquitto.kill(signal.SIGTERM)
        mosquitto.start()
        await publish(mosquitto.url, payloads[200:])
        await until(lambda: len(inbox.ids(PBX)) >= 400)
    assert [int(i.rpartition(".")[2]) for i in inbox.ids(PBX)] == list(range(1, 401))


async def test_the_broker_sends_no_more_than_we_allow_before_we_commit(
    mosquitto, collector, until, events
):
    inbox = collector(commit=False)
    async with running(inbox, mosquitto.url, receive_max=10):
        await until(lambda: statuses(inbox))
        await publish(mosquitto.url, events(50))
        await until(lambda: len(inbox.of(PBX)) == 10)
        held, inbox.commit = list(inbox.batches), True
        for batch in held:
            batch.committed()
        await until(lambda: len(inbox.of(PBX)) == 50)
    assert sum(len(batch.payloads) for batch in held if batch.via != LINK) == 10


async def test_a_backlog_larger_than_our_window_does_not_keep_us_from_subscribing(
    mosquitto, collector, until, events
):
    payloads = events(12_000)
    first, later = collector(commit=False), collector()
    async with running(first, mosquitto.url):
        await until(lambda: statuses(first))
    await publish(mosquitto.url, payloads)
    async with running(later, mosquitto.url):
        await until(lambda: sum(len(batch.payloads) for batch in later.batches) > 12_000)
    assert len(later.ids(PBX)) == 12_000


async def refused(url, collector):
    source = MqttSource(MqttAddress.parse(url), "hq", SystemClock(), epoch="1")
    with pytest.raises(MqttRefusedError) as caught:
        async with asyncio.timeout(15):
            await source.run(collector())
    return str(caught.value)


async def test_a_wrong_password_is_a_clear_error(stopped_mosquitto, collector):
    users = stopped_mosquitto.folder / "users"
    run("mosquitto_passwd", "-b", "-c", users, "stream", "right")
    stopped_mosquitto.start(f"allow_anonymous false\npassword_file {users}")
    address = f"mqtt://stream:wrong@127.0.0.1:{stopped_mosquitto.port}"
    said = await refused(address, collector)
    assert "refused us: not authorized: check the user name, the password" in said


async def test_a_refused_subscription_is_a_clear_error(stopped_mosquitto, collector):
    plugin = security_plugin()
    if plugin is None or shutil.which("mosquitto_ctrl") is None:
        pytest.skip("this Mosquitto has no dynamic security plugin")
    file = stopped_mosquitto.folder / "security.json"
    run("mosquitto_ctrl", "dynsec", "init", file, "stream", "secret")
    rules = json.loads(file.read_text())
    rules["defaultACLAccess"]["subscribe"] = False
    for role in rules["roles"]:
        role["acls"] = []
    file.write_text(json.dumps(rules))
    stopped_mosquitto.start(
        f"allow_anonymous false\nplugin {plugin}\nplugin_opt_config_file {file}"
    )
    address = f"mqtt://stream:secret@127.0.0.1:{stopped_mosquitto.port}"
    said = await refused(address, collector)
    assert "refused the subscription to acd/v1/hq/evt/#" in said
    assert "give this user read access" in said


async def test_over_tls_only_a_broker_that_we_trust_is_listened_to(
    stopped_mosquitto, collector, until
):
    folder = stopped_mosquitto.folder
    certificate, key = folder / "broker.pem", folder / "broker.key"
    run(
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=broker", "-addext", "subjectAltName=IP:127.0.0.1"),
        *("-out", certificate, "-keyout", key),
    )
    stopped_mosquitto.start(f"allow_anonymous true\ncertfile {certificate}\nkeyfile {key}")
    url = f"mqtts://127.0.0.1:{stopped_mosquitto.port}"
    trusting, wary = collector(), collector()
    async with running(trusting, url, ca_file=certificate), running(wary, url):
        await until(lambda: statuses(trusting) == [AdapterStatus.UP])
        await until(lambda: statuses(wary) == [AdapterStatus.DOWN])
    assert "TLS failed" in wary.of(LINK)[0].data.reason
    assert "check the ca_file" in wary.of(LINK)[0].data.reason


def security_plugin():
    return next(Path("/usr/lib").rglob("mosquitto_dynamic_security.so"), None)


def run(*command):
    subprocess.run(command, check=True, capture_output=True, timeout=20)


async def test_a_broker_of_mqtt_3_only_is_a_clear_error(collector, until):
    async def old(reader, writer):
        await reader.read(1000)
        writer.write(b"\x20\x02\x00\x01")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(old, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    inbox = collector()
    async with running(inbox, f"mqtt://127.0.0.1:{port}"):
        await until(lambda: statuses(inbox) == [AdapterStatus.DOWN])
    assert "not MQTT 5" in inbox.of(LINK)[0].data.reason
    server.close()


async def test_the_bare_sink_counts_and_commits(mosquitto, until, events):
    sink = Sink()
    async with running(sink, mosquitto.url):
        await until(lambda: sink.received == 1)
        await publish(mosquitto.url, events(100))
        await until(lambda: sink.received == 101)


async def test_a_taken_port_is_a_clear_error():
    async with IotcoreBroker() as broker:
        with pytest.raises(IotcoreError, match="choose another port"):
            async with IotcoreBroker(broker.port):
                pass


async def test_the_demos_broker_is_gone_when_it_is_left():
    async with IotcoreBroker() as broker:
        reader, writer = await asyncio.open_connection("127.0.0.1", broker.port)
        writer.write(mqtt5.ConnectPacket("x", keep_alive=10).write())
        assert await reader.read(100)
        writer.close()
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection("127.0.0.1", broker.port)
