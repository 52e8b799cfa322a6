"""The feeds of a site: which sources speak, since when, and what they missed."""

from enum import StrEnum

from msgspec import Struct

from ingest.events import Adapter, Event, Gap, Heartbeat, Millis
from ingest.words import AdapterStatus, Origin


class Freshness(StrEnum):
    """How far a number can be trusted now."""

    LIVE = "live"
    LATE = "late"
    STALE = "stale"
    UNKNOWN = "unknown"


class Feed(Struct):
    """One source. `heard_at` is by our clock; `news_at` is the time of
    its last live event of a call or an agent, `filled_at` of its last back-filled one.

    `off_ms` is how far its clock is ahead (behind, if negative) where that was noticed."""

    source: str
    epoch: str = ""
    status: AdapterStatus = AdapterStatus.UP
    reason: str = ""
    since: Millis = 0
    heard_at: Millis = 0
    high_at: Millis = 0
    news_at: Millis = 0
    filled_at: Millis = 0
    off_ms: Millis = 0
    gaps: list[tuple[Millis, Millis, str]] = []
    gap_count: int = 0
    backfill: bool = False
    beats: bool = False
    clock_offset_ms: Millis | None = None


KEPT_GAPS = 200
"""Gaps remembered per feed, to know where a back-fill may speak of agents."""


class Feeds:
    """Takes note of who spoke when; judges how fresh each feed is."""

    def __init__(self, feeds: dict[str, Feed], stale_ms: Millis) -> None:
        self.feeds = feeds
        self._stale_ms = stale_ms

    def hear(self, event: Event) -> Feed:
        """Note that a source spoke; returns its feed."""
        feed = self.feeds.get(event.source)
        if feed is None:
            feed = self.feeds[event.source] = Feed(event.source, since=event.recvtime)
        at, heard_at = event.time, event.recvtime
        if heard_at > feed.heard_at:
            feed.heard_at = heard_at
        if at > feed.high_at:
            if at <= heard_at:
                feed.high_at = at
            else:
                # A clock that runs ahead must not make everything after it look late.
                feed.high_at = max(feed.high_at, heard_at)
                if at > heard_at + AHEAD_MS and not feed.off_ms:
                    feed.off_ms = at - heard_at
        if event.epoch != feed.epoch and event.epoch:
            feed.epoch = event.epoch
        if event.origin is _BACKFILL:
            feed.backfill = True
        return feed

    def adapter(self, feed: Feed, event: Event) -> None:
        """Enter the source's own word on how it is."""
        data = event.data
        assert isinstance(data, Adapter)
        # The will of an older run may come after the birth of the next one.
        if data.status is AdapterStatus.DOWN and event.epoch != feed.epoch and event.epoch:
            return
        if (data.status, data.reason) != (feed.status, feed.reason):
            feed.status, feed.reason, feed.since = data.status, data.reason, event.time

    def heartbeat(self, feed: Feed, event: Event) -> None:
        data = event.data
        assert isinstance(data, Heartbeat)
        feed.beats = True
        feed.clock_offset_ms = data.clock_offset_ms

    def gap(self, feed: Feed, event: Event) -> None:
        """Enter a span of which the source knows that it missed events."""
        data = event.data
        assert isinstance(data, Gap)
        feed.gap_count += 1
        feed.gaps.append((data.start_at, data.end_at, data.why))
        del feed.gaps[:-KEPT_GAPS]

    def freshness(self, feed: Feed, now: Millis) -> Freshness:
        """How fresh the feed is now: events and heartbeats alike are signs of life."""
        match feed.status:
            case AdapterStatus.DOWN:
                return Freshness.STALE
            case AdapterStatus.STARTING | AdapterStatus.RESYNC | AdapterStatus.DEGRADED:
                return Freshness.LATE
            case AdapterStatus.UP:
                if not feed.heard_at:
                    return Freshness.UNKNOWN
                allowed = self._stale_ms + (BEAT_SLACK_MS if feed.beats else 0)
                silent = now - feed.heard_at > allowed
                return Freshness.STALE if silent else Freshness.LIVE

    def in_gap(self, at: Millis) -> bool:
        """True if some live source missed what happened at this time."""
        return any(
            start - GAP_SLACK_MS <= at <= end + GAP_SLACK_MS
            for feed in self.feeds.values()
            if not feed.backfill
            for start, end, _ in feed.gaps
        )

    def past(self, at: Millis, now: Millis) -> bool:
        """True if every live source has spoken of times after `at` and is whole again.

        A source that tells that it is away or not whole yet is waited for. One that was merely not
        heard for `SILENT_MS` is not: whoever sent one event once must not hold up the others.
        """
        for feed in self.feeds.values():
            if feed.backfill or now - feed.heard_at > SILENT_MS:
                continue
            if feed.high_at <= at or feed.status in _NOT_WHOLE:
                return False
        return True


AHEAD_MS = 60_000
"""Nothing comes before it happened: a source that is ahead by more than this has a wrong clock."""
_BACKFILL = Origin.BACKFILL
_NOT_WHOLE = (AdapterStatus.DOWN, AdapterStatus.STARTING, AdapterStatus.RESYNC)
SILENT_MS = 300_000
"""A live source that tells nothing for this long, not even a heartbeat, is waited for no more."""
BEAT_SLACK_MS = 2_500
"""How much later than expected a heartbeat may be: they come every ten seconds, not to the dot."""
GAP_SLACK_MS = 1_000
"""A back-fill of whole seconds may lie this far outside the gap it fills."""
