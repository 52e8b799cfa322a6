"""The wire form of the events: a CloudEvents 1.0 envelope in JSON, and back.

Decoding is strict about what decides numbers (types, names, non-negative durations, time zones)
and lenient about the rest: unknown fields are skipped. Whatever cannot be taken raises `WireError`
with a reason that a person can act on; it is the only exception that leaves `decode`.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from ingest.events import (
    Abandoned,
    Adapter,
    AgentMembership,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Component,
    Data,
    Dropped,
    Event,
    Gap,
    Heartbeat,
    Held,
    Millis,
    Offered,
    Overflowed,
    QualityScored,
    Queued,
    Retrieved,
    RingEnded,
    Ringing,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
    SurveyScored,
    Transferred,
)
from ingest.words import Clock, Origin

CONTENT_TYPE = "application/cloudevents+json"
SCHEMA = "urn:floorwatch:events:v1"
LARGEST = 65_536
"""Bytes in one event. Ours are some 300; more is a mistake or an attack."""

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799_999
"""The last millisecond of the year 9999: later ones have no written form."""
_Time = Annotated[datetime, Meta(tz=True)]
_Id = Annotated[str, Meta(min_length=1, max_length=512)]

TYPES: dict[str, type[Data]] = {
    "acd.call.offered.v1": Offered,
    "acd.call.queued.v1": Queued,
    "acd.call.blocked.v1": Blocked,
    "acd.call.ringing.v1": Ringing,
    "acd.call.ring_ended.v1": RingEnded,
    "acd.call.answered.v1": Answered,
    "acd.call.held.v1": Held,
    "acd.call.retrieved.v1": Retrieved,
    "acd.call.transferred.v1": Transferred,
    "acd.call.overflowed.v1": Overflowed,
    "acd.call.abandoned.v1": Abandoned,
    "acd.call.completed.v1": Completed,
    "acd.call.dropped.v1": Dropped,
    "acd.agent.state.v1": AgentState,
    "acd.agent.membership.v1": AgentMembership,
    "acd.system.component.v1": Component,
    "acd.system.adapter.v1": Adapter,
    "acd.system.heartbeat.v1": Heartbeat,
    "acd.system.gap.v1": Gap,
    "acd.snapshot.begin.v1": SnapshotBegin,
    "acd.snapshot.visit.v1": SnapshotVisit,
    "acd.snapshot.agent.v1": SnapshotAgent,
    "acd.snapshot.member.v1": SnapshotMember,
    "acd.snapshot.end.v1": SnapshotEnd,
    "acd.survey.scored.v1": SurveyScored,
    "acd.quality.scored.v1": QualityScored,
}
"""The type that each kind of data has on the wire."""


class WireError(ValueError):
    """The bytes are not an event that we can take; the message says why and where."""


class Envelope(Struct, frozen=True, kw_only=True, tag_field="type", omit_defaults=True):
    """The CloudEvents attributes that all events share; the subclasses add the typed `data`."""

    id: _Id
    source: _Id
    time: _Time | None = None
    recvtime: _Time | None = None
    epoch: Annotated[str, Meta(max_length=64)] = ""
    seq: Annotated[int, Meta(ge=0, le=2**53 - 1)] = 0
    clock: Clock = Clock.SOURCE
    origin: Origin = Origin.LIVE
    specversion: str = ""
    datacontenttype: str = ""
    dataschema: str = ""


ENVELOPES: dict[type[Data], Any] = {
    data: msgspec.defstruct(
        f"{data.__name__}Event",
        [("data", data)],
        bases=(Envelope,),
        tag=name,
        tag_field="type",
        frozen=True,
        kw_only=True,
        omit_defaults=True,
    )
    for name, data in TYPES.items()
}
"""One envelope per kind of data: a tagged union by the CloudEvents `type`."""

_any_envelope: Any = None
for _envelope in ENVELOPES.values():
    _any_envelope = _envelope if _any_envelope is None else _any_envelope | _envelope
_decoder = msgspec.json.Decoder(_any_envelope)
_encoder = msgspec.json.Encoder()


def decode(payload: bytes, recvtime: Millis) -> Event:
    """Read one event. `recvtime` is our own clock: it stands in where the sender gave no time.

    Raises `WireError` for anything that is not an event of ours.
    """
    if len(payload) > LARGEST:
        raise WireError(f"{len(payload)} bytes: an event has at most {LARGEST}")
    try:
        envelope = _decoder.decode(payload)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise WireError(str(error)) from None
    received, happened, clock = envelope.recvtime, envelope.time, envelope.clock
    arrived = recvtime if received is None else _millis(received)
    if happened is None:
        at, clock = arrived, Clock.ARRIVAL
    else:
        at = _millis(happened)
    if not 0 <= at <= _LATEST:
        raise WireError("Expected a time from 1970 to 9999 (UTC) - at `$.time`")
    if not 0 <= arrived <= _LATEST:
        raise WireError("Expected a time from 1970 to 9999 (UTC) - at `$.recvtime`")
    return Event(
        data=envelope.data,
        time=at,
        recvtime=arrived,
        source=envelope.source,
        id=envelope.id,
        epoch=envelope.epoch,
        seq=envelope.seq,
        clock=clock,
        origin=envelope.origin,
    )


def _millis(moment: datetime) -> Millis:
    """Milliseconds since 1970, what is finer cut off. Integers only: floats are slower here, and round."""
    since = moment - _UNIX
    return since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000


def encode(event: Event) -> bytes:
    """Write one event in its wire form, the one that `decode` reads."""
    return _encoder.encode(
        ENVELOPES[type(event.data)](
            specversion="1.0",
            id=event.id,
            source=event.source,
            time=_UNIX + timedelta(milliseconds=event.time),
            recvtime=_UNIX + timedelta(milliseconds=event.recvtime),
            epoch=event.epoch,
            seq=event.seq,
            clock=event.clock,
            origin=event.origin,
            datacontenttype="application/json",
            dataschema=SCHEMA,
            data=event.data,
        )
    )
