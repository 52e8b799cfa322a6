"""The desks of a shift's life, put together: what it tells the floor, sees there, and hands over."""

from collections.abc import Callable, Iterable
from pathlib import Path

from dashboard.board import Board
from dashboard.desk_file import DeskFile
from dashboard.desks import Desk
from dashboard.handovers import HandOverDesk
from dashboard.handovers_sqlite import SqliteHandOvers
from dashboard.notices import NoticeDesk
from dashboard.notices_sqlite import SqliteNotices
from dashboard.photo_shelf import PhotoShelf
from dashboard.walk_report import WalkReportDesk, WalkRules
from dashboard.walks import WalkDesk, Ways
from dashboard.walks_sqlite import SqliteWalks
from ingest.events import Millis
from stream.intervals import Calendar
from stream.sites import Site

PHOTOS = "walk-photos"


def notice_desk(
    site: Site, file: DeskFile, boards: Callable[[], Iterable[Board]], now: Millis
) -> Desk:
    """Notices to these boards; a day of theirs ends as the site's business day does."""
    calendar = Calendar(site.time_zone, site.day_start_min, site.interval_ms)
    return NoticeDesk(SqliteNotices(file), boards, calendar, now)


def walk_desk(folder: Path, file: DeskFile, ways: Ways) -> WalkDesk:
    """Floor walks, with their photos in the site's folder."""
    return WalkDesk(SqliteWalks(file), PhotoShelf(folder / PHOTOS), ways)


def walk_report_desk(
    file: DeskFile, walks: WalkDesk, site: Callable[[], Site], rules: WalkRules
) -> Desk:
    """The report of these walks."""
    return WalkReportDesk(site, SqliteWalks(file), rules, walks.may_see)


def handover_desk(file: DeskFile) -> Desk:
    """Hand-overs between shifts."""
    return HandOverDesk(SqliteHandOvers(file))
