"""Charts of a workbook: native ones, drawn by the program that opens it from the cells themselves."""

from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.chart import Chart as XlsxChart
from xlsxwriter.worksheet import Worksheet

from reports.chart_scale import BARS, LINES, colours, unit
from reports.model import Column
from reports.words import Wording
from reports.xlsx_style import FAMILY, INK, LINE, SOFT, number_format
from reports.xlsx_table import Placed

WIDTH, HEIGHT, ROWS = 1_000, 340, 18


class ChartWriter:
    """Draws what was placed on a sheet of this name, on another one."""

    def __init__(self, book: Workbook, sheet: Worksheet, words: Wording, *, dated: bool) -> None:
        self._book = book
        self._sheet = sheet
        self._words = words
        self._dated = dated
        self._row = 3

    def draw(self, name: str, title: str, placed: Placed) -> None:
        """The chart of one table, below those that are there already."""
        chart = placed.table.chart
        if chart is None or not placed.table.rows:
            return
        bars = [placed.table.columns[placed.column(key)] for key in chart.bars]
        lines = [placed.table.columns[placed.column(key)] for key in chart.lines]
        drawn = None
        if bars:
            drawn = self._book.add_chart({"type": "column"})
            for column, colour in zip(bars, colours(chart.bars, BARS), strict=True):
                drawn.add_series(
                    {
                        **self._series(name, placed, column, chart.x),
                        "fill": {"color": colour},
                        "gap": 40,
                    }
                )
        if lines:
            over = self._book.add_chart({"type": "line"})
            second = bool(bars) and unit(lines[0]) != unit(bars[0])
            for column, colour in zip(lines, colours(chart.lines, LINES), strict=True):
                over.add_series(
                    {
                        **self._series(name, placed, column, chart.x),
                        "line": {"color": colour, "width": 2},
                        "y2_axis": second,
                    }
                )
            if drawn is None:
                drawn = over
            else:
                if second:
                    over.set_y2_axis(_axis(lines[0], grid=False))
                drawn.combine(over)
        if drawn is not None:
            x = placed.table.columns[placed.column(chart.x)]
            form = number_format(x, placed.table.rows, self._dated)
            self._place(drawn, title, (bars or lines)[0], form)

    def _series(self, name: str, placed: Placed, column: Column, x: str) -> dict[str, Any]:
        at, along = placed.column(column.key), placed.column(x)
        return {
            "name": self._words.column(column),
            "categories": [name, placed.first, along, placed.last, along],
            "values": [name, placed.first, at, placed.last, at],
        }

    def _place(self, drawn: XlsxChart, title: str, first: Column, form: str) -> None:
        font = {"name": FAMILY, "size": 9, "color": SOFT}
        drawn.set_title(
            {
                "name": title,
                "name_font": {"name": FAMILY, "size": 12, "bold": True, "color": INK},
                "overlay": False,
            }
        )
        # As dates, the quarters of an hour of one day would all stand on one spot.
        along = {"text_axis": True, "num_font": font, "line": {"color": LINE}}
        drawn.set_x_axis(along | {"num_format": form} if form else along)
        drawn.set_y_axis(_axis(first, grid=True))
        drawn.set_legend({"position": "bottom", "font": font})
        drawn.set_size({"width": WIDTH, "height": HEIGHT})
        drawn.set_chartarea({"border": {"color": LINE}})
        self._sheet.insert_chart(self._row, 0, drawn, {"object_position": 2})
        self._row += ROWS


def _axis(column: Column, *, grid: bool) -> dict[str, Any]:
    form = "General"
    axis: dict[str, Any] = {"min": 0}
    if unit(column) == "share":
        form, axis["max"] = "0%", 1
    elif unit(column) == "time":
        form = "[h]:mm:ss"
    return axis | {
        "num_format": form,
        "num_font": {"name": FAMILY, "size": 9, "color": SOFT},
        "line": {"none": True},
        "major_gridlines": {"visible": grid, "line": {"color": LINE}},
    }
