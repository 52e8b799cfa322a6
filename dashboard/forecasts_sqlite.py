"""The forecast of each day, as it was made in the night before, in the desks' file."""

from collections.abc import Iterable
from datetime import date

from msgspec import Struct

from dashboard.desk_file import DeskFile, told
from reports.plan_kept import KeptForecast, Row

KEPT_DAYS = 400
_TABLES = """
create table if not exists forecasts (
    day text not null, queue text not null, told text not null, primary key (day, queue)
);
"""


class _Told(Struct, frozen=True):
    day: date
    queue: str
    rows: list[Row]


class SqliteForecasts:
    """Raises DeskFileError, from every method."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        file.create(_TABLES)

    def keep(self, forecasts: Iterable[KeptForecast]) -> None:
        """Keep these; of a day and queue the first that was made stands."""
        with self._file.transaction():
            for each in forecasts:
                day, rows = each.day.isoformat(), _Told(each.day, each.queue, list(each.rows))
                self._file.write(
                    "insert or ignore into forecasts values (?, ?, ?)",
                    (day, each.queue, told(rows)),
                )
            self._file.write(
                "delete from forecasts where day < (select date(max(day), ?) from forecasts)",
                (f"-{KEPT_DAYS} days",),
            )

    def between(self, first: date, last: date) -> list[KeptForecast]:
        """Those of these days, both included."""
        query = "select told from forecasts where day between ? and ? order by day, queue"
        found = self._file.records(_Told, query, (first.isoformat(), last.isoformat()))
        return [KeptForecast(each.day, each.queue, tuple(each.rows)) for each in found]
