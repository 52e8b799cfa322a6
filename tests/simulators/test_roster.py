"""People come, leave, rest, and meet when the scenario says, as often as it says."""

from collections import defaultdict
from dataclasses import replace
from statistics import fmean

import pytest

from ingest.events import AgentState, Millis
from ingest.words import AgentStatus
from simulators.demo import DEMO
from simulators.faults import Fault, FaultKind
from simulators.floor_sim import FloorSim, simulate
from simulators.local_time import from_local_ms
from simulators.plans import DAY_MIN, MINUTE, Break, Habits, Meeting, Shift
from simulators.scenario import Scenario

HOUR, DAY = 60 * MINUTE, DAY_MIN * MINUTE
MONDAY = from_local_ms(DEMO.zone, 20_724 * DAY)
SHIFT = Shift(id="day", start_min=9 * 60, length_min=8 * 60)
PUNCTUAL = Habits(late_ms=(0, 0), no_answer_share=0.0, busy_share=0.0, break_variation=0.0)
IN, OUT = AgentStatus.READY, AgentStatus.SIGNED_OUT


def house(habits: Habits = PUNCTUAL, shift: Shift = SHIFT, calls: float = 0.0) -> Scenario:
    """The demo's people, all of one shift, with hardly a call or with none."""
    return replace(
        DEMO,
        queues=tuple(replace(queue, calls_per_hour=calls) for queue in DEMO.queues),
        agents=tuple(replace(agent, shift="day") for agent in DEMO.agents),
        shifts=(shift,),
        habits=habits,
    )


def told(scenario: Scenario, days: float, since: Millis = MONDAY) -> dict[str, list[AgentState]]:
    """What each agent did, in order; `since` holds the time, counted from that Monday."""
    of: dict[str, list[AgentState]] = defaultdict(list)
    for event in simulate(scenario, 1, since, until=since + round(days * DAY)):
        if isinstance(event.data, AgentState):
            of[event.data.agent].append(replace_since(event.data, event.time - MONDAY))
    return of


def replace_since(state: AgentState, at: Millis) -> AgentState:
    return AgentState(agent=state.agent, state=state.state, reason=state.reason, since=at)


def test_a_shift_runs_from_its_start_to_its_end_on_its_weekdays() -> None:
    shift = replace(SHIFT, weekdays=(0, 2, 5))
    for states in told(house(shift=shift), 9).values():
        assert [(state.state, state.since) for state in states] == [
            (which, day * DAY + hour * HOUR)
            for day in (0, 2, 5, 7)
            for which, hour in ((IN, 9), (OUT, 17))
        ]


def test_who_is_late_is_late_at_both_ends_by_as_much_as_habit_says() -> None:
    habits = replace(PUNCTUAL, late_ms=(60_000, 300_000))
    for states in told(house(habits), 3).values():
        for state in states:
            due = 9 * HOUR if state.state is IN else 17 * HOUR
            assert 60_000 <= (state.since or 0) % DAY - due <= 300_000


