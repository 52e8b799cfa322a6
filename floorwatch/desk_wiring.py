"""The desks of a site, put together: what supervisors, managers and admins wish goes to these."""

import logging
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.boards import Boards
from dashboard.board import MAIN
from dashboard.desk_file import DeskFile
from dashboard.desks import Audit, Desk, Wish
from dashboard.handovers import HandOverDesk
from dashboard.handovers_sqlite import SqliteHandOvers
from dashboard.notices import NoticeDesk
from dashboard.notices_sqlite import SqliteNotices
from dashboard.photo_shelf import PhotoShelf
from dashboard.walks import WalkDesk
from dashboard.walks_sqlite import SqliteWalks
from floorwatch.alerting import Alerting
from floorwatch.board_files import BoardFiles
from floorwatch.settings_types import SiteSettings
from floorwatch.walk_wiring import Floorplan
from ingest.ports import Clock
from stream.intervals import Calendar
from stream.figures import Figures
from stream.runner import Runner

log = logging.getLogger(__name__)

FILE = "desk.db"
PHOTOS = "walk-photos"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the desks of one site stand on: `folder` is the site's own."""

    site: SiteSettings
    folder: Path
    file: DeskFile
    runner: Runner
    figures: Figures
    alerts: Alerting
    clock: Clock
    environ: Mapping[str, str]


@contextmanager
def desk_file(folder: Path) -> Iterator[DeskFile]:
    """What desks keep, in a folder. Raises DeskFileError."""
    with DeskFile(folder / FILE) as file:
        yield file


def desks(ground: Ground) -> list[Desk]:
    """Every desk of a site."""
    return [
        _boards(ground),
    ]


def _boards(ground: Ground) -> Boards:
    def queues() -> Collection[str]:
        floor = ground.runner.floor
        return floor.site.queues.keys() | floor.state.ledger.queues.keys()

    return Boards(BoardFiles(ground.folder / "boards"), queues)


class _LoggedAudit:
    def note(self, wish: Wish, done: bool, why: str, data: Mapping[str, object]) -> None:
        log.info("%s %s: %s %s", wish.caller.id, wish.deed, "done" if done else why, data)


def audit(ground: Ground) -> Audit:
    """Where what people do is written down."""
    return _LoggedAudit()
