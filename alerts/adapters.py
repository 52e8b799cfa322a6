"""Feeds: one that is dead or silent, that misses events, or comes and goes."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from alerts.breach import Board, Breach, Sight
from alerts.rules import AdapterRule
from alerts.sight import Blindness, blindness
from alerts.words import Kind
from ingest.events import Adapter, Event, Gap, Millis
from ingest.words import AdapterStatus
from stream.feeds import BEAT_SLACK_MS, Feed
from stream.floor import LATENESS_MS, Floor
from stream.sequence import NEVER

BEAT_MS = 10_000
"""How often a source sends heartbeats: one may be lost, or late, before anybody is told."""
START_MS = 60_000
"""How long a source may take to start, or to resync, before that is an outage."""
FAREWELL = "stopped"
FAREWELL_MS = 30_000
"""A source that was stopped in good order is probably started anew."""
GAP_SHOWN_MS = 60_000
"""How long lost events are told of: nothing can be done about them any more."""
FLAPS = 3
FLAPPING_MS = 600_000
"""So many outages in this time are one trouble: a feed that comes and goes."""


class Line(Struct):
    """What is remembered of one source. `blind_at` is 0 while it can be seen.

    `outage` is the last one that was told of: its gap is no news.
    """

    blind_at: Millis = 0
    seen_at: Millis = 0
    told: bool = False
    silent_ms: Millis = 0
    outages: list[Millis] = []
    outage: tuple[Millis, Millis] = (0, 0)
    gap_at: Millis = 0
    gap_until: Millis = 0
    lost: int | None = None


class AdapterWatch:
    """Holds one breach per source, whatever befell its feed; see `alerts.breach.Watch`."""

    def __init__(self, floor: Floor, rules: Sequence[AdapterRule], board: Board) -> None:
        self._floor = floor
        self._rules = rules
        self._board = board
        self._lines: dict[str, Line] = {}

    def take(self, event: Event, now: Millis) -> None:
        feed = self._floor.state.feeds.get(event.source)
        if feed is None or feed.backfill:
            return
        if isinstance(event.data, Gap):
            self._gap(feed, event.data, now)
        elif isinstance(event.data, Adapter):
            self._look(feed, now)

    def tick(self, now: Millis, sight: Sight) -> None:
        for feed in self._floor.state.feeds.values():
            if not feed.backfill:
                self._count(feed, now)
                self._look(feed, now)

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._lines)

    def load(self, state: bytes, now: Millis) -> None:
        self._lines = msgspec.msgpack.decode(state, type=dict[str, Line])

    def _line(self, feed: Feed) -> Line:
        return self._lines.setdefault(feed.source, Line())

    def _gap(self, feed: Feed, gap: Gap, now: Millis) -> None:
        line = self._line(feed)
        began, ended = (line.blind_at, now) if line.told else line.outage
        if gap.start_at <= ended + LATENESS_MS and gap.end_at >= began - LATENESS_MS:
            return
        line.gap_at, line.gap_until = gap.start_at, now + GAP_SHOWN_MS
        self._show(feed, line, now, Blindness.NONE)

    def _count(self, feed: Feed, now: Millis) -> None:
        """Look for events that were lost on the way to us."""
        line = self._line(feed)
        lost = _lost(self._floor, feed.source, now - LATENESS_MS)
        if line.lost is not None and lost > line.lost:
            line.gap_at = line.gap_at if now < line.gap_until else now
            line.gap_until = now + GAP_SHOWN_MS
        line.lost = max(lost, line.lost or 0)

    def _look(self, feed: Feed, now: Millis) -> None:
        line, blind = self._line(feed), blindness(self._floor, feed, now)
        if blind and not line.blind_at:
            line.seen_at = now
            line.blind_at = feed.heard_at if blind is Blindness.SILENT else now
        if blind and not line.told and self._due(feed, line, blind, now):
            line.told = True
            line.silent_ms = now - feed.heard_at if blind is Blindness.SILENT else 0
            line.outages = [at for at in line.outages if now - at < FLAPPING_MS] + [now]
        if not blind and line.blind_at:
            if line.told:
                line.outage = (line.blind_at, now)
            line.blind_at, line.told = 0, False
        self._show(feed, line, now, blind)

    def _due(self, feed: Feed, line: Line, blind: Blindness, now: Millis) -> bool:
        if blind is Blindness.SILENT:
            allowed = self._floor.site.stale_ms + BEAT_SLACK_MS + BEAT_MS
            return now - feed.heard_at > allowed
        if blind is Blindness.PARTIAL:
            return now - line.seen_at > START_MS
        return feed.reason != FAREWELL or now - line.seen_at > FAREWELL_MS

    def _show(self, feed: Feed, line: Line, now: Millis, blind: Blindness) -> None:
        """Hold what is to be told of this feed, or free it."""
        flaps = [at for at in line.outages if now - at < FLAPPING_MS]
        if len(flaps) >= FLAPS:
            self._hold(feed, flaps[0], now, feed.status.value, "flapping", 0)
        elif line.told:
            reason = feed.reason or blind.value
            self._hold(feed, line.blind_at, now, _status(feed, blind), reason, line.silent_ms)
        elif now < line.gap_until:
            self._hold(feed, line.gap_at, now, feed.status.value, "gap", 0)
        else:
            for rule in self._rules:
                self._board.free(rule.id, f"feed:{feed.source}")

    def _hold(
        self, feed: Feed, since: Millis, now: Millis, status: str, reason: str, silent_ms: Millis
    ) -> None:
        scope = f"feed:{feed.source}"
        told_of = self._floor.state.queue_feeds.items()
        for rule in self._rules:
            if not rule.speaks_of(scope):
                continue
            held = self._board.held.get((rule.id, scope))
            breach = Breach(
                rule=rule.id,
                kind=Kind.ADAPTER,
                scope=scope,
                since=held.since if held is not None else since,
                at=held.at if held is not None else now,
                evidence={
                    "source": feed.source,
                    "status": status,
                    "reason": reason,
                    "silent_ms": silent_ms,
                },
                queues=tuple(sorted(queue for queue, source in told_of if source == feed.source)),
            )
            self._board.hold(breach)


def _status(feed: Feed, blind: Blindness) -> str:
    silent = blind is Blindness.SILENT and feed.status is AdapterStatus.UP
    return blind.value if silent else feed.status.value


def _lost(floor: Floor, source: str, before: Millis) -> int:
    """Events of a source that are missing, and were already missed before this time."""
    lost = 0
    for run in floor.state.sequences.runs.get(source, ()):
        lost += run.lost
        for hole in run.holes:
            if hole.noticed_at < before and hole.noticed_at != NEVER:
                lost += hole.end - hole.start + 1
    return lost
