"""Days that a real floor has run through: its live sums, its daybook on disk, its archive."""

import itertools
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from random import Random

import msgspec
import pytest

from archive.closing import Bounds, close
from archive.shelf import Shelf
from ingest.events import Event, Millis
from reports.source import Book, Source
from simulators.scenario import Scenario
from stream import daybook
from stream.daybook import Entry, Taken
from stream.daybook_kept import Kept
from stream.daybook_sqlite import DaybookFile, DaybookPages
from stream.floor import Floor
from stream.intervals import Calendar
from stream.ledger import Ledger
from stream.sites import AgentCard, QueueCard, Site

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Ran:
    """What is left of a run: the live sums, and the same facts from the daybook and from the archive."""

    site: Site
    calendar: Calendar
    ledger: Ledger
    days: list[date]
    book: Source
    archive: Source
    end: Millis


def site_of(scenario: Scenario, time_zone: str = "", day_start_min: int = -1) -> Site:
    """The settings of a simulated site; every tenth of its people is a lead."""
    return Site(
        id=scenario.site,
        time_zone=time_zone or scenario.time_zone,
        day_start_min=scenario.day_start_min if day_start_min < 0 else day_start_min,
        queues={plan.id: QueueCard(id=plan.id, names=plan.names) for plan in scenario.queues},
        agents={
            plan.id: AgentCard(id=plan.id, names=plan.names, team=plan.team, lead=not n % 10)
            for n, plan in enumerate(scenario.agents)
        },
        teams=scenario.teams,
    )


def some_late(events: Iterable[Event], seed: int = 1) -> Iterator[Event]:
    """The same events, and one in fifty comes up to some hundred places later than it should."""
    draw, held = Random(seed), list[tuple[int, Event]]()
    for place, event in enumerate(events):
        if draw.random() < 0.02:
            held.append((place + draw.randrange(1, 300), event))
            continue
        yield event
        for due in [each for each in held if each[0] <= place]:
            held.remove(due)
            yield msgspec.structs.replace(due[1], recvtime=max(due[1].recvtime, event.recvtime))
    yield from (event for _, event in held)


def run(site: Site, events: Iterable[Event], folder: Path, restart_at: Millis | None = None) -> Ran:
    """Put events through a floor as it runs live; close each of its days into an archive."""
    log: list[Entry] = []
    floor = Floor(site, log=log, keep_days=None)
    held: list[Taken] = []
    end: Millis = 0
    rest = iter(events)
    for position in itertools.count(1):
        chunk = list(itertools.islice(rest, _CHUNK))
        for event in chunk:
            if restart_at is not None and event.time >= restart_at:
                restart_at = None
                floor = Floor(site, Floor.load(floor.dump()), log=log, keep_days=None)
            floor.apply(event)
            end = max(end, event.time)
        if not chunk:
            floor.finish()
        held.append(daybook.taken(position, log, floor.state.visits))
        log.clear()
        if not chunk:
            break
    file = DaybookFile(folder / "daybook.db", site)
    file.write(held, position, end)
    file.close()
    pages = DaybookPages(folder / "daybook.db", site)
    kept = Kept(pages)
    shelf, bounds = Shelf(folder / "archive"), Bounds(site)
    days = kept.days()
    for day in days:
        close(shelf, bounds, kept, day, end)
    return Ran(
        site=site,
        calendar=floor.calendar,
        ledger=floor.state.ledger,
        days=[floor.calendar.date_of(day) for day in days],
        book=Source(site, None, Book(kept.reading(), kept.marks(days))),
        archive=Source(site, shelf, None),
        end=end,
    )


@pytest.fixture(scope="session")
def ran() -> Callable[..., Ran]:
    return run


@pytest.fixture(scope="session")
def site_for() -> Callable[..., Site]:
    return site_of


@pytest.fixture(scope="session")
def late() -> Callable[..., Iterator[Event]]:
    return some_late
