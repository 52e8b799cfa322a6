"""Moves between groups: their worth against drawn queues, and whom they never touch."""

from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from random import Random
from statistics import fmean, stdev

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.erlang import ErlangError, erlang_a
from planning.moves import Group, Mover, MovesError, ranked
from planning.transient import Crew, abandons, level
from tests.planning.queue_drawn import Drawn, draw

BUSY = Crew(agents=38, per_hour=600, handling_s=240, patience_s=300)
QUIET = Crew(agents=30, per_hour=300, handling_s=240, patience_s=300)
HALF_HOUR_S = 1_800
RUNS = 1_000


def drawn(crew: Crew, there: int, what: Callable[[Drawn], float], seed: int) -> tuple[float, float]:
    """The mean over the runs, and its standard error."""
    rng = Random(seed)
    values = [what(draw(rng, crew, there, HALF_HOUR_S)) for _ in range(RUNS)]
    return fmean(values), stdev(values) / sqrt(RUNS)


def test_a_backlog_loses_more_than_balance_says() -> None:
    """Fifteen wait: 35.2 give up in half an hour, where the formula of balance says 26.1."""
    found = abandons(BUSY, 38 + 15, HALF_HOUR_S)
    assert found == pytest.approx(35.2, abs=0.05)
    balance = erlang_a(per_hour=600, handling_s=240, agents=38, patience_s=300)
    assert balance.abandons * 300 == pytest.approx(26.1, abs=0.05)


def test_in_the_long_run_it_is_erlang_a() -> None:
    for there in (0, 40, 90):
        days = abandons(BUSY, there, 40_000_000) / 40_000_000 * 3_600
        balance = erlang_a(per_hour=600, handling_s=240, agents=38, patience_s=300, target_s=20)
        assert days == pytest.approx(600 * balance.abandons, rel=2e-3)
        share = level(BUSY, there, 40_000_000, 20)
        assert share == pytest.approx(balance.served_in_target, rel=3e-3)


@pytest.mark.parametrize(
    ("crew", "there"),
    [
        (BUSY, 53),
        (BUSY, 20),
        (replace(BUSY, agents=8, per_hour=100), 8),
        (replace(BUSY, agents=3, per_hour=90, patience_s=60), 12),
        (replace(BUSY, helpers=(1.0, 0.8)), 53),
    ],
)
def test_drawn_queues_agree(crew: Crew, there: int) -> None:
    mean, error = drawn(crew, there, lambda one: one.abandoned, 1)
    assert abs(abandons(crew, there, HALF_HOUR_S) - mean) < 3 * error
    # Of all who came: a mean of quotients would weigh quiet half-hours too much.
    mean, error = drawn(crew, there, lambda one: one.in_target, 2)
    coming = crew.per_s * HALF_HOUR_S
    assert abs(level(crew, there, HALF_HOUR_S, 20) * coming - mean) < 3 * error


def test_what_a_move_saves_is_what_drawn_queues_save() -> None:
    vip = Group(id="vip", crew=QUIET, busy=20, waiting=0)
    sales = Group(id="sales", crew=BUSY, busy=38, waiting=15)
    (move, *_) = ranked([vip, sales], [Mover(agent="li", group="vip", skills={"sales": 1.0})], 0)
    rng, gains = Random(3), []
    for _ in range(RUNS):
        sides = [
            draw(rng, crew, group.there, HALF_HOUR_S).abandoned
            for group in (vip, sales, vip.less_one(), sales.more(1.0))
            for crew in [group.crew]
        ]
        gains.append(sides[0] + sides[1] - sides[2] - sides[3])
    assert abs(move.gain - fmean(gains)) < 3 * stdev(gains) / sqrt(RUNS)
    assert move.saved > 2
    assert move.price < 0.2
    assert move.taker_level[1] > move.taker_level[0]
    assert move.giver_level[1] < move.giver_level[0]


def test_moves_are_ranked_until_they_gain_little() -> None:
    vip = Group(id="vip", crew=QUIET, busy=20, waiting=0, least=25)
    sales = Group(id="sales", crew=BUSY, busy=38, waiting=15)
    movers = [Mover(agent=f"{n:02}", group="vip", skills={"sales": 1.0}) for n in range(12)]
    found = ranked([vip, sales], movers, 0)
    gains = [move.gain for move in found]
    assert len(found) == 5
    assert gains == sorted(gains, reverse=True)
    assert {(move.giver, move.taker) for move in found} == {("vip", "sales")}
    assert not ranked([vip, sales], movers, 0, least_gain=10)


def test_cooldown_skill_and_speed_decide_who_goes() -> None:
    vip = Group(id="vip", crew=QUIET, busy=20, waiting=0, least=29)
    sales = Group(id="sales", crew=BUSY, busy=38, waiting=15)

    def goes(*movers: Mover, now: int = 3_600_000) -> list[str]:
        return [move.agent for move in ranked([vip, sales], movers, now)]

    slow = Mover(agent="slow", group="vip", skills={"sales": 0.7})
    quick = Mover(agent="quick", group="vip", skills={"sales": 1.0}, moved_at=3_000_000)
    unable = Mover(agent="unable", group="vip", skills={"tickets": 1.0})
    assert goes(slow, quick, unable) == ["slow"]
    assert goes(slow, quick, unable, now=3_900_000) == ["quick"]
    assert goes(unable) == []


groups = st.builds(
    lambda agents, busy, waiting, per_agent, least: Group(
        id="",
        crew=Crew(agents=agents, per_hour=agents * per_agent, handling_s=240, patience_s=120),
        busy=min(busy, agents),
        waiting=waiting,
        least=least,
    ),
    st.integers(0, 6),
    st.integers(0, 6),
    st.integers(0, 8),
    st.floats(0, 30),
    st.integers(0, 4),
)


@settings(max_examples=15)
@given(st.lists(groups, min_size=2, max_size=3), st.data())
def test_no_group_falls_below_its_minimum(found: list[Group], data: st.DataObject) -> None:
    named = [replace(group, id=f"{n}") for n, group in enumerate(found)]
    movers = [
        Mover(
            agent=f"{group.id}-{n}",
            group=group.id,
            skills={other.id: 1.0 for other in named if data.draw(st.booleans())},
            moved_at=data.draw(st.none() | st.integers(0, 900_000)),
        )
        for group in named
        for n in range(min(group.crew.agents, 3))
    ]
    moves = ranked(named, movers, 900_000)
    left = {group.id: group.crew.agents for group in named}
    for move in moves:
        left[move.giver] -= 1
        mover = next(each for each in movers if each.agent == move.agent)
        assert mover.skills[move.taker] == 1.0
        assert mover.moved_at in (None, 0)
        assert move.gain >= 0.3
    for group in named:
        if left[group.id] < group.crew.agents:
            assert left[group.id] >= max(group.least, 1)
    assert len({move.agent for move in moves}) == len(moves)
    assert not {move.giver for move in moves} & {move.taker for move in moves}


def test_what_makes_no_sense_is_said() -> None:
    vip = Group(id="vip", crew=QUIET, busy=20, waiting=0)
    with pytest.raises(MovesError, match="li: there is no group sales"):
        ranked([vip], [Mover(agent="li", group="sales")], 0)
    with pytest.raises(MovesError, match="same id"):
        ranked([vip, vip], [], 0)
    with pytest.raises(ErlangError, match="above 0"):
        Crew(agents=1, per_hour=1, handling_s=0, patience_s=1)
