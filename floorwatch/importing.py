"""Import: past days of other systems, through the very floor that runs live, into the archive.

A daybook of its own, in a folder that is gone afterwards, takes what the floor states: however long
the past is, no more than a day of facts is held.
"""

import heapq
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from msgspec import structs

from archive.about import About, Why
from archive.closing import Bounds, day_rows, replace
from archive.shelf import Shelf
from floorwatch import wiring
from floorwatch.replay import Progress, Reading
from floorwatch.settings_values import ValueMistakeError
from floorwatch.urls import Url
from ingest.counts_csv_file import read as read_counts
from ingest.counts_csv_lines import Count
from ingest.events import Event, Millis
from stream import daybook
from stream.daybook import Entry
from stream.daybook_kept import Kept
from stream.daybook_sqlite import DaybookFile
from stream.facts import ArrivalFact
from stream.floor import Floor
from stream.sites import Site
from stream.visits import VisitsState

COUNTS = "counts+csv"
ALIASES = {"queue_log": "queue_log+file"}
"""Sources that run, by what reads them as a file."""
_NUMBERED = frozenset({"ami+file", "queue_log+file", "calls+csv"})
"""What is numbered as it is read: two files of it are two runs of their source."""
_EVERY = 500
TOGETHER_MS = 2 * 3_600_000
"""So long two files may tell of the same time: calls that were under way when the first was closed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is to be imported, of which site. `live` are the days that a daybook of the site has."""

    urls: Sequence[Url]
    bounds: Bounds
    now: Millis
    live: frozenset[Millis] = frozenset()
    replace: bool = False

    @property
    def site(self) -> Site:
        return self.bounds.site


@dataclass(slots=True)
class Imported:
    """What became of the days."""

    written: list[About] = field(default_factory=list)
    unchanged: int = 0
    refused: list[str] = field(default_factory=list)
    """Days that the live floor wrote."""
    unfinished: list[str] = field(default_factory=list)
    """Days that are not over."""


Shown = Callable[[str], AbstractContextManager[Progress | None]]
"""Shows how far what is being done is."""


def run(wishes: Wishes, shelf: Shelf, reading: Reading, shown: Shown) -> Imported:
    """Import. Raises ShelfError, DaybookError, ValueMistakeError, and what the sources raise."""
    _checked(wishes.urls)
    with tempfile.TemporaryDirectory(prefix="floorwatch-import-") as folder:
        file = DaybookFile(Path(folder) / "daybook.db", wishes.site)
        try:
            book = _Book(file)
            with shown("reading") as progress:
                if wishes.urls[0].scheme == COUNTS:
                    _take_counts(wishes, book, progress)
                else:
                    _take_events(wishes, book, reading, progress)
            book.write()
            with shown("writing") as progress:
                return _archived(wishes, shelf, Kept(file), progress)
        finally:
            file.close()


class _Book:
    """What a floor states, on its way into a daybook's file."""

    def __init__(self, file: DaybookFile) -> None:
        self.entries: list[Entry] = []
        self.position = 0
        self._file = file
        self._held: list[daybook.Taken] = []
        self._many = 0

    def take(self, visits: VisitsState) -> None:
        self.position += 1
        self._many += len(self.entries)
        self._held.append(daybook.taken(self.position, self.entries, visits))
        self.entries.clear()
        if self._many >= daybook.MANY:
            self.write()

    def write(self) -> None:
        # Told the time of no day at all: nothing is too old to be kept here.
        self._file.write(self._held, self.position, 0)
        self._held.clear()
        self._many = 0


def _checked(urls: Sequence[Url]) -> None:
    for url in urls:
        if urls.count(url) > 1:
            raise ValueMistakeError(f"{url}: named twice", "Name each source once")
    of_counts = [url.scheme == COUNTS for url in urls]
    if any(of_counts) and not all(of_counts):
        odd = urls[of_counts.index(not of_counts[0])]
        raise ValueMistakeError(f"{odd}: counts and single calls", "Import one kind at a time")


