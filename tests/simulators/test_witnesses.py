"""One simulated day, told by three witnesses, is the same day: our events, an AMI link, a queue_log.

What the floor makes of each is held against the simulation's own truth, figure by figure, exactly.
"""

import asyncio
import gzip
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec
import pytest

from floorwatch import replay, wiring
from floorwatch.report import report
from floorwatch.urls import Url
from ingest import source_ami_file
from ingest.clock import SystemClock
from ingest.events import Component, Dropped, Event, Queued
from ingest.stamp import Stamp
from ingest.wire import decode
from simulators.day_files import AMI, EVENTS, QUEUE_LOG, TRUTH, written
from simulators.faults import Fault, FaultKind
from simulators.feed_faults import FeedFaults, afflicted
from simulators.floor_sim import FloorSim
from simulators.local_time import start_of
from simulators.scenario_file import preset
from simulators.scenario_presets import PRESETS
from stream.floor import Floor
from stream.sites import Site

HOUR = 3_600_000
CALM = {"quiet-day", "multi-site"}


def day(folder: Path, name: str, hours: float = 2, seed: int = 7, **other: str) -> dict[str, Any]:
    """The files of so many hours of a preset, told `other` things; returns its truth."""
    scenario = replace(preset(name), **other)  # type: ignore[arg-type]
    start = start_of(scenario)
    sim = FloorSim(scenario, seed, start, keep=True)
    for _ in written(folder, sim, start + round(hours * HOUR)):
        pass
    truth: dict[str, Any] = json.loads((folder / TRUTH).read_bytes())
    return truth


def told(folder: Path, scheme: str, name: str) -> dict[str, Any]:
    """What the floor makes of one witness."""
    reading, clock, site = replay.Reading(), SystemClock(), Site(id="replay")
    url = Url(scheme=scheme, path=str(folder / name))
    events = wiring.replayed(wiring.Tape(url=url, site=site, reading=reading))
    floor, as_of = asyncio.run(replay.run(site, events, clock))
    return report(floor, as_of, reading.rejected)


def as_taken(events: Iterator[Event]) -> dict[str, Any]:
    """What the floor makes of these events, taken as they arrive."""
    floor, as_of = Floor(Site(id="replay"), keep_days=None), 0
    for event in events:
        floor.apply(event)
        as_of = max(as_of, event.time)
    floor.finish()
    return report(floor, as_of, 0)


def recorded(folder: Path) -> Iterator[Event]:
    with gzip.open(folder / EVENTS) as lines:
        for line in lines:
            event = decode(line.rstrip(b"\n"), 0)
            yield msgspec.structs.replace(event, recvtime=event.time)


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("quiet")
    return folder, day(folder, "quiet-day")


@pytest.mark.parametrize("name", PRESETS)
def test_the_three_witnesses_tell_the_truth(name: str, tmp_path: Path) -> None:
    truth = day(tmp_path, name)
    assert sum(queue["offered"] for queue in truth["queues"].values()) > 300
    assert bool(truth["faults"]) == (name not in CALM)
    for scheme, file in (("events+file", EVENTS), ("ami+file", AMI)):
        found = told(tmp_path, scheme, file)
        assert found["queues"] == truth["queues"], scheme
        assert found["agents"] == truth["agents"], scheme
        assert found["as_of"] == truth["as_of"]
        # An AMI link loses sight of a system that dies, and says so.
        assert found["events"]["gaps"] == (scheme == "ami+file" and name == "system-outage")
    logged = truth["as_told_by"]["queue_log"]
    found = told(tmp_path, "queue_log+file", QUEUE_LOG)
    assert found["queues"] == logged["queues"]
    assert found["agents"] == logged["agents"]


def test_both_live_witnesses_name_the_trunk_by_which_a_caller_came(tmp_path: Path) -> None:
    day(tmp_path, "trunk-failure")
    told_of = [event.data for event in recorded(tmp_path)]
    lines = {data.name for data in told_of if isinstance(data, Component)}
    came = {data.visit: data.trunk for data in told_of if isinstance(data, Queued)}
    cut = {data.visit: data.trunk for data in told_of if isinstance(data, Dropped) and data.trunk}
    assert set(came.values()) == lines
    assert len(cut) > 10
    assert cut.items() <= came.items()
    linked = source_ami_file.events(tmp_path / AMI, Stamp("/acd/hq/ami", "1"))
    by_ami = Counter(event.data.trunk for event in linked if isinstance(event.data, Queued))
    assert by_ami == Counter(f"PJSIP/{trunk}" for trunk in came.values())


@pytest.mark.parametrize(
    ("time_zone", "start"),
    [
        ("Europe/Berlin", "2026-10-25 00:30"),
        ("Europe/Berlin", "2026-03-29 00:30"),
        ("Asia/Shanghai", "2026-12-31 22:00"),
    ],
)
def test_nights_when_the_clock_or_the_year_changes_are_nights_like_others(
    time_zone: str, start: str, tmp_path: Path
) -> None:
    truth = day(tmp_path, "quiet-day", hours=4, time_zone=time_zone, start=start)
    hours = (truth["as_of"] - truth["start_at"]) / HOUR
    assert 4 <= hours < 4.5
    for scheme, file in (("events+file", EVENTS), ("ami+file", AMI)):
        found = told(tmp_path, scheme, file)
        assert found["queues"] == truth["queues"], scheme
        assert found["agents"] == truth["agents"], scheme
    found = told(tmp_path, "queue_log+file", QUEUE_LOG)
    logged = truth["as_told_by"]["queue_log"]
    assert (found["queues"], found["agents"]) == (logged["queues"], logged["agents"])


