"""Garbage: bytes that are no event of ours, of all the kinds that turn up where events should come.

Each is a single line that is not blank, at most `ingest.wire.LARGEST` bytes, so that it can stand in
a file of lines as well as in a message. Each is refused by `ingest.wire.decode` because of how it is
made, not because it was tried.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from simulators.draws import Draws

_LINE_ENDS = b"\n\r"
_DEEPEST = 5_000
_LONGEST = 400

_MISSHAPEN: tuple[tuple[str, Any], ...] = (
    ("id", ""),
    ("id", None),
    ("id", 17),
    ("source", 4.5),
    ("source", ["/acd/hq/pbx-1"]),
    ("source", ""),
    ("type", None),
    ("type", 3),
    ("seq", "7"),
    ("seq", 1.5),
    ("seq", -1),
    ("epoch", {}),
    ("time", 1_790_006_400),
    ("time", "yesterday"),
    ("time", "2026-02-30T12:00:00Z"),
    ("time", "2026-09-21T25:00:00Z"),
    ("time", "2026-09-21T12:00:00"),
    ("clock", "sundial"),
    ("origin", "hearsay"),
    ("data", None),
    ("data", []),
    ("data", "wait_ms=1500"),
    ("data", {}),
)
"""One attribute of the envelope, and a value that it cannot have."""

_MISSHAPEN_DATA: tuple[tuple[str, Any], ...] = (
    ("visit", None),
    ("visit", 12),
    ("visit", ""),
    ("visit", "x" * 256),
    ("queue", False),
    ("agent", ["1001"]),
    ("wait_ms", "1500"),
    ("wait_ms", -1),
    ("wait_ms", 1.5),
)
"""The same of the data."""

_HUGE = (
    b'"seq":9007199254740992',
    b'"seq":18446744073709551616',
    b'"seq":' + b"9" * 300,
    b'"seq":1e400',
    b'"seq":-1e400',
    b'"data":{"visit":"v","queue":"q","agent":"a","wait_ms":' + b"9" * 40 + b"}",
    b'"data":{"visit":"v","queue":"q","agent":"a","wait_ms":31622400001}',
    b'"time":"99999-01-01T00:00:00Z"',
    b'"time":"0001-01-01T00:00:00Z"',
)
"""Numbers and years beyond what we take, as members that overrule those of an event."""

_UNKNOWN_TYPES = (
    "",
    "acd.call.queued",
    "acd.call.queued.v2",
    "acd.call.vanished.v1",
    "acd.Call.Queued.v1",
    "com.example.order.placed.v1",
)

_OTHER_SHAPES: tuple[Any, ...] = (
    {},
    [],
    "",
    None,
    True,
    0,
    -1.5,
    "acd.call.queued.v1",
    [1, 2, 3],
    [{}, {}],
    {"data": {}},
    {"hello": "world"},
    {"error": {"code": 503, "message": "try again later"}},
    {"status": "ok", "uptime": 86_400, "load": [0.4, 0.6, 0.9]},
    {"temperature": 21.5, "unit": "°C", "battery": 87},
    {"Event": "QueueCallerJoin", "Queue": "sales", "Position": "1"},
)

_OTHER_LANGUAGES = (
    b"GET / HTTP/1.1",
    b"HTTP/1.1 502 Bad Gateway",
    b"<html><body><h1>It works!</h1></body></html>",
    b"1790006400|1790006400.17|sales|NONE|ENTERQUEUE||2015550100|1",
    b"Event: Newchannel",
    b"{'visit': 'v', 'queue': 'q'}",
    b"NaN",
    b"undefined",
    b'\xef\xbb\xbf{"id":"1"}',
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    b"\x00",
)


def garbage(draws: Draws) -> bytes:
    """The next piece of garbage."""
    return draws.one_of(_KINDS)(draws)


def _event(draws: Draws) -> dict[str, Any]:
    """What would be an event if nothing were done to it."""
    number = int(draws.between(1, 1_000_000))
    return {
        "type": "acd.call.answered.v1",
        "specversion": "1.0",
        "id": f"{number}",
        "source": "/acd/nowhere/garbage",
        "time": "2026-09-21T12:00:00Z",
        "epoch": "1",
        "seq": number,
        "data": {"visit": f"v{number}", "queue": "q", "agent": "a", "wait_ms": 1_500},
    }


def _noise(draws: Draws) -> bytes:
    """Random bytes. No JSON begins with one above 127."""
    length = int(draws.between(0, _LONGEST))
    first = int(draws.between(128, 256))
    rest = (int(draws.between(0, 256)) for _ in range(length))
    return bytes([first, *(byte for byte in rest if byte not in _LINE_ENDS)])


def _truncated(draws: Draws) -> bytes:
    """An event whose end is missing: its last brace, at least."""
    whole = msgspec.json.encode(_event(draws))
    return whole[: int(draws.between(1, len(whole)))]


def _doubled(draws: Draws) -> bytes:
    """Two events where one should be."""
    whole = msgspec.json.encode(_event(draws))
    return whole + draws.one_of((b"", b" ", b",", b"\x00")) + whole


def _misshapen(draws: Draws) -> bytes:
    name, value = draws.one_of(_MISSHAPEN)
    return msgspec.json.encode(_event(draws) | {name: value})


def _misshapen_data(draws: Draws) -> bytes:
    name, value = draws.one_of(_MISSHAPEN_DATA)
    event = _event(draws)
    event["data"][name] = value
    return msgspec.json.encode(event)


def _incomplete(draws: Draws) -> bytes:
    event = _event(draws)
    del event[draws.one_of(("type", "id", "source", "data"))]
    return msgspec.json.encode(event)


def _huge(draws: Draws) -> bytes:
    return msgspec.json.encode(_event(draws))[:-1] + b"," + draws.one_of(_HUGE) + b"}"


def _unknown_type(draws: Draws) -> bytes:
    return msgspec.json.encode(_event(draws) | {"type": draws.one_of(_UNKNOWN_TYPES)})


def _bad_text(draws: Draws) -> bytes:
    """Bytes that are no UTF-8 inside a name that is read."""
    bad = draws.one_of((b"\xff", b"\xc3(", b"\xed\xa0\x80", b"\xf8\x88\x80\x80\x80", b"\xe9"))
    where = draws.one_of((b'"source":"', b'"visit":"', b'"queue":"'))
    whole = msgspec.json.encode(_event(draws))
    return whole.replace(where, where + bad, 1)


def _nested(draws: Draws) -> bytes:
    """Brackets within brackets, closed or not, alone or as the data of an event."""
    depth = int(draws.between(50, _DEEPEST))
    opening, closing = draws.one_of(((b"[", b"]"), (b'{"a":', b"}")))
    inside = opening * depth + (b"1" + closing * depth if draws.chance(0.7) else b"")
    if draws.chance(0.5):
        return inside
    return msgspec.json.encode(_event(draws))[:-1] + b',"data":' + inside + b"}"


def _other_shape(draws: Draws) -> bytes:
    return msgspec.json.encode(draws.one_of(_OTHER_SHAPES))


def _other_language(draws: Draws) -> bytes:
    return draws.one_of(_OTHER_LANGUAGES)


_KINDS: tuple[Callable[[Draws], bytes], ...] = (
    _noise,
    _truncated,
    _doubled,
    _misshapen,
    _misshapen_data,
    _incomplete,
    _huge,
    _unknown_type,
    _bad_text,
    _nested,
    _other_shape,
    _other_language,
)
