"""The presets: each is a believable centre on which that happens which its name says."""

import re

import pytest

from simulators.faults import FaultKind
from simulators.floor_sim import FloorSim
from simulators.local_time import start_of
from simulators.scenario_file import ScenarioFileError, preset, presets
from simulators.scenario_presets import PRESETS
from simulators.truth import Truth

HOUR = 3_600_000
every_preset = pytest.mark.parametrize("id_", PRESETS)


def played(id_: str, hours: int, seed: int = 1) -> Truth:
    """What is true of a preset after so many hours from its start."""
    scenario = preset(id_)
    begins = start_of(scenario)
    sim = FloorSim(scenario, seed, begins)
    while sim.next_at < begins + hours * HOUR:
        sim.step()
    return sim.truth


def service_level(truth: Truth) -> float:
    queues = truth.queues.values()
    counted = sum(queue.answered + queue.abandoned - queue.abandoned_short for queue in queues)
    return sum(queue.answered_in_target for queue in queues) / counted


def abandon_rate(truth: Truth) -> float:
    queues = truth.queues.values()
    return sum(queue.abandoned for queue in queues) / sum(queue.offered for queue in queues)


def test_the_presets_are_listed_with_names_and_what_they_are_about() -> None:
    listed = presets()
    assert [id_ for id_, _, _ in listed] == list(PRESETS)
    for _, names, about in listed:
        for words in (names, about):
            assert re.search("[\u4e00-\u9fff]", words["zh"])
            assert re.match("[A-Z][a-z ]", words["en"])
        assert len(re.findall("。", about["zh"])) == len(re.findall(r"\.", about["en"])) == 2


def test_a_preset_that_there_is_not_is_named() -> None:
    with pytest.raises(ScenarioFileError, match='Did you mean "quiet-day"'):
        preset("quite-day")


@every_preset
def test_a_preset_is_a_centre_that_can_be_told_without_loss(id_: str) -> None:
    scenario = preset(id_)
    assert scenario.grain_ms == 1_000
    assert scenario.feed_faults == ()
    assert {(queue.target_ms, queue.short_ms) for queue in scenario.queues} == {(20_000, 5_000)}
    assert 3 <= len(scenario.queues) <= 6
    assert 40 <= len(scenario.agents) <= 120
    for queue in scenario.queues:
        assert any(queue.id in agent.queues for agent in scenario.agents)
        assert set(queue.names) == {"zh", "en"}
    assert all(set(agent.names) == {"zh", "en"} for agent in scenario.agents)


@every_preset
def test_a_preset_lives_from_its_first_hour(id_: str) -> None:
    truth = played(id_, 1)
    for queue in truth.queues.values():
        assert queue.offered >= 5
        assert queue.answered
        assert not queue.blocked


@every_preset
def test_the_faults_of_a_preset_begin_within_two_hours(id_: str) -> None:
    kinds = {
        "monday-rush": FaultKind.PEAK,
        "promotion-surge": FaultKind.PEAK,
        "trunk-failure": FaultKind.TRUNK_DOWN,
        "system-outage": FaultKind.OUTAGE,
        "bad-line-day": FaultKind.DROPS,
        "lunch-collapse": FaultKind.SIGN_OUT,
    }
    assert [fault.kind for fault in preset(id_).faults] == ([kinds[id_]] if id_ in kinds else [])
    truth = played(id_, 2)
    assert [fault.kind for fault in truth.faults] == ([kinds[id_]] if id_ in kinds else [])
    assert all(fault.hit for fault in truth.faults)


def test_on_the_quiet_day_the_floor_copes() -> None:
    truth = played("quiet-day", 12)
    assert 0.80 <= service_level(truth) <= 0.97
    assert 0.02 <= abandon_rate(truth) <= 0.055


def test_in_the_night_somebody_answers() -> None:
    truth = played("quiet-day", 24)
    assert not any(queue.blocked for queue in truth.queues.values())
    assert service_level(truth) >= 0.80


def test_in_the_rush_it_does_not() -> None:
    truth = played("monday-rush", 12)
    assert 0.45 <= service_level(truth) <= 0.72


def test_at_the_common_meal_it_collapses() -> None:
    before, after = played("lunch-collapse", 1), played("lunch-collapse", 2)
    assert service_level(before) > 0.8
    queues = [
        (
            after.queues[id_].answered_in_target - queue.answered_in_target,
            after.queues[id_].offered - queue.offered,
        )
        for id_, queue in before.queues.items()
    ]
    answered, offered = map(sum, zip(*queues, strict=True))
    assert answered / offered < 0.4


def test_on_the_bad_line_day_only_one_line_is_bad() -> None:
    bad, quiet = played("bad-line-day", 12), played("quiet-day", 12)
    dropped = [sum(q.dropped_talking for q in truth.queues.values()) for truth in (bad, quiet)]
    assert dropped[0] > 3 * dropped[1]
    assert service_level(bad) > 0.8


def test_all_locations_of_the_multi_site_have_work() -> None:
    scenario = preset("multi-site")
    truth = played("multi-site", 3)
    for location in scenario.locations:
        people = [agent.id for agent in scenario.agents if agent.team in location.teams]
        assert sum(truth.agents[id_].answered for id_ in people) > 50
    assert truth.queues["english"].answered > 50
