"""The plan of a running site: made once a day, but of a site without a past whenever it is asked for."""

import asyncio
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from archive.about import Why
from archive.closing import Bounds
from archive.rows import frame
from dashboard.desk_file import DeskFile
from dashboard.forecasts_sqlite import SqliteForecasts
from floorwatch import archive_wiring
from floorwatch.plan_making import PlanMaking
from floorwatch.settings import load
from floorwatch.settings_types import Settings
from stream.facts import ArrivalFact
from stream.floor import Floor
from stream.runner import Runner
from stream.sites import Site

SETTINGS = """
[stores]
journal = "file:{data}"
[site]
id = "hq"
time_zone = "Asia/Shanghai"
[[site.queue]]
id = "sales"
[[site.source]]
name = "demo"
url = "simulate:demo"
"""
NOW = 1_795_136_400_000
DAYS = 14


def imported(settings: Settings, site: Site, floor: Floor) -> None:
    """Two weeks of a call every half-hour are put into the archive."""
    calendar, shelf = floor.calendar, archive_wiring.shelf(settings)
    for n in range(1, DAYS + 1):
        day = calendar.date_of(NOW) - n * timedelta(days=1)
        start, end = calendar.begin(day), calendar.begin(day + timedelta(days=1))
        about = Bounds(site).about(start, end, Why.CLOSED)
        facts = [ArrivalFact(at, "sales", str(at)) for at in range(start, end, 1_800_000)]
        shelf.write(about, frame(facts, {}, calendar))


def test_a_past_that_is_imported_later_is_planned_from(tmp_path: Path) -> None:
    path = tmp_path / "floorwatch.toml"
    path.write_text(SETTINGS.format(data=tmp_path / "data"), encoding="utf-8")
    settings = load(path, {})
    [own] = settings.sites
    floor = Floor(own.site)
    runner = cast(Runner, SimpleNamespace(floor=floor))
    with DeskFile(tmp_path / "desk.db") as file:
        making = PlanMaking(settings, own, runner, SqliteForecasts(file))
        before = asyncio.run(making.make(None, NOW, False))
        imported(settings, own.site, floor)
        after = asyncio.run(making.make(None, NOW, False))
    assert [section.key for section in before.sections] == ["forecast"]
    assert [section.key for section in after.sections] == ["forecast", "need", "accuracy"]
