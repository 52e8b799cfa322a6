"""A source's clock that is wrong: everything read from it is, and what was measured is not."""

import msgspec

from ingest.events import Data, Event, Heartbeat, Millis
from ingest.wire import TYPES

_LATEST = 253_402_300_799_999
"""The last millisecond of the year 9999: an event has no later one."""

_INSTANTS: dict[type[Data], tuple[str, ...]] = {
    data: tuple(name for name in data.__struct_fields__ if name == "since" or name.endswith("_at"))
    for data in TYPES.values()
}
"""The fields of each kind of data that are read from the source's clock; durations are not."""


def told_by_clock(event: Event, off_ms: Millis) -> Event:
    """The event as a source tells it whose clock is off by `off_ms`."""

    def shown(at: Millis) -> Millis:
        return min(max(at + off_ms, 0), _LATEST)

    changes: dict[str, Millis] = {}
    for name in _INSTANTS[type(event.data)]:
        at = getattr(event.data, name)
        if at is not None:
            changes[name] = shown(at)
    if isinstance(event.data, Heartbeat):
        changes["clock_offset_ms"] = (event.data.clock_offset_ms or 0) + off_ms
    data = msgspec.structs.replace(event.data, **changes) if changes else event.data
    return msgspec.structs.replace(event, time=shown(event.time), data=data)
