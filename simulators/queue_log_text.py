"""The simulated day as Asterisk's queue_log: `epoch|call|queue|agent|verb|data`, in whole seconds.

Like the real log it knows no causes: a caller whom a fault cut off while he waited is ABANDON, a
conversation cut off is COMPLETECALLER, and the calls of a system that died have no end at all, only
the QUEUESTART after it. The dialplan adds FULL and JOINEMPTY with `QueueLog()`, as many do.
"""

from collections.abc import Iterator
from hashlib import blake2b
from itertools import pairwise

from ingest.events import (
    Abandoned,
    AgentMembership,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Dropped,
    Millis,
    Overflowed,
    Queued,
    RingEnded,
    Ringing,
    Transferred,
    VisitData,
)
from ingest.words import (
    AgentStatus,
    Block,
    EndedBy,
    MembershipAction,
    Overflow,
    Phase,
    TransferKind,
)
from simulators.agenda import Happening
from simulators.notes import Arrived, Booted, Crashed, Gone
from simulators.scenario import Scenario

_LEFT = {
    Overflow.TIMEOUT: "EXITWITHTIMEOUT",
    Overflow.EMPTY: "EXITEMPTY",
    Overflow.WITHDRAWN: "WITHDRAW",
}
_REFUSED = {Block.FULL: "FULL", Block.NO_AGENTS: "JOINEMPTY", Block.CLOSED: "CLOSED"}
_KEY = "2"
_CONTEXT = "transfers"


