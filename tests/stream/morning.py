"""A morning of calls, for every test that wants facts: some are told late, so there are corrections."""

import random

from ingest.events import (
    Abandoned,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Data,
    Dropped,
    Event,
    Overflowed,
    Queued,
    RingEnded,
    Ringing,
    Transferred,
)
from ingest.stamp import Stamp
from ingest.words import AgentStatus, Block, CauseClass, Overflow, Phase, RingEnd

NOW = 1_795_348_800_000


def told(rng: random.Random, count: int, at: int = NOW - 3 * 3_600_000) -> list[Event]:
    """Calls, agents' states and refusals, some of them told late: there are corrections."""
    stamp = Stamp("/acd/hq/pbx", "1")
    plan: list[tuple[int, Data]] = []
    for n in range(count):
        at += rng.randrange(1, 90_000)
        queue = rng.choice(["sales", "support"])
        name = {"visit": f"c{n}/{queue}/1", "queue": queue, "call": f"c{n}"}
        agent = rng.choice(["ann", "bob"])
        joined = Queued(**name, caller=rng.choice(["", "+8613800138000", "•••123"]))
        answered = at + rng.randrange(40_000)
        ended = answered + rng.randrange(90_000)
        steps: list[tuple[int, Data]] = [(at, joined)]
        match rng.randrange(8):
            case 0:
                steps += [(answered, Abandoned(**name))]
            case 1:
                steps += [(answered, Overflowed(**name, reason=rng.choice(list(Overflow))))]
            case 2:
                steps += [(answered, Answered(**name, agent=agent))]
                steps += [(ended, Transferred(**name, agent=agent, to="other"))]
            case 4:
                phase, cause = rng.choice([Phase.WAITING, Phase.TALKING]), CauseClass.NETWORK
                if phase is Phase.TALKING:
                    steps += [(answered, Answered(**name, agent=agent))]
                steps += [(ended, Dropped(**name, phase=phase, cause_class=cause))]
            case 5:
                steps += [(answered, Answered(**name, agent=agent))] * rng.randrange(2)
            case 3:
                steps = [(at, Blocked(queue=queue, call=f"c{n}", reason=Block.FULL))]
            case _:
                steps += [(at, Ringing(**name, agent=agent))]
                steps += [(answered, RingEnded(**name, agent=agent, result=RingEnd.NO_ANSWER))]
                steps += [(answered, Answered(**name, agent=agent))]
                steps += [(ended, Completed(**name, agent=agent))]
        for state in rng.sample([AgentStatus.ACW, AgentStatus.READY, AgentStatus.NOT_READY], 2):
            steps.append((ended, AgentState(agent=agent, state=state, queue=queue)))
        plan += steps
    late = [(when + rng.choice([0, 0, 0, 30_000]), when, data) for when, data in plan]
    return [
        stamp.event(data, time=when, recvtime=recv)
        for recv, when, data in sorted(late, key=lambda each: each[0])
    ]
