"""A1: how soon a surge is seen, beside the theoretical bound and other methods, and how often none
is seen that is none. Arrivals are simulated Poisson, the base is known."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np
from rich.console import Console
from rich.table import Table

from alerts.bounds import WEEK_H, calls_to_tell, cusum_threshold
from alerts.shiryaev_roberts import SURGE, threshold, weights
from bench.arrivals import HOUR_S, Block, Change, Floats, Ints, blocks
from bench.results import Result
from bench.rivals import Peaks, rivals

WITHIN = 1.10
RATES = (60, 600, 6_000)
RATIOS = (1.5, 2.0, 4.0)
TICKS_S = (1, 5, 60)
_WARM_S = {60: 5 * HOUR_S, 600: 2 * HOUR_S, 6_000: HOUR_S + 600}
_HORIZON_S = {60: 6 * HOUR_S, 600: 2 * HOUR_S, 6_000: HOUR_S // 2}
_BOUND = "bound: CUSUM that knows the size, worst case"
_KNOWING = "the same CUSUM, mean"
_OURS = "ours, per call"

Alarms = Iterator[tuple[Ints, Floats]]
"""The lines that alarm, and when, in the order of time on each line."""


class Lanes:
    """`alerts.shiryaev_roberts.PoissonMixture` on many lines at once, as plain numbers: a line has
    to be reset before its evidence overflows."""

    def __init__(self, lines: int, ratios: Sequence[float] = SURGE) -> None:
        self.evidence = np.zeros((len(ratios), lines))
        self._ratios = np.array(ratios)[:, None]
        self._weights = np.array(weights(ratios))[:, None]
        self._tables: dict[float, tuple[Floats, Floats]] = {}

    def call(self, called: np.ndarray, expected: Floats) -> Floats:
        """Time passes on each line, and at its end a call comes or none. Gives the mean R."""
        left = np.exp((1 - self._ratios) * expected)
        self.evidence *= left
        self.evidence += (1 - left) * (self._weights / (self._ratios - 1))
        self.evidence *= np.where(called, self._ratios, 1.0)
        return self.evidence.sum(axis=0)

    def update(self, calls: Ints, expected: float) -> Floats:
        """A tick passes with so many calls on each line. Gives the mean R."""
        if expected not in self._tables:
            self._tables[expected] = self._table(expected)
        growth, born = self._tables[expected]
        self.evidence *= growth.take(calls, axis=1, mode="clip")
        self.evidence += born.take(calls, axis=1, mode="clip")
        return self.evidence.sum(axis=0)

    def _table(self, expected: float) -> tuple[Floats, Floats]:
        """By the number of calls; more than are in it count as many as are, which alarms anyhow."""
        gain = np.arange(int(8 * expected) + 80) * np.log(self._ratios)
        gain = np.minimum(gain - (self._ratios - 1) * expected, 600.0)
        born = np.where(gain == 0, 1.0, np.expm1(gain) / gain)
        return np.exp(gain), expected * self._weights * born


class PerCall:
    """Our detector, told each call."""

    def __init__(self, lines: int, calls_per_week: float) -> None:
        self._lanes = Lanes(lines)
        self._limit = exp(threshold(calls_per_week))

    def take(self, block: Block) -> Alarms:
        for at_s, expected, called in zip(block.at_s, block.expected, block.called, strict=True):
            over = self._lanes.call(called, expected) >= self._limit
            if over.any():
                lines = np.flatnonzero(over)
                self._lanes.evidence[:, lines] = 0.0
                yield lines, at_s[lines]


class PerTick:
    """Our detector, told how many calls came in each tick."""

    def __init__(self, lines: int, calls_per_week: float, tick_s: int) -> None:
        self._lanes = Lanes(lines)
        self._limit = exp(threshold(calls_per_week))
        self._tick_s = tick_s

    def take(self, block: Block) -> Alarms:
        ticks = block.counts.reshape(-1, self._tick_s, block.counts.shape[1]).sum(axis=1)
        for index, calls in enumerate(ticks, 1):
            over = self._lanes.update(calls, block.per_s * self._tick_s) >= self._limit
            if over.any():
                lines = np.flatnonzero(over)
                self._lanes.evidence[:, lines] = 0.0
                yield lines, np.full(len(lines), float(block.start_s + index * self._tick_s))


class Cusum:
    """The best there can be, which knows the ratio; told each call."""

    def __init__(self, lines: int, calls_per_week: float, ratio: float) -> None:
        self._sum = np.zeros(lines)
        self._limit = cusum_threshold(calls_per_week, ratio)
        self._ratio = ratio

    def take(self, block: Block) -> Alarms:
        step, slope = log(self._ratio), self._ratio - 1
        for at_s, expected, called in zip(block.at_s, block.expected, block.called, strict=True):
            self._sum = np.maximum(self._sum - slope * expected, 0.0) + step * called
            over = self._sum >= self._limit
            if over.any():
                lines = np.flatnonzero(over)
                self._sum[lines] = 0.0
                yield lines, at_s[lines]


Detector = PerCall | PerTick | Cusum


def ours(lines: int, calls_per_week: float) -> dict[str, Detector]:
    """Our detector in all the ways it may be told."""
    ticked = {f"ours, ticks of {s} s": PerTick(lines, calls_per_week, s) for s in TICKS_S}
    return {_OURS: PerCall(lines, calls_per_week), **ticked}


@dataclass
class Delays:
    """How long after the change each run alarmed; not-a-number where it did not within the horizon."""

    seconds: Floats

    @property
    def seen(self) -> float:
        return float(np.isfinite(self.seconds).mean())

    @property
    def mean(self) -> float:
        return float(np.nanmean(self.seconds)) if self.seen else float("nan")

    @property
    def p90(self) -> float:
        """In which nine of ten runs have alarmed; infinite if fewer have."""
        return float(np.quantile(np.nan_to_num(self.seconds, nan=np.inf), 0.9, method="higher"))


@dataclass(frozen=True)
class Effort:
    """How much is simulated: lines side by side, weeks in all by rate, runs for each delay."""

    lines: int
    weeks: dict[int, float]
    fit_weeks: float
    runs: int


FULL = Effort(4_000, {60: 1_000, 600: 1_000, 6_000: 500}, 200, 4_000)
QUICK = Effort(2_000, {60: 200, 600: 100, 6_000: 40}, 20, 600)


def false_alarms(
    rng: np.random.Generator, per_hour: int, effort: Effort, levels: dict[str, float]
) -> tuple[float, dict[str, float]]:
    """Weeks simulated without any surge, and the alarms a week of each method."""
    lines, seconds = _shape(effort.lines, effort.weeks[per_hour], per_hour)
    mine, others = ours(lines, per_hour * WEEK_H), rivals(lines)
    counted = dict.fromkeys(mine, 0)
    peaks = {name: Peaks(levels[name]) for name in others}
    for block in blocks(rng, lines, per_hour, seconds):
        for name, detector in mine.items():
            counted[name] += sum(len(alarmed) for alarmed, _ in detector.take(block))
        for name, rival in others.items():
            peaks[name].take(rival.read(block))
    weeks = lines * seconds / HOUR_S / WEEK_H
    theirs = {name: peaks[name].alarms(levels[name]) / weeks for name in others}
    return weeks, {name: count / weeks for name, count in counted.items()} | theirs


def fitted(rng: np.random.Generator, per_hour: int, effort: Effort) -> dict[str, float]:
    """Each rival's lowest threshold with at most one false alarm a week, on weeks of its own."""
    lines, seconds = _shape(effort.lines, effort.fit_weeks, per_hour)
    others = rivals(lines)
    peaks = {name: Peaks() for name in others}
    for block in blocks(rng, lines, per_hour, seconds):
        for name, rival in others.items():
            peaks[name].take(rival.read(block))
    return {name: one.level(lines * seconds / HOUR_S / WEEK_H) for name, one in peaks.items()}


