"""Where the witnesses of a day are found: files of an installation, running or stopped.

Everything is read beside whoever writes it.
"""

from collections.abc import Iterable, Iterator
from operator import itemgetter
from pathlib import Path

from archive.older import facts_of
from archive.shelf import Shelf
from floorwatch import replay, wiring
from floorwatch.daybook_wiring import FILE as DAYBOOK_FILE
from floorwatch.last_figures_wiring import FILE as SHOWN_FILE
from floorwatch.urls import Url
from ingest import wire
from ingest.events import Event, Gap, Millis
from reports.testimony import Testimony
from stream import segments
from stream.daybook import PLACES, Entry
from stream.daybook_sqlite import DaybookPages
from stream.floor import Floor
from stream.intervals import Calendar
from stream.last_figures import LastFigures
from stream.last_figures_sqlite import of_day
from stream.ports import Position
from stream.sites import Site

BACK_MS = 86_400_000
"""How long before a day the journal is read from: calls, and agents' states, that reach into it."""


class Records:
    """What one site has kept of one business day. `folder` is the site's own."""

    def __init__(self, site: Site, folder: Path, day: Millis) -> None:
        self.site, self.day = site, day
        self.calendar = Calendar(site.time_zone, site.day_start_min, site.interval_ms)
        self._folder = folder

    @property
    def end(self) -> Millis:
        """When the day was over, or will be."""
        return self.calendar.next_day(self.day)

    def shown(self) -> list[LastFigures]:
        """What the walls showed last in each interval. Raises LastFiguresError."""
        return of_day(self._folder / SHOWN_FILE, self.day)

    def entries(self) -> list[tuple[Position, Entry]]:
        """What the daybook was told of the day, in the order of the journal. Raises DaybookError."""
        path = self._folder / DAYBOOK_FILE
        if not path.exists():
            return []
        return sorted(_entries(DaybookPages(path, self.site), self.day), key=itemgetter(0))

    def archive(self, shelf: Shelf) -> Testimony | None:
        """What stands in the archive; None if the day is not there. Raises ShelfError."""
        date = self.calendar.date_of(self.day)
        if shelf.about(self.site.id, date) is None:
            return None
        told = self._testimony("archive")
        told.take((1, fact) for fact in facts_of(shelf.load(self.site.id, date)))
        return told

    def journal(self, into: "Gaps", damage: list[str]) -> Testimony:
        """The journal read anew, by a floor that knows nothing. `damage` takes what was unreadable."""
        told = self._testimony("journal")
        entries: list[Entry] = []
        floor = Floor(self.site, log=entries, keep_days=None)
        for event in self._events(damage):
            into.see(event)
            floor.apply(event)
            told.take(entries)
            entries.clear()
        return told

    def _events(self, damage: list[str]) -> Iterator[Event]:
        since = self.day - BACK_MS
        for stored in segments.read(self._folder / "journal", 0, damage.append):
            if stored.recvtime < since:
                continue
            for payload in stored.payloads:
                try:
                    yield wire.decode(payload, stored.recvtime)
                except wire.WireError as error:
                    damage.append(f"position {stored.first}: {error}")

    def log(self, url: Url, damage: list[str]) -> tuple[Testimony, Millis, Millis]:
        """The PBX's own log as the only witness, and when it begins and ends."""
        told = self._testimony("queue_log")
        entries: list[Entry] = []
        floor = Floor(self.site, log=entries, keep_days=None)
        reading = replay.Reading()
        begins: Millis | None = None
        ends: Millis = 0
        for event in wiring.replayed(wiring.Tape(url=url, site=self.site, reading=reading)):
            begins = event.time if begins is None else begins
            ends = max(ends, event.time)
            floor.apply(event)
            told.take(entries)
            entries.clear()
        floor.finish()
        told.take(entries)
        damage.extend(reading.reasons)
        return told, begins or 0, ends

    def _testimony(self, name: str) -> Testimony:
        return Testimony(name, self.calendar, self.day)

    def of(self, name: str, entries: Iterable[tuple[Position, Entry]]) -> Testimony:
        """What these entries of the daybook add up to."""
        told = self._testimony(name)
        told.take(entry for _, entry in entries)
        return told


class Gaps:
    """The spans of which sources said that they missed events."""

    def __init__(self) -> None:
        self.spans: list[tuple[Millis, Millis]] = []

    def see(self, event: Event) -> None:
        if isinstance(event.data, Gap):
            self.spans.append((event.data.start_at, event.data.end_at))


def _entries(book: DaybookPages, day: Millis) -> Iterable[tuple[Position, Entry]]:
    for page in book.pages(day, book.reached(), PLACES):
        for turn in page:
            for place in PLACES.values():
                for entry in getattr(turn, place):
                    yield turn.position, entry
