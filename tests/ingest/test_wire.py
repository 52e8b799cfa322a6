"""The wire form: whatever is encoded decodes to the same, and nothing else gets in or breaks it."""

import json
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events import Answered, Event
from ingest.wire import LARGEST, TYPES, WireError, decode, encode
from ingest.words import Clock, Origin

MAX_AT = 253_402_300_799_999
GOOD: dict[str, Any] = {
    "type": "acd.call.answered.v1",
    "source": "/acd/hq/mine",
    "id": "1",
    "time": "2026-11-21T10:15:30.123Z",
    "data": {"visit": "c1/sales/1", "queue": "sales", "agent": "Ann", "wait_ms": 9000},
}

TEXTS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)
INSTANTS = st.integers(0, MAX_AT)


def payload(**changes: Any) -> bytes:
    """A good event with other attributes; `data` replaces fields of its data."""
    event = {**GOOD, **changes}
    event["data"] = {**GOOD["data"], **changes.get("data", {})}
    return json.dumps(event).encode()


@st.composite
def events(draw: st.DrawFn) -> Event:
    kind = draw(st.sampled_from(list(TYPES.values())))
    hints = get_type_hints(kind, include_extras=True)
    data = kind(**{name: draw(_value(hint)) for name, hint in hints.items()})
    return Event(
        data=data,
        time=draw(INSTANTS),
        recvtime=draw(INSTANTS),
        source=draw(TEXTS),
        id=draw(TEXTS),
        epoch=draw(st.text(st.characters(codec="utf-8"), max_size=20)),
        seq=draw(st.integers(0, 2**53 - 1)),
        clock=draw(st.sampled_from(Clock)),
        origin=draw(st.sampled_from(Origin)),
    )


def _value(hint: Any) -> st.SearchStrategy[Any]:
    """Any value that the field's type allows."""
    if type(None) in get_args(hint):
        return st.none() | _value(next(arg for arg in get_args(hint) if arg is not type(None)))
    metadata = getattr(hint, "__metadata__", ())
    if metadata:
        (meta,) = metadata
        if hint.__origin__ is str:
            return st.text(st.characters(codec="utf-8"), min_size=1, max_size=255)
        return st.integers(meta.ge, meta.le)
    if hint is str:
        return st.text(st.characters(codec="utf-8"), max_size=60)
    if hint is bool:
        return st.booleans()
    origin = getattr(hint, "__origin__", None)
    if origin is dict:
        return st.dictionaries(TEXTS, _value(hint.__args__[1]), max_size=4)
    if origin is list:
        return st.lists(TEXTS, max_size=4)
    return st.sampled_from(hint)


@given(events())
def test_what_is_encoded_decodes_to_the_same(event: Event) -> None:
    wire = encode(event)
    assert decode(wire, 0) == event
    assert encode(decode(wire, 0)) == wire


@given(events())
def test_the_type_on_the_wire_is_the_one_of_the_data(event: Event) -> None:
    name = json.loads(encode(event))["type"]
    assert TYPES[name] is type(event.data)


@given(st.binary(max_size=300))
def test_random_bytes_are_refused_with_a_reason(junk: bytes) -> None:
    with pytest.raises(WireError, match=r"."):
        decode(junk, 0)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.integers(2**62, 2**400)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["\ud800", "", "2026-13-01T00:00:00Z", "9999-12-31T23:59:59-12:00"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(events(), st.data())
def test_a_mangled_event_is_refused_or_stays_readable(event: Event, data: st.DataObject) -> None:
    fields = json.loads(encode(event))
    where = data.draw(st.sampled_from([fields, fields["data"]]))
    name = data.draw(st.sampled_from([*where, "unheard_of"]))
    where[name] = data.draw(JUNK)
    taken_or_refused(json.dumps(fields).encode())


@given(events(), st.integers(0), st.binary(max_size=3))
def test_damaged_bytes_are_refused_or_stay_readable(event: Event, at: int, junk: bytes) -> None:
    wire = encode(event)
    at %= len(wire)
    taken_or_refused(wire[:at] + junk + wire[at + 1 :])


def taken_or_refused(wire: bytes) -> None:
    """Only `WireError` may leave `decode`, and what it took can be written and read again."""
    try:
        event = decode(wire, 5)
    except WireError:
        return
    assert decode(encode(event), 0) == event


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"time": "2026-11-21T10:15:30"}, "timezone"),
        ({"time": "9999-12-31T23:59:59-01:00"}, "1970 to 9999"),
        ({"recvtime": "9999-12-31T23:59:59-01:00"}, r"1970 to 9999.*recvtime"),
        ({"time": "1969-12-31T23:59:59Z"}, "1970 to 9999"),
        ({"seq": 2**53}, r"\$\.seq"),
        ({"data": {"wait_ms": -1}}, r"wait_ms"),
        ({"data": {"agent": ""}}, r"\$\.data\.agent"),
        ({"data": {"visit": "v" * 256}}, r"\$\.data\.visit"),
        ({"type": "acd.call.answered.v2"}, r"acd\.call\.answered\.v2"),
    ],
)
def test_what_decides_numbers_is_checked(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(WireError, match=reason):
        decode(payload(**changes), 0)


@pytest.mark.parametrize(
    "wire",
    [
        b"",
        b"null",
        b"[" * 60_000,
        b'{"type":"acd.call.answered.v1","x":' + b"[" * 30_000 + b"]" * 30_000 + b"}",
        payload(source="\ud800"),
        payload(data={"wait_ms": 2**70}),
        payload().replace(b"9000", b"NaN"),
        payload().replace(b"9000", b"1e400"),
        payload().replace(b"9000", b"9" * 5000),
        payload().replace(b"Ann", b"\xff\xfe"),
        b" " * (LARGEST + 1),
    ],
    ids=range(11),
)
def test_hostile_bytes_are_refused(wire: bytes) -> None:
    with pytest.raises(WireError):
        decode(wire, 0)


def test_without_a_time_the_arrival_counts_and_is_marked() -> None:
    event = decode(payload(time=None), 1_800_000_000_123)
    assert (event.time, event.recvtime) == (1_800_000_000_123, 1_800_000_000_123)
    assert event.clock is Clock.ARRIVAL


def test_times_of_any_zone_are_one_instant_and_cut_to_the_millisecond() -> None:
    utc = decode(payload(time="2026-11-21T10:15:30.123999Z"), 0)
    shanghai = decode(payload(time="2026-11-21T18:15:30.123+08:00"), 0)
    assert utc.time == shanghai.time == 1_795_256_130_123


def test_what_we_do_not_know_is_skipped() -> None:
    event = decode(payload(subject="c1", data={"mood": "sunny"}), 0)
    assert event.data == Answered(visit="c1/sales/1", queue="sales", agent="Ann", wait_ms=9000)
