"""Displays are judged by their delays, by what they missed, and beside a page of Panel."""

from typing import Any

from bench.displays import Cost, Ours, Panels, compared, judged
from bench.endtoend import Step


def step(p99_ms: float, missed: int = 0) -> Step:
    seen: dict[str, Any] = {"p50_ms": 120.0, "p99_ms": p99_ms, "growth_ms": 0.0, "missed": missed}
    seen |= {"frames_per_second": 2_500.0, "frame_bytes": 1_140}
    return Step(
        asked=1_500, sent=1_500, cpu=0.5, others=0.5, behind_ms=1, caught_up_s=0.1, seen=seen
    )


def ours(alone: Step, beside: Step) -> Ours:
    return Ours(alone, beside, {"connected": 550}, idle=0.3, cost=Cost(cpu_ms=0.4, memory_kb=20))


def test_displays_that_do_not_read_may_cost_the_others_nothing() -> None:
    found = judged(ours(step(240), step(250)))
    assert found["W1"].holds
    assert found["W2"].holds
    assert found["W1"].details["frames_each_per_second"] == 5
    assert not judged(ours(step(240), step(320)))["W2"].holds
    assert not judged(ours(step(240), step(240, missed=1)))["W2"].holds
    assert not judged(ours(step(501), step(501)))["W1"].holds
    assert not judged(ours(step(240, missed=1), step(240)))["W1"].holds


def test_a_display_is_held_against_a_session_in_time_and_in_memory() -> None:
    seen = {"p50_ms": 500.0, "p99_ms": 1_000.0, "updates": 1.0}
    one = ours(step(240), step(240))
    assert compared(one, Panels(seen, 0.3, Cost(cpu_ms=16, memory_kb=1_200))).holds
    assert not compared(one, Panels(seen, 0.3, Cost(cpu_ms=3, memory_kb=1_200))).holds
    assert not compared(one, Panels(seen, 0.3, Cost(cpu_ms=16, memory_kb=150))).holds
