"""What was last on the walls: of each interval the last frame before it was over, and nothing later."""

from pathlib import Path
from typing import Any

import pytest

from ingest.events import Abandoned, Queued
from stream.figures import Figures
from stream.floor import Floor
from stream.last_figures import LastFigures, Witness, decoded, encoded
from stream.last_figures_sqlite import KEPT_DAYS, LastFiguresError, LastFiguresFile, of_day
from stream.sites import Site
from tests.stream.conftest import T0

QUARTER_MS = 900_000
DAY_MS = 86_400_000


def call(teller: Any, name: str, at_s: int) -> list[Any]:
    """A call that gives up after 30 s."""
    data: dict[str, Any] = {"visit": f"{name}/sales", "queue": "sales", "call": name}
    return [
        teller.at(at_s, Queued(**data)),
        teller.at(at_s + 30, Abandoned(**data, wait_ms=30_000)),
    ]


class Wall:
    """Figures with a witness, as the ticker has them."""

    def __init__(self, floor: Floor) -> None:
        self.floor, self.figures, self.position = floor, Figures(floor), 0
        self.witness = Witness(floor.calendar)
        self.kept: list[LastFigures] = []

    def tell(self, *events: Any) -> None:
        for event in events:
            self.floor.apply(event)
            self.position += 1

    def frame(self, now: int) -> None:
        last = self.witness.before(now, self.figures.document)
        if last is not None:
            self.kept.append(decoded(encoded(last)))
        self.figures.patch(now)
        self.witness.shown(now, self.position)


@pytest.fixture
def wall(site: Site) -> Wall:
    return Wall(Floor(site))


def test_of_each_interval_the_last_frame_before_its_end_stays(wall: Wall, teller: Any) -> None:
    ends = wall.floor.calendar.interval_end(wall.floor.calendar.interval(T0))
    end_s = (ends - T0) // 1000
    wall.frame(T0)
    wall.tell(*call(teller, "c1", end_s - 60))
    wall.frame(ends - 200)
    wall.tell(*call(teller, "c2", end_s))
    assert wall.kept == []
    wall.frame(ends)
    (last,) = wall.kept
    assert last.at == ends - 200
    assert last.interval == ends - QUARTER_MS
    assert last.position == 2
    assert last.queues["sales"]["abandoned"] == last.totals["abandoned"] == 1
    assert "trend" not in last.queues["sales"]
    assert not last.day_end
    assert last.agents == {}
    wall.frame(ends + 200)
    wall.frame(ends + QUARTER_MS)
    assert wall.kept[1].queues["sales"]["abandoned"] == 2


def test_the_last_interval_of_a_business_day_is_its_end(wall: Wall, teller: Any) -> None:
    calendar = wall.floor.calendar
    midnight = calendar.next_day(T0)
    wall.tell(*call(teller, "c1", 0))
    wall.frame(midnight - 100)
    wall.frame(midnight + 100)
    (last,) = wall.kept
    assert last.day_end
    assert last.day == calendar.day(T0)
    assert last.queues["sales"]["offered"] == 1
    assert wall.figures.document["queues"]["sales"]["offered"] == 0


def test_a_wall_that_showed_nothing_has_no_last_figures(wall: Wall) -> None:
    assert wall.witness.last(wall.figures.document) is None
    wall.frame(T0)
    assert wall.kept == []


def figures(interval: int, day: int, *, day_end: bool = False, offered: int = 1) -> LastFigures:
    row = {"offered": offered}
    return LastFigures(
        interval=interval,
        day=day,
        day_end=day_end,
        at=interval + 1,
        position=7,
        definition=1,
        totals=row,
        queues={"sales": row},
        agents={},
    )


def test_a_file_keeps_a_row_for_each_interval_and_of_old_days_the_last(tmp_path: Path) -> None:
    path = tmp_path / "last.db"
    file = LastFiguresFile(path)
    today = KEPT_DAYS * DAY_MS + DAY_MS
    for each in (
        figures(0, 0),
        figures(1, 0),
        figures(1, 0, offered=2),
        figures(today, today, day_end=True),
    ):
        file.keep(each, encoded(each))
    file.close()
    assert of_day(path, 0) == [figures(1, 0, offered=2)]
    assert of_day(path, today) == [figures(today, today, day_end=True)]
    assert of_day(tmp_path / "none.db", 0) == []


def test_a_damaged_file_is_moved_aside_and_told_of(tmp_path: Path) -> None:
    path = tmp_path / "last.db"
    path.write_bytes(b"not a database, " * 400)
    with pytest.raises(LastFiguresError, match=r"last\.db"):
        of_day(path, 0)
    file = LastFiguresFile(path)
    assert "moved" in file.warnings[0]
    file.close()
    assert of_day(path, 0) == []
