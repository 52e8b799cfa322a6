"""The plan for managers: calls to come, people they need, and how far forecasts were off.

/plan-report?form=xlsx&lang=zh    the next two weeks, from today on
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Literal

import msgspec
from msgspec import Struct

from archive.shelf import ShelfError
from dashboard.access import Role
from dashboard.desks import UNREADABLE, Desk, File, Inquiry, Question, RefusedError
from ingest.events import Millis
from reports.as_pdf import PdfError
from reports.files import report_file
from reports.model import Report
from reports.schedule import Form
from stream.daybook_sqlite import DaybookError

Make = Callable[[frozenset[str] | None, Millis, bool], Awaitable[Report]]
"""The plan of these queues, None for all, as of now; each interval of every day, or of the next two."""


class _Query(Struct, frozen=True, kw_only=True):
    form: Form | None = None
    lang: Literal["zh", "en"] = "en"


class PlanReportDesk(Desk):
    """Tells managers of the next days. Whoever looks after some queues only is told of these."""

    def __init__(self, make: Make) -> None:
        self._make = make

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/plan-report": (Role.MANAGER, self._plan)}

    async def _plan(self, question: Question) -> object:
        # What a page asks of any report, its span and date, says nothing here.
        asked = {key: question.query[key] for key in ("form", "lang") if key in question.query}
        try:
            query = msgspec.convert(asked, type=_Query)
        except msgspec.ValidationError as error:
            raise RefusedError(UNREADABLE) from error
        paper = query.form in (Form.HTML, Form.PDF)
        try:
            told = await self._make(question.caller.scope.queues, question.now, not paper)
            if query.form is None:
                return msgspec.to_builtins(told)
            made = await asyncio.to_thread(report_file, told, query.form, query.lang)
        except (ShelfError, DaybookError) as error:
            raise RefusedError("not_read", reason=str(error)) from error
        except PdfError as error:
            raise RefusedError("no_pdf", reason=str(error)) from error
        return File(body=made.body, content_type=made.content_type, name=made.name)
