"""`python -m bench.moves [--runs 200] [--minute 65]`: what moves save, predicted and in truth.

The simulator's whole floor with its skills, breaks, transfers, redials and missed calls, once without
and once with the move that is ranked first, from the same moment on. The prediction knows what a
site knows: calls, handling and patience of such half-hours on the average, who is signed in for which
queues, the shifts with their breaks, and how the queues stand now.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import sqrt
from statistics import fmean, stdev

from ingest.events import SnapshotAgent, SnapshotMember, SnapshotVisit
from ingest.words import AgentStatus
from planning.moves import PARTS, Line, Move, Person, expected, ranked
from simulators.demo import DEMO
from simulators.floor_sim import FloorSim
from simulators.interventions import Deed, Intervention
from simulators.plans import AgentPlan, Shift
from simulators.scenario import Scenario
from simulators.timetable import Timetable

START = 1_790_006_400_000
MINUTE = 60_000
HALF_HOUR_MIN = 30
RUNS = 200
WARM_MIN = 65
"""From then on for half an hour no shift begins or ends: see docs/breaks.md for what one does."""
CASES: Mapping[str, Mapping[str, float]] = {
    "twice the sales, less of all else": {"sales": 2.2, "support": 0.7, "billing": 0.5, "vip": 0.7},
    "much support, little billing": {"sales": 0.8, "support": 1.7, "billing": 0.5, "vip": 0.7},
}
_BUSY = (AgentStatus.RINGING, AgentStatus.TALKING, AgentStatus.HOLD, AgentStatus.ACW)
_SURE = 1.96


@dataclass(frozen=True)
class Lost:
    """A queue's half-hour: who left without an answer, who came, and what the served took.

    Whoever gives up at once, or finds the queue full, counts by what the floor could have done: the
    first not at all, the second as lost.
    """

    lost: int
    came: int
    answered: int
    talk_ms: int
    waits_ms: int


@dataclass(frozen=True)
class Start:
    """A floor at the moment when a move is thought of, and each queue's half-hour without one."""

    people: Sequence[Person]
    busy: Mapping[str, int]
    waiting: Mapping[str, int]
    came: Mapping[str, Lost]


@dataclass(frozen=True)
class Found:
    """Over the runs in which a move was ranked at all: in calls per move."""

    runs: int
    predicted: float
    happened: float
    within: float
    """Half the interval of 95 % of what happened less what was predicted."""
    lost: float
    """Calls lost in the half-hour without a move, in the mean."""
    lost_predicted: float
    kinds: Counter[tuple[str, str]]

    @property
    def bias(self) -> float:
        return self.predicted - self.happened


def scenario(factors: Mapping[str, float]) -> Scenario:
    """The demo's floor with so many times its calls."""
    queues = tuple(
        replace(queue, calls_per_hour=queue.calls_per_hour * factors[queue.id])
        for queue in DEMO.queues
    )
    return replace(DEMO, queues=queues)


def measure(
    made: Scenario, runs: int, *, warm_min: int = WARM_MIN, least_gain: float = 0.3
) -> Found:
    """So many days of it, each played twice."""
    starts = [_start(made, seed, warm_min) for seed in range(runs)]
    lines = _lines(made, starts)
    predicted, happened, kinds, lost, told = [], [], Counter[tuple[str, str]](), [], []
    for seed, start in enumerate(starts):
        now = [
            replace(line, busy=start.busy[line.id], waiting=start.waiting[line.id])
            for line in lines
        ]
        lost.append(sum(each.lost for each in start.came.values()))
        told.append(sum(expected(now, start.people).values()))
        moves = ranked(now, start.people, 0, least_gain=least_gain)
        if not moves:
            continue
        kinds[moves[0].giver, moves[0].taker] += 1
        predicted.append(moves[0].gain)
        after = _half_hour(_played(made, seed, warm_min), moves[0], made)
        happened.append(lost[-1] - sum(each.lost for each in after.values()))
    differences = [one - other for one, other in zip(predicted, happened, strict=True)]
    several = len(differences) > 1
    return Found(
        runs=len(predicted),
        predicted=fmean(predicted) if predicted else 0.0,
        happened=fmean(happened) if happened else 0.0,
        within=_SURE * stdev(differences) / sqrt(len(differences)) if several else 0.0,
        lost=fmean(lost),
        lost_predicted=fmean(told),
        kinds=kinds,
    )


def _played(made: Scenario, seed: int, minutes: int) -> FloorSim:
    sim = FloorSim(made, seed, START)
    _play(sim, START + minutes * MINUTE)
    return sim


def _play(sim: FloorSim, until: int) -> None:
    while sim.next_at <= until:
        sim.step()


def _start(made: Scenario, seed: int, warm_min: int) -> Start:
    sim = _played(made, seed, warm_min)
    now = START + warm_min * MINUTE
    queues: dict[str, list[str]] = {}
    states: dict[str, AgentStatus] = {}
    busy, waiting = Counter[str](), Counter[str]()
    for item in sim.snapshot("now"):
        match item:
            case SnapshotMember():
                queues.setdefault(item.agent, []).append(item.queue)
            case SnapshotAgent():
                states[item.agent] = item.state
                busy[item.queue] += item.state in _BUSY
                # Who is rung for waits still, but for nobody else.
                waiting[item.queue] -= item.state is AgentStatus.RINGING
            case SnapshotVisit() if not item.talking:
                waiting[item.queue] += 1
            case _:
                pass
    timetable = Timetable(made)
    people = [_person(made, plan, timetable, now, states.get(plan.id)) for plan in made.agents]
    return Start(people, busy, waiting, _half_hour(sim, None, made))


