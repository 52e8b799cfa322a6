"""What every drawing of a table's chart shares: colours, readings, and axes that end on round numbers."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from reports.model import Cell, Column, Kind
from reports.words import Wording, duration

BARS = ("#3f7fcf", "#9db8dc", "#0a6e53", "#9aa7b8")
LOST = "#a80f3a"
LINES = ("#805000", "#6438b0", "#0a6e53")
STEPS = 4

_TIMES = frozenset({Kind.DURATION, Kind.MEAN})
_ROUND_S = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 36_000)


class Axis(NamedTuple):
    """From 0 to `most`; `unit` is `share`, `time`, `score` or `count`."""

    unit: str
    most: float

    def label(self, step: int, words: Wording) -> str:
        """What stands at this step of the axis."""
        value = self.most * step / STEPS
        match self.unit:
            case "share":
                return f"{value * 100:.0f}%"
            case "time":
                return duration(round(value))
            case "score":
                return f"{value:.1f}"
            case _:
                whole = value == int(value)
                return words.cell(
                    Kind.COUNT if whole else Kind.NUMBER, int(value) if whole else value
                )


def lost(key: str) -> bool:
    """Whether a column counts what was lost: it has a colour of its own everywhere."""
    return key.startswith(("abandoned", "dropped", "lost", "blocked", "unanswered"))


def colours(keys: Sequence[str], palette: Sequence[str]) -> list[str]:
    """A colour for each column of a chart."""
    found, number = [], 0
    for key in keys:
        if lost(key):
            found.append(LOST)
            continue
        found.append(palette[number % len(palette)])
        number += 1
    return found


def unit(column: Column) -> str:
    """What this column's axis counts in."""
    if column.kind in _TIMES:
        return "time"
    return column.kind.value if column.kind in (Kind.SHARE, Kind.SCORE) else "count"


def reading(kind: Kind, cell: Cell) -> float | None:
    """How high a cell stands: durations in ms, shares from 0 to 1; None where there is nothing."""
    if cell is None:
        return None
    if kind in (Kind.SHARE, Kind.MEAN, Kind.SCORE):
        part, whole = cell
        return part / whole if whole else None
    return float(cell)


def axis(column: Column, readings: Sequence[float | None]) -> Axis:
    """An axis that these fit under."""
    kind = unit(column)
    highest = max((each for each in readings if each is not None), default=0.0)
    if kind == "share":
        return Axis(kind, max(1.0, highest))
    if kind == "time":
        step_s = next((s for s in _ROUND_S if s * STEPS * 1_000 >= highest), 0)
        return Axis(kind, step_s * STEPS * 1_000 or math.ceil(highest / 3_600_000) * 3_600_000)
    if highest <= 0:
        return Axis(kind, float(STEPS))
    power = 10.0 ** math.floor(math.log10(highest / STEPS))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power * STEPS >= highest * 0.999_999)
    return Axis(kind, max(step, 1.0 if kind == "count" else step) * STEPS)
