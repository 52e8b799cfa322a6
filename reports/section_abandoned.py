"""The section `abandoned`: who gave up, and whether he likely called again; the latest first."""

from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import polars as pl

from reports import again
from reports.basis import Basis
from reports.figures import Row
from reports.layout import QUEUE
from reports.model import Column, Kind, Note, Section, Table
from reports.span import pieces

_LIST = (
    Column(key="at", kind=Kind.INSTANT),
    QUEUE,
    Column(key="caller", kind=Kind.TEXT),
    Column(key="wait", kind=Kind.DURATION),
    Column(key="short_abandon", kind=Kind.WORD),
    Column(key="called_again", kind=Kind.WORD),
    Column(key="again_at", kind=Kind.INSTANT),
    Column(key="again_end", kind=Kind.WORD),
    Column(key="equal_numbers", kind=Kind.COUNT),
)
_DAY = timedelta(days=1)
_STATES = ("likely", "possible", "not_again", "no_number")


def section(basis: Basis) -> Section:
    """Counts of all, and a list of the latest. Outbound calls are no events: call-backs are not known."""
    many: Counter[str] = Counter()
    rows: list[Row] = []
    # Part by part: who called again is held in memory, and a year has many callers.
    for first, last in reversed(pieces(basis.period)):
        after = basis.calendar.begin(last + _DAY) + basis.request.again_ms
        later = basis.facts(first, basis.calendar.date_of(after - 1))
        found = again.abandoned(
            basis.facts(first, last), later, basis.request.again_ms, basis.request.queues
        ).with_columns(state=_state())
        many.update(found["state"])
        latest = found.tail(max(basis.request.most - len(rows), 0)).reverse()
        visits = latest["again_visit"].drop_nulls().to_list()
        served = again.answered(later, visits) if visits else set()
        rows += [_row(basis, row, served) for row in latest.rows(named=True)]
    every = Table(key="abandoned_callers", columns=_LIST, rows=rows, more=many.total() - len(rows))
    within = {"within_ms": basis.request.again_ms, "numbers": again.NUMBERS}
    notes = [Note(key="again", values=within), Note(key="no_callbacks")]
    return Section(key="abandoned", tables=[_counts(many), every], notes=notes)


def _state() -> pl.Expr:
    return (
        pl.when(pl.col("again").is_null())
        .then(pl.lit("no_number"))
        .when(pl.col("again") == 0)
        .then(pl.lit("not_again"))
        .when(pl.col("chance") <= again.SURE)
        .then(pl.lit("likely"))
        .otherwise(pl.lit("possible"))
    )


def _counts(many: Counter[str]) -> Table:
    total = many.total()
    rows = [
        {
            "called_again": f"report.state.{state}",
            "callers": many[state],
            "share": [many[state], total],
        }
        for state in _STATES
    ]
    return Table(
        key="called_again",
        columns=[
            Column(key="called_again", kind=Kind.WORD),
            Column(key="callers", kind=Kind.COUNT),
            Column(key="share", kind=Kind.SHARE, of="abandoned"),
        ],
        rows=rows,
        total={"callers": total, "share": [total, total]},
    )


def _row(basis: Basis, row: Mapping[str, Any], served: set[str]) -> Row:
    end = None
    if row["again_visit"] is not None:
        end = "answered" if row["again_visit"] in served else "not_answered"
    return {
        "visit": row["visit"],
        "at": row["at"],
        "queue": basis.queue_name(row["queue"]),
        "id": row["queue"],
        "caller": row["caller"],
        "wait": row["wait_ms"],
        "short_abandon": f"report.state.{'short' if row['short'] else 'not_short'}",
        "called_again": f"report.state.{row['state']}",
        "again_at": row["again_at"],
        "again_end": f"report.state.{end}" if end else None,
        "equal_numbers": row["again"],
    }
