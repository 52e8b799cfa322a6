"""The forecast beside a simulated day is its plan: what comes in the mean, without faults and moods."""

import csv
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime

import pytest

from ingest.events import Millis, Queued
from simulators.demo import DEMO
from simulators.floor_sim import simulate
from simulators.forecast_text import text
from simulators.local_time import start_of
from simulators.plans import Habits, Profile, Wander
from simulators.scenario import Scenario
from simulators.scenario_file import preset

QUARTER = 900_000
HOUR = 4 * QUARTER
PLAIN = Habits(redial_share=0.0, menu_quit_share=0.0, transfer_share=0.0)


def rows(scenario: Scenario, start_at: Millis, until: Millis) -> dict[str, dict[Millis, float]]:
    """Calls by queue and start, read from the text by somebody who knows nothing of its writer."""
    read: dict[str, dict[Millis, float]] = defaultdict(dict)
    for row in csv.DictReader(text(scenario, start_at, until).splitlines()):
        at = datetime.fromisoformat(row["start"])
        assert at.tzinfo is not None
        assert row["start"] not in read[row["queue"]]
        read[row["queue"]][round(at.timestamp() * 1_000)] = float(row["calls"])
    return read


def flat(**other: object) -> Scenario:
    profile = Profile(step_min=60, weights=(1.0,) * 24)
    return replace(DEMO, profile=profile, habits=PLAIN, **other)  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["quiet-day", "trunk-failure"])
def test_as_many_calls_come_as_the_plan_expects(name: str) -> None:
    """Faults and moods of the day aside, and without callers who try again."""
    scenario = preset(name)
    habits = replace(scenario.habits, redial_share=0.0, callback_share=0.0)
    scenario = replace(scenario, habits=habits, wander=Wander(), faults=())
    start_at = start_of(scenario)
    until, seeds = start_at + 4 * HOUR, 3
    came: Counter[str] = Counter()
    for seed in range(seeds):
        for event in simulate(scenario, seed, start_at, until=until):
            if isinstance(event.data, Queued):
                came[event.data.queue] += 1
    for queue, told in rows(scenario, start_at, until).items():
        expected = seeds * sum(told.values())
        # Four standard errors, and the few who give up before an agent could pass them on.
        assert came[queue] == pytest.approx(expected, abs=4 * expected**0.5 + 0.01 * expected)


def test_rows_are_whole_quarters_up_to_the_last_which_says_that_nobody_calls() -> None:
    scenario = flat(start="2026-11-23 08:05")
    start_at = start_of(scenario)
    told = rows(scenario, start_at, start_at + HOUR)["sales"]
    begins = start_at - 5 * 60_000
    assert list(told) == [start_at, *(begins + n * QUARTER for n in (1, 2, 3, 4)), start_at + HOUR]
    rate = next(queue.calls_per_hour for queue in scenario.queues if queue.id == "sales")
    minutes = (10, 15, 15, 15, 5, 0)
    assert list(told.values()) == pytest.approx([rate * m / 60 for m in minutes], abs=1e-3)


def test_weekdays_and_the_queues_own_profile_count() -> None:
    steps = tuple(float(step % 5) for step in range(144))
    own = Profile(step_min=10, weights=steps, weekdays=(1, 2, 3, 4, 5, 6, 7))
    queues = tuple(
        replace(queue, profile=own if n == 0 else None) for n, queue in enumerate(DEMO.queues)
    )
    scenario = flat(start="2026-11-24 23:45", queues=queues)
    start_at = start_of(scenario)
    told = list(rows(scenario, start_at, start_at + 2 * QUARTER)[queues[0].id].values())
    # Tuesday 23:45 is in the middle of the steps of weights 2, 3, then Wednesday's 0 and 1.
    per_minute = queues[0].calls_per_hour / 60
    expected = [2 * (5 * steps[142] + 10 * steps[143]), 3 * (10 * steps[0] + 5 * steps[1]), 0.0]
    assert told == pytest.approx([per_minute * n for n in expected], abs=1e-3)


def test_the_menu_and_the_passing_on_change_whom_the_queues_see() -> None:
    menu = flat(start="2026-11-23")
    menu = replace(menu, habits=replace(PLAIN, menu_quit_share=0.25))
    queues = tuple(
        replace(queue, transfer_to=(menu.queues[1].id,) if n == 0 else ())
        for n, queue in enumerate(menu.queues)
    )
    passing = replace(
        menu, queues=queues, habits=replace(PLAIN, transfer_share=0.5, transfer_out_share=0.2)
    )
    start_at = start_of(menu)
    (one, two), plan = [q.id for q in queues[:2]], [q.calls_per_hour / 4 for q in queues[:2]]
    told = rows(menu, start_at, start_at + QUARTER)
    assert told[one][start_at] == pytest.approx(0.75 * plan[0], abs=1e-3)
    told = rows(passing, start_at, start_at + QUARTER)
    assert told[one][start_at] == pytest.approx(plan[0], abs=1e-3)
    assert told[two][start_at] == pytest.approx(plan[1] + 0.4 * plan[0], abs=1e-3)


@pytest.mark.parametrize("start", ["2026-10-25", "2026-03-29"])
def test_a_night_when_the_clock_changes_has_every_quarter_once(start: str) -> None:
    scenario = replace(flat(start=start), time_zone="Europe/Berlin")
    start_at = start_of(scenario)
    told = rows(scenario, start_at, start_at + 6 * HOUR)["sales"]
    assert list(told) == [start_at + n * QUARTER for n in range(25)]
    assert len(set(list(told.values())[:-1])) == 1


def test_faults_and_the_moods_of_the_day_are_not_in_it() -> None:
    rush = preset("monday-rush")
    start_at = start_of(rush)
    calm = replace(rush, faults=(), wander=Wander())
    assert rush.faults
    until = start_at + 3 * HOUR
    assert text(rush, start_at, until) == text(calm, start_at, until)


def test_a_queue_may_be_called_anything() -> None:
    queue = replace(DEMO.queues[0], id='a,"b;c"', overflow_to="", transfer_to=())
    scenario = flat(
        start="2026-11-23",
        queues=(queue,),
        agents=tuple(replace(agent, queues=(queue.id,)) for agent in DEMO.agents),
    )
    start_at = start_of(scenario)
    assert list(rows(scenario, start_at, start_at + QUARTER)) == [queue.id]
