"""The numbers of a feed from which events are missing, and to which others were added.

An adapter that lost its link to the telephone system numbers what it tells and nothing else: what
happened meanwhile leaves no hole.
"""

from dataclasses import dataclass

import msgspec

from ingest.events import Data, Event, Millis
from ingest.words import Clock, Origin


@dataclass(slots=True)
class _Row:
    """One run of one source: the number it tells next, and by how much that is more than planned."""

    epoch: str
    next: int = 1
    shift: int = 0


class FeedNumbers:
    """Numbers the events of a feed anew. Unchanged events keep their ids."""

    def __init__(self) -> None:
        self._rows: dict[str, _Row] = {}
        self._added = 0

    def passed(self, event: Event) -> Event:
        """The event under the number that it has now."""
        row = self._row(event)
        if not event.seq or not row.shift:
            return event
        return msgspec.structs.replace(event, seq=event.seq + row.shift)

    def missed(self, event: Event) -> None:
        """The event was never told, and has no number."""
        row = self._row(event)
        if event.seq:
            row.shift -= 1
            row.next -= 1

    def sources(self) -> list[str]:
        """The sources that were heard of."""
        return list(self._rows)

    def added(self, source: str, data: Data, at: Millis, origin: Origin = Origin.LIVE) -> Event:
        """What a source tells of itself now, under its next number and an id like no other's."""
        row = self._rows[source]
        self._added += 1
        event = Event(
            data=data,
            time=at,
            recvtime=at,
            source=source,
            id=f"{source}.{row.epoch}.link-{self._added}",
            epoch=row.epoch,
            seq=row.next,
            clock=Clock.ARRIVAL,
            origin=origin,
        )
        if row.next:
            row.next += 1
            row.shift += 1
        return event

    def _row(self, event: Event) -> _Row:
        """The row of the event's run, with its number entered."""
        row = self._rows.get(event.source)
        if row is None or row.epoch != event.epoch:
            row = self._rows[event.source] = _Row(event.epoch)
        row.next = event.seq + row.shift + 1 if event.seq else 0
        return row
