"""Figures: what is true now, as other people's screens and our own read it.

The document is plain data: objects, lists, text, numbers (see docs/frames.md). What is not known is
left out, never 0. Instants are sent, never ages. Sums are those of the running business day.
"""

from collections.abc import Mapping
from typing import Any

from ingest.events import Millis
from ingest.words import AgentStatus
from stream.feeds import Freshness
from stream.floor import LATENESS_MS, Floor
from stream.metrics import (
    Sums,
    abandon_rate,
    aht_ms,
    asa_ms,
    att_ms,
    average_abandon_ms,
    overflowed,
    overflowed_by,
    service_level,
)
from stream.today import Course, Today

Row = dict[str, Any]

COUNTED = (
    "offered",
    "answered",
    "answered_in_target",
    "abandoned",
    "abandoned_short",
    "blocked",
    "dropped_waiting",
    "dropped_talking",
    "completed",
    "transferred",
)
"""Sums shown as they are."""
UNKNOWN = AgentStatus.UNKNOWN.value
ROWS_AT_ONCE = 400
"""Agents whose rows are built anew for one frame, at the most."""
SIGNED_IN = tuple(status.value for status in AgentStatus if status is not AgentStatus.SIGNED_OUT)


class Figures:
    """Builds the whole document from a floor, and the changes since the last time.

    `document` is the whole as of the last `patch`, which changes it in place: encode it, or copy it.
    """

    def __init__(self, floor: Floor) -> None:
        self.rejected = 0
        self._floor = floor
        self.document: Row = {"queues": {}, "agents": {}}
        self._fresh: dict[str, Freshness] = {}
        self._today = Today(floor.state.ledger, floor.site.interval_ms)
        self._order = {name: i for i, name in enumerate(floor.site.queues)}

    def patch(self, now: Millis) -> Row:
        """What changed since the last call, as an RFC 7396 merge patch; empty if nothing did."""
        queues, agents = self._dirty(now)
        for name in queues:
            self._today.refresh(name)
        people = self._floor.state.agents.agents
        rows: Row = {
            "site": self._site(),
            "feeds": {source: self._feed(source) for source in self._floor.state.feeds},
            "health": self._health(now),
            "parts": self._parts(),
        }
        if queues or agents or "totals" not in self.document:
            rows["totals"] = self._totals()
        patch: Row = {}
        for key, row in rows.items():
            change = diff(self.document.get(key, {}), row)
            if change or key not in self.document:
                patch[key] = change
                self.document[key] = row
        self._put(patch, "queues", {name: self._queue(name) for name in queues})
        self._put(patch, "agents", {id: self._agent(id) for id in agents if id in people})
        if patch:
            patch["at"] = self.document["at"] = now
        return patch

    def _put(self, patch: Row, key: str, rows: Mapping[str, Row]) -> None:
        """Put changed rows into the document and their changes into the patch."""
        known, changes = self.document[key], {}
        for name, row in rows.items():
            change = diff(known.get(name, {}), row)
            if change or name not in known:
                known[name] = row
                changes[name] = change
        if changes:
            patch[key] = changes

    def _dirty(self, now: Millis) -> tuple[set[str], set[str]]:
        """The queues and the agents whose rows may have changed since the last call."""
        floor = self._floor
        people, changed = floor.state.agents.agents, floor.agents.dirty
        queues = floor.visits.dirty | floor.agents.dirty_queues
        for id in changed:
            if id in people:
                queues.update(people[id].queues)
        # Counts of agents are always up to date; the rows of more of them than any real floor
        # changes in one frame take turns, so that a flood of them does not hold up the queues.
        agents = {changed.pop() for _ in range(min(len(changed), ROWS_AT_ONCE))}
        floor.visits.dirty.clear()
        floor.agents.dirty_queues.clear()
        for source, feed in floor.state.feeds.items():
            fresh = floor.feeds.freshness(feed, now)
            if self._fresh.get(source) is not fresh:
                self._fresh[source] = fresh
                queues.update(q for q, s in floor.state.queue_feeds.items() if s == source)
        day = floor.calendar.day(now)
        if day != self._today.day:
            self._today.begin(day)
            queues.update(floor.site.queues, floor.state.ledger.queues, floor.visits.waiting)
            agents.update(floor.state.agents.agents)
        return queues, agents

    def _site(self) -> Row:
        site = self._floor.site
        return {
            "id": site.id,
            "names": dict(site.names),
            "time_zone": site.time_zone,
            "day_start_at": self._today.day,
            "interval_ms": site.interval_ms,
        }

    def _feed(self, source: str) -> Row:
        feed = self._floor.state.feeds[source]
        return _known(
            status=feed.status.value,
            state=self._fresh[source].value,
            heard_at=feed.heard_at // 1000 * 1000,
            since=feed.since,
            reason=feed.reason or None,
            gaps=feed.gap_count,
            clock_offset_ms=feed.clock_offset_ms,
            backfill=feed.backfill or None,
        )

    def _health(self, now: Millis) -> Row:
        state = self._floor.state
        before = now - LATENESS_MS
        return {
            "taken": state.counters.taken,
            "repeated": state.counters.repeated,
            "late": state.counters.late + state.visits.too_late,
            "rejected": self.rejected,
            "out_of_step": state.visits.out_of_step,
            "gaps": sum(f.gap_count for f in state.feeds.values()) + state.sequences.holes(before),
            "lost": state.sequences.lost(before),
            "ghosts": self._today.total["ghosts"],
        }

    def _parts(self) -> Row:
        return {
            key: _known(
                kind=part.kind,
                name=part.name,
                status=part.status,
                cause=part.cause or None,
                since=part.since,
            )
            for key, part in self._floor.state.parts.items()
        }

    def _queue(self, name: str) -> Row:
        floor, card = self._floor, self._floor.site.queue(name)
        sums = self._today.sums(name)
        waiting = floor.visits.waiting.get(name, {})
        feed = floor.state.feeds.get(floor.state.queue_feeds.get(name, ""))
        fresh = self._fresh[feed.source] if feed is not None else Freshness.UNKNOWN
        return _known(
            names=dict(card.names) if card.id == name else {},
            order=self._order.get(name),
            state=fresh.value,
            state_since=feed.heard_at if feed is not None and fresh is Freshness.STALE else None,
            feed=feed.source if feed is not None else None,
            target_ms=card.target_ms,
            short_ms=card.short_ms,
            variant=card.service_level.value,
            goal=card.goal,
            waiting=len(waiting),
            longest_since=min(waiting.values()) if waiting else None,
            talking=len(floor.visits.talking.get(name, ())),
            service_level=_rounded(service_level(sums, card.service_level)),
            **_of_sums(sums),
            agents=self._members(name),
            trend=self._trend(self._today.course(name)),
        )

    def _members(self, queue: str) -> Row | None:
        """Agents of a queue by state; one paused in this queue alone is not ready here."""
        floor = self._floor
        members = floor.agents.members.get(queue)
        if not members:
            return None
        counts = floor.agents.queue_counts[queue]
        return {state: counts[state] for state in SIGNED_IN}

    def _totals(self) -> Row:
        floor, sums = self._floor, self._today.total
        waiting = [at for visits in floor.visits.waiting.values() for at in visits.values()]
        used = [floor.site.queue(name) for name in self._today.used()]
        shared = {(card.target_ms, card.short_ms, card.service_level) for card in used}
        # Queues that are held to different targets have no common service level.
        same = shared.pop() if len(shared) == 1 else None
        return _known(
            waiting=len(waiting),
            longest_since=min(waiting, default=None),
            talking=sum(map(len, floor.visits.talking.values())),
            target_ms=same[0] if same else None,
            variant=same[2].value if same else None,
            service_level=_rounded(service_level(sums, same[2])) if same else None,
            **_of_sums(sums),
            agents={state: floor.agents.counts.get(state, 0) for state in SIGNED_IN},
            trend=self._trend(self._today.total_course),
        )

    def _trend(self, course: Course) -> Row:
        return {
            "start_at": self._today.day,
            "step_ms": self._floor.site.interval_ms,
            **{name: dict(values) for name, values in course.items()},
        }

    def _agent(self, id: str) -> Row:
        agent, card = self._floor.state.agents.agents[id], self._floor.site.agents.get(id)
        now = agent.now
        return _known(
            names=dict(card.names) if card is not None else {},
            team=(card.team if card is not None else "") or None,
            state=now.state if now is not None else UNKNOWN,
            reason=(now.reason if now is not None else "") or None,
            since=agent.since,
            queue=(now.queue if now is not None else "") or None,
            queues={queue: not paused for queue, paused in sorted(agent.queues.items())},
        )


