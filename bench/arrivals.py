"""Poisson arrivals on many lines at once, call by call and by the second, for `bench.detectors`."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

HOUR_S = 3_600
_CELLS = 2_000_000
"""So many calls of all lines are drawn at once."""


@dataclass(frozen=True)
class Block:
    """A span of time on every line. Rows are moments, columns are lines.

    A row is the next moment of each line: `at_s`, how many calls were `expected` since the moment
    before, and whether it is that of a call (`called`) or none (the end of the block, or filling).
    `counts` are calls by the second, one row for each second.
    """

    start_s: int
    span_s: int
    per_s: float
    at_s: Floats
    expected: Floats
    called: Flags
    counts: Ints


@dataclass(frozen=True)
class Change:
    """From `at_s` on (one for each line) arrivals run at `ratio` of what is expected."""

    ratio: float
    at_s: Floats


def span_for(lines: int, per_hour: float) -> int:
    """Seconds of a block: an hour, or less where that would be too many calls to hold."""
    span = HOUR_S
    while span > 300 and lines * per_hour * span / HOUR_S > _CELLS:
        span //= 2
    return max(300, span // 300 * 300)


def blocks(
    rng: np.random.Generator,
    lines: int,
    per_hour: float,
    seconds: int,
    change: Change | None = None,
) -> Iterator[Block]:
    """Arrivals of so many seconds. Lines start as if nothing had been."""
    per_s = per_hour / HOUR_S
    top = max(1.0, change.ratio) if change else 1.0
    start = 0
    while start < seconds:
        changed = change is not None and start + HOUR_S > float(change.at_s.min())
        span = span_for(lines, per_hour * (top if changed else 1))
        span = min(span, seconds - start)
        yield _block(rng, lines, per_s, (start, span), change if changed else None)
        start += span


def _block(
    rng: np.random.Generator,
    lines: int,
    per_s: float,
    when: tuple[int, int],
    change: Change | None,
) -> Block:
    start, span = when
    top = max(1.0, change.ratio) if change else 1.0
    drawn = rng.poisson(per_s * top * span, lines)
    rows = int(drawn.max()) + 1
    order = np.arange(rows)[:, None]
    # The spacings of uniform moments: exponential ones, scaled so that they fill the block.
    gaps = rng.exponential(1.0, (rows, lines))
    gaps[order > drawn] = 0.0
    gaps *= span / gaps.sum(axis=0)
    at_s = start + np.cumsum(gaps, axis=0)
    called = order < drawn
    if change is not None:
        ratio = np.where(at_s >= change.at_s, change.ratio, 1.0)
        called &= rng.random((rows, lines)) * top < ratio
    second = np.minimum((at_s - start).astype(np.int64), span - 1)
    cells = (second * lines + np.arange(lines))[called]
    counts = np.bincount(cells, minlength=span * lines).reshape(span, lines)
    return Block(start, span, per_s, at_s, gaps * per_s, called, counts)
