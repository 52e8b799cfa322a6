"""A simulated day in files has the same bytes on every machine and every Python: they are pinned."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulators.day_files import AMI, EVENTS, QUEUE_LOG, TRUTH, written
from simulators.floor_sim import FloorSim
from simulators.local_time import start_of
from simulators.scenario_file import preset

ROOT = Path(__file__).parents[2]
PINNED = {
    "system-outage": {
        EVENTS: "ecbec33975cdef9b",
        QUEUE_LOG: "625c98a45194f215",
        AMI: "0145ed56b9077f76",
        TRUTH: "af6dd7b07d12f39e",
    },
    "multi-site": {
        EVENTS: "f350ceb4ef4ea00d",
        QUEUE_LOG: "15ac688a20e8915e",
        AMI: "f5629b9fe9b7a28b",
        TRUTH: "3097368b770fcb84",
    },
}
PROGRAM = """
import gzip, json, sys
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from simulators.day_files import AMI, EVENTS, QUEUE_LOG, TRUTH, written
from simulators.floor_sim import FloorSim
from simulators.local_time import start_of
from simulators.scenario_file import preset

folder, name = Path(sys.argv[1]), sys.argv[2]
# What the preset is about tells people, not the floor; but the calls' ids depend on all of it.
scenario = replace(preset(name), about=None)
start = start_of(scenario)
for _ in written(folder, FloorSim(scenario, 7, start, keep=True), start + 4_500_000):
    pass
digests = {}
for file in (EVENTS, QUEUE_LOG, AMI, TRUTH):
    inside = (gzip.open if file.endswith(".gz") else open)(folder / file, "rb").read()
    digests[file] = sha256(inside).hexdigest()[:16]
print(json.dumps(digests))
"""


@pytest.mark.parametrize("hash_seed", ["1", "4242"])
@pytest.mark.parametrize("name", PINNED)
def test_the_files_of_a_preset_are_those_we_know(name: str, hash_seed: str, tmp_path: Path) -> None:
    """If you meant to change what is told: pin the new digests. If the same seed gives other
    events, raise `floor_sim.MODEL` too."""
    there = subprocess.run(
        [sys.executable, "-c", PROGRAM, tmp_path, name],
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert json.loads(there.stdout) == PINNED[name]


def test_the_compressed_files_are_the_same_to_the_byte_in_one_place(tmp_path: Path) -> None:
    scenario = preset("quiet-day")
    start = start_of(scenario)
    for folder in ("one", "two"):
        sim = FloorSim(scenario, 1, start, keep=True)
        for _ in written(tmp_path / folder, sim, start + 600_000):
            pass
    for file in (EVENTS, QUEUE_LOG, AMI, TRUTH):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
