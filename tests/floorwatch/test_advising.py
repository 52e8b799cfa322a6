"""Advice on a living floor: the invented one, played for a while, and its days of breaks."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from floorwatch import invented, shift_file
from floorwatch.break_wiring import invented_lanes, invented_skills, lost_today, planned_lanes
from floorwatch.floor_sight import Known, look, worked_ms
from planning.advice import Limits, Sight, advise
from planning.shifts import Pause, Shift
from simulators.floor_sim import simulate
from stream.agents import Agent, Change
from stream.floor import Floor
from stream.sites import Site

T0 = 1_790_006_400_000
NOW = T0 + 70 * 60_000
SCENARIO = invented.scenario_for(Site(id="demo", time_zone="Asia/Shanghai"))
EXAMPLE = Path(__file__).parents[2] / "deploy" / "shifts.example.csv"


@pytest.fixture(scope="module")
def floor() -> Floor:
    floor = Floor(invented.furnished(Site(id="demo", time_zone="Asia/Shanghai"), SCENARIO))
    for event in simulate(SCENARIO, 5, T0, until=NOW):
        floor.apply(event)
    return floor


def seen(floor: Floor, **known: object) -> Sight:
    skills = invented_skills(SCENARIO)
    told = Known(expected=lambda *what: None, allowed=lambda reason: 1_200_000, skills=skills)
    return look(floor, Known(**{**{n: getattr(told, n) for n in Known.__slots__}, **known}), NOW)  # type: ignore[arg-type]  # what a test says


def test_a_look_tells_what_is_there(floor: Floor) -> None:
    sight = seen(floor)
    people = {person.agent: person for person in sight.people}
    assert {line.id for line in sight.lines} == {"sales", "support", "billing", "vip"}
    for line in sight.lines:
        assert 30 < line.per_hour < 300
        assert 100 < line.handling_s < 300
        assert line.waiting == len(floor.visits.waiting.get(line.id, ()))
    assert sum(line.busy for line in sight.lines) == sum(person.busy for person in people.values())
    assert sight.resting
    for agent in sight.resting:
        assert people[agent].share < 1
        assert worked_ms(floor.state.agents.agents[agent], NOW) == 0
    assert max(sight.worked_ms.values()) > 1_200_000
    gone = seen(floor, leaving={"1001"})
    assert "1001" in gone.resting
    assert not next(person for person in gone.people if person.agent == "1001").free


def test_whoever_goes_home_soon_is_there_until_then_and_not_lent(floor: Floor) -> None:
    sight = seen(floor)
    one, other = [each.agent for each in sight.people if each.free and each.share == 1][:2]
    hours = [  # in order of their end
        (other, NOW - 9 * 3_600_000, NOW - 3_600_000),
        (one, NOW - 3_600_000, NOW + 600_000),
        (other, NOW + 300_000, NOW + 900_000),
        (other, NOW - 3_600_000, NOW + 1_800_000),
    ]
    day = date(2026, 9, 22)
    shifts = [Shift(agent=who, day=day, start_at=since, end_at=end) for who, since, end in hours]
    people = {each.agent: each for each in seen(floor, shifts=shifts).people}
    assert people[one].parts == (1, 1, 0, 0, 0, 0)
    assert not people[one].free
    assert people[other].share == 1
    assert people[other].free


def test_work_is_counted_from_the_last_break_on() -> None:
    changes = [
        Change(at * 60_000, at, state)
        for at, state in ((1, "ready"), (20, "not_ready"), (30, "ready"), (40, "talking"))
    ]
    agent = Agent(id="1001", changes=changes)
    assert worked_ms(agent, 50 * 60_000) == 20 * 60_000
    assert worked_ms(Agent(id="1001", changes=changes[:1]), 50 * 60_000) == 49 * 60_000
    assert worked_ms(Agent(id="1001", changes=changes[:2]), 50 * 60_000) == 0


def test_advice_keeps_the_limits(floor: Floor) -> None:
    found = advise(seen(floor))
    assert found.at == NOW
    assert set(found.below_target) == set(found.lost) == {each.queue for each in found.may_go}
    assert all(0 <= chance <= 1 for chance in found.below_target.values())
    assert found.lost["sales"] > 0
    capped = advise(seen(floor, limits={q: Limits(cap=0) for q in found.lost}))
    assert {(each.number, each.why) for each in capped.may_go if each.why != "nobody"} == {
        (0, "cap")
    }
    kept = advise(seen(floor, limits={q: Limits(least=50) for q in found.lost}))
    assert all(each.number == 0 for each in kept.may_go)
    assert not kept.moves
    quiet = advise(seen(floor, expected=lambda queue, start, end: 1.0))
    assert sum(each.number for each in quiet.may_go) >= 4
    for each in quiet.may_go:
        assert len(each.agents) >= each.number
        worked = [seen(floor).worked_ms[agent] for agent in each.agents]
        assert worked == sorted(worked, reverse=True), "who has worked longest goes first"
    rush = advise(
        seen(
            floor,
            expected=lambda queue, start, end: (
                (1.0 if start < NOW + 1_800_000 else 400.0) * (end - start) / 1_800_000
            ),
        )
    )
    untils = [each.until for each in rush.may_go if each.number]
    assert untils
    assert all(until is not None and until <= NOW + 1_800_000 for until in untils)


def test_lanes_are_those_of_the_shifts(floor: Floor) -> None:
    lanes = invented_lanes(SCENARIO, NOW)
    assert lanes == sorted(lanes, key=lambda lane: (lane.start_at, lane.agent))
    assert {lane.pause for lane in lanes} == {"meal", "break"}
    zone = ZoneInfo("Asia/Shanghai")
    shifts = [s for s in shift_file.read(EXAMPLE, zone) if s.day == date(2026, 11, 23)]
    day = min(shift.start_at for shift in shifts) - 8 * 3_600_000
    planned = planned_lanes(shifts, lambda *what: 5.0, day, day + 86_400_000)
    owed = sum(len(shift.owed) for shift in shifts)
    assert 0 < len(planned) <= owed
    assert sum(lane.pause == Pause.MEAL for lane in planned) <= 3
    assert planned_lanes([], lambda *what: None, day, day + 86_400_000) == []


def test_calls_lost_today_are_counted(floor: Floor) -> None:
    assert lost_today(floor, "sales", NOW) > 0
    assert lost_today(floor, "nowhere", NOW) == 0
