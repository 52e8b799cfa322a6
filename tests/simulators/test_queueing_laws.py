"""Queueing theory holds on the simulated floor, where it can be made as simple as the theory is.

Bounds: each run is cut into batches much longer than a queue remembers; the first, which begins
empty, is left out. A figure is the mean of its batches, and their spread gives Student's interval
at 99.9 %. Of some forty comparisons one would fail by bad luck in one run of 25; the seeds are
fixed, so here it is settled that none does.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from statistics import fmean, stdev

import pytest

from ingest.events import (
    Abandoned,
    Answered,
    Completed,
    Dropped,
    Millis,
    Overflowed,
    Queued,
    Transferred,
    VisitData,
)
from ingest.words import AgentStatus, Phase
from planning.erlang import Balance, erlang_a, erlang_c
from simulators.agenda import Happening
from simulators.demo import DEMO
from simulators.floor_sim import FloorSim, a_day
from simulators.local_time import day_start, start_of
from simulators.plans import (
    WEEK_MIN,
    AgentPlan,
    Habits,
    Length,
    Patience,
    Profile,
    QueuePlan,
    Shift,
)
from simulators.scenario import Scenario
from simulators.scenario_file import preset

HOUR = 3_600_000
START = day_start(DEMO, 1_790_006_400_000)
BATCHES = 30
STUDENT_999 = 3.659
"""Student's 99.95 % quantile with 29 degrees of freedom."""

PLAIN = Habits(
    menu_ms=(0, 0),
    menu_quit_share=0.0,
    misdial_share=0.0,
    key_share=0.0,
    redial_share=0.0,
    drop_waiting_share=0.0,
    drop_talking_share=0.0,
    ring=Length(0),
    no_answer_share=0.0,
    busy_share=0.0,
    hold_share=0.0,
    transfer_share=0.0,
    late_ms=(0, 0),
)
"""Nothing but calls, waits, and conversations."""


def queue(
    id_: str, per_hour: float, handling_s: float, patience_s: float | None = None, priority: int = 0
) -> QueuePlan:
    """A queue of the theory: calls by chance, exponential conversations and patience, room for all."""
    return QueuePlan(
        id=id_,
        names={},
        calls_per_hour=per_hour,
        patience=Patience(None if patience_s is None else round(patience_s * 1_000)),
        talk=Length(round(handling_s * 1_000), None),
        wrap_up=Length(0),
        did="1",
        priority=priority,
        capacity=100_000,
    )


def markovian(queues: list[QueuePlan], teams: list[tuple[int, tuple[str, ...]]]) -> Scenario:
    """A floor that never sleeps: `teams` say how many agents serve which queues."""
    return Scenario(
        site="theory",
        names={},
        time_zone="UTC",
        queues=tuple(queues),
        teams={"all": {}},
        shifts=(Shift(id="always", start_min=0, length_min=1_000 * WEEK_MIN, period_min=WEEK_MIN),),
        agents=tuple(
            AgentPlan(
                id=f"{team}-{n}",
                names={},
                team="all",
                queues=serves,
                shift="always",
                interface=f"PJSIP/{team}-{n}",
            )
            for team, (count, serves) in enumerate(teams)
            for n in range(count)
        ),
        profile=Profile(step_min=1_440, weights=(1.0,)),
        habits=PLAIN,
        heartbeat_ms=1_000_000_000,
    )


@dataclass(frozen=True)
class Estimate:
    """A figure that was measured, and how far from it the true one may lie."""

    mean: float
    margin: float

    def holds(self, true: float) -> bool:
        return abs(self.mean - true) <= self.margin


def estimate(batches: list[float]) -> Estimate:
    return Estimate(fmean(batches), STUDENT_999 * stdev(batches) / len(batches) ** 0.5)


@dataclass(frozen=True)
class Wait:
    """What became of one who waited."""

    queue: str
    wait_ms: Millis
    answered: bool


