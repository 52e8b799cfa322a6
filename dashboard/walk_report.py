"""巡视记录分析报告 for managers, as a page or a file: what the desk of walks shows, analysed.

/walk-report?span=week&date=2026-11-20            the report as data
/walk-report?span=week&date=&form=xlsx&lang=zh    a file of it
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache

import msgspec
from msgspec import Struct

from dashboard.access import Caller, Role
from dashboard.catalogue import catalogues
from dashboard.desks import UNREADABLE, Desk, File, Inquiry, Question, RefusedError
from dashboard.walk_book import WalkBook
from ingest.events import Millis
from reports.as_pdf import PdfError
from reports.model import Cell, Report, Span
from reports.schedule import Form
from reports.section_walks import report
from reports.span import Period, SpanError, around, parsed
from reports.walk_duty import DUTIES, Duty
from reports.walk_records import Finding, Walk
from reports.walked import Walked, reach
from stream.intervals import Calendar
from stream.sites import Site

Sees = Callable[[Caller, Finding], bool]


class _Query(Struct, frozen=True, kw_only=True):
    span: Span = Span.WEEK
    date: str = ""
    form: Form | None = None
    lang: str = "zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkRules:
    """Who owes what to the floor, and on which days he works, by his id, as far as that is known."""

    duties: Sequence[Duty] = DUTIES
    shifts: Callable[[], Mapping[str, Collection[date]]] = field(default=dict)


class WalkReportDesk(Desk):
    """Tells managers of walks; of findings those that `sees` lets them see."""

    def __init__(
        self, site: Callable[[], Site], book: WalkBook, rules: WalkRules, sees: Sees
    ) -> None:
        self._site = site
        self._book = book
        self._rules = rules
        self._sees = sees

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/walk-report": (Role.MANAGER, self._report)}

    async def _report(self, question: Question) -> object:
        try:
            query = msgspec.convert(dict(question.query), type=_Query, strict=False)
            period = self._period(query, question.now)
        except (msgspec.ValidationError, SpanError) as error:
            raise RefusedError(UNREADABLE) from error
        # A shift file is long, and may lie on another machine.
        shifts = await asyncio.to_thread(self._rules.shifts)
        rules = replace(self._rules, shifts=lambda: shifts)
        reader = self._reader(question)
        told = walk_report(self._site(), self._book, period, question.now, rules, reader)
        if query.form is None:
            return msgspec.to_builtins(told)
        from reports.files import report_file  # takes a while to load

        lang = query.lang if query.lang in ("zh", "en") else "zh"
        try:
            made = await asyncio.to_thread(report_file, told, query.form, lang)
        except PdfError as error:
            raise RefusedError("no_pdf", reason=str(error)) from error
        return File(body=made.body, content_type=made.content_type, name=made.name)

    def _period(self, query: _Query, now: Millis) -> Period:
        if query.date:
            return parsed(query.date, query.span)
        site = self._site()
        calendar = Calendar(site.time_zone, site.day_start_min, site.interval_ms)
        return around(query.span, calendar.date_of(now))

    def _reader(self, question: Question) -> "Reader":
        caller = question.caller
        return Reader(
            whole=caller.scope.whole,
            sees=lambda finding: self._sees(caller, finding),
            walks=lambda walk: walk.by_id == caller.id,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Who reads: all of it, or the findings that he sees with the walks they are of, and his own."""

    whole: bool = True
    sees: Callable[[Finding], bool] = lambda _: True
    walks: Callable[[Walk], bool] = lambda _: True


EVERYTHING = Reader()


def walk_report(
    site: Site,
    book: WalkBook,
    period: Period,
    now: Millis,
    rules: WalkRules,
    reader: Reader = EVERYTHING,
) -> Report:
    """The report of a site's walks. Raises DeskFileError."""
    calendar = Calendar(site.time_zone, site.day_start_min, site.interval_ms)
    start, end = reach(period, calendar)
    findings = book.findings(start, end)
    left = book.open_findings()
    walks = book.walks(start, end)
    if not reader.whole:
        findings = [each for each in findings if reader.sees(each)]
        left = [each for each in left if reader.sees(each)]
        theirs = {each.walk for each in findings}
        walks = [walk for walk in walks if walk.id in theirs or reader.walks(walk)]
    return report(
        Walked(
            site=site,
            calendar=calendar,
            period=period,
            now=now,
            walks=walks,
            findings=findings,
            left=[each for each in left if each.at < end],
            ours=_ours,
            duties=rules.duties,
            shifts=rules.shifts(),
            whole=reader.whole,
        )
    )


def _ours(family: str, id: str) -> Cell:
    """A finding or a measure that we brought, by language."""
    key = f"{family}.{id}"
    names = {language: words[key] for language, words in _words().items() if key in words}
    return names or id


@cache
def _words() -> dict[str, dict[str, str]]:
    return catalogues("life")
