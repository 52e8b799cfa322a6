"""Reads `[site.breaks]`: how many may be away from a queue's people at once, and how many must stay."""

from typing import Any

from floorwatch.settings_reader import Table, kind_of
from floorwatch.settings_values import ValueMistakeError
from planning.advice import Limits

_MOST = 10_000


def read_breaks(table: Table) -> Limits:
    """The limits of this table, of each queue; problems go to its findings."""
    default = Limits()
    return Limits(
        cap=table.read("cap", _people, default.cap),
        least=table.read("least", _people, default.least),
    )


def _people(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValueMistakeError(f"this is {kind_of(value)}", "Write a whole number of people: 3")
    if not 0 <= value <= _MOST:
        raise ValueMistakeError(f"{value} is outside", f"Write 0 to {_MOST}")
    return value
