import asyncio
import signal
import subprocess
import sys
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from ingest.bridge import Bridge
from ingest.broker_iotcore import IotcoreBroker
from ingest.clock import SystemClock
from ingest.events import Adapter
from ingest.mqtt_address import MqttAddress
from ingest.outlet_mqtt import MqttOutlet
from ingest.ports import Batch
from ingest.source_mqtt import MqttSource
from ingest.spool import Spool
from ingest.words import AdapterStatus, Clock

PBX = "/acd/hq/pbx-1"
LINK = "/acd/hq/mqtt"
ROOT = Path(__file__).parents[2]


class Given:
    """A source of these payloads in batches of ten, then at its end, unless it is `endless`."""

    def __init__(self, payloads, *, endless=False):
        self.payloads, self.endless, self.committed = payloads, endless, 0

    async def run(self, inbox, /):
        for first in range(0, len(self.payloads), 10):
            some = self.payloads[first : first + 10]
            await inbox.put(Batch(some, 0, "test", lambda some=some: self._count(some)))
            await SystemClock().sleep(0)
        if self.endless:
            await asyncio.Event().wait()

    def _count(self, payloads):
        self.committed += len(payloads)


class Nowhere:
    """An outlet whose broker is away until it is let through."""

    def __init__(self):
        self.open = asyncio.Event()
        self.sent = []

    async def run(self, spool, /):
        await self.open.wait()
        position = spool.acknowledged
        while True:
            for record in await spool.unsent(position, 100):
                self.sent.append(record.payload)
                position = record.after
            spool.acknowledge(position)


def bridged(source, spool, outlet):
    return Bridge(source, spool, outlet, SystemClock(), name=PBX, epoch="7")


def outlet_to(url):
    return MqttOutlet(MqttAddress.parse(url), SystemClock(), source=PBX, epoch="7")


@asynccontextmanager
async def listening(inbox, url, until):
    source = MqttSource(MqttAddress.parse(url), "hq", SystemClock(), epoch="1")
    async with asyncio.TaskGroup() as group:
        task = group.create_task(source.run(inbox))
        await until(lambda: inbox.of(LINK))
        try:
            yield
        finally:
            task.cancel()


def numbers(inbox):
    return [int(each.rpartition(".")[2]) for each in inbox.ids(PBX)]


async def test_all_events_cross_the_broker_in_order_and_once(
    mosquitto, tmp_path, collector, until, events
):
    inbox, source = collector(), Given(events(2000))
    with closing(Spool(tmp_path / "spool")) as spool:
        async with listening(inbox, mosquitto.url, until), asyncio.timeout(20):
            await bridged(source, spool, outlet_to(mosquitto.url)).run()
            await until(lambda: len(inbox.ids(PBX)) == 2000)
    assert source.committed == 2000
    assert [event.seq for event in inbox.of(PBX) if event.seq] == list(range(1, 2001))


async def test_all_events_cross_the_demos_broker_too(tmp_path, collector, until, events):
    inbox = collector()
    with closing(Spool(tmp_path / "spool")) as spool:
        async with (
            IotcoreBroker() as broker,
            listening(inbox, broker.url, until),
            asyncio.timeout(20),
        ):
            await bridged(Given(events(2000)), spool, outlet_to(broker.url)).run()
            await until(lambda: len(inbox.ids(PBX)) == 2000)
    assert [event.seq for event in inbox.of(PBX) if event.seq] == list(range(1, 2001))


async def test_a_broker_killed_in_the_middle_loses_nothing(
    mosquitto, tmp_path, collector, until, events
):
    inbox = collector()
    with closing(Spool(tmp_path / "spool")) as spool:
        async with listening(inbox, mosquitto.url, until), asyncio.TaskGroup() as group:
            source = Given(events(6000), endless=True)
            task = group.create_task(bridged(source, spool, outlet_to(mosquitto.url)).run())
            for part in (500, 3000):
                await until(lambda part=part: len(inbox.ids(PBX)) >= part)
                mosquitto.kill(signal.SIGKILL)
                mosquitto.start()
            await until(lambda: len(inbox.ids(PBX)) == 6000, 30)
            task.cancel()
    assert numbers(inbox) == list(range(1, 6001))


