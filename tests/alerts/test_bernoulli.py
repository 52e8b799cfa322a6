"""The promise of the share detector, and how soon it sees."""

from math import exp, inf, isfinite
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.bernoulli import SHARES, BernoulliMixture, threshold

normals = st.floats(0.001, 0.9)
logs = st.lists(st.floats(-5, 8), min_size=3, max_size=3)


def after(logs: list[float], hit: bool, normal: float) -> float:
    return exp(BernoulliMixture(logs=list(logs)).update(hit, normal))


@given(logs, normals)
def test_at_the_normal_share_evidence_grows_by_one_a_call(logs: list[float], normal: float) -> None:
    before = sum(exp(one) for one in logs) / len(logs)
    mean = normal * after(logs, True, normal) + (1 - normal) * after(logs, False, normal)
    assert mean == pytest.approx(before + 1)


@given(logs, normals, st.floats(0, 1))
def test_below_the_normal_share_it_grows_no_faster(
    logs: list[float], normal: float, part: float
) -> None:
    before = sum(exp(one) for one in logs) / len(logs)
    share = part * normal
    mean = share * after(logs, True, normal) + (1 - share) * after(logs, False, normal)
    assert mean <= (before + 1) * (1 + 1e-9)


def calls_to_alarm(random: Random, share: float, normal: float, level: float) -> int:
    mixture, calls = BernoulliMixture(), 0
    while True:
        calls += 1
        if mixture.update(random.random() < share, normal) >= level:
            return calls


@pytest.mark.parametrize(
    ("share", "calls"), [(0.05, 330), (0.10, 78), (0.20, 27), (0.30, 16), (0.50, 9), (1.0, 4)]
)
def test_so_many_calls_tell_a_higher_share(share: float, calls: int) -> None:
    random = Random(3)
    runs = 150
    found = sum(calls_to_alarm(random, share, 0.02, threshold(10_080)) for _ in range(runs)) / runs
    assert found == pytest.approx(calls, rel=0.15)


def test_all_calls_dropping_is_seen_at_the_fourth() -> None:
    mixture = BernoulliMixture()
    mixture.misses(500, 0.02)
    seen = [mixture.update(True, 0.02) >= threshold(10_080) for _ in range(4)]
    assert seen == [False, False, False, True]


def test_calls_between_false_alarms_are_at_least_what_was_promised() -> None:
    random = Random(6)
    runs, promised = 60, 400
    calls = sum(calls_to_alarm(random, 0.02, 0.02, threshold(promised)) for _ in range(runs))
    assert promised <= calls / runs <= 4 * promised


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 200)), max_size=8), normals)
def test_many_misses_at_once_are_as_many_misses(
    runs: list[tuple[bool, int]], normal: float
) -> None:
    single, batch = BernoulliMixture(), BernoulliMixture()
    for hit, misses in runs:
        single.update(hit, normal)
        batch.update(hit, normal)
        for _ in range(misses):
            single.update(False, normal)
        batch.misses(misses, normal)
    assert batch.logs == pytest.approx(single.logs, rel=1e-6, abs=1e-6)


def test_the_normal_share_may_be_higher_than_the_shares_looked_for() -> None:
    mixture = BernoulliMixture()
    mixture.misses(1_000, 0.4)
    assert mixture.value < 0.5
    for _ in range(40):
        mixture.update(True, 0.4)
    assert mixture.value > threshold(10_080)


def test_nothing_overflows_and_it_goes_on_after_a_restart() -> None:
    mixture = BernoulliMixture()
    assert mixture.misses(0, 0.02) == -inf
    for _ in range(10_000):
        mixture.update(True, 0.001)
    assert isfinite(mixture.misses(10_000_000, 0.001))
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(mixture), type=BernoulliMixture) == mixture
    mixture.reset()
    for _ in range(50):
        mixture.update(True, 0.02)
    assert mixture.likeliest == SHARES[-1]
