"""The invented days before today, so that a demo has a yesterday: written into its archive, newest first.

    python -m floorwatch.invented_past FOLDER DAYS

It is a process of its own at the lowest priority: the living floor must not feel it.
"""

import os
import signal
import sys
from datetime import timedelta
from pathlib import Path

import polars as pl
from msgspec import structs

from archive import rows
from archive.about import Why
from archive.closing import Bounds
from archive.shelf import Shelf
from floorwatch import invented, settings
from floorwatch.demo import SITE
from ingest.clock import SystemClock
from ingest.events import Millis
from simulators.floor_sim import simulate
from simulators.scenario import Scenario
from stream import daybook
from stream.daybook import Entry
from stream.floor import Floor
from stream.sites import Site

ORIGIN = "simulate:demo"
_AT_ONCE = 2_000


def write(site: Site, shelf: Shelf, now: Millis, days: int, scenario: Scenario) -> int:
    """Write the business days before the running one that are not there, the newest first; how many.

    What is compared with yesterday must be like it: the scenario is that of the running day.
    """
    bounds = Bounds(site)
    today = bounds.calendar.date_of(now)
    written = 0
    for back in range(1, days + 1):
        date = today - timedelta(days=back)
        if shelf.about(site.id, date) is None:
            day = bounds.calendar.begin(date)
            about = structs.replace(bounds.about(day, now, Why.IMPORTED), origin=ORIGIN)
            shelf.write(about, told(bounds, day, scenario))
            written += 1
    return written


def told(bounds: Bounds, day: Millis, scenario: Scenario) -> pl.DataFrame:
    """A day that begins at `day`, by the floor that runs live; the same whenever it is asked for."""
    site, calendar = bounds.site, bounds.calendar
    end = calendar.next_day(day)
    entries: list[Entry] = []
    kept: list[Entry] = []
    callers: dict[str, str] = {}
    floor = Floor(site, log=entries)
    for event in simulate(scenario, calendar.date_of(day).toordinal(), day, until=end):
        floor.apply(event)
        if len(entries) >= _AT_ONCE:
            _move(entries, kept, callers, floor)
    _move(entries, kept, callers, floor)
    frame = rows.frame(daybook.standing(kept), callers, calendar)
    return rows.within(frame, day, end)


def _move(entries: list[Entry], kept: list[Entry], callers: dict[str, str], floor: Floor) -> None:
    callers |= daybook.taken(0, entries, floor.state.visits).callers
    kept += entries
    entries.clear()


def main(folder: Path, days: int) -> None:
    """Write the past of the demo whose data are in `folder`."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the demo, which ends us
    os.nice(19)
    site = invented.as_it_runs(settings.parse(SITE).sites[0])
    write(site, Shelf(folder / "archive"), SystemClock().now(), days, invented.scenario_for(site))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
