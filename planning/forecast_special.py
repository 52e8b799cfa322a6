"""Holidays and special days: left out of what is usual, and multiplied when they come.

A file of them is CSV, `date,name` and, if wanted, `factor`: so many times the calls of an ordinary
day. Without a factor it is what earlier days of the same name had, against a forecast that took
them for ordinary days.
"""

import csv
import re
from collections.abc import Iterable, Mapping
from datetime import date

from msgspec import Struct

from planning.forecast_errors import SpecialError
from planning.forecast_history import History, filled
from planning.forecast_models import Model

REQUIRED = ("date", "name")
OPTIONAL = ("factor",)
_LIKE = 3
"""So many earlier days of the name are taken, the last ones."""
_BEFORE = 7
"""Ordinary days needed before one, to say what it would have been."""
_FACTOR = re.compile(r"\d{1,3}([.]\d{1,6})?", re.ASCII)
_BOM = "\ufeff"


class Special(Struct, frozen=True):
    """A day that is not as usual. `factor` is None if it is to be learnt."""

    name: str
    factor: float | None = None


Specials = Mapping[date, Special]


def parse(lines: Iterable[str], name: str) -> dict[date, Special]:
    """The special days of a file of this `name`. Raises `SpecialError`."""
    reader = csv.reader(lines, strict=True)
    try:
        rows = [(reader.line_num, cells) for cells in reader if any(cells)]
    except csv.Error as error:
        raise SpecialError(f"{name}:{reader.line_num}: no line of a table: {error}") from None
    if not rows:
        raise SpecialError(f"{name}: it is empty. Its first line must name the columns: date,name")
    columns = [cell.strip().removeprefix(_BOM).lower() for cell in rows[0][1]]
    if absent := [column for column in REQUIRED if column not in columns]:
        raise SpecialError(
            f"{name}:{rows[0][0]}: the first line must name the columns, and {' and '.join(absent)}"
            " is not there. Write date,name or date,name,factor"
        )
    found: dict[date, Special] = {}
    for number, cells in rows[1:]:
        where = f"{name}:{number}"
        if len(cells) != len(columns):
            raise SpecialError(
                f"{where}: {len(cells)} fields, where the first line has {len(columns)}"
            )
        cell = {column: text.strip() for column, text in zip(columns, cells, strict=True)}
        day = _day(cell["date"], where)
        if day in found:
            raise SpecialError(f"{where}: date: {day} stands above already. Keep one of the two")
        if not cell["name"]:
            raise SpecialError(
                f"{where}: name: empty. Days of the same name learn from one another"
            )
        found[day] = Special(cell["name"], _factor(cell.get("factor", ""), where))
    return found


class SpecialFactors:
    """How many times an ordinary day's calls the special days of a past had."""

    def __init__(self, history: History, specials: Specials, model: Model) -> None:
        self._history, self._specials, self._model = history, specials, model
        self._known: dict[int, tuple[float, float] | None] = {}

    def factor(self, day: date, before: int) -> float | None:
        """Of this day as it was known before the row `before`; 1 if it is none, None if not known."""
        special = self._specials.get(day)
        if special is None:
            return 1.0
        if special.factor is not None:
            return special.factor
        earlier = [
            row
            for row, past in enumerate(self._history.days[:before])
            if past in self._specials and self._specials[past].name == special.name
        ]
        told = [one for one in map(self._came, earlier[-_LIKE:]) if one is not None]
        expected = sum(one[1] for one in told)
        return sum(one[0] for one in told) / expected if expected > 0 else None

    def _came(self, row: int) -> tuple[float, float] | None:
        """Calls that came on a special day, and those an ordinary one would have had."""
        if row not in self._known:
            self._known[row] = self._compared(row)
        return self._known[row]

    def _compared(self, row: int) -> tuple[float, float] | None:
        past = filled(self._history.before(row).without(self._specials))
        if len(past.days) < _BEFORE:
            return None
        actual = self._history.calls[row]
        told = self._model(past, [self._history.days[row].weekday()])[0]
        seen = actual == actual  # not-a-number is not
        return float(actual[seen].sum()), float(told[seen].sum())


def _day(text: str, where: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise SpecialError(f"{where}: date: {text!r} is no day. Write it as 2026-10-01") from None


def _factor(text: str, where: str) -> float | None:
    if not text:
        return None
    if not _FACTOR.fullmatch(text):
        raise SpecialError(
            f"{where}: factor: {text!r} is no number from 0 to 999. Write 0.4 for 40 % of the calls"
        )
    return float(text)
