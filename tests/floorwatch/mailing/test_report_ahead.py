"""What a brief says of the day ahead."""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from dashboard.access import WHOLE, Scope
from dashboard.desk_file import DeskFile
from dashboard.handovers import HandOver, Point
from dashboard.handovers_sqlite import SqliteHandOvers
from floorwatch import settings
from floorwatch.report_ahead import Ahead
from stream.floor import Floor

SITE = """
[site]
id = "north"
time_zone = "Asia/Shanghai"
queue = [{ id = "sales" }, { id = "vip" }]
[stores]
journal = "file:."
"""
MIDNIGHT = 1_795_276_800_000  # of 22 November 2026 in Shanghai
HOUR = 3_600_000


class Known:
    """Ten calls each half-hour for a queue, and twice as many at nine o'clock; nothing at night."""

    def basis(self, day: int) -> tuple[object, ...]:
        return ()

    def expected(self, queue: str, start_at: int, end_at: int) -> float | None:
        hour = (start_at - MIDNIGHT) % (24 * HOUR) / HOUR
        return None if hour < 8 or hour >= 20 else 20.0 if hour == 9 else 10.0

    def instead(self, day: date) -> Mapping[str, Any] | None:
        return None


@pytest.fixture
def file(tmp_path: Path) -> Iterator[DeskFile]:
    (tmp_path / "north").mkdir()
    with DeskFile(tmp_path / "north" / "desk.db") as opened:
        yield opened


@pytest.fixture
def ahead(file: DeskFile, tmp_path: Path) -> Ahead:
    read = settings.parse(SITE, folder=tmp_path)
    site = read.sites[0]
    return Ahead(read, site, Floor(site.site), file, Known())


async def test_the_busiest_half_hours_of_what_is_left_of_the_day(ahead: Ahead) -> None:
    [told] = await ahead.sections(WHOLE, MIDNIGHT + 7 * HOUR)
    rows = [(row["day"], row["half_hour"], row["expected_calls"]) for row in told.tables[0].rows]
    assert len(rows) == 3
    assert ("2026-11-22", MIDNIGHT + 9 * HOUR, 40.0) in rows
    [tomorrow] = await ahead.sections(WHOLE, MIDNIGHT + 21 * HOUR)
    assert {row["day"] for row in tomorrow.tables[0].rows} == {"2026-11-23"}
    [his] = await ahead.sections(Scope(queues=frozenset({"vip"})), MIDNIGHT)
    assert max(row["expected_calls"] for row in his.tables[0].rows) == 20.0


async def test_points_that_nobody_ticked_off_are_told_to_who_sees_the_whole_site(
    ahead: Ahead, file: DeskFile
) -> None:
    points = (Point(text="报修 3 号工位"), Point(text="补卡", done=True))
    handover = HandOver(
        id="h-1", at=MIDNIGHT, by_id="wang", by="王班长", shift="晚班", points=points
    )
    SqliteHandOvers(file).put(handover)
    told = {each.key: each for each in await ahead.sections(WHOLE, MIDNIGHT + HOUR)}
    row = {"point": "报修 3 号工位", "shift_name": "晚班", "handed_by": "王班长"}
    assert told["handover"].tables[0].rows == [row]
    others = await ahead.sections(Scope(queues=frozenset({"vip"})), MIDNIGHT + HOUR)
    assert "handover" not in {each.key for each in others}
    old = await ahead.sections(WHOLE, MIDNIGHT + 30 * HOUR)
    assert [each.key for each in old][:1] == ["today"]
