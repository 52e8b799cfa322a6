"""The seating plan: read with every mistake at once, shown with whoever sits there."""

from pathlib import Path
from typing import Any

import pytest

from floorwatch import invented, plan_file, settings
from floorwatch.named_files import problems_of_files
from floorwatch.plan_file import Area, Plan, Seat
from floorwatch.premises import LOOK_MS, Premises
from floorwatch.settings_problems import SettingsError, Severity
from ingest.events import AgentMembership
from ingest.stamp import Stamp
from ingest.words import MembershipAction
from stream.floor import Floor
from stream.sites import Site

T0 = 1_795_305_600_000
EXAMPLE = Path(__file__).parents[2] / "deploy" / "plan.example.toml"


def problems(text: str, agents: Any = ()) -> list[tuple[int | None, str]]:
    return [
        (problem.line, problem.what) for problem in plan_file.parse(text, "plan.toml", agents)[1]
    ]


def test_the_example_is_a_plan() -> None:
    plan = plan_file.read(EXAMPLE)
    assert [area.id for area in plan.areas] == ["north", "south"]
    assert plan.seats[0] == Seat(id="A1", x=0.5, y=0.5, agent="1001")
    assert plan.seats[2] == Seat(id="B1", x=0.5, y=4.5, phone="PJSIP/1003")
    assert plan_file.check(EXAMPLE) == []


def test_every_mistake_is_named_with_its_line() -> None:
    text = """\
[[area]]
id = "north"
x = 0
y = 0
width = 0
height = "two"
[[area]]
id = "north"
x = 1
y = 1
width = 2
height = 2
[[seat]]
id = "A1"
x = 0
y = 0
agent = "ann"
phone = "PJSIP/1"
[[seat]]
id = "A2"
x = 0
y = 0
agent = "ann"
[[seat]]
y = -1
chair = "red"
"""
    assert problems(text) == [
        (5, "0 is outside"),
        (6, "this is a text"),
        (8, 'the area "north" is there twice'),
        (18, "the seat has an agent and a phone"),
        (21, 'the seat "A1" is in this place already'),
        (23, '"ann" has another seat already'),
        (24, "id is missing"),
        (24, "x is missing"),
        (25, "-1 is outside"),
        (26, "[seat] knows no such key"),
    ]


def test_an_agent_whom_the_settings_do_not_know_is_hardly_meant() -> None:
    text = '[[seat]]\nid = "A1"\nx = 0\ny = 0\nagent = "1001"\n'
    assert problems(text) == []
    assert problems(text, {"1001": 1}) == []
    assert problems(text, {"1002": 1}) == [(5, 'the settings have no agent "1001"')]


def test_an_empty_plan_and_no_toml_are_mistakes(tmp_path: Path) -> None:
    assert [what for _, what in problems("")] == ["the plan has no seat"]
    broken = tmp_path / "plan.toml"
    broken.write_text("[[seat", encoding="utf-8")
    with pytest.raises(SettingsError, match="not TOML"):
        plan_file.read(broken)
    assert plan_file.check(tmp_path / "none.toml")[0].severity is Severity.ERROR


def test_check_names_the_mistakes_of_the_plan(tmp_path: Path) -> None:
    file = tmp_path / "floorwatch.toml"
    file.write_text(
        '[site]\nid = "hq"\n[site.screens]\nplan = "plan.toml"\n[[site.source]]\nurl = "simulate:demo"\n',
        encoding="utf-8",
    )
    (tmp_path / "plan.toml").write_text('[[seat]]\nid = "A1"\nx = 0\n', encoding="utf-8")
    found = problems_of_files(file, settings.check(file, {}), {})
    assert [(problem.line, problem.what) for problem in found] == [(1, "y is missing")]
    assert found[0].file == str(tmp_path / "plan.toml")


def test_who_uses_the_phone_of_a_seat_sits_there() -> None:
    floor = Floor(Site(id="hq"))
    plan = Plan(
        (Area(id="north", x=0, y=0, width=2, height=1),),
        (Seat(id="A1", x=0, y=0, agent="ann"), Seat(id="A2", x=1, y=0, phone="PJSIP/2")),
    )
    premises = Premises(floor, plan, list)
    first: Any = premises.document(T0)["plan"]
    assert first["areas"][0]["names"] == {}
    assert first["seats"] == [
        {"id": "A1", "x": 0, "y": 0, "agent": "ann"},
        {"id": "A2", "x": 1, "y": 0, "phone": "PJSIP/2"},
    ]
    assert premises.document(T0 + LOOK_MS)["plan"] is first
    join = AgentMembership(
        agent="bob", queue="sales", action=MembershipAction.ADDED, interface="PJSIP/2"
    )
    floor.apply(Stamp("/acd/hq/pbx", "1").event(join, time=T0, recvtime=T0))
    seated: Any = premises.document(T0 + 2 * LOOK_MS)["plan"]
    assert seated["seats"][1] == {"id": "A2", "x": 1, "y": 0, "phone": "PJSIP/2", "agent": "bob"}
    assert "agent" not in first["seats"][1]


def test_the_demo_seats_everybody_once_on_four_islands_that_do_not_touch() -> None:
    site = Site(id="demo")
    scenario = invented.scenario_for(site)
    plan = invented.seated(site, scenario)
    assert len(plan.areas) == 4
    assert sorted(seat.agent for seat in plan.seats) == sorted(each.id for each in scenario.agents)
    assert len({(seat.x, seat.y) for seat in plan.seats}) == len(plan.seats) == 40
    teams = {each.id: each.team for each in scenario.agents}
    for seat in plan.seats:
        around = [
            a.id for a in plan.areas if _in(a, seat.x, seat.y) and _in(a, seat.x + 1, seat.y + 1)
        ]
        assert around == [teams[seat.agent]]


def _in(area: Area, x: float, y: float) -> bool:
    return area.x <= x <= area.x + area.width and area.y <= y <= area.y + area.height
