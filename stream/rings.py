"""Phones that ring for a visit: which do now, and the fact that each leaves behind.

Rings may be told in any order: one that is known to be over does not begin again.
"""

from ingest.events import Event, RingEnded, Ringing
from stream.facts import RingFact
from stream.visit import Visit


def rung(visit: Visit, event: Event) -> RingFact | None:
    """Enter a ring, or its end, into the visit; the fact of one that is over."""
    data = event.data
    if isinstance(data, Ringing):
        if event.time > (visit.rung or {}).get(data.agent, -1):
            visit.ringing = {**(visit.ringing or {}), data.agent: event.time}
        return None
    assert isinstance(data, RingEnded)
    since = (visit.ringing or {}).get(data.agent, event.time)
    if visit.ringing and since <= event.time:
        visit.ringing.pop(data.agent, None)
    last = max(event.time, (visit.rung or {}).get(data.agent, 0))
    visit.rung = {**(visit.rung or {}), data.agent: last}
    ring_ms = data.ring_ms if data.ring_ms is not None else max(0, event.time - since)
    return RingFact(event.time, visit.queue, visit.key, data.agent, data.result.value, ring_ms)
