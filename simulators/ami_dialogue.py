"""The simulated day as Asterisk tells it: what happens on the floor, event by event, to AMI frames.

    happenings, in order --> Dialogue --> frames, in Asterisk's order and words
                                |- Channels, Waits, Talks, Transfers   calls
                                |- Members                             agents
                                `- Picture                             what its lists answer from

The order within a call, the quirks and the headers are those of recorded dialogues. Variables that
are set on channels are told as by a PBX that lets only QUEUESTATUS through.
"""

from ingest.events import (
    Abandoned,
    AgentMembership,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Component,
    Data,
    Dropped,
    Held,
    Millis,
    Overflowed,
    Queued,
    Retrieved,
    RingEnded,
    Ringing,
    Transferred,
    VisitData,
)
from ingest.words import ComponentStatus, Phase
from simulators.agenda import Happening
from simulators.ami_channels import Channels
from simulators.ami_desks import SupervisorPhones
from simulators.ami_members import Members
from simulators.ami_picture import AGE_MS, Call, Picture
from simulators.ami_talks import Talks
from simulators.ami_text import Scribe
from simulators.ami_transfers import Transfers
from simulators.ami_waits import Waits
from simulators.notes import (
    Arrived,
    Booted,
    Consulted,
    Crashed,
    DeskAnswered,
    DeskFailed,
    DeskGone,
    DeskRang,
    Gone,
    Note,
    PassedOn,
    TakenOver,
)
from simulators.scenario import Scenario


class Dialogue:
    """One simulated PBX. `picture` is what it knows; `down` says that it has crashed."""

    def __init__(self, scenario: Scenario) -> None:
        self.picture = picture = Picture(scenario)
        self.down = False
        self._scribe = scribe = Scribe()
        self._channels = Channels(picture, scribe)
        self._members = Members(picture, scribe)
        self._waits = Waits(picture, scribe, self._channels, self._members)
        parts = picture, scribe, self._channels, self._members
        self._talks = Talks(*parts, self._waits)
        self._transfers = Transfers(*parts, self._talks)
        self._desks = SupervisorPhones(*parts)

    def wake(self, now: Millis) -> None:
        """The simulation begins now; the PBX has been running for days."""
        self.picture.now = now
        self.picture.started_at = self.picture.started_at or now - AGE_MS

    def tell(self, happening: Happening) -> list[str]:
        """The frames that tell of it, in order; none while the PBX is down."""
        picture, data = self.picture, happening.data
        if not picture.started_at:
            self.wake(happening.time)
        picture.now = happening.time
        self._scribe.at(happening.time)
        if isinstance(data, VisitData):
            call = picture.calls.get(data.call)
            if call is not None:
                self._visit(call, data)
        else:
            self._else(data)
        frames = self._scribe.take()
        return [] if self.down else frames

    def _visit(self, call: Call, data: VisitData) -> None:
        match data:
            case Ringing():
                self._talks.ring(call, data)
            case RingEnded():
                self._talks.ring_over(call, data)
            case Queued():
                self._waits.enter(call, data)
            case Answered():
                self._talks.answer(call, data)
            case Held() | Retrieved():
                self._talks.hold(call, data)
            case Completed():
                if not call.taken_from:
                    self._talks.complete(call, data)
            case Dropped(phase=Phase.TALKING):
                self._talks.complete(call, data)
            case Abandoned() | Dropped():
                self._waits.give_up(call, data)
            case Overflowed():
                self._waits.overflow(call, data)
            case Transferred():
                self._transfers.transfer(call, data)
            case _:
                pass

    def _else(self, data: Data | Note) -> None:
        match data:
            case AgentState():
                self._members.state(data)
            case AgentMembership():
                self._members.membership(data)
            case Component():
                self._line(data)
            case Arrived():
                self._waits.arrive(data)
            case Gone():
                self._waits.gone(data)
            case Crashed():
                self.down = True
            case Booted():
                self.down = False
                self.picture.restart(data.started_at)
            case Blocked() | Consulted() | PassedOn():
                self._of_call(data)
            case _:
                self._of_supervisor(data)

    def _of_supervisor(self, data: Data | Note) -> None:
        match data:
            case DeskRang():
                self._desks.ring(data)
            case DeskAnswered():
                self._desks.answer(data)
            case DeskFailed():
                self._desks.fail(data)
            case DeskGone():
                self._desks.gone(data)
            case TakenOver():
                self._desks.take_over(data)
            case _:
                pass

    def _of_call(self, data: Blocked | Consulted | PassedOn) -> None:
        members = self.picture.members
        name = members[data.agent].call if isinstance(data, Consulted) else data.call
        call = self.picture.calls.get(name)
        if call is None:
            return
        match data:
            case Blocked():
                self._waits.refuse(call, data)
            case Consulted():
                self._transfers.consult(call, data)
            case PassedOn():
                self._transfers.pass_on(call, data)

    def _line(self, data: Component) -> None:
        """A line is dead, or alive again, by the answers to Asterisk's own questions."""
        up = data.status is not ComponentStatus.DOWN
        if self.picture.lines_up.get(data.name, True) == up:
            return
        self.picture.lines_up[data.name] = up
        word, trip_us = ("Reachable", 1_480) if up else ("Unreachable", 0)
        self._scribe.say(
            "PeerStatus", f"ChannelType: PJSIP\r\nPeer: PJSIP/{data.name}\r\nPeerStatus: {word}"
        )
        self._scribe.say(
            "ContactStatus",
            f"URI: sip:{data.name}@192.0.2.10:5060\r\nContactStatus: {word}\r\nAOR: {data.name}\r\n"
            f"EndpointName: {data.name}\r\nRoundtripUsec: {trip_us}",
        )
