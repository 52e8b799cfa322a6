"""The comparison of detectors simulates what it says it does, and runs our own as it is."""

from math import exp

import numpy as np
import pytest

from alerts.shiryaev_roberts import PoissonMixture
from bench.arrivals import Change, blocks, span_for
from bench.detectors import QUICK, Lanes, PerCall, delays
from bench.rivals import Fixed, Peaks, Readings, Sliding, rivals

LINES = 4


def test_many_lines_at_once_are_as_many_detectors_told_each_call() -> None:
    lanes, single = Lanes(LINES), [PoissonMixture() for _ in range(LINES)]
    for block in blocks(np.random.default_rng(1), LINES, 60, 3 * 3_600):
        for expected, called in zip(block.expected, block.called, strict=True):
            found = lanes.call(called, expected)
            for line, mixture in enumerate(single):
                gap = float(expected[line])
                value = mixture.call(gap) if called[line] else mixture.update(0, gap)
                assert found[line] == pytest.approx(exp(value), rel=1e-9)


@pytest.mark.parametrize("tick_s", [1, 60])
def test_many_lines_at_once_are_as_many_detectors_told_each_tick(tick_s: int) -> None:
    lanes, single = Lanes(LINES), [PoissonMixture() for _ in range(LINES)]
    for block in blocks(np.random.default_rng(2), LINES, 600, 1_800):
        due = block.per_s * tick_s
        for calls in block.counts.reshape(-1, tick_s, LINES).sum(axis=1):
            found = lanes.update(calls, due)
            values = [exp(one.update(int(n), due)) for one, n in zip(single, calls, strict=True)]
            assert found == pytest.approx(values, rel=1e-9)


def test_arrivals_come_at_their_rate_and_after_the_change_at_another() -> None:
    lines, change_s = 200, 3_600
    change = Change(3.0, np.full(lines, float(change_s)))
    before = after = 0
    for block in blocks(np.random.default_rng(3), lines, 60, 2 * change_s, change):
        assert block.counts.sum() == block.called.sum()
        assert block.expected.sum(axis=0) == pytest.approx(block.per_s * block.span_s)
        assert (np.diff(block.at_s, axis=0) >= 0).all()
        calls = int(block.counts.sum())
        before, after = (
            (before + calls, after) if block.start_s < change_s else (before, after + calls)
        )
    assert before == pytest.approx(60 * lines, rel=0.03)
    assert after == pytest.approx(180 * lines, rel=0.03)
    assert span_for(4_000, 24_000) == 300


def test_an_alarm_of_a_rival_counts_once_until_it_has_been_quiet() -> None:
    peaks = Peaks(floor=1.0)
    values = np.array([[0.0, 5.0], [3.0, 0.0], [3.0, 0.0], [2.0, 0.0], [0.0, 5.0]])
    peaks.take(Readings(np.array([0, 100, 350, 900, 1_000]), values))
    assert peaks.alarms(2.0) == 4
    assert peaks.alarms(3.0) == 3
    assert peaks.alarms(6.0) == 0
    assert peaks.level(3) == 3.0
    assert peaks.alarms(peaks.level(0)) == 0


def test_the_rivals_read_what_they_are_named_after() -> None:
    sliding, fixed = Sliding(1), Fixed()
    for block in blocks(np.random.default_rng(4), 1, 600, 2 * 3_600):
        readings, binned = sliding.read(block), fixed.read(block)
        assert readings.at_s[-1] == block.start_s + block.span_s
        last = block.counts[-300:].sum()
        assert readings.values[-1, 0] == pytest.approx((last - 50) / 50**0.5)
        assert binned.values[-1, 0] == last
        assert binned.at_s[-1] == readings.at_s[-1]


def test_ours_sees_a_fourfold_surge_before_all_others_at_600_calls_an_hour() -> None:
    levels = dict.fromkeys(rivals(1), 5.0) | {"5 min ÷ 60 min": 1.8, "fixed limit per 5 min": 85.0}
    found = delays(np.random.default_rng(5), 600, 4.0, 60, levels)
    mine = found["ours, per call"]
    assert mine.seen == 1
    assert 20 < mine.mean < 36
    assert all(mine.mean < found[name].mean for name in levels)
    assert mine.mean < mine.p90 < 3 * mine.mean


def test_false_alarms_are_reset_and_counted() -> None:
    detector = PerCall(50, calls_per_week=200)
    alarms = sum(
        len(lines)
        for block in blocks(np.random.default_rng(6), 50, QUICK.runs, 3_600)
        for lines, _ in detector.take(block)
    )
    assert 60 < alarms < 50 * QUICK.runs / 200
