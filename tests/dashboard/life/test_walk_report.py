"""The report of floor walks: for managers, of what they may see, as data and as files."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from dashboard.access import WHOLE, Caller, Role, Scope
from dashboard.desk_file import DeskFile
from dashboard.desks import Desk, File
from dashboard.photo_shelf import PhotoShelf
from dashboard.walk_report import WalkReportDesk, WalkRules
from dashboard.walks import WalkDesk, Ways
from dashboard.walks_sqlite import SqliteWalks
from reports.walk_duty import Duty
from stream.sites import Site
from tests.dashboard.life.test_walks import CHOICES, PEOPLE, Lead, finding

MINUTE = 60_000
SITE = Site(id="hq", time_zone="Asia/Shanghai", teams={"one": {"en": "One"}})
DUTIES = (Duty(id="lead", names={"en": "Shift lead"}, owed_ms=30 * MINUTE, people=("li",)),)


def manager(**scope: frozenset[str]) -> Caller:
    reach = Scope(**scope) if scope else WHOLE
    return Caller(id="boss", name="Boss", role=Role.MANAGER, scope=reach)


@pytest.fixture
def hall(file: DeskFile, tmp_path: Path, room: Callable[[Desk], Any], make_lead: Lead) -> Any:
    """A hall after a walk of three quarters of an hour."""
    ways = Ways(choices=lambda: CHOICES, agent=PEOPLE.get)
    walks = WalkDesk(SqliteWalks(file), PhotoShelf(tmp_path), ways)
    noting, li = room(walks), make_lead("li", "李主管")
    began = noting.now - 45 * MINUTE
    noting.wish(li, "walk.begin", walk="walk-000001", at=began)
    noting.wish(li, "walk.note", **finding(1), at=began + MINUTE)
    noting.wish(li, "walk.note", **finding(2, place="team:two", measure="repair"), at=noting.now)
    rules = WalkRules(duties=DUTIES)
    return room(WalkReportDesk(lambda: SITE, SqliteWalks(file), rules, walks.may_see))


def rows(report: Any, key: str) -> list[dict[str, Any]]:
    tables = [table for section in report["sections"] for table in section["tables"]]
    return next((list(table["rows"]) for table in tables if table["key"] == key), [])


def test_a_manager_has_duty_findings_and_open_measures(hall: Any) -> None:
    told = hall.ask(manager(), "/walk-report", span="day")
    [duty] = rows(told, "walk_duties")
    assert (duty["floor_time"], duty["duty_met"]) == (45 * MINUTE, [1, 1])
    assert [row["findings"] for row in rows(told, "found_kinds")] == [2]
    [left] = rows(told, "measures_open")
    assert left["measure"]["zh"]
    assert left["finding"]["en"] == "Noise"


def test_whoever_looks_after_one_team_has_its_findings_and_nobodys_duty(hall: Any) -> None:
    told = hall.ask(manager(teams=frozenset({"one"})), "/walk-report", span="day")
    assert [row["findings"] for row in rows(told, "found_kinds")] == [1]
    assert rows(told, "walk_duties") == rows(told, "measures_open") == []


def test_it_is_a_file_of_any_form(hall: Any) -> None:
    book = hall.ask(manager(), "/walk-report", span="week", form="xlsx", lang="zh")
    assert isinstance(book, File)
    assert book.name.endswith(".xlsx")
    assert "xl/workbook.xml" in ZipFile(io.BytesIO(book.body)).namelist()
    plain = hall.ask(manager(), "/walk-report", span="week", form="json")
    assert json.loads(plain.body)["title"] == "walks"
    page = hall.ask(manager(), "/walk-report", span="month", form="html", lang="en")
    assert "Floor walk" in page.body.decode()


@pytest.mark.parametrize(
    "query",
    [{"span": "hour"}, {"date": "yesterday"}, {"form": "doc"}, {"span": "day", "date": "2026"}],
)
def test_what_cannot_be_meant_is_refused(hall: Any, query: dict[str, str]) -> None:
    assert hall.ask(manager(), "/walk-report", **query) == "unreadable"


def test_it_is_not_for_supervisors(hall: Any, make_lead: Lead) -> None:
    assert hall.ask(make_lead("li"), "/walk-report", span="day") == "forbidden"
