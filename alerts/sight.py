"""What can be seen of the floor now, and what cannot: feeds that are dead, silent or not whole."""

from enum import StrEnum

from alerts.breach import Sight
from ingest.events import Millis
from ingest.words import AdapterStatus
from stream.feeds import Feed, Freshness
from stream.floor import Floor

LEFT_MS = 3_600_000
"""A source that is gone for as long, and of which no queue is told any more, was replaced."""


class Blindness(StrEnum):
    """Why a feed cannot be relied on now."""

    NONE = ""
    DOWN = "down"
    """It said so itself, or its will did."""
    PARTIAL = "partial"
    """It starts, or resyncs: what it says is not the whole yet."""
    SILENT = "silent"
    """It sends heartbeats, and they stopped."""


def blindness(floor: Floor, feed: Feed, now: Millis) -> Blindness:
    """Whether this feed tells what happens now. Back-fill tells of the past and is never blind.

    Without heartbeats silence says nothing: a log of a quiet night has none.
    """
    if feed.backfill:
        return Blindness.NONE
    match feed.status:
        case AdapterStatus.DOWN:
            return Blindness.NONE if _left(floor, feed, now) else Blindness.DOWN
        case AdapterStatus.STARTING | AdapterStatus.RESYNC:
            return Blindness.PARTIAL
        case AdapterStatus.UP | AdapterStatus.DEGRADED:
            stale = floor.feeds.freshness(feed, now) is Freshness.STALE
            if feed.beats and stale and not _left(floor, feed, now):
                return Blindness.SILENT
            return Blindness.NONE


def sight(floor: Floor, now: Millis) -> Sight:
    """The sources that are blind now, and the queues that nobody else tells of."""
    sources = frozenset(
        source for source, feed in floor.state.feeds.items() if blindness(floor, feed, now)
    )
    if not sources:
        return _ALL
    queues = floor.state.queue_feeds.items()
    return Sight(sources, frozenset(queue for queue, source in queues if source in sources))


def _left(floor: Floor, feed: Feed, now: Millis) -> bool:
    gone = now - feed.heard_at > LEFT_MS
    return gone and feed.source not in floor.state.queue_feeds.values()


_ALL = Sight()