def waits_of(scenario: Scenario, count: int, seed: int = 1) -> list[Wait]:
    """The first so many waits to end on this floor."""
    sim = FloorSim(scenario, seed, START)
    waits: list[Wait] = []
    while len(waits) < count:
        for _, data in sim.step():
            if isinstance(data, Answered):
                assert data.wait_ms is not None
                waits.append(Wait(data.queue, data.wait_ms, answered=True))
            elif isinstance(data, Abandoned):
                assert data.wait_ms is not None
                waits.append(Wait(data.queue, data.wait_ms, answered=False))
    return waits


def batched(waits: list[Wait]) -> Iterator[list[Wait]]:
    """The batches of this run, without the first."""
    size = len(waits) // (BATCHES + 1)
    for start in range(size, size * (BATCHES + 1), size):
        yield waits[start : start + size]


def measured(waits: list[Wait], target_s: int = 20) -> dict[str, Estimate]:
    """The figures of `Balance`."""
    batches = list(batched(waits))

    def share(of: list[Wait], kind: str) -> float:
        match kind:
            case "waits":
                found = sum(wait.wait_ms > 0 for wait in of)
            case "abandons":
                found = sum(not wait.answered for wait in of)
            case _:
                found = sum(wait.answered and wait.wait_ms <= target_s * 1_000 for wait in of)
        return found / len(of)

    figures = {
        kind: estimate([share(of, kind) for of in batches])
        for kind in ("waits", "abandons", "served_in_target")
    }
    figures["wait_s"] = estimate([fmean(wait.wait_ms for wait in of) / 1_000 for of in batches])
    return figures


def patience_s(waits: list[Wait]) -> Estimate:
    """All waiting divided by those who gave up: of exponential patience, its mean."""
    totals = [
        (sum(wait.wait_ms for wait in of) / 1_000, sum(not wait.answered for wait in of))
        for of in batched(waits)
    ]
    gave_up = fmean(lost for _, lost in totals)
    mean = fmean(waited_s for waited_s, _ in totals) / gave_up
    # The margin of a ratio: how its batches stray from it, in units of what it is divided by.
    strayed = estimate([waited_s - mean * lost for waited_s, lost in totals])
    return Estimate(mean, strayed.margin / gave_up)


def strangers(found: dict[str, Estimate], theory: Balance) -> dict[str, tuple[Estimate, float]]:
    """The figures that the theory does not allow."""
    return {
        name: (figure, getattr(theory, name))
        for name, figure in found.items()
        if not figure.holds(getattr(theory, name))
    }


# Calls an hour, handling time, agents, patience, and how many calls to watch; the shares are those
# of the reference: given up, answered within 20 s, had to wait.
ERLANG_A = [
    (2_880, 60, 50, 120, 30_000, (0.0309122492, 0.943018955, 0.467774069)),
    (200, 180, 12, 180, 20_000, (0.0530916254, 0.802303867, 0.303223854)),
    (600, 240, 35, 300, 15_000, (0.140197921, 0.297414425, 0.838431553)),
    (600, 240, 43, 300, 30_000, (0.0304740254, 0.803303866, 0.354401012)),
    (60, 240, 6, 300, 25_000, (0.0439225711, 0.823960124, 0.22193056)),
    (6, 240, 2, 300, 45_000, (0.0192297056, 0.945912604, 0.0621797354)),
]


@cache
def erlang_a_run(row: int) -> list[Wait]:
    per_hour, handling_s, agents, gives_up_s, calls, _ = ERLANG_A[row]
    floor = markovian([queue("q", per_hour, handling_s, gives_up_s)], [(agents, ("q",))])
    return waits_of(floor, calls)


@pytest.mark.parametrize("row", range(len(ERLANG_A)))
def test_a_floor_of_impatient_callers_is_erlang_a(row: int) -> None:
    abandons, served_in_target, waits = ERLANG_A[row][5]
    found = measured(erlang_a_run(row))
    known = {"abandons": abandons, "served_in_target": served_in_target, "waits": waits}
    for name, true in known.items():
        assert found[name].holds(true), (name, found[name], true)


