"""Makes the reports that a running site is asked for: from archive, daybook and alerts, in a thread."""

import asyncio
from collections.abc import Mapping

import msgspec

from dashboard.access import Scope
from floorwatch import report_people, report_sources
from floorwatch.report_ahead import Ahead
from floorwatch.reporting import MOST_IN_FILES
from floorwatch.settings_types import Settings, SiteSettings
from ingest.events import Millis
from reports.basis import Focus, Request
from reports.brief import BRIEFS, brief
from reports.build import build
from reports.model import Report
from reports.span import Period, bounds
from stream.runner import Runner
from stream.sites import Site

AT_ONCE = 1
"""A year is half a gigabyte while it is made: one after the other."""


class ReportMaking:
    """One site's. What is asked for while another one is made waits."""

    def __init__(
        self,
        settings: Settings,
        site: SiteSettings,
        runner: Runner,
        environ: Mapping[str, str],
        ahead: Ahead,
    ) -> None:
        self._settings = settings
        self._site = site
        self._runner = runner
        self._environ = environ
        self._ahead = ahead
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def make(self, title: str, period: Period, scope: Scope, now: Millis) -> Report:
        """The report of this title, of what this scope may see.

        Raises ShelfError, DaybookError, SettingsError, IncidentStoreError.
        """
        settings, site = self._settings, self._site
        async with self._turn:
            source = await asyncio.to_thread(report_sources.source, settings, site)
            # Who is there now is the loop's to say; all else is read beside whoever writes it.
            further = report_people.further([(site, source)], self._runner.floor)
            span = bounds(period, source.calendar)
            happened = await asyncio.to_thread(
                report_sources.happened, settings, site, self._environ, span, now
            )
            request = request_of(source.site, period, scope, now)
            report = await asyncio.to_thread(build, request, source, happened, further)
        if not scope.whole:
            report = _without_the_others(report)
        if title not in BRIEFS:
            return report
        return brief(report, title, await self._ahead.sections(scope, now))


def request_of(site: Site, period: Period, scope: Scope, now: Millis) -> Request:
    """What a scope may see of a site: some queues and the calls for them, or some teams' people."""
    agents = None
    if scope.teams is not None:
        agents = frozenset(id for id, card in site.agents.items() if card.team in scope.teams)
    return Request(
        period=period,
        now=now,
        queues=scope.queues,
        agents=agents,
        focus=Focus.SITE if scope.queues is None else Focus.QUEUES,
        most=MOST_IN_FILES,
    )


def _without_the_others(report: Report) -> Report:
    """Incidents are of the whole floor, and of its people."""
    sections = [section for section in report.sections if section.key != "incidents"]
    return msgspec.structs.replace(report, sections=sections)
