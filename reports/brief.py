"""A day on one page, for who stands before the shift or after it: figures, what went wrong, what to do.

Chosen from the day's own report; what others know of today (a forecast, open measures, points of a
hand-over) is given.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from reports.headline import Headline, headlines
from reports.model import Cell, Chart, Column, Kind, Report, Section, Table
from reports.words import cut

BRIEFS = ("brief_before", "brief_after")
FIGURES = (
    *("offered", "answered", "abandoned", "service", "answer_rate", "abandon_rate"),
    *("asa", "average_abandon", "att", "mean_acw", "aht", "transferred"),
)
MOST_WRONG, MOST_QUEUES, MOST_POINTS = 3, 5, 3
LONGEST_TEXT, LONGEST_POINT, LONGEST_NAME = 56, 40, 24
"""What a cell is as broad as, in letters (a Chinese one is two): a brief is one sheet of paper."""
_SEVERITY = {"report.severity.critical": 0, "report.severity.warning": 1}


def brief(report: Report, title: str, ahead: Sequence[Section] = ()) -> Report:
    """The brief of this title from a day's report. `ahead` says what to see to; rows beyond three are
    counted."""
    made = [
        _figures(headlines(report)),
        _wrong(report),
        _course(report),
        _queues(report),
        *(_cut(section) for section in ahead),
    ]
    sections = [section for section in made if section is not None]
    return msgspec.structs.replace(report, title=title, sections=sections)


def _figures(known: Mapping[str, Headline]) -> Section | None:
    told = [known[key] for key in FIGURES if key in known]
    if not told:
        return None
    row = {each.column.key: each.cell for each in told}
    table = Table(key="figures", columns=[each.column for each in told], rows=[row])
    return Section(key="figures", tables=[table])


def _wrong(report: Report) -> Section:
    """The three worst incidents: the more severe first, then those that lasted longest."""
    table = _table(report, "incidents")
    rows = sorted(table.rows, key=_badness)[:MOST_WRONG] if table is not None else []
    columns = [
        Column(key="fired", kind=Kind.INSTANT),
        Column(key="severity", kind=Kind.WORD),
        Column(key="incident", kind=Kind.TEXT),
        Column(key="what", kind=Kind.TEXT),
        Column(key="to_end", kind=Kind.DURATION),
        Column(key="measure", kind=Kind.TEXT),
    ]
    more = len(table.rows) + table.more - len(rows) if table is not None else 0
    shown = Table(
        key="wrong", columns=columns, rows=[_only(columns, row) for row in rows], more=more
    )
    return Section(key="wrong", tables=[shown])


def _badness(row: Mapping[str, Any]) -> tuple[int, int]:
    lasted = row.get("to_end")
    # One that has not ended is the longest.
    return _SEVERITY.get(row["severity"], 2), -(lasted if lasted is not None else 1 << 60)


def _course(report: Report) -> Section | None:
    """The day's course, as a drawing alone."""
    table = _table(report, "outcomes_intervals")
    if table is None or not table.rows:
        return None
    keys = [
        column for column in table.columns if column.key in ("interval", "offered", "abandoned")
    ]
    drawn = Table(
        key="course",
        columns=keys,
        rows=[_only(keys, row) for row in table.rows],
        chart=Chart(x="interval", bars=("offered", "abandoned")),
    )
    return Section(key="course", tables=[drawn])


def _queues(report: Report) -> Section | None:
    """The queues that lost most calls."""
    rates, outcomes = _table(report, "levels"), _table(report, "outcomes")
    if outcomes is None or not outcomes.rows:
        return None
    served = {row.get("id"): row for row in (rates.rows if rates is not None else ())}
    columns = [
        Column(key="queue", kind=Kind.TEXT),
        Column(key="offered", kind=Kind.COUNT),
        Column(key="answered", kind=Kind.COUNT),
        Column(key="abandoned", kind=Kind.COUNT),
    ]
    level = _column(rates, "service") if rates is not None else None
    if level is not None:
        columns.append(level)
    worst = sorted(outcomes.rows, key=lambda row: -(row["abandoned"] or 0))
    rows = [
        _only(
            columns, {**row, "service": served.get(row.get("id"), {}).get("service")}, LONGEST_NAME
        )
        for row in worst[:MOST_QUEUES]
    ]
    table = Table(
        key="lost_most", columns=columns, rows=rows, more=max(0, len(worst) - MOST_QUEUES)
    )
    return Section(key="lost_most", tables=[table])


def _cut(section: Section) -> Section:
    tables = [
        msgspec.structs.replace(
            table,
            rows=[_only(table.columns, row, LONGEST_POINT) for row in table.rows[:MOST_POINTS]],
            more=table.more + max(0, len(table.rows) - MOST_POINTS),
        )
        for table in section.tables
    ]
    return msgspec.structs.replace(section, tables=tables)


def _table(report: Report, key: str) -> Table | None:
    every: Iterable[Table] = (table for section in report.sections for table in section.tables)
    return next((table for table in every if table.key == key), None)


def _column(table: Table, key: str) -> Column | None:
    return next((column for column in table.columns if column.key == key), None)


def _only(
    columns: Sequence[Column], row: Mapping[str, Any], longest: int = LONGEST_TEXT
) -> dict[str, Any]:
    return {column.key: _short(row.get(column.key), longest) for column in columns}


def _short(cell: Cell, longest: int) -> Cell:
    if isinstance(cell, Mapping):
        return {language: cut(str(text), longest) for language, text in cell.items()}
    return cut(cell, longest) if isinstance(cell, str) else cell
