"""The archive of an installation, and what writes it beside a running site."""

from pathlib import Path

from archive.shelf import Shelf
from floorwatch import wiring
from floorwatch.archiving import Archiving
from floorwatch.daybook_wiring import FILE
from floorwatch.settings_types import Settings
from ingest.ports import Clock
from stream.daybook_keeper import Daybook
from stream.sites import Site


def shelf(settings: Settings) -> Shelf:
    """Where past days lie, of all sites."""
    return Shelf(settings.archive.root(wiring.data_folder(settings.stores)))


def daybook_of(settings: Settings, site: str) -> Path:
    """The file of a site's daybook."""
    return wiring.data_folder(settings.stores) / site / FILE


def archiving(settings: Settings, site: Site, book: Daybook, clock: Clock) -> Archiving:
    """What writes the days of a site from its daybook."""
    keeping = settings.archive.keeping
    return Archiving(shelf(settings), site, keeping, book, daybook_of(settings, site.id), clock)