@pytest.mark.parametrize("row", range(len(ERLANG_A)))
def test_the_bounds_are_narrow_enough_to_refuse_slightly_other_callers(row: int) -> None:
    per_hour, handling_s, agents, gives_up_s, _, _ = ERLANG_A[row]
    run = erlang_a_run(row)
    patience = patience_s(run)
    assert patience.holds(gives_up_s)
    assert not patience.holds(gives_up_s * 1.2)
    assert not patience.holds(gives_up_s / 1.2)
    more_calls, right = (
        erlang_a(
            per_hour=per_hour * factor,
            handling_s=handling_s,
            agents=agents,
            patience_s=gives_up_s,
            target_s=20,
        )
        for factor in (1.2, 1.0)
    )
    assert not strangers(measured(run), right)
    assert strangers(measured(run), more_calls)


# Calls an hour, handling time, agents (50, 80, 85 and 90 % busy), how many calls to watch.
ERLANG_C = [
    (30, 120, 2, 15_000),
    (160, 180, 10, 25_000),
    (510, 120, 20, 30_000),
    (180, 180, 10, 36_000),
]


@pytest.mark.parametrize("row", range(len(ERLANG_C)))
def test_a_floor_of_endlessly_patient_callers_is_erlang_c(row: int) -> None:
    per_hour, handling_s, agents, calls = ERLANG_C[row]
    floor = markovian([queue("q", per_hour, handling_s)], [(agents, ("q",))])
    found = measured(waits_of(floor, calls))
    theory = erlang_c(per_hour=per_hour, handling_s=handling_s, agents=agents, target_s=20)
    assert not strangers(found, theory)
    busier = erlang_c(per_hour=per_hour * 1.1, handling_s=handling_s, agents=agents, target_s=20)
    assert strangers(found, busier), "a tenth more calls would be noticed"


# Two classes of callers, the first more important; calls an hour of each, handling time, agents.
COBHAM = [(40, 56, 120, 4), (54, 30, 120, 4)]


@pytest.mark.parametrize(("first", "second", "handling_s", "agents"), COBHAM)
def test_the_more_important_queue_waits_as_much_less_as_cobham_says(
    first: float, second: float, handling_s: float, agents: int
) -> None:
    queues = [
        queue("first", first, handling_s, priority=5),
        queue("second", second, handling_s),
    ]
    waits = waits_of(markovian(queues, [(agents, ("second", "first"))]), 25_000)
    both = erlang_c(per_hour=first + second, handling_s=handling_s, agents=agents)
    # Until an agent is free for a class, on the average, when all are busy with that and higher ones.
    free_s = both.waits * handling_s / agents
    busy_with_first = first * handling_s / 3_600 / agents
    busy = (first + second) * handling_s / 3_600 / agents
    theory = {
        "first": free_s / (1 - busy_with_first),
        "second": free_s / (1 - busy_with_first) / (1 - busy),
    }
    for name, wait_s in theory.items():
        of = [wait for wait in waits if wait.queue == name]
        found = measured(of)["wait_s"]
        assert found.holds(wait_s), (name, found, wait_s)
        if name == "first":
            assert not found.holds(both.wait_s), "as if there were no priorities"


def test_people_who_serve_all_queues_serve_them_better_than_as_many_parted() -> None:
    names = ("one", "two", "three")
    queues = [queue(name, 80, 180) for name in names]
    parted = waits_of(markovian(queues, [(5, (name,)) for name in names]), 12_000)
    pooled = waits_of(markovian(queues, [(15, names)]), 12_000)
    alone = erlang_c(per_hour=80, handling_s=180, agents=5, target_s=20)
    together = erlang_c(per_hour=240, handling_s=180, agents=15, target_s=20)
    assert together.wait_s < alone.wait_s / 3
    assert not strangers(measured(parted), alone)
    assert not strangers(measured(pooled), together)


