"""What the life of alerts must remember over a restart."""

import msgspec
from msgspec import Struct, field

from alerts.alert import Alert
from alerts.incident import Incident
from alerts.silences import Silence

KEEP = 60
"""Incidents that are over and still kept at hand, to be closed and judged."""


class LifeState(Struct, kw_only=True):
    """`alerts` by rule and scope, `incidents` and `silences` by id; `counted` incidents so far."""

    alerts: dict[str, Alert] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    silences: dict[str, Silence] = field(default_factory=dict)
    counted: int = 0

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self)

    @classmethod
    def load(cls, state: bytes) -> "LifeState":
        """Raises `msgspec.MsgspecError` if it is of another release."""
        return msgspec.msgpack.decode(state, type=cls)