def test_what_a_queue_log_cannot_tell_is_only_what_was_cut_off(
    quiet: tuple[Path, dict[str, Any]],
) -> None:
    _, truth = quiet
    hidden = 0
    for name, queue in truth["queues"].items():
        logged = truth["as_told_by"]["queue_log"]["queues"][name]
        hidden += queue["dropped"]["waiting"] + queue["dropped"]["talking"]
        assert logged["dropped"] == {"waiting": 0, "talking": 0}
        assert logged["abandoned"] == queue["abandoned"] + queue["dropped"]["waiting"]
        same = ("offered", "answered", "answered_in_target", "wait_ms_answered", "talk_ms")
        assert {key: logged[key] for key in same} == {key: queue[key] for key in same}
    assert hidden > 0


def test_calls_intervals_and_totals_of_the_truth_are_one(
    quiet: tuple[Path, dict[str, Any]],
) -> None:
    _, truth = quiet
    visits = [visit for call in truth["calls"] for visit in call["visits"]]
    for name, queue in truth["queues"].items():
        mine = [visit for visit in visits if visit["queue"] == name]
        quarters = [row for row in truth["intervals"] if row["queue"] == name]
        assert len(mine) == queue["offered"]
        for key in ("offered", "answered", "abandoned", "talk_ms", "wait_ms_answered", "blocked"):
            assert sum(row[key] for row in quarters) == queue[key]
        answered = [visit for visit in mine if visit["agent"]]
        waits = [visit["left_at"] - visit["queued_at"] for visit in answered]
        talks = [visit["ended_at"] - visit["left_at"] for visit in answered]
        assert (len(waits), sum(waits)) == (queue["answered"], queue["wait_ms_answered"])
        assert sum(talks) == queue["talk_ms"]
    assert all(call["ended_at"] is not None for call in truth["calls"])


def test_events_that_come_twice_late_or_out_of_order_change_no_figure(
    quiet: tuple[Path, dict[str, Any]],
) -> None:
    folder, truth = quiet
    whole = {"after_ms": 0, "length_ms": 4 * HOUR}
    faults = (
        Fault(kind=FaultKind.DUPLICATE, size=0.2, ramp_ms=60_000, **whole),
        Fault(kind=FaultKind.LATE, size=0.3, ramp_ms=120_000, **whole),
        Fault(kind=FaultKind.REORDERED, size=0.3, **whole),
    )
    feed = FeedFaults(faults, truth["start_at"], 3)
    events = (event for event in afflicted(recorded(folder), feed) if isinstance(event, Event))
    found = as_taken(events)
    assert all(fault.hit > 500 for fault in feed.truths)
    assert found["events"]["repeated"] == feed.truths[0].hit
    assert found["queues"] == truth["queues"]
    assert found["agents"] == truth["agents"]
    assert found["events"]["gaps"] == 0


def test_events_that_are_lost_are_reported_never_absorbed(
    quiet: tuple[Path, dict[str, Any]],
) -> None:
    folder, truth = quiet
    fault = Fault(kind=FaultKind.LOST, size=0.02, after_ms=60_000, length_ms=HOUR)
    feed = FeedFaults([fault], truth["start_at"], 3)
    events = (event for event in afflicted(recorded(folder), feed) if isinstance(event, Event))
    found = as_taken(events)
    lost = feed.truths[0].hit
    assert lost > 50
    # A hole may be of several events.
    assert lost / 2 < found["events"]["gaps"] <= lost
    assert found["queues"] != truth["queues"]


def test_the_days_of_the_command_are_these_days(tmp_path: Path) -> None:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "floorwatch", "simulate", "quiet-day"),
            *("--seed", "7", "--hours", "2", "--out", str(tmp_path / "there")),
        ],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    day(tmp_path / "here", "quiet-day")
    assert "events.jsonl.gz" in done.stdout
    for file in (EVENTS, QUEUE_LOG, AMI, TRUTH):
        assert (tmp_path / "there" / file).read_bytes() == (tmp_path / "here" / file).read_bytes()


def test_a_queue_log_tells_a_day_of_finer_grain_within_a_second_per_call(
    tmp_path: Path,
) -> None:
    """It has whole seconds only, and the calls of such a day do not keep to them."""
    scenario = replace(preset("quiet-day"), grain_ms=1)
    start = start_of(scenario)
    sim = FloorSim(scenario, 7, start, keep=True)
    for _ in written(tmp_path, sim, start + HOUR // 2):
        pass
    found = told(tmp_path, "queue_log+file", QUEUE_LOG)
    truth = json.loads((tmp_path / TRUTH).read_bytes())["as_told_by"]["queue_log"]
    for name, queue in truth["queues"].items():
        seen = found["queues"][name]
        for key in ("offered", "answered", "abandoned", "completed", "transferred", "overflowed"):
            assert seen[key] == queue[key]
        for key, n in (("wait_ms_answered", queue["answered"]), ("talk_ms", queue["answered"])):
            assert abs(seen[key] - queue[key]) <= 1_000 * n
    assert list(chain(truth["agents"])) == list(found["agents"])
