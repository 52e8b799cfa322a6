"""The end of an alarm: not before it is over, soon after it, and without flapping."""

from random import Random

import msgspec
import pytest

from alerts.reverse import CLEAR, ReverseBernoulli, ReverseCusum
from alerts.shiryaev_roberts import PoissonMixture, threshold

SURGE_CALLS = 300.0
"""Half an hour at 600 calls an hour."""


def surge(random: Random, ratio: float) -> tuple[int, float]:
    """How often one surge is alarmed of, and expected calls from its end to the last alarm's end."""
    mixture, back, alarms = PoissonMixture(), None, 0
    level, now = threshold(100_800), -200.0
    while now < SURGE_CALLS or back is not None:
        gap = random.expovariate(ratio if 0 <= now < SURGE_CALLS else 1.0)
        if 0 <= now < SURGE_CALLS < now + gap:
            gap = SURGE_CALLS - now + random.expovariate(1.0)
        now += gap
        if back is None:
            if mixture.call(gap) >= level:
                alarms, back = alarms + 1, ReverseCusum(2.0)
                mixture.reset()
        elif back.update(0, gap) or back.update(1, 0.0):
            back = None
    return alarms, now - SURGE_CALLS


@pytest.mark.parametrize("ratio", [2.0, 4.0])
def test_a_surge_is_alarmed_of_once_and_ended_soon(ratio: float) -> None:
    random = Random(1)
    runs = [surge(random, ratio) for _ in range(40)]
    assert sum(alarms for alarms, _ in runs) / len(runs) <= 1.1
    seconds = sum(after for _, after in runs) / len(runs) * 6
    assert 60 <= seconds <= 165


def test_no_calls_are_the_end_of_a_surge_and_none_of_a_collapse() -> None:
    up, down = ReverseCusum(2.0), ReverseCusum(0.5)
    assert not up.update(0, CLEAR - 0.1)
    assert up.update(0, 0.2)
    assert not down.update(0, 1_000.0)
    assert not down.update(20, 0.0) or down.sum >= CLEAR
    assert ReverseCusum(0.5).update(20, 10.0)


def test_it_does_not_matter_how_a_span_is_split_while_it_stays_above_zero() -> None:
    one, two = ReverseCusum(2.0, sum=5.0), ReverseCusum(2.0, sum=5.0)
    one.update(2, 1.5)
    two.update(0, 0.5)
    two.update(1, 0.5)
    two.update(1, 0.5)
    assert one.sum == pytest.approx(two.sum)
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(one), type=ReverseCusum) == one


def test_drops_are_over_when_calls_go_through_again() -> None:
    back = ReverseBernoulli(0.30)
    assert not any(back.update(hit, 0.02) for hit in [True, False, False] * 100)
    calls = 0
    while not back.update(False, 0.02):
        calls += 1
    assert calls <= 22
