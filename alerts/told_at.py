"""When an event happened, by our own clock: what windows of seconds are laid over."""

from ingest.events import Event, Millis
from stream.floor import Floor


def told_at(floor: Floor, event: Event, now: Millis) -> Millis:
    """The time of an event that the floor has taken: never after `now`, and without what its source's
    clock is known to be off."""
    feed = floor.state.feeds.get(event.source)
    return min(event.time - (feed.off_ms if feed is not None else 0), now)