def delays(
    rng: np.random.Generator, per_hour: int, ratio: float, runs: int, levels: dict[str, float]
) -> dict[str, Delays]:
    """How soon each method sees a surge of this size, on the same arrivals."""
    warm = _WARM_S[per_hour]
    change = Change(ratio, warm + rng.random(runs) * 300)
    mine: dict[str, Detector] = {_KNOWING: Cusum(runs, per_hour * WEEK_H, ratio)}
    mine |= ours(runs, per_hour * WEEK_H)
    others = rivals(runs)
    found = {name: np.full(runs, np.nan) for name in (*mine, *others)}
    for block in blocks(rng, runs, per_hour, warm + _HORIZON_S[per_hour], change):
        for name, detector in mine.items():
            if np.isnan(found[name]).any():
                for alarmed, at_s in detector.take(block):
                    _first(found[name], alarmed, at_s - change.at_s[alarmed])
        for name, rival in others.items():
            readings = rival.read(block)
            row, line = np.nonzero(readings.values >= levels[name])
            _first(found[name], line[::-1], (readings.at_s[row] - change.at_s[line])[::-1])
    return {name: Delays(seconds) for name, seconds in found.items()}


def _first(found: Floats, lines: Ints, after_s: Floats) -> None:
    """Note the delay of lines that have none yet. Of one line's several, the last given counts."""
    new = np.isnan(found[lines]) & (after_s >= 0)
    found[lines[new]] = after_s[new]


