"""One line of Asterisk's queue_log as a typed row: `epoch|call|queue|agent|verb|data...`.

Pure. The data differ by verb and by version: old releases leave fields out at the end, some verbs
have their numbers at the end only, products write verbs of their own. A field that is missing is
`None`; a field that is there and wrong makes the line a `QueueLogError`, which is the only
exception that leaves `parse`. A verb that we do not know is no error: it comes back as `Other`.
"""

from collections.abc import Callable
from hashlib import blake2b

from ingest.events import Millis
from ingest.queue_log_rows import (
    Completed,
    Connected,
    Entered,
    Gone,
    Incompatible,
    Login,
    Member,
    Other,
    Paused,
    RingFailed,
    Row,
    Started,
    Transferred,
    WrapUp,
)
from ingest.words import EndedBy, Overflow, TransferKind

LONGEST = 16_384
"""Bytes of one line. Asterisk writes 8192 at most; more is not a line of this log."""
_YEAR_MS = 366 * 86_400_000
_LATEST_S = 253_402_300_799
_NAME = 230
"""Characters of a call and a queue together: the visit's name is made of both."""


class QueueLogError(ValueError):
    """The bytes are not a line of a queue_log that we can take; the message says why."""


def parse(line: bytes) -> Row:
    """Read one line, with or without its newline.

    Bytes that are not UTF-8 are kept readable as `\\xNN`, so that a name stays the same name.
    Raises `QueueLogError`.
    """
    if len(line) > LONGEST:
        raise QueueLogError(f"{len(line)} bytes: a line of a queue_log has at most {LONGEST}")
    fields = line.decode("utf-8", "backslashreplace").rstrip("\r\n").split("|")
    if len(fields) < 5:
        raise QueueLogError(
            f"{len(fields)} of 5 fields: a line is `epoch|call|queue|agent|verb|data`"
        )
    read = _READERS.get(fields[4])
    if read is None:
        fields = _with_whole_agent(fields)
        read = _READERS.get(fields[4], _other)
    epoch, call, queue, agent, verb, *data = fields
    at = _number(epoch, "epoch", _LATEST_S)
    if at is None:
        raise QueueLogError(f"epoch is {epoch[:40]!r}, not a time in seconds since 1970")
    call = "" if call == "NONE" else call
    queue = "" if queue == "NONE" else queue
    if len(call) + len(queue) > _NAME or len(agent) > 255:
        raise QueueLogError("call, queue or agent is longer than any real name")
    agent = "" if agent == "NONE" else agent
    return read(Row(at * 1000, call, queue, agent, verb), data)


def identity(first_line: bytes) -> str:
    """The name of the log that begins with this line, with or without its newline.

    It stays the same when the file is renamed, copied or compressed, and differs for the log that
    comes after a rotation, though that may have the same path or even the same inode.
    """
    return blake2b(first_line.rstrip(b"\r\n"), digest_size=8).hexdigest()


def _with_whole_agent(fields: list[str]) -> list[str]:
    """Asterisk does not escape a `|` in an agent's name: find the verb further on, if it is there."""
    if not fields[4].replace("_", "").isupper():
        for i in range(5, min(len(fields), 8)):
            if fields[i] in _READERS:
                return [*fields[:3], "|".join(fields[3:i]), *fields[i:]]
    return fields


def _number(text: str, name: str, largest: int) -> int | None:
    """A whole number, or None if it is empty, negative or absurd: those are not known."""
    if not text:
        return None
    digits = text[1:] if text[0] == "-" else text
    if not (digits.isascii() and digits.isdigit()):
        raise QueueLogError(f"{name} is {text[:40]!r}, not a whole number")
    if text[0] == "-" or len(digits) > 15:
        return None
    number = int(digits)
    return number if number <= largest else None


