"""The desk of report files: what it asks for, and what it will not do."""

import asyncio
from datetime import date
from typing import Any

import msgspec
import pytest

from dashboard.access import Caller, Role, Scope
from dashboard.desks import File, Question, RefusedError
from dashboard.report_files import MOST_AT_ONCE, ReportFileDesk
from reports.as_pdf import PdfError
from reports.model import Report, Span
from reports.span import Period
from stream.daybook_sqlite import DaybookError
from stream.intervals import Calendar

NOW = 1_795_320_000_000  # the afternoon of 22 November 2026 in Shanghai
SCOPE = Scope(queues=frozenset({"sales"}))
EMPTY = Report(
    title="week",
    site="north",
    site_names={},
    time_zone="Asia/Shanghai",
    first="2026-11-16",
    last="2026-11-22",
    start=0,
    end=1,
    as_of=1,
    live=False,
    definition=1,
    sections=[],
)


class Maker:
    """Makes an empty report, once it may, and remembers what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Period, Scope]] = []
        self.may = asyncio.Event()
        self.may.set()
        self.fault: Exception | None = None

    async def __call__(self, title: str, period: Period, scope: Scope, now: int) -> Report:
        self.asked.append((title, period, scope))
        await self.may.wait()
        if self.fault is not None:
            raise self.fault
        return msgspec.structs.replace(EMPTY, title=title)


def question(**query: str) -> Question:
    caller = Caller(id="boss", role=Role.MANAGER, scope=SCOPE)
    return Question(caller=caller, path="/report/file", query=query, now=NOW)


async def ask(desk: ReportFileDesk, **query: str) -> Any:
    role, answer = desk.inquiries["/report/file"]
    assert role is Role.MANAGER
    return await answer(question(**query))


async def test_it_asks_for_the_span_and_for_no_more_than_the_manager_sees() -> None:
    maker = Maker()
    desk = ReportFileDesk(maker, Calendar("Asia/Shanghai"))
    made = await ask(desk, span="week", date="2026-W47", form="json")
    assert isinstance(made, File)
    assert made.name == "floorwatch-north-week-2026-11-16.json"
    await ask(desk, title="brief_after", form="html")
    week = Period(Span.WEEK, date(2026, 11, 16), date(2026, 11, 22))
    today = Period(Span.DAY, date(2026, 11, 22), date(2026, 11, 22))
    assert maker.asked == [("week", week, SCOPE), ("brief_after", today, SCOPE)]


@pytest.mark.parametrize(
    ("fault", "why"), [(DaybookError("gone"), "not_read"), (PdfError("no Chromium"), "no_pdf")]
)
async def test_what_cannot_be_read_or_printed_is_said(fault: Exception, why: str) -> None:
    maker = Maker()
    maker.fault = fault
    with pytest.raises(RefusedError, match=why):
        await ask(ReportFileDesk(maker, Calendar("Asia/Shanghai")))


async def test_who_asks_for_too_many_at_once_is_to_come_again() -> None:
    maker = Maker()
    maker.may.clear()
    desk = ReportFileDesk(maker, Calendar("Asia/Shanghai"))
    waiting = [asyncio.create_task(ask(desk, form="json")) for _ in range(MOST_AT_ONCE)]
    await asyncio.sleep(0)  # noqa: TID251 lets them begin
    with pytest.raises(RefusedError, match="reports_busy"):
        await ask(desk)
    maker.may.set()
    assert len(await asyncio.gather(*waiting)) == MOST_AT_ONCE
    await ask(desk, form="json")
