"""How the cells of a spreadsheet look, and what stands in one: numbers stay numbers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date as Date
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from xlsxwriter import Workbook
from xlsxwriter.format import Format

from ingest.events import Millis
from reports.model import Cell, Column, Kind
from reports.words import breadth, is_change, right, whole_minutes

DAY_MS = 86_400_000
INK, SOFT, LINE, HEAD = "#10161e", "#465364", "#d3dae3", "#eef1f5"
TONES = {"good": "#0a6e53", "warn": "#805000"}
FAMILY = "Arial"

_NUMBERS = {
    Kind.COUNT: "#,##0",
    Kind.NUMBER: "#,##0.0",
    Kind.DURATION: "[h]:mm:ss",
    Kind.SHARE: "0.0%",
    Kind.MEAN: "[h]:mm:ss",
    Kind.SCORE: "0.00",
    Kind.DATE: "yyyy-mm-dd",
}
_SECONDS = '#,##0.0 "s"'
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")


class Styles:
    """The formats of one workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._properties: dict[int, dict[str, Any]] = {}

    def of(self, **properties: Any) -> Format:
        """The format with these properties."""
        wanted = {"font_name": FAMILY, "font_size": 10, "font_color": INK} | properties
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            self._made[key] = made = self._book.add_format(wanted)
            self._properties[id(made)] = wanted
        return self._made[key]

    def quoted(self, look: Format) -> Format:
        """The same for a text that looks like a formula: who edits the cell makes none of it."""
        return self.of(**(self._properties[id(look)] | {"quote_prefix": True}))

    def cell(self, number: str = "", *, at_right: bool = False, **properties: Any) -> Format:
        """A cell of a table."""
        given: dict[str, Any] = {
            "bottom": 1,
            "bottom_color": LINE,
            "valign": "vcenter",
        } | properties
        if number:
            given["num_format"] = number
        given["align"] = "right" if at_right else "left"
        return self.of(**given)

    def head(self, *, at_right: bool, **properties: Any) -> Format:
        """A cell of a table's head."""
        align = "right" if at_right else "left"
        return self.of(
            bold=True,
            font_color=SOFT,
            bg_color=HEAD,
            text_wrap=True,
            valign="bottom",
            align=align,
            bottom=2,
            bottom_color=SOFT,
            **properties,
        )


def number_format(column: Column, rows: Sequence[Mapping[str, Cell]], dated: bool) -> str:
    """How the numbers of this column are shown; "" of texts."""
    values = [row.get(column.key) for row in rows]
    if column.kind is Kind.INSTANT:
        clock = "hh:mm" if whole_minutes(values) else "hh:mm:ss"
        return f"yyyy-mm-dd {clock}" if dated else clock
    if column.kind is Kind.DURATION and below_nothing(values):
        return f"+{_SECONDS};-{_SECONDS}" if is_change(column) else _SECONDS
    form = _NUMBERS.get(column.kind, "")
    return f"+{form};-{form};{form}" if form and is_change(column) else form


def below_nothing(values: Iterable[Cell]) -> bool:
    """Whether one of these is below 0: a spreadsheet cannot show such a time of day."""
    return any(isinstance(value, int) and value < 0 for value in values)


def value(kind: Kind, cell: Cell, zone: ZoneInfo, number: str) -> object:
    """What a cell holds: a number, a date or a text; of a duration days, as spreadsheets count.

    Shares, means and scores are formulas, not told here.
    """
    match kind:
        case Kind.DURATION:
            return cell / 1_000 if _SECONDS in number else cell / DAY_MS
        case Kind.INSTANT:
            return local(cell, zone)
        case Kind.DATE:
            try:
                return Date.fromisoformat(cell)
            except ValueError:
                return str(cell)
        case _:
            return cell


def local(at: Millis, zone: ZoneInfo) -> datetime:
    """The clock on the site's wall; spreadsheets know no time zones."""
    return datetime.fromtimestamp(at / 1_000, zone).replace(tzinfo=None)


def quotient(kind: Kind, cell: Sequence[int]) -> float | None:
    """What a formula of the two sums comes to; None if it is of nothing."""
    part, whole = cell
    if not whole:
        return None
    return part / whole / DAY_MS if kind is Kind.MEAN else part / whole


def like_a_formula(text: str) -> bool:
    """Whether a program that opens the file might take the text for a formula."""
    return text.startswith(_FORMULA_SIGNS)


def width(text: str) -> int:
    """Columns that a text takes: a Chinese letter takes two."""
    return sum(map(breadth, text))


def at_right(column: Column) -> bool:
    return right(column.kind)
