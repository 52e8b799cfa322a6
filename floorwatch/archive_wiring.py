"""The archive of an installation, and what writes it beside a running site."""

from pathlib import Path

from archive.shelf import Shelf
from floorwatch import wiring
from floorwatch.archiving import Archiving
from floorwatch.daybook_wiring import FILE
from floorwatch.settings_types import Settings
from ingest.events import Millis
from ingest.ports import Clock
from stream.daybook_keeper import Daybook
from stream.daybook_kept import Kept
from stream.daybook_sqlite import DaybookPages
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


def kept_daybook(settings: Settings, site: Site) -> Kept | None:
    """What a site's daybook has, also while a floor writes it; None if there is none."""
    path = daybook_of(settings, site.id)
    return Kept(DaybookPages(path, site)) if path.exists() else None


def live_days(settings: Settings, site: Site) -> frozenset[Millis]:
    """When the business days began that a site's daybook tells of. Raises DaybookError."""
    kept = kept_daybook(settings, site)
    return frozenset(kept.days() if kept is not None else ())
