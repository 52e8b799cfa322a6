"""Results say whether their goal holds, and are written beside those that were not measured."""

import json
from pathlib import Path

from bench import endtoend, results
from bench.endtoend import Bare, Step
from bench.results import Result


def test_a_goal_holds_on_its_own_side() -> None:
    assert Result("less is better", 2.9, 3.0, "×").holds
    assert not Result("less is better", 3.1, 3.0, "×").holds
    assert Result("more is better", 0.61, 0.6, "", at_least=True).holds
    assert not Result("more is better", 0.59, 0.6, "", at_least=True).holds


def test_goals_that_were_not_measured_keep_their_figures(tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    results.write({"G1": Result("one", 0.5, 0.6, "", at_least=True)}, {"cores": 2}, path)
    results.write({"G3": Result("three", 2.0, 3.0, "×", best=1.5)}, {"cores": 4}, path)
    written = json.loads(path.read_text())
    assert list(written) == ["G1", "G3"]
    assert written["G1"]["holds"] is False
    assert written["G1"]["machine"] == {"cores": 2}
    assert {key: written["G3"][key] for key in ("value", "goal", "holds", "unit", "best")} == {
        "value": 2.0,
        "goal": 3.0,
        "holds": True,
        "unit": "×",
        "best": 1.5,
    }


def step(asked: int, p99_ms: float, growth_ms: float = 0.0, sent: float = 1.0) -> Step:
    seen = {"p50_ms": p99_ms / 2, "p99_ms": p99_ms, "growth_ms": growth_ms}
    return Step(
        asked=asked,
        sent=asked * sent,
        cpu=0.5,
        others=0.5,
        behind_ms=0.0,
        caught_up_s=0.0,
        seen=seen,
    )


def test_a_rate_is_sustained_only_if_it_is_reached_seen_in_time_and_does_not_fall_behind() -> None:
    assert step(20_000, 300).sustained
    assert not step(20_000, 501).sustained
    assert not step(20_000, 300, growth_ms=150).sustained
    assert not step(20_000, 300, sent=0.9).sustained


def test_the_largest_sustained_rate_is_judged_by_the_median_of_the_bare_ones() -> None:
    held = [step(1_500, 210), step(10_000, 240)]
    tried = [step(30_000, 400), step(50_000, 900)]
    bares = [Bare(40_000, 6.0), Bare(50_000, 5.0), Bare(90_000, 4.0)]
    judged = endtoend.judged(held, tried, bares)
    assert judged["G1"].value == 0.6
    assert judged["G1"].holds
    assert judged["G4"].value == 240
    assert judged["G4"].holds