def _take_events(wishes: Wishes, book: _Book, reading: Reading, read: Progress | None) -> None:
    floor = Floor(wishes.site, log=book.entries)
    spans: dict[str, tuple[Millis, Millis]] = {}
    tapes = [
        _told(number, url, wishes, reading, read, spans) for number, url in enumerate(wishes.urls)
    ]
    for event in heapq.merge(*tapes, key=lambda event: event.recvtime):
        floor.apply(event)
        if book.entries:
            book.take(floor.state.visits)
    floor.finish()
    if book.entries:
        book.take(floor.state.visits)
    _apart(spans)


def _told(
    number: int,
    url: Url,
    wishes: Wishes,
    reading: Reading,
    read: Progress | None,
    spans: dict[str, tuple[Millis, Millis]],
) -> Iterator[Event]:
    """The events of one source, and from when to when they were."""
    of_all = len(wishes.urls)

    def share(done: int, total: int) -> None:
        if read is not None and total:
            read(number * 1_000 + done * 1_000 // total, of_all * 1_000)

    tape = wiring.Tape(
        url=url, site=wishes.site, reading=reading, recvtime=wishes.now, progress=share
    )
    first = last = 0
    for event in wiring.replayed(tape):
        first = first or event.time
        last = max(last, event.time)
        yield structs.replace(event, epoch=f"{number}") if url.scheme in _NUMBERED else event
    if first:
        spans[str(url)] = (first, last)


def _apart(spans: dict[str, tuple[Millis, Millis]]) -> None:
    """Two files of the same calls would count them twice."""
    order = sorted(spans.items(), key=lambda each: each[1])
    for (one, (_, end)), (other, (start, _)) in pairwise(order):
        if end - start > TOGETHER_MS:
            raise ValueMistakeError(
                f"{one} and {other} tell of the same hours",
                "Import one of them: calls that both know would count twice",
            )


def _take_counts(wishes: Wishes, book: _Book, read: Progress | None) -> None:
    """Arrivals alone: what became of these calls, nobody knows. They are spread over their interval."""
    nobody, known = VisitsState(), dict[tuple[str, Millis], str]()
    zone = ZoneInfo(wishes.site.time_zone)
    for url in wishes.urls:
        counts = read_counts(Path(url.path), zone)
        for number, count in enumerate(counts, 1):
            other = known.setdefault((count.queue, count.start_at), str(url))
            if other != str(url):
                raise ValueMistakeError(
                    f"{url} and {other} tell of the same hours", "Import one of them"
                )
            book.entries += [(1, fact) for fact in _arrivals(count)]
            if book.entries:
                book.take(nobody)
            if read is not None and number % _EVERY == 0:
                read(number, len(counts))


def _arrivals(count: Count) -> Iterator[ArrivalFact]:
    many, long = round(count.calls), count.end_at - count.start_at
    queue = count.queue or "all"
    for n in range(many):
        at = count.start_at + n * long // many
        yield ArrivalFact(at, queue, f"counted/{queue}/{count.start_at}/{n}")


def _archived(wishes: Wishes, shelf: Shelf, kept: Kept, written: Progress | None) -> Imported:
    bounds, found = wishes.bounds, Imported()
    origin = ", ".join(f"{url.scheme}:{Path(url.path).name}" for url in wishes.urls)
    days = kept.days()
    for number, day in enumerate(days, 1):
        about = structs.replace(bounds.about(day, wishes.now, Why.IMPORTED), origin=origin)
        standing = shelf.about(about.site, about.day)
        live = day in wishes.live or (standing is not None and not standing.origin)
        if about.end > wishes.now:
            found.unfinished.append(about.day.isoformat())
        elif live and not wishes.replace:
            found.refused.append(about.day.isoformat())
        else:
            new = day_rows(kept.reading(), bounds.calendar, day)
            told = replace(shelf, bounds, about, new)
            if told is None:
                found.unchanged += 1
            else:
                found.written.append(told)
        if written is not None:
            written(number, len(days))
    return found
