"""The section `volumes`: what came, and how it ended; by queue, over time, and when it was busiest."""

from reports.basis import Basis
from reports.figures import REASONS, columns
from reports.hours import by_hour
from reports.layout import DAY, INTERVAL, by_queue, over_time
from reports.model import Column, Section, Table

OUTCOMES = (
    *("offered", "answered", "abandoned", "abandoned_short", "overflowed", "blocked"),
    *("dropped_waiting", "dropped_talking", "completed", "transferred", "ghosts"),
)
BUSIEST = 5


def section(basis: Basis) -> Section:
    """Counts, each of which adds up over queues and time."""
    tables = [by_queue(basis, "outcomes", OUTCOMES)]
    overflows = by_queue(basis, "overflows", [f"overflowed_{reason}" for reason in REASONS])
    if overflows.total is not None and any(overflows.total.values()):
        tables.append(overflows)
    bars = (("offered", "answered", "abandoned"), ())
    tables.append(over_time(basis, "outcomes", OUTCOMES, chart=bars))
    if not basis.one_day:
        tables.append(by_hour(basis))
    tables.append(_busiest(basis))
    return Section(key="volumes", tables=tables)


def _busiest(basis: Basis) -> Table:
    """The intervals with the most arrivals."""
    names = ("offered", "answered", "abandoned")
    every = [
        (int(str(at)), sums) for at, sums in basis.sums_by("interval_at").items() if sums["offered"]
    ]
    most = sorted(every, key=lambda each: (-each[1]["offered"], each[0]))[:BUSIEST]
    rows = [
        {
            "day": basis.calendar.date_of(at).isoformat(),
            "interval": at,
            **{name: sums[name] for name in names},
        }
        for at, sums in most
    ]
    days: list[Column] = [] if basis.one_day else [DAY]
    return Table(key="busiest", columns=[*days, INTERVAL, *columns(names)], rows=rows)
