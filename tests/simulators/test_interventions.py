"""What supervisors have done on the simulated floor: it shows there, and its books stay right."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.events import AgentMembership, AgentState, Answered, Completed
from ingest.words import AgentStatus, MembershipAction
from simulators.agenda import Happening
from simulators.demo import DEMO
from simulators.floor_sim import FloorSim
from simulators.interventions import Deed, Intervention, Refusal
from simulators.scenario import Scenario

START = 1_790_006_400_000
MINUTE = 60_000


class Shift:
    """A floor that is played by hand."""

    def __init__(self, scenario: Scenario = DEMO) -> None:
        self.sim = FloorSim(scenario, 3, START, keep=True)
        self.told: list[Happening] = []
        self.refused: list[Refusal | None] = []

    def play(self, minutes: float) -> list[Happening]:
        until, told = self.sim.now + round(minutes * MINUTE), []
        while self.sim.next_at <= until:
            told += self.sim.step()
        self.told += told
        return told

    def have(self, deed: Deed, **known: str) -> list[Happening]:
        self.sim.intervene(Intervention(deed=deed, **known), self.sim.now, self.refused.append)
        return self.play(0.001)

    def someone(self, state: AgentStatus) -> str:
        """Somebody who was last told to be in this state."""
        now = {h.data.agent: h.data.state for h in self.told if isinstance(h.data, AgentState)}
        return next(agent for agent, was in now.items() if was is state)


@pytest.fixture
def shift() -> Shift:
    shift = Shift()
    shift.play(15)
    return shift


def calls(told: list[Happening], agent: str) -> Counter[str]:
    """How many calls he answered, by queue."""
    answers = [h.data for h in told if isinstance(h.data, Answered)]
    return Counter(data.queue for data in answers if data.agent == agent)


def test_who_is_paused_gets_no_calls_until_he_is_let_go(shift: Shift) -> None:
    agent = shift.someone(AgentStatus.READY)
    told = shift.have(Deed.PAUSE, agent=agent, reason="coaching")
    paused = [h.data for h in told if isinstance(h.data, AgentMembership)]
    assert {data.action for data in paused} == {MembershipAction.PAUSED}
    assert not calls(shift.play(10), agent)
    told = shift.have(Deed.UNPAUSE, agent=agent)
    states = [h.data.state for h in told if isinstance(h.data, AgentState)]
    assert states[0] is AgentStatus.READY
    assert calls(shift.play(10), agent)


def test_who_is_moved_answers_the_new_queue_alone(shift: Shift) -> None:
    agent = next(p for p in DEMO.agents if p.queues == ("sales",)).id
    shift.have(Deed.JOIN, agent=agent, queue="support")
    shift.have(Deed.LEAVE, agent=agent, queue="sales")
    shift.play(5)
    assert set(calls(shift.play(30), agent)) == {"support"}
    assert shift.refused == [None, None]


def test_who_leaves_all_queues_goes_home_after_his_call(shift: Shift) -> None:
    agent = shift.someone(AgentStatus.TALKING)
    told = shift.have(Deed.LEAVE, agent=agent)
    assert not [h for h in told if isinstance(h.data, AgentState)]
    left = [h.data for h in shift.play(15) if isinstance(h.data, AgentState)]
    assert AgentStatus.SIGNED_OUT in [data.state for data in left if data.agent == agent]


def test_a_hang_up_ends_the_call_and_a_second_one_finds_none(shift: Shift) -> None:
    agent = shift.someone(AgentStatus.TALKING)
    answered = [h.data for h in shift.told if isinstance(h.data, Answered)]
    call = [data.call for data in answered if data.agent == agent][-1]
    told = shift.have(Deed.HANG_UP, call=call)
    assert [h.data.call for h in told if isinstance(h.data, Completed)] == [call]
    shift.have(Deed.HANG_UP, call=call)
    assert shift.refused == [None, Refusal.CALL_OVER]


deeds = st.builds(
    Intervention,
    deed=st.sampled_from(list(Deed)),
    agent=st.sampled_from([plan.id for plan in DEMO.agents[:8]]),
    queue=st.sampled_from([queue.id for queue in DEMO.queues]),
    phone=st.just("PJSIP/2001"),
    id=st.uuids().map(str),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(deeds, st.floats(0.01, 3)), max_size=25))
def test_whatever_supervisors_do_the_law_of_visits_holds(
    asked: list[tuple[Intervention, float]],
) -> None:
    shift = Shift()
    shift.play(5)
    for intervention, minutes in asked:
        shift.sim.intervene(intervention, shift.sim.now, shift.refused.append)
        shift.play(minutes)
    waiting = Counter(
        visit.queue.id for visit in shift.sim._switch.visits.values() if visit.talking_since is None
    )
    for name, queue in shift.sim.truth.queues.items():
        left = queue.answered + queue.abandoned + sum(queue.overflowed.values())
        assert queue.offered == left + queue.dropped_waiting + waiting[name]
