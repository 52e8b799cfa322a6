"""One day, told in four ways, is one day: the wall's sums at its end, the day's report, the sum of its
intervals and its share of the month are equal, exactly, for every figure that adds up.
"""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from floorwatch import replay, wiring
from floorwatch.urls import Url
from ingest.events import Event
from reports.basis import Basis, Request
from reports.build import basis_of, sections
from reports.model import Kind, Section, Span, Table
from reports.source import Source
from reports.span import around
from simulators.floor_sim import simulate
from simulators.scenario_file import preset, presets
from stream.ledger import Cell, add_up
from stream.metrics import AGENT_NAMES, NAMES, aht_ms, asa_ms, service_level
from stream.sites import ServiceLevel, Site

HOUR = 3_600_000
EVERYTHING = os.environ.get("FLOORWATCH_EVERY_DAY") == "true"
SHARED = Path(__file__).resolve().parents[3] / "shared"
BANK = SHARED / "data" / "anonbank_1999_02_calls.csv.gz"
RECORDED = sorted(path.parent for path in (SHARED / "recordings").glob("*/ami.jsonl.gz"))
needs_everything = pytest.mark.skipif(
    not EVERYTHING, reason="takes minutes: set FLOORWATCH_EVERY_DAY=true"
)


@dataclass(frozen=True)
class Night:
    """A scenario that begins some hours before the end of a business day, and goes on after it."""

    zone: str
    day: date
    day_start_min: int = 0
    late: bool = False
    restart: bool = False
    hours: int = 2


NIGHTS = {
    "a restart at midnight, in the middle of calls": Night(
        "Asia/Shanghai", date(2026, 11, 20), late=True, restart=True
    ),
    "25 hours, from 04:00": Night("Europe/Berlin", date(2026, 10, 24), day_start_min=240),
    "23 hours, from midnight": Night("America/New_York", date(2026, 3, 8)),
    "23 hours, from 04:00, late": Night("Europe/Berlin", date(2026, 3, 28), 240, late=True),
}


@pytest.mark.parametrize("name", NIGHTS)
def test_a_night_is_told_alike(
    name: str,
    ran: Callable[..., Any],
    site_for: Callable[..., Site],
    late: Callable[..., Iterator[Event]],
    tmp_path: Path,
) -> None:
    night = NIGHTS[name]
    scenario = replace(
        preset("monday-rush"), time_zone=night.zone, day_start_min=night.day_start_min
    )
    site = site_for(scenario)
    calendar = Source(site, None, None).calendar
    over = calendar.next_day(calendar.begin(night.day))
    events = simulate(scenario, 1, over - night.hours * HOUR, until=over + HOUR)
    told = ran(
        site, late(events) if night.late else events, tmp_path, over if night.restart else None
    )
    assert night.day in told.days
    assert len(told.days) >= 2
    offered = [alike(told, day)["offered"] for day in told.days]
    assert sum(offered) > 10
    if night.late:
        assert any(account.corrected for account in told.ledger.queues.values())


def test_a_simulated_day_is_told_alike(
    ran: Callable[..., Any], site_for: Callable[..., Site], tmp_path: Path
) -> None:
    whole_day("quiet-day", ran, site_for, tmp_path, hours=24 if EVERYTHING else 5)


@needs_everything
@pytest.mark.parametrize("id_", [id_ for id_, _, _ in presets()])
def test_every_preset_is_told_alike(
    id_: str, ran: Callable[..., Any], site_for: Callable[..., Site], tmp_path: Path
) -> None:
    whole_day(id_, ran, site_for, tmp_path, hours=24)


def whole_day(
    id_: str, ran: Callable[..., Any], site_for: Callable[..., Site], folder: Path, hours: int
) -> None:
    scenario = preset(id_)
    site = site_for(scenario)
    start = Source(site, None, None).calendar.begin(date(2026, 11, 20))
    told = ran(site, simulate(scenario, 1, start, until=start + hours * HOUR), folder)
    assert alike(told, date(2026, 11, 20))["offered"] > 100


@pytest.mark.recordings
@pytest.mark.parametrize("name", [path.name for path in RECORDED] or ["none"])
def test_a_recording_is_told_alike(name: str, ran: Callable[..., Any], tmp_path: Path) -> None:
    if not RECORDED:
        absent("no recordings beside the checkout")
    if not (EVERYTHING or name == "probes-B"):
        pytest.skip("takes a minute: set FLOORWATCH_EVERY_DAY=true")
    folder, site, reading = SHARED / "recordings" / name, Site(id="replay"), replay.Reading()
    log = Url(scheme="queue_log+file", path=str(folder / "queue_log"))
    ami = Url(scheme="ami+file", path=str(folder / "ami.jsonl.gz"))
    main = wiring.replayed(wiring.Tape(url=ami, site=site, reading=reading))
    fill = wiring.filling(wiring.Tape(url=log, site=site, reading=reading))
    told = ran(site, replay.merged(main, fill), tmp_path)
    for day in told.days:
        alike(told, day)


