"""What is wrong in the files that settings name: alerts, boards, seats, shifts; for `floorwatch check`."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.playbooks import PlaybookError
from alerts.playbooks import load as load_playbooks
from floorwatch import alert_file, forecast_file, plan_file, settings, shift_file, wiring
from floorwatch.board_files import BoardFiles, boards_folder
from floorwatch.settings_problems import Problem, Severity
from floorwatch.settings_types import SiteSettings
from ingest.counts_csv_lines import CountsCsvError


def problems_of_files(
    file: Path, problems: Sequence[Problem], environ: Mapping[str, str]
) -> list[Problem]:
    """The mistakes of what these settings name; none, while they have some themselves."""
    if any(problem.severity is Severity.ERROR for problem in problems):
        return []
    read = settings.load(file, environ)
    data = wiring.data_folder(read.stores)
    found: list[Problem] = []
    for site in read.sites:
        found += _of_alerts(site, environ)
        found += BoardFiles(boards_folder(site, data / site.site.id)).problems
        if site.screens.plan is not None:
            found += plan_file.check(site.screens.plan, site.site.agents)
        if site.shifts is not None:
            found += shift_file.check(site.shifts, ZoneInfo(site.site.time_zone), site.site.agents)
        if not found:
            found += _of_reports(site, environ)
    return found


def _of_alerts(site: SiteSettings, environ: Mapping[str, str]) -> list[Problem]:
    named, found = site.alerts, []
    if named.rules is not None:
        found += alert_file.check(named.rules, site.site, environ)
    try:
        load_playbooks(named.playbooks)
    except (PlaybookError, OSError) as error:
        found.append(_problem(named.playbooks, error, "docs/alerts.md shows one"))
    if named.forecast is not None:
        try:
            forecast_file.read(named.forecast, ZoneInfo(site.site.time_zone))
        except (CountsCsvError, OSError) as error:
            found.append(_problem(named.forecast, error, "docs/alerts.md says what it holds"))
    return found


def _of_reports(site: SiteSettings, environ: Mapping[str, str]) -> list[Problem]:
    """Channels that reports are to go by, and the alerts file does not have."""
    rules = site.alerts.rules
    known = alert_file.load(rules, site.site, environ).channels if rules is not None else {}
    named = {site.reports.channel, *(each.channel for each in site.reports.mailings)} - {""}
    return [
        Problem(
            severity=Severity.WARNING,
            file=str(rules or "alerts"),
            what=f'reports are to go by the channel "{name}", and there is none',
            mend="docs/channels.md shows what to write into the alerts file",
        )
        for name in sorted(named - known.keys())
    ]


def _problem(file: Path | None, error: Exception, mend: str) -> Problem:
    what = str(error).rstrip(".")
    if isinstance(error, OSError):
        what = f"it cannot be read: {error.strerror}"
        mend = "Check the path, or take the key out"
    return Problem(severity=Severity.ERROR, file=str(file or "playbooks"), what=what, mend=mend)
