"""Forecasts as they were made, held against the calls that came."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import NamedTuple

import numpy as np
import polars as pl

from archive.rows import only
from ingest.events import Millis
from planning.forecast_accuracy import Accuracy, accuracy
from reports.source import Source, Where
from stream.facts import ArrivalFact

WEEKS = 4

Row = tuple[Millis, float, float, float]
"""When an interval begins; its calls, the least and the most."""


class KeptForecast(NamedTuple):
    """A day of a queue, as it was forecast in the night before."""

    day: date
    queue: str
    rows: tuple[Row, ...]


class Held(NamedTuple):
    """How a queue's forecasts did; `within` is the share of counts that lay within the bounds."""

    accuracy: Accuracy
    within: float


def held(kept: Iterable[KeptForecast], source: Source, interval_ms: Millis) -> dict[str, Held]:
    """By queue, over the days that were forecast and of which everything is kept.

    Raises ShelfError, DaybookError.
    """
    forecasts = [each for each in kept if each.rows]
    if not forecasts:
        return {}
    first, last = min(each.day for each in forecasts), max(each.day for each in forecasts)
    seen = {day.day for day in source.kept(first, last) if day.where is not Where.NOWHERE}
    came = _came(source, first, last)
    found: dict[str, list[KeptForecast]] = {}
    for each in forecasts:
        if each.day in seen:
            found.setdefault(each.queue, []).append(each)
    return {
        queue: result
        for queue, own in found.items()
        if (result := _held(own, came, interval_ms, source.calendar.interval_ms)) is not None
    }


def _came(source: Source, first: date, last: date) -> Mapping[tuple[str, Millis], int]:
    arrivals = only(ArrivalFact, source.rows(first, last))
    counted = arrivals.group_by("queue", "interval_at").agg(calls=pl.len()).collect()
    return {(queue, at): calls for queue, at, calls in counted.iter_rows()}


def _held(
    own: list[KeptForecast],
    came: Mapping[tuple[str, Millis], int],
    interval_ms: Millis,
    step_ms: Millis,
) -> Held | None:
    width = max(len(each.rows) for each in own)
    told = np.full((len(own), width), 0.0)
    actual = np.full((len(own), width), np.nan)
    inside = 0
    for i, each in enumerate(own):
        for j, (at, calls, low, high) in enumerate(each.rows):
            count = sum(
                came.get((each.queue, part), 0) for part in range(at, at + interval_ms, step_ms)
            )
            told[i, j], actual[i, j] = calls, count
            inside += low <= count <= high
    found = accuracy(told, actual)
    return None if found is None else Held(found, inside / int((~np.isnan(actual)).sum()))
