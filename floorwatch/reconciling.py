"""Holds the witnesses of a day against one another: what was on the wall, daybook, archive, journal, log."""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date as Date
from operator import itemgetter
from pathlib import Path

from msgspec import structs

from archive.shelf import Shelf
from floorwatch.urls import Url
from floorwatch.witnesses import Gaps, Records
from ingest.events import Millis
from reports.reconcile import Comparison, compared, judge_log, judge_ours, wall_offs
from reports.testimony import Testimony
from stream.daybook import Entry
from stream.daybook_past import sums_of
from stream.facts import Fact
from stream.intervals import Calendar
from stream.last_figures import LastFigures
from stream.ledger import Bookkeeper, Ledger
from stream.ports import Position
from stream.sites import Site

Numbered = Sequence[tuple[Position, Entry]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What is to be compared: a business day of a site, whose files are in `folder`.

    `log` is the PBX's own log, if it can be read here.
    """

    site: Site
    folder: Path
    archive: Path
    date: Date
    log: Url | None = None

    def calendar(self) -> Calendar:
        return Calendar(self.site.time_zone, self.site.day_start_min, self.site.interval_ms)

    @property
    def start(self) -> Millis:
        """When the day began."""
        return self.calendar().begin(self.date)


@dataclass(frozen=True, slots=True)
class Found:
    """What came out.

    `walls` compares what was last shown in each interval with the daybook as it was at that moment: it
    must be equal. `comparisons` are those of the day as it stands. `remarks` say what could not be
    compared, and why.
    """

    walls: Sequence[Comparison]
    comparisons: Sequence[Comparison]
    remarks: Sequence[str]

    @property
    def unexplained(self) -> int:
        """Figures of the walls that were wrong, and differences without a reason."""
        return sum(len(wall.offs) for wall in self.walls) + sum(
            each.unexplained or (len(each.offs) if not each.differences else 0)
            for each in self.comparisons
        )


def reconcile(day: Day) -> Found:
    """Compare all that was kept. Raises DaybookError, LastFiguresError, ShelfError, and what a log does."""
    records, remarks = Records(day.site, day.folder, day.start), list[str]()
    entries = records.entries()
    now = records.of("daybook", entries)
    shown = records.shown()
    comparisons = [
        *_wall(records, shown, entries, remarks),
        *_archive(records, day, entries, remarks),
    ]
    gaps = Gaps()
    damage: list[str] = []
    anew = records.journal(gaps, damage)
    remarks += [f"journal: {each}" for each in damage]
    if anew.facts or not now.facts:
        comparisons.append(compared(anew, now, judge_ours()))
    else:
        remarks.append("the journal has nothing of the day any more")
    if day.log is not None:
        comparisons.append(_log(records, day.log, now, gaps, remarks))
    return Found(list(_walls(records, shown, entries)), comparisons, remarks)


def _walls(
    records: Records, shown: Sequence[LastFigures], entries: Numbered
) -> Iterator[Comparison]:
    books = Bookkeeper(Ledger(), records.calendar)
    taken = 0
    for figures in sorted(shown, key=lambda each: each.position):
        until = bisect_right(entries, figures.position, key=itemgetter(0))
        for _, (sign, fact) in entries[taken:until]:
            books.enter(fact, sign)
        taken = until
        sums = {
            name: sums_of(books.ledger, records.day, records.end, [name])
            for name in books.ledger.queues
        }
        yield Comparison(names=("wall", "daybook"), offs=wall_offs(figures, sums), at=figures.at)


def _wall(
    records: Records, shown: Sequence[LastFigures], entries: Numbered, remarks: list[str]
) -> Iterator[Comparison]:
    """What was on the wall last, as facts, against the daybook as it stands."""
    if not shown:
        remarks.append("nothing was kept of what was on the walls")
        return
    last = shown[-1]
    if not last.day_end:
        remarks.append("the last figures of the walls are not of the day's end")
    then, late = _parted(records, entries, last.position)
    comparison = compared(then, records.of("daybook", entries), judge_ours(late))
    yield structs.replace(comparison, names=("wall", "daybook"), at=last.at)


def _archive(
    records: Records, day: Day, entries: Numbered, remarks: list[str]
) -> Iterator[Comparison]:
    shelf = Shelf(day.archive)
    kept, about = records.archive(shelf), shelf.about(day.site.id, day.date)
    if kept is None or about is None:
        remarks.append("the day is not in the archive")
        return
    _, late = _parted(records, entries, about.position)
    yield compared(kept, records.of("daybook", entries), judge_ours(late))


def _log(records: Records, url: Url, now: Testimony, gaps: Gaps, remarks: list[str]) -> Comparison:
    damage: list[str] = []
    log, begins, ends = records.log(url, damage)
    remarks.extend(f"queue_log: {each}" for each in damage)
    queues = frozenset(fact.queue for fact in log.facts if getattr(fact, "queue", ""))
    return compared(now, log, judge_log(gaps.spans, begins, ends, queues))


def _parted(
    records: Records, entries: Numbered, position: Position
) -> tuple[Testimony, list[Fact]]:
    """The daybook as it was when the journal had reached `position`, and what it was told later."""
    until = bisect_right(entries, position, key=itemgetter(0))
    later = Testimony("later", records.calendar, records.day)
    # Both what was stated and what was taken back: entered with the sign dropped.
    later.take((1, fact) for _, (_, fact) in entries[until:])
    return records.of("then", entries[:until]), list(later.facts)
