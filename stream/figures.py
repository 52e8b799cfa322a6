"""Figures: what is true now, as other people's screens and our own read it.

The document is plain data: objects, lists, text, numbers (see docs/frames.md). What is not known is
left out, never 0. Instants are sent, never ages. Sums are those of the running business day.
"""

from collections.abc import Collection, Mapping

from ingest.events import Millis
from stream.agent_days import AgentDays
from stream.calls_shown import CallsShown
from stream.feeds import Freshness
from stream.figure_row import SIGNED_IN, UNKNOWN, Row, diff, known, of_sums, rounded
from stream.floor import LATENESS_MS, Floor
from stream.groups import Groups, total_row
from stream.metrics import service_level
from stream.today import Course, Today

ROWS_AT_ONCE = 400
"""Agents whose rows are built anew for one frame, at the most."""

_NO_NAMES: Row = {}


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
        self._names = {id: dict(card.names) for id, card in floor.site.agents.items()}
        self._queue_names = {name: dict(card.names) for name, card in floor.site.queues.items()}
        self._days = AgentDays(floor.books, floor.agents)
        self._calls = CallsShown(floor)
        self._groups = Groups(floor, self._today)

    def group(
        self, name: str, queues: Collection[str] | None, teams: Collection[str] | None
    ) -> None:
        """From the next patch on show totals over these queues and teams; None is all."""
        self._groups.group(name, queues, teams)

    def ungroup(self, name: str) -> None:
        """Show them no more."""
        self._groups.ungroup(name)

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
        self._put_calls(patch, queues)
        self._put_groups(patch, queues, agents)
        if patch:
            patch["at"] = self.document["at"] = now
        return patch

    def _put(self, patch: Row, key: str, rows: Mapping[str, Row]) -> None:
        """Put changed rows into the document and their changes into the patch."""
        shown, changes = self.document[key], {}
        for name, row in rows.items():
            change = diff(shown.get(name, {}), row)
            if change or name not in shown:
                shown[name] = row
                changes[name] = change
        if changes:
            patch[key] = changes

    def _put_calls(self, patch: Row, queues: set[str]) -> None:
        changes = self._calls.refresh() if queues else {}
        if changes or "calls" not in self.document:
            patch["calls"] = changes
            self.document["calls"] = self._calls.rows

    def _put_groups(self, patch: Row, queues: set[str], agents: set[str]) -> None:
        self._groups.touch(queues, agents)
        new = self._groups.changed(self.document["queues"], self._trend_head())
        if not new:
            return
        shown = self.document.setdefault("groups", {})
        for name, row in new.items():
            if row is None:
                shown.pop(name, None)
        gone = {name: None for name, row in new.items() if row is None}
        self._put(patch, "groups", {name: row for name, row in new.items() if row is not None})
        if gone:
            patch["groups"] = {**gone, **patch.get("groups", {})}

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
            self._days.begin(day)
            queues.update(floor.site.queues, floor.state.ledger.queues, floor.visits.waiting)
            agents.update(people)
        agents |= self._days.refresh()
        return queues, agents

    def _site(self) -> Row:
        site = self._floor.site
        return {
            "id": site.id,
            "names": dict(site.names),
            "time_zone": site.time_zone,
            "day_start_at": self._today.day,
            "interval_ms": site.interval_ms,
            "teams": {id: dict(names) for id, names in site.teams.items()},
        }

    def _feed(self, source: str) -> Row:
        feed = self._floor.state.feeds[source]
        return known(
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
            "ghosts": self._today.whole.sums["ghosts"],
        }

    def _parts(self) -> Row:
        return {
            key: known(
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
        return known(
            names=self._queue_names.get(name, _NO_NAMES),
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
            service_level=rounded(service_level(sums, card.service_level)),
            **of_sums(sums),
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
        floor, whole = self._floor, self._today.whole
        waiting = [at for visits in floor.visits.waiting.values() for at in visits.values()]
        return total_row(floor, self._today, whole) | known(
            waiting=len(waiting),
            longest_since=min(waiting, default=None),
            talking=sum(map(len, floor.visits.talking.values())),
            agents={state: floor.agents.counts.get(state, 0) for state in SIGNED_IN},
            trend={**self._trend_head(), **whole.course},
        )

    def _trend_head(self) -> Row:
        return {"start_at": self._today.day, "step_ms": self._floor.site.interval_ms}

    def _trend(self, course: Course) -> Row:
        return {**self._trend_head(), **{name: dict(values) for name, values in course.items()}}

    def _agent(self, id: str) -> Row:
        agent, card = self._floor.state.agents.agents[id], self._floor.site.agents.get(id)
        row: Row = {
            "names": self._names.get(id, _NO_NAMES),
            "state": UNKNOWN,
            "queues": {queue: not paused for queue, paused in agent.queues.items()},
        }
        if card is not None and card.team:
            row["team"] = card.team
        day = self._days.row(id)
        if day is not None:
            row["day"] = day
        if agent.changes:
            now = agent.changes[-1]
            row["state"], row["since"] = now.state, agent.since
            if now.reason:
                row["reason"] = now.reason
            if now.queue:
                row["queue"] = now.queue
        return row
