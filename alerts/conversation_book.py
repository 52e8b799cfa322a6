"""What is known of the calls that are alive: by which line each came, whom it reached, and when.

An end of a call tells little of its beginning; the watches over ends ask here.
"""

from typing import TypeVar

from msgspec import Struct

from ingest.events import (
    Abandoned,
    Answered,
    Completed,
    Dropped,
    Event,
    Millis,
    Overflowed,
    Queued,
    SnapshotVisit,
    Transferred,
    VisitData,
)
from ingest.words import Clock, Origin, Phase
from stream.floor import Floor

_T = TypeVar("_T")
MOST = 20_000
"""Calls kept at the most; the oldest are forgotten first."""


class End(Struct, frozen=True, gc=False):
    """A conversation that ended, or a waiting caller who was cut off. `talk_ms` None is unknown.

    `inferred` says that the source did not see it happen, but found it gone.
    """

    at: Millis
    visit: str
    queue: str
    agent: str
    trunk: str
    phase: Phase
    dropped: bool = False
    cause_class: str = ""
    talk_ms: Millis | None = None
    inferred: bool = False


class ConversationBook(Struct):
    """Calls from their beginning to their end, as far as they were told.

    `sources` are those that name the line when a call begins. One that names it only of calls that
    were cut off would make every line look as if it did nothing else.
    """

    trunks: dict[str, str] = {}
    sources: set[str] = set()
    answers: dict[str, tuple[str, Millis]] = {}

    def take(self, event: Event, at: Millis) -> End | None:
        """Enter an event of that time; gives the end of a conversation, or of a wait that a fault ended.

        Other ends of a wait are the caller's or the dialplan's doing: they close the entry.
        """
        data = event.data
        if event.origin is Origin.BACKFILL or not isinstance(data, VisitData):
            return None
        if isinstance(data, Queued):
            if data.trunk:
                self.sources.add(event.source)
                _keep(self.trunks, data.visit, data.trunk)
        elif isinstance(data, Answered):
            _keep(self.answers, data.visit, (data.agent, at))
        elif isinstance(data, SnapshotVisit):
            if data.talking and data.agent and data.visit not in self.answers:
                _keep(self.answers, data.visit, (data.agent, 0))
        elif isinstance(data, Completed | Transferred | Dropped):
            return self._end(event, data, at)
        elif isinstance(data, Abandoned | Overflowed):
            self.trunks.pop(data.visit, None)
        return None

    def trunk(self, visit: str) -> str:
        """The line of a call that is alive; empty if unknown."""
        return self.trunks.get(visit, "")

    def alive(self, floor: Floor) -> list[End]:
        """The conversations that go on, as if they ended well now."""
        return [
            End(
                at=floor.state.now,
                visit=visit,
                queue=queue,
                agent=self.answers.get(visit, ("", 0))[0],
                trunk=self.trunk(visit),
                phase=Phase.TALKING,
            )
            for queue, visits in floor.visits.talking.items()
            for visit in visits
        ]

    def _end(self, event: Event, data: Completed | Transferred | Dropped, at: Millis) -> End:
        agent, answered_at = self.answers.pop(data.visit, ("", 0))
        trunk = self.trunks.pop(data.visit, "")
        if isinstance(data, Dropped) and event.source in self.sources:
            trunk = data.trunk or trunk
        talk_ms = data.talk_ms
        if talk_ms is None and answered_at:
            talk_ms = max(0, at - answered_at)
        dropped = isinstance(data, Dropped)
        return End(
            at=at,
            visit=data.visit,
            queue=data.queue,
            agent=data.agent or agent,
            trunk=trunk,
            phase=data.phase if isinstance(data, Dropped) else Phase.TALKING,
            dropped=dropped,
            cause_class=data.cause_class.value if isinstance(data, Dropped) else "",
            talk_ms=talk_ms,
            inferred=event.clock is Clock.ESTIMATED,
        )


def _keep(book: dict[str, _T], visit: str, entry: _T) -> None:
    book[visit] = entry
    if len(book) > MOST:
        del book[next(iter(book))]
