"""The section `summary`: the figures that a manager signs, beside those of earlier spans."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from reports import ratios
from reports.basis import Basis, Earlier, common
from reports.figures import FIGURES, Row
from reports.model import Column, Kind, Note, Section, Table
from stream.metrics import Sums, served

COUNTS = (
    *("offered", "answered", "abandoned", "abandoned_short", "overflowed", "blocked"),
    *("dropped_waiting", "dropped_talking", "transferred"),
)
SHARES = ("service", "answer_rate", "loss_rate", "abandon_rate", "transfer_rate")
MEANS = ("asa", "average_abandon", "att", "mean_hold", "mean_acw", "aht")
_FIGURE = Column(key="figure", kind=Kind.WORD)
_OF = Column(key="of", kind=Kind.WORD)


def section(basis: Basis) -> Section:
    """Counts, shares and means of all that was asked for, and how they changed."""
    earlier = [each for each in basis.earlier if each.sums is not None]
    return Section(
        key="summary",
        tables=[_counts(basis, earlier), _shares(basis, earlier), _means(basis, earlier)],
        notes=[*_compared(basis), *_lacking(basis)],
    )


def _counts(basis: Basis, earlier: Sequence[Earlier]) -> Table:
    columns = [_FIGURE, Column(key="now", kind=Kind.COUNT)]
    for each in earlier:
        columns += _columns(each.key, Kind.COUNT, Kind.COUNT, "change")
    rows = []
    for name in COUNTS:
        now = FIGURES[name].cell(basis.sums())
        row: Row = {"figure": f"report.column.{name}", "now": now}
        for each in earlier:
            was = FIGURES[name].cell(each.sums or {})
            row |= _row(each.key, was, now - was, [now - was, was])
        rows.append(row)
    return Table(key="headline_counts", columns=columns, rows=rows)


def _shares(basis: Basis, earlier: Sequence[Earlier]) -> Table:
    columns = [_FIGURE, _OF, Column(key="now", kind=Kind.SHARE)]
    for each in earlier:
        columns += _columns(each.key, Kind.SHARE, Kind.NUMBER, "points")[:-1]
    rows = []
    for name in SHARES:
        now = _share(name, basis.sums(), basis.tallies.targets)
        row: Row = {"figure": f"report.column.{name}", "of": _of(basis, name), "now": now}
        for each in earlier:
            was = _share(name, each.sums or {}, each.targets)
            row |= {each.key: was, f"{each.key}_points": _points(now, was)}
        rows.append(row)
    return Table(key="headline_shares", columns=columns, rows=rows)


def _points(now: list[int] | None, was: list[int] | None) -> float | None:
    if now is None or was is None or not now[1] or not was[1]:
        return None
    return 100 * (now[0] / now[1] - was[0] / was[1])


def _means(basis: Basis, earlier: Sequence[Earlier]) -> Table:
    columns = [_FIGURE, _OF, Column(key="now", kind=Kind.MEAN)]
    for each in earlier:
        columns += _columns(each.key, Kind.MEAN, Kind.DURATION, "change")
    rows = []
    for name in MEANS:
        figure = FIGURES[name]
        now = figure.cell(basis.sums())
        of = f"report.of.{figure.column.of}"
        row: Row = {"figure": f"report.column.{name}", "of": of, "now": now}
        for each in earlier:
            was = figure.cell(each.sums or {})
            change = None
            if now[1] and was[1]:
                change = round(now[0] / now[1] - was[0] / was[1])
            # (a/b - c/d) / (c/d), in integers.
            relative = [now[0] * was[1] - was[0] * now[1], was[0] * now[1]]
            row |= _row(each.key, was, change, relative)
        rows.append(row)
    return Table(key="headline_means", columns=columns, rows=rows)


def _columns(key: str, kind: Kind, change: Kind, named: str) -> list[Column]:
    return [
        Column(key=key, kind=kind),
        Column(key=f"{key}_{named}", kind=change),
        Column(key=f"{key}_relative", kind=Kind.SHARE, of=key),
    ]


def _row(key: str, was: Any, change: Any, relative: list[int]) -> Row:
    return {key: was, f"{key}_change": change, f"{key}_relative": relative}


def _share(name: str, sums: Sums, targets: pl.DataFrame | None) -> list[int] | None:
    if name != "service":
        return list(FIGURES[name].cell(sums))
    card = common(targets) if targets is not None else None
    return None if card is None else list(served(sums, card.service_level))


def _of(basis: Basis, name: str) -> str | None:
    if name != "service":
        return f"report.of.{FIGURES[name].column.of}"
    card = basis.common()
    return f"report.of.{card.service_level.value}" if card is not None else None


def _compared(basis: Basis) -> list[Note]:
    """What the figures stand beside."""
    notes = []
    for each in basis.earlier:
        if each.sums is None:
            notes.append(Note(key=f"nothing_{each.key}"))
            continue
        days = {
            "first_date": each.period.first.isoformat(),
            "last_date": each.period.last.isoformat(),
        }
        so_far = "_so_far" if basis.live else ""
        notes.append(Note(key=f"compared_{each.key}{so_far}", values=days))
        if each.lacking:
            lacking = {"days": each.lacking, **days}
            notes.append(Note(key="compared_lacking", values=lacking, tone="warn"))
    return notes


def _lacking(basis: Basis) -> list[Note]:
    notes = []
    if ratios.requests(basis.sums()) and basis.common() is None:
        notes.append(Note(key="no_common_service"))
    if basis.live:
        notes.append(Note(key="so_far", values={"as_of_at": basis.as_of}))
    return notes
