"""What Asterisk tells of channels and of the bridges that join them."""

from typing import Required, TypedDict, Unpack

from simulators.ami_picture import Call, Picture
from simulators.ami_text import CAUSE_WORDS, UNKNOWN, UP, Bridge, Leg, Scribe

NUMBERS_PER_CALL = 10
"""Channel numbers of a call: its caller has the first, its other legs the rest, again and again."""


class LegFields(TypedDict, total=False):
    """What may be known of a leg when it is made."""

    number: str
    caller: str
    state: int
    line_number: str
    line_name: str
    context: Required[str]
    exten: str


class Channels:
    """Makes channels and bridges, and tells of them."""

    def __init__(self, picture: Picture, scribe: Scribe) -> None:
        self._picture = picture
        self._scribe = scribe
        self._bridges = 0

    def new_leg(self, call: Call, peer: str, *, half: int = 0, **fields: Unpack[LegFields]) -> Leg:
        """A further leg of the call, dialled to this peer; the first or second `half` of a pair."""
        nth = call.line + 1 + call.legs % (NUMBERS_PER_CALL - 1)
        call.legs += 1
        number = (nth - 1 if half == 2 else nth) & 0xFFFFFFFF
        leg = Leg(
            name=f"{peer}-{number:08x}{f';{half}' if half else ''}",
            uniqueid=f"{self._picture.now // 1000}.{nth}",
            linkedid=call.caller.uniqueid,
            began_at=self._picture.now,
            **fields,
        )
        self.born(leg)
        return leg

    def born(self, leg: Leg) -> None:
        """The channel is there."""
        self._picture.processed += 1
        self._scribe.say("Newchannel", leg.block)

    def turned(self, leg: Leg, state: int) -> None:
        """The channel's state changed."""
        leg.turn(state=state)
        self._scribe.say("Newstate", leg.block)

    def runs(
        self,
        leg: Leg,
        application: str,
        app_data: str,
        *,
        context: str = "",
        exten: str = "",
        priority: int | None = None,
    ) -> None:
        """The dialplan goes on: this application runs on the channel, at this place if it moved."""
        leg.turn(
            application=application,
            app_data=app_data,
            context=context or leg.context,
            exten=exten or leg.exten,
            priority=leg.priority if priority is None else priority,
        )
        self._scribe.say(
            "Newexten",
            f"{leg.block}\r\nExtension: {leg.exten}\r\nApplication: {application}\r\n"
            f"AppData: {app_data}",
        )

    def asked(self, leg: Leg, cause: int) -> None:
        """Its far end hangs up, with this cause."""
        self._scribe.say("HangupRequest", f"{leg.block}\r\nCause: {cause}")

    def released(self, leg: Leg, cause: int = 16) -> None:
        """Asterisk itself is about to hang it up."""
        self._scribe.say("SoftHangupRequest", f"{leg.block}\r\nCause: {cause}")

    def ended(self, leg: Leg, cause: int) -> None:
        """The channel is gone."""
        word = CAUSE_WORDS.get(cause, "Unknown")
        self._scribe.say("Hangup", f"{leg.block}\r\nCause: {cause}\r\nCause-txt: {word}")

    def music(self, leg: Leg, on: bool) -> None:
        """Music for the channel begins or ends."""
        if on:
            self._scribe.say("MusicOnHoldStart", leg.block + "\r\nClass: default")
        else:
            self._scribe.say("MusicOnHoldStop", leg.block)

    def dialled(self, event: str, call: Leg | None, leg: Leg, tail: str) -> None:
        """One of DialBegin, DialState, DialEnd, with its last header."""
        head = f"{call.block}\r\n" if call is not None else ""
        self._scribe.say(event, f"{head}{leg.dest}\r\n{tail}")

    def bridge(self, *legs: Leg) -> Bridge:
        """Make a bridge and have these legs enter it."""
        self._bridges += 1
        bridge = Bridge(
            f"{self._picture.now // 1000 & 0xFFFFFFFF:08x}-{self._bridges >> 32 & 0xFFFF:04x}"
            f"-4000-8000-{self._bridges & 0xFFFFFFFFFFFF:012x}"
        )
        self._scribe.say("BridgeCreate", bridge.block)
        for leg in legs:
            self.enters(bridge, leg)
        return bridge

    def enters(self, bridge: Bridge, leg: Leg) -> None:
        """The leg joins those in the bridge."""
        bridge.legs.append(leg)
        self._scribe.say("BridgeEnter", f"{bridge.block}\r\n{leg.block}")

    def leaves(self, bridge: Bridge | None, *legs: Leg) -> None:
        """These legs leave the bridge, one after the other; who is not in it says nothing."""
        for leg in legs:
            if bridge is not None and leg in bridge.legs:
                bridge.legs.remove(leg)
                self._scribe.say("BridgeLeave", f"{bridge.block}\r\n{leg.block}")

    def torn_down(self, bridge: Bridge | None) -> None:
        """The empty bridge is gone."""
        if bridge is not None:
            self._scribe.say("BridgeDestroy", bridge.block)

    def arrives(self, call: Call, *, dialled: bool) -> None:
        """A caller's channel comes to the menu, or is one that Asterisk dialled itself."""
        caller, did = call.caller, call.caller.exten
        self.born(caller)
        if dialled:
            self.turned(caller, 5)
            self.turned(caller, UP)
            self.runs(caller, "NoOp", "callback", context="callback", exten="s", priority=1)
            return
        self.runs(caller, "Goto", "menu,s,1", exten=did)
        self.runs(caller, "Answer", "", context="menu", exten="s")
        self.turned(caller, UP)
        self.runs(caller, "BackGround", "menu-welcome", priority=2)

    def alone(self, leg: Leg) -> None:
        """Nobody is at the other end."""
        leg.turn(line_number=UNKNOWN, line_name=UNKNOWN)