def diff(old: Row, new: Row) -> Row:
    """The RFC 7396 merge patch that makes `old` into `new`."""
    get = old.get
    # Most keys of most rows did not change: find the few that did as fast as the language can.
    change: Row = {key: value for key, value in new.items() if get(key) != value}
    for key, value in change.items():
        if type(value) is dict:
            was = get(key)
            if was and type(was) is dict:
                change[key] = diff(was, value)
    if not old.keys() <= new.keys():
        change.update(dict.fromkeys(old.keys() - new.keys()))
    return change


def _of_sums(sums: Sums) -> Row:
    counted: Row = {name: sums[name] for name in COUNTED}
    return counted | {
        "overflowed": overflowed(sums),
        "overflowed_by": overflowed_by(sums),
        "asa_ms": _whole(asa_ms(sums)),
        "att_ms": _whole(att_ms(sums)),
        "aht_ms": _whole(aht_ms(sums)),
        "average_abandon_ms": _whole(average_abandon_ms(sums)),
        "abandon_rate": _rounded(abandon_rate(sums)),
    }


def _known(**row: Any) -> Row:
    """Leave out what is not known."""
    return {key: value for key, value in row.items() if value is not None}


def _whole(value: float | None) -> int | None:
    return None if value is None else round(value)


def _rounded(value: float | None) -> float | None:
    """Four digits: more than any screen shows, few enough not to change with every call."""
    return None if value is None else round(value, 4)
