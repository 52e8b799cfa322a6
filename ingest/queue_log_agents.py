"""Who of the agents does what, as far as a queue_log tells: one state per person.

Pure, and plain data, so that it can be kept across a restart. The log says who is a member of
which queue, who is paused and who has a call. It does not say that a phone rings, is out of
reach, or is used for another call: such an agent stays what he was.
"""

from collections.abc import Iterator
from typing import NamedTuple

from msgspec import Struct

from ingest.events import AgentState, Millis
from ingest.words import AgentStatus


class WrapUpEnd(NamedTuple):
    """When an agent's after-call work ends, and which line of the log had begun it."""

    at: Millis
    agent: str
    line: str


class Desk(Struct):
    """One agent. `queues` holds each queue that he is known to serve, and whether he paused there.

    `calls` maps the visits that he talks to, to their queues. `told` is the state and the reason
    that were last told of him.
    """

    queues: dict[str, bool] = {}
    signed_in: bool = True
    paused_everywhere: bool = False
    reason: str = ""
    calls: dict[str, str] = {}
    wrap_up_ends: Millis = 0
    wrap_up_queue: str = ""
    wrap_up_line: str = ""
    told: tuple[str, str] = ("", "")


class Desks(Struct):
    """All agents that the log has named. Every change answers with the new state, if it is new.

    `next_end` is no later than the next end of anybody's after-call work; 0 if nobody does any.
    """

    desks: dict[str, Desk] = {}
    next_end: Millis = 0

    def added(self, agent: str, queue: str, paused: bool) -> AgentState | None:
        """He serves this queue from now on, and is signed in."""
        desk = self._desk(agent)
        desk.signed_in = True
        desk.queues[queue] = paused
        desk.paused_everywhere = desk.paused_everywhere and paused
        return self._news(agent, desk)

    def removed(self, agent: str, queue: str) -> AgentState | None:
        """He no longer serves this queue; with the last one he signs out."""
        desk = self._desk(agent)
        desk.queues.pop(queue, None)
        if not desk.queues:
            self._sign_out(desk)
        return self._news(agent, desk)

    def signed(self, agent: str, signed_in: bool) -> AgentState | None:
        """He signed in or out for no queue in particular."""
        desk = self._desk(agent)
        if signed_in:
            desk.signed_in = True
        else:
            self._sign_out(desk)
        return self._news(agent, desk)

    def paused(self, agent: str, queue: str, paused: bool, reason: str) -> AgentState | None:
        """He paused, or came back, in one queue, or in all of them if `queue` is empty."""
        desk = self._desk(agent)
        desk.signed_in = True
        if queue:
            desk.queues[queue] = paused
        else:
            desk.queues = dict.fromkeys(desk.queues, paused)
        desk.paused_everywhere = paused if not queue else desk.paused_everywhere and paused
        desk.reason = reason if paused else ""
        return self._news(agent, desk)

    def rang(self, agent: str, queue: str) -> AgentState | None:
        """His phone was tried: whoever is not known yet serves this queue."""
        return self._news(agent, self._seen(agent, queue))

    def connected(self, agent: str, queue: str, visit: str) -> AgentState | None:
        """He talks."""
        desk = self._seen(agent, queue)
        desk.calls[visit] = queue
        desk.wrap_up_ends = 0
        return self._news(agent, desk)

    def released(
        self, agent: str, queue: str, visit: str, wrap_up_ends: Millis = 0, line: str = ""
    ) -> AgentState | None:
        """His call is over; after-call work follows until `wrap_up_ends`, if that is not 0."""
        desk = self._seen(agent, queue)
        desk.calls.pop(visit, None)
        if desk.signed_in and wrap_up_ends:
            desk.wrap_up_ends, desk.wrap_up_queue = wrap_up_ends, queue
            desk.wrap_up_line = line
            self.next_end = min(self.next_end or wrap_up_ends, wrap_up_ends)
        return self._news(agent, desk)

    def due(self, now: Millis) -> list[WrapUpEnd]:
        """Whose after-call work is over by `now`, in the order in which it ended."""
        if not 0 < self.next_end <= now:
            return []
        ends = sorted(
            WrapUpEnd(desk.wrap_up_ends, agent, desk.wrap_up_line)
            for agent, desk in self.desks.items()
            if desk.wrap_up_ends
        )
        over = [end for end in ends if end.at <= now]
        self.next_end = ends[len(over)].at if len(over) < len(ends) else 0
        return over

    def wrapped_up(self, agent: str) -> AgentState | None:
        """His after-call work is over."""
        desk = self.desks[agent]
        desk.wrap_up_ends = 0
        return self._news(agent, desk)

    def restarted(self) -> Iterator[AgentState]:
        """Asterisk began anew: nobody talks or wraps up. Memberships and pauses survive there."""
        for agent, desk in self.desks.items():
            desk.calls.clear()
            desk.wrap_up_ends = 0
            news = self._news(agent, desk)
            if news:
                yield news

    def standing(self) -> Iterator[AgentState]:
        """What everybody who is signed in does now, whether it is new or not."""
        for agent, desk in self.desks.items():
            desk.told = ("", "")
            news = self._news(agent, desk)
            if news and news.state is not AgentStatus.SIGNED_OUT:
                yield news

    def _desk(self, agent: str) -> Desk:
        desk = self.desks.get(agent)
        if desk is None:
            desk = self.desks[agent] = Desk()
        return desk

    def _seen(self, agent: str, queue: str) -> Desk:
        """The desk of one who has to do with a call: static members have no line of their own.

        One who was seen to sign out stays signed out, though his last call goes on.
        """
        desk = self._desk(agent)
        if desk.signed_in and queue and queue not in desk.queues:
            desk.queues[queue] = desk.paused_everywhere
        return desk

    @staticmethod
    def _sign_out(desk: Desk) -> None:
        desk.queues.clear()
        desk.signed_in = desk.paused_everywhere = False
        desk.reason = ""
        desk.wrap_up_ends = 0

    @staticmethod
    def _news(agent: str, desk: Desk) -> AgentState | None:
        """The state to tell, or None if it is the one that was told last."""
        state = _status(desk)
        reason = desk.reason if state is AgentStatus.NOT_READY else ""
        if desk.told == (state, reason):
            return None
        desk.told = (state, reason)
        if state is AgentStatus.TALKING:
            visit, queue = next(reversed(desk.calls.items()))
            return AgentState(agent=agent, state=state, queue=queue, visit=visit)
        queue = desk.wrap_up_queue if state is AgentStatus.ACW else ""
        return AgentState(agent=agent, state=state, reason=reason, queue=queue)


def _status(desk: Desk) -> AgentStatus:
    """Of the states that hold, the one that counts: see `AgentStatus`."""
    if desk.calls:
        return AgentStatus.TALKING
    if desk.wrap_up_ends:
        return AgentStatus.ACW
    if not desk.signed_in:
        return AgentStatus.SIGNED_OUT
    if desk.paused_everywhere or (desk.queues and all(desk.queues.values())):
        return AgentStatus.NOT_READY
    return AgentStatus.READY
