"""The clock of a PBX leaps, and is set right: what is read from it stays right."""

import gzip
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from floorwatch.report import report
from ingest.source_ami_file import events
from ingest.stamp import Stamp
from stream.floor import Floor
from stream.sites import Site

COUNTED = ("offered", "answered", "abandoned", "completed", "transferred", "overflowed", "waiting")
TOLD_MS = ("wait_ms_answered", "wait_ms_abandoned", "talk_ms")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An hour of a simulated Asterisk."""
    folder = tmp_path_factory.mktemp("day")
    command = ["simulate", "quiet-day", "--seed", "3", "--hours", "1", "--out", str(folder)]
    subprocess.run(
        [sys.executable, "-m", "floorwatch", *command], check=True, capture_output=True, timeout=60
    )
    return folder / "ami.jsonl.gz"


def leaping(recorded: Path, to: Path, off_s: int) -> Path:
    """The recording as it would be if the PBX's clock had been wrong in its second quarter."""
    with gzip.open(recorded, "rt") as file:
        lines = file.readlines()
    first = json.loads(lines[0])["t"]
    with gzip.open(to, "wt", compresslevel=1) as file:
        for line in lines:
            if 900 <= json.loads(line)["t"] - first < 1_800:
                line = re.sub(
                    r"(\\nTimestamp: )(\d+)", lambda m: f"{m[1]}{int(m[2]) + off_s}", line
                )
            file.write(line)
    return to


def found(path: Path) -> dict[str, Any]:
    floor, as_of = Floor(Site(id="hq"), keep_days=None), 0
    for event in events(path, Stamp("/acd/hq/pbx", "1")):
        floor.apply(event)
        as_of = event.recvtime
    return report(floor, as_of, 0)


@pytest.mark.parametrize("off_s", [3_600, -3_600, 90, -90, 20, -20])
def test_a_leap_of_the_pbx_clock_changes_no_count_and_no_present_state(
    recorded: Path, tmp_path: Path, off_s: int
) -> None:
    usual, seen = found(recorded), found(leaping(recorded, tmp_path / "leap.jsonl.gz", off_s))
    assert seen["events"] | {"late": 0} == usual["events"] | {"late": 0}
    assert sum(row["answered"] for row in usual["queues"].values()) > 100
    for queue, row in usual["queues"].items():
        names = (*COUNTED, *TOLD_MS)
        assert {n: seen["queues"][queue][n] for n in names} == {n: row[n] for n in names}
    for agent, row in usual["agents"].items():
        now = seen["agents"][agent]
        assert (now["state"], now["reason"]) == (row["state"], row["reason"])
        assert abs(now["signed_in_ms"] - row["signed_in_ms"]) <= min(abs(off_s), 120) * 1_000
    if abs(off_s) == 3_600:
        assert seen["agents"] == usual["agents"]