def _person(
    made: Scenario, plan: AgentPlan, timetable: Timetable, now: int, state: AgentStatus | None
) -> Person:
    """As the site knows him: his queues, his shifts and breaks. Who serves one queue could any."""
    shift = next(shift for shift in made.shifts if shift.id == plan.shift)
    there = [_is_there(shift, plan, timetable, now, minute) for minute in range(HALF_HOUR_MIN)]
    part = HALF_HOUR_MIN // PARTS
    alone = len(plan.queues) == 1
    others = [queue.id for queue in made.queues if queue.id not in plan.queues]
    return Person(
        agent=plan.id,
        queues=plan.queues,
        parts=tuple(sum(there[n : n + part]) / part for n in range(0, HALF_HOUR_MIN, part)),
        skills=dict.fromkeys(others, 1.0) if alone else {},
        busy=state in _BUSY,
        # Nobody is sent whose break is due, or who goes home.
        free=all(there) and (state in _BUSY or state is AgentStatus.READY),
    )


def _is_there(shift: Shift, plan: AgentPlan, timetable: Timetable, now: int, minute: int) -> bool:
    at = now + minute * MINUTE + MINUTE // 2
    began = timetable.running(shift, at)
    if began is None:
        return False
    since = (at - began) / MINUTE - plan.offset_min
    return not any(each.at_min <= since < each.at_min + each.minutes for each in shift.breaks)


def _half_hour(sim: FloorSim, move: Move | None, made: Scenario) -> dict[str, Lost]:
    """What becomes of the next half-hour, with this move at its begin."""
    begin = sim.now
    before = {queue.id: _counted(sim, queue.id) for queue in made.queues}
    if move is not None:
        for deed, queue in ((Deed.JOIN, move.taker), (Deed.LEAVE, move.giver)):
            wish = Intervention(deed=deed, agent=move.agent, queue=queue)
            sim.intervene(wish, begin, lambda refusal: None)
    _play(sim, begin + HALF_HOUR_MIN * MINUTE)
    return {
        id: Lost(*(now - then for now, then in zip(_counted(sim, id), old, strict=True)))
        for id, old in before.items()
    }


def _counted(sim: FloorSim, queue: str) -> tuple[int, int, int, int, int]:
    true = sim.truth.queues[queue]
    return (
        true.abandoned - true.abandoned_short + true.blocked + sum(true.overflowed.values()),
        true.offered - true.abandoned_short + true.blocked,
        true.answered,
        true.talk_ms,
        true.wait_ms_answered + true.wait_ms_abandoned,
    )


def _lines(made: Scenario, starts: Sequence[Start]) -> list[Line]:
    """Each queue by such half-hours on the average, as a forecast and past days tell it."""
    lines = []
    for queue in made.queues:
        halves = [start.came[queue.id] for start in starts]
        answered = sum(half.answered for half in halves)
        talk_s = sum(half.talk_ms for half in halves) / max(answered, 1) / 1_000
        # The agent's time besides the talk: the ring, what is written, and rings that nobody took.
        ring_s = made.habits.ring.mean_ms / 1_000
        missed = made.habits.no_answer_share
        missed_s = missed * (made.habits.ring_timeout_ms + made.habits.missed_ms) / 1_000
        lines.append(
            Line(
                id=queue.id,
                per_hour=sum(half.came for half in halves) / len(halves) * 2,
                handling_s=talk_s + queue.wrap_up.mean_ms / 1_000 + ring_s + missed_s,
                patience_s=sum(half.waits_ms for half in halves)
                / max(sum(half.lost for half in halves), 1)
                / 1_000,
            )
        )
    return lines


def main(tell: Callable[[str], object] = print) -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.moves", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, choices=range(2, 2_001), metavar="N")
    parser.add_argument(
        "--minute",
        type=int,
        default=WARM_MIN,
        choices=range(10, 240),
        metavar="N",
        help="of the day",
    )
    args = parser.parse_args()
    runs = args.runs
    holds = True
    for name, factors in CASES.items():
        found = measure(scenario(factors), runs, warm_min=args.minute)
        unbiased = abs(found.bias) <= found.within
        holds = holds and unbiased
        kinds = ", ".join(
            f"{giver} to {taker} {count}" for (giver, taker), count in found.kinds.most_common(3)
        )
        tell(
            f"{name}: {found.runs} of {runs} runs with a move ({kinds})\n"
            f"  calls lost without it: {found.lost:.1f}, predicted {found.lost_predicted:.1f}\n"
            f"  saved by it: predicted {found.predicted:.2f}, happened {found.happened:.2f}; bias"
            f" {found.bias:+.2f} ± {found.within:.2f} (95 %):"
            f" {'unbiased' if unbiased else 'BIASED'}"
        )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