class QueueLogText:
    """Writes what happens, line by line. Feed it everything, in order."""

    def __init__(self, scenario: Scenario) -> None:
        self._queues = {agent.id: agent.queues for agent in scenario.agents}
        self._calls: dict[str, tuple[str, str]] = {}
        self._joined: dict[str, tuple[Millis, int]] = {}
        self._answered: dict[str, Millis] = {}
        self._rings: dict[str, tuple[str, Millis]] = {}
        self._paused: dict[str, str] = {}
        self._dead = False

    def begin(self, at: Millis) -> str:
        """The first line of a log."""
        return _line(at, "NONE", "NONE", "NONE", "QUEUESTART")

    def end(self, at: Millis) -> str:
        """A last sign of life: the queues are read anew."""
        return _line(at, "NONE", "NONE", "NONE", "CONFIGRELOAD")

    def tell(self, happening: Happening) -> Iterator[str]:
        """The lines that this makes, each with its newline; most happenings make none."""
        at, data = happening
        match data:
            case Arrived():
                self._calls[data.call] = f"{at // 1_000}.{data.line}", data.number
            case Gone():
                self._calls.pop(data.call, None)
            case Crashed():
                self._dead = True
                for known in (self._joined, self._answered, self._rings):
                    known.clear()
            case Booted():
                self._dead = False
                yield self.begin(at)
            case AgentMembership():
                verb = "ADD" if data.action is MembershipAction.ADDED else "REMOVE"
                yield _line(at, "MANAGER", data.queue, data.agent, f"{verb}MEMBER")
            case AgentState() if not self._dead:
                yield from self._paused_or_back(at, data)
            case Blocked():
                call = self._calls[data.call][0]
                yield _line(at, call, data.queue, "NONE", _REFUSED.get(data.reason, "CLOSED"))
            case VisitData() if not self._dead:
                yield from self._visit(at, data)
            case _:
                pass

    def _visit(self, at: Millis, data: VisitData) -> Iterator[str]:
        call, number = self._calls[data.call]
        visit, queue = data.visit, data.queue
        match data:
            case Queued():
                place = data.position or 1
                self._joined[visit] = at, place
                yield _line(at, call, queue, "NONE", "ENTERQUEUE", "", number, place)
            case Ringing():
                self._rings[visit] = data.agent, at
            case RingEnded():
                self._rings.pop(visit, None)
                yield _line(at, call, queue, data.agent, "RINGNOANSWER", data.ring_ms or 0)
            case Answered():
                self._answered[visit] = at
                self._rings.pop(visit, None)
                leg = f"{call.partition('.')[0]}.{int(call.partition('.')[2]) + 1}"
                ring_s = (data.ring_ms or 0) // 1_000
                wait_s = self._wait_s(visit, at)
                yield _line(at, call, queue, data.agent, "CONNECT", wait_s, leg, ring_s)
            case Completed():
                verb = "COMPLETEAGENT" if data.ended_by is EndedBy.AGENT else "COMPLETECALLER"
                yield self._talked(at, call, data, data.agent, verb)
            case Dropped() if data.phase is Phase.TALKING:
                yield self._talked(at, call, data, data.agent, "COMPLETECALLER")
            case Transferred() if data.kind is TransferKind.ATTENDED:
                bridge = _bridge(visit)
                yield self._talked(at, call, data, data.agent, "ATTENDEDTRANSFER", "BRIDGE", bridge)
            case Transferred():
                yield self._talked(at, call, data, data.agent, "BLINDTRANSFER", data.to, _CONTEXT)
            case Abandoned() | Dropped() | Overflowed():
                yield from self._left(at, call, data)
            case _:
                pass

    def _wait_s(self, visit: str, at: Millis) -> int:
        return at // 1_000 - self._joined[visit][0] // 1_000

    def _talked(
        self, at: Millis, call: str, data: VisitData, agent: str, verb: str, *to: str
    ) -> str:
        joined, place = self._joined.pop(data.visit)
        answered = self._answered.pop(data.visit)
        wait_s = answered // 1_000 - joined // 1_000
        talk_s = at // 1_000 - answered // 1_000
        return _line(at, call, data.queue, agent, verb, *to, wait_s, talk_s, place)

    def _left(self, at: Millis, call: str, data: Abandoned | Dropped | Overflowed) -> Iterator[str]:
        rang = self._rings.pop(data.visit, None)
        if rang is not None:
            agent, since = rang
            yield _line(at, call, data.queue, agent, "RINGCANCELED", at - since)
        wait_s = self._wait_s(data.visit, at)
        _, place = self._joined.pop(data.visit)
        now = data.position if isinstance(data, Abandoned) and data.position else place
        if not isinstance(data, Overflowed):
            yield _line(at, call, data.queue, "NONE", "ABANDON", now, place, wait_s)
        elif data.reason in _LEFT:
            yield _line(at, call, data.queue, "NONE", _LEFT[data.reason], now, place, wait_s)
        else:
            yield _line(at, call, data.queue, "NONE", "EXITWITHKEY", _KEY, now, place, wait_s)

    def _paused_or_back(self, at: Millis, data: AgentState) -> Iterator[str]:
        agent, was = data.agent, self._paused.get(data.agent)
        if data.state is AgentStatus.SIGNED_OUT:
            self._paused.pop(agent, None)
        elif data.state is AgentStatus.NOT_READY:
            if was != data.reason:
                self._paused[agent] = data.reason
                yield from self._in_all(at, agent, "PAUSE", data.reason)
        elif was is not None:
            del self._paused[agent]
            yield from self._in_all(at, agent, "UNPAUSE", "")

    def _in_all(self, at: Millis, agent: str, verb: str, reason: str) -> Iterator[str]:
        yield _line(at, "NONE", "NONE", agent, f"{verb}ALL", reason)
        for queue in self._queues[agent]:
            yield _line(at, "NONE", queue, agent, verb, reason)


def _line(at: Millis, call: str, queue: str, agent: str, verb: str, *data: object) -> str:
    told = "|".join(map(str, data))
    return f"{at // 1_000}|{call}|{queue}|{agent}|{verb}|{told}\n"


def _bridge(visit: str) -> str:
    """An id such as Asterisk gives to a bridge, the same for the same visit."""
    digest = blake2b(visit.encode(), digest_size=16).hexdigest()
    return "-".join(digest[a:b] for a, b in pairwise((0, 8, 12, 16, 20, 32)))
