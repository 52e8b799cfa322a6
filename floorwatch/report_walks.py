"""巡视记录分析报告 of an installation, read beside whoever writes the walks."""

import logging
from collections.abc import Collection, Mapping
from datetime import date
from zoneinfo import ZoneInfo

from dashboard.desk_file import DeskFile
from dashboard.walk_report import WalkRules, walk_report
from dashboard.walks_sqlite import SqliteWalks
from floorwatch import invented, shift_file, wiring
from floorwatch.settings_problems import SettingsError
from floorwatch.settings_types import Settings, SiteSettings
from ingest.events import Millis
from reports.model import Report
from reports.span import Period

FILE = "desk.db"
log = logging.getLogger(__name__)


def walks(settings: Settings, site: SiteSettings, period: Period, now: Millis) -> Report:
    """The report of one site. Raises DeskFileError."""
    known = invented.as_it_runs(site)
    with DeskFile(wiring.data_folder(settings.stores) / known.id / FILE) as file:
        return walk_report(known, SqliteWalks(file), period, now, rules(site, known.time_zone))


def rules(site: SiteSettings, time_zone: str) -> WalkRules:
    """Who owes what to the floor; the shift file is read when it is asked for, if it can be."""

    def shifts() -> Mapping[str, Collection[date]]:
        days: dict[str, set[date]] = {}
        try:
            told = shift_file.read(site.shifts, ZoneInfo(time_zone)) if site.shifts else ()
        except SettingsError as error:
            log.warning("duties are told by weekdays: %s", error)
            told = ()
        for shift in told:
            days.setdefault(shift.agent, set()).add(shift.day)
        return days

    return WalkRules(duties=site.duties, shifts=shifts)
