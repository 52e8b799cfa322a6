"""The desks of a site, put together: what supervisors, managers and admins wish goes to these."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from dashboard.arrival_days import ArrivalDays
from dashboard.boards import Boards
from dashboard.desk_file import DeskFile
from dashboard.desks import Desk
from floorwatch import invented
from floorwatch.alerting import Alerting
from floorwatch.board_files import BoardFiles, boards_folder
from floorwatch.command_wiring import Backstage, command_desk
from floorwatch.curves import AlertsOutlook, Curves, Outlook
from floorwatch.daybook_wiring import daybook_desks
from floorwatch.invented_curves import InventedOutlook
from floorwatch.life_wiring import handover_desk, notice_desk, walk_desk
from floorwatch.settings_types import SiteSettings
from floorwatch.walk_wiring import Floorplan
from ingest.ports import Clock
from stream.daybook_keeper import Daybook
from stream.figures import Figures
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
    figures: Figures
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
    plan = Floorplan(runner.floor, ground.site.walks)
    return [
        _boards(ground, shelf),
        notice_desk(runner.site, ground.file, lambda: shelf.boards.values(), now),
        walk_desk(ground.folder, ground.file, plan.ways),
        handover_desk(ground.file),
        *daybook_desks(runner, ground.facts, ground.alerts),
        _curves(ground),
        command_desk(ground.site, runner, ground.file, ground.clock, ground.environ, ground.behind),
    ]


def _curves(ground: Ground) -> Curves:
    """A simulated site has an invented past; any other one that which it remembers."""
    floor, site = ground.runner.floor, ground.site
    outlook: Outlook = AlertsOutlook(ground.alerts.engine.arrivals)
    if any(source.url.scheme == "simulate" for source in site.sources):
        outlook = InventedOutlook(floor, invented.scenario_for(site.site))
    return Curves(floor, ArrivalDays(ground.file), outlook)


def _boards(ground: Ground, shelf: BoardFiles) -> Boards:
    def queues() -> Collection[str]:
        floor = ground.runner.floor
        return floor.site.queues.keys() | floor.state.ledger.queues.keys()

    return Boards(shelf, queues)
