"""Erlang's formulas against values computed by others to ten digits."""

from collections.abc import Callable
from fractions import Fraction
from math import exp, expm1, factorial, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.erlang import ErlangError, agents_for, erlang_a, erlang_b, erlang_c

ERLANG_B = [
    (1, 1, 0.5),
    (2, 5, 0.0366972477),
    (10, 10, 0.2145823431),
    (10, 15, 0.0364969455),
    (50, 60, 0.0216684731),
    (200, 210, 0.0278486863),
]
ERLANG_C = [
    (2, 5, 0.0597014925),
    (10, 14, 0.1741319336),
    (10, 15, 0.1020423670),
    (50, 60, 0.1173020561),
    (200, 210, 0.3756148240),
]
ERLANG_A = [
    (2880, 60, 50, 120, 0.0309122492, 0.943018955, 0.467774069),
    (200, 180, 12, 180, 0.0530916254, 0.802303867, 0.303223854),
    (600, 240, 35, 300, 0.140197921, 0.297414425, 0.838431553),
    (600, 240, 43, 300, 0.0304740254, 0.803303866, 0.354401012),
    (60, 240, 6, 300, 0.0439225711, 0.823960124, 0.22193056),
    (6, 240, 2, 300, 0.0192297056, 0.945912604, 0.0621797354),
]


@pytest.mark.parametrize(("load", "agents", "blocked"), ERLANG_B)
def test_erlang_b(load: float, agents: int, blocked: float) -> None:
    assert erlang_b(load, agents) == pytest.approx(blocked, abs=1e-9)
    exact = _blocked(Fraction(load), agents)
    assert erlang_b(load, agents) == pytest.approx(float(exact), rel=1e-12)


@pytest.mark.parametrize(("load", "agents", "waits"), ERLANG_C)
def test_erlang_c(load: float, agents: int, waits: float) -> None:
    found = erlang_c(per_hour=load * 20, handling_s=180, agents=agents)
    assert found.waits == pytest.approx(waits, abs=1e-9)
    blocked = _blocked(Fraction(load), agents)
    exact = agents * blocked / (agents - load * (1 - blocked))
    assert found.waits == pytest.approx(float(exact), rel=1e-12)


def test_erlang_c_of_a_half_hour_of_a_hundred_calls() -> None:
    levels = [
        erlang_c(per_hour=200, handling_s=180, agents=agents, target_s=20).served_in_target
        for agents in range(11, 16)
    ]
    assert [round(level, 4) for level in levels] == [0.3896, 0.6402, 0.7956, 0.8884, 0.9415]
    wait_s = erlang_c(per_hour=200, handling_s=180, agents=14).wait_s
    assert wait_s == pytest.approx(7.835937, abs=1e-6)


@pytest.mark.parametrize(
    ("per_hour", "handling_s", "agents", "patience_s", "abandons", "level", "waits"), ERLANG_A
)
def test_erlang_a(
    per_hour: float,
    handling_s: float,
    agents: int,
    patience_s: float,
    abandons: float,
    level: float,
    waits: float,
) -> None:
    found = erlang_a(
        per_hour=per_hour,
        handling_s=handling_s,
        agents=agents,
        patience_s=patience_s,
        target_s=20,
    )
    assert found.abandons == pytest.approx(abandons, abs=1e-9)
    assert found.served_in_target == pytest.approx(level, abs=1e-9)
    assert found.waits == pytest.approx(waits, abs=1e-9)


def test_great_patience_is_erlang_c() -> None:
    patient = erlang_a(per_hour=200, handling_s=180, agents=14, patience_s=3_600_000, target_s=20)
    endless = erlang_c(per_hour=200, handling_s=180, agents=14, target_s=20)
    assert patient.waits == pytest.approx(endless.waits, rel=1e-3)
    assert patient.served_in_target == pytest.approx(endless.served_in_target, rel=1e-3)
    assert patient.wait_s == pytest.approx(endless.wait_s, rel=2e-3)


