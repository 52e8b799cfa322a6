"""The simulation's own totals are what its events add up to."""

from collections import Counter, defaultdict

from ingest.events import (
    Abandoned,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Dropped,
    Event,
    Held,
    Millis,
    Overflowed,
    Queued,
    Retrieved,
    RingEnded,
    Transferred,
    VisitData,
)
from ingest.words import AgentStatus, Phase
from simulators.demo import DEMO
from simulators.floor_sim import FloorSim, simulate
from simulators.scenario import Scenario

HOUR = 3_600_000
START = 1_790_006_400_000


def tally(events: list[Event]) -> dict[str, Counter[str]]:
    """The sums of these events, by our own arithmetic on their times alone."""
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    began: dict[str, Millis] = {}
    answered: dict[str, Millis] = {}
    held: dict[str, Millis] = {}
    for event in events:
        data, now = event.data, event.time
        if isinstance(data, Blocked):
            sums[data.queue]["blocked"] += 1
        if not isinstance(data, VisitData):
            continue
        of, visit = sums[data.queue], data.visit
        match data:
            case Queued():
                of["offered"] += 1
                began[visit] = now
            case Answered():
                answered[visit] = now
                wait_ms = now - began[visit]
                assert data.wait_ms == wait_ms
                of.update(answered=1, in_target=wait_ms <= of_target(data.queue))
                of["wait_ms_answered"] += wait_ms
            case Abandoned():
                wait_ms = now - began[visit]
                assert data.wait_ms == wait_ms
                of.update(abandoned=1, abandoned_short=wait_ms < 5_000)
                of["abandoned_ringing"] += data.phase is Phase.RINGING
                of["wait_ms_abandoned"] += wait_ms
            case Overflowed(reason=reason):
                of[f"overflowed {reason}"] += 1
            case Held():
                held[visit] = now
            case Retrieved():
                of["hold_ms"] += now - held.pop(visit)
            case Completed() | Transferred() | Dropped(phase=Phase.TALKING):
                assert data.talk_ms == now - answered[visit]
                of["talk_ms"] += data.talk_ms
                # Some are passed on, or cut off, while on hold.
                of["hold_ms"] += now - held.pop(visit, now)
                of[type(data).__name__] += 1
            case Dropped():
                of["dropped_waiting"] += 1
            case _:
                pass
    return sums


def of_target(queue: str) -> Millis:
    return next(plan.target_ms for plan in DEMO.queues if plan.id == queue)


def test_the_truth_is_what_an_independent_tally_of_the_events_finds(storm: Scenario) -> None:
    sim = FloorSim(storm, 5, START)
    stop_at = START + 6 * HOUR
    while sim.next_at < stop_at:
        sim.step()
    events = list(simulate(storm, 5, START, until=stop_at))
    sums = tally(events)
    still_held = _hold_of_the_living(events)
    for queue, truth in sim.truth.queues.items():
        found = sums[queue]
        assert found.pop("hold_ms") - still_held[queue] == truth.hold_ms
        assert +found == +Counter(
            {
                "offered": truth.offered,
                "answered": truth.answered,
                "in_target": truth.answered_in_target,
                "abandoned": truth.abandoned,
                "abandoned_short": truth.abandoned_short,
                "abandoned_ringing": truth.abandoned_ringing,
                "blocked": truth.blocked,
                "dropped_waiting": truth.dropped_waiting,
                "Dropped": truth.dropped_talking,
                "Completed": truth.completed - truth.dropped_talking,
                "Transferred": truth.transferred,
                "wait_ms_answered": truth.wait_ms_answered,
                "wait_ms_abandoned": truth.wait_ms_abandoned,
                "talk_ms": truth.talk_ms,
            }
            | {f"overflowed {reason}": n for reason, n in truth.overflowed.items()}
        )


def _hold_of_the_living(events: list[Event]) -> Counter[str]:
    """Hold time, by queue, of conversations that have not ended."""
    held: dict[str, Millis] = {}
    lasted: Counter[tuple[str, str]] = Counter()
    for event in events:
        match event.data:
            case Held(visit=visit):
                held[visit] = event.time
            case Retrieved(visit=visit, queue=queue):
                lasted[queue, visit] += event.time - held[visit]
            case (
                Completed(visit=visit, queue=queue)
                | Transferred(visit=visit, queue=queue)
                | Dropped(visit=visit, queue=queue)
            ):
                del lasted[queue, visit]
            case _:
                pass
    living: Counter[str] = Counter()
    for (queue, _), hold_ms in lasted.items():
        living[queue] += hold_ms
    return living


def test_the_truth_of_agents_is_what_their_states_add_up_to(storm: Scenario) -> None:
    sim = FloorSim(storm, 5, START)
    spent: dict[str, Counter[tuple[AgentStatus, str]]] = defaultdict(Counter)
    nobody = (AgentStatus.SIGNED_OUT, "", START)
    last: dict[str, tuple[AgentStatus, str, Millis]] = {agent.id: nobody for agent in storm.agents}
    answered: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    while sim.next_at < START + 6 * HOUR:
        for time, data in sim.step():
            match data:
                case AgentState(agent=agent, state=state, reason=reason):
                    was, why, since = last[agent]
                    spent[agent][was, why] += time - since
                    last[agent] = state, reason, time
                case Answered(agent=agent):
                    answered[agent] += 1
                case RingEnded(agent=agent):
                    missed[agent] += 1
                case _:
                    pass
    for agent, truth in sim.truth.agents.items():
        state, reason, since = last[agent]
        spent[agent][state, reason] += sim.now - since
        assert +spent[agent] == +Counter(truth.time_ms(sim.now))
        assert sum(spent[agent].values()) == sim.now - START
        assert (truth.answered, truth.ring_no_answer) == (answered[agent], missed[agent])
