"""Makes the plan of a running site: once a business day, in a thread, from archive and daybook."""

import asyncio
from datetime import date

from floorwatch import report_people, report_sources
from floorwatch.settings_types import Settings, SiteSettings
from ingest.events import Millis
from ingest.words import AgentStatus
from planning.shifts import Shift
from reports.model import Report
from reports.plan import NoHistoryError, Plan, planned
from reports.section_plan import nothing_yet, report
from stream.runner import Runner

_AWAY = (AgentStatus.SIGNED_OUT.value, AgentStatus.UNKNOWN.value)


class PlanMaking:
    """One site's. Its forecast is of whole days, so that of a day is made but once."""

    def __init__(self, settings: Settings, site: SiteSettings, runner: Runner) -> None:
        self._settings = settings
        self._site = site
        self._runner = runner
        self._turn = asyncio.Lock()
        self._known: tuple[date, Plan | None] | None = None

    async def make(self, queues: frozenset[str] | None, now: Millis, whole: bool) -> Report:
        """The plan of these queues as of `now`.

        Raises ShelfError, DaybookError, SettingsError.
        """
        today = self._runner.floor.calendar.date_of(now)
        async with self._turn:
            if self._known is None or self._known[0] != today:
                self._known = (today, await asyncio.to_thread(self._planned, today))
        plan = self._known[1]
        if plan is None:
            floor = self._runner.floor
            return nothing_yet(floor.site, floor.calendar, now)
        counts = self._runner.floor.agents.counts
        signed_in = sum(n for state, n in counts.items() if state not in _AWAY)
        return await asyncio.to_thread(self._report, plan, queues, (now, signed_in), whole)

    def _planned(self, today: date) -> Plan | None:
        try:
            return planned(report_sources.source(self._settings, self._site), today)
        except NoHistoryError:
            return None

    def _report(
        self, plan: Plan, queues: frozenset[str] | None, here: tuple[Millis, int], whole: bool
    ) -> Report:
        now, signed_in = here
        shifts: tuple[Shift, ...] | None = report_people.shifts(self._site, plan.site)
        # Who is signed in serves any queue: of some queues alone it says nothing.
        return report(
            plan,
            now,
            shifts=shifts,
            signed_in=signed_in if queues is None else None,
            queues=queues,
            whole=whole,
        )
