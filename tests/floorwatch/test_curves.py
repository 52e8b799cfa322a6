"""Curves: what was expected of a day, and the same weekday before, by number of interval."""

import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from alerts.arrivals import ArrivalsWatch
from alerts.breach import Board
from alerts.forecast import Forecast
from alerts.usual_day import SLOTS, UNSEEN, Shape
from dashboard.arrival_days import KEPT_DAYS, ArrivalDays, Calls
from dashboard.desk_file import DeskFile
from floorwatch import invented
from floorwatch.curves import LOOK_MS, AlertsOutlook, Curves, arrivals, date_of, intervals_of
from floorwatch.invented_curves import InventedOutlook, poisson
from ingest.events import Queued
from ingest.stamp import Stamp
from stream.floor import Floor
from stream.sites import QueueCard, Site

ZONE = "Europe/Berlin"
NOON = 1_795_345_200_000
"""2026-11-22 12:00 in Berlin, a Sunday."""
QUARTER = 900_000
DAY = 86_400_000
TODAY = date(2026, 11, 22)


def floor_of(zone: str = ZONE, day_start_min: int = 0) -> Floor:
    queues = {"sales": QueueCard(id="sales"), "support": QueueCard(id="support")}
    return Floor(Site(id="hq", time_zone=zone, day_start_min=day_start_min, queues=queues))


def call(floor: Floor, at: int, *queues: str) -> None:
    for queue in queues:
        stamp = Stamp("/acd/hq/pbx", f"{at} {queue}")
        floor.apply(stamp.event(Queued(visit=f"{at}/{queue}", queue=queue), time=at, recvtime=at))


@pytest.fixture
def file(tmp_path: Path) -> Iterator[DeskFile]:
    with DeskFile(tmp_path / "desk.db") as opened:
        yield opened


class Nothing:
    """An outlook that knows of nothing."""

    def basis(self, day: int) -> tuple[object, ...]:
        return ()

    def expected(self, queue: str, start_at: int, end_at: int) -> float | None:
        return None

    def instead(self, day: date) -> Mapping[str, Calls] | None:
        return None


def shown(curves: Curves, now: int) -> Any:
    return curves.document(now).get("curves")


def test_what_nobody_knows_is_absent(file: DeskFile) -> None:
    assert Curves(floor_of(), ArrivalDays(file), Nothing()).document(NOON) == {}


def test_a_day_is_kept_and_shown_to_the_same_weekday_after_a_restart(file: DeskFile) -> None:
    floor = floor_of()
    curves = Curves(floor, ArrivalDays(file), Nothing())
    curves.document(NOON)
    call(floor, NOON + 1_000, "sales", "support")
    call(floor, NOON + QUARTER + 1_000, "sales")
    call(floor, NOON + 11 * 3_600_000 + 59 * 60_000, "sales")  # the last minute of the day
    curves.document(NOON + DAY)
    later = floor_of()
    again = shown(Curves(later, ArrivalDays(file), Nothing()), NOON + 7 * DAY)
    assert again == {
        "": {"weekday": {"48": 2, "49": 1, "95": 1}, "weekday_day": "2026-11-22"},
        "sales": {"weekday": {"48": 1, "49": 1, "95": 1}, "weekday_day": "2026-11-22"},
        "support": {"weekday": {"48": 1}, "weekday_day": "2026-11-22"},
    }
    assert shown(Curves(later, ArrivalDays(file), Nothing()), NOON + 14 * DAY)[""][
        "weekday_day"
    ] == ("2026-11-22")
    assert shown(Curves(later, ArrivalDays(file), Nothing()), NOON + 8 * DAY) is None
    assert shown(Curves(later, ArrivalDays(file), Nothing()), NOON + 21 * DAY) is None


def test_the_journals_days_are_kept_at_the_start(file: DeskFile) -> None:
    floor = floor_of()
    call(floor, NOON - DAY, "sales")
    call(floor, NOON, "sales")
    days = ArrivalDays(file)
    Curves(floor, days, Nothing()).document(NOON + 1)
    assert days.of(TODAY - timedelta(days=1)) == {"sales": {"48": 1}}
    assert days.of(TODAY) == {"sales": {"48": 1}}


def test_days_are_kept_for_sixty_days(file: DeskFile) -> None:
    days = ArrivalDays(file)
    days.keep(TODAY, {"sales": {"1": 1}})
    days.keep(TODAY + timedelta(days=KEPT_DAYS), {"sales": {"1": 2}})
    assert days.of(TODAY) == {"sales": {"1": 1}}
    days.keep(TODAY + timedelta(days=KEPT_DAYS + 1), {"sales": {"1": 2}})
    assert days.of(TODAY) == {}


