"""The chance to end below the target, against drawn half-hours."""

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.half_hour import SoFar, below_target
from planning.staffing import StaffingError
from planning.transient import Crew
from tests.planning.queue_drawn import draw

CREW = Crew(agents=12, per_hour=200, handling_s=180, patience_s=180)
RUNS = 1_000


def share_below(crew: Crew, so_far: SoFar, left_s: float, goal: float) -> float:
    """How many of so many drawn half-hours end below their target."""
    rng, below = Random(11), 0
    for _ in range(RUNS):
        one = draw(rng, crew, so_far.busy, left_s, 20, so_far.waits_s)
        offered = so_far.ended + len(so_far.waits_s) + one.offered
        below += so_far.in_target + one.in_target < goal * offered - 1e-9
    return below / RUNS


CASES = [
    (CREW, SoFar(ended=0, in_target=0, busy=10), 1_800, 0.8),
    (CREW, SoFar(ended=50, in_target=38, busy=12, waits_s=(25, 12, 4)), 900, 0.8),
    (CREW, SoFar(ended=50, in_target=46, busy=12, waits_s=(25, 12, 4)), 900, 0.8),
    (CREW, SoFar(ended=80, in_target=66, busy=11), 300, 0.8),
    (CREW, SoFar(ended=90, in_target=72, busy=12, waits_s=(8, 2)), 120, 0.8),
    (replace(CREW, agents=5, per_hour=60), SoFar(ended=10, in_target=8, busy=3), 1_000, 0.8),
    (replace(CREW, agents=50, per_hour=900), SoFar(ended=90, in_target=85, busy=40), 1_500, 0.9),
    (replace(CREW, agents=3, per_hour=30), SoFar(ended=2, in_target=2, busy=1), 1_200, 0.75),
    (replace(CREW, per_hour=20), SoFar(ended=9, in_target=7, busy=1), 600, 0.8),
    (replace(CREW, agents=1, per_hour=6), SoFar(ended=1, in_target=1, busy=1), 900, 0.8),
    (replace(CREW, agents=11), SoFar(ended=20, in_target=20, busy=9), 1_400, 0.8),
]


@pytest.mark.parametrize(("crew", "so_far", "left_s", "goal"), CASES)
def test_drawn_half_hours_agree(crew: Crew, so_far: SoFar, left_s: float, goal: float) -> None:
    found = below_target(crew, so_far, left_s, goal=goal)
    seen = share_below(crew, so_far, left_s, goal)
    assert found == pytest.approx(seen, abs=0.04 + 3 * (seen * (1 - seen) / RUNS) ** 0.5)


def test_when_it_is_over_it_is_known() -> None:
    for in_target, below in ((79, 1.0), (80, 0.0), (81, 0.0)):
        so_far = SoFar(ended=100, in_target=in_target, busy=5)
        assert below_target(CREW, so_far, 0) == below
    assert below_target(CREW, SoFar(ended=0, in_target=0, busy=0), 0) == 0.0
    nobody_calls = replace(CREW, per_hour=0)
    assert below_target(nobody_calls, SoFar(ended=9, in_target=2, busy=0), 900) == 1.0
    long_line = SoFar(ended=0, in_target=0, busy=12, waits_s=(90, 80, 70, 60, 50))
    assert below_target(CREW, long_line, 0) == 1.0


def test_an_uncertain_forecast_makes_the_end_uncertain() -> None:
    so_far = SoFar(ended=50, in_target=48, busy=10)
    sure, unsure = (below_target(CREW, so_far, 900, spread=spread) for spread in (0, 0.3))
    assert sure + 0.05 < unsure < 0.5


@settings(max_examples=60)
@given(
    st.integers(0, 20),
    st.floats(0, 60),
    st.lists(st.floats(0, 200), max_size=6),
    st.integers(0, 100),
    st.floats(0, 1),
    st.floats(1, 1_800),
    st.floats(0.05, 0.99),
)
def test_it_is_a_chance_and_another_agent_makes_it_no_likelier(
    agents: int,
    per_agent: float,
    waits_s: list[float],
    ended: int,
    share: float,
    left_s: float,
    goal: float,
) -> None:
    crew = Crew(agents=agents, per_hour=per_agent * (agents + 1), handling_s=180, patience_s=120)
    so_far = SoFar(
        ended=ended, in_target=int(share * ended), busy=agents, waits_s=sorted(waits_s)[::-1]
    )
    found = below_target(crew, so_far, left_s, goal=goal)
    assert 0 <= found <= 1
    relieved = replace(so_far, busy=agents, waits_s=())
    more = replace(crew, agents=agents + 1)
    better = replace(
        relieved, ended=ended + len(waits_s), in_target=so_far.in_target + len(waits_s)
    )
    assert below_target(more, better, left_s, goal=goal) <= found + 0.02


@pytest.mark.parametrize(
    ("so_far", "options", "words"),
    [
        (SoFar(ended=1, in_target=2, busy=0), {}, "not below 0"),
        (SoFar(ended=1, in_target=1, busy=0), {"goal": 1.0}, "between 0 and 1"),
        (SoFar(ended=1, in_target=1, busy=13), {}, "no more can be busy"),
        (SoFar(ended=1, in_target=1, busy=3, waits_s=(1,)), {}, "only while all"),
    ],
)
def test_what_makes_no_sense_is_said(so_far: SoFar, options: dict[str, float], words: str) -> None:
    with pytest.raises(StaffingError, match=words):
        below_target(CREW, so_far, 900, **options)