def test_far_too_few_agents_serve_as_many_as_they_can() -> None:
    found = erlang_a(per_hour=3_600, handling_s=100, agents=10, patience_s=50, target_s=20)
    assert found.abandons == pytest.approx(0.9, abs=1e-6)
    none = erlang_a(per_hour=60, handling_s=100, agents=0, patience_s=50, target_s=20)
    assert (none.abandons, none.served_in_target) == (pytest.approx(1.0), pytest.approx(0.0))


def test_a_line_of_a_thousand_has_an_answer() -> None:
    found = erlang_a(per_hour=1_378, handling_s=158, agents=1, patience_s=2_000, target_s=20)
    assert found.abandons == pytest.approx(1 - 3_600 / 158 / 1_378, abs=1e-6)
    assert agents_for(0.05, per_hour=9_000, handling_s=240, patience_s=180) == pytest.approx(
        573, abs=5
    )


def test_a_target_that_is_many_handlings_long_is_still_missed_by_a_long_queue() -> None:
    """Calls of 10 a second, answers of 3.3: who is patient enough waits eleven minutes, none five."""
    found = erlang_a(per_hour=36_000, handling_s=60, agents=200, patience_s=600, target_s=300)
    assert found.abandons == pytest.approx(2 / 3, abs=1e-3)
    assert found.served_in_target < 1e-6
    assert found.answered_wait_s == pytest.approx(600 * 1.0986, rel=0.01)


@settings(deadline=None)
@given(
    st.floats(1, 1_000),
    st.floats(20, 600),
    st.integers(1, 60),
    st.floats(20, 2_000),
    st.floats(0, 300),
)
def test_the_density_of_the_wait_says_the_same(
    per_hour: float, handling_s: float, agents: int, patience_s: float, target_s: float
) -> None:
    """Another way to the same: the wait that a patient caller would have (Baccelli, Hebuterne 1981)."""
    calls, leaves = per_hour / 3_600, 1 / patience_s

    def density(wait_s: float) -> float:
        return exp(-calls / leaves * expm1(-leaves * wait_s) - agents / handling_s * wait_s - peak)

    peak = 0.0
    if calls * handling_s > agents:
        behind = calls * handling_s / agents
        at_s = patience_s * log(behind)
        peak = calls / leaves * (1 - 1 / behind) - agents / handling_s * at_s
    end_s = 10 * patience_s + 45 * handling_s / agents + target_s
    while density(end_s / 2) < 1e-16 and end_s > 1:
        end_s /= 2
    load = calls * handling_s
    free = sum(load ** (n - agents + 1) * _falling(agents - 1, n) for n in range(agents))
    total = free * exp(-peak) + calls * _integral(density, 0, end_s)
    busy = calls * _integral(density, 0, end_s) / total
    answered = 1 - calls * _integral(lambda x: -expm1(-leaves * x) * density(x), 0, end_s) / total
    late = calls * _integral(lambda x: exp(-leaves * x) * density(x), target_s, end_s) / total
    waited = calls * _integral(lambda x: x * exp(-leaves * x) * density(x), 0, end_s) / total

    found = erlang_a(
        per_hour=per_hour,
        handling_s=handling_s,
        agents=agents,
        patience_s=patience_s,
        target_s=target_s,
    )
    assert found.waits == pytest.approx(busy, abs=1e-6)
    assert found.abandons == pytest.approx(1 - answered, abs=1e-6)
    assert found.served_in_target == pytest.approx(answered - late, abs=1e-6)
    assert found.answered_wait_s == pytest.approx(waited / answered, rel=1e-4, abs=1e-4)


