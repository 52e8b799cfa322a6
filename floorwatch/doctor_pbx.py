"""Asks a PBX over AMI what the doctor wants to know, and what `init` fills in.

One connection, a few seconds, actions that only read. What an account may read cannot be asked for
in AMI; it shows in the classes of the events that arrive, so a quiet floor leaves it open.
"""

import asyncio
import re
import ssl
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field

from floorwatch.template import FoundMember, FoundQueue
from floorwatch.urls import FILE_OPTION, Url
from ingest.ami_message import Message
from ingest.ami_protocol import AmiProtocol, AmiProtocolError, State
from ingest.events import Millis
from ingest.ports import Clock

CLASSES = frozenset({"system", "call", "agent", "dialplan"})
"""The classes that the account must be able to read."""

_ACTING = (
    *("originate", "command", "hangup", "redirect", "setvar", "updateconfig"),
    *("queueadd", "queueremove", "queuepause"),
)
_PRIVILEGE = re.compile(rb"^Privilege: ([a-z,]+)\r$", re.MULTILINE)
_READ_BYTES = 65_536


class PbxProbeError(Exception):
    """The PBX could not be asked: `what` is wrong, and how to `mend` it."""

    def __init__(self, what: str, mend: str) -> None:
        self.what = what
        self.mend = mend
        super().__init__(f"{what}. {mend}")


@dataclass(frozen=True, slots=True, kw_only=True)
class PbxReport:
    """What the PBX told.

    `offset_ms` is its clock minus ours, None if it did not say. `timestamps` is None if no event
    came. `seen` are the classes of events that came. `may_show_channels` and `may_act` are from the
    actions that it offers to this account.
    """

    banner: str
    booted: bool
    timestamps: bool | None = None
    offset_ms: Millis | None = None
    seen: frozenset[str] = frozenset()
    may_show_channels: bool = False
    may_act: tuple[str, ...] = ()
    queues: tuple[FoundQueue, ...] = ()


@dataclass(slots=True)
class _Hearing:
    """What has been heard so far."""

    clock: Clock
    ping_id: str = ""
    commands_id: str = ""
    asked_at: Millis = 0
    offset_ms: Millis | None = None
    timestamps: bool | None = None
    seen: set[str] = field(default_factory=set)
    commands: frozenset[str] = frozenset()
    queues: dict[str, list[FoundMember]] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)

    def take(self, message: Message) -> None:
        if not message.event:
            self._answer(message)
            return
        classes = set(message.text("privilege").split(",")) - {""}
        # The greeting never bears a time, whatever manager.conf says.
        if classes and message.event != "FullyBooted":
            self.timestamps = message.timestamp_at is not None or bool(self.timestamps)
        match message.event:
            case "QueueParams":
                self.queues.setdefault(message.text("queue"), [])
            case "QueueMember":
                interface = message.text("location") or message.text("interface")
                name = message.text("name") or message.text("membername")
                member = FoundMember(name or interface, interface)
                self.queues.setdefault(message.text("queue"), []).append(member)
            case "QueueStatusComplete":
                self.answered.add("queues")
            case _:
                pass

    def overhear(self, data: bytes) -> None:
        """Note the classes of events that the protocol leaves out as saying nothing of the floor."""
        for match in _PRIVILEGE.finditer(data):
            self.seen |= set(match[1].decode().split(",")) & CLASSES

    def _answer(self, message: Message) -> None:
        action = message.text("actionid")
        if action == self.ping_id:
            self.answered.add("ping")
            told_at = message.timestamp_at
            if told_at is not None:
                self.offset_ms = told_at - (self.asked_at + self.clock.now()) // 2
        elif action == self.commands_id:
            self.answered.add("commands")
            self.commands = frozenset(message.fields)
        elif message.text("response").lower() == "error":
            self.answered.add("queues")


async def probe(
    url: Url, secret: str, clock: Clock, *, timeout_s: float = 8.0, listen_s: float = 2.0
) -> PbxReport:
    """Log in, ask, listen for `listen_s`, log off; raises `PbxProbeError`.

    `timeout_s` bounds everything before the listening.
    """
    try:
        async with asyncio.timeout(timeout_s):
            reader, writer = await asyncio.open_connection(url.host, url.port, ssl=_tls(url))
    except ssl.SSLError as error:
        raise PbxProbeError(
            f"no TLS with {url.address} ({error.reason or 'handshake failed'})",
            "Check tls= and the port; for a certificate of your own name its authority with "
            f"{FILE_OPTION}=PATH",
        ) from None
    except (OSError, TimeoutError) as error:
        raise PbxProbeError(
            f"{url.address} does not answer ({_reason(error)})",
            "Check host, port, firewall, and enabled=yes and bindaddr in manager.conf",
        ) from None
    try:
        return await _converse(url, secret, clock, reader, writer, timeout_s, listen_s)
    except AmiProtocolError as error:
        raise PbxProbeError(f"{url.address}: {error}", "Check the port") from None
    except OSError as error:
        raise PbxProbeError(f"{url.address} broke off ({_reason(error)})", "Try again") from None
    finally:
        writer.close()
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(1):
                await writer.wait_closed()


