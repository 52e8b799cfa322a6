"""Orders to the simulated floor of this process: what `make demo` carries supervisors' actions out on."""

import asyncio
from collections.abc import Collection, Iterator

from ingest.ami_actions import NOT_A_MEMBER
from ingest.orders import AWAY, PHONE_UNANSWERED, Act, Order, Outcome, Receipt
from simulators.interventions import Deed, Intervention, Interventions, Refusal

PATIENCE_S = 12.0
"""So long the floor is waited for: a little longer than whoever ordered does."""
_WHY = {
    Refusal.DEAD: AWAY,
    Refusal.ABSENT: NOT_A_MEMBER,
    Refusal.NO_ANSWER: PHONE_UNANSWERED,
}


class SimulatedTelephony:
    """Has orders carried out as interventions on the floor."""

    def __init__(self, interventions: Interventions, allow: Collection[Act]) -> None:
        self.abilities: Collection[Act] = frozenset(allow)
        self._interventions = interventions

    async def carry(self, order: Order) -> Receipt:
        for intervention in _deeds(order):
            done: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()

            def tell(refusal: Refusal | None, done: asyncio.Future[Refusal | None] = done) -> None:
                if not done.done():
                    done.set_result(refusal)

            self._interventions.ask(intervention, tell)
            try:
                async with asyncio.timeout(PATIENCE_S):
                    refusal = await done
            except TimeoutError:
                return Receipt(Outcome.UNKNOWN)
            if refusal is not None:
                return Receipt(Outcome.REFUSED, _WHY.get(refusal, refusal.value))
        return Receipt(Outcome.DONE)


def _deeds(order: Order) -> Iterator[Intervention]:
    agent = order.agent
    match order.act:
        case Act.PAUSE | Act.UNPAUSE:
            deed = Deed.PAUSE if order.act is Act.PAUSE else Deed.UNPAUSE
            yield Intervention(deed=deed, agent=agent, queue=order.queue, reason=order.reason)
        case Act.MOVE:
            yield Intervention(deed=Deed.JOIN, agent=agent, queue=order.to)
            yield Intervention(deed=Deed.LEAVE, agent=agent, queue=order.queue)
        case Act.SIGN_OUT:
            yield Intervention(deed=Deed.LEAVE, agent=agent)
        case Act.HANG_UP:
            yield Intervention(deed=Deed.HANG_UP, call=order.call)
        case _:
            call = order.call if order.act is Act.TAKE_OVER else ""
            yield Intervention(
                deed=Deed.RING, agent=agent, call=call, phone=order.own_phone, id=order.id
            )
