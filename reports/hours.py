"""The course of a usual day: the sums of a span by the hour on the wall's clock."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from reports.basis import Basis
from reports.figures import cells, columns
from reports.model import Chart, Column, Kind, Table
from stream.metrics import NAMES

_NAMES = ("offered", "answered", "abandoned", "answer_rate", "asa")


def by_hour(basis: Basis) -> Table:
    """A row per hour with anything in it, in the order of the business day."""
    zone = ZoneInfo(basis.site.time_zone)
    hours: dict[int, dict[str, int]] = {}
    for at, sums in basis.sums_by("interval_at").items():
        hour = datetime.fromtimestamp(int(str(at)) / 1000, UTC).astimezone(zone).hour
        total = hours.setdefault(hour, dict.fromkeys(NAMES, 0))
        for name, value in sums.items():
            total[name] += value
    begins = basis.site.day_start_min // 60
    order = sorted(hours, key=lambda hour: (hour - begins) % 24)
    return Table(
        key="hours",
        columns=[Column(key="hour", kind=Kind.TEXT), *columns(_NAMES)],
        rows=[{"hour": f"{hour:02}:00", **cells(hours[hour], _NAMES)} for hour in order],
        total=cells(basis.sums(), _NAMES) if hours else None,
        chart=Chart(x="hour", bars=("offered", "answered")),
    )
