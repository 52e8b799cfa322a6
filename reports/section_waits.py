"""The section `waits`: how long callers waited, in the mean and at the worst.

Percentiles are exact and by nearest rank; they do not add up, so each row has its own.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from reports.basis import Basis
from reports.figures import Row
from reports.layout import DAY, QUEUE
from reports.model import Chart, Column, Kind, Note, Section, Table
from reports.source import Where
from reports.tallies import PERCENTS

_MEAN = {"answered": "asa", "abandoned": "average_abandon"}
_Key = tuple[str | None, date | None, str]


def section(basis: Basis) -> Section:
    """Waits of the answered and of the abandoned, by queue and by day."""
    found: dict[_Key, Mapping[str, Any]] = {
        (row["queue"], row["day"], row["outcome"]): row
        for row in basis.tallies.waits.rows(named=True)
    }
    tables = []
    for outcome in _MEAN:
        tables.append(_by_queue(basis, found, outcome))
        if not basis.one_day:
            tables.append(_by_day(basis, found, outcome))
    return Section(key="waits", tables=tables, notes=[Note(key="nearest_rank")])


def _by_queue(basis: Basis, found: Mapping[_Key, Mapping[str, Any]], outcome: str) -> Table:
    every = basis.sums_by("queue")
    rows = []
    for queue in basis.queues():
        sums = every.get(queue, {})
        row = _row(found.get((queue, None, outcome)), outcome, sums)
        rows.append({"id": queue, "queue": basis.queue_name(queue), **row})
    total = _row(found.get((None, None, outcome)), outcome, basis.sums())
    return Table(
        key=f"waits_{outcome}", columns=[QUEUE, *_columns(outcome)], rows=rows, total=total
    )


def _by_day(basis: Basis, found: Mapping[_Key, Mapping[str, Any]], outcome: str) -> Table:
    every = basis.sums_by("day")
    rows = []
    for kept in basis.begun():
        row: Row = {"day": kept.day.isoformat()}
        if kept.where is not Where.NOWHERE:
            row |= _row(found.get((None, kept.day, outcome)), outcome, every.get(kept.day, {}))
        rows.append(row)
    return Table(
        key=f"waits_{outcome}_days",
        columns=[DAY, *_columns(outcome)],
        rows=rows,
        total=_row(found.get((None, None, outcome)), outcome, basis.sums()),
        chart=Chart(x="day", lines=("p50", "p80", "p95")),
    )


def _columns(outcome: str) -> list[Column]:
    return [
        Column(key=outcome, kind=Kind.COUNT),
        Column(key=_MEAN[outcome], kind=Kind.MEAN, of=outcome),
        *(Column(key=f"p{percent}", kind=Kind.DURATION) for percent in PERCENTS),
        Column(key="longest_wait", kind=Kind.DURATION),
    ]


def _row(told: Mapping[str, Any] | None, outcome: str, sums: Mapping[str, int]) -> Row:
    ranks = {f"p{percent}": told[f"p{percent}"] if told else None for percent in PERCENTS}
    calls = sums.get(outcome, 0)
    return {
        outcome: calls,
        _MEAN[outcome]: [sums.get(f"wait_ms_{outcome}", 0), calls],
        **ranks,
        "longest_wait": told["longest_ms"] if told else None,
    }
