"""How visits end: the evidence that Asterisk gives in pieces, put together into one end each.

    waiting --Abandon, Leave--> leaving --QUEUESTATUS | hangup | sign of life | 2 s--> one end
    talking --AgentComplete---> ending  --all legs hung up | 2 s----------------------> one end

The end bears the time of the Leave or the AgentComplete, not that of its decision.
"""

from dataclasses import replace
from typing import TypedDict

from ingest.ami_agents import Roster
from ingest.ami_causes import CUT_OFF
from ingest.ami_telling import Telling, Timer
from ingest.ami_visits import Fault, Stage, Visit, VisitBook, duration_ms
from ingest.events import Abandoned, Completed, Data, Dropped, Millis, Overflowed, Transferred
from ingest.words import CauseClass, EndedBy, Overflow, Phase, TransferKind

WINDOW_MS = 2_000
"""How long evidence may follow the event that it explains."""

ANSWER_WINDOW_MS = 60_000
"""How long a macro or gosub for the agent may run between Leave and AgentConnect once a phone answered."""

PASSING_MS = 500
"""How long the AgentComplete of a transfer may follow it: they come at once, or at the caller's end."""

JUST_RINGING_MS = 500

LEFT_BY_RULE = {
    "TIMEOUT": Overflow.TIMEOUT,
    "LEAVEEMPTY": Overflow.EMPTY,
    "LEAVEUNAVAIL": Overflow.EMPTY,
    "WITHDRAW": Overflow.WITHDRAWN,
}
"""The values of QUEUESTATUS that end a wait. CONTINUE only follows an answered call."""

ENDERS = {"caller": EndedBy.CALLER, "agent": EndedBy.AGENT}


class Whose(TypedDict):
    """The fields that every visit event has."""

    visit: str
    queue: str
    call: str


class Times(TypedDict, total=False):
    """The durations that an end may bear."""

    talk_ms: Millis | None
    hold_ms: Millis | None
    wait_ms: Millis | None


