"""What Asterisk tells of the channels of calls in queues: dialplan, hold, transfer, hangup."""

from ingest.ami_agents import Roster
from ingest.ami_causes import CUT_OFF
from ingest.ami_ends import LEFT_BY_RULE, PASSING_MS, WINDOW_MS, Ends
from ingest.ami_message import Message
from ingest.ami_telling import Telling, Timer
from ingest.ami_visits import REMEMBERED, Fault, Passing, Stage, Visit, VisitBook
from ingest.events import Blocked, Held, Retrieved
from ingest.words import Block

REFUSED = {"FULL": Block.FULL, "JOINEMPTY": Block.NO_AGENTS, "JOINUNAVAIL": Block.NO_AGENTS}
"""The values of QUEUESTATUS that say that a call was not let in. No queue event tells of it."""


class Legs:
    """Reads the channel events and puts what they say on the visits."""

    def __init__(self, telling: Telling, book: VisitBook, roster: Roster, ends: Ends) -> None:
        self._telling = telling
        self._book = book
        self._roster = roster
        self._ends = ends
        self._aimed: dict[str, str] = {}

    def receive(self, message: Message) -> None:
        """Take one event; an event of another kind is not for us."""
        match message.event:
            case "Newchannel":
                self._born(message)
            case "Newexten":
                self._dialplan(message)
            case "VarSet":
                self._queue_status(message)
            case "HangupRequest" | "SoftHangupRequest":
                self._hanging_up(message)
            case "Hangup":
                self._hung_up(message)
            case "BlindTransfer":
                self._passed(message, "blind", message.name("extension"))
            case "AttendedTransfer":
                to = message.name("secondtransfererconnectedlinenum")
                self._passed(
                    message, "attended", to or message.name("origtransfererconnectedlinenum")
                )
            case "Hold" | "Unhold":
                self._held(message)
            case _:
                pass

    def _held(self, message: Message) -> None:
        channel = message.name("uniqueid")
        for visit in self._book.of_link(message.name("linkedid")):
            if visit.stage is not Stage.TALKING or channel == visit.call:
                continue
            whose = {"visit": visit.id, "queue": visit.queue, "call": visit.call}
            if message.event == "Hold" and visit.hold_since is None:
                visit.hold_since = self._telling.time
                self._telling.tell(Held(**whose, agent=visit.agent))
                self._roster.hold(visit, held=True)
            elif message.event == "Unhold" and visit.hold_since is not None:
                visit.hold_ms += max(0, self._telling.time - visit.hold_since)
                visit.hold_since = None
                self._telling.tell(Retrieved(**whose, agent=visit.agent))
                self._roster.hold(visit, held=False)

    def _born(self, message: Message) -> None:
        self._ends.channels_seen = True
        channel, linked = message.name("uniqueid"), message.name("linkedid")
        if channel and linked and channel != linked:
            self._ends.linked[channel] = linked
            self._ends.legs.setdefault(linked, set()).add(channel)

    def _dialplan(self, message: Message) -> None:
        self._ends.dialplan_seen = True
        call = message.name("uniqueid")
        if message.text("application") == "Queue":
            self._aimed[call] = message.text("appdata").partition(",")[0][:255]
            if len(self._aimed) > REMEMBERED:
                del self._aimed[next(iter(self._aimed))]
        exten = message.text("extension") or message.text("exten")
        if exten == "h":
            return
        self._ends.alive(call)
        for visit in self._book.of_call(call):
            if visit.stage is Stage.TALKING and visit.passing is None and visit.hung_up_at is None:
                legs = frozenset(self._ends.legs.get(visit.linked, ()))
                visit.passing = Passing(self._telling.time, "unknown", exten[:255], legs)
                self._telling.wait(WINDOW_MS, Timer.MOVED, visit.id)

    def _queue_status(self, message: Message) -> None:
        if message.text("variable") != "QUEUESTATUS":
            return
        self._ends.dialplan_seen = True
        call, value = message.name("uniqueid"), message.text("value")
        if value in REFUSED:
            queue = self._aimed.pop(call, "")
            if queue and call:
                self._telling.tell(Blocked(call=call, queue=queue, reason=REFUSED[value]))
            return
        reason = LEFT_BY_RULE.get(value)
        if reason is None:
            return
        for visit in self._book.of_call(call):
            if visit.in_queue:
                self._ends.overflow(visit, reason)

    def _hanging_up(self, message: Message) -> None:
        channel, cause = message.name("uniqueid"), message.number("cause")
        for visit in self._book.of_call(channel):
            if visit.in_queue and visit.hanging_up is None:
                visit.hanging_up = cause or 0
        if message.event == "HangupRequest" and cause is not None:
            self._note(message, cause)

    def _note(self, message: Message, cause: int) -> None:
        """Keep what a leg's cause says: of an offer that failed, or of a call that was cut off."""
        channel = message.name("uniqueid")
        linked = self._ends.linked.get(channel) or message.name("linkedid")
        for visit in self._book.of_link(linked) or self._book.of_call(channel):
            ring = visit.rings.get(channel)
            if ring is not None and cause:
                ring.cause = cause
            if cause not in CUT_OFF or visit.in_queue:
                continue
            line = self._roster.trunk_of(visit.channel or message.name("channel"))
            callers = channel == visit.call
            if callers or visit.stage is not Stage.PASSED:
                visit.faults.append(Fault(self._telling.time, cause, line, callers))

    def _hung_up(self, message: Message) -> None:
        self._ends.channels_seen = True
        channel, cause = message.name("uniqueid"), message.number("cause") or 0
        self._note(message, cause)
        linked = self._ends.linked.pop(channel, "") or message.name("linkedid")
        legs = self._ends.legs.get(linked)
        if legs is not None:
            legs.discard(channel)
            if not legs:
                del self._ends.legs[linked]
        self._aimed.pop(channel, None)
        for visit in self._book.of_call(channel):
            self._caller_gone(visit, cause)
        for visit in self._book.of_link(linked):
            self._ends.settle(visit)

    def _caller_gone(self, visit: Visit, cause: int) -> None:
        visit.hung_up_at = self._telling.time
        visit.hanging_up = cause
        if visit.stage is Stage.LEAVING and visit.abandoned:
            self._ends.gone(visit, cause)
        elif visit.stage is Stage.WAITING:
            self._ends.leaving(visit)
        elif visit.stage in (Stage.TALKING, Stage.PASSED):
            self._telling.wait(WINDOW_MS, Timer.MOVED, visit.id)

    def moved(self, visit: Visit) -> None:
        """Two seconds after a talking caller was sent on or hung up, and no AgentComplete came."""
        if visit.stage not in (Stage.TALKING, Stage.PASSED):
            return
        if visit.hung_up_at is not None:
            self._ends.completing(visit, visit.hung_up_at)
            self._ends.decide(visit)
            return
        passing = visit.passing
        if passing is None:
            return
        if passing.kind != "unknown" or not passing.legs & self._ends.legs.get(visit.linked, set()):
            self._ends.passed(visit)
        else:
            visit.passing = None

    def _passed(self, message: Message, kind: str, to: str) -> None:
        if message.text("result").lower() != "success":
            return
        who = "transferer" if kind == "blind" else "origtransferer"
        linked, channel = message.name(f"{who}linkedid"), message.name(f"{who}uniqueid")
        transferee = message.name("transfereeuniqueid")
        for visit in self._book.of_link(linked) or self._book.of_call(transferee):
            if visit.stage is Stage.TALKING and channel != visit.call:
                visit.passing = Passing(self._telling.time, kind, to)
                self._telling.wait(PASSING_MS, Timer.MOVED, visit.id)
            elif visit.stage is Stage.ENDING and visit.reason == "transfer":
                visit.passing = Passing(self._telling.time, kind, to)
                self._ends.settle(visit)
