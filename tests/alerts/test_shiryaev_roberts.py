"""The promise of the surge detector: exactly, from any state, and over simulated weeks."""

from collections.abc import Callable
from math import exp, inf, isfinite, log
from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.bounds import calls_to_tell
from alerts.shiryaev_roberts import (
    COLLAPSE,
    SURGE,
    PoissonMixture,
    collapse_ratios,
    surge_ratios,
    threshold,
)

evidence = st.lists(st.floats(-5, 8), min_size=3, max_size=3)
spans = st.floats(0.001, 20)


def with_logs(ratios: tuple[float, ...], logs: list[float]) -> PoissonMixture:
    return PoissonMixture(ratios=ratios, logs=logs[: len(ratios)])


def mean_after(ratios: tuple[float, ...], logs: list[float], expected: float, rate: float) -> float:
    """The exact mean of R after one update in which calls come at `rate` of what is expected."""
    true = expected * rate
    total, chance = 0.0, exp(-true)
    for calls in range(int(true + 40 * (1 + true**0.5))):
        total += chance * exp(with_logs(ratios, logs).update(calls, expected))
        chance *= true / (calls + 1)
    return total


@given(evidence, spans, st.floats(0, 1))
def test_at_or_below_the_expected_rate_evidence_grows_no_faster_than_time(
    logs: list[float], expected: float, rate: float
) -> None:
    before = exp(with_logs(SURGE, logs).value)
    assert mean_after(SURGE, logs, expected, rate) <= (before + expected) * (1 + 1e-9)


@given(evidence, spans, st.floats(1, 3))
def test_at_or_above_the_expected_rate_a_collapse_is_promised_the_same(
    logs: list[float], expected: float, rate: float
) -> None:
    before = exp(with_logs(COLLAPSE, logs).value)
    assert mean_after(COLLAPSE, logs, expected, rate) <= (before + expected) * (1 + 1e-9)


@given(evidence, spans)
def test_what_was_gathered_is_a_martingale_but_for_the_new(
    logs: list[float], expected: float
) -> None:
    """The update gives away at most what is new, never what was gathered."""
    assert mean_after(SURGE, logs, expected, 1.0) >= exp(with_logs(SURGE, logs).value) * (1 - 1e-9)


@pytest.mark.parametrize("ratios", [SURGE, COLLAPSE])
@pytest.mark.parametrize("logs", [[-inf] * 3, [0.0, 1.0, 4.0]])
def test_told_call_by_call_evidence_grows_exactly_as_time_does(
    ratios: tuple[float, ...], logs: list[float]
) -> None:
    """Until the first call, or a time without any: mean R grows by the mean of that time."""
    until, steps = 2.0, 2_000
    width = until / steps
    total = 0.0
    for index in range(steps):  # the midpoint rule
        gap = (index + 0.5) * width
        total += exp(-gap) * exp(with_logs(ratios, logs).call(gap)) * width
    total += exp(-until) * exp(with_logs(ratios, logs).update(0, until))
    grown = 1 - exp(-until)
    assert total == pytest.approx(exp(with_logs(ratios, logs).value) + grown, rel=1e-5)


def poisson(random: Random, mean: float) -> int:
    count, passed = 0, random.expovariate(1)
    while passed < mean:
        count += 1
        passed += random.expovariate(1)
    return count


def expected_between_alarms(
    step: Callable[[PoissonMixture], tuple[float, float]], alarms: int, level: float
) -> float:
    mixture, passed = PoissonMixture(), 0.0
    for _ in range(alarms):
        while True:
            span, value = step(mixture)
            passed += span
            if value >= level:
                break
        mixture.reset()
    return passed / alarms


@pytest.mark.parametrize("tick", [None, 1 / 6, 1.0, 10.0])
def test_expected_calls_between_false_alarms_are_at_least_what_was_promised(
    tick: float | None,
) -> None:
    """Per call and in ticks: of 1, 6 and 60 s at 600 calls an hour."""
    promised, random = 100, Random(4)

    def call(mixture: PoissonMixture) -> tuple[float, float]:
        gap = random.expovariate(1)
        return gap, mixture.call(gap)

    def update(mixture: PoissonMixture) -> tuple[float, float]:
        assert tick is not None
        return tick, mixture.update(poisson(random, tick), tick)

    found = expected_between_alarms(update if tick else call, 80, threshold(promised))
    assert found >= promised


