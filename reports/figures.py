"""The figures of a table's columns: what each is, and how it is taken from sums."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

from reports import ratios
from reports.model import Cell, Column, Kind
from stream.metrics import Sums, overflowed

Row = dict[str, Cell]


class Figure(NamedTuple):
    """A column, and its cell for some sums."""

    column: Column
    cell: Callable[[Sums], Cell]


def _count(name: str) -> Figure:
    return Figure(Column(key=name, kind=Kind.COUNT), lambda sums: sums[name])


def _time(key: str, name: str) -> Figure:
    return Figure(Column(key=key, kind=Kind.DURATION), lambda sums: sums[name])


def _share(key: str, of: str, pair: Callable[[Sums], ratios.Pair]) -> Figure:
    return Figure(Column(key=key, kind=Kind.SHARE, of=of), lambda sums: list(pair(sums)))


def _mean(key: str, of: str, pair: Callable[[Sums], ratios.Pair]) -> Figure:
    return Figure(Column(key=key, kind=Kind.MEAN, of=of), lambda sums: list(pair(sums)))


REASONS = ("timeout", "empty", "key", "withdrawn", "redirected", "other")
_COUNTS = (
    *("offered", "answered", "answered_in_target", "abandoned", "abandoned_short", "blocked"),
    *("dropped_waiting", "dropped_talking", "completed", "transferred", "ghosts"),
    *("ring_no_answer", *(f"overflowed_{reason}" for reason in REASONS)),
)
FIGURES: Mapping[str, Figure] = {
    **{name: _count(name) for name in _COUNTS},
    "overflowed": Figure(Column(key="overflowed", kind=Kind.COUNT), overflowed),
    "requests": Figure(Column(key="requests", kind=Kind.COUNT), ratios.requests),
    "handled": Figure(Column(key="handled", kind=Kind.COUNT), ratios.handled),
    "talk": _time("talk", "talk_ms"),
    "hold": _time("hold", "hold_ms"),
    "acw": _time("acw", "acw_ms"),
    "answer_rate": _share("answer_rate", "requests", ratios.answer_rate),
    "loss_rate": _share("loss_rate", "requests", ratios.loss_rate),
    "abandon_rate": _share("abandon_rate", "waits_ended", ratios.abandon_rate),
    "transfer_rate": _share("transfer_rate", "handled", ratios.transfer_rate),
    "asa": _mean("asa", "answered", ratios.asa),
    "average_abandon": _mean("average_abandon", "abandoned", ratios.average_abandon),
    "att": _mean("att", "handled", ratios.att),
    "mean_hold": _mean("mean_hold", "handled", ratios.mean_hold),
    "mean_acw": _mean("mean_acw", "handled", ratios.mean_acw),
    "aht": _mean("aht", "handled", ratios.aht),
}
"""By the key of the column."""


def columns(names: Iterable[str]) -> list[Column]:
    return [FIGURES[name].column for name in names]


def cells(sums: Mapping[str, Any], names: Iterable[str]) -> Row:
    """A row's cells of these figures."""
    return {name: FIGURES[name].cell(dict(sums)) for name in names}
