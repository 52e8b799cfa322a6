"""Makes the plan of a running site: each night, in a thread, from archive and daybook; and keeps it."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from dashboard.forecasts_sqlite import SqliteForecasts
from floorwatch import report_people, report_sources
from floorwatch.settings_types import Settings, SiteSettings
from ingest.events import Millis
from ingest.ports import Clock
from ingest.words import AgentStatus
from planning.shifts import Shift
from reports.model import Report
from reports.plan import NoHistoryError, Plan, of_today, planned
from reports.plan_kept import WEEKS, Held, KeptForecast, held
from reports.section_plan import nothing_yet, report
from stream.runner import Runner

NIGHT_MS = 15 * 60_000
"""So long after a business day began its forecast is made: what was late has come by then."""
_AWAY = (AgentStatus.SIGNED_OUT.value, AgentStatus.UNKNOWN.value)
log = logging.getLogger(__name__)


class Made(NamedTuple):
    """The plan of a day, None if there is no past to make one of; and how earlier ones did."""

    day: date
    plan: Plan | None
    kept: Mapping[str, Held]


class PlanMaking:
    """One site's. Its forecast is of whole days, so that of a day is made but once."""

    def __init__(
        self, settings: Settings, site: SiteSettings, runner: Runner, store: SqliteForecasts
    ) -> None:
        self._settings = settings
        self._site = site
        self._runner = runner
        self._store = store
        self._turn = asyncio.Lock()
        self._made: Made | None = None

    async def run(self, clock: Clock) -> None:
        """Make the plan of every day a while after it began, until cancelled."""
        while True:
            now = clock.now()
            calendar = self._runner.floor.calendar
            due = calendar.day(now) + NIGHT_MS
            if now >= due:
                try:
                    await self._of(calendar.date_of(now))
                except Exception:
                    # A plan that cannot be made must not take the walls with it.
                    log.exception("the forecast of today is not made")
                due = calendar.next_day(now) + NIGHT_MS
            await clock.sleep(max(1.0, (due - clock.now()) / 1_000))

    async def make(self, queues: frozenset[str] | None, now: Millis, whole: bool) -> Report:
        """The plan of these queues as of `now`.

        Raises ShelfError, DaybookError, DeskFileError, SettingsError.
        """
        floor = self._runner.floor
        made = await self._of(floor.calendar.date_of(now))
        if made.plan is None:
            return nothing_yet(floor.site, floor.calendar, now)
        counts = floor.agents.counts
        signed_in = sum(n for state, n in counts.items() if state not in _AWAY)
        shifts: tuple[Shift, ...] | None = await asyncio.to_thread(
            report_people.shifts, self._site, floor.site
        )
        # Who is signed in serves any queue: of some queues alone it says nothing.
        return await asyncio.to_thread(
            report,
            made.plan,
            now,
            shifts=shifts,
            signed_in=signed_in if queues is None else None,
            queues=queues,
            whole=whole,
            kept=made.kept,
        )

    async def _of(self, today: date) -> Made:
        async with self._turn:
            made = self._made
            # What was imported since makes a past of none.
            if made is None or made.day != today or made.plan is None:
                day = timedelta(days=1)
                kept = self._store.between(today - WEEKS * 7 * day, today - day)
                self._made = made = await asyncio.to_thread(self._planned, today, kept)
                if made.plan is not None:
                    self._store.keep(of_today(made.plan))
            return made

    def _planned(self, today: date, kept: list[KeptForecast]) -> Made:
        source = report_sources.source(self._settings, self._site)
        try:
            plan = planned(source, today)
        except NoHistoryError:
            return Made(today, None, {})
        return Made(today, plan, held(kept, source, plan.interval_ms))