def test_a_rate_that_wanders_below_the_band_is_no_surge() -> None:
    """The base is taken at 1.25 times the forecast: the true rate goes anywhere below that."""
    promised, random = 150, Random(5)
    rate = 1.0

    def call(mixture: PoissonMixture) -> tuple[float, float]:
        nonlocal rate
        if random.random() < 0.05:
            rate = random.uniform(0.6, 1.25)
        gap = random.expovariate(rate) * 1.25
        return gap, mixture.call(gap)

    assert expected_between_alarms(call, 40, threshold(promised)) > 2 * promised


def delay(random: Random, ratio: float, level: float) -> float:
    """Expected calls from a change at a random moment to the alarm."""
    mixture = PoissonMixture()
    for _ in range(120):
        if mixture.call(random.expovariate(1)) >= level:
            mixture.reset()
    mixture.update(0, random.expovariate(1))
    passed = 0.0
    while True:
        gap = random.expovariate(ratio)
        passed += gap
        if mixture.call(gap) >= level:
            return passed


@pytest.mark.parametrize(
    ("per_week", "ratio", "measured"),
    [
        (10_080, 1.5, 3_317 / 60),
        (10_080, 2.0, 1_107 / 60),
        (10_080, 4.0, 222 / 60),
        (100_800, 2.0, 149 / 6),
        (100_800, 4.0, 28 / 6),
    ],
)
def test_a_surge_is_seen_as_soon_as_was_measured_before(
    per_week: float, ratio: float, measured: float
) -> None:
    random = Random(7)
    runs = 200
    mean = sum(delay(random, ratio, threshold(per_week)) for _ in range(runs)) / runs
    assert mean == pytest.approx(measured, rel=0.10)
    assert mean <= 1.10 * calls_to_tell(per_week, ratio)


def test_ten_thousand_calls_in_a_tick_do_not_overflow() -> None:
    mixture = PoissonMixture()
    assert isfinite(mixture.update(10_000, 0.5))
    assert mixture.likeliest == 4.0
    assert mixture.value == pytest.approx(10_000 * log(4), abs=20)
    assert isfinite(mixture.update(10_000, 0.5))
    falling = PoissonMixture(ratios=COLLAPSE)
    assert isfinite(falling.update(0, 10_000.0))
    assert falling.likeliest == 0.2


def test_calls_where_none_are_expected_are_no_evidence_before_something_was() -> None:
    mixture = PoissonMixture()
    assert mixture.update(3, 0.0) == -inf
    assert mixture.update(0, 0.0) == -inf
    before = mixture.update(1, 1.0)
    assert mixture.update(0, 0.0) == pytest.approx(before)
    assert mixture.update(2, 0.0) > before + 2 * log(1.5)


@given(st.lists(st.tuples(st.floats(0.001, 3), st.floats(0, 1)), min_size=1, max_size=20))
def test_a_look_between_two_calls_changes_nothing(gaps: list[tuple[float, float]]) -> None:
    whole, split = PoissonMixture(), PoissonMixture()
    for gap, share in gaps:
        split.update(0, gap * share)
        assert split.call(gap * (1 - share)) == pytest.approx(whole.call(gap), abs=1e-9)


def test_a_collapse_is_seen_and_a_surge_is_none() -> None:
    random = Random(2)
    mixture = PoissonMixture(ratios=COLLAPSE)
    level, passed = threshold(10_080), 0.0
    while mixture.value < level:
        gap = random.expovariate(0.2)
        mixture.call(gap)
        passed += gap
    assert passed == pytest.approx(calls_to_tell(10_080, 0.2), rel=0.5)
    assert mixture.likeliest == 0.2
    for _ in range(500):
        mixture.call(random.expovariate(3))
    assert mixture.value < 1.0


def test_it_goes_on_after_a_restart() -> None:
    mixture = PoissonMixture(ratios=(1.5, 3.0))
    mixture.call(0.5)
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(mixture), type=PoissonMixture)
    assert kept == mixture
    assert kept.call(0.2) == mixture.call(0.2)
    kept.reset()
    assert kept.value == -inf


def test_the_ratios_start_where_the_operator_wants_to_be_told_from() -> None:
    assert surge_ratios(1.5) == SURGE
    assert surge_ratios(1.2) == (1.2, 2.0, 4.0)
    assert surge_ratios(2.0) == (2.0, 4.0)
    assert surge_ratios(5.0) == (5.0, 10.0)
    assert collapse_ratios(0.5) == COLLAPSE
    assert collapse_ratios(0.2) == (0.2, 0.1)


def test_the_threshold_is_the_promise() -> None:
    assert threshold(10_080) == pytest.approx(log(10_080))
    assert threshold(10_080, alarms=2) == pytest.approx(log(5_040))
    assert threshold(0.5) == 0.0
