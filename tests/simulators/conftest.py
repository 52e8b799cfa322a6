"""A small, overloaded site on which everything happens that can happen."""

from dataclasses import replace

import pytest

from simulators.demo import DEMO
from simulators.plans import Habits
from simulators.scenario import Scenario


@pytest.fixture(scope="session")
def storm() -> Scenario:
    """The demo's house with few people, many faults, small queues, and shifts that end together."""
    shift = replace(DEMO.shifts[0], length_min=110, period_min=120)
    return replace(
        DEMO,
        shifts=(shift,),
        agents=tuple(replace(agent, shift=shift.id) for agent in DEMO.agents[::2]),
        queues=tuple(replace(queue, capacity=6) for queue in DEMO.queues),
        habits=Habits(
            drop_waiting_share=0.05,
            drop_talking_share=0.05,
            no_answer_share=0.1,
            busy_share=0.05,
            hold_share=0.4,
            transfer_share=0.3,
            transfer_out_share=0.4,
            key_share=0.2,
            callback_share=0.2,
            callback_after_ms=30_000,
            csat_share=0.5,
            quality_share=0.2,
            short_call_share=0.05,
            absent_share=0.05,
            early_leave_share=0.2,
        ),
    )
