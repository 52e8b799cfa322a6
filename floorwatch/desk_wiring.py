"""The desks of a site, put together: what supervisors, managers and admins wish goes to these."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from archive.shelf import Shelf
from dashboard.arrival_days import ArrivalDays
from dashboard.boards import Boards
from dashboard.desk_file import DeskFile
from dashboard.desks import Desk
from floorwatch import invented, plan_file, report_walks
from floorwatch.alerting import Alerting
from floorwatch.board_files import BoardFiles, boards_folder
from floorwatch.break_wiring import break_desks
from floorwatch.command_wiring import Backstage, command_desk
from floorwatch.curves import AlertsOutlook, Curves, Outlook
from floorwatch.daybook_wiring import daybook_desks
from floorwatch.invented_curves import InventedOutlook
from floorwatch.life_wiring import handover_desk, notice_desk, walk_desk, walk_report_desk
from floorwatch.plan_file import Plan
from floorwatch.premises import Premises
from floorwatch.settings_types import SiteSettings
from floorwatch.walk_wiring import Floorplan, areas_of
from ingest.ports import Clock
from simulators.scenario import Scenario
from stream.daybook_keeper import Daybook
from stream.runner import Runner

FILE = "desk.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the desks of one site stand on: `folder` is the site's own."""

    site: SiteSettings
    folder: Path
    file: DeskFile
    runner: Runner
    facts: Daybook
    archive: Shelf
    alerts: Alerting
    clock: Clock
    environ: Mapping[str, str]
    behind: Backstage = field(default_factory=Backstage)


@contextmanager
def desk_file(folder: Path) -> Iterator[DeskFile]:
    """What desks keep, in a folder. Raises DeskFileError."""
    with DeskFile(folder / FILE) as file:
        yield file


def desks(ground: Ground) -> list[Desk]:
    """Every desk of a site."""
    shelf = BoardFiles(boards_folder(ground.site, ground.folder))
    runner, now = ground.runner, ground.clock.now()
    plan = _plan(ground)
    floorplan = Floorplan(runner.floor, ground.site.walks, areas_of(plan))
    premises, outlook = _premises(ground, plan), outlook_of(ground)
    rules = report_walks.rules(ground.site, runner.site.time_zone)
    walks = walk_desk(ground.folder, ground.file, floorplan.ways)
    return [
        _boards(ground, shelf),
        notice_desk(runner.site, ground.file, lambda: shelf.boards.values(), now),
        walks,
        walk_report_desk(ground.file, walks, lambda: runner.floor.site, rules),
        handover_desk(ground.file),
        *daybook_desks(runner, ground.facts, ground.alerts, ground.archive),
        Curves(runner.floor, ArrivalDays(ground.file), outlook),
        premises,
        command_desk(ground.site, runner, ground.file, ground.clock, ground.environ, ground.behind),
        *break_desks(
            ground.site,
            runner,
            ground.file,
            ground.clock,
            ground.behind.start,
            outlook,
            premises.away_ms,
            _simulated(ground.site),
        ),
    ]


def _simulated(site: SiteSettings) -> Scenario | None:
    """What an invented site plays; None of a real one."""
    simulated = any(source.url.scheme == "simulate" for source in site.sources)
    return invented.scenario_for(site.site) if simulated else None


def outlook_of(ground: Ground) -> Outlook:
    """A simulated site has an invented past; any other one that which it remembers."""
    scenario = _simulated(ground.site)
    if scenario is not None:
        return InventedOutlook(ground.runner.floor, scenario)
    return AlertsOutlook(ground.alerts.engine.arrivals)


def _plan(ground: Ground) -> Plan | None:
    """The site's own plan, or that of an invented site. Raises `SettingsError`."""
    site, scenario = ground.site, _simulated(ground.site)
    if site.screens.plan is not None:
        return plan_file.read(site.screens.plan, site.site.agents)
    return None if scenario is None else invented.seated(site.site, scenario)


def _premises(ground: Ground, plan: Plan | None) -> Premises:
    rules, scenario = ground.alerts.engine.rules, _simulated(ground.site)
    breaks = None if scenario is None else invented.allowed_breaks(scenario)
    return Premises(ground.runner.floor, plan, rules.values, breaks)


def _boards(ground: Ground, shelf: BoardFiles) -> Boards:
    def queues() -> Collection[str]:
        floor = ground.runner.floor
        return floor.site.queues.keys() | floor.state.ledger.queues.keys()

    return Boards(shelf, queues)
