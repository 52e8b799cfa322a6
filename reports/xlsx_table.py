"""A table of a report on a sheet: head, rows, total; every ratio a formula of two columns beside it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date as Date
from datetime import datetime
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.utility import xl_rowcol_to_cell
from xlsxwriter.worksheet import Worksheet

from reports.model import Cell, Column, Kind, Table
from reports.words import NOTHING, Wording, plain
from reports.xlsx_style import (
    SOFT,
    Styles,
    at_right,
    below_nothing,
    like_a_formula,
    number_format,
    quotient,
    value,
    width,
)

RATIOS = frozenset({Kind.SHARE, Kind.MEAN, Kind.SCORE})
NARROWEST, WIDEST = 9, 38
_HEAD_WIDTH = 16
_ADDED = frozenset({Kind.COUNT, Kind.DURATION})


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a table stands: its head's row, its first and its last row (all from 0)."""

    table: Table
    head: int
    first: int
    last: int

    def column(self, key: str) -> int:
        """The column of this key."""
        return next(n for n, column in enumerate(self.table.columns) if column.key == key)


class TableWriter:
    """Writes tables on one sheet. `sums_at` is the first column of numerators and denominators."""

    def __init__(
        self, sheet: Worksheet, words: Wording, styles: Styles, *, sums_at: int, dated: bool
    ) -> None:
        self._sheet = sheet
        self._words = words
        self._styles = styles
        self._sums_at = sums_at
        self._dated = dated
        self.widths: dict[int, int] = {}

    def write(self, table: Table, row: int) -> Placed:
        """Write head, rows and total from this row on."""
        placed = Placed(table, row, row + 1, row + len(table.rows))
        for number, column in enumerate(table.columns):
            self._head(row, number, column)
            self._column(placed, number, column)
        self._sheet.set_row(row, 44 if self._named(table) else 30)
        return placed

    def _named(self, table: Table) -> bool:
        return any(column.of for column in table.columns)

    def _head(self, row: int, number: int, column: Column) -> None:
        title, of = self._words.column(column), self._words.taken_of(column)
        right = at_right(column)
        self.text(row, number, f"{title}\n{of}" if of else title, self._styles.head(at_right=right))
        self._widen(number, min(max(width(title), width(of)), _HEAD_WIDTH))

    def _column(self, placed: Placed, number: int, column: Column) -> None:
        rows = placed.table.rows
        form = number_format(column, [*rows, placed.table.total or {}], self._dated)
        kinds = self._formats(column, form)
        sums = self._sums(placed, column) if column.kind in RATIOS else None
        for at, row in enumerate(rows, placed.first):
            self._cell(at, number, column, row.get(column.key), (form, *kinds), sums)
        if placed.table.total is not None:
            self._total(placed, number, column, form, sums)

    def _formats(self, column: Column, form: str, **more: Any) -> tuple[Format, Format]:
        """Of a cell, and of one that is not known."""
        right = at_right(column)
        known = self._styles.cell(form, at_right=right, **more)
        return known, self._styles.cell(at_right=right, **(more | {"font_color": SOFT}))

    def _cell(
        self,
        row: int,
        number: int,
        column: Column,
        cell: Cell,
        look: tuple[str, Format, Format],
        sums: int | None,
    ) -> None:
        form, known, unknown = look
        if cell is None:
            self.text(row, number, self._words.unknown, unknown)
        elif sums is not None:
            self._ratio(row, number, column, cell, sums)
            self._formula(row, number, column.kind, cell, sums, known)
        elif column.kind in (Kind.TEXT, Kind.WORD):
            self.text(row, number, self._words.cell(column.kind, cell), known)
        else:
            told = value(column.kind, cell, self._words.zone, form)
            match told:
                case str():
                    self.text(row, number, told, known)
                case datetime() | Date():
                    self._sheet.write_datetime(row, number, told, known)
                case _:
                    self._sheet.write_number(row, number, float(str(told)), known)
            self._widen(number, width(self._words.cell(column.kind, cell)) + 1)

    def _total(
        self, placed: Placed, number: int, column: Column, form: str, sums: int | None
    ) -> None:
        table, row = placed.table, placed.last + 1
        total = table.total or {}
        look = self._formats(column, form, bold=True, top=1)
        if column.key not in total:
            self.text(
                row, number, self._words.word("report.form.total") if not number else "", look[0]
            )
            return
        cell = total[column.key]
        self._cell(row, number, column, cell, (form, *look), sums)
        # A total that is the sum of what stands above it says so, and follows whoever changes a row.
        if column.kind in _ADDED and adds_up(table.rows, column.key, cell):
            told = value(column.kind, cell, self._words.zone, form)
            self._sum(placed, number, float(str(told)), look[0])

    def _sums(self, placed: Placed, column: Column) -> int:
        """Write the heads of a ratio's two columns; where they stand."""
        ratios = [each.key for each in placed.table.columns if each.kind in RATIOS]
        at = self._sums_at + 2 * ratios.index(column.key)
        kinds = ("part", "whole") if column.kind is Kind.SHARE else ("sum", "many")
        of = self._words.of(column) or "…"
        for number, kind in enumerate(kinds):
            title = self._words.word(
                f"report.form.{kind}", column=self._words.column(column), of=of
            )
            self.text(placed.head, at + number, title, self._styles.head(at_right=True))
            self._widen(at + number, _HEAD_WIDTH)
        return at

    def _ratio(self, row: int, number: int, column: Column, cell: Cell, sums: int) -> None:
        part, whole = cell
        form = "[h]:mm:ss" if column.kind is Kind.MEAN else "#,##0"
        told = part / 86_400_000 if column.kind is Kind.MEAN else part
        self._sheet.write_number(row, sums, told, self._styles.cell(form, at_right=True))
        self._sheet.write_number(row, sums + 1, whole, self._styles.cell("#,##0", at_right=True))

    def _formula(
        self, row: int, number: int, kind: Kind, cell: Cell, sums: int, look: Format
    ) -> None:
        part, whole = xl_rowcol_to_cell(row, sums), xl_rowcol_to_cell(row, sums + 1)
        found = quotient(kind, cell)
        self._sheet.write_formula(
            row,
            number,
            f'=IF({whole}=0,"{NOTHING}",{part}/{whole})',
            look,
            NOTHING if found is None else found,
        )

    def _sum(self, placed: Placed, number: int, told: float, look: Format) -> None:
        first = xl_rowcol_to_cell(placed.first, number)
        last = xl_rowcol_to_cell(placed.last, number)
        self._sheet.write_formula(placed.last + 1, number, f"=SUM({first}:{last})", look, told)

    def text(self, row: int, number: int, text: str, look: Format) -> None:
        """Write a text, whatever it is, as a text."""
        kept = "\n".join(plain(line) for line in text.split("\n", 1))
        if like_a_formula(kept):
            look = self._styles.quoted(look)
        self._sheet.write_string(row, number, kept, look)
        self._widen(
            number, min(width(kept.partition("\n")[0]), _HEAD_WIDTH if "\n" in text else 99)
        )

    def _widen(self, number: int, wanted: int) -> None:
        self.widths[number] = min(max(self.widths.get(number, NARROWEST), wanted + 1), WIDEST)


def adds_up(rows: Sequence[Mapping[str, Cell]], key: str, total: Cell) -> bool:
    """Whether the total is exactly the sum of the rows, none of them unknown."""
    cells = [row.get(key) for row in rows]
    counts = [cell for cell in (*cells, total) if isinstance(cell, int)]
    if not cells or len(counts) <= len(cells) or below_nothing(counts):
        return False
    return 2 * counts[-1] == sum(counts)
