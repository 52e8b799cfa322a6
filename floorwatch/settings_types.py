"""What the settings come to, once read: frozen, checked, with every default filled in."""

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from dashboard.walk_choices import WalkChoices
from floorwatch.settings_access import AccessSettings
from floorwatch.settings_actions import ActionSettings
from floorwatch.settings_archive import ArchiveSettings
from floorwatch.settings_problems import Problem
from floorwatch.settings_reports import ReportSettings
from floorwatch.settings_secret import Secret
from floorwatch.settings_values import Address
from floorwatch.urls import Url
from planning.advice import Limits
from planning.attendance import Rules
from reports.walk_duty import DUTIES, Duty
from stream.sites import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceSettings:
    """One source of a site. `backfill` is the queue_log that fills the gaps of an AMI source; without
    `actions` nobody acts on it."""

    name: str
    url: Url
    secret: Secret = field(default_factory=Secret)
    backfill: Url | None = None
    actions: ActionSettings | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertFiles:
    """What a site has written of its alerts: rules and who is told, playbooks of its own, and the
    forecast of its traffic. What is None is as we bring it."""

    rules: Path | None = None
    playbooks: Path | None = None
    forecast: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScreenFiles:
    """What a site has written of its screens. `boards` is the folder of its boards; None is the one
    among its data. `plan` is the file of its seating plan, if it has one."""

    boards: Path | None = None
    plan: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSettings:
    """One site and where its events come from. `shifts` is the file of who works when, if it has one."""

    site: Site
    sources: tuple[SourceSettings, ...]
    alerts: AlertFiles = field(default_factory=AlertFiles)
    walks: WalkChoices = field(default_factory=WalkChoices)
    screens: ScreenFiles = field(default_factory=ScreenFiles)
    shifts: Path | None = None
    breaks: Limits = field(default_factory=Limits)
    attendance: Rules = field(default_factory=Rules)
    duties: tuple[Duty, ...] = DUTIES
    reports: ReportSettings = field(default_factory=ReportSettings)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreSettings:
    """Where the journal is kept."""

    journal: Url
    secret: Secret = field(default_factory=Secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    """Where the pages and their feed are served, and which other origins may use the feed.

    `public_url` is where people find the pages; notices link to it, if it is known.
    """

    listen: Address = field(default_factory=lambda: Address("127.0.0.1", 8787))
    allowed_origins: tuple[str, ...] = ()
    public_url: str = ""

    @property
    def root(self) -> str:
        """The path under which browsers find the pages, with a `/` at its end."""
        return urlsplit(self.public_url).path.rstrip("/") + "/"


@dataclass(frozen=True, slots=True, kw_only=True)
class BridgeSettings:
    """Where the bridge carries events to, and the folder that holds them while the broker is away."""

    broker: Url
    spool: Path
    secret: Secret = field(default_factory=Secret)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything one file says.

    `bridge` is None where the file has none. `warnings` are what runs, but is hardly meant. `file` is
    what the file is called.
    """

    sites: tuple[SiteSettings, ...]
    stores: StoreSettings
    gateway: GatewaySettings = field(default_factory=GatewaySettings)
    access: AccessSettings = field(default_factory=AccessSettings)
    archive: ArchiveSettings = field(default_factory=ArchiveSettings)
    bridge: BridgeSettings | None = None
    warnings: tuple[Problem, ...] = ()
    file: str = "FILE"
