"""A scenario fitted to a bank's real month, held against that month hour by hour.

The data are the call-by-call records of "Anonymous Bank" (February 1999) that Ilan Guedj and Avi
Mandelbaum of the Technion made public. `pytest -s` prints the table and the tolerances.
"""

import os
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from ingest.source_calls_csv import events
from ingest.stamp import Stamp
from simulators.fit import learnt
from simulators.fit_days import Days
from simulators.fit_hours import Hour, hours, together
from simulators.fit_record import Record, record
from simulators.fit_staffing import simulated, sum_hours
from simulators.scenario import Scenario, busier
from simulators.scenario_file import parse
from simulators.scenario_text import text

DATA = Path(__file__).parents[2].parent / "shared" / "data" / "anonbank_1999_02_calls.csv.gz"
ZONE = ZoneInfo("Asia/Jerusalem")
SEEDS = (31, 32, 33, 34)
SHOWN = 0.01
"""Hours with a smaller share of the month's calls are not compared: nobody worked in them."""

CALLS, CALLS_HOUR = 0.03, 0.12
"""Calls that reach the system, and those that reach a queue: relative, of the month and of an hour."""
WAIT, WAIT_HOUR, WAIT_HOUR_S = 0.15, 0.30, 5.0
"""The mean wait of those answered: relative, of the month and of an hour; or so many seconds."""
ABANDONED, ABANDONED_HOUR, ABANDONED_QUEUE = 0.02, 0.04, 0.05
"""The share that gave up: in points of the month, of an hour, of a large queue."""
WAITED, WAITED_HOUR = 0.12, 0.20
"""The share that waited at all, and the share answered in 20 s: in points."""
LARGE = 2_000


@pytest.fixture(scope="module")
def real() -> Record:
    if not DATA.is_file():
        reason = f"no {DATA.name}: it lies beside the checkout"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return record(events(DATA, Stamp("/acd/bank/calls", "0"), ZONE))


@pytest.fixture(scope="module")
def days(real: Record) -> Days:
    return Days.spanning(ZONE, real.first_at, real.last_at)


@pytest.fixture(scope="module")
def fitted(real: Record) -> Scenario:
    return learnt(real, site="bank", time_zone=ZONE.key)


@pytest.fixture(scope="module")
def made(fitted: Scenario, days: Days) -> list[tuple[Record, Days]]:
    """The same month simulated by seeds that the fit has not seen."""
    return [month for seed in SEEDS for month in simulated(fitted, days, seed)]


@pytest.fixture(scope="module")
def pairs(
    real: Record, made: list[tuple[Record, Days]], days: Days
) -> list[tuple[str, Hour, Hour]]:
    """Each hour that is compared, and all of them, as it was and as simulated."""
    was, is_ = hours(real, days), sum_hours(made)
    whole = together(was)
    found = [
        (f"{n:02}", one, other)
        for n, (one, other) in enumerate(zip(was, is_, strict=True))
        if one.arrivals >= SHOWN * whole.arrivals
    ]
    show([*found, ("all", whole, together(is_))])
    return [*found, ("all", whole, together(is_))]


def show(pairs: list[tuple[str, Hour, Hour]]) -> None:
    print(f"\nFebruary 1999 as it was, and as simulated ({len(SEEDS)} months)")
    print("hour    calls a day      wait of answered      gave up       waited       in 20 s")
    for name, was, is_ in pairs:
        print(
            f"{name:>4} {was.per_day:7.1f} {is_.per_day:7.1f} {is_.per_day / was.per_day - 1:+6.1%}"
            f" {was.asa_s:6.1f} s {is_.asa_s:5.1f} s {is_.asa_s / was.asa_s - 1:+5.0%}"
            f" {was.abandons:6.1%} {is_.abandons:6.1%} {was.waits:6.0%} {is_.waits:6.0%}"
            f" {was.level:6.0%} {is_.level:6.0%}"
        )
    print(
        f"tolerances, all (hour): calls {CALLS:.0%} ({CALLS_HOUR:.0%}),"
        f" wait {WAIT:.0%} ({WAIT_HOUR:.0%} or {WAIT_HOUR_S:.0f} s),"
        f" gave up {100 * ABANDONED:.0f} points ({100 * ABANDONED_HOUR:.0f}),"
        f" waited and in 20 s {100 * WAITED:.0f} points ({100 * WAITED_HOUR:.0f})"
    )


def test_calls_come_as_they_came(pairs: list[tuple[str, Hour, Hour]]) -> None:
    for name, was, is_ in pairs:
        within = CALLS if name == "all" else CALLS_HOUR
        assert is_.per_day == pytest.approx(was.per_day, rel=within), name
        assert is_.visits / is_.days == pytest.approx(was.visits / was.days, rel=within), name


def test_waits_are_as_long_as_they_were(pairs: list[tuple[str, Hour, Hour]]) -> None:
    for name, was, is_ in pairs:
        if name == "all":
            assert is_.asa_s == pytest.approx(was.asa_s, rel=WAIT)
        else:
            assert is_.asa_s == pytest.approx(was.asa_s, rel=WAIT_HOUR, abs=WAIT_HOUR_S), name


def test_as_many_give_up_as_did(pairs: list[tuple[str, Hour, Hour]]) -> None:
    for name, was, is_ in pairs:
        within = ABANDONED if name == "all" else ABANDONED_HOUR
        assert is_.abandons == pytest.approx(was.abandons, abs=within), name


def test_about_as_many_wait_and_are_answered_in_time(pairs: list[tuple[str, Hour, Hour]]) -> None:
    for name, was, is_ in pairs:
        within = WAITED if name == "all" else WAITED_HOUR
        assert is_.waits == pytest.approx(was.waits, abs=within), name
        assert is_.level == pytest.approx(was.level, abs=within), name


def test_each_large_queue_loses_as_many_as_it_did(
    real: Record, made: list[tuple[Record, Days]]
) -> None:
    was, is_ = by_queue([real]), by_queue([month for month, _ in made])
    large = [queue for queue, total in was.items() if total.visits >= LARGE]
    assert len(large) == 3
    print()
    for queue in large:
        print(
            f"queue {queue}: gave up {was[queue].abandons:.1%}, simulated {is_[queue].abandons:.1%}"
        )
        assert is_[queue].abandons == pytest.approx(was[queue].abandons, abs=ABANDONED_QUEUE)


def by_queue(records: list[Record]) -> dict[str, Hour]:
    found: dict[str, Hour] = {}
    for month in records:
        for seen in month.waits():
            found.setdefault(seen.queue, Hour()).take(seen, 20_000)
    return found


def test_a_month_with_a_fifth_more_calls_has_a_fifth_more_and_waits_longer(
    fitted: Scenario, made: list[tuple[Record, Days]], days: Days
) -> None:
    ((busy, _),) = simulated(busier(fitted, 1.2), days, SEEDS[0])
    month = made[0][0]
    assert len(busy.offered) == pytest.approx(1.2 * len(month.offered), rel=0.04)
    gave_up = [together(hours(seen, days)).abandons for seen in (month, busy)]
    assert gave_up[1] > gave_up[0] + 0.03


def test_the_fitted_scenario_is_a_file_and_names_nobody(fitted: Scenario) -> None:
    written = text(fitted)
    assert parse(written, "bank.toml") == fitted
    codes = {f'"A{n:02}"' for n in range(30)} | {"NO_SERVER", "AA01", "AA02"}
    assert not [code for code in codes if code in written]
