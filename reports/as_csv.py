"""A report as CSV: table under table, headings in the reader's language, figures as plain numbers.

Durations are seconds, instants ISO 8601 with their offset. A share or a mean is three columns: the
quotient, and both of its sums.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from reports.model import Cell, Column, Kind, Report, Table
from reports.words import Wording, plain, wording

_MARK = "\ufeff"
"""Without it, spreadsheets take Chinese for something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_PARTS = {
    Kind.SHARE: ("part", "whole"),
    Kind.MEAN: ("sum", "many"),
    Kind.SCORE: ("sum", "many"),
}


def as_csv(report: Report, language: str, only: str = "") -> bytes:
    """All tables, each under a line with its section and title; or one alone, without that line."""
    words = wording(report, language)
    text = io.StringIO()
    writer = csv.writer(text)
    for section in report.sections:
        for table in section.tables:
            if only and table.key != only:
                continue
            if not only:
                titles = (f"report.section.{section.key}", f"report.table.{table.key}")
                writer.writerow([_safe(words.word(title)) for title in titles])
            writer.writerows(_lines(table, words))
            if not only:
                writer.writerow([])
    return (_MARK + text.getvalue()).encode()


def _lines(table: Table, words: Wording) -> Iterator[list[str]]:
    yield [head for column in table.columns for head in _heads(column, words)]
    for row in table.rows:
        yield _line(table.columns, row, words)
    if table.total is not None and table.rows:
        first, *rest = table.columns
        yield [
            _safe(words.word("report.form.total")),
            *[""] * (len(_heads(first, words)) - 1),
            *_line(rest, table.total, words),
        ]


def _heads(column: Column, words: Wording) -> list[str]:
    name, of = words.column(column), words.of(column)
    heads = [f"{name} (s)" if column.kind in (Kind.DURATION, Kind.MEAN) else name]
    for part in _PARTS.get(column.kind, ()):
        heads.append(words.word(f"report.form.{part}", column=name, of=of))
    return [_safe(head) for head in heads]


def _line(columns: Sequence[Column], row: Mapping[str, Cell], words: Wording) -> list[str]:
    return [cell for column in columns for cell in _cells(column, row.get(column.key), words)]


def _cells(column: Column, value: Any, words: Wording) -> list[str]:
    if column.kind in _PARTS:
        return _quotient(column.kind, value)
    if value is None:
        return [""]
    match column.kind:
        case Kind.TEXT | Kind.WORD:
            return [_safe(words.cell(column.kind, value))]
        case Kind.DURATION:
            return [_seconds(value)]
        case Kind.INSTANT:
            return [datetime.fromtimestamp(value / 1_000, words.zone).isoformat("T", "seconds")]
        case Kind.NUMBER:
            return [f"{value:.4f}"]
        case _:
            return [str(value)]


def _quotient(kind: Kind, value: Sequence[int] | None) -> list[str]:
    if value is None:
        return ["", "", ""]
    part, whole = value
    shown = _seconds(part) if kind is Kind.MEAN else str(part)
    if not whole:
        return ["", shown, str(whole)]
    quotient = part / whole
    return [_seconds(quotient) if kind is Kind.MEAN else f"{quotient:.6f}", shown, str(whole)]


def _seconds(ms: float) -> str:
    return f"{ms / 1_000:.3f}"


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    kept = plain(text)
    return f"'{kept}" if kept.startswith(_FORMULA) else kept
