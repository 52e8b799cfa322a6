"""What Asterisk tells of supervisors' phones: they ring, hear a call, or take its caller over."""

from ingest.words import RingEnd
from simulators.ami_channels import Channels
from simulators.ami_members import Members
from simulators.ami_picture import Picture
from simulators.ami_text import DOWN, RINGING, UP, Leg, Scribe
from simulators.notes import DeskAnswered, DeskFailed, DeskGone, DeskRang, TakenOver

ANSWERED = 4
_REASONS = {RingEnd.NO_ANSWER: 3, RingEnd.BUSY: 5, RingEnd.UNREACHABLE: 0}
"""Why an Originate failed, as OriginateResponse numbers it."""
_FIRST = 0x40000000
"""Channels of supervisors are numbered from here, so as never to meet a caller's."""


class SupervisorPhones:
    """Tells of them. Those that are in use are `picture.desks`, by the ActionID that rang them."""

    def __init__(
        self, picture: Picture, scribe: Scribe, channels: Channels, members: Members
    ) -> None:
        self._picture, self._scribe = picture, scribe
        self._channels, self._members = channels, members
        self._number = _FIRST

    def ring(self, data: DeskRang) -> None:
        """The phone rings."""
        self._number += 1
        uniqueid = f"{self._picture.now // 1000}.{self._number}"
        leg = Leg(
            name=f"{data.phone}-{self._number:08x}",
            uniqueid=uniqueid,
            linkedid=uniqueid,
            began_at=self._picture.now,
            number=data.phone.rpartition("/")[2],
            state=DOWN,
            context="from-phones",
        )
        self._picture.desks[data.id] = leg
        self._channels.born(leg)
        self._channels.turned(leg, RINGING)

    def answer(self, data: DeskAnswered) -> None:
        """He answers: the application that was asked for runs on his channel."""
        leg = self._picture.desks.get(data.id)
        if leg is None:
            return
        application, _, app_data = data.how.rstrip(")").partition("(")
        self._channels.turned(leg, UP)
        self._response(data.id, leg, "Success", ANSWERED)
        self._channels.runs(leg, application, app_data)
        member = self._picture.members.get(data.agent)
        call = self._picture.calls.get(member.call) if member is not None else None
        if application == "ChanSpy" and call is not None and call.partner is not None:
            self._scribe.say(
                "ChanSpyStart", f"{leg.prefixed('Spyer')}\r\n{call.partner.prefixed('Spyee')}"
            )

    def fail(self, data: DeskFailed) -> None:
        """Nobody answers."""
        leg = self._picture.desks.pop(data.id, None)
        if leg is not None:
            self._channels.ended(leg, 17 if data.how is RingEnd.BUSY else 0)
            self._response(data.id, leg, "Failure", _REASONS.get(data.how, 0))

    def gone(self, data: DeskGone) -> None:
        """He hangs up, or is hung up."""
        leg = self._picture.desks.pop(data.id, None)
        if leg is not None:
            self._scribe.say("ChanSpyStop", leg.prefixed("Spyer"))
            self._channels.ended(leg, 16)

    def take_over(self, data: TakenOver) -> None:
        """The caller leaves the agent for the supervisor's phone.

        As with every caller who is taken out of the middle of Queue(), the queue itself tells of the
        end only when he hangs up; until then it shows in the agent's phone alone.
        """
        leg, call = self._picture.desks.pop(data.id, None), self._picture.calls.get(data.call)
        if leg is None or call is None or call.partner is None:
            return
        agent, channels = call.partner, self._channels
        if call.consulted is not None:
            channels.ended(call.consulted[2], 16)
            call.consulted = None
        channels.leaves(call.bridge, call.caller, agent)
        channels.torn_down(call.bridge)
        channels.released(agent)
        channels.ended(agent, 16)
        self._members.took(self._picture.members[data.agent])
        call.caller.turn(line_number=leg.number, line_name=leg.caller)
        call.partner, call.taken_from = leg, data.agent
        call.bridge = channels.bridge(leg, call.caller)

    def _response(self, id: str, leg: Leg, response: str, reason: int) -> None:
        self._scribe.say(
            "OriginateResponse",
            f"ActionID: {id}\r\nResponse: {response}\r\nChannel: {leg.name}\r\n"
            f"Context: \r\nExten: \r\nApplication: {leg.application}\r\nData: {leg.app_data}\r\n"
            f"Reason: {reason}\r\nUniqueid: {leg.uniqueid}\r\n"
            f"CallerIDNum: <unknown>\r\nCallerIDName: Floorwatch",
        )
