"""A report on a terminal: its tables, one under the other."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.markup import escape
from rich.table import Table as Grid
from rich.text import Text

from reports.model import Cell, Column, Report, Section, Table
from reports.words import Wording, right, wording

SHOWN = 40
"""Rows of one table; files have all of them."""
_TONES = {"warn": "yellow", "good": "green"}


def print_report(report: Report, language: str, out: Console) -> None:
    """All sections, with their notes."""
    words = wording(report, language)
    site = words.name(report.site_names or report.site)
    out.print(
        Text(f"{words.word(f'report.title.{report.title}')} · {site} · {words.span(report)}"),
        style="bold",
    )
    for section in report.sections:
        _section(section, words, out)


def _section(section: Section, words: Wording, out: Console) -> None:
    out.print()
    out.print(Text(words.word(f"report.section.{section.key}")), style="bold cyan")
    for note in section.notes:
        out.print(Text(words.note(note.key, note.values)), style=_TONES.get(note.tone, "dim"))
    for table in section.tables:
        if table.rows:
            out.print(_grid(table, words))
            left = table.more + max(len(table.rows) - SHOWN, 0)
            if left:
                out.print(Text(words.word("report.form.more", count=str(left))), style="dim")


def _grid(table: Table, words: Wording) -> Grid:
    grid = Grid(title=escape(words.word(f"report.table.{table.key}")), title_justify="left")
    for column in table.columns:
        head = words.column(column)
        if column.of:
            head += "\n" + words.word("report.form.of", of=words.of(column))
        grid.add_column(escape(head), justify="right" if right(column.kind) else "left")
    rows = table.rows[:SHOWN]
    cells = [words.cells(each, [row.get(each.key) for row in rows]) for each in table.columns]
    for row in zip(*cells, strict=True):
        grid.add_row(*map(escape, row))
    if table.total is not None:
        grid.add_section()
        total = [words.word("report.form.total"), *_total(table.columns[1:], table.total, words)]
        grid.add_row(*map(escape, total), style="bold")
    return grid


def _total(columns: Sequence[Column], row: Mapping[str, Cell], words: Wording) -> list[str]:
    """What does not add up is left blank: it is not unknown."""
    return [
        words.cell(column.kind, row[column.key]) if row.get(column.key) is not None else ""
        for column in columns
    ]
