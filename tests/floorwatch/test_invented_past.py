"""The demo's past, and how days of the archive are read as if they stood in the daybook."""

from pathlib import Path

import polars as pl
import pytest

from archive.closing import Bounds
from archive.older import OlderDays, facts_of
from archive.shelf import Shelf
from floorwatch import invented, settings
from floorwatch.demo import SITE
from floorwatch.invented_past import told, write
from simulators.scenario import Scenario, busier
from stream.daybook import PLACES
from stream.daybook_day import Narrowed, Visited, counting, ledger_of
from stream.daybook_sqlite import DaybookError, DaybookFile, Reading
from stream.facts import ArrivalFact
from stream.ledger import add_up
from stream.metrics import NAMES
from stream.sites import Site

NOW = 1_795_334_400_000
"""2026-11-22 16:00 in Shanghai."""
DAY_MS = 86_400_000


@pytest.fixture(scope="module")
def site() -> Site:
    return invented.as_it_runs(settings.parse(SITE).sites[0])


def quiet(site: Site) -> Scenario:
    """The demo's day with a quarter of its calls: it takes a second, not five."""
    return busier(invented.scenario_for(site), 0.25)


@pytest.fixture(scope="module")
def shelf(site: Site, tmp_path_factory: pytest.TempPathFactory) -> Shelf:
    made = Shelf(tmp_path_factory.mktemp("archive"))
    assert write(site, made, NOW, 2, quiet(site)) == 2
    return made


@pytest.fixture
def reading(site: Site, shelf: Shelf, tmp_path: Path) -> Reading:
    book = DaybookFile(tmp_path / "daybook.db", site)
    try:
        return OlderDays(shelf, site).behind(Reading(book, [], 0), book.days())
    finally:
        book.close()


def test_the_days_before_today_are_written_once(site: Site, shelf: Shelf) -> None:
    assert [str(day) for day in shelf.days(site.id)] == ["2026-11-20", "2026-11-21"]
    assert write(site, shelf, NOW, 2, quiet(site)) == 0
    saturday, friday = (shelf.load(site.id, day) for day in reversed(shelf.days(site.id)))
    arrivals = [rows.filter(pl.col("kind") == "arrival").height for rows in (friday, saturday)]
    assert arrivals[0] > 1.05 * arrivals[1] > 1_000
    assert set(friday["kind"]) == {"arrival", "wait", "handle", "ring", "span", "score"}


def test_an_invented_day_is_the_same_whenever_it_is_asked_for(site: Site, shelf: Shelf) -> None:
    bounds = Bounds(site)
    first = shelf.days(site.id)[0]
    again = told(bounds, bounds.calendar.begin(first), quiet(site))
    assert again.equals(shelf.load(site.id, first))


def test_a_day_of_the_archive_adds_up_as_one_of_the_daybook(
    site: Site, shelf: Shelf, reading: Reading
) -> None:
    days = OlderDays(shelf, site).days()
    ledger = ledger_of(reading, days, days[0], days[-1] + DAY_MS)
    rows = pl.concat([shelf.load(site.id, date) for date in shelf.days(site.id)])
    for queue in site.queues:
        sums = add_up(ledger.queues[queue].cells.values(), NAMES)
        of_queue = rows.filter(pl.col("queue") == queue)
        assert sums["offered"] == of_queue.filter(pl.col("kind") == "arrival").height > 0
        assert sums["wait_ms_all"] == of_queue.filter(pl.col("kind") == "wait")["wait_ms"].sum()
    assert sum(1 for _ in facts_of(rows)) == rows.height


def test_its_figures_open_to_their_calls(site: Site, shelf: Shelf, reading: Reading) -> None:
    day = OlderDays(shelf, site).days()[0]
    narrowed = Narrowed(day, day + DAY_MS, frozenset(["sales"]))
    facts = counting(reading, [day], {"abandoned": 1}, narrowed)
    assert facts
    told_of = Visited(reading, [day], {fact.visit for fact in facts})
    call = told_of.told(facts[0])
    assert call.end == "abandoned"
    assert call.caller is not None
    assert call.caller.startswith("•••")
    arrivals = list(reading.entries(day, [ArrivalFact]))
    assert {type(fact) for _, fact in arrivals} == {ArrivalFact}


def test_what_is_not_there_has_nothing_and_what_is_damaged_is_said(
    site: Site, shelf: Shelf, reading: Reading, tmp_path: Path
) -> None:
    older = OlderDays(shelf, site)
    assert older.mark(older.days()[0]) == 1
    assert older.mark(NOW) == 0
    assert list(reading.entries(NOW // DAY_MS * DAY_MS, PLACES)) == []
    broken = Shelf(tmp_path / "broken")
    path = broken.path(site.id, shelf.days(site.id)[0])
    path.parent.mkdir(parents=True)
    path.write_bytes(b"no parquet")
    with pytest.raises(DaybookError, match=r"facts\.parquet"):
        OlderDays(broken, site).mark(older.days()[0])
