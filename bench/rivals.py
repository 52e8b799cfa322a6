"""What others watch arrivals with, each with a threshold that is fitted to the same promise."""

from dataclasses import dataclass, field

import numpy as np

from bench.arrivals import HOUR_S, Block, Floats, Ints

_WINDOW_S = 300
_MINUTE_S = 60
KEEP_S = 300
"""A rival's alarm lasts until its figure has been below the threshold for so long: crossings closer
together count as one. That favours it."""


@dataclass
class Readings:
    """A figure of every line, `times` by lines."""

    at_s: Ints
    values: Floats


class Sliding:
    """Calls of the last five minutes, each second: against their mean in standard deviations, or as
    a multiple of the last hour's."""

    def __init__(self, lines: int, by_hour: bool = False) -> None:
        self._by_hour = by_hour
        self._past = np.zeros((1, lines), dtype=np.int64)

    def read(self, block: Block) -> Readings:
        fresh = self._past[-1] + np.cumsum(block.counts, axis=0)
        sums = np.concatenate((self._past, fresh))
        self._past = sums[-(HOUR_S + 1) :]
        back = HOUR_S if self._by_hour else _WINDOW_S
        first = max(back, len(sums) - block.span_s)
        last = np.arange(first, len(sums))
        seen = sums[last] - sums[last - _WINDOW_S]
        at_s = block.start_s + block.span_s - len(sums) + 1 + last
        if self._by_hour:
            hour = sums[last] - sums[last - HOUR_S]
            return Readings(at_s, seen * (HOUR_S / _WINDOW_S) / np.maximum(hour, 1))
        mean = block.per_s * _WINDOW_S
        return Readings(at_s, (seen - mean) / np.sqrt(mean))


class Ewma:
    """Calls of each minute, smoothed, in standard deviations."""

    def __init__(self, lines: int, alpha: float) -> None:
        self._alpha = alpha
        self._smooth = np.zeros(lines)

    def read(self, block: Block) -> Readings:
        mean = block.per_s * _MINUTE_S
        spread = np.sqrt(mean * self._alpha / (2 - self._alpha))
        minutes = _binned(block, _MINUTE_S)
        values = np.empty(minutes.shape)
        for index, calls in enumerate(minutes):
            self._smooth += self._alpha * (calls - mean - self._smooth)
            values[index] = self._smooth / spread
        return Readings(_ends(block, _MINUTE_S), values)


class Fixed:
    """Calls of each five minutes by the clock."""

    def read(self, block: Block) -> Readings:
        return Readings(_ends(block, _WINDOW_S), _binned(block, _WINDOW_S).astype(np.float64))


Rival = Sliding | Ewma | Fixed


def rivals(lines: int) -> dict[str, Rival]:
    """A fresh set of all of them."""
    return {
        "z-score, 5 min sliding": Sliding(lines),
        "EWMA of minutes, α 0.2": Ewma(lines, 0.2),
        "EWMA of minutes, α 0.05": Ewma(lines, 0.05),
        "5 min ÷ 60 min": Sliding(lines, by_hour=True),
        "fixed limit per 5 min": Fixed(),
    }


@dataclass
class Peaks:
    """The high readings of one rival on all lines, enough to count its alarms at any threshold."""

    floor: float | None = None
    _keys: list[Ints] = field(default_factory=list)
    _values: list[Floats] = field(default_factory=list)

    def take(self, readings: Readings) -> None:
        if not readings.values.size:
            return
        if self.floor is None:
            self.floor = float(np.quantile(readings.values, 0.995))
        row, line = np.nonzero(readings.values >= self.floor)
        self._keys.append(line * 10**9 + readings.at_s[row])
        self._values.append(readings.values[row, line])

    def alarms(self, level: float) -> int:
        """How often it alarms at this threshold (not below `floor`), on all lines together."""
        keys = np.sort(np.concatenate(self._keys)[np.concatenate(self._values) >= level])
        return int(keys.size > 0) + int((np.diff(keys) > KEEP_S).sum())

    def level(self, allowed: float) -> float:
        """The lowest threshold at which it alarms at most so often."""
        levels = np.unique(np.concatenate(self._values))
        low, high = 0, len(levels)
        while low < high:
            middle = (low + high) // 2
            if self.alarms(float(levels[middle])) <= allowed:
                high = middle
            else:
                low = middle + 1
        return float(levels[low]) if low < len(levels) else float(levels[-1]) + 1e-9


def _binned(block: Block, width_s: int) -> Ints:
    return block.counts.reshape(-1, width_s, block.counts.shape[1]).sum(axis=1)


def _ends(block: Block, width_s: int) -> Ints:
    return block.start_s + np.arange(width_s, block.span_s + 1, width_s)
