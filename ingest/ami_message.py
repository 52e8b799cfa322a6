"""One message of the Asterisk Manager Interface, and which messages say something about the floor."""

from dataclasses import dataclass

from ingest.events import Millis

WANTED = frozenset(
    [
        "QueueCallerJoin",
        "QueueCallerLeave",
        "QueueCallerAbandon",
        "AgentCalled",
        "AgentConnect",
        "AgentComplete",
        "AgentRingNoAnswer",
        "AgentDump",
        "QueueMemberStatus",
        "QueueMemberAdded",
        "QueueMemberRemoved",
        "QueueMemberPause",
        "QueueMemberPaused",
        "Newchannel",
        "Newexten",
        "VarSet",
        "Hangup",
        "HangupRequest",
        "SoftHangupRequest",
        "DialEnd",
        "Hold",
        "Unhold",
        "BlindTransfer",
        "AttendedTransfer",
        "PeerStatus",
        "ContactStatus",
        "Registry",
        "Alarm",
        "AlarmClear",
        "SpanAlarm",
        "SpanAlarmClear",
        "FullyBooted",
        "Shutdown",
        "Reload",
        "QueueParams",
        "QueueMember",
        "QueueEntry",
        "QueueStatusComplete",
        "CoreShowChannel",
        "CoreShowChannelsComplete",
        "EndpointList",
        "EndpointListComplete",
        "ContactList",
        "ContactListComplete",
        "OutboundRegistrationDetail",
        "PeerEntry",
        "RegistryEntry",
        "Join",
        "Leave",
    ]
)
"""The events that the translation reads; all others are counted and dropped unparsed."""

RENAMED = {
    "Join": "QueueCallerJoin",
    "Leave": "QueueCallerLeave",
    "QueueMemberPaused": "QueueMemberPause",
}
"""What Asterisk up to 11 called the same events."""

_WANTED_BYTES = frozenset(name.encode() for name in WANTED)
_LONGEST_NAME = 255
_LONGEST_SPAN_MS = 366 * 86_400_000
_FOLLOWS_KEYS = frozenset({"response", "privilege", "actionid"})
_COMMAND_END = "--END COMMAND--"
_NOBODY = frozenset({"", "<unknown>", "unknown", "<none>"})


@dataclass(frozen=True, slots=True)
class Message:
    """A response (`event` is empty) or an event, as headers with lower-case keys.

    `fields` has the first value of each key; a key that repeats has all its values in `repeats`.
    `output` is text outside any header: what the old `Response: Follows` carried.
    """

    event: str
    fields: dict[str, str]
    repeats: dict[str, tuple[str, ...]]
    output: str = ""

    def text(self, key: str) -> str:
        """The value of a header, empty if it is absent."""
        return self.fields.get(key, "")

    def name(self, key: str) -> str:
        """The value as a name that our events can carry: at most 255 characters; `<unknown>` is none."""
        value = self.fields.get(key, "")
        return "" if value in _NOBODY else value[:_LONGEST_NAME]

    def number(self, key: str) -> int | None:
        """The value as a whole number, None if it is not one."""
        return whole(self.fields.get(key, ""))

    def seconds_ms(self, key: str) -> Millis | None:
        """A duration that Asterisk gives in whole seconds, in milliseconds; None if there is none."""
        return _span(self.number(key), 1000)

    def span_ms(self, key: str) -> Millis | None:
        """A duration that Asterisk gives in milliseconds; None if there is none."""
        return _span(self.number(key), 1)

    @property
    def timestamp_at(self) -> Millis | None:
        """When Asterisk says that it happened (`timestampevents=yes`), None if it does not say."""
        value = self.fields.get("timestamp")
        if not value:
            return None
        seconds, _, fraction = value.partition(".")
        if not (seconds.isascii() and seconds.isdigit() and len(seconds) < 12):
            return None
        fraction = fraction[:3].ljust(3, "0")
        return int(seconds) * 1000 + (
            int(fraction) if fraction.isascii() and fraction.isdigit() else 0
        )


def _span(value: int | None, factor: int) -> Millis | None:
    if value is None or not 0 <= value * factor <= _LONGEST_SPAN_MS:
        return None
    return value * factor


def whole(value: str) -> int | None:
    """A whole number of up to 15 digits, None if the text is anything else."""
    digits = value[1:] if value.startswith("-") else value
    if not digits or len(digits) > 15 or not (digits.isascii() and digits.isdigit()):
        return None
    return int(value)


def unwanted(frame: bytes) -> bool:
    """Whether the frame can be dropped unread: an event that says nothing about the floor.

    A frame whose first header is not `Event` in Asterisk's own spelling is always read.
    """
    if not frame.startswith(b"Event: "):
        return False
    end = frame.find(b"\r\n")
    name = frame[7:] if end < 0 else frame[7:end]
    if name == b"VarSet":
        return b"QUEUESTATUS" not in frame
    return name not in _WANTED_BYTES


def parse(frame: bytes) -> Message:
    """Read one frame, without its closing empty line. Any bytes give a message; nothing is raised."""
    fields: dict[str, str] = {}
    repeats: dict[str, tuple[str, ...]] = {}
    loose: list[str] = []
    text = frame.decode("utf-8", "replace")
    follows = text.startswith("Response: Follows")
    for line in text.split("\r\n"):
        key, colon, value = line.partition(":")
        if not colon or (follows and key.lower() not in _FOLLOWS_KEYS):
            loose.append(line)
            continue
        key = key.strip().lower()
        value = value[1:] if value.startswith(" ") else value
        if key in fields:
            repeats[key] = (*repeats.get(key, (fields[key],)), value)
        else:
            fields[key] = value
    event = fields.get("event", "")
    output = "\n".join(line for line in loose if line).removesuffix(_COMMAND_END)
    return Message(RENAMED.get(event, event), fields, repeats, output)
