"""What Asterisk tells of callers who are passed on: at once, or after the agent announced them."""

from ingest.events import Transferred
from ingest.words import TransferKind
from simulators.ami_channels import Channels
from simulators.ami_members import Members
from simulators.ami_picture import Call, Picture
from simulators.ami_talks import Talks
from simulators.ami_text import RING, RINGING, UP, Bridge, Leg, Scribe
from simulators.notes import Consulted, PassedOn

CONTEXT = "xfer"
"""Where the dialplan has what agents may pass callers on to."""


class Transfers:
    """Tells of transfers. The new side of a call is told of here too, as far as queues do not."""

    def __init__(
        self,
        picture: Picture,
        scribe: Scribe,
        channels: Channels,
        members: Members,
        talks: Talks,
    ) -> None:
        self._picture = picture
        self._scribe = scribe
        self._channels = channels
        self._members = members
        self._talks = talks

    def consult(self, call: Call, data: Consulted) -> None:
        """With the caller on hold, the agent has Asterisk call the one whom he asks.

        It dials by a pair of Local channels, which stand between the agent and the phone.
        """
        agent = call.partner
        if agent is None:
            return
        channels, peer = self._channels, f"Local/{data.to}@{CONTEXT}"
        near = channels.new_leg(call, peer, half=1, number=data.to, context=CONTEXT, exten=data.to)
        far = channels.new_leg(
            call,
            peer,
            half=2,
            state=RING,
            number=agent.number,
            caller=agent.caller,
            context=CONTEXT,
            exten=data.to,
        )
        self._scribe.say(
            "LocalBridge",
            f"{near.prefixed('LocalOne')}\r\n{far.prefixed('LocalTwo')}\r\n"
            f"Context: {CONTEXT}\r\nExten: {data.to}\r\nLocalOptimization: Yes",
        )
        second = channels.bridge(near)
        phone = self._dial(call, far, data.to)
        channels.leaves(call.bridge, agent)
        channels.enters(second, agent)
        channels.turned(near, RINGING)
        channels.dialled("DialState", None, near, "DialStatus: RINGING")
        channels.turned(phone, UP)
        channels.dialled("DialEnd", far, phone, "DialStatus: ANSWER")
        channels.turned(far, UP)
        third = channels.bridge(phone)
        channels.turned(near, UP)
        channels.dialled("DialEnd", None, near, "DialStatus: ANSWER")
        channels.enters(third, far)
        call.consulted = (near, far, phone, second, third)

    def transfer(self, call: Call, data: Transferred) -> None:
        """The agent passes the caller on, and is free."""
        agent = call.partner
        if agent is None:
            return
        if data.kind is TransferKind.ATTENDED and call.consulted is not None:
            self._announced(call, agent, data)
        else:
            self._blind(call, agent, data)
        self._members.took(self._picture.members[data.agent])

    def _blind(self, call: Call, agent: Leg, data: Transferred) -> None:
        channels, caller, bridge = self._channels, call.caller, call.bridge
        self._scribe.say("Unhold", agent.block)
        self._scribe.say(
            "BlindTransfer",
            f"Result: Success\r\n{agent.prefixed('Transferer')}\r\n"
            f"{caller.prefixed('Transferee')}\r\n{bridge.block if bridge else ''}\r\n"
            f"IsExternal: Yes\r\nContext: {CONTEXT}\r\nExtension: {data.to}",
        )
        channels.leaves(bridge, agent)
        self._goes_to(caller, caller.application, caller.app_data, data.to)
        self._talks.counted(call, data.agent, "transfer")
        channels.leaves(bridge, caller)
        channels.ended(agent, 26 if call.line // 10 % 2 else 16)
        channels.torn_down(bridge)
        call.partner = call.bridge = None
        channels.alone(caller)

    def _announced(self, call: Call, agent: Leg, data: Transferred) -> None:
        assert call.consulted is not None
        assert call.bridge is not None
        channels, caller, first = self._channels, call.caller, call.bridge
        near, _, _, second, _ = call.consulted
        channels.asked(agent, 16)
        merged = f"{first.prefixed('ToBridge')}\r\n{second.prefixed('FromBridge')}"
        self._scribe.say("BridgeMerge", merged)
        channels.leaves(second, near)
        channels.enters(first, near)
        channels.leaves(second, agent)
        self._scribe.say(
            "AttendedTransfer",
            f"Result: Success\r\n{agent.prefixed('OrigTransferer')}\r\n"
            f"{first.prefixed('OrigBridge')}\r\n{agent.prefixed('SecondTransferer')}\r\n"
            f"{second.prefixed('SecondBridge')}\r\n{caller.prefixed('Transferee')}\r\n"
            f"{near.prefixed('TransferTarget')}\r\nIsExternal: No\r\nDestType: Bridge\r\n"
            f"DestBridgeUniqueid: {first.id}",
        )
        self._talks.counted(call, data.agent, "transfer")
        channels.torn_down(second)
        channels.ended(agent, 16)
        channels.music(caller, False)
        self._optimised(call, first)

    def _optimised(self, call: Call, first: Bridge) -> None:
        """Asterisk takes the pair of Local channels out of the middle."""
        assert call.consulted is not None
        channels, caller = self._channels, call.caller
        near, far, phone, _, third = call.consulted
        pair = f"{near.prefixed('LocalOne')}\r\n{far.prefixed('LocalTwo')}"
        self._scribe.say(
            "LocalOptimizationBegin",
            f"{pair}\r\n{phone.prefixed('Source')}\r\n"
            f"DestUniqueId: {near.uniqueid}\r\nId: {call.line}",
        )
        channels.leaves(third, phone)
        channels.leaves(first, near)
        channels.enters(first, phone)
        self._scribe.say("LocalOptimizationEnd", f"{pair}\r\nSuccess: Yes\r\nId: {call.line}")
        channels.leaves(third, far)
        channels.torn_down(third)
        channels.released(far)
        channels.asked(near, 16)
        channels.ended(far, 16)
        channels.ended(near, 16)
        caller.turn(line_number=phone.number, line_name=phone.caller)
        call.partner, call.bridge, call.consulted = phone, first, None

    def pass_on(self, call: Call, data: PassedOn) -> None:
        """The caller is put through, unless the agent has done so himself."""
        if call.partner is not None:
            return
        channels, caller = self._channels, call.caller
        self._goes_to(caller, "Dial", f"PJSIP/{data.to},25,tT", data.to)
        phone = self._dial(call, caller, data.to)
        channels.turned(phone, UP)
        channels.dialled("DialEnd", caller, phone, "DialStatus: ANSWER")
        caller.turn(line_number=phone.number, line_name=phone.caller)
        call.partner, call.dismissed = phone, False
        call.bridge = channels.bridge(phone, caller)

    def _goes_to(self, caller: Leg, application: str, app_data: str, to: str) -> None:
        self._channels.runs(caller, application, app_data, context=CONTEXT, exten=to, priority=1)

    def _dial(self, call: Call, leg: Leg, to: str) -> Leg:
        """A phone of the house rings for this leg."""
        channels = self._channels
        phone = channels.new_leg(
            call,
            f"PJSIP/{to}",
            number=to,
            context="from-phones",
            line_number=leg.number,
            line_name=leg.caller,
        )
        channels.runs(phone, "AppDial", "(Outgoing Line)", exten=to)
        channels.dialled("DialBegin", leg, phone, f"DialString: {to}")
        channels.turned(phone, RINGING)
        channels.dialled("DialState", leg, phone, "DialStatus: RINGING")
        return phone
