"""Calls come as a Poisson process of the profile's rate, and callers do what their habits say."""

from collections import Counter
from dataclasses import replace

import pytest

from ingest.events import Abandoned, Answered, Millis, Offered, Queued
from simulators.demo import DEMO, OFFICE
from simulators.floor_sim import simulate
from simulators.local_time import day_start
from simulators.plans import Habits, Patience, Profile
from simulators.scenario import Scenario

HOUR = 3_600_000
START = day_start(DEMO, 1_790_006_400_000)
NO_SECOND_TRY = Habits(redial_share=0.0)


def arrivals(scenario: Scenario, hours: int, seed: int = 1) -> list[Millis]:
    events = simulate(scenario, seed, START, until=START + hours * HOUR)
    return [event.time for event in events if isinstance(event.data, Offered)]


def test_a_constant_profile_gives_poisson_counts() -> None:
    flat = replace(DEMO, profile=Profile(step_min=60, weights=(1.0,) * 24), habits=NO_SECOND_TRY)
    minutes = 24 * 60
    per_minute = Counter((at - START) // 60_000 for at in arrivals(flat, 24))
    counts = [per_minute[minute] for minute in range(minutes)]
    mean = sum(counts) / minutes
    variance = sum((count - mean) ** 2 for count in counts) / (minutes - 1)
    # Four standard errors: of the mean √(500/60/1440), of the dispersion √(2/1440).
    assert mean == pytest.approx(500 / 60, abs=4 * (500 / 60 / minutes) ** 0.5)
    assert variance / mean == pytest.approx(1.0, abs=4 * (2 / minutes) ** 0.5)


def test_each_hour_has_the_traffic_that_the_profile_gives_it() -> None:
    office = replace(OFFICE, habits=NO_SECOND_TRY)
    per_hour = Counter((at - START) // HOUR for at in arrivals(office, 24))
    for hour, weight in enumerate(office.profile.weights):
        expected = 500 * weight
        assert per_hour[hour] == pytest.approx(expected, abs=4 * expected**0.5)


def test_no_calls_come_while_the_weight_is_zero() -> None:
    shut = replace(DEMO, profile=Profile(step_min=60, weights=(1.0, 0.0)), habits=NO_SECOND_TRY)
    hours = {(at - START) // HOUR for at in arrivals(shut, 6)}
    assert hours == {0, 2, 4}


def test_who_gave_up_calls_again_as_the_same_masked_number() -> None:
    keen = replace(DEMO, habits=Habits(redial_share=1.0, misdial_share=0.0, menu_quit_share=0.0))
    caller: dict[str, str] = {}
    gave_up: list[str] = []
    again = 0
    for event in simulate(keen, 1, START, until=START + 3 * HOUR):
        match event.data:
            case Queued(call=call, caller=number):
                assert len(number) == 6
                assert number.startswith("•••")
                again += number in gave_up[-40:]
                caller[call] = number
            case Abandoned(call=call):
                gave_up.append(caller[call])
            case _:
                pass
    assert len(gave_up) > 20
    assert again > 0.8 * len(gave_up)


def test_patience_decides_who_gives_up() -> None:
    def share_lost(patience_ms: Millis) -> float:
        queues = tuple(replace(queue, patience=Patience(patience_ms)) for queue in DEMO.queues)
        scenario = replace(DEMO, queues=queues)
        ends = Counter(
            type(event.data) for event in simulate(scenario, 1, START, until=START + 4 * HOUR)
        )
        return ends[Abandoned] / (ends[Abandoned] + ends[Answered])

    assert share_lost(20_000) > 2 * share_lost(600_000)
