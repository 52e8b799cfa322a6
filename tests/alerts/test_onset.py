"""The look back from an alarm: when it began and how much it is."""

from random import Random

import msgspec
import pytest

from alerts.onset import KEPT_MS, Recent

START = 1_790_000_000_000
HOUR_S = 3_600


def counted(random: Random, ratio: float, per_hour: int, before_s: int, since_s: int) -> Recent:
    """So long at the normal rate, then at `ratio` of it; told call by call and each second."""
    recent, per_s = Recent(), per_hour / HOUR_S
    told = 0.0
    at = random.expovariate(per_s)
    for second in range(before_s + since_s):
        rate = per_s * (ratio if second >= before_s else 1.0)
        while at < second + 1:
            recent.add(START + round(at * 1_000), 1, (at - told) * per_s)
            told = at
            at += random.expovariate(rate) if rate else 1e9
        recent.add(START + (second + 1) * 1_000, 0, (second + 1 - told) * per_s)
        told = second + 1.0
    return recent


@pytest.mark.parametrize(("ratio", "since_s"), [(4.0, 60), (2.0, 180), (0.2, 180)])
def test_it_finds_when_it_began_and_how_much_it_is(ratio: float, since_s: int) -> None:
    random = Random(3)
    began = START + HOUR_S * 1_000
    off, ratios = [], []
    for _ in range(9):
        found = counted(random, ratio, 600, HOUR_S, since_s).onset(1.5 if ratio > 1 else 0.5)
        assert found is not None
        assert found.since + found.over_ms == began + since_s * 1_000
        assert found.ratio == pytest.approx(found.calls / found.expected)
        off.append(abs(found.since - began))
        ratios.append(found.ratio)
    assert sorted(off)[4] <= since_s * 1_000 / 3
    assert sorted(ratios)[4] == pytest.approx(ratio, rel=0.25, abs=0.15)


def test_three_hours_are_kept_in_some_hundred_buckets() -> None:
    recent = Recent()
    for second in range(4 * HOUR_S):
        recent.add(START + second * 1_000, 1, 0.5)
        assert len(recent.buckets) <= 120
    first, last = recent.buckets[0], recent.buckets[-1]
    assert last.until - first.since >= KEPT_MS - 60_000
    assert all(
        one.until == other.since
        for one, other in zip(recent.buckets, recent.buckets[1:], strict=False)
    )
    assert sum(one.calls for one in recent.buckets) == (last.until - first.since) / 1_000


def test_nothing_is_found_where_nothing_is_unusual() -> None:
    recent = Recent()
    assert recent.onset(1.5) is None
    for second in range(600):
        recent.add(START + second * 1_000, int(second % 10 == 0), 0.1)
    for ratio in (1.5, 0.5):
        found = recent.onset(ratio)
        assert found is None or found.expected < 2


def test_it_starts_afresh_and_goes_on_after_a_restart() -> None:
    recent = Recent()
    recent.add(START, 5, 0.1)
    kept = msgspec.msgpack.decode(msgspec.msgpack.encode(recent), type=Recent)
    assert kept == recent
    assert kept.onset(2.0) == recent.onset(2.0) is not None
    recent.reset()
    assert recent.onset(2.0) is None


def test_calls_where_none_are_expected_are_told_without_a_division() -> None:
    recent = Recent()
    recent.add(START, 3, 0.0)
    found = recent.onset(1.5)
    assert found is not None
    assert (found.calls, found.expected) == (3, 0.0)
