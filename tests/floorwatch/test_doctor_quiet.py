"""The doctor at a telephone system where nothing happens: it accuses nobody of what it has not seen."""

from floorwatch.doctor_pbx import probe
from floorwatch.urls import SOURCES, parse
from ingest.clock import SystemClock
from simulators.ami_dialogue import Dialogue
from simulators.ami_server import AmiServer
from simulators.demo import DEMO

START = 1_800_000_000_000


async def test_a_quiet_system_is_not_accused_of_events_without_a_time() -> None:
    dialogue = Dialogue(DEMO)
    async with AmiServer(dialogue, {"monitor": "s3cret"}, lambda: START) as pbx:
        url = parse(f"ami://monitor@127.0.0.1:{pbx.port}", SOURCES)
        report = await probe(url, "s3cret", SystemClock(), listen_s=0.2)
    assert report.booted
    assert report.timestamps is None
    assert [queue.name for queue in report.queues] == [queue.id for queue in DEMO.queues]
    assert not report.may_act
