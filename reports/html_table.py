"""A table of a report as markup: rows and total, or, of one row, its figures side by side."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from reports.model import Cell, Column, Kind, Table
from reports.words import NOTHING, Wording, duration, right

WIDE = 14
"""Columns from which on a table is printed across the paper."""
DENSE = 11
"""Columns from which on its letters are smaller in print."""
FEW = 6
"""Columns up to which a table is not as broad as the page: an eye must find along a row."""
SHORT = 20
_WORDED = frozenset({Kind.TEXT, Kind.WORD, Kind.DATE, Kind.INSTANT})


def is_figures(table: Table) -> bool:
    """Whether a table is but one row of figures: it is shown large."""
    return len(table.rows) == 1 and not any(column.kind in _WORDED for column in table.columns)


def of_figures(table: Table, words: Wording) -> Markup:
    """Each figure with its name, and what it is taken of."""
    [row] = table.rows
    return Markup('<dl class="figures">{}</dl>').format(
        Markup("").join(
            Markup("<div><dt>{}</dt><dd>{}</dd>{}</div>").format(
                words.column(column),
                words.cell(column.kind, row.get(column.key)),
                _of(column, words, row.get(column.key)),
            )
            for column in table.columns
        )
    )


def _of(column: Column, words: Wording, cell: Cell) -> Markup:
    if not column.of:
        return Markup("")
    told = words.taken_of(column)
    if column.kind is Kind.SHARE and cell is not None:
        told = f"{told} · {beside(column.kind, cell, words)}"
    return Markup('<dd class="of">{}</dd>').format(told)


def of_table(table: Table, words: Wording, title: str) -> Markup:
    """Head, rows and total; the first column names its row."""
    return Markup(
        '<div class="scroll"><table aria-label="{title}"{dense}><thead><tr>{head}</tr></thead>'
        "<tbody>{rows}</tbody>{total}</table></div>"
    ).format(
        title=title,
        dense=_breadth(len(table.columns)),
        head=Markup("").join(_head(column, words) for column in table.columns),
        rows=_rows(table.columns, table.rows, words),
        # A foot would stand on every printed page.
        total=Markup('<tbody class="total">{}</tbody>').format(_total(table, words))
        if table.total is not None
        else "",
    )


def _breadth(columns: int) -> Markup:
    if columns >= DENSE:
        return Markup(' class="dense"')
    return Markup(' class="few"') if columns <= FEW else Markup("")


def _head(column: Column, words: Wording) -> Markup:
    of = words.taken_of(column)
    return Markup('<th scope="col"{}>{}{}</th>').format(
        _number(column), words.column(column), Markup("<small>{}</small>").format(of) if of else ""
    )


def _rows(columns: Sequence[Column], rows: Sequence[Mapping[str, Cell]], words: Wording) -> Markup:
    by_column = [words.cells(column, [row.get(column.key) for row in rows]) for column in columns]
    return Markup("").join(
        Markup("<tr>{}</tr>").format(
            Markup("").join(
                _cell(column, row.get(column.key), told[number], words, first=not place)
                for place, (column, told) in enumerate(zip(columns, by_column, strict=True))
            )
        )
        for number, row in enumerate(rows)
    )


def _total(table: Table, words: Wording) -> Markup:
    total = table.total or {}
    cells = []
    for place, column in enumerate(table.columns):
        told = words.cell(column.kind, total[column.key]) if column.key in total else ""
        if not place and not told:
            told = words.word("report.form.total")
        cells.append(_cell(column, total.get(column.key), told, words, first=not place))
    return Markup("<tr>{}</tr>").format(Markup("").join(cells))


def _cell(column: Column, cell: Cell, told: str, words: Wording, *, first: bool) -> Markup:
    tag = Markup('th scope="row"') if first else Markup("td")
    sums = beside(column.kind, cell, words)
    return Markup("<{}{}{}>{}</{}>").format(
        tag,
        _number(column, faint=bool(told) and (cell is None or told == NOTHING), whole=told),
        Markup(' title="{}"').format(sums) if sums else "",
        told,
        "th" if first else "td",
    )


def _number(column: Column, *, faint: bool = False, whole: str = "") -> Markup:
    # A short word, a date or a time is never broken in two.
    kept = bool(whole) and column.kind in _WORDED - {Kind.TEXT} and len(whole) <= SHORT
    held = (("n", right(column.kind)), ("u", faint), ("w", kept))
    names = [name for name, holds in held if holds]
    return Markup(' class="{}"').format(" ".join(names)) if names else Markup("")


def beside(kind: Kind, cell: Cell, words: Wording) -> str:
    """Both sums of a ratio: `312 / 400`; "" of anything else."""
    if cell is None or kind not in (Kind.SHARE, Kind.MEAN, Kind.SCORE):
        return ""
    part, whole = cell
    shown = duration(part) if kind is Kind.MEAN else words.cell(Kind.COUNT, part)
    return f"{shown} / {words.cell(Kind.COUNT, whole)}"