async def _converse(
    url: Url,
    secret: str,
    clock: Clock,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    timeout_s: float,
    listen_s: float,
) -> PbxReport:
    protocol = AmiProtocol("doctor")
    hearing = _Hearing(clock)
    try:
        async with asyncio.timeout(timeout_s):
            await _hear(protocol, hearing, reader, writer, until=_greeted)
            protocol.login(url.user, secret, md5=url.options.get("login") != "plain")
            await _hear(protocol, hearing, reader, writer, until=_logged_in)
            hearing.asked_at = clock.now()
            hearing.ping_id = protocol.request("Ping")
            hearing.commands_id = protocol.request("ListCommands")
            protocol.request("QueueStatus")
            await _hear(protocol, hearing, reader, writer, until=_answered)
    except TimeoutError:
        if protocol.state in (State.BANNER, State.READY, State.AUTHENTICATING):
            raise PbxProbeError(
                f"{url.address} accepts the connection but does not answer the login",
                "Check that this is the manager port, and permit= in manager.conf",
            ) from None
    if protocol.state is State.REFUSED:
        raise PbxProbeError(
            f"{url.address} refuses the login of {url.user} ({protocol.refusal})",
            f"Check [{url.user}], its secret and its permit= in manager.conf, then: manager reload",
        )
    try:
        async with asyncio.timeout(listen_s):
            await _hear(protocol, hearing, reader, writer, until=_all_seen)
            protocol.request("Logoff")
            writer.write(protocol.data_to_send())
    except TimeoutError:
        pass  # the listening is over: what was heard is the answer
    return _report(protocol, hearing)


def _report(protocol: AmiProtocol, hearing: _Hearing) -> PbxReport:
    return PbxReport(
        banner=protocol.banner,
        booted=protocol.state is State.BOOTED,
        timestamps=hearing.timestamps,
        offset_ms=hearing.offset_ms,
        seen=frozenset(hearing.seen),
        may_show_channels="coreshowchannels" in hearing.commands,
        may_act=tuple(action for action in _ACTING if action in hearing.commands),
        queues=tuple(FoundQueue(name, tuple(found)) for name, found in hearing.queues.items()),
    )


def _greeted(protocol: AmiProtocol, hearing: _Hearing) -> bool:
    return protocol.state is not State.BANNER


def _logged_in(protocol: AmiProtocol, hearing: _Hearing) -> bool:
    return protocol.state in (State.LOGGED_IN, State.BOOTED, State.REFUSED)


def _answered(protocol: AmiProtocol, hearing: _Hearing) -> bool:
    refused = protocol.state is State.REFUSED
    return refused or {"ping", "commands", "queues"} <= hearing.answered


def _all_seen(protocol: AmiProtocol, hearing: _Hearing) -> bool:
    return protocol.state is State.BOOTED and hearing.seen >= CLASSES


async def _hear(
    protocol: AmiProtocol,
    hearing: _Hearing,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    *,
    until: Callable[[AmiProtocol, _Hearing], bool],
) -> None:
    """Read and answer until the condition holds; an end of the connection before it is an error."""
    while not until(protocol, hearing):
        writer.write(protocol.data_to_send())
        data = await reader.read(_READ_BYTES)
        if not data:
            raise ConnectionResetError("the PBX closed the connection")
        hearing.overhear(data)
        for message in protocol.receive_data(data):
            hearing.take(message)


def _tls(url: Url) -> ssl.SSLContext | None:
    mode = url.options.get("tls", "off")
    if mode == "off":
        return None
    file = url.options.get(FILE_OPTION)
    try:
        context = ssl.create_default_context(cafile=file)
    except OSError as error:
        raise PbxProbeError(
            f"{file} is no certificate ({_reason(error)})", "Name the PEM file of the authority"
        ) from None
    if mode == "unverified":
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _reason(error: OSError) -> str:
    return error.strerror or str(error) or "no answer in time"
