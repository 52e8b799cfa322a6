"""One event of the Asterisk Manager Interface as text, header for header as Asterisk 22 writes it.

A frame is the text of one message without its closing empty line; its lines end in CR LF and a
header without a value keeps the blank after its colon.
"""

from dataclasses import dataclass, field

from ingest.events import Millis

EOL = "\r\n"
UNKNOWN = "<unknown>"
DOWN, RING, RINGING, UP = 0, 4, 5, 6
"""The states of a channel: not yet dialled, asking to come in, being rung, and connected."""

STATE_WORDS = {DOWN: "Down", RING: "Ring", RINGING: "Ringing", UP: "Up"}
CAUSE_WORDS = {
    0: "Unknown",
    16: "Normal Clearing",
    17: "User busy",
    21: "Call Rejected",
    26: "Answered elsewhere",
    27: "Destination out of order",
    34: "Circuit/channel congestion",
    38: "Network out of order",
    41: "Temporary failure",
    42: "Switching equipment congestion",
    44: "Requested channel not available",
    127: "Interworking, unspecified",
}
"""What Asterisk calls the Q.850 causes."""

_AGENT = (
    *("QueueCallerJoin", "QueueCallerLeave", "QueueCallerAbandon", "AgentCalled", "AgentConnect"),
    *("AgentComplete", "AgentRingNoAnswer", "QueueMemberStatus", "QueueMemberAdded"),
    *("QueueMemberRemoved", "QueueMemberPause"),
)
_SYSTEM = ("PeerStatus", "ContactStatus", "FullyBooted", "Shutdown")
_CALL = (
    *("Newchannel", "Newstate", "NewConnectedLine", "DialBegin", "DialState", "DialEnd"),
    *("BridgeCreate", "BridgeEnter", "BridgeLeave", "BridgeMerge", "BridgeDestroy"),
    *("MusicOnHoldStart", "MusicOnHoldStop", "Hold", "Unhold", "HangupRequest"),
    *("SoftHangupRequest", "Hangup", "BlindTransfer", "AttendedTransfer", "LocalBridge"),
    *("LocalOptimizationBegin", "LocalOptimizationEnd"),
    *("OriginateResponse", "ChanSpyStart", "ChanSpyStop"),
)
CLASS_OF = {
    **dict.fromkeys(_AGENT, "agent"),
    **dict.fromkeys(_SYSTEM, "system"),
    **dict.fromkeys(_CALL, "call"),
    **dict.fromkeys(("Newexten", "VarSet"), "dialplan"),
    "DTMFEnd": "dtmf",
}
"""The class of each event that is told here: an account reads whole classes of them."""

_HEADS = {
    name: f"Event: {name}\r\nPrivilege: {kind},all\r\nTimestamp: "
    for name, kind in CLASS_OF.items()
}
_MICROS = [f"{n:03}\r\n" for n in range(1_000)]


def escaped(name: str) -> str:
    """A person's name as caller id: quotes, apostrophes and backslashes bear a backslash."""
    return name.replace("\\", "\\\\").replace('"', '\\"').replace("'", "\\'")


class Scribe:
    """Writes the events of one moment after another, in the order in which they are said.

    All of one moment bear its millisecond; within it the microseconds count up.
    """

    def __init__(self) -> None:
        self.now: Millis = 0
        self._stamp = ""
        self._nth = 0
        self._frames: list[str] = []

    def at(self, now: Millis) -> None:
        """What is said from here on happens at `now`."""
        if now != self.now:
            self.now, self._nth = now, 0
            self._stamp = f"{now // 1000}.{now % 1000:03}"

    def say(self, event: str, body: str) -> None:
        """Write an event of these headers, which are all that follow its time."""
        nth = self._nth
        self._frames.append(_HEADS[event] + self._stamp + _MICROS[nth] + body)
        if nth < 999:
            self._nth = nth + 1

    def take(self) -> list[str]:
        """The frames written since the last taking."""
        frames, self._frames = self._frames, []
        return frames


@dataclass(slots=True, eq=False, kw_only=True)
class Leg:
    """A channel: one leg of a call. Change it by `turn`, since its headers are kept as text."""

    name: str
    uniqueid: str
    linkedid: str
    began_at: Millis
    number: str = UNKNOWN
    caller: str = UNKNOWN
    state: int = DOWN
    line_number: str = UNKNOWN
    line_name: str = UNKNOWN
    context: str
    exten: str = "s"
    priority: int = 1
    application: str = ""
    app_data: str = ""
    _block: str = field(default="", init=False)
    _dest: str = field(default="", init=False)

    def turn(self, **changes: str | int) -> None:
        """Change these fields."""
        for name, value in changes.items():
            setattr(self, name, value)
        self._block = self._dest = ""

    @property
    def block(self) -> str:
        """Its fourteen headers."""
        if not self._block:
            self._block = (
                f"Channel: {self.name}\r\nChannelState: {self.state}\r\n"
                f"ChannelStateDesc: {STATE_WORDS[self.state]}\r\n"
                f"CallerIDNum: {self.number}\r\nCallerIDName: {self.caller}\r\n"
                f"ConnectedLineNum: {self.line_number}\r\nConnectedLineName: {self.line_name}\r\n"
                f"Language: en\r\nAccountCode: \r\nContext: {self.context}\r\n"
                f"Exten: {self.exten}\r\nPriority: {self.priority}\r\n"
                f"Uniqueid: {self.uniqueid}\r\nLinkedid: {self.linkedid}"
            )
        return self._block

    @property
    def dest(self) -> str:
        """Its headers where it is the one that is called."""
        if not self._dest:
            self._dest = self.prefixed("Dest")
        return self._dest

    def prefixed(self, prefix: str) -> str:
        """Its headers with this before each name."""
        return prefix + self.block.replace(EOL, EOL + prefix)


@dataclass(slots=True, eq=False)
class Bridge:
    """What joins legs, with those that are in it."""

    id: str
    legs: list[Leg] = field(default_factory=list)

    @property
    def block(self) -> str:
        """Its seven headers."""
        return self.prefixed("Bridge")

    def prefixed(self, prefix: str) -> str:
        """Its headers, whose names begin with this."""
        return (
            f"{prefix}Uniqueid: {self.id}\r\n{prefix}Type: basic\r\n"
            f"{prefix}Technology: simple_bridge\r\n{prefix}Creator: {UNKNOWN}\r\n"
            f"{prefix}Name: {UNKNOWN}\r\n{prefix}NumChannels: {len(self.legs)}\r\n"
            f"{prefix}VideoSourceMode: none"
        )
