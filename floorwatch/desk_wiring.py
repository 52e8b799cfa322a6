"""The desks of a site, put together: what supervisors, managers and admins wish goes to these."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from dashboard.desk_file import DeskFile
from dashboard.desks import Desk
from floorwatch.alerting import Alerting
from floorwatch.settings_types import SiteSettings
from ingest.ports import Clock
from stream.runner import Runner

FILE = "desk.db"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the desks of one site stand on: `folder` is the site's own."""

    site: SiteSettings
    folder: Path
    file: DeskFile
    runner: Runner
    alerts: Alerting
    clock: Clock


@contextmanager
def desk_file(folder: Path) -> Iterator[DeskFile]:
    """What desks keep, in a folder. Raises DeskFileError."""
    with DeskFile(folder / FILE) as file:
        yield file


def desks(ground: Ground) -> list[Desk]:
    """Every desk of a site."""
    return []
