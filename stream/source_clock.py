"""A source's clock that is wrong: when things happened, as far as it can still be known.

A source numbers what it tells, and our clock says when it came. So what it tells cannot have
happened after it came, nor, by more than sources take to decide, before what it told earlier.
A clock that says otherwise was set; it is off by as much as its news seem to come from the past or
the future. What is late on the way has an older number, and stays where its time puts it.
"""

from msgspec.structs import replace

from ingest.events import Data, Event, Gap, Millis
from stream.feeds import Feed

BEHIND_MS = 120_000
"""Sources decide some things late, a minute at the most; what is older by this is a clock set back."""
LIVE_MS = 300_000
"""What comes in longer after the news before it was kept back: its arrival says nothing of its time."""
SLACK_MS = 5_000
"""A clock that is off by no more than this is right again."""


def set_back(event: Event, news_at: Millis) -> bool:
    """True if the clock of the source must have been set back since its news of `news_at`.

    Only to be asked of the event that its run numbered last.
    """
    return event.time < news_at - BEHIND_MS and event.recvtime - news_at <= LIVE_MS


def by_our_clock(event: Event, feed: Feed, *, newest: bool) -> Event:
    """The event at the time by our clock, of a feed whose clock is off by `off_ms`.

    The `newest` event of a feed says how far its clock is off now, and whether it is right again.
    """
    told, came = event.time, event.recvtime
    usual = told - feed.off_ms
    # Told right, or as wrong as before: the later one, unless it would lie in the future.
    at = max((at for at in (told, usual) if at <= came + SLACK_MS), default=came)
    if at != told:
        at = min(at, came)
    if newest:
        if feed.news_at - BEHIND_MS > at and came - feed.news_at <= LIVE_MS:
            at = came
        feed.off_ms = told - at
    feed.high_at = max(feed.high_at, min(at, came))
    return moved(event, told - at)


def moved(event: Event, off_ms: Millis) -> Event:
    """The event, and whatever its data bears of the same clock, `off_ms` earlier."""
    if not off_ms:
        return event
    data: Data = event.data
    since = getattr(data, "since", None)
    if since is not None:
        data = replace(data, since=max(0, since - off_ms))
    elif isinstance(data, Gap):
        start_at, end_at = max(0, data.start_at - off_ms), max(0, data.end_at - off_ms)
        data = replace(data, start_at=start_at, end_at=end_at)
    return replace(event, time=max(0, event.time - off_ms), data=data)
