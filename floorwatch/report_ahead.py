"""What a brief says of the day ahead: its busiest half-hours, measures still open, points handed over."""

import asyncio
from collections.abc import Iterator, Sequence

from dashboard.access import Scope
from dashboard.desk_file import DeskFile
from dashboard.handovers_sqlite import SqliteHandOvers
from floorwatch import report_walks
from floorwatch.curves import Outlook
from floorwatch.settings_types import Settings, SiteSettings
from ingest.events import Millis
from reports.model import Column, Kind, Section, Span, Table
from reports.span import around
from stream.floor import Floor

HALF_HOUR_MS = 1_800_000
DAY_MS = 86_400_000
PEAKS = 3


class Ahead:
    """One site's."""

    def __init__(
        self,
        settings: Settings,
        site: SiteSettings,
        floor: Floor,
        file: DeskFile,
        outlook: Outlook,
    ) -> None:
        self._settings = settings
        self._site = site
        self._floor = floor
        self._handovers = SqliteHandOvers(file)
        self._outlook = outlook

    async def sections(self, scope: Scope, now: Millis) -> list[Section]:
        """What there is to say; measures and points are told to who looks after the whole site.

        Raises DeskFileError.
        """
        found = [self._peaks(scope, now)]
        if scope.whole:
            found += [await self._measures(now), self._points(now)]
        return [section for section in found if section is not None]

    def _peaks(self, scope: Scope, now: Millis) -> Section | None:
        """The half-hours still to come of this business day; of the next one, if this one is done."""
        calendar = self._floor.calendar
        for day in (calendar.day(now), calendar.next_day(now)):
            self._outlook.basis(day)
            expected = [
                (calls, start)
                for start in range(day, calendar.next_day(day), HALF_HOUR_MS)
                if start + HALF_HOUR_MS > now
                and (calls := self._expected(scope, start, start + HALF_HOUR_MS))
            ]
            if expected:
                break
        else:
            return None
        rows = [
            {
                "day": calendar.date_of(start).isoformat(),
                "half_hour": start,
                "expected_calls": calls,
            }
            for calls, start in sorted(sorted(expected, reverse=True)[:PEAKS], key=lambda e: e[1])
        ]
        columns = [
            Column(key="day", kind=Kind.DATE),
            Column(key="half_hour", kind=Kind.INSTANT),
            Column(key="expected_calls", kind=Kind.NUMBER),
        ]
        return Section(key="today", tables=[Table(key="peaks", columns=columns, rows=rows)])

    def _expected(self, scope: Scope, start: Millis, end: Millis) -> float | None:
        told = [
            calls
            for queue in self._queues(scope)
            if (calls := self._outlook.expected(queue, start, end)) is not None
        ]
        return sum(told) if told else None

    def _queues(self, scope: Scope) -> Iterator[str]:
        return (queue for queue in self._floor.site.queues if scope.has_queue(queue))

    async def _measures(self, now: Millis) -> Section | None:
        today = around(Span.DAY, self._floor.calendar.date_of(now))
        told = await asyncio.to_thread(report_walks.walks, self._settings, self._site, today, now)
        for section in told.sections:
            if section.key == "measures" and any(table.rows for table in section.tables):
                return _narrow(section, ("place", "finding", "measure", "age_days"))
        return None

    def _points(self, now: Millis) -> Section | None:
        """Of the hand-overs of the last day, what nobody has ticked off."""
        rows = [
            {"point": point.text, "shift_name": each.shift, "handed_by": each.by}
            for each in self._handovers.between(now - DAY_MS, now + 1)
            for point in each.points
            if not point.done
        ]
        if not rows:
            return None
        columns = [Column(key=key, kind=Kind.TEXT) for key in ("point", "shift_name", "handed_by")]
        return Section(
            key="handover", tables=[Table(key="handover_points", columns=columns, rows=rows)]
        )


def _narrow(section: Section, keys: Sequence[str]) -> Section:
    """The same with these columns alone, and without its notes."""
    return Section(
        key=section.key,
        tables=[
            Table(
                key=table.key,
                columns=[column for column in table.columns if column.key in keys],
                rows=table.rows,
                more=table.more,
            )
            for table in section.tables
        ],
    )