def _ms(data: list[str], i: int, name: str, scale: int = 1000) -> Millis | None:
    """The duration in field `i` (in seconds, unless `scale` is 1), or None if it is not told."""
    if not -len(data) <= i < len(data):
        return None
    number = _number(data[i], name, _YEAR_MS // scale)
    return None if number is None else number * scale


def _position(data: list[str], i: int) -> int | None:
    """A place in the queue: lenient, because no number of ours rests on it."""
    text = data[i] if i < len(data) else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _of_a_visit(row: Row) -> Row:
    if not row.call or not row.queue:
        raise QueueLogError(f"{row.verb} without a {'queue' if row.call else 'call'}")
    return row


def _of_an_agent(row: Row) -> Row:
    if not row.agent:
        raise QueueLogError(f"{row.verb} without an agent")
    return row


def _entered(row: Row, data: list[str]) -> Row:
    _of_a_visit(row)
    caller = data[1] if len(data) > 1 else ""
    return Entered(*_head(row), caller, _position(data, 2))


def _connected(row: Row, data: list[str]) -> Row:
    _of_an_agent(_of_a_visit(row))
    return Connected(*_head(row), _ms(data, 0, "hold"), _ms(data, 2, "ring time"))


def _ring_failed(row: Row, data: list[str]) -> Row:
    _of_an_agent(_of_a_visit(row))
    return RingFailed(*_head(row), _ms(data, 0, "ring time", 1))


def _gone(why: Overflow | None, place: int = 0) -> Callable[[Row, list[str]], Row]:
    """An exit whose position, first position and wait begin at field `place`."""

    def read(row: Row, data: list[str]) -> Row:
        _of_a_visit(row)
        return Gone(*_head(row), why, _ms(data, place + 2, "wait"), _position(data, place))

    return read


def _completed(ended_by: EndedBy) -> Callable[[Row, list[str]], Row]:
    def read(row: Row, data: list[str]) -> Row:
        _of_a_visit(row)
        return Completed(*_head(row), ended_by, _ms(data, 0, "hold"), _ms(data, 1, "talk"))

    return read


def _transferred(kind: TransferKind) -> Callable[[Row, list[str]], Row]:
    def read(row: Row, data: list[str]) -> Row:
        _of_a_visit(row)
        if len(data) < 4:  # before the log told durations
            return Transferred(*_head(row), kind, data[0] if data else "")
        hold, talk = _ms(data, -3, "hold"), _ms(data, -2, "talk")
        return Transferred(*_head(row), kind, _target(data), hold, talk)

    return read


def _target(data: list[str]) -> str:
    """Whereto a call went: an extension, an application, a channel; a bridge's id tells nobody."""
    match data[0]:
        case "BRIDGE" | "THREEWAY":
            return ""
        case "APP":
            return data[1]
        case "LINK":
            return data[2]
        case _:
            return data[0]


def _incompatible(row: Row, data: list[str]) -> Row:
    return Incompatible(*_head(_of_a_visit(row)))


def _paused(paused: bool) -> Callable[[Row, list[str]], Row]:
    def read(row: Row, data: list[str]) -> Row:
        _of_an_agent(row)
        return Paused(*_head(row), paused, "|".join(data))

    return read


def _member(added: bool) -> Callable[[Row, list[str]], Row]:
    def read(row: Row, data: list[str]) -> Row:
        _of_an_agent(row)
        if not row.queue:
            raise QueueLogError(f"{row.verb} without a queue")
        return Member(*_head(row), added, data[:1] == ["PAUSED"])

    return read


def _login(signed_in: bool) -> Callable[[Row, list[str]], Row]:
    def read(row: Row, data: list[str]) -> Row:
        return Login(*_head(_of_an_agent(row)), signed_in)

    return read


def _wrap_up(row: Row, data: list[str]) -> Row:
    _of_an_agent(row)
    return WrapUp(*_head(row), _ms(data, 0, "wrap-up") or 0)


def _started(row: Row, data: list[str]) -> Row:
    return Started(*_head(row))


def _known(row: Row, data: list[str]) -> Row:
    return Other(*_head(row), tuple(data), True)


def _other(row: Row, data: list[str]) -> Row:
    return Other(*_head(row), tuple(data), False)


def _head(row: Row) -> tuple[Millis, str, str, str, str]:
    return row.at, row.call, row.queue, row.agent, row.verb


_READERS: dict[str, Callable[[Row, list[str]], Row]] = {
    "ENTERQUEUE": _entered,
    "CONNECT": _connected,
    "RINGNOANSWER": _ring_failed,
    "RINGCANCELED": _ring_failed,
    "AGENTDUMP": _ring_failed,
    "ABANDON": _gone(None),
    "EXITWITHTIMEOUT": _gone(Overflow.TIMEOUT),
    "EXITEMPTY": _gone(Overflow.EMPTY),
    "EXITWITHKEY": _gone(Overflow.KEY, place=1),
    "WITHDRAW": _gone(Overflow.WITHDRAWN),
    "COMPLETECALLER": _completed(EndedBy.CALLER),
    "COMPLETEAGENT": _completed(EndedBy.AGENT),
    "BLINDTRANSFER": _transferred(TransferKind.BLIND),
    "ATTENDEDTRANSFER": _transferred(TransferKind.ATTENDED),
    "TRANSFER": _transferred(TransferKind.UNKNOWN),
    "SYSCOMPAT": _incompatible,
    "PAUSE": _paused(True),
    "UNPAUSE": _paused(False),
    "PAUSEALL": _paused(True),
    "UNPAUSEALL": _paused(False),
    "ADDMEMBER": _member(True),
    "REMOVEMEMBER": _member(False),
    "AGENTLOGIN": _login(True),
    "AGENTLOGOFF": _login(False),
    "AGENTCALLBACKLOGIN": _login(True),
    "AGENTCALLBACKLOGOFF": _login(False),
    "WRAPUPSTART": _wrap_up,
    "QUEUESTART": _started,
    "CONFIGRELOAD": _known,
    "PENALTY": _known,
    "RINGINUSE": _known,
    "OUTCALL": _known,
}