@given(st.floats(1, 2_000), st.floats(20, 600), st.integers(1, 60), st.floats(20, 2_000))
def test_what_comes_in_goes_out(
    per_hour: float, handling_s: float, agents: int, patience_s: float
) -> None:
    """By an own sum over every number of calls: P(ab) = θ E[Q] / λ, and the rest is served."""
    found = erlang_a(per_hour=per_hour, handling_s=handling_s, agents=agents, patience_s=patience_s)
    calls = per_hour / 3_600
    logs, here, waiting, busy, n = [0.0], 0.0, 0, agents, 0
    while n < agents + 5 or here > max(logs) - 45:
        n += 1
        waiting, busy = max(n - agents, 0), min(n, agents)
        here += log(calls) - log(busy / handling_s + waiting / patience_s)
        logs.append(here)
    weights = [exp(each - max(logs)) for each in logs]
    queue = sum(max(k - agents, 0) * w for k, w in enumerate(weights)) / sum(weights)
    served = sum(min(k, agents) * w for k, w in enumerate(weights)) / sum(weights) / handling_s
    assert found.queue == pytest.approx(queue, rel=1e-8, abs=1e-12)
    assert found.abandons == pytest.approx(queue / patience_s / calls, rel=1e-8, abs=1e-12)
    assert calls * (1 - found.abandons) == pytest.approx(served, rel=1e-8)
    assert found.occupancy == pytest.approx(served * handling_s / agents, rel=1e-8)
    answered = (1 - found.abandons) * found.answered_wait_s
    assert -1e-9 <= answered <= found.wait_s * (1 + 1e-9) + 1e-9


@given(
    st.floats(1, 2_000),
    st.floats(20, 600),
    st.integers(1, 60),
    st.floats(20, 2_000),
    st.floats(0, 300),
)
def test_shares_are_shares_and_another_agent_never_harms(
    per_hour: float, handling_s: float, agents: int, patience_s: float, target_s: float
) -> None:
    few, more = (
        erlang_a(
            per_hour=per_hour,
            handling_s=handling_s,
            agents=n,
            patience_s=patience_s,
            target_s=target_s,
        )
        for n in (agents, agents + 1)
    )
    for found in (few, more):
        assert -1e-9 <= found.abandons <= found.waits + 1e-9 <= 1 + 2e-9
        assert 1 - found.waits - 1e-9 <= found.served_in_target <= 1 - found.abandons + 1e-9
    assert more.abandons <= few.abandons + 1e-9
    assert more.waits <= few.waits + 1e-9


@given(st.floats(5, 500), st.floats(60, 300), st.floats(60, 900), st.floats(0.005, 0.5))
def test_agents_for_a_share_lie_between_those_that_let_more_and_fewer_give_up(
    per_hour: float, handling_s: float, patience_s: float, share: float
) -> None:
    found = agents_for(share, per_hour=per_hour, handling_s=handling_s, patience_s=patience_s)
    shares = [
        erlang_a(per_hour=per_hour, handling_s=handling_s, agents=n, patience_s=patience_s).abandons
        for n in (int(found), int(found) + 1)
    ]
    assert shares[1] <= share * (1 + 1e-6)
    assert share <= shares[0] * (1 + 1e-6)


@pytest.mark.parametrize(("agents", "handling_s"), [(10, 180), (9, 180), (20, 0)])
def test_what_erlang_c_cannot_answer_is_said(agents: int, handling_s: float) -> None:
    with pytest.raises(ErlangError, match="there must be more"):
        erlang_c(per_hour=200, handling_s=handling_s, agents=agents)


def test_what_erlang_a_cannot_answer_is_said() -> None:
    with pytest.raises(ErlangError, match="above 0"):
        erlang_a(per_hour=200, handling_s=180, agents=4, patience_s=0)


def _blocked(load: Fraction, agents: int) -> Fraction:
    """The definition, in whole numbers: its weight among those of 0 to so many calls."""
    weights = [load**n / factorial(n) for n in range(agents + 1)]
    return weights[-1] / sum(weights)


def _falling(top: int, n: int) -> float:
    """top! / n!, as a product of few."""
    product = 1.0
    for factor in range(n + 1, top + 1):
        product *= factor
    return product


def _integral(
    of: Callable[[float], float], since: float, until: float, steps: int = 4_000
) -> float:
    """Simpson's rule."""
    if until <= since:
        return 0.0
    step = (until - since) / steps
    inner = sum((4 if n % 2 else 2) * of(since + n * step) for n in range(1, steps))
    return (of(since) + inner + of(until)) * step / 3
