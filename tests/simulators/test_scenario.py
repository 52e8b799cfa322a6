"""A scenario that contradicts itself is refused, and the one of the demo is what it says."""

from dataclasses import replace

import pytest

from simulators.demo import DEMO, OFFICE
from simulators.faults import Fault, FaultKind
from simulators.plans import Profile
from simulators.scenario import Scenario, ScenarioError, times


def test_the_demo_has_four_queues_forty_agents_and_names_in_both_languages() -> None:
    for scenario in (DEMO, OFFICE):
        assert [queue.id for queue in scenario.queues] == ["sales", "support", "billing", "vip"]
        assert len(scenario.agents) == 40
        named = [*scenario.queues, *scenario.agents]
        assert all(set(one.names) == {"zh", "en"} for one in named)
        assert all(set(names) == {"zh", "en"} for names in scenario.teams.values())
        assert len({agent.names["zh"] for agent in scenario.agents}) == 40
        assert all(1 <= len(agent.queues) <= 3 for agent in scenario.agents)


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        (lambda: replace(DEMO, queues=DEMO.queues[:3]), "'vip', which the scenario lacks"),
        (lambda: replace(DEMO, shifts=DEMO.shifts[:3]), "the shift 'demo3'"),
        (lambda: replace(DEMO, teams={}), "the team 'north'"),
        (
            lambda: replace(DEMO, shifts=(replace(DEMO.shifts[0], weekdays=()), *DEMO.shifts[1:])),
            "never runs",
        ),
        (
            lambda: replace(
                DEMO,
                faults=(
                    Fault(
                        kind=FaultKind.TRUNK_DOWN, after_ms=0, length_ms=1, scope="trunk:trunk-z"
                    ),
                ),
            ),
            "the trunk 'trunk-z'",
        ),
        (lambda: replace(DEMO, agents=DEMO.agents * 2), "agent '1001': give each"),
        (lambda: replace(DEMO, profile=Profile(step_min=50, weights=(1.0,))), "50 minutes long"),
        (lambda: replace(DEMO, profile=Profile(step_min=60, weights=())), "0 minutes long"),
    ],
)
def test_a_contradiction_is_named(broken: object, why: str) -> None:
    assert callable(broken)
    with pytest.raises(ScenarioError, match=why):
        broken()


def test_a_larger_site_has_more_of_everything() -> None:
    large: Scenario = times(DEMO, 13)
    assert len({agent.id for agent in large.agents}) == 520
    assert large.queues[0].calls_per_hour == 13 * DEMO.queues[0].calls_per_hour
