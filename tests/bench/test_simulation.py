"""The floor that is simulated for the bench is as large as the goal says, and is measured."""

from bench.simulation import busy_floor, run


def test_the_floor_of_the_bench_is_large_and_busy_at_any_hour() -> None:
    scenario = busy_floor()
    assert len(scenario.agents) == 520
    assert sum(queue.calls_per_hour for queue in scenario.queues) > 6_000


def test_a_run_says_what_it_took() -> None:
    found = run("events", 1)
    assert found["events"] > 50_000
    assert found["seconds"] > 0
    assert found["memory_mb"] > 0