def test_the_absent_are_their_share_and_absent_for_the_whole_shift() -> None:
    habits = replace(PUNCTUAL, absent_share=0.25)
    came = [
        {(state.since or 0) // DAY for state in states if state.state is IN}
        for states in told(house(habits), 30).values()
    ]
    shifts = 30 * len(DEMO.agents)
    share = 1 - sum(map(len, came)) / shifts
    assert share == pytest.approx(0.25, abs=4 * (0.25 * 0.75 / shifts) ** 0.5)


def test_some_leave_early_by_as_much_as_habit_says_and_come_the_next_day() -> None:
    habits = replace(PUNCTUAL, early_leave_share=0.3, early_leave_ms=(600_000, 1_200_000))
    left = []
    for states in told(house(habits), 30).values():
        assert [state.state for state in states] == [IN, OUT] * 30
        left += [17 * HOUR - (state.since or 0) % DAY for state in states if state.state is OUT]
    early = [ms for ms in left if ms]
    margin = 4 * (0.3 * 0.7 / len(left)) ** 0.5
    assert len(early) / len(left) == pytest.approx(0.3, abs=margin)
    assert all(600_000 <= ms <= 1_200_000 for ms in early)
    assert fmean(early) == pytest.approx(900_000, abs=4 * 173_205 / len(early) ** 0.5)


def test_breaks_fall_into_the_shift_moved_by_each_agents_offset() -> None:
    shift = replace(SHIFT, breaks=(Break(reason="meal", at_min=180, minutes=45),))
    offset = {agent.id: agent.offset_min for agent in DEMO.agents}
    for agent, states in told(house(shift=shift), 1).items():
        began = 12 * HOUR + offset[agent] * MINUTE
        assert [(state.state, state.reason, state.since) for state in states] == [
            (IN, "", 9 * HOUR),
            (AgentStatus.NOT_READY, "meal", began),
            (IN, "", began + 45 * MINUTE),
            (OUT, "", 17 * HOUR),
        ]


def test_a_break_waits_for_the_end_of_the_call() -> None:
    shift = replace(SHIFT, breaks=(Break(reason="meal", at_min=180, minutes=45),))
    offset = {agent.id: agent.offset_min for agent in DEMO.agents}
    late = 0
    for agent, states in told(house(shift=shift, calls=250), 1).items():
        due = 12 * HOUR + offset[agent] * MINUTE
        (meal,) = [n for n, state in enumerate(states) if state.reason == "meal"]
        assert (states[meal].since or 0) >= due
        if (states[meal].since or 0) > due:
            late += 1
            assert states[meal - 1].state in {AgentStatus.ACW, AgentStatus.TALKING}
    assert late > 10


def test_a_team_meets_as_one_on_the_days_of_the_meeting() -> None:
    meetings = (Meeting(team="river", at_min=14 * 60, minutes=20, weekdays=(1, 3)),)
    met: dict[str, set[tuple[Millis, AgentStatus, str]]] = defaultdict(set)
    team = {agent.id: agent.team for agent in DEMO.agents}
    for agent, states in told(replace(house(), meetings=meetings), 7).items():
        for state in states:
            if state.state is not OUT and (state.since or 0) % DAY != 9 * HOUR:
                met[team[agent]].add((state.since or 0, state.state, state.reason))
    assert met == {
        "river": {
            (day * DAY + at * MINUTE, *what)
            for day in (1, 3)
            for at, what in (
                (14 * 60, (AgentStatus.NOT_READY, "meeting")),
                (14 * 60 + 20, (IN, "")),
            )
        }
    }


def test_a_meeting_of_the_night_shift_falls_on_the_day_of_its_own_hour() -> None:
    night = replace(SHIFT, start_min=22 * 60)
    meetings = (Meeting(team="river", at_min=2 * 60, minutes=20, weekdays=(1,)),)
    team = {agent.id: agent.team for agent in DEMO.agents}
    for agent, states in told(replace(house(shift=night), meetings=meetings), 3).items():
        met = [state.since for state in states if state.reason == "meeting"]
        assert met == ([DAY + 2 * HOUR] if team[agent] == "river" else [])


def test_a_day_that_begins_in_the_middle_finds_the_shift_at_work() -> None:
    for states in told(house(), 0.1, since=MONDAY + 11 * HOUR).values():
        assert [(state.state, state.since) for state in states] == [(IN, 11 * HOUR)]


def test_who_was_sent_home_and_called_back_leaves_when_the_shift_ends() -> None:
    leave = Fault(kind=FaultKind.SIGN_OUT, after_ms=10 * HOUR, length_ms=HOUR, size=1.0)
    for states in told(replace(house(), faults=(leave,)), 2).values():
        assert [(state.state, state.since) for state in states] == [
            (IN, 9 * HOUR),
            (OUT, 10 * HOUR),
            (IN, 11 * HOUR),
            (OUT, 17 * HOUR),
            (IN, DAY + 9 * HOUR),
            (OUT, DAY + 17 * HOUR),
        ]


def test_who_is_called_back_does_not_rest_again_for_breaks_of_the_past() -> None:
    shift = replace(SHIFT, breaks=(Break(reason="meal", at_min=30, minutes=10),))
    leave = Fault(kind=FaultKind.SIGN_OUT, after_ms=11 * HOUR, length_ms=HOUR, size=1.0)
    for states in told(replace(house(shift=shift), faults=(leave,)), 1).values():
        assert [state.reason for state in states].count("meal") == 1


def test_an_agents_own_habits_go_before_the_houses() -> None:
    agents = tuple(
        replace(agent, no_answer_share=1.0 if agent.id == "1001" else None)
        for agent in house().agents
    )
    sim = FloorSim(replace(house(calls=150), agents=agents), 1, MONDAY + 9 * HOUR)
    while sim.next_at < MONDAY + 12 * HOUR:
        sim.step()
    careless = sim.truth.agents.pop("1001")
    assert careless.answered == 0
    assert careless.ring_no_answer > 10
    assert sum(agent.ring_no_answer for agent in sim.truth.agents.values()) == 0
