"""The visits of a site: those alive, those lately ended, and the facts stated for each."""

from sys import intern

from msgspec import Struct

from ingest.events import (
    Blocked,
    Event,
    Millis,
    Queued,
    RingEnded,
    Ringing,
    SnapshotVisit,
    VisitData,
)
from ingest.words import Origin, Overflow
from stream.facts import BlockFact
from stream.ledger import Bookkeeper
from stream.outcome import advance, derive
from stream.rings import rung
from stream.sites import Site
from stream.visit import FILLED, GUESS, Mark, Visit, last_news, take

SAME_ENTRY_MS = 5_000
"""Two sources mean the same entry of a call into a queue if they put it this near each other."""
GHOST_MS = 4 * 3_600_000
"""A visit without any news for this long is a ghost."""
REMEMBERED = 20_000
"""Ended visits kept at the most, for late events and back-fill."""


class VisitsState(Struct):
    """What a checkpoint keeps of the visits."""

    open: dict[str, Visit] = {}
    ended: dict[str, Visit] = {}
    aliases: dict[str, str] = {}
    out_of_step: int = 0
    too_late: int = 0


class Visits:
    """Takes events of visits, keeps the facts that follow stated in the books.

    What has changed is in `dirty`, the queues, and `touched`, the visits that wait: whoever shows them
    empties both.
    """

    def __init__(
        self, site: Site, books: Bookkeeper, state: VisitsState, horizon_ms: Millis
    ) -> None:
        self.state = state
        self.dirty: set[str] = set()
        self.touched: set[str] = set()
        self._site = site
        self._books = books
        self._horizon_ms = horizon_ms
        self._calls: dict[str, list[Visit]] | None = None
        self.waiting: dict[str, dict[str, Millis]] = {}
        self.talking: dict[str, set[str]] = {}
        self._names: dict[str, list[str]] = {}
        for visit in [*state.ended.values(), *state.open.values()]:
            self._place(visit)
        for name, key in state.aliases.items():
            self._names.setdefault(key, []).append(name)

    def take(self, event: Event) -> None:
        """Enter one event of a visit. The floor hands over no others."""
        data: VisitData = event.data  # type: ignore[assignment]
        visit = self.state.open.get(data.visit)
        if visit is None or visit.told_epoch != event.epoch or event.origin is not Origin.LIVE:
            visit = self._visit(event, data)
            if visit is None:
                self.state.too_late += 1
                return
        if event.seq and visit.source == event.source:
            if visit.told_epoch != event.epoch:
                visit.told_epoch = intern(event.epoch)
            visit.told_seq = event.seq
        if type(data) is Ringing or type(data) is RingEnded:
            self._ring(visit, event)
            return
        slot = take(visit, event)
        if slot:
            fact = advance(visit, slot, self._site.queue(visit.queue))
            if fact is not None:
                self._books.enter(fact)
                self._move(visit)
                return
        self._settle(visit, bool(slot))

    def block(self, event: Event) -> None:
        """Enter a refused join."""
        data = event.data
        assert isinstance(data, Blocked)
        self._books.enter(BlockFact(event.time, data.queue, data.call, data.reason.value))
        self.dirty.add(data.queue)

    def seen(self, event: Event) -> str:
        """Enter a visit that a snapshot names; returns its key here."""
        data = event.data
        assert isinstance(data, SnapshotVisit)
        visit = self._visit(event, data)
        if visit is None:
            return ""
        visit.caller = visit.caller or data.caller
        if data.position is not None:
            visit.position = data.position
        since = data.since if data.since is not None else event.time
        visit.offer("begin", Mark(GUESS, since, event.seq))
        if data.talking and visit.answer is None:
            visit.offer("answer", Mark(GUESS, event.time, event.seq, "answered", data.agent))
        self._settle(visit, True)
        return visit.key

    def close_unseen(
        self, source: str, queues: list[str], seen: set[str], since: tuple[str, int], at: Millis
    ) -> int:
        """Close the open visits of a source that its snapshot does not name; returns how many.

        Visits of which the source told anything after the snapshot began (`since`: epoch and
        number) are left alone. `at` is when they were last known to be alive.
        """
        epoch, seq = since
        unseen = [
            visit
            for visit in self.state.open.values()
            if visit.source == source
            and visit.key not in seen
            and (not queues or visit.queue in queues)
            and not (visit.told_epoch == epoch and visit.told_seq > seq)
        ]
        for visit in unseen:
            self._guess_the_end(visit, max(at, visit.joined_at))
        return len(unseen)

    def sweep(self, now: Millis) -> None:
        """Close what had no news for hours, and forget what ended before the horizon."""
        for visit in [v for v in self.state.open.values() if now - last_news(v) > GHOST_MS]:
            self._guess_the_end(visit, last_news(visit))
        ended = self.state.ended
        while ended:
            oldest = next(iter(ended.values()))
            if len(ended) <= REMEMBERED and now - last_news(oldest) <= self._horizon_ms:
                break
            self._forget(ended.pop(oldest.key))

    def resolve(self, call: str, queue: str, at: Millis) -> Visit | None:
        """The visit of this call and queue that began at `at`, as far as anybody saw it begin.

        One whose beginning nobody saw may have begun at any time before we first heard of it.
        """
        near: list[tuple[Millis, str]] = []
        for visit in self.of_call(call):
            if visit.queue != queue or visit.key in self._names:
                continue
            distance = abs(visit.joined_at - at)
            if distance <= SAME_ENTRY_MS or (visit.joined_at > at and not visit.begin_witnessed):
                near.append((distance, visit.key))
        return self._known(min(near)[1]) if near else None

    def _visit(self, event: Event, data: VisitData) -> Visit | None:
        """The visit that an event speaks of, made if it is new; None if it comes too late."""
        backfill = event.origin is Origin.BACKFILL
        name = f"{event.source}\n{data.visit}" if backfill else data.visit
        key = self.state.aliases.get(name, name)
        visit = self._known(key)
        if visit is not None and not self._another_entry(visit, event):
            return visit
        call = data.call or data.visit
        if backfill:
            lasted = (getattr(data, "wait_ms", None) or 0) + (getattr(data, "talk_ms", None) or 0)
            found = self.resolve(call, data.queue, event.time - lasted)
            if found is not None:
                return self._call_it(name, found)
        elif event.origin is Origin.SNAPSHOT:
            found = self._open_entry(call, data.queue)
            if found is not None:
                return self._call_it(name, found)
        elif event.origin is Origin.LIVE and event.recvtime - event.time > self._horizon_ms:
            return None
        elif event.origin is Origin.LIVE and visit is None and type(data) is not Queued:
            found = self._told_by_another(event, data)
            if found is not None:
                return self._call_it(name, found)
        key = name if visit is None else f"{name}@{event.epoch}"
        # Queues and sources are few: thousands of visits share their names.
        visit = Visit(key, intern(data.queue), call, intern(event.source))
        self._call_it(name, visit)
        self.state.open[visit.key] = visit
        self._index(visit)
        return visit

    def _another_entry(self, visit: Visit, event: Event) -> bool:
        """True if the name is that of an older visit: a source that starts anew counts from 1 again."""
        if visit.told_epoch == event.epoch or not visit.over or event.source != visit.source:
            return False
        if event.origin is Origin.SNAPSHOT:
            return True
        begin = visit.begin
        return isinstance(event.data, Queued) and begin is not None and begin.time < event.time

    def _told_by_another(self, event: Event, data: VisitData) -> Visit | None:
        """The visit whose beginning this source missed, if a second witness has told of it."""
        if not data.call:  # nor does it know whose: then whoever this agent talks to
            agent = getattr(data, "agent", "")
            return next((v for v in self.state.open.values() if _talks(v, data.queue, agent)), None)
        for visit in reversed(self.of_call(data.call)):
            if visit.queue != data.queue or visit.source == event.source:
                continue
            if visit.key not in self._names and visit.joined_at <= event.time + SAME_ENTRY_MS:
                return visit
        return None

    def _open_entry(self, call: str, queue: str) -> Visit | None:
        """The youngest open visit of this call and queue."""
        found = (visit for visit in reversed(self.of_call(call)) if visit.queue == queue)
        return next((visit for visit in found if visit.key in self.state.open), None)

    def _call_it(self, name: str, visit: Visit) -> Visit:
        """Remember that a source knows this visit by another name."""
        if name != visit.key:
            self.state.aliases[name] = visit.key
            self._names.setdefault(visit.key, []).append(name)
        return visit

    def _known(self, key: str) -> Visit | None:
        return self.state.open.get(key) or self.state.ended.get(key)

    def _settle(self, visit: Visit, changed: bool) -> None:
        """Take back the facts that no longer hold, state those that now do."""
        state = self.state
        state.out_of_step += visit.refused
        visit.refused = 0
        if not changed:
            if visit.wait is None:  # yet its caller may be known better
                self.touched.add(visit.key)
                self.dirty.add(visit.queue)
            return
        state.out_of_step -= visit.contradicted
        arrival, wait, handle = derive(visit, self._site.queue(visit.queue))
        state.out_of_step += visit.contradicted
        enter = self._books.enter
        if arrival != visit.arrival:
            if visit.arrival is not None:
                enter(visit.arrival, -1)
            enter(arrival)
            visit.arrival = arrival
        if wait != visit.wait:
            if visit.wait is not None:
                enter(visit.wait, -1)
            if wait is not None:
                enter(wait)
            visit.wait = wait
        if handle != visit.handle:
            if visit.handle is not None:
                enter(visit.handle, -1)
            if handle is not None:
                enter(handle)
            visit.handle = handle
        self._move(visit)

    def _move(self, visit: Visit) -> None:
        self._place(visit)
        self.dirty.add(visit.queue)

    def _place(self, visit: Visit) -> None:
        """Keep the visit among the waiting, the talking, or the ended."""
        key, queue, wait = visit.key, visit.queue, visit.wait
        waiting = self.waiting.get(queue)
        if waiting is None:
            waiting = self.waiting[queue] = {}
            self.talking[queue] = set()
        talking = self.talking[queue]
        over = False
        if wait is None:
            talking.discard(key)
            if visit.arrival is not None:
                waiting[key] = visit.arrival.at
                self.touched.add(key)
        else:
            waiting.pop(key, None)
            self.touched.discard(key)
            over = visit.handle is not None or not wait.answered
            if over:
                talking.discard(key)
            else:
                talking.add(key)
        home, other = self.state.open, self.state.ended
        if over:
            home, other = other, home
        if key not in home:
            other.pop(key, None)
            home[key] = visit

    def _ring(self, visit: Visit, event: Event) -> None:
        begin = visit.begin
        if begin is None or begin.rank == GUESS:
            visit.offer("begin", Mark(GUESS, event.time, event.seq))
            self._settle(visit, True)
        fact = rung(visit, event)
        if fact is not None:
            self._books.enter(fact)
        self.dirty.add(visit.queue)
        if visit.wait is None:
            self.touched.add(visit.key)

    def _guess_the_end(self, visit: Visit, at: Millis) -> None:
        if visit.waiting:
            visit.offer("leave", Mark(GUESS, at, 0, "overflowed", "", Overflow.OTHER.value))
        else:
            visit.offer(
                "end", Mark(GUESS, max(at, last_news(visit)), 0, "completed", "", "unknown")
            )
        self._settle(visit, True)

    def of_call(self, call: str) -> list[Visit]:
        """The visits of a call. Indexed at the first question: most sites never ask."""
        if self._calls is None:
            self._calls = {}
            for visit in [*self.state.ended.values(), *self.state.open.values()]:
                self._index(visit)
        return self._calls.get(call, [])

    def _index(self, visit: Visit) -> None:
        if self._calls is not None:
            self._calls.setdefault(visit.call, []).append(visit)

    def _forget(self, visit: Visit) -> None:
        if self._calls is not None:
            left = [other for other in self._calls.get(visit.call, []) if other is not visit]
            if left:
                self._calls[visit.call] = left
            else:
                self._calls.pop(visit.call, None)
        for name in self._names.pop(visit.key, ()):
            self.state.aliases.pop(name, None)


def _talks(visit: Visit, queue: str, agent: str) -> bool:
    """True if this agent talks in this visit, and a second witness said so."""
    answer = visit.answer
    return answer is not None and (visit.queue, answer.agent, answer.rank) == (queue, agent, FILLED)
