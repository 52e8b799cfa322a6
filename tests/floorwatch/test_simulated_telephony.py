"""The demo's own telephony: orders become what supervisors have done on the simulated floor."""

import asyncio

import pytest

from floorwatch.simulated_telephony import SimulatedTelephony
from ingest.ami_actions import NOT_A_MEMBER
from ingest.orders import Act, Order, Outcome, Receipt
from simulators.demo import DEMO
from simulators.floor_sim import FloorSim
from simulators.interventions import Interventions

START = 1_790_006_400_000
DONE = Receipt(Outcome.DONE)


class Demo:
    """A floor that is played on while an order is carried out."""

    def __init__(self) -> None:
        self.sim = FloorSim(DEMO, 3, START)
        self.interventions = Interventions()
        self.telephony = SimulatedTelephony(self.interventions, frozenset(Act))
        while self.sim.next_at < START + 900_000:
            self.sim.step()

    async def carry(self, act: Act, **known: str) -> Receipt:
        order = Order(id="o", act=act, own_phone="PJSIP/2001", **known)  # type: ignore[arg-type]  # as given
        carried = asyncio.ensure_future(self.telephony.carry(order))
        while not carried.done():
            await asyncio.sleep(0)  # noqa: TID251 no time passes
            self.interventions.apply(self.sim, self.sim.now)
            self.sim.step()
        return carried.result()

    @property
    def talks(self) -> tuple[str, str]:
        """An agent who talks, and his call."""
        for item in self.sim.snapshot("s"):
            if getattr(item, "talking", False):
                return item.agent, item.call  # type: ignore[union-attr]  # a visit has both
        raise AssertionError("nobody talks")


async def test_every_act_is_carried_out() -> None:
    demo = Demo()
    sales = next(plan.id for plan in DEMO.agents if plan.queues == ("sales",))
    assert await demo.carry(Act.PAUSE, agent=sales, reason="coaching") == DONE
    assert await demo.carry(Act.UNPAUSE, agent=sales) == DONE
    assert await demo.carry(Act.MOVE, agent=sales, queue="sales", to="vip") == DONE
    for act in (Act.LISTEN, Act.WHISPER, Act.BARGE):
        agent, _ = demo.talks
        assert await demo.carry(act, agent=agent) == DONE
    for act in (Act.TAKE_OVER, Act.HANG_UP):
        agent, call = demo.talks
        assert await demo.carry(act, agent=agent, call=call) == DONE
        assert (agent, call) != demo.talks
    assert await demo.carry(Act.SIGN_OUT, agent=sales) == DONE


@pytest.mark.parametrize(
    ("act", "known", "why"),
    [
        (Act.PAUSE, {"agent": "nobody"}, NOT_A_MEMBER),
        (Act.MOVE, {"agent": "1001", "queue": "vip", "to": "sales"}, "there_already"),
        (Act.HANG_UP, {"call": "gone"}, "call_over"),
    ],
)
async def test_what_the_floor_refuses_is_told(act: Act, known: dict[str, str], why: str) -> None:
    assert await Demo().carry(act, **known) == Receipt(Outcome.REFUSED, why)
