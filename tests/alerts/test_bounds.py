"""The closed forms against the exact solution, simulation and the published table."""

from decimal import Decimal, localcontext
from math import inf, log
from random import Random

import pytest

from alerts.bounds import (
    calls_to_tell,
    calls_to_tell_share,
    cusum_threshold,
    delay_s,
    information,
    silence_calls,
    silence_s,
)


def scale(x: float, rate: float, drift: float, claim: float) -> Decimal:
    """W(x) of the risk process with this premium and these fixed claims; exact."""
    total, each = Decimal(0), Decimal(1)
    for count in range(int(x / claim) + 1):
        left = Decimal(rate) * (Decimal(x) - count * Decimal(claim)) / Decimal(drift)
        each = Decimal(1) if count == 0 else each * count
        total += left.exp() * (-left) ** count / each if left > 0 or count == 0 else Decimal(0)
    return total / Decimal(drift)


def integral(x: float, rate: float, drift: float, claim: float) -> Decimal:
    """Of W from 0 to x."""
    total = Decimal(0)
    while x > 0:
        total += (Decimal(drift) * scale(x, rate, drift, claim) - 1) / Decimal(rate)
        x -= claim
    return total


def exact(ratio: float, level: float, rate: float) -> float:
    """Expected calls until the CUSUM for `ratio`, started at 0, reaches `level`, when calls come at
    `rate` of what is expected: the reflected risk process of the theory of scale functions."""
    with localcontext() as context:
        context.prec = 45
        drift, claim = abs(ratio - 1), abs(log(ratio))
        area = integral(level, rate, drift, claim)
        if ratio < 1:
            return float(area)
        here = scale(level, rate, drift, claim)
        below = scale(level - claim, rate, drift, claim) if level > claim else Decimal(0)
        slope = Decimal(rate) / Decimal(drift) * (here - below)
        return float(here * here / slope - area)


@pytest.mark.parametrize("ratio", [1.25, 1.5, 1.75, 2.0, 3.0, 4.0, 6.0, 0.2, 0.35, 0.5, 0.7])
@pytest.mark.parametrize("calls", [1_000, 10_080, 1_008_000])
def test_the_closed_form_is_that_of_the_exact_cusum(ratio: float, calls: int) -> None:
    low, high = 1.0, log(calls) + 3
    while high - low > 1e-4:
        middle = (low + high) / 2
        low, high = (middle, high) if exact(ratio, middle, 1.0) < calls else (low, middle)
    close = 0.015 if calls < 10_000 else 0.005
    assert calls_to_tell(calls, ratio) == pytest.approx(exact(ratio, high, ratio), rel=close)
    assert cusum_threshold(calls, ratio) == pytest.approx(high, abs=close)


def test_the_exact_solution_is_that_of_a_simulation() -> None:
    random, runs, ratio, level = Random(1), 400, 2.0, 5.0
    passed = 0.0
    for _ in range(runs):
        total = 0.0
        while total < level:
            gap = random.expovariate(ratio)
            passed += gap
            total = max(0.0, total - (ratio - 1) * gap) + log(ratio)
    assert passed / runs == pytest.approx(exact(ratio, level, ratio), rel=0.08)


@pytest.mark.parametrize(
    ("per_hour", "seconds"),
    [(60, (3_260, 1_097, 207)), (600, (453, 145, 26)), (6_000, (58, 18, 3.2))],
)
def test_the_published_bounds(per_hour: int, seconds: tuple[float, ...]) -> None:
    for ratio, known in zip((1.5, 2.0, 4.0), seconds, strict=True):
        assert delay_s(per_hour, ratio) == pytest.approx(known, rel=0.03)


def test_six_calls_an_hour_do_not_tell_a_doubling_in_under_two_hours() -> None:
    assert delay_s(6, 2.0) == pytest.approx(7_418, rel=0.01)
    assert delay_s(60, 2.0, alarms_per_week=7) == pytest.approx(796, rel=0.01)
    assert delay_s(60, 2.0, alarms_per_week=1 / 50) == pytest.approx(1_705, rel=0.01)


def test_a_band_makes_it_later_and_hides_what_lies_within() -> None:
    assert delay_s(60, 2.0, band=0.4) > 2 * delay_s(60, 2.0)
    assert delay_s(60, 1.3, band=0.3) == inf
    assert delay_s(60, 0.5, band=0.4) > delay_s(60, 0.5)
    assert delay_s(60, 0.8, band=0.4) == inf
    assert delay_s(0, 2.0) == inf
    assert delay_s(2_305, 2.0, band=0.11) == pytest.approx(delay_s(2_305 * 1.11, 2 / 1.11))


@pytest.mark.parametrize(("per_hour", "seconds"), [(6, 4_149), (60, 553), (600, 69), (6_000, 8)])
def test_silence(per_hour: int, seconds: float) -> None:
    assert silence_s(per_hour) == pytest.approx(seconds, rel=0.04)
    assert silence_calls(per_hour * 168) == pytest.approx(calls_to_tell(per_hour * 168, 0.0))
    assert silence_s(0) == inf


@pytest.mark.parametrize(
    ("normal", "share", "known"),
    [
        (0.01, 0.10, (23.9, 39.7, 55.7)),
        (0.02, 0.10, (37.2, 63.4, 90.5)),
        (0.02, 0.30, (8.4, 12.4, 16.4)),
        (0.05, 0.30, (13.7, 20.8, 27.9)),
    ],
)
def test_shares(normal: float, share: float, known: tuple[float, ...]) -> None:
    for calls, wanted in zip((1_008, 10_080, 100_800), known, strict=True):
        assert calls_to_tell_share(calls, normal, share) == pytest.approx(wanted, rel=0.04)
    assert calls_to_tell_share(10_080, normal, 1.0) < calls_to_tell_share(10_080, normal, share)


def test_evidence_a_call() -> None:
    assert information(1.5) == pytest.approx(0.108, abs=5e-4)
    assert information(2.0) == pytest.approx(0.386, abs=5e-4)
    assert information(4.0) == pytest.approx(2.545, abs=5e-4)
    assert information(0.0) == 1.0
    assert 1 / 8 <= calls_to_tell(1.0, 8.0) < calls_to_tell(10.0, 8.0)