class Ends:
    """Decides and tells the ends of visits; the book forgets them then."""

    def __init__(self, telling: Telling, book: VisitBook, roster: Roster) -> None:
        self._telling = telling
        self._book = book
        self._roster = roster
        self.legs: dict[str, set[str]] = {}
        self.linked: dict[str, str] = {}
        self.dialplan_seen = False
        self.channels_seen = False

    def leaving(self, visit: Visit) -> None:
        """The caller left the queue; why, the next two seconds will show."""
        visit.stage = Stage.LEAVING
        visit.left_at = self._telling.time
        visit.patience_until = self._telling.recvtime + ANSWER_WINDOW_MS
        self._telling.wait(WINDOW_MS, Timer.LEFT, visit.id)

    def overflow(self, visit: Visit, reason: Overflow) -> None:
        """The caller left unanswered, by a rule or another's hand."""
        self._silence(visit)
        at = self._left_at(visit)
        wait_ms = duration_ms(visit.joined_at, at, visit.hold_time_ms)
        self._end(visit, Overflowed(**_of(visit), reason=reason, wait_ms=wait_ms), at)

    def gone(self, visit: Visit, cause: int | None) -> None:
        """The waiting caller's channel ended: he gave up, or a fault cut him off."""
        at = self._left_at(visit)
        wait_ms = duration_ms(visit.joined_at, at, visit.hold_time_ms)
        rung = bool(visit.rings) or _within(visit.ring_lost_at, at, JUST_RINGING_MS)
        self._silence(visit)
        if cause in CUT_OFF:
            fault = Fault(at, cause or 0, self._roster.trunk_of(visit.channel), callers=True)
            self._end(visit, _dropped(visit, Phase.WAITING, fault, {"wait_ms": wait_ms}), at)
            return
        end = Abandoned(
            **_of(visit),
            wait_ms=wait_ms,
            position=visit.position,
            phase=Phase.RINGING if rung else Phase.WAITING,
        )
        self._end(visit, end, at)

    def left(self, visit: Visit) -> None:
        """The window after a Leave is over without an explanation."""
        if visit.stage is not Stage.LEAVING:
            return
        if visit.abandoned:
            if visit.hanging_up is not None or not self.channels_seen:
                self.gone(visit, visit.hanging_up)
            else:
                self.overflow(visit, self._moved_on)
        elif not visit.left_seen:
            self.gone(visit, visit.hanging_up)
        elif not any(ring.answered for ring in visit.rings.values()):
            self.overflow(visit, Overflow.KEY)
        elif visit.hung_up_at is not None or self._telling.recvtime >= visit.patience_until:
            self.gone(visit, visit.hanging_up)
        else:
            self._telling.wait(WINDOW_MS, Timer.LEFT, visit.id)

    def alive(self, call: str, *, joined: bool = False) -> None:
        """The caller's channel goes on in the dialplan: whoever was leaving did not hang up."""
        for visit in self._book.of_call(call):
            if visit.stage is not Stage.LEAVING:
                continue
            if not visit.abandoned:
                self.overflow(visit, Overflow.KEY)
            elif joined or visit.hanging_up is None:
                self.overflow(visit, self._moved_on)

    @property
    def _moved_on(self) -> Overflow:
        """What an abandon of a living channel was: without dialplan events it may be any rule."""
        return Overflow.REDIRECTED if self.dialplan_seen else Overflow.OTHER

    def completing(self, visit: Visit, at: Millis) -> None:
        """The conversation ended at `at`: hold the telling back for the cause."""
        visit.stage = Stage.ENDING
        visit.ended_at = at
        self._telling.wait(WINDOW_MS, Timer.ENDED, visit.id)
        self._roster.released(visit, at)
        self.settle(visit)

    def settle(self, visit: Visit) -> None:
        """Decide at once if nothing more can be learned: all legs are gone, or the transfer is known."""
        if visit.stage is not Stage.ENDING:
            return
        handed_on = visit.reason == "transfer" and visit.passing is not None
        if handed_on or (visit.hung_up_at is not None and not self.legs.get(visit.linked)):
            self.decide(visit)

    def decide(self, visit: Visit) -> None:
        """Tell how the conversation ended."""
        if visit.stage is not Stage.ENDING:
            return
        at = self._telling.time if visit.ended_at is None else visit.ended_at
        if visit.reason == "transfer":
            self._end(visit, self._transferred(visit, at), at)
            return
        times = self._times(visit, at)
        fault = _fault_of(visit, at - WINDOW_MS)
        if fault is not None:
            end: Data = _dropped(visit, Phase.TALKING, fault, times)
        else:
            ended_by = ENDERS.get(visit.reason, EndedBy.UNKNOWN)
            end = Completed(**_of(visit), agent=visit.agent, ended_by=ended_by, **times)
        self._end(visit, end, at)

    def passed(self, visit: Visit) -> None:
        """The caller was handed on and no AgentComplete came: the agent is free, the call goes on.

        Asterisk itself counts such a call as one conversation, completed when the caller hangs up;
        so do its queue_log and we.
        """
        passing = visit.passing
        if visit.stage is not Stage.TALKING or passing is None:
            return
        visit.stage = Stage.PASSED
        self._roster.released(visit, passing.at)

    def cut(self, visit: Visit, at: Millis, why: str) -> None:
        """Asterisk itself went down: whatever was open ended then."""
        if visit.stage is Stage.ENDING:
            self.decide(visit)
            return
        phase = Phase.WAITING if visit.in_queue else Phase.TALKING
        wait_ms = visit.wait_ms
        if visit.in_queue and visit.joined_at is not None:
            wait_ms = max(0, at - visit.joined_at)
        times: Times = {"wait_ms": wait_ms}
        if phase is Phase.TALKING:
            times = self._times(visit, at)
        self._silence(visit)
        end = Dropped(
            **_of(visit),
            phase=phase,
            cause=why,
            cause_class=CauseClass.SYSTEM,
            agent=visit.agent,
            **times,
        )
        self._end(visit, end, at)

    def _transferred(self, visit: Visit, at: Millis) -> Transferred:
        passing = visit.passing
        return Transferred(
            **_of(visit),
            agent=visit.agent,
            kind=TransferKind(passing.kind) if passing else TransferKind.UNKNOWN,
            to=passing.to if passing else "",
            **self._times(visit, at),
        )

    def _times(self, visit: Visit, at: Millis) -> Times:
        hold_ms = visit.hold_ms
        if visit.hold_since is not None:
            hold_ms += max(0, at - visit.hold_since)
        return {
            "talk_ms": duration_ms(visit.answered_at, at, visit.talk_ms),
            "hold_ms": hold_ms or None,
            "wait_ms": visit.wait_ms,
        }

    def _left_at(self, visit: Visit) -> Millis:
        if visit.left_at is not None:
            return visit.left_at
        return self._telling.time if visit.hung_up_at is None else visit.hung_up_at

    def _silence(self, visit: Visit) -> None:
        rings, visit.rings = list(visit.rings.values()), {}
        for ring in rings:
            self._roster.ring_over(ring)

    def _end(self, visit: Visit, end: Data, at: Millis) -> None:
        if visit.id not in self._book.open:
            return
        self._telling.tell(end, time=at)
        self._roster.released(visit, at)
        self._book.close(visit)


def _of(visit: Visit) -> Whose:
    return {"visit": visit.id, "queue": visit.queue, "call": visit.call}


def _fault_of(visit: Visit, since: Millis) -> Fault | None:
    """The fault that cut the conversation off. Asterisk hands the cause on from leg to leg.

    So the caller's line is to blame only if his channel bears a cause and the agent's side did not
    end first; AgentComplete's Reason says which did.
    """
    faults = [fault for fault in visit.faults if fault.at >= since]
    if visit.reason != "agent":
        faults.sort(key=lambda fault: not fault.callers)
    else:
        faults.sort(key=lambda fault: fault.callers)
        faults = [replace(fault, callers=False) for fault in faults]
    return faults[0] if faults else None


def _within(then: Millis | None, now: Millis, span_ms: Millis) -> bool:
    return then is not None and now - then <= span_ms


def _dropped(visit: Visit, phase: Phase, fault: Fault, times: Times) -> Dropped:
    return Dropped(
        **_of(visit),
        phase=phase,
        cause=str(fault.cause),
        cause_class=CUT_OFF[fault.cause],
        agent=visit.agent,
        trunk=fault.line if fault.callers else "",
        **times,
    )
