"""A table's chart as a drawing in the page: bars over a column, lines over them, nothing to load."""

from collections.abc import Sequence

from markupsafe import Markup

from reports.chart_scale import BARS, LINES, STEPS, Axis, axis, colours, reading, unit
from reports.model import Column, Kind, Table
from reports.words import Wording, cut

WIDTH, HEIGHT = 960, 270
LEFT, RIGHT, TOP, BOTTOM = 52, 52, 10, 30
MOST_LABELS = 14
THINNEST = 5.0
_LETTER = 7.0
_PLOT_W, _PLOT_H = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM


def chart_svg(table: Table, words: Wording) -> Markup:
    """The drawing with its legend; nothing where there is nothing to draw."""
    chart = table.chart
    if chart is None or not table.rows or not (chart.bars or chart.lines):
        return Markup("")
    columns = {column.key: column for column in table.columns}
    bars = [columns[key] for key in chart.bars]
    lines = [columns[key] for key in chart.lines]
    drawing = _Drawing(table, words)
    left = drawing.axis([*bars] or lines)
    right = drawing.axis(lines) if bars and lines and unit(lines[0]) != unit(bars[0]) else None
    if right is None and bars and lines:
        left = drawing.axis([*bars, *lines])
    bar_colours, line_colours = colours(chart.bars, BARS), colours(chart.lines, LINES)
    parts = [
        drawing.grid(left, right),
        drawing.along(columns[chart.x]),
        *drawing.bars(bars, bar_colours, left),
        *(
            drawing.line(column, colour, right or left, number)
            for number, (column, colour) in enumerate(zip(lines, line_colours, strict=True))
        ),
    ]
    title = words.word(f"report.table.{table.key}")
    svg = Markup(
        '<svg viewBox="0 0 {w} {h}" role="img" aria-label="{title}" class="chart">{parts}</svg>'
    ).format(w=WIDTH, h=HEIGHT, title=title, parts=Markup("").join(parts))
    legend = Markup("").join(
        Markup('<li><svg viewBox="0 0 18 10" aria-hidden="true">{mark}</svg>{name}</li>').format(
            mark=mark, name=words.column(column)
        )
        for column, mark in [
            *zip(bars, (_square(colour) for colour in bar_colours), strict=True),
            *zip(
                lines,
                (_stroke(colour, number) for number, colour in enumerate(line_colours)),
                strict=True,
            ),
        ]
    )
    return Markup('<figure><ul class="legend">{}</ul><div class="scroll">{}</div></figure>').format(
        legend, svg
    )


class _Drawing:
    """The plot of one table: its rows stand side by side, each in a slot as wide as the others."""

    def __init__(self, table: Table, words: Wording) -> None:
        self._rows = table.rows
        self._words = words
        self._slot = _PLOT_W / len(table.rows)

    def axis(self, columns: Sequence[Column]) -> Axis:
        """One for all these columns."""
        return axis(columns[0], [each for column in columns for each in self._readings(column)])

    def _readings(self, column: Column) -> list[float | None]:
        return [reading(column.kind, row.get(column.key)) for row in self._rows]

    def grid(self, left: Axis, right: Axis | None) -> Markup:
        """The lines across, with what they stand for."""
        parts = []
        for step in range(STEPS + 1):
            y = TOP + _PLOT_H * (1 - step / STEPS)
            parts.append(
                Markup('<line x1="{}" x2="{}" y1="{y}" y2="{y}" class="{}"/>').format(
                    LEFT, WIDTH - RIGHT, "grid" if step else "base", y=_n(y)
                )
            )
            parts.append(_text(LEFT - 8, y + 4, left.label(step, self._words), "end"))
            if right is not None:
                parts.append(
                    _text(WIDTH - RIGHT + 8, y + 4, right.label(step, self._words), "start")
                )
        return Markup("").join(parts)

    def along(self, x: Column) -> Markup:
        """What stands below the slots; where they are many, below some of them."""
        cells = [row.get(x.key) for row in self._rows]
        if x.kind is Kind.DATE:
            labels = [str(cell or "")[5:] for cell in cells]  # the year stands above the chart
        else:
            labels = self._words.cells(x, cells)
        every = max(1, -(-len(labels) // MOST_LABELS))
        if x.kind is Kind.INSTANT and every > 1:
            every += every % 2  # whole hours, where the intervals are halves of one
        room = int(self._slot * every / _LETTER)
        return Markup("").join(
            _text(self._middle(number), HEIGHT - 10, cut(label, room), "middle")
            for number, label in enumerate(labels)
            if number % every == 0
        )

    def bars(
        self, columns: Sequence[Column], bar_colours: Sequence[str], scale: Axis
    ) -> list[Markup]:
        """Beside each other in each slot, as wide as there is room for."""
        if not columns:
            return []
        wide = min(self._slot * 0.76 / len(columns), 48.0)
        # Too thin side by side, they stand one before the other, each narrower than the last.
        before = wide < THINNEST
        parts = []
        for number, (column, colour) in enumerate(zip(columns, bar_colours, strict=True)):
            for slot, value in enumerate(self._readings(column)):
                if not value or value < 0:
                    continue
                high = _PLOT_H * value / scale.most
                x = self._middle(slot) + (number - len(columns) / 2) * wide
                if before:
                    wide = self._slot * 0.8 * (1 - number / (len(columns) + 1))
                    x = self._middle(slot) - wide / 2
                parts.append(
                    Markup('<rect x="{}" y="{}" width="{}" height="{}" fill="{}"/>').format(
                        _n(x), _n(TOP + _PLOT_H - high), _n(max(wide - 0.6, 0.6)), _n(high), colour
                    )
                )
        return parts

    def line(self, column: Column, colour: str, scale: Axis, number: int) -> Markup:
        """From reading to reading; broken where there is none."""
        runs: list[list[str]] = [[]]
        for slot, value in enumerate(self._readings(column)):
            if value is None:
                runs.append([])
                continue
            y = TOP + _PLOT_H * (1 - max(value, 0) / scale.most)
            runs[-1].append(f"{_n(self._middle(slot))},{_n(y)}")
        return Markup("").join(
            Markup('<polyline points="{}" stroke="{}"{}/>').format(
                " ".join(run if len(run) > 1 else run * 2), colour, _dash(number)
            )
            for run in runs
            if run
        )

    def _middle(self, slot: int) -> float:
        return LEFT + self._slot * (slot + 0.5)


def _square(colour: str) -> Markup:
    return Markup('<rect x="4" y="0" width="10" height="10" rx="2" fill="{}"/>').format(colour)


def _stroke(colour: str, number: int) -> Markup:
    return Markup('<polyline points="0,5 18,5" stroke="{}"{}/>').format(colour, _dash(number))


def _dash(number: int) -> Markup:
    # Lines are told apart without their colours, too.
    return Markup(' stroke-dasharray="{} 4"').format(8 - 3 * number) if number else Markup("")


def _text(x: float, y: float, text: str, anchor: str) -> Markup:
    return Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(
        _n(x), _n(y), anchor, text
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
