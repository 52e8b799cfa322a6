"""The manager's desk: any day of the daybook, compared, charted, and as a file.

/days                          the business days that can be opened
/day?date=2026-11-22           its figures; today's are those of the wall, exactly
/day/chart?date=&kind=         a chart of it, for BokehJS
/day/file?date=&form=queues    a file of it
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date as Date
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from dashboard import charts, day, day_file
from dashboard.access import Caller, Role
from dashboard.concern import is_public
from dashboard.day import Span
from dashboard.desks import FORBIDDEN, UNREADABLE, Desk, File, Inquiry, Question, RefusedError
from ingest.events import Millis
from stream.daybook_day import Narrowed
from stream.daybook_past import Past
from stream.daybook_sqlite import DaybookError
from stream.facts import WaitFact
from stream.figure_row import Row
from stream.floor import Floor

_MINUTE_MS, _HOUR_MS = 60_000, 3_600_000
Incidents = Callable[[Millis, Millis], Sequence[Mapping[str, Any]]]
"""The incidents that fired in a span, as the alert desk shows them."""


class _Query(Struct, frozen=True, kw_only=True):
    date: str = ""
    queue: str = ""
    kind: Literal["arrivals", "level", "waits"] = "arrivals"
    form: Literal["queues", "intervals", "json"] = "queues"
    lang: Literal["zh", "en"] = "en"
    theme: Literal["dark", "light"] = "light"
    width: Literal["wide", "narrow"] = "wide"


class _Day(Struct, frozen=True, kw_only=True):
    """A business day of the site; `live` is the running one."""

    date: str
    start: Millis
    end: Millis
    live: bool


class ReportDesk(Desk):
    """Tells managers of days. Whoever looks after some queues only, is told of these."""

    def __init__(self, floor: Callable[[], Floor], past: Past, incidents: Incidents) -> None:
        self._floor = floor
        self._past = past
        self._incidents = incidents

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {
            "/days": (Role.MANAGER, self._days),
            "/day": (Role.MANAGER, self._day),
            "/day/chart": (Role.MANAGER, self._chart),
            "/day/file": (Role.MANAGER, self._file),
        }

    async def _days(self, question: Question) -> object:
        try:
            kept = await self._past.days()
        except DaybookError as error:
            raise RefusedError("not_read") from error
        today = self._past.calendar.day(question.now)
        starts = sorted({*(day for day in kept if day <= today), today}, reverse=True)
        return {
            "today": self._date(today),
            "days": [{"date": self._date(start), "start_at": start} for start in starts],
            "trouble": self._past.book.trouble,
        }

    async def _day(self, question: Question) -> object:
        query, told = self._read(question)
        span = await self._span(told, question)
        return await self._snapshot(query, told, span, question)

    async def _snapshot(
        self, query: _Query, told: _Day, span: Span, question: Question
    ) -> dict[str, Any]:
        queue = query.queue
        narrowed = span._replace(queues=frozenset([queue])) if queue else span
        card = span.site.queue(queue) if queue else day.common(span)
        step = span.site.interval_ms
        return {
            "date": told.date,
            "start_at": told.start,
            "end_at": told.end,
            "as_of": question.now,
            "live": told.live,
            "step_ms": step,
            "time_zone": span.site.time_zone,
            "whole": self._past.book.whole,
            "totals": day.total_row(span),
            "queues": day.queue_rows(span),
            "queue": queue,
            "intervals": day.interval_rows(narrowed, card, day.starts_of(narrowed, step)),
            "compared": [
                compared
                for kind, days in (("day_before", 1), ("weekday", 7))
                if (compared := await self._compared(kind, days, told, question)) is not None
            ],
        }

    async def _compared(
        self, kind: str, days: int, told: _Day, question: Question
    ) -> dict[str, Any] | None:
        """An earlier day; of the running day's, as much as has passed of this one."""
        start = self._start(Date.fromisoformat(told.date) - timedelta(days=days))
        end = self._past.calendar.next_day(start)
        if told.live:
            end = min(end, start + (question.now - told.start) // _MINUTE_MS * _MINUTE_MS)
        ledger = await self._ledger(start, end, question.now)
        span = Span(self._floor().site, ledger, start, end, question.caller.scope.queues)
        if not any(span.sums().values()):
            return None
        return {
            "kind": kind,
            "date": self._date(start),
            "start_at": start,
            "end_at": end,
            "totals": day.total_row(span),
            "queues": day.queue_rows(span),
        }

    async def _chart(self, question: Question) -> object:
        query, told = self._read(question)
        span = await self._span(told, question)
        if query.queue:
            span = span._replace(queues=frozenset([query.queue]))
        card = span.site.queue(query.queue) if query.queue else day.common(span)
        starts = day.starts_of(span, span.site.interval_ms)
        if not starts:
            return None
        waits: list[charts.Wait] = []
        if query.kind == "waits":
            waits = await self._waits(span)
        chart = charts.Chart(
            kind=query.kind,
            rows=day.interval_rows(span, card, starts),
            step_ms=span.site.interval_ms,
            goal=card.goal if card is not None else None,
            waits=waits,
            incidents=self._marks(question.caller, told, question.now),
            clock=day_file.teller(span.site.time_zone, "%H:%M"),
            language=query.lang,
            theme=query.theme,
            width=query.width,
        )
        return await asyncio.to_thread(charts.item, chart)

    async def _waits(self, span: Span) -> list[charts.Wait]:
        try:
            waits = await self._past.facts(WaitFact, Narrowed(span.start, span.end, span.queues))
        except DaybookError as error:
            raise RefusedError("not_read") from error
        return [(wait.at, wait.wait_ms) for wait in waits if wait.answered]

    async def _file(self, question: Question) -> File:
        query, told = self._read(question)
        span = await self._span(told, question)
        snapshot = await self._snapshot(query, told, span, question)
        name = f"floorwatch-{span.site.id}-{told.date}"
        if query.form == "json":
            body = msgspec.json.format(msgspec.json.encode(snapshot), indent=1)
            return File(body=body, content_type="application/json", name=f"{name}.json")
        if query.form == "intervals":
            rows: list[Row] = snapshot["intervals"]
            body = day_file.by_interval(rows, span.site.time_zone, query.lang)
            name += f"-{query.queue}" if query.queue.isascii() and query.queue.isalnum() else ""
            name += "-intervals"
        else:
            body = day_file.by_queue(snapshot["queues"], snapshot["totals"], query.lang)
        return File(body=body, content_type="text/csv; charset=utf-8", name=f"{name}.csv")

    def _marks(self, caller: Caller, told: _Day, now: Millis) -> list[charts.Mark]:
        """When something was wrong, of what concerns the caller: all of the floor, or his queues."""
        marks = []
        for incident in self._incidents(told.start, told.end):
            if is_public(incident, caller.scope):
                since = int(incident.get("since") or incident["fired_at"])
                marks.append((since, int(incident.get("ended_at") or min(now, told.end))))
        return marks

    def _read(self, question: Question) -> tuple[_Query, _Day]:
        today = self._past.calendar.day(question.now)
        try:
            query = msgspec.convert(dict(question.query), type=_Query)
            start = self._start(Date.fromisoformat(query.date)) if query.date else today
        except (msgspec.ValidationError, ValueError, OverflowError) as error:
            raise RefusedError(UNREADABLE) from error
        if start > today:
            raise RefusedError(UNREADABLE)
        if query.queue and not question.caller.scope.has_queue(query.queue):
            raise RefusedError(FORBIDDEN)
        end = self._past.calendar.next_day(start)
        live = start == today
        return query, _Day(date=self._date(start), start=start, end=end, live=live)

    async def _span(self, told: _Day, question: Question) -> Span:
        ledger = await self._ledger(told.start, told.end, question.now)
        return Span(self._floor().site, ledger, told.start, told.end, question.caller.scope.queues)

    async def _ledger(self, start: Millis, end: Millis, now: Millis) -> Any:
        try:
            return await self._past.ledger(start, end, now)
        except DaybookError as error:
            raise RefusedError("not_read") from error

    def _start(self, on: Date) -> Millis:
        """When the business day of this date begins."""
        site = self._floor().site
        begin = datetime(on.year, on.month, on.day, tzinfo=ZoneInfo(site.time_zone))
        # An hour into it: a night that skips or repeats one changes nothing.
        inside = begin + timedelta(minutes=site.day_start_min + 60)
        return self._past.calendar.day(round(inside.timestamp() * 1000))

    def _date(self, start: Millis) -> str:
        return day_file.teller(self._floor().site.time_zone, "%Y-%m-%d")(start)