@pytest.mark.recordings
def test_a_bank_day_of_1999_is_told_alike(ran: Callable[..., Any], tmp_path: Path) -> None:
    if not BANK.exists():
        absent("no data of 1999 beside the checkout")
    site, reading = Site(id="bank", time_zone="Asia/Jerusalem"), replay.Reading()
    calendar = Source(site, None, None).calendar
    day = date(1999, 2, 10)
    start, end = calendar.begin(day), calendar.begin(date(1999, 2, 11))
    tape = wiring.Tape(url=Url(scheme="calls+csv", path=str(BANK)), site=site, reading=reading)
    events = (event for event in wiring.replayed(tape) if start <= event.time < end)
    told = ran(site, events, tmp_path)
    assert alike(told, day)["offered"] > 1_000


def absent(what: str) -> None:
    pytest.fail(what) if os.environ.get("CI") == "true" else pytest.skip(what)


def alike(told: Any, day: date) -> Mapping[str, int]:
    """Hold the wall's sums at the end of a day against every report that tells of it."""
    start, end = told.calendar.begin(day), told.calendar.next_day(told.calendar.begin(day))
    live = {
        queue: add_up(cells)
        for queue, account in told.ledger.queues.items()
        if any(map(any, cells := within(account.cells, start, end)))
    }
    whole = add_up([list(sums.values()) for sums in live.values()])
    for source in (told.book, told.archive):
        basis = basis_of(Request(period=around(Span.DAY, day), now=end), source)
        assert {queue: basis.sums(queue) for queue in live} == live
        assert basis.sums() == whole
        people(basis, told, day)
        intervals(basis, told, start, end)
        report = sections(basis)
        tables(report, whole)
        ratios(report, live)
        month(source, day, whole, told.end)
    return whole


def within(cells: Mapping[int, Cell], start: int, end: int) -> list[Cell]:
    return [cell for at, cell in cells.items() if start <= at < end]


def people(basis: Basis, told: Any, day: date) -> None:
    """Each agent's sums and times, to the millisecond."""
    start, end = told.calendar.begin(day), told.calendar.next_day(told.calendar.begin(day))
    live = {
        agent: add_up(cells, AGENT_NAMES)
        for agent, account in told.ledger.agents.items()
        if any(map(any, cells := within(account.cells, start, end)))
    }
    rows = basis.tallies.agents.select("agent", *AGENT_NAMES).rows(named=True)
    found = {row.pop("agent"): row for row in rows}
    assert {agent: sums for agent, sums in found.items() if any(sums.values())} == live
    spent = {
        (agent, key): ms
        for agent, account in told.ledger.agents.items()
        for key, ms in account.spans.get(start, {}).items()
        if ms
    }
    states = basis.tallies.states.rows(named=True)
    assert {
        (row["agent"], f"{row['state']}:{row['reason']}" if row["reason"] else row["state"]): row[
            "ms"
        ]
        for row in states
        if row["ms"]
    } == spent


def intervals(basis: Basis, told: Any, start: int, end: int) -> None:
    """Each interval of each queue is the cell that the wall was fed from."""
    live = {
        (queue, at): cell
        for queue, account in told.ledger.queues.items()
        for at, cell in account.cells.items()
        if start <= at < end and any(cell)
    }
    rows = basis.tallies.queues.select("queue", "interval_at", *NAMES).rows()
    assert {(queue, at): list(cell) for queue, at, *cell in rows if any(cell)} == live


def tables(report: Sequence[Section], whole: Mapping[str, int]) -> None:
    """What stands in the tables: totals, and the sums of their rows."""
    for key in ("outcomes", "outcomes_intervals", "handling", "handling_intervals"):
        table = table_of(report, key)
        assert table.total is not None
        for column in table.columns[1:]:
            cells = [row[column.key] for row in table.rows]
            if column.kind in (Kind.COUNT, Kind.DURATION):
                assert table.total[column.key] == sum(cells)
            elif column.kind in (Kind.SHARE, Kind.MEAN):
                assert table.total[column.key] == [sum(each) for each in zip(*cells, strict=True)]
    outcomes = table_of(report, "outcomes").total or {}
    for name in ("offered", "answered", "abandoned", "abandoned_short", "blocked", "transferred"):
        assert outcomes[name] == whole[name]
    handling = table_of(report, "handling").total or {}
    for name in ("talk", "hold", "acw"):
        assert handling[name] == whole[f"{name}_ms"]


def ratios(report: Sequence[Section], live: Mapping[str, Mapping[str, int]]) -> None:
    """Shares and means are the quotients of `metrics`, of these very sums."""
    for row in table_of(report, "levels").rows:
        over, under = row["service"]
        sums = dict(live.get(row["id"], dict.fromkeys(NAMES, 0)))
        assert (over / under if under else None) == service_level(sums, ServiceLevel.SHORT_EXCLUDED)
    for row in table_of(report, "waits_answered").rows:
        total, many = row["asa"]
        sums = dict(live.get(row["id"], dict.fromkeys(NAMES, 0)))
        assert (total / many if many else None) == asa_ms(sums)
    for row in table_of(report, "handling").rows:
        total, many = row["aht"]
        sums = dict(live.get(row["id"], dict.fromkeys(NAMES, 0)))
        assert (total / many if many else None) == aht_ms(sums)


def month(source: Source, day: date, whole: Mapping[str, int], now: int) -> None:
    """The day's share of its month."""
    basis = basis_of(Request(period=around(Span.MONTH, day), now=now), source)
    assert basis.sums_by("day")[day] == whole


def table_of(report: Sequence[Section], key: str) -> Table:
    return next(table for section in report for table in section.tables if table.key == key)
