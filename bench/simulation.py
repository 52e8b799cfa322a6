"""G6: how long a day of a large simulated floor takes, its events alone and as four files."""

import resource
import statistics
import tempfile
import time
from dataclasses import replace
from pathlib import Path

from bench.child import Child, Said, asked, say
from bench.results import Result
from simulators.day_files import written
from simulators.demo import DEMO, OFFICE
from simulators.floor_sim import FloorSim, simulate
from simulators.local_time import day_start
from simulators.scenario import Scenario, times

_HOUSES = 13
_HOUR_MS = 3_600_000
_SOME_DAY = 1_790_006_400_000


def busy_floor() -> Scenario:
    """Thirteen of the demo's houses in one: 520 agents, who work around the clock."""
    return replace(times(DEMO, _HOUSES), grain_ms=1_000)


def office_floor() -> Scenario:
    """As many people on the shifts of an ordinary day, busy in the daytime: a real floor's load."""
    return replace(times(OFFICE, _HOUSES), grain_ms=1_000)


def run(what: str, hours: int) -> Said:
    """Simulate so many hours, and say what it took.

    `what` is the `events` of the busy floor alone, all four `files` of it, or those of an `office`
    day.
    """
    scenario = office_floor() if what == "office" else busy_floor()
    start = day_start(scenario, _SOME_DAY)
    until = start + hours * _HOUR_MS
    began = time.perf_counter()
    if what == "events":
        count, calls = sum(1 for _ in simulate(scenario, 1, start, until=until)), None
    else:
        sim = FloorSim(scenario, 1, start, keep=True)
        with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as folder:
            for _ in written(Path(folder), sim, until):
                pass
        count, calls = None, sim.truth.arrived
    return {
        "seconds": time.perf_counter() - began,
        "events": count,
        "calls": calls,
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024,
    }


def measure(quick: bool) -> dict[str, Result]:
    """Measure G6, each run in a process of its own."""
    hours = 2 if quick else 24
    runs = 1 if quick else 3

    def asked_for(what: str) -> Said:
        with Child("simulation") as child:
            return child.ask("run", what=what, hours=hours, deadline_s=1_800)

    alone = [asked_for("events") for _ in range(runs)]
    files, office = asked_for("files"), asked_for("office")
    scale = 24 / hours
    seconds = sorted(one["seconds"] * scale for one in alone)
    events = alone[0]["events"] * scale
    return {
        "G6": Result(
            "24 hours of a floor of 520 agents simulated, its events alone",
            statistics.median(seconds),
            60.0,
            "s",
            best=seconds[0],
            details={
                "events": round(events),
                "calls": round(files["calls"] * scale),
                "events_per_s": round(events / statistics.median(seconds)),
                "memory_mb": round(max(one["memory_mb"] for one in alone)),
                "files_s": round(files["seconds"] * scale, 1),
                "files_memory_mb": round(files["memory_mb"]),
                "office_calls": office["calls"],
                "office_files_s": round(office["seconds"], 1),
                "office_files_memory_mb": round(office["memory_mb"]),
            },
        )
    }


if __name__ == "__main__":
    for wish in asked():
        say(**run(wish["what"], wish["hours"]))
