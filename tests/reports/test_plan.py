"""The plan: what past days say of the next ones, and whom these need."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from archive.about import About, Why
from archive.rows import frame
from archive.shelf import Shelf
from dashboard.desk_file import DeskFile
from dashboard.forecasts_sqlite import SqliteForecasts
from planning.shifts import Shift
from planning.staffing import Goal, Traffic, need
from reports.model import Report, Table
from reports.plan import AHEAD_DAYS, FEWEST, NoHistoryError, Plan, of_today, planned, rostered_at
from reports.plan_kept import KeptForecast, held
from reports.section_plan import nothing_yet, report
from reports.source import Source
from reports.words import Wording
from stream.facts import DEFINITION, ArrivalFact, Fact, HandleFact, SpanFact, WaitFact
from stream.intervals import Calendar
from stream.sites import QueueCard, Site
from tests.reports.keys import said

SITE = Site(
    id="hq",
    time_zone="Asia/Shanghai",
    queues={
        "sales": QueueCard(id="sales", target_ms=20_000, goal=0.8, names={"en": "Sales"}),
        "rare": QueueCard(id="rare"),
    },
)
CALENDAR = Calendar(SITE.time_zone)
FIRST, TODAY = date(2026, 10, 5), date(2026, 11, 2)
HOUR = 3_600_000
PER_HOUR = 60


def day_of_facts(day: date, rng: np.random.Generator) -> list[Fact]:
    """Twelve hours at some sixty calls an hour, half of that at weekends; three minutes each."""
    start, facts = CALENDAR.begin(day), list[Fact]()
    rate = PER_HOUR // 2 if day.weekday() > 4 else PER_HOUR
    for hour in range(8, 20):
        for n in range(int(rng.poisson(rate))):
            at = start + hour * HOUR + int(rng.integers(HOUR))
            gone = n % 20 == 0
            facts += [
                ArrivalFact(at, "sales", f"{at}"),
                WaitFact(
                    at + 10_000, "sales", f"{at}", "" if gone else "ann", 10_000, 20_000, 5_000,
                    answered=not gone, abandoned=gone,
                ),
            ]  # fmt: skip
            if not gone:
                facts.append(HandleFact(at + 190_000, "sales", f"{at}", "ann", 180_000, 0))
    facts.append(ArrivalFact(start + 12 * HOUR, "rare", f"r{start}"))
    facts.append(SpanFact(start + 16 * HOUR, start + 8 * HOUR, "ann", "", "ready", ""))
    facts.append(SpanFact(start + 18 * HOUR, start + 16 * HOUR, "ann", "", "not_ready", "break"))
    return facts


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    shelf = Shelf(Path(tmp_path_factory.mktemp("archive")))
    rng = np.random.default_rng(7)
    day = FIRST
    while day < TODAY:
        start, end = CALENDAR.begin(day), CALENDAR.begin(day + timedelta(days=1))
        about = About(
            site="hq",
            day=day,
            start=start,
            end=end,
            time_zone=SITE.time_zone,
            day_start_min=0,
            interval_ms=900_000,
            definition=DEFINITION,
            written_at=end,
            why=Why.CLOSED,
        )
        shelf.write(about, frame(day_of_facts(day, rng), {}, CALENDAR))
        day += timedelta(days=1)
    return Source(SITE, shelf, None)


@pytest.fixture(scope="module")
def plan(source: Source) -> Plan:
    return planned(source, TODAY)


def table(told: Report, key: str) -> Table:
    return next(table for section in told.sections for table in section.tables if table.key == key)


def test_two_weeks_are_forecast_from_whole_days_before_them(plan: Plan) -> None:
    days = {day.day: day for day in plan.days("sales")}
    assert (min(days), max(days)) == (TODAY, TODAY + timedelta(days=AHEAD_DAYS - 1))
    assert plan.learnt_from == 28
    monday, sunday = days[TODAY], days[TODAY + timedelta(days=6)]
    assert monday.total == pytest.approx(12 * PER_HOUR, rel=0.1)
    assert sunday.total == pytest.approx(6 * PER_HOUR, rel=0.15)
    assert monday.total_low < monday.total < monday.total_high


def test_what_a_queue_asks_of_people_is_learnt(plan: Plan) -> None:
    sales = plan.habits["sales"]
    assert sales.handling_s == pytest.approx(180)
    # All have waited ten seconds, and the first of an hour, and of every twenty, gave up.
    assert sales.patience_s == pytest.approx(167, rel=0.1)
    assert plan.shrinkage == pytest.approx(0.2)


def test_each_interval_has_the_agents_that_its_goal_needs(plan: Plan) -> None:
    sales = plan.habits["sales"]
    slot = next(slot for slot in plan.slots if slot.queue == "sales" and slot.calls > 20)
    assert slot.need is not None
    assert sales.handling_s is not None
    traffic = Traffic(
        calls=round(slot.calls, 2),
        span_s=1_800,
        handling_s=sales.handling_s,
        patience_s=sales.patience_s,
    )
    goal = Goal(level=0.8, target_s=20, occupancy=plan.occupancy)
    assert slot.need == need(traffic, goal, shrinkage=plan.shrinkage)
    assert slot.need.rostered > slot.need.agents


def test_of_a_queue_with_too_few_calls_nothing_is_made_up(plan: Plan) -> None:
    assert len(plan.habits) == 1 or plan.habits["rare"].handling_s is None
    assert all(slot.need is None for slot in plan.slots if slot.queue == "rare")
    told = report(plan, CALENDAR.begin(TODAY), queues=frozenset({"sales", "rare"}))
    assert "need_unknown" in {note.key for section in told.sections for note in section.notes}
    assert FEWEST > 1


def shift(agent: str, since: int, until: int, *queues: str) -> Shift:
    start = CALENDAR.begin(TODAY)
    return Shift(
        agent=agent,
        day=TODAY,
        start_at=start + since * HOUR,
        end_at=start + until * HOUR,
        queues=queues,
    )


def test_the_roster_is_held_against_the_need(plan: Plan) -> None:
    shifts = [shift("ann", 8, 16, "sales"), shift("bob", 8, 12), shift("cat", 8, 16, "vip")]
    at = CALENDAR.begin(TODAY) + 9 * HOUR
    assert rostered_at(shifts, at, frozenset({"sales"})) == 2
    assert rostered_at(shifts, at + 4 * HOUR, frozenset({"sales"})) == 1
    now = at + 60_000
    told = report(plan, now, shifts=shifts, signed_in=2, queues=frozenset({"sales"}))
    row = next(row for row in table(told, "plan_need").rows if row["interval"] == at)
    assert row["rostered"] == 2
    assert row["roster_gap"] == 2 - row["roster_needed"]
    notes = {note.key: note for section in told.sections for note in section.notes}
    assert notes["need_now"].values == {"agents": row["agents_needed"], "here": 2}
    assert notes["need_now"].tone == "warn"


def test_on_the_page_two_days_in_files_all(plan: Plan) -> None:
    now, own = CALENDAR.begin(TODAY), frozenset({"sales"})
    page = report(plan, now, queues=own)
    file = report(plan, now, queues=own, whole=True)
    assert len(table(file, "plan_need").rows) == 7 * len(table(page, "plan_need").rows)
    each = table(file, "plan_need_queues").rows
    assert {row["queue"]["en"] for row in each} == {"Sales"}
    # Closed at night: nothing is planned for hours in which nobody ever calls.
    assert len(each) == AHEAD_DAYS * 24


def test_a_shift_goes_on_while_nothing_is_open(plan: Plan) -> None:
    own = [
        slot
        for slot in plan.slots
        if slot.queue == "sales" and slot.start_at < plan.calendar.begin(TODAY + timedelta(days=1))
    ]
    noon, four = (CALENDAR.begin(TODAY) + hour * HOUR for hour in (12, 16))
    split = replace(plan, slots=[s for s in own if s.start_at < noon or s.start_at >= four])
    [row] = table(report(split, noon, queues=frozenset({"sales"})), "plan_hiring").rows
    morning, evening = (
        max(s.need.rostered for s in split.slots if s.need and (s.start_at < noon) == early)
        for early in (True, False)
    )
    # Who begins with the day at eight is gone at four: nobody is there for both.
    assert row["shifts_needed"] == morning + evening


def test_days_that_were_forecast_are_held_against_what_came(plan: Plan) -> None:
    told = report(plan, CALENDAR.begin(TODAY), queues=frozenset({"sales"}))
    [row] = table(told, "plan_accuracy").rows
    off, calls = row["interval_off"]
    chance, _ = row["interval_chance"]
    # Calls are Poisson here: nothing but chance, and what has still to be learnt, is left.
    assert chance * 0.9 < off < chance * 1.4
    assert calls == row["came"] > 1_000


def test_what_was_told_each_night_is_held_against_what_came(
    source: Source, plan: Plan, tmp_path: Path
) -> None:
    first, last = TODAY - timedelta(days=7), TODAY - timedelta(days=1)
    with DeskFile(tmp_path / "desk.db") as file:
        store = SqliteForecasts(file)
        for n in range(7):
            store.keep(of_today(planned(source, first + timedelta(days=n))))
        # What was told first stands.
        [told] = [each for each in store.between(last, last) if each.queue == "sales"]
        store.keep([told._replace(rows=())])
        kept = store.between(first, last)
        assert told in kept
    own = held(kept, source, plan.interval_ms)
    assert own["sales"].accuracy.days == 7
    assert own["sales"].accuracy.day < 0.15
    assert own["sales"].within > 0.75
    rows = source.rows(first, last).filter(kind="arrival", queue="sales").collect()
    assert own["sales"].accuracy.calls == rows.height
    shown = report(plan, CALENDAR.begin(TODAY), queues=frozenset({"sales"}), kept=own)
    [row] = table(shown, "plan_kept").rows
    assert (row["tried_days"], row["came"]) == (7, rows.height)


def test_a_day_that_nobody_counted_is_not_held_against_its_forecast(source: Source) -> None:
    late = KeptForecast(
        TODAY + timedelta(days=1), "sales", ((CALENDAR.begin(TODAY), 5.0, 1.0, 9.0),)
    )
    assert held([late], source, 1_800_000) == {}


def test_without_a_past_there_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(NoHistoryError):
        planned(Source(SITE, Shelf(tmp_path), None), TODAY)
    told = nothing_yet(SITE, CALENDAR, CALENDAR.begin(TODAY))
    [section] = told.sections
    assert all(Wording("zh", SITE.time_zone).has(key) for key in said(section))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_the_plan_is_there(plan: Plan, language: str) -> None:
    words = Wording(language, SITE.time_zone)
    told = report(plan, CALENDAR.begin(TODAY))
    for key in {key for section in told.sections for key in said(section)}:
        assert words.has(key), key
    assert words.has("report.title.plan")
