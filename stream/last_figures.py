"""What the walls showed last in each interval, and at the end of each business day.

Nothing is worked out here: the rows are those of the figures, taken as they stood when an interval was
over, with the position that the journal had reached. So whatever the day comes to later can be told
apart from what was on the wall, fact by fact. Pure.
"""

from typing import Any

import msgspec
from msgspec import Struct

from ingest.events import Millis
from stream.facts import DEFINITION
from stream.figure_row import Row
from stream.intervals import Calendar
from stream.ports import Position

LEFT_OUT = frozenset({"trend", "names", "order"})
"""What a row has for drawing it, and other rows have as figures."""


class LastFigures(Struct, frozen=True, kw_only=True):
    """The last figures of the interval that began at `interval`, shown at `at`.

    `day` is when its business day began, `day_end` whether it was the day's last interval. Rows are
    those of docs/frames.md without `trend`; sums are of the business day so far. `agents` (their `day`)
    are kept at the end of a day only.
    """

    interval: Millis
    day: Millis
    day_end: bool
    at: Millis
    position: Position
    definition: int
    totals: dict[str, Any]
    queues: dict[str, dict[str, Any]]
    agents: dict[str, dict[str, Any]]


class Witness:
    """Told of every frame of one floor, just before the figures change: `before`, then `shown`."""

    def __init__(self, calendar: Calendar) -> None:
        self._calendar = calendar
        self._at: Millis = 0
        self._position: Position = 0
        self._ends: Millis = 0

    def before(self, now: Millis, document: Row) -> LastFigures | None:
        """What the document, as last shown, is the end of; None within an interval.

        The rows are the document's own: encode them before it changes.
        """
        if not self._at or now < self._ends:
            return None
        return self.last(document)

    def shown(self, now: Millis, position: Position) -> None:
        """The document was brought up to `now`, by what the journal has up to `position`."""
        self._at, self._position = now, position
        self._ends = self._calendar.interval_end(self._calendar.interval(now))

    def last(self, document: Row) -> LastFigures | None:
        """What was shown last, in the middle of an interval too; None if nothing was."""
        if not self._at or "totals" not in document:
            return None
        interval = self._calendar.interval(self._at)
        day = self._calendar.day(self._at)
        day_end = self._calendar.interval_end(interval) >= self._calendar.next_day(day)
        return LastFigures(
            interval=interval,
            day=day,
            day_end=day_end,
            at=self._at,
            position=self._position,
            definition=DEFINITION,
            totals=_kept(document["totals"]),
            queues={name: _kept(row) for name, row in document["queues"].items()},
            agents={
                id: row["day"]
                for id, row in document["agents"].items()
                if day_end and row.get("day") is not None
            },
        )


def _kept(row: Row) -> Row:
    return {key: value for key, value in row.items() if key not in LEFT_OUT}


def encoded(figures: LastFigures) -> bytes:
    return _ENCODER.encode(figures)


def decoded(payload: bytes) -> LastFigures:
    """Raises msgspec.MsgspecError."""
    return _DECODER.decode(payload)


_ENCODER = msgspec.json.Encoder()
_DECODER = msgspec.json.Decoder(LastFigures)
