"""The arrivals of past days, by queue and interval, in the desks' file: what a day is held against."""

from collections.abc import Mapping
from datetime import date, timedelta

import msgspec

from dashboard.desk_file import DeskFile

KEPT_DAYS = 60
_TABLES = """
create table if not exists arrival_days (
    day text not null,
    queue text not null,
    calls text not null,
    primary key (day, queue)
);
"""

Calls = Mapping[str, int]
"""Calls by the number of their interval in the business day; none where there were none."""


class ArrivalDays:
    """Raises DeskFileError, from every method."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        file.create(_TABLES)

    def keep(self, day: date, queues: Mapping[str, Calls]) -> None:
        """Keep a day as it is known now, in the place of what was known; drop what is too old."""
        with self._file.transaction():
            for queue, calls in queues.items():
                told = msgspec.json.encode(calls).decode()
                values = (day.isoformat(), queue, told)
                self._file.write("insert or replace into arrival_days values (?, ?, ?)", values)
            before = (day - timedelta(days=KEPT_DAYS)).isoformat()
            self._file.write("delete from arrival_days where day < ?", (before,))

    def of(self, day: date) -> dict[str, dict[str, int]]:
        """The calls of a day by queue; empty if it is not known."""
        rows = self._file.rows(
            "select queue, calls from arrival_days where day = ?", (day.isoformat(),)
        )
        return {
            row["queue"]: msgspec.json.decode(row["calls"], type=dict[str, int]) for row in rows
        }