WAIT_ENDS = (Answered, Abandoned, Overflowed)
FLOORS = {
    "demo": (DEMO, 1, START, 8),
    "quiet-day": (preset("quiet-day"), 2, start_of(preset("quiet-day")), 5),
    "lunch-collapse": (preset("lunch-collapse"), 3, start_of(preset("lunch-collapse")), 4),
    "theory": (markovian([queue("q", 200, 180, 180)], [(12, ("q",))]), 4, START, 40),
}


@pytest.mark.parametrize("floor", FLOORS)
def test_littles_law_holds_to_the_millisecond_for_waiting_and_for_talking(floor: str) -> None:
    """The mean number present is the rate of coming times the mean stay: from the length of the
    queue over time, from what each event says of its own wait, and from the truth."""
    scenario, seed, start, hours = FLOORS[floor]
    sim = FloorSim(scenario, seed, start, keep=True)
    told = [happening for told in a_day(sim, start + hours * HOUR) for happening in told]
    length_ms = told[-1].time - start
    visits = [visit for call in sim.truth.calls.values() for visit in call.visits]
    for id_, truth in sim.truth.queues.items():
        waiting, talking = presence(told, id_)
        events = [h.data for h in told if isinstance(h.data, VisitData) and h.data.queue == id_]
        waits = [
            data.wait_ms or 0
            for data in events
            if isinstance(data, WAIT_ENDS)
            or (isinstance(data, Dropped) and data.phase is not Phase.TALKING)
        ]
        assert waiting == sum(waits)
        assert len(waits) == truth.offered
        mine = [visit for visit in visits if visit.queue == id_]
        assert waiting == sum((v.left_at or 0) - v.queued_at for v in mine)
        answered = [visit for visit in mine if visit.agent]
        assert talking == truth.talk_ms
        assert talking == sum((v.ended_at or 0) - (v.left_at or 0) for v in answered)
        # The law as it is usually written.
        rate, mean_wait_ms = len(waits) / length_ms, fmean(waits)
        assert waiting / length_ms == pytest.approx(rate * mean_wait_ms, rel=1e-12)
        rate, mean_talk_ms = len(answered) / length_ms, truth.talk_ms / truth.answered
        assert talking / length_ms == pytest.approx(rate * mean_talk_ms, rel=1e-12)
    busy: Counter[AgentStatus] = Counter()
    for agent in sim.truth.agents.values():
        for (state, _), ms in agent.time_ms(told[-1].time).items():
            busy[state] += ms
    talked = sum(queue.talk_ms for queue in sim.truth.queues.values())
    assert busy[AgentStatus.TALKING] + busy[AgentStatus.HOLD] == talked
    assert busy[AgentStatus.HOLD] == sum(queue.hold_ms for queue in sim.truth.queues.values())


def presence(told: list[Happening], queue: str) -> tuple[Millis, Millis]:
    """How long callers waited, and talked, in this queue in all: number by number, over time."""
    steps: list[tuple[Millis, int, int]] = []
    for time, data in told:
        if not isinstance(data, VisitData) or data.queue != queue:
            continue
        ends = isinstance(data, WAIT_ENDS)
        cut = isinstance(data, Dropped)
        talked = isinstance(data, Completed | Transferred)
        if isinstance(data, Dropped) and data.phase is Phase.TALKING:
            talked, cut = True, False
        waiting = isinstance(data, Queued) - (ends or cut)
        steps.append((time, waiting, isinstance(data, Answered) - talked))
    areas, counts = [0, 0], [0, 0]
    for (time, *changes), (until, *_) in pairwise([*steps, (told[-1].time, 0, 0)]):
        for which, change in enumerate(changes):
            counts[which] += change
            areas[which] += counts[which] * (until - time)
    assert counts == [0, 0], "the floor has not come to rest"
    return areas[0], areas[1]
