"""The visits that a queue_log speaks of: which entry of which call into which queue a line means.

Pure, and plain data, so that it can be kept across a restart. A visit is named
`<call>/<queue>/<n>`: the n-th entry of that call into that queue.
"""

from collections.abc import Iterator

from msgspec import Struct

from ingest.events import Millis

FORGOTTEN_MS = 24 * 3_600_000
"""After this long without a line a call is forgotten; one of the same name would be a new one."""
_SWEEP_MS = 600_000


class Visit(Struct):
    """One entry of one call into one queue. With an agent it talks, without one it waits.

    `cancelled_at` is when a phone that rang for it was last given up; 0 if none was.
    """

    id: str
    call: str
    queue: str
    agent: str = ""
    wait_ms: Millis | None = None
    cancelled_at: Millis = 0


class Call(Struct):
    """One call: when it was last heard of, how often it entered each queue, where it is now."""

    heard_at: Millis
    entries: dict[str, int] = {}
    open: dict[str, Visit] = {}


class Visits(Struct):
    """All calls of the last day."""

    calls: dict[str, Call] = {}
    swept_at: Millis = 0

    def enter(self, call: str, queue: str, at: Millis) -> Visit:
        """A visit begins. One still open there has lost its end: it is left to reconciliation."""
        known = self.calls.setdefault(call, Call(at))
        known.heard_at = at
        n = known.entries[queue] = known.entries.get(queue, 0) + 1
        visit = known.open[queue] = Visit(f"{call}/{queue}/{n}", call, queue)
        return visit

    def of(self, call: str, queue: str, at: Millis) -> Visit:
        """The visit that goes on; one whose beginning lies before the log's is taken up here.

        One that has ended stays ended, whatever the log says of it afterwards.
        """
        known = self.calls.setdefault(call, Call(at))
        known.heard_at = at
        visit = known.open.get(queue)
        if visit is None:
            visit = Visit(f"{call}/{queue}/{known.entries.get(queue, 1)}", call, queue)
            if queue not in known.entries:
                known.entries[queue] = 1
                known.open[queue] = visit
        return visit

    def end(self, call: str, queue: str) -> Visit:
        """The visit that is over now."""
        known = self.calls.get(call)
        visit = known.open.pop(queue, None) if known else None
        if visit is not None:
            return visit
        n = known.entries.get(queue, 1) if known else 1
        return Visit(f"{call}/{queue}/{n}", call, queue)

    def waits(self, call: str, queue: str) -> bool:
        """True if the call is in this queue and nobody has answered it."""
        known = self.calls.get(call)
        visit = known.open.get(queue) if known else None
        return visit is not None and not visit.agent

    def end_all(self) -> Iterator[Visit]:
        """Every visit that goes on: all of them are over now."""
        for call in self.calls.values():
            while call.open:
                yield call.open.pop(next(iter(call.open)))

    def sweep(self, now: Millis) -> list[Visit]:
        """Forget the calls of which nothing was heard for a day. Answers with those that talked."""
        if now - self.swept_at < _SWEEP_MS:
            return []
        self.swept_at = now
        talked: list[Visit] = []
        for name in [n for n, call in self.calls.items() if now - call.heard_at > FORGOTTEN_MS]:
            talked += [visit for visit in self.calls.pop(name).open.values() if visit.agent]
        return talked
