"""The desk of report files: any day, week, month or year, in any form, of what a manager may see.

/report/file?span=week&date=2026-11-22&form=xlsx&lang=zh
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import msgspec
from msgspec import Struct

from archive.shelf import ShelfError
from dashboard.access import Role, Scope
from dashboard.desks import UNREADABLE, Desk, File, Inquiry, Question, RefusedError
from ingest.events import Millis
from reports.as_pdf import PdfError
from reports.files import report_file
from reports.model import Report, Span
from reports.schedule import Form
from reports.span import Period, SpanError, parsed
from stream.daybook_sqlite import DaybookError
from stream.intervals import Calendar

MOST_AT_ONCE = 8
"""Files that are made or waited for; whoever comes then is to come again."""

Make = Callable[[str, Period, Scope, Millis], Awaitable[Report]]
"""A report by its title (`model.Report`), of these days, of what this scope may see, as of now."""


class _Query(Struct, frozen=True, kw_only=True):
    span: Span = Span.DAY
    date: str = ""
    form: Form = Form.XLSX
    lang: Literal["zh", "en"] = "en"
    title: Literal["", "brief_before", "brief_after"] = ""


class ReportFileDesk(Desk):
    """Hands out files; without a date, of the span that runs."""

    def __init__(self, make: Make, calendar: Calendar) -> None:
        self._make = make
        self._calendar = calendar
        self._asked = 0
        self._turn = asyncio.Semaphore(1)

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/report/file": (Role.MANAGER, self._file)}

    async def _file(self, question: Question) -> File:
        query, period = self._read(question)
        title = query.title or query.span.value
        if self._asked >= MOST_AT_ONCE:
            raise RefusedError("reports_busy")
        self._asked += 1
        try:
            report = await self._make(title, period, question.caller.scope, question.now)
            async with self._turn:  # a browser of its own for each would be too many
                made = await asyncio.to_thread(report_file, report, query.form, query.lang)
        except (ShelfError, DaybookError) as error:
            raise RefusedError("not_read") from error
        except PdfError as error:
            raise RefusedError("no_pdf", reason=str(error)) from error
        finally:
            self._asked -= 1
        return File(body=made.body, content_type=made.content_type, name=made.name)

    def _read(self, question: Question) -> tuple[_Query, Period]:
        today = self._calendar.date_of(question.now)
        try:
            query = msgspec.convert(dict(question.query), type=_Query)
            period = parsed(query.date or today.isoformat(), query.span)
        except (msgspec.ValidationError, SpanError) as error:
            raise RefusedError(UNREADABLE) from error
        if period.first > today or (query.title and query.span is not Span.DAY):
            raise RefusedError(UNREADABLE)
        return query, period
