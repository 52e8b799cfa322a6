"""The reports of a running site: their files, their mails, and who sends these."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.channel_opening import open_channel
from dashboard.access import Scope
from dashboard.desks import Desk
from dashboard.forecasts_sqlite import SqliteForecasts
from dashboard.plan_report import PlanReportDesk
from dashboard.report_files import ReportFileDesk
from dashboard.report_mail import ReportMailDesk
from dashboard.report_mails_sqlite import SqliteReportMails
from floorwatch.alert_file import AlertSetup
from floorwatch.desk_wiring import Ground, outlook_of
from floorwatch.plan_making import PlanMaking
from floorwatch.report_ahead import Ahead
from floorwatch.report_mailing import Carriers, ReportMailing
from floorwatch.report_making import ReportMaking
from floorwatch.settings_types import Settings
from ingest.events import Millis
from reports.model import Report
from reports.schedule import Letter, period
from stream.intervals import Calendar


@dataclass(frozen=True, slots=True)
class Reports:
    """What a site gets: desks for its gateway, and what is to run beside it."""

    desks: tuple[Desk, ...]
    mailing: ReportMailing
    plans: PlanMaking


def reports(settings: Settings, setup: AlertSetup, ground: Ground) -> Reports:
    """Raises DeskFileError."""
    site, wanted = ground.runner.site, ground.site.reports
    calendar = Calendar(site.time_zone, site.day_start_min, site.interval_ms)
    ahead = Ahead(settings, ground.site, ground.runner.floor, ground.file, outlook_of(ground))
    making = ReportMaking(settings, ground.site, ground.runner, ground.environ, ahead)

    async def make(letter: Letter, now: Millis) -> Report:
        mailing = letter.mailing
        told = period(mailing.report, letter.slot, calendar)
        scope = Scope(queues=mailing.queues, teams=mailing.teams)
        return await making.make(mailing.report, told, scope, now)

    base_url = settings.gateway.public_url
    named = {wanted.channel, *(each.channel for each in wanted.mailings)}
    carriers = Carriers(
        channels={
            name: open_channel(channel, ground.clock, base_url)
            for name, channel in setup.channels.items()
            if name in named
        },
        mail=wanted.channel,
        page=f"{base_url}/reports" if base_url else "",
    )
    store, zone = SqliteReportMails(ground.file), ZoneInfo(site.time_zone)
    mailing = ReportMailing(store, wanted.mailings, carriers, make, ground.clock, zone)
    plans = PlanMaking(settings, ground.site, ground.runner, SqliteForecasts(ground.file))
    domains = wanted.domains if wanted.channel in carriers.channels else ()
    return Reports(
        desks=(
            ReportFileDesk(making.make, calendar),
            PlanReportDesk(plans.make),
            ReportMailDesk(store, wanted.mailings, domains, zone, mailing.wake),
        ),
        mailing=mailing,
        plans=plans,
    )
