"""How long callers wait before they give up, from waits of which most ended by an answer. Pure.

An answered wait tells only that the caller would have waited longer: it counts as time at risk, and
as no giving-up. So the rate of giving up is givings-up ÷ time waited: the most likely value if
patience is exponential, and within each span of waiting if it is not (as of Kaplan and Meier).
"""

from collections.abc import Iterable
from math import log, sqrt

from ingest.events import Millis
from simulators.plans import MINUTE, Patience

_SPANS_MS = (0, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 180_000, 300_000, 480_000)
"""Where the rate may change, if there are enough givings-up between."""
_PER_SPAN = 25
"""Givings-up in a span for it to have a rate of its own."""
_SURE = 4.0
"""So many deviations above chance must the piecewise rate be the better one to be taken."""

Wait = tuple[Millis, bool]
"""How long, and whether it ended by giving up."""


def patience(waits: Iterable[Wait]) -> Patience:
    """The patience of callers who waited so; None on the average if none of them ever gave up."""
    waits = list(waits)
    gave_up = sum(1 for _, left in waits if left)
    waited_ms = sum(wait_ms for wait_ms, _ in waits)
    if not gave_up or not waited_ms:
        return Patience()
    mean_ms = waited_ms / gave_up
    spans = _spans(waits)
    # Twice the gain of log-likelihood is chi-squared by chance, of one degree less than spans.
    gain = 2 * (
        sum(count * log(count / at_risk) for _, count, at_risk in spans if count)
        - gave_up * log(1 / mean_ms)
    )
    free = len(spans) - 1
    if free and gain > free + _SURE * sqrt(2 * free):
        return Patience(
            hazard=tuple(
                (since_ms, round(count / at_risk * MINUTE, 5)) for since_ms, count, at_risk in spans
            )
        )
    return Patience(round(mean_ms / 100) * 100)


def surviving(waits: Iterable[Wait], until_ms: Millis) -> float:
    """The share of callers who would wait longer than this, were they not answered (Kaplan-Meier)."""
    waits, alive = sorted(waits), 1.0
    for n, (wait_ms, left) in enumerate(waits):
        if wait_ms > until_ms:
            break
        if left:
            alive *= 1.0 - 1.0 / (len(waits) - n)
    return alive


def _spans(waits: list[Wait]) -> list[tuple[Millis, int, float]]:
    """Since when, how many gave up in it, how long all were at risk in it; joined till there are
    enough in each."""
    spans: list[tuple[Millis, int, float]] = []
    since_ms, count, at_risk = 0, 0, 0.0
    for start_ms, end_ms in zip(_SPANS_MS, (*_SPANS_MS[1:], None), strict=True):
        for wait_ms, left in waits:
            if wait_ms > start_ms or (wait_ms == 0 == start_ms and left):
                inside_ms = wait_ms if end_ms is None else min(wait_ms, end_ms)
                at_risk += inside_ms - start_ms
                count += left and inside_ms == wait_ms
        if count >= _PER_SPAN and at_risk:
            spans.append((since_ms, count, at_risk))
            since_ms, count, at_risk = end_ms or 0, 0, 0.0
    if not spans:
        return [(0, count, at_risk)] if at_risk else []
    if at_risk:
        # What is left over is too little for a rate of its own: it belongs to the span before.
        since_ms, before, risk_before = spans.pop()
        spans.append((since_ms, before + count, risk_before + at_risk))
    return spans