async def test_while_the_broker_is_away_everything_is_committed_to_the_spool(
    stopped_mosquitto, tmp_path, collector, until, events
):
    inbox, source = collector(), Given(events(500))
    with closing(Spool(tmp_path / "spool")) as spool:
        async with asyncio.TaskGroup() as group:
            task = group.create_task(bridged(source, spool, outlet_to(stopped_mosquitto.url)).run())
            await until(lambda: source.committed == 500)
            task.cancel()
    stopped_mosquitto.start()
    with closing(Spool(tmp_path / "spool")) as spool:
        async with listening(inbox, stopped_mosquitto.url, until), asyncio.timeout(20):
            await bridged(Given([]), spool, outlet_to(stopped_mosquitto.url)).run()
            await until(lambda: len(inbox.ids(PBX)) == 500)
    assert numbers(inbox) == list(range(1, 501))


async def test_events_wait_in_the_spool_while_nobody_listens(
    mosquitto, tmp_path, collector, until, events
):
    inbox = collector()
    with closing(Spool(tmp_path / "spool")) as spool:
        async with asyncio.TaskGroup() as group, asyncio.timeout(20):
            source = Given(events(50))
            group.create_task(bridged(source, spool, outlet_to(mosquitto.url)).run())
            await until(lambda: source.committed == 50)
            async with listening(inbox, mosquitto.url, until):
                await until(lambda: len(inbox.ids(PBX)) == 50)
    assert numbers(inbox) == list(range(1, 51))


async def test_a_full_spool_holds_the_source_back_and_says_so(tmp_path, events, until):
    payloads = events(100)
    source, outlet = Given(payloads), Nowhere()
    with closing(Spool(tmp_path, largest_bytes=5000)) as spool:
        async with asyncio.TaskGroup() as group, asyncio.timeout(10):
            task = group.create_task(bridged(source, spool, outlet).run())
            await until(lambda: spool.full and source.committed)
            held_at = source.committed
            await until(lambda: spool.waiting_bytes < 5000 + 10 * 500)
            assert held_at < 100
            outlet.open.set()
            await task
    told = [p for p in outlet.sent if b"acd.system.adapter.v1" in p]
    assert [p for p in outlet.sent if p not in told] == payloads
    assert b"the spool is full: the source is held back" in told[0]
    assert b"the spool has room again" in told[1]


class Child:
    """`bridge_process.py`, started, killed and started again."""

    def __init__(self, url, folder, payloads, pause_s):
        self.file = folder / "events.txt"
        self.file.write_bytes(b"\n".join(payloads))
        self.arguments = [url, str(self.file), str(folder / "spool")]
        self.pause_s = pause_s
        self.runs = 0

    def start(self):
        self.runs += 1
        program = str(ROOT / "tests" / "ingest" / "bridge_process.py")
        return subprocess.Popen(
            [sys.executable, program, *self.arguments, str(self.runs), str(self.pause_s)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT)},
            stderr=subprocess.DEVNULL,
        )


async def test_a_bridge_killed_again_and_again_loses_nothing_and_keeps_the_order(
    mosquitto, tmp_path, collector, until, events
):
    inbox = collector()
    child = Child(mosquitto.url, tmp_path, events(4000), 0.002)
    async with listening(inbox, mosquitto.url, until):
        for part in (200, 900, 2100):
            process = child.start()
            await until(lambda part=part: len(inbox.ids(PBX)) >= part)
            process.kill()
            process.wait()
        process = child.start()
        await until(lambda: len(inbox.ids(PBX)) == 4000, 30)
        await until(lambda: process.poll() is not None)
    assert process.returncode == 0
    assert numbers(inbox) == list(range(1, 4001))


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
async def test_the_end_of_a_bridge_is_told(mosquitto, tmp_path, collector, until, events, how):
    inbox = collector()

    def told():
        return [e for e in inbox.of(PBX) if isinstance(e.data, Adapter)]

    async with listening(inbox, mosquitto.url, until):
        process = Child(mosquitto.url, tmp_path, events(4000), 0.05).start()
        await until(lambda: inbox.ids(PBX))
        process.send_signal(how)
        process.wait()
        await until(lambda: told()[-1].data.status is AdapterStatus.DOWN)
    birth, will = told()[0], told()[-1]
    assert birth.data.status is AdapterStatus.UP
    assert (birth.epoch, birth.seq) == (will.epoch, will.seq) == ("1", 0)
    assert birth.id != will.id
    wanted = "the connection was lost" if how is signal.SIGKILL else "stopped"
    assert will.data.reason == wanted
    # A will is written at the birth: a time inside would be that of the birth.
    assert will.clock is (Clock.ARRIVAL if how is signal.SIGKILL else Clock.SOURCE)
