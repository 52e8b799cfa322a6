"""The section `abandoned`: who gave up, and whether he likely called again; the latest first."""

from collections.abc import Iterator, Mapping
from typing import Any

import polars as pl

from reports import again
from reports.basis import Basis
from reports.figures import Row
from reports.layout import QUEUE
from reports.model import Column, Kind, Note, Section, Table

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
_STATES = ("likely", "possible", "not_again", "no_number")


def section(basis: Basis) -> Section:
    """Counts of all, and a list of the latest. Outbound calls are no events: call-backs are not known."""
    found = again.abandoned(
        basis.rows, basis.later, basis.request.again_ms, basis.request.queues
    ).with_columns(state=_state())
    latest = found.tail(basis.request.most).reverse()
    visits = latest["again_visit"].drop_nulls().to_list()
    served = again.answered(basis.later, visits) if visits else set()
    rows = [_row(basis, row, served) for row in latest.rows(named=True)]
    every = Table(
        key="abandoned_callers",
        columns=_LIST,
        rows=rows,
        more=found.height - latest.height,
    )
    within = {"within_ms": basis.request.again_ms, "numbers": again.NUMBERS}
    notes = [Note(key="again", values=within), Note(key="no_callbacks")]
    return Section(key="abandoned", tables=[_counts(found), every], notes=notes)


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


def _counts(found: pl.DataFrame) -> Table:
    def rows() -> Iterator[Row]:
        for state in _STATES:
            number = int((found["state"] == state).sum())
            share = [number, found.height]
            yield {"called_again": f"report.state.{state}", "callers": number, "share": share}

    return Table(
        key="called_again",
        columns=[
            Column(key="called_again", kind=Kind.WORD),
            Column(key="callers", kind=Kind.COUNT),
            Column(key="share", kind=Kind.SHARE, of="abandoned"),
        ],
        rows=list(rows()),
        total={"callers": found.height, "share": [found.height, found.height]},
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
