"""The figures that stand for a whole report: in a mail's text, in a group's message, on a brief."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from reports.model import Cell, Column, Kind, Report, Table
from reports.words import Wording

SUMMARY = "summary"
_WORD = "report.column."
_OF = "report.of."


class Headline(NamedTuple):
    """A figure: what it is, as a column says it, and its cell."""

    column: Column
    cell: Cell

    def told(self, words: Wording) -> str:
        """`Service level 82.5% (312 / 400)`, in words."""
        return f"{words.column(self.column)} {words.cell(self.column.kind, self.cell)}"


def headlines(report: Report) -> dict[str, Headline]:
    """The figures of the report's summary by their key, in its order; none if it has no summary."""
    found: dict[str, Headline] = {}
    for section in report.sections:
        for table in section.tables:
            if section.key == SUMMARY:
                found |= {each.column.key: each for each in _by_row(table)}
            elif _is_figures(table):
                found |= {each.column.key: each for each in _by_column(table)}
    return found


def chosen(report: Report, keys: Sequence[str]) -> list[Headline]:
    """These of its figures, as far as it has them."""
    every = headlines(report)
    return [every[key] for key in keys if key in every]


def _by_row(table: Table) -> Iterator[Headline]:
    """A table of figures one below the other: `figure`, `now`, and perhaps `of`."""
    kinds = {column.key: column.kind for column in table.columns}
    if not {"figure", "now"} <= kinds.keys():
        return
    for row in table.rows:
        key = str(row["figure"]).removeprefix(_WORD)
        of = str(row.get("of") or "").removeprefix(_OF)
        yield Headline(Column(key=key, kind=kinds["now"], of=of), row["now"])


def _is_figures(table: Table) -> bool:
    return table.key == "figures" and len(table.rows) == 1


def _by_column(table: Table) -> Iterator[Headline]:
    for column in table.columns:
        if column.kind not in (Kind.TEXT, Kind.WORD):
            yield Headline(column, table.rows[0].get(column.key))
