"""A simulated day, recorded at the simulated PBX and replayed, gives the figures of its truth."""

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from floorwatch import replay
from floorwatch.report import report
from ingest.clock import SystemClock
from ingest.source_ami_file import Reading, events
from ingest.stamp import Stamp
from simulators import truth_form
from simulators.ami_tape import AmiTape
from simulators.demo import DEMO
from simulators.faults import Fault, FaultKind
from simulators.floor_sim import FloorSim, a_day
from simulators.plans import Cause, Habits
from simulators.scenario import Scenario
from stream.sites import QueueCard, Site

START = 1_790_006_400_000
HOUR = 3_600_000
MINUTE = 60_000

WILD = Habits(
    drop_waiting_share=0.05,
    drop_talking_share=0.05,
    no_answer_share=0.1,
    busy_share=0.05,
    hold_share=0.4,
    transfer_share=0.3,
    transfer_out_share=0.4,
    key_share=0.2,
    callback_share=0.3,
    causes=(*Habits().causes, Cause("44", Habits().causes[0].cause_class)),
)
"""Everything that callers and agents can do, often."""


def storm(*faults: Fault) -> Scenario:
    """The demo's house with half the people and small queues, and these faults."""
    return replace(
        DEMO,
        grain_ms=1_000,
        agents=DEMO.agents[::2],
        queues=tuple(replace(queue, capacity=6) for queue in DEMO.queues),
        habits=WILD,
        faults=faults,
    )


def a_fault(kind: FaultKind, *, scope: str = "", size: float = 0.0) -> Fault:
    return Fault(kind=kind, after_ms=40 * MINUTE, length_ms=15 * MINUTE, scope=scope, size=size)


SCENARIOS = {
    "nothing goes wrong": storm(),
    "a line dies": storm(a_fault(FaultKind.TRUNK_DOWN, scope="trunk:trunk-a")),
    "the PBX dies": storm(a_fault(FaultKind.OUTAGE)),
    "everybody goes home": storm(a_fault(FaultKind.SIGN_OUT, size=1.0)),
    "an agent is stuck": storm(a_fault(FaultKind.STUCK, scope="agent:1001")),
    "calls are cut off": storm(a_fault(FaultKind.DROPS, size=0.5)),
    "a rush": storm(a_fault(FaultKind.PEAK, size=4.0)),
}


def recorded(path: Path, scenario: Scenario, seed: int, hours: int) -> dict[str, Any]:
    """Simulate onto a tape; the truth of it."""
    sim = FloorSim(scenario, seed, START, keep=True)
    end = START
    with AmiTape(path, scenario) as tape:
        for happenings in a_day(sim, START + hours * HOUR):
            tape.tell(happenings)
            end = happenings[-1].time if happenings else end
    return truth_form.document(sim, end)


async def found(path: Path, scenario: Scenario) -> dict[str, Any]:
    """What `floorwatch replay` finds on the tape."""
    cards = {
        queue.id: QueueCard(id=queue.id, target_ms=queue.target_ms, short_ms=queue.short_ms)
        for queue in scenario.queues
    }
    site = Site(id="x", time_zone=scenario.time_zone, queues=cards)
    reading = Reading()
    told = events(path, Stamp("/acd/x/pbx", "1"), reading=reading)
    floor, as_of = await replay.run(site, replay.as_told(told), SystemClock())
    assert reading.bad == 0
    return report(floor, as_of, 0)


@pytest.mark.parametrize("name", SCENARIOS)
async def test_a_recorded_day_has_the_figures_of_its_truth(tmp_path: Path, name: str) -> None:
    path, scenario = tmp_path / "ami.jsonl.gz", SCENARIOS[name]
    truth = recorded(path, scenario, 5, 3)
    seen = await found(path, scenario)
    assert seen["as_of"] == truth["as_of"]
    for queue, figures in truth["queues"].items():
        assert {key: seen["queues"][queue][key] for key in figures} == figures
    for agent, figures in truth["agents"].items():
        assert {key: seen["agents"][agent][key] for key in figures} == figures
    assert set(seen["agents"]) == set(truth["agents"])
    assert seen["events"]["gaps"] == (name == "the PBX dies")
    _much_happened(truth)


def _much_happened(truth: dict[str, Any]) -> None:
    queues = list(truth["queues"].values())
    for figure in ("offered", "answered", "abandoned", "abandoned_short", "transferred", "talk_ms"):
        assert sum(queue[figure] for queue in queues) > 0
    assert sum(queue["overflowed"].get("key", 0) for queue in queues) > 0
    assert sum(queue["dropped"]["waiting"] for queue in queues) > 0
    assert sum(queue["dropped"]["talking"] for queue in queues) > 0
    assert sum(agent["ring_no_answer"] for agent in truth["agents"].values()) > 0
    assert any(agent["not_ready_ms"].get("meal") for agent in truth["agents"].values())


async def test_hold_times_are_told_too(tmp_path: Path) -> None:
    path, scenario = tmp_path / "ami.jsonl.gz", SCENARIOS["nothing goes wrong"]
    truth = recorded(path, scenario, 5, 2)
    held: dict[str, int] = {}
    for event in events(path, Stamp("/acd/x/pbx", "1")):
        lasted = getattr(event.data, "hold_ms", None)
        if lasted:
            queue = getattr(event.data, "queue", "")
            held[queue] = held.get(queue, 0) + lasted
    true: dict[str, int] = {}
    for call in truth["calls"]:
        for visit in call["visits"]:
            true[visit["queue"]] = true.get(visit["queue"], 0) + visit["hold_ms"]
    assert held == {queue: ms for queue, ms in true.items() if ms}


def test_the_same_day_is_the_same_recording(tmp_path: Path) -> None:
    one, other = tmp_path / "one.jsonl.gz", tmp_path / "other.jsonl.gz"
    for path in (one, other):
        recorded(path, SCENARIOS["the PBX dies"], 3, 1)
    assert one.read_bytes() == other.read_bytes()
    assert recorded(other, SCENARIOS["the PBX dies"], 4, 1) != {}
    assert one.read_bytes() != other.read_bytes()


def test_a_recording_begins_with_a_login_and_ends_where_it_was_stopped(tmp_path: Path) -> None:
    path = tmp_path / "ami.jsonl.gz"
    truth = recorded(path, SCENARIOS["the PBX dies"], 3, 1)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines = [json.loads(line) for line in file]
    marks = [(line["mark"], line["conn"]) for line in lines if "mark" in line]
    assert marks[:4] == [("connect", 1), ("banner", 1), ("sent", 1), ("login", 1)]
    ends = [line for line in lines if line.get("mark") == "disconnect"]
    assert [(end["conn"], end["why"]) for end in ends] == [(1, "end of file"), (2, "stopped")]
    assert ends[1] == lines[-1]
    assert round(ends[1]["t"] * 1000) == truth["as_of"]
    crashed_at = round(ends[0]["t"] * 1000)
    back_at = next(round(line["t"] * 1000) for line in lines if line["conn"] == 2)
    assert (crashed_at, back_at) == (START + 40 * MINUTE, START + 55 * MINUTE)
    booted = [line["raw"] for line in lines if "Event: FullyBooted" in line.get("raw", "")]
    assert "\r\nUptime: 259200\r\n" in booted[0]
    assert "\r\nUptime: 0\r\n" in booted[1]


def test_no_tape_is_made_where_none_can_be(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        AmiTape(tmp_path / "nowhere" / "ami.jsonl.gz", DEMO)