def test_curves_stay_the_same_object_until_something_else_is_expected(file: DeskFile) -> None:
    floor = floor_of()
    watch = ArrivalsWatch(floor, (), Board(), Forecast({"sales": [(NOON, NOON + QUARTER, 30.0)]}))
    curves = Curves(floor, ArrivalDays(file), AlertsOutlook(watch))
    first = shown(curves, NOON)
    assert first == {"": {"expected": {"48": 30.0}}, "sales": {"expected": {"48": 30.0}}}
    call(floor, NOON + 1_000, "sales")
    assert shown(curves, NOON + LOOK_MS) is first
    watch.forecast = Forecast({"sales": [(NOON, NOON + QUARTER, 40.0)]})
    assert shown(curves, NOON + LOOK_MS + 200) is first
    changed = shown(curves, NOON + 2 * LOOK_MS)
    assert changed["sales"] == {"expected": {"48": 40.0}}
    assert first["sales"] == {"expected": {"48": 30.0}}


def test_without_a_forecast_the_learnt_day_is_expected_where_it_is_known(file: DeskFile) -> None:
    floor = floor_of()
    watch = ArrivalsWatch(floor, (), Board())
    usual = [UNSEEN * 1.0] * SLOTS
    usual[144:150] = [1.0, 2.0, 3.0, 4.0, 5.0, UNSEEN]  # from noon on, in fives of minutes
    shape = Shape(usual, [False] * SLOTS, 3.0, 1)
    watch.streams["queue:sales"].pace.base.shape = shape
    curves = shown(Curves(floor, ArrivalDays(file), AlertsOutlook(watch)), NOON)
    assert curves == {"sales": {"expected": {"48": 6.0}}}


@pytest.mark.parametrize(("begins", "count"), [("2026-03-29", 92), ("2026-10-25", 100)])
def test_a_night_that_changes_the_clock_has_its_own_number_of_intervals(
    begins: str, count: int
) -> None:
    floor = floor_of()
    day = date.fromisoformat(begins)
    noon = NOON - (TODAY - day).days * DAY
    start = floor.calendar.day(noon)
    intervals = intervals_of(floor, start)
    assert [interval.number for interval in intervals] == [str(n) for n in range(count)]
    assert intervals[-1].end_at == floor.calendar.next_day(start)
    assert date_of(floor, start) == day
    call(floor, intervals[-1].start_at + 5, "sales")
    assert arrivals(floor, start)["sales"] == {str(count - 1): 1}


def test_a_business_day_bears_the_date_on_which_it_began() -> None:
    floor = floor_of(day_start_min=360)
    assert date_of(floor, floor.calendar.day(NOON)) == TODAY
    assert date_of(floor, floor.calendar.day(NOON - 7 * 3_600_000)) == TODAY - timedelta(days=1)


def test_a_simulated_floor_has_its_plan_and_an_invented_week_ago(file: DeskFile) -> None:
    site = Site(id="demo", time_zone="Asia/Shanghai")
    scenario = invented.scenario_for(site)
    floor = Floor(invented.furnished(site, scenario))
    found = shown(Curves(floor, ArrivalDays(file), InventedOutlook(floor, scenario)), NOON)
    queues = {queue.id for queue in scenario.queues}
    assert found.keys() == {"", *queues}
    assert all(len(curve["expected"]) == 96 for curve in found.values())
    assert {curve["weekday_day"] for curve in found.values()} == {"2026-11-15"}
    expected, drawn = (sum(found[""][name].values()) for name in ("expected", "weekday"))
    assert drawn == sum(sum(found[queue]["weekday"].values()) for queue in queues)
    assert abs(drawn - expected) < 5 * expected**0.5
    again = Curves(floor, ArrivalDays(file), InventedOutlook(floor, scenario))
    assert shown(again, NOON + 1) == found
    tomorrow = shown(again, NOON + DAY)
    assert tomorrow[""]["weekday_day"] == "2026-11-16"
    assert len(tomorrow[""]["expected"]) == 96


@pytest.mark.parametrize("mean", [0.0, 0.7, 30.0, 2_000.0])
def test_drawn_numbers_have_the_mean_and_the_spread_of_poisson(mean: float) -> None:
    dice = random.Random(7)
    drawn = [poisson(dice, mean) for _ in range(2_000)]
    found = sum(drawn) / len(drawn)
    spread = sum((calls - found) ** 2 for calls in drawn) / len(drawn)
    assert abs(found - mean) <= 5 * (mean / len(drawn)) ** 0.5
    assert mean * 0.85 <= spread <= mean * 1.15


def test_the_zone_of_the_tests_is_what_they_say() -> None:
    from datetime import datetime

    assert datetime.fromtimestamp(NOON / 1_000, ZoneInfo(ZONE)).isoformat() == (
        "2026-11-22T12:00:00+01:00"
    )
