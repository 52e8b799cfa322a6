"""Presets and faults of the simulator, each once: the right alert in the right place, and no other.

`python -m bench.faults` runs them over many seeds.
"""

import pytest

from bench.faults import Score, cases, run

CASES = {name: (scenario, hours) for name, scenario, hours in cases()}
PRESETS = (
    *("quiet-day", "monday-rush", "promotion-surge", "trunk-failure", "system-outage"),
    *("lunch-collapse", "multi-site"),
)
FAULTS = (
    *("peak x2", "drops of a trunk", "sign-out of a team", "stuck", "silent", "flapping", "lost"),
    *("late", "clock jump"),
)


@pytest.mark.parametrize("name", [*PRESETS, *FAULTS])
def test_what_is_wrong_is_told_and_nothing_else(name: str) -> None:
    scenario, hours = CASES[name]
    score = Score()
    run(scenario, 1, hours, cold=False, score=score)
    assert score.found == score.asked
    assert score.false == 0, dict(score.wrong)
    if name in {"quiet-day", "multi-site", "late", "clock jump"}:
        assert score.alarms == 0
    else:
        assert score.alarms or name == "monday-rush"
