"""The parts of the telephone system that AMI reports: trunks, registrations, phones, Asterisk itself."""

from ingest.ami_causes import ENDPOINT_DOWN, ENDPOINT_UP
from ingest.ami_message import Message
from ingest.ami_telling import Telling
from ingest.events import Component, Millis
from ingest.words import ComponentKind, ComponentStatus

NODE = "Asterisk"

CONTACTS = {
    "reachable": ComponentStatus.UP,
    "unreachable": ComponentStatus.DOWN,
    "unknown": ComponentStatus.UNKNOWN,
}
"""What a contact's status says. Removed and NonQualified say nothing: they are what a phone's re-registration
looks like, and PeerStatus tells the rest."""


class Components:
    """Tells a component when its status changes. A name keeps the kind under which it was told first."""

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._told: dict[str, tuple[ComponentKind, ComponentStatus]] = {}
        self._trunks: set[str] = set()

    def trunk(self, line: str) -> None:
        """Callers come in by this line, so it is a trunk and no phone."""
        self._trunks.add(line)

    def receive(self, message: Message) -> None:
        """Take a status event, or an item of one of the lists that we ask for after the login."""
        match message.event:
            case "PeerStatus":
                status = _peer(message.text("peerstatus"))
                self._line(message.name("peer"), status, message.text("cause"))
            case "ContactStatus":
                self._contact(message.name("endpointname"), message.text("contactstatus"))
            case "ContactList":
                self._contact(message.name("endpoint"), message.text("status"))
            case "EndpointList" if message.text("outboundauths"):
                self.trunk(f"PJSIP/{message.name('objectname')}")
            case "PeerEntry":
                self._peer_entry(message)
            case "Registry":
                self._registry(message)
            case "OutboundRegistrationDetail":
                uri = _bare(message.name("clienturi"))
                self._registration(f"PJSIP/{uri}", message.text("status"), "")
            case "RegistryEntry":
                name = f"IAX2/{message.name('username')}@{message.name('host')}"
                self._registration(name, message.text("state"), "")
            case "Alarm" | "AlarmClear" | "SpanAlarm" | "SpanAlarmClear":
                self._alarm(message)
            case _:
                pass

    def node(self, status: ComponentStatus, cause: str, at: Millis | None = None) -> None:
        """Asterisk itself went down or came up, `at` if that was earlier."""
        self._tell(ComponentKind.NODE, NODE, status, cause, at)

    def _alarm(self, message: Message) -> None:
        span = message.event.startswith("SpanAlarm")
        number = (
            message.name("span")
            if span
            else message.name("channel") or message.name("dahdichannel")
        )
        if number:
            name = f"DAHDI/span{number}" if span else f"DAHDI/{number.removeprefix('DAHDI/')}"
            clear = message.event.endswith("Clear")
            status = ComponentStatus.UP if clear else ComponentStatus.DOWN
            self._tell(ComponentKind.TRUNK, name, status, message.text("alarm"))

    def _contact(self, endpoint: str, word: str) -> None:
        status = CONTACTS.get(word.lower())
        if endpoint and status is not None:
            self._line(f"PJSIP/{endpoint}", status, "" if status is ComponentStatus.UP else word)

    def _peer_entry(self, message: Message) -> None:
        tech = (
            "IAX2"
            if message.text("channeltype").upper().startswith("IAX")
            else message.name("channeltype")
        )
        name = message.name("objectname")
        if not tech or not name:
            return
        line = f"{tech}/{name}"
        if tech == "IAX2":
            self.trunk(line)
        self._line(line, _peer(message.text("status").partition(" ")[0]), message.text("status"))

    def _registry(self, message: Message) -> None:
        user, domain = _bare(message.name("username")), _bare(message.name("domain"))
        who = user if "@" in user or not domain else f"{user}@{domain}"
        name = f"{message.name('channeltype')}/{who}"
        self._registration(name, message.text("status"), message.text("cause"))

    def _registration(self, name: str, word: str, cause: str) -> None:
        status = _peer(word)
        if not name.endswith("/"):
            down = status is not ComponentStatus.UP
            self._tell(
                ComponentKind.REGISTRATION, name[:255], status, cause or (word if down else "")
            )

    def _line(self, line: str, status: ComponentStatus, cause: str) -> None:
        if line:
            kind = ComponentKind.TRUNK if line in self._trunks else ComponentKind.ENDPOINT
            self._tell(kind, line, status, "" if status is ComponentStatus.UP else cause)

    def _tell(
        self,
        kind: ComponentKind,
        name: str,
        status: ComponentStatus,
        cause: str,
        at: Millis | None = None,
    ) -> None:
        name = name[:255]
        first_kind, known = self._told.get(name, (kind, None))
        if status is known:
            return
        self._told[name] = (first_kind, status)
        self._telling.tell(
            Component(kind=first_kind, name=name, status=status, cause=cause[:255]), time=at
        )


def _bare(uri: str) -> str:
    return uri.removeprefix("sip:").removeprefix("sips:")


def _peer(word: str) -> ComponentStatus:
    word = word.lower()
    if word in ENDPOINT_UP:
        return ComponentStatus.UP
    if word == "lagged":
        return ComponentStatus.DEGRADED
    return ComponentStatus.DOWN if word in ENDPOINT_DOWN else ComponentStatus.UNKNOWN
