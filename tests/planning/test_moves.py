"""Moves between queues: their worth against drawn queues and the simulator, and whom they never touch."""

from collections.abc import Callable
from dataclasses import replace
from math import sqrt
from random import Random
from statistics import fmean, stdev
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.moves import CASES, measure, scenario
from planning.erlang import ErlangError, erlang_a
from planning.moves import Line, MovesError, Person, expected, ranked
from planning.sharing import Server, Waits, crews
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


VIP = Line(id="vip", per_hour=300, handling_s=240, patience_s=300, busy=20)
SALES = Line(id="sales", per_hour=600, handling_s=240, patience_s=300, busy=38, waiting=15)


def team(queue: str, number: int, **known: Any) -> list[Person]:
    return [Person(agent=f"{queue}-{n:02}", queues=(queue,), **known) for n in range(number)]


def floor(vips: int = 30, **known: Any) -> list[Person]:
    """As many as `QUIET` and `BUSY` have; those of the first can serve both."""
    return team("vip", vips, skills={"sales": 1.0}, **known) + team("sales", 38)


def test_what_a_move_saves_is_what_drawn_queues_save() -> None:
    (move, *_) = ranked([VIP, SALES], floor(), 0)
    sides = (QUIET, BUSY, replace(QUIET, agents=29), replace(BUSY, helpers=(1.0,)))
    rng, gains = Random(3), []
    for _ in range(RUNS):
        lost = [
            draw(rng, crew, line.there, HALF_HOUR_S).abandoned
            for crew, line in zip(sides, (VIP, SALES, VIP, SALES), strict=True)
        ]
        gains.append(lost[0] + lost[1] - lost[2] - lost[3])
    assert abs(move.gain - fmean(gains)) < 3 * stdev(gains) / sqrt(RUNS)
    assert move.saved > 2
    assert move.price < 0.2
    assert move.taker_level[1] > move.taker_level[0]
    assert move.giver_level[1] < move.giver_level[0]


def test_moves_on_the_simulated_floor_save_what_was_predicted() -> None:
    """Skills, breaks, transfers, redials, missed calls and all; `bench.moves` has 200 runs of it."""
    found = measure(scenario(CASES["twice the sales, less of all else"]), 6, warm_min=20)
    assert found.runs == 6
    assert found.predicted > 3
    assert abs(found.bias) <= found.within * 3 / 1.96
    assert found.lost_predicted == pytest.approx(found.lost, rel=0.35)


def test_moves_are_ranked_until_they_gain_little() -> None:
    found = ranked([replace(VIP, least=27), SALES], floor(), 0)
    gains = [move.gain for move in found]
    assert len(found) == 3
    assert gains == sorted(gains, reverse=True)
    assert {(move.giver, move.taker) for move in found} == {("vip", "sales")}
    assert not ranked([VIP, SALES], floor(), 0, least_gain=10)
    assert expected([VIP, SALES], floor())["sales"] == pytest.approx(35.2, abs=0.05)


def test_cooldown_skill_speed_and_breaks_decide_who_goes() -> None:
    def goes(*movers: Person, now: int = 3_600_000) -> list[str]:
        others = team("vip", 30 - len(movers)) + team("sales", 38)
        lines = [replace(VIP, least=29), SALES]
        return [move.agent for move in ranked(lines, [*movers, *others], now)]

    slow = Person(agent="slow", queues=("vip",), skills={"sales": 0.7})
    quick = Person(agent="quick", queues=("vip",), skills={"sales": 1.0}, moved_at=3_000_000)
    unable = Person(agent="unable", queues=("vip",), skills={"tickets": 1.0})
    hungry = Person(agent="hungry", queues=("vip",), skills={"sales": 1.0}, share=0.5)
    stays = Person(agent="stays", queues=("vip",), skills={"sales": 1.0}, free=False)
    talks = Person(agent="talks", queues=("vip",), skills={"sales": 1.0}, busy=True)
    assert goes(slow, quick, unable) == ["slow"]
    assert goes(slow, quick, unable, now=3_900_000) == ["quick"]
    assert goes(unable, stays) == []
    assert goes(hungry, slow) == ["slow"]
    assert goes(replace(slow, skills={"sales": 1.0}), talks) == ["slow"]


def test_who_serves_several_queues_goes_where_callers_wait() -> None:
    demand = {id: replace(QUIET, agents=0) for id in ("a", "b")}
    alone = [Server(queues=("a",))] * 20 + [Server(queues=("b",))] * 24
    shared = [Server(queues=("a", "b"))] * 4
    waits = {id: Waits(crew, 0, HALF_HOUR_S) for id, crew in demand.items()}
    found = crews(demand, [*alone, *shared], waits)
    assert (found["a"].agents, found["b"].agents) == (24, 24)
    waits["a"] = Waits(demand["a"], 0, HALF_HOUR_S)
    waits["b"] = Waits(demand["b"], 40, HALF_HOUR_S)
    assert crews(demand, [*alone, *shared], waits)["b"].agents > 24
    half = crews(demand, [*alone, Server(queues=("a",), share=0.5)], waits)
    assert half["a"].helpers == (0.5,)


lines = st.builds(
    lambda per_hour, busy, waiting, least: Line(
        id="",
        per_hour=per_hour,
        handling_s=240,
        patience_s=120,
        busy=busy,
        waiting=waiting,
        least=least,
    ),
    st.floats(0, 100),
    st.integers(0, 6),
    st.integers(0, 8),
    st.integers(0, 4),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(lines, min_size=2, max_size=3), st.data())
def test_no_queue_falls_below_its_minimum(found: list[Line], data: st.DataObject) -> None:
    named = [replace(line, id=f"{n}") for n, line in enumerate(found)]
    ids = [line.id for line in named]
    people = []
    for n in range(data.draw(st.integers(0, 9))):
        queues = data.draw(st.lists(st.sampled_from(ids), min_size=1, max_size=2, unique=True))
        people.append(
            Person(
                agent=f"{n}",
                queues=tuple(queues),
                share=data.draw(st.sampled_from((0.0, 0.5, 1.0))),
                skills={id: 1.0 for id in ids if id not in queues and data.draw(st.booleans())},
                moved_at=data.draw(st.none() | st.integers(0, 900_000)),
                free=data.draw(st.booleans()),
            )
        )
    moves = ranked(named, people, 900_000)
    there = {id: sum(id in each.queues for each in people) for id in ids}
    left = dict(there)
    for move in moves:
        mover = next(each for each in people if each.agent == move.agent)
        for id in mover.queues:
            left[id] -= 1
        assert mover.skills[move.taker] == 1.0
        assert mover.free
        assert mover.moved_at in (None, 0)
        assert move.gain >= 0.3
    for line in named:
        if left[line.id] < there[line.id]:
            assert left[line.id] >= max(line.least, 1)
    assert len({move.agent for move in moves}) == len(moves)
    assert not {move.giver for move in moves} & {move.taker for move in moves}


def test_what_makes_no_sense_is_said() -> None:
    with pytest.raises(MovesError, match="li: there is no queue sales"):
        ranked([VIP], [Person(agent="li", queues=("sales",))], 0)
    with pytest.raises(MovesError, match="queues have the same id"):
        ranked([VIP, VIP], [], 0)
    with pytest.raises(MovesError, match="people have the same id"):
        ranked([VIP], [Person(agent="li", queues=("vip",))] * 2, 0)
    with pytest.raises(ErlangError, match="above 0"):
        Crew(agents=1, per_hour=1, handling_s=0, patience_s=1)
