"""The Asterisk Manager Interface without a socket: bytes in, messages out; actions in, bytes out.

The server speaks first, one line: `Asterisk Call Manager/<version>`. From then on both sides send
frames of `Key: Value` lines that end in an empty line. Responses and events interleave.

    BANNER -> READY -> AUTHENTICATING -> LOGGED_IN -> BOOTED
                            `-> REFUSED
"""

import hashlib
from enum import StrEnum

from ingest.ami_message import Message, parse, unwanted

LARGEST_FRAME = 1_048_576
"""Bytes in one frame. Real ones are some 500; more means that the other side is no Asterisk."""

LONGEST_BANNER = 256
_END = b"\r\n\r\n"
_FOLLOWS = b"Response: Follows"
_COMMAND_END = b"--END COMMAND--"


class AmiProtocolError(ValueError):
    """The bytes are not AMI, or an action cannot be written; the connection is of no more use."""


class State(StrEnum):
    """How far the connection has come."""

    BANNER = "banner"
    READY = "ready"
    AUTHENTICATING = "authenticating"
    LOGGED_IN = "logged_in"
    BOOTED = "booted"
    REFUSED = "refused"


class AmiProtocol:
    """One connection to one Asterisk. Feed it what the socket reads; send what `data_to_send` gives."""

    def __init__(
        self, prefix: str = "fw", *, banner: bool = True, also: tuple[str, ...] = ()
    ) -> None:
        """`prefix` begins our ActionIDs. `banner=False`: the bytes start after the banner. `also` are
        events to be read that say nothing about the floor."""
        self.state = State.BANNER if banner else State.READY
        self.banner = ""
        self.refusal = ""
        self.received = 0
        self.skipped = 0
        self._prefix = prefix
        self._also = tuple(f"Event: {name}\r\n".encode() for name in also)
        self._number = 0
        self._buffer = bytearray()
        self._scanned = 0
        self._out: list[bytes] = []
        self._login_id = ""
        self._credentials = ("", "", "")

    def receive_data(self, data: bytes) -> list[Message]:
        """The messages that these bytes complete, however the stream was split.

        Events that say nothing about the floor are counted in `skipped` and left out.
        Raises `AmiProtocolError` if this is not AMI or a frame grows beyond `LARGEST_FRAME`.
        """
        self._buffer += data
        if self.state is State.BANNER and not self._read_banner():
            return []
        if self._buffer.find(_END, max(0, self._scanned - 3)) < 0:
            self._scanned = len(self._buffer)
            self._check_size(len(self._buffer))
            return []
        frames = bytes(self._buffer).split(_END)
        rest = frames.pop()
        frames, rest = _join_follows(frames, rest)
        self._check_size(len(rest))
        self._buffer = bytearray(rest)
        self._scanned = len(rest)
        return self._read(frames)

    def data_to_send(self) -> bytes:
        """What has to go to the server now; asking empties it."""
        data = b"".join(self._out)
        self._out.clear()
        return data

    def request(self, action: str, **headers: str) -> str:
        """Queue an action and give its ActionID, which its response and its list items repeat."""
        self._number += 1
        action_id = f"{self._prefix}-{self._number}"
        lines = {"Action": action, "ActionID": action_id, **headers}
        for key, value in lines.items():
            if "\r" in value or "\n" in value:
                raise AmiProtocolError(
                    f"{key} of {action} has a line break in it: write it in one line"
                )
        text = "".join(f"{key}: {value}\r\n" for key, value in lines.items())
        self._out.append(text.encode() + b"\r\n")
        return action_id

    def login(self, username: str, secret: str, *, events: str = "on", md5: bool = True) -> None:
        """Queue the login. With `md5` the secret itself never crosses the wire.

        `events` is what the server shall send: `on`, `off`, or classes such as `system,call,agent`.
        """
        self._credentials = (username, secret, events)
        self.state = State.AUTHENTICATING
        if md5:
            self._login_id = self.request("Challenge", AuthType="MD5")
        else:
            self._login_id = self.request("Login", Username=username, Secret=secret, Events=events)

    def _read_banner(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > LONGEST_BANNER:
                raise AmiProtocolError("no AMI banner: is this the manager port (5038)?")
            return False
        line = bytes(self._buffer[:end]).strip()
        if b"Call Manager" not in line or len(line) > LONGEST_BANNER:
            raise AmiProtocolError(
                f"the banner is {line[:60]!r}, not 'Asterisk Call Manager': is this the manager port?"
            )
        self.banner = line.decode("utf-8", "replace")
        del self._buffer[: end + 1]
        self.state = State.READY
        return True

    def _check_size(self, size: int) -> None:
        if size > LARGEST_FRAME:
            raise AmiProtocolError(f"a frame of more than {LARGEST_FRAME} bytes: not an Asterisk")

    def _read(self, frames: list[bytes]) -> list[Message]:
        found = []
        for raw in frames:
            frame = raw.lstrip(b"\r\n")
            if not frame:
                continue
            self._check_size(len(frame))
            self.received += 1
            if unwanted(frame) and not frame.startswith(self._also):
                self.skipped += 1
                continue
            message = parse(frame)
            self._follow(message)
            found.append(message)
        return found

    def _follow(self, message: Message) -> None:
        if message.event == "FullyBooted":
            if self.state is State.LOGGED_IN:
                self.state = State.BOOTED
            return
        if self.state is not State.AUTHENTICATING or message.event:
            return
        if message.text("actionid") not in ("", self._login_id):
            return
        if message.text("response").lower() != "success":
            self.state = State.REFUSED
            self.refusal = message.text("message")[:255] or "refused without a reason"
        elif message.text("challenge"):
            username, secret, events = self._credentials
            key = md5_key(message.text("challenge"), secret)
            self._login_id = self.request(
                "Login", AuthType="MD5", Username=username, Key=key, Events=events
            )
        else:
            self.state = State.LOGGED_IN


def md5_key(challenge: str, secret: str) -> str:
    """The answer to a challenge. MD5 is what the protocol prescribes (manager.c), not our choice."""
    return hashlib.md5((challenge + secret).encode(), usedforsecurity=False).hexdigest()


def _join_follows(frames: list[bytes], rest: bytes) -> tuple[list[bytes], bytes]:
    """Put back together the raw text of an old `Response: Follows`, which may hold empty lines."""
    if not any(frame.lstrip(b"\r\n").startswith(_FOLLOWS) for frame in frames):
        return frames, rest
    joined: list[bytes] = []
    open_frame: bytes | None = None
    for frame in frames:
        whole = frame if open_frame is None else open_frame + _END + frame
        waits = whole.lstrip(b"\r\n").startswith(_FOLLOWS) and not whole.rstrip().endswith(
            _COMMAND_END
        )
        if waits:
            open_frame = whole
        else:
            joined.append(whole)
            open_frame = None
    if open_frame is not None:
        return joined, open_frame + _END + rest
    return joined, rest
