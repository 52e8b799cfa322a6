"""The daybook of a site, opened, and the desks that read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from archive.older import OlderDays
from archive.shelf import Shelf
from dashboard.concern import everything
from dashboard.desks import Desk
from dashboard.drill import Drill
from dashboard.report_desk import ReportDesk
from floorwatch.alerting import Alerting
from ingest.events import Millis
from ingest.ports import Clock
from stream.daybook_keeper import Daybook
from stream.daybook_past import Past
from stream.daybook_sqlite import DaybookFile
from stream.runner import Runner
from stream.sites import Site

FILE = "daybook.db"


@contextmanager
def daybook(folder: Path, site: Site, clock: Clock) -> Iterator[Daybook]:
    """A site's daybook, in its folder. Raises DaybookError."""
    with Daybook(DaybookFile(folder / FILE, site), site, clock) as book:
        yield book


def daybook_desks(runner: Runner, book: Daybook, alerts: Alerting, shelf: Shelf) -> list[Desk]:
    """The desks that open a figure to its calls, and tell of past days."""
    past = Past(book, lambda: runner.floor, OlderDays(shelf, runner.site))

    def incidents(start: Millis, end: Millis) -> list[dict[str, Any]]:
        told = alerts.ask("/incidents", {"from": str(start), "to": str(end)}, everything)
        return told if isinstance(told, list) else []

    return [
        Drill(lambda: runner.floor, past),
        ReportDesk(lambda: runner.floor, past, incidents),
    ]
