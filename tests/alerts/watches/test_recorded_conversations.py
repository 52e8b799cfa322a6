"""The watches over ends and agents on the recordings of the real Asterisk: each marked phase raises
what it should, and nothing else raises anything."""

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from alerts.breach import Board, Sight
from alerts.defaults import DEFAULTS
from alerts.drops import DropWatch
from alerts.mass_end import MassEndWatch
from alerts.mass_sign_out import MassSignOutWatch
from alerts.no_answer import NoAnswerWatch
from alerts.rules import DroppedRule, MassEndRule, MassSignOutRule, NoAnswerRule, Rule
from ingest.events import Event, Millis
from stream.floor import Floor

RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "recordings"
WITHIN_S = 60
WATCHES: tuple[tuple[type[Rule], Callable[..., Any]], ...] = (
    (DroppedRule, DropWatch),
    (MassEndRule, MassEndWatch),
    (MassSignOutRule, MassSignOutWatch),
    (NoAnswerRule, NoAnswerWatch),
)
EXPECTED = {
    "A": {
        "drop-burst": {("dropped", "")},
        "mass-pause-support": {("mass_sign_out", "queue:support")},
        "carrier-down": {
            ("dropped", "trunk:PJSIP/carrier1"),
            ("mass_end", "trunk:PJSIP/carrier1"),
        },
        "claims-empty": {("mass_sign_out", "queue:claims")},
        "phones-down": {("dropped", ""), ("mass_end", ""), ("mass_sign_out", "")},
    },
    "B": {"pbx-restart": {("mass_end", "")}},
}
"""By phase; every other phase raises nothing."""


class Together:
    """All of them as one watch."""

    def __init__(self, floor: Floor, rules: Sequence[Rule], board: Board) -> None:
        self.parts = [
            make(floor, [rule for rule in rules if isinstance(rule, type_)], board)
            for type_, make in WATCHES
        ]

    def take(self, event: Event, now: Millis) -> None:
        for part in self.parts:
            part.take(event, now)

    def tick(self, now: Millis, sight: Sight) -> None:
        for part in self.parts:
            part.tick(now, sight)

    def dump(self) -> bytes:
        return b"".join(part.dump() for part in self.parts)

    def load(self, state: bytes, now: Millis) -> None:
        """A recording has no restart of ours."""


@pytest.mark.parametrize("name", ["A", "B"])
def test_each_phase_raises_what_it_should(watched: Any, recorded: Any, name: str) -> None:
    events, _ = recorded(name)
    truth = json.loads(
        gzip.decompress((RECORDINGS / f"asterisk-{name}" / "ground_truth.json.gz").read_bytes())
    )
    floor = watched(Together, DEFAULTS)
    begun: dict[tuple[str, str], list[Millis]] = {}
    now, held = events[0].recvtime, set()
    for event in events:
        while now + 1_000 <= event.recvtime:
            now += 1_000
            floor.tick(now)
        floor.put(event)
        new = set(floor.board.held) - held
        held = set(floor.board.held)
        for key in new:
            begun.setdefault(key, []).append(max(now, event.recvtime))
    found: dict[str, set[tuple[str, str]]] = {}
    for (rule, scope), times in begun.items():
        for at in times:
            phase = next(p for p in truth["phases"] if p["start"] * 1000 <= at < p["end"] * 1000)
            found.setdefault(phase["name"], set()).add((rule, scope))
            assert at / 1000 - phase["start"] < WITHIN_S, (rule, scope, phase)
    assert found == EXPECTED[name]
    assert held == set()
