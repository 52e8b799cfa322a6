"""Charts of a day, as standalone Bokeh documents in our own design: nothing flows back.

Bokeh is imported when the first chart is asked for: a gateway without managers never needs it. Make
charts in a thread.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from typing import Any, Literal, NamedTuple

from dashboard.catalogue import catalogues
from dashboard.drill_words import wait as _clock
from dashboard.page import STATIC
from ingest.events import Millis
from stream.figure_row import Row

Wait = tuple[Millis, Millis]
"""When somebody was answered, and after how long."""
Mark = tuple[Millis, Millis]
"""From when to when something was wrong."""
HEIGHT, TALL = 220, 280
SHORTEST = 16
"""Intervals, so that the first calls do not fill the whole picture."""
LABELS = {"wide": 12, "narrow": 5}
_STEPS_H = (1, 2, 3, 4, 6, 12)
_FONT = "Roboto, system-ui, 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
_PERCENTILE = 0.9


class Chart(NamedTuple):
    """What is drawn: `rows` by interval without a hole, each as wide as `step_ms`.

    `clock` writes an instant as HH:MM of the site.
    """

    kind: Literal["arrivals", "level", "waits"]
    rows: Sequence[Row]
    step_ms: Millis
    goal: float | None
    waits: Sequence[Wait]
    incidents: Sequence[Mark]
    clock: Callable[[Millis], str]
    language: str
    theme: str
    width: str = "wide"

    @property
    def start(self) -> Millis:
        return int(self.rows[0]["at"])

    @property
    def length(self) -> int:
        return max(len(self.rows), SHORTEST)

    def place(self, at: Millis) -> float:
        """Where an instant stands on the axis: intervals since the first, within the picture."""
        return min(max((at - self.start) / self.step_ms, 0), self.length)

    def word(self, key: str) -> str:
        return _words()[self.language][key]


def item(chart: Chart) -> dict[str, Any]:
    """A chart as `Bokeh.embed.embed_item` takes it."""
    draw = {"arrivals": _arrivals, "level": _level, "waits": _waits}[chart.kind]
    return dict(import_module("bokeh.embed").json_item(draw(chart)))


def _models() -> Any:
    return import_module("bokeh.models")


@cache
def _words() -> dict[str, dict[str, str]]:
    return catalogues("drill", "reports")


@cache
def roles(theme: str) -> dict[str, str]:
    """The colours of the design system in a theme, by role."""
    text = (STATIC / "design.css").read_text(encoding="utf-8")
    [block] = re.findall(rf'(?:^|, )\[data-theme="{theme}"\] \{{(.*?)\}}', text, re.S | re.M)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", block))


def _figure(chart: Chart, height: int, top: float) -> Any:
    """An empty picture of the day: hours below, figures at the left, and where something was wrong."""
    colour = roles(chart.theme)
    plot = import_module("bokeh.plotting").figure(
        height=height,
        sizing_mode="stretch_width",
        toolbar_location=None,
        tools="",
        x_range=(-0.2, chart.length + 0.2),
        y_range=(0, top),
        min_border_left=52,
        min_border_right=12,
        background_fill_color=colour["tile"],
        border_fill_color=colour["tile"],
        outline_line_color=None,
    )
    hours = _hours(chart)
    plot.xaxis.ticker = _models().FixedTicker(ticks=list(hours))
    plot.xaxis.major_label_overrides = hours
    plot.xgrid.grid_line_color = None
    plot.ygrid.grid_line_color = colour["line"]
    plot.axis.axis_line_color = None
    plot.axis.major_tick_line_color = None
    plot.axis.minor_tick_line_color = None
    plot.axis.major_label_text_color = colour["soft"]
    plot.axis.major_label_text_font = _FONT
    plot.axis.major_label_text_font_size = "13px"
    for since, until in chart.incidents:
        left, right = chart.place(since), chart.place(until)
        if right <= 0 or left >= chart.length:
            continue
        plot.add_layout(
            _models().BoxAnnotation(
                left=left,
                right=max(right, left + 0.15),
                fill_color=colour["warn"],
                fill_alpha=0.18,
                line_color=colour["warn"],
                line_dash="dotted",
                level="underlay",
            )
        )
    return plot


def _hours(chart: Chart) -> dict[float, str]:
    ticks: dict[float, str] = {}
    told = [(n, chart.clock(chart.start + n * chart.step_ms)) for n in range(chart.length + 1)]
    full = [(n, label) for n, label in told if label.endswith(":00")] or told[::4]
    step = next((h for h in _STEPS_H if len(full) / h <= LABELS[chart.width]), 24)
    for n, label in full:
        if not int(label[:2]) % step:
            ticks[n] = label
    return ticks


def _arrivals(chart: Chart) -> Any:
    colour = roles(chart.theme)
    answered = [row["answered"] for row in chart.rows]
    abandoned = [row["abandoned"] for row in chart.rows]
    offered = [row["offered"] for row in chart.rows]
    both = [a + b for a, b in zip(answered, abandoned, strict=True)]
    top = max([*offered, *both, 4]) * 1.08
    plot = _figure(chart, TALL, top)
    source = _models().ColumnDataSource(
        {
            **_places(chart),
            "answered": answered,
            "abandoned": abandoned,
            "offered": offered,
            "both": both,
        }
    )
    bars = {"x": "middle", "width": 0.72, "source": source, "line_color": None}
    plot.vbar(**bars, top="both", bottom="answered", fill_color=colour["bad"])
    plot.vbar(**bars, top="answered", fill_color=colour["calm"])
    # What came, as a line over each bar: in colour and shape apart from what became of it.
    plot.segment(
        x0="left", x1="right", y0="offered", y1="offered", source=source,
        line_color=colour["ink"], line_width=2,
    )  # fmt: skip
    _hover(chart, plot, source, [
        ("figure.offered", "@offered"),
        ("figure.answered", "@answered"),
        ("figure.abandoned", "@abandoned"),
    ], top)  # fmt: skip
    return plot


def _level(chart: Chart) -> Any:
    colour = roles(chart.theme)
    levels = [row.get("service_level") for row in chart.rows]
    plot = _figure(chart, HEIGHT, 1.05)
    plot.yaxis.ticker = _models().FixedTicker(ticks=[0, 0.25, 0.5, 0.75, 1])
    plot.yaxis.major_label_overrides = {n / 4: f"{n * 25} %" for n in range(5)}
    if chart.goal is not None:
        plot.add_layout(
            _models().Span(
                location=chart.goal,
                dimension="width",
                line_color=colour["good"],
                line_width=2,
                line_dash="dashed",
            )
        )
    values = [float("nan") if level is None else level for level in levels]
    shown = ["—" if level is None else f"{int(level * 1000 + 1e-9) / 10:.1f} %" for level in levels]
    places = _places(chart)
    source = _models().ColumnDataSource({**places, "level": values, "shown": shown})
    plot.line(x="middle", y="level", source=source, line_color=colour["soft"], line_width=1.5)
    for below, marker, role in ((False, "circle", "good"), (True, "inverted_triangle", "bad")):
        chosen = [
            n
            for n, level in enumerate(levels)
            if level is not None and (chart.goal is not None and level < chart.goal) is below
        ]
        plot.scatter(
            x=[places["middle"][n] for n in chosen],
            y=[values[n] for n in chosen],
            marker=marker,
            size=9 if below else 7,
            fill_color=colour[role],
            line_color=colour["tile"],
        )
    _hover(chart, plot, source, [("figure.service_level", "@shown")], 1.05)
    return plot


def _waits(chart: Chart) -> Any:
    colour = roles(chart.theme)
    by_interval: list[list[Millis]] = [[] for _ in chart.rows]
    for at, wait_ms in chart.waits:
        number = (at - chart.start) // chart.step_ms
        if 0 <= number < len(by_interval):
            by_interval[number].append(wait_ms)
    series: dict[str, list[float | None]] = {
        "mean": [sum(waits) / len(waits) if waits else None for waits in by_interval],
        "most": [_percentile(waits) if waits else None for waits in by_interval],
        "longest": [max(waits) if waits else None for waits in by_interval],
    }
    highest = max([v for values in series.values() for v in values if v is not None] or [10_000])
    step_s = next((s for s in _STEPS_S if highest / 1000 / s <= 5), _STEPS_S[-1])
    top = max(step_s * 1000, highest * 1.08)
    plot = _figure(chart, HEIGHT, top)
    ticks = [n * step_s * 1000 for n in range(int(top // (step_s * 1000)) + 1)]
    plot.yaxis.ticker = _models().FixedTicker(ticks=ticks)
    plot.yaxis.major_label_overrides = {tick: _clock(tick) for tick in ticks}
    data: dict[str, list[Any]] = dict(_places(chart))
    for name, values in series.items():
        data[name] = [float("nan") if value is None else value for value in values]
        data[f"{name}_shown"] = ["—" if value is None else _clock(value) for value in values]
    source = _models().ColumnDataSource(data)
    plot.scatter(
        x="middle", y="longest", source=source, marker="dash", size=11, line_width=2,
        line_color=colour["quiet"],
    )  # fmt: skip
    plot.line(
        x="middle", y="most", source=source, line_color=colour["violet"], line_width=2,
        line_dash="dashed",
    )  # fmt: skip
    plot.line(x="middle", y="mean", source=source, line_color=colour["calm"], line_width=2.5)
    plot.scatter(x="middle", y="mean", source=source, size=5, color=colour["calm"])
    _hover(chart, plot, source, [
        ("chart.mean", "@mean_shown"),
        ("chart.most", "@most_shown"),
        ("chart.longest", "@longest_shown"),
    ], top)  # fmt: skip
    return plot


_STEPS_S = (5, 10, 15, 30, 60, 120, 300, 600, 1_200, 1_800, 3_600, 7_200)


def _places(chart: Chart) -> dict[str, list[Any]]:
    numbers = range(len(chart.rows))
    edges = [chart.clock(chart.start + n * chart.step_ms) for n in range(len(chart.rows) + 1)]
    return {
        "left": [n + 0.08 for n in numbers],
        "middle": [n + 0.5 for n in numbers],
        "right": [n + 0.92 for n in numbers],
        "span": [f"{edges[n]}–{edges[n + 1]}" for n in numbers],
    }


def _hover(chart: Chart, plot: Any, source: Any, lines: list[tuple[str, str]], top: float) -> None:
    """What an interval holds, told wherever the pointer is in it."""
    column = plot.vbar(
        x="middle", width=1, top=top, source=source, fill_alpha=0, line_color=None, level="overlay",
        hover_fill_alpha=0.08, hover_fill_color=roles(chart.theme)["ink"], hover_line_color=None,
    )  # fmt: skip
    told = [("", "@span"), *((chart.word(key), value) for key, value in lines)]
    plot.add_tools(
        _models().HoverTool(renderers=[column], tooltips=told, point_policy="follow_mouse")
    )


def _percentile(waits: list[Millis]) -> Millis:
    """The wait that 90 % of these do not exceed."""
    ordered = sorted(waits)
    return ordered[max(0, -int(-len(ordered) * _PERCENTILE // 1) - 1)]