def _shape(lines: int, weeks: float, per_hour: int) -> tuple[int, int]:
    """Lines and the seconds of each: at least nine hours, in whole hours."""
    hours = max(9, round(weeks * WEEK_H / lines))
    return round(weeks * WEEK_H / hours), hours * HOUR_S


def measure(quick: bool, console: Console) -> dict[str, Result]:
    """Measure A1, and print the whole comparison."""
    effort = QUICK if quick else FULL
    began = time.perf_counter()
    worst, most, details = 0.0, 0.0, {}
    for per_hour in RATES:
        levels = fitted(np.random.default_rng([1, per_hour]), per_hour, effort)
        weeks, alarms = false_alarms(np.random.default_rng([2, per_hour]), per_hour, effort, levels)
        seen = {
            ratio: delays(
                np.random.default_rng([3, per_hour, round(10 * ratio)]),
                per_hour,
                ratio,
                effort.runs,
                levels,
            )
            for ratio in RATIOS
        }
        bound = {r: calls_to_tell(per_hour * WEEK_H, r) / per_hour * HOUR_S for r in RATIOS}
        worst = max(worst, *(seen[ratio][_OURS].mean / bound[ratio] for ratio in (2.0, 4.0)))
        most = max(most, *(alarms[name] for name in alarms if name.startswith("ours")))
        console.print(_table(per_hour, weeks, bound, seen, alarms))
        details[f"{per_hour}/h"] = _details(weeks, bound, seen, alarms)
    details["seconds"] = round(time.perf_counter() - began)
    details["most false alarms a week"] = round(most, 2)
    return {
        "A1": Result(
            "mean delay of a surge ÷ the best possible, and ≤ 1 false alarm a week",
            worst,
            WITHIN,
            "×",
            besides=most <= 1.0,
            details=details,
        )
    }


Seen = dict[float, dict[str, Delays]]


def _table(
    per_hour: int,
    weeks: float,
    bound: dict[float, float],
    seen: Seen,
    alarms: dict[str, float],
) -> Table:
    table = Table(
        "method",
        "false alarms a week",
        *(f"×{ratio:g}: mean (p90), s" for ratio in RATIOS),
        title=f"{per_hour:,} calls an hour, {weeks:,.0f} weeks, "
        f"{len(seen[2.0][_OURS].seconds):,} surges of each size",
    )
    table.add_row(_BOUND, "1", *(f"{bound[ratio]:,.1f}" for ratio in RATIOS))
    for name in seen[2.0]:
        count = f"{alarms[name]:.2f}" if name in alarms else "1 by theory"
        table.add_row(name, count, *(_cell(seen[ratio][name]) for ratio in RATIOS))
    return table


def _cell(one: Delays) -> str:
    missed = "" if one.seen == 1 else f", {one.seen:.0%} seen"
    p90 = f"{one.p90:,.1f}" if np.isfinite(one.p90) else "never"
    return f"{one.mean:,.1f} ({p90}){missed}"


def _details(
    weeks: float, bound: dict[float, float], seen: Seen, alarms: dict[str, float]
) -> dict[str, object]:
    return {
        "weeks": round(weeks),
        "bound_s": {f"×{ratio:g}": round(bound[ratio], 1) for ratio in RATIOS},
        "false alarms a week": {name: round(count, 2) for name, count in alarms.items()},
        "mean delay ÷ bound": {
            name: {
                f"×{ratio:g}": round(seen[ratio][name].mean / bound[ratio], 2) for ratio in RATIOS
            }
            for name in seen[2.0]
        },
        "seen": {
            name: {f"×{ratio:g}": round(seen[ratio][name].seen, 2) for ratio in RATIOS}
            for name in seen[2.0]
            if any(seen[ratio][name].seen < 1 for ratio in RATIOS)
        },
    }
