"""A break in a real Chromium: an agent asks, a supervisor lets him go, and over time turns red."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from dashboard.assets import Assets
from dashboard.break_desk import BreakDesk, Lane
from dashboard.breaks_sqlite import SqliteBreaks
from dashboard.catalogue import catalogues
from dashboard.commands import OpenCall, Person
from dashboard.desk_file import DeskFile
from dashboard.desks import Desks
from dashboard.move_desk import MoveDesk
from dashboard.roads import Behind
from floorwatch.access_wiring import access
from floorwatch.settings import parse
from planning.advice import Advice, MayGo
from planning.moves import Move
from tests.e2e.floor_server import HOSTILE, FloorServer
from tests.e2e.visitor import Visitor, becomes

pytestmark = pytest.mark.chromium
MINUTE = 60_000
WORDS = catalogues("breaks")


class Floor(FloorServer):
    """A floor with both desks, that nobody signs in to; its people are those of the document."""

    def __init__(self, pages: Assets, folder: Path) -> None:
        super().__init__(pages, queues=3)
        self.folder = folder
        self.first, self.second, _ = self.document["queues"]
        own = {self.first: False}
        since = self.clock.now() - 30 * MINUTE
        known = {"state": "ready", "queues": own, "since": since, "team": "north"}
        self.document["agents"] = {
            "1001": {"names": {"zh": "李娜", "en": "Li Na"}, **known},
            "evil": {"names": {"zh": HOSTILE, "en": HOSTILE}, **known},
        }
        self.document["allowed"] = {"not_ready": {"meal": 45 * MINUTE}}

    def person(self, agent: str) -> Person | None:
        row = self.document["agents"].get(agent)
        if row is None:
            return None
        away = row["state"] == "not_ready"
        return Person(id=agent, team="north", signed_in=True, away=away, queues=row["queues"])

    def call(self, visit: str) -> OpenCall | None:
        return None

    def has_queue(self, queue: str) -> bool:
        return True

    def advice(self) -> Advice:
        now = self.clock.now()
        may = MayGo(
            queue=self.first,
            number=2,
            agents=("1001", "evil"),
            until=now + 40 * MINUTE,
            cost=0.1,
            why="cost",
            away=0,
        )
        move = Move(
            agent="evil",
            giver=self.first,
            taker=self.second,
            saved=4.5,
            price=0.3,
            giver_level=(0.92, 0.88),
            taker_level=(0.6, 0.8),
        )
        lost = {self.first: 1.0, self.second: 6.0}
        below = {self.first: 0.1, self.second: 0.86}
        return Advice(at=now, may_go=(may,), moves=(move,), lost=lost, below_target=below)

    def furnish(self, stack: ExitStack) -> Mapping[str, Any]:
        door = stack.enter_context(access(parse(""), self.folder, {}))
        kept = SqliteBreaks(stack.enter_context(DeskFile(self.folder / "desk.db")))
        now = self.clock.now()
        lanes = [Lane(agent="1001", pause="meal", start_at=now, end_at=now + 45 * MINUTE)]
        breaks = BreakDesk(kept, self, self.advice, lambda at: lanes, now)
        moves = MoveDesk(kept, self, self.advice, lambda queue, at: 3, now)
        desks = Desks([*door.desks, breaks, moves], door.audit)
        return {"doors": door.doors, "behind": Behind(desks=desks)}


@pytest.fixture
def floor(pages: Assets, tmp_path: Path) -> Iterator[Floor]:
    with Floor(pages, tmp_path) as floor:
        yield floor


@pytest.fixture
def context(browser: Any, floor: Floor) -> Iterator[Any]:
    with Visitor(browser, floor.url) as visitor:
        yield visitor.context


def test_an_agent_asks_is_let_go_and_over_time_is_red(floor: Floor, context: Any) -> None:
    words = WORDS["en"]
    me, console = context.new_page(), context.new_page()
    console.add_init_script("localStorage.setItem('floorwatch.who', 'Chen')")
    me.goto(f"{floor.url}/me?agent=1001&lang=en")
    console.goto(f"{floor.url}/floor?lang=en#break")
    me.get_by_role("button", name=words["my_break.meal"]).click()
    asked = console.locator(".brk-asks .brk-row")
    asked.wait_for()
    assert "Li Na" in asked.inner_text()
    assert console.locator(".brk-may .brk-number").inner_text() == "2"
    assert "back by" in console.locator(".brk-may .fw-note").first.inner_text()
    assert console.locator(".brk-may .brk-send").count() == 1, "who has asked is not offered"
    assert console.locator(".brk-plan .brk-bar").count() == 1
    asked.get_by_role("button", name=words["brk.yes"]).click()
    me.locator(".me-break-said", has_text="you may go").wait_for()
    floor.tell(lambda body: body["agents"]["1001"].update(state="not_ready", reason="meal"))
    away = console.locator(".brk-out .brk-row")
    becomes(console, lambda: "back by" in away.inner_text(), True)
    assert away.get_attribute("data-over") == "false"
    floor.clock.later_ms += 50 * MINUTE
    console.locator(".brk-out .brk-row[data-over=true]").wait_for()
    becomes(console, lambda: "over time" in away.inner_text(), True)
    colours = [
        away.locator(part).evaluate("node => getComputedStyle(node).color")
        for part in (".brk-said", "b")
    ]
    assert colours[0] != colours[1], "it is told in another colour, and in words"
    me.locator(".me-break-said[data-tone=bad]").wait_for()
    away.get_by_role("button", name=words["brk.call_back"]).click()
    me.locator(".me-break-said", has_text=words["my_break.called"]).wait_for()
    floor.tell(lambda body: body["agents"]["1001"].update(state="ready", reason=""))
    becomes(console, lambda: away.count(), 0)


def test_a_move_is_shown_with_its_price_and_followed(floor: Floor, context: Any) -> None:
    console = context.new_page()
    console.add_init_script("localStorage.setItem('floorwatch.who', 'Chen')")
    console.goto(f"{floor.url}/floor?lang=en#queues")
    panel = console.locator(".moves")
    panel.locator(".moves-gain").wait_for()
    assert panel.locator(".moves-gain").inner_text() == "+4.2"
    assert "92% → 88%" in panel.inner_text()
    assert HOSTILE in panel.inner_text()
    assert panel.locator(".moves-odd[data-tone=bad] b").inner_text() == "86%"
    panel.get_by_role("button", name=WORDS["en"]["moves.follow"]).click()
    panel.locator("[data-tone=calm]", has_text="does not show it yet").wait_for()
    floor.tell(lambda body: body["agents"]["evil"].update(queues={floor.second: False}))
    panel.locator("[data-tone=calm]", has_text="lost so far 0, expected 2.8").wait_for()
    floor.clock.later_ms += 31 * MINUTE
    panel.locator("[data-tone=good]", has_text="predicted 4.2 saved. Lost 0").wait_for()
    assert console.evaluate("window.hurt === undefined")
