"""The default rules on a real Asterisk's day: each marked trouble is told soon, and nothing else is."""

import gzip
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from alerts.defaults import DEFAULTS
from floorwatch import wiring
from floorwatch.alarms import Alarm
from floorwatch.backtest import Guard, watched
from floorwatch.replay import Reading
from floorwatch.urls import REPLAYS, parse
from stream.sites import Site

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
FOUND = [p for p in (RECORDINGS / "asterisk-A", RECORDINGS / "asterisk-B") if p.is_dir()]
WITHIN_S = 60

MARKED: dict[str, set[str]] = {
    "surge-sales": {"surge"},
    "drop-burst": {"dropped"},
    "mass-pause-support": {"mass_sign_out"},
    "carrier-down": {"component", "mass_end", "dropped"},
    "ami-link-down": {"adapter"},
    "ami-link-silent": {"adapter"},
    "claims-empty": {"mass_sign_out"},
    "phones-down": {"component"},
    "pbx-restart": {"adapter", "component", "mass_end"},
}
"""Phases in which something is wrong, and the kinds of alert that tell of it."""
UNSURE = {"small-surge-billing": {"surge"}}
"""Told if it is seen: too few calls in too short a time to be told from chance for sure."""


@dataclass
class Told:
    """What was told of a recording. Phases are (name, start, end) in seconds since 1970."""

    phases: list[tuple[str, float, float]]
    alarms: list[Alarm]

    def during(self, phase: str) -> list[tuple[float, Alarm]]:
        """The alarms that fired in it, each with the seconds since it began."""
        [(start, end)] = [(s, e) for name, s, e in self.phases if name == phase]
        late = ((alarm.started_at / 1_000 - start, alarm) for alarm in self.alarms)
        return [(s, alarm) for s, alarm in late if 0 <= s < end - start]


@pytest.fixture(scope="module", params=FOUND or [None], ids=lambda p: p.name if p else "none")
def told(request: pytest.FixtureRequest) -> Told:
    folder: Path | None = request.param
    if folder is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no recordings here")
    with gzip.open(folder / "ground_truth.json.gz") as file:
        truth: dict[str, Any] = json.load(file)
    site = Site(id="pbx")
    tape = wiring.Tape(
        url=parse(f"ami+file:{folder}/ami.jsonl.gz", REPLAYS),
        site=site,
        reading=Reading(),
    )
    found = watched(Guard(site=site, rules=DEFAULTS), wiring.replayed(tape))
    phases = [(p["name"], p["start"], p["end"]) for p in truth["phases"]]
    return Told(phases, found.alarms)


def test_each_trouble_is_told_within_a_minute(told: Told) -> None:
    for phase, kinds in MARKED.items():
        if not any(name == phase for name, _, _ in told.phases):
            continue
        late = [s for s, alarm in told.during(phase) if alarm.kind in kinds]
        assert late, f"{phase}: nothing told"
        assert min(late) <= WITHIN_S, phase


def test_nothing_else_is_told(told: Told) -> None:
    known = {**MARKED, **UNSURE}
    expected = [
        alarm for phase, kinds in known.items() for name, _, _ in told.phases if name == phase
        for _, alarm in told.during(phase) if alarm.kind in kinds
    ]  # fmt: skip
    others = [(a.rule, a.scope, a.started_at) for a in told.alarms if a not in expected]
    assert others == []


def test_each_ends_by_itself(told: Told) -> None:
    assert told.alarms
    assert all(alarm.ended_at is not None for alarm in told.alarms)


def test_the_queue_and_the_line_are_named(told: Told) -> None:
    for phase, scope in {
        "surge-sales": "queue:sales",
        "mass-pause-support": "queue:support",
        "carrier-down": "trunk:PJSIP/carrier1",
        "claims-empty": "queue:claims",
        "phones-down": "endpoint:*",
    }.items():
        if any(name == phase for name, _, _ in told.phases):
            assert scope in {alarm.scope for _, alarm in told.during(phase)}
