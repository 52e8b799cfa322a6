"""The parts of a site's alerts, put together from its settings."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from alerts.channel_opening import open_channels
from alerts.courier import Courier
from alerts.engine import Engine
from alerts.forecast import Forecast
from alerts.incident_store import IncidentStore
from alerts.incidents_sqlite import SqliteIncidents
from alerts.playbooks import load as load_playbooks
from floorwatch import forecast_file, invented
from floorwatch.alert_file import AlertSetup
from floorwatch.alert_file import load as load_alerts
from floorwatch.alerting import Alerting
from floorwatch.settings_types import SiteSettings
from ingest.events import Millis
from ingest.ports import Clock
from simulators import forecast_text
from stream.floor import Floor

FILE = "alerts.db"
_PLANNED_MS = round(timedelta(days=3).total_seconds() * 1_000)


def setup_of(site: SiteSettings, environ: Mapping[str, str]) -> AlertSetup:
    """What the site's alerts file says. Raises `SettingsError`."""
    file = site.alerts.rules
    return AlertSetup() if file is None else load_alerts(file, site.site, environ)


def memory(folder: Path) -> SqliteIncidents:
    """What a site's alerts leave behind, in its folder. Raises `IncidentStoreError`."""
    return SqliteIncidents(folder / FILE)


def alerting(
    site: SiteSettings,
    setup: AlertSetup,
    floor: Floor,
    store: IncidentStore,
    clock: Clock,
    base_url: str = "",
) -> tuple[Alerting, Courier]:
    """The alerts of a site, gone on from where they were, and who carries their notices.

    Raises `IncidentStoreError`, `PlaybookError`, `CountsCsvError`, `OSError`.
    """
    now = clock.now()
    engine = Engine(
        floor,
        setup.rules.rules,
        setup.care,
        state=store.load(),
        forecast=forecast_of(site, now),
    )

    def over(incident: str) -> Millis | None:
        known = engine.life.state.incidents.get(incident)
        return known.ended_at if known is not None else None

    channels = open_channels(setup.channels, clock, base_url)
    courier = Courier(store, channels, clock, over=over)
    made = Alerting(engine, store, courier, clock, load_playbooks(site.alerts.playbooks))
    made.recover(now)
    return made, courier


def forecast_of(site: SiteSettings, now: Millis) -> Forecast | None:
    """The forecast that the settings name; of a simulated site, its plan for the next days."""
    zone = ZoneInfo(site.site.time_zone)
    if site.alerts.forecast is not None:
        return forecast_file.read(site.alerts.forecast, zone)
    if not any(source.url.scheme == "simulate" for source in site.sources):
        return None
    plan = forecast_text.text(
        invented.scenario_for(site.site), now - _PLANNED_MS, now + _PLANNED_MS
    )
    return forecast_file.parse(plan, forecast_text.FILE, zone)
