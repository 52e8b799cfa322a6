"""A supervisor's actions in a real Chromium, through to a simulated Asterisk over a real AMI socket."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from dashboard.assets import Assets
from dashboard.catalogue import catalogues
from floorwatch.app import Surroundings, up
from floorwatch.settings import load
from ingest.clock import SystemClock
from ingest.words import RingEnd
from simulators.ami_dialogue import Dialogue
from simulators.ami_server import Acting, AmiServer
from simulators.demo import DEMO
from simulators.floor_sim import FloorSim
from simulators.interventions import Interventions
from simulators.scenario import times
from tests.e2e.visitor import Visitor, becomes
from tests.hosted import Hosted, fetched

pytestmark = pytest.mark.chromium
CLOCK = SystemClock()
WORDS = catalogues("actions")
PHONE = "PJSIP/2001"
SETTINGS = """
[site]
id = "demo"
time_zone = "Asia/Shanghai"
[[site.source]]
name = "pbx"
url = "ami://monitor@127.0.0.1:{port}"
secret_env = "PBX"
[site.source.actions]
user = "act"
secret_env = "PBX"
allow = ["pause", "unpause", "move", "hang_up", "take_over", "listen"]
phones = {{ open = "PJSIP/2001" }}
[stores]
journal = "file:{data}"
[gateway]
listen = "127.0.0.1:0"
"""


class House(Hosted):
    """The PBX with its floor, and a whole Floorwatch on it."""

    def __init__(self, folder: Path) -> None:
        self.deaf = False
        self.unanswered: dict[str, RingEnd] = {}
        self.url = ""
        self._folder = folder
        scenario = times(DEMO, 2)
        self.sim = FloorSim(scenario, 7, CLOCK.now() // 1_000 * 1_000 - 1_800_000)
        self.dialogue = Dialogue(scenario)
        while self.sim.next_at <= CLOCK.now():
            for happening in self.sim.step():
                self.dialogue.tell(happening)

    async def live(self) -> None:
        interventions = Interventions()
        acting = Acting(
            interventions=interventions,
            rights={"act": ("agent", "call", "originate")},
            phones=self.unanswered,
        )
        accounts = dict.fromkeys(("monitor", "act"), "s3cret")
        async with AmiServer(self.dialogue, accounts, CLOCK.now, acting=acting) as server:
            file = self._folder / "floorwatch.toml"
            data = self._folder / "data"
            file.write_text(SETTINGS.format(port=server.port, data=data))
            environ = {"PBX": "s3cret"}
            around = Surroundings(clock=CLOCK, environ=environ, tell=self._tell)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._play(server, interventions))
                tasks.create_task(up(load(file, environ), around))

    async def _play(self, server: AmiServer, interventions: Interventions) -> None:
        """The floor goes on; while it is `deaf` it does nothing that the PBX was told to have done."""
        while True:
            now = CLOCK.now()
            if not self.deaf:
                interventions.apply(self.sim, now)
            while self.sim.next_at <= now:
                await server.tell(self.sim.step())
            await CLOCK.sleep(0.02)

    def _tell(self, line: str) -> None:
        if line.startswith("demo: http") and not self.url:
            self.url = line.split()[1].rstrip("/")
            self.stands()

    def commands(self) -> Any:
        return fetched(f"{self.url}/commands")


@pytest.fixture(scope="module")
def house(pages: Assets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(tmp_path_factory.mktemp("house")) as house:
        yield house


Open = Callable[[str], Any]


@pytest.fixture
def console(house: House, browser: Any) -> Iterator[Open]:
    """Opens the console, and the sheet of one who talks."""
    with Visitor(browser, house.url, viewport={"width": 1600, "height": 1000}) as visitor:

        def start(language: str) -> Any:
            page = visitor.open(f"floor?lang={language}#people?state=talking")
            page.locator(".person[role=row]:not(.head):visible").first.locator(".p-state").click()
            page.locator(".act-menu").wait_for()
            return page

        yield start


def told(page: Any, state: str) -> Any:
    """The status of the sheet, once it is this."""
    found = page.locator(f".act-status .act-mark[data-state={state}]")
    found.wait_for()
    return found


def looks(mark: Any) -> tuple[str, str]:
    """The shape and the word of a state."""
    return mark.locator(".fw-shape").get_attribute("data-shape"), mark.inner_text().strip()


def pause(page: Any, *, twice: bool = False) -> None:
    page.locator(".act-menu [data-act=pause]").click()
    go = page.locator(".act-menu .act-form .fw-go")
    if twice:
        go.dblclick()
    else:
        go.click()


def test_a_pause_is_confirmed_once_however_often_it_is_tapped_and_undone(
    house: House, console: Open
) -> None:
    page = console("zh")
    pause(page, twice=True)
    assert looks(told(page, "confirmed")) == ("disc", WORDS["zh"]["act_mark.confirmed"])
    (command,) = house.commands()
    assert [step["state"] for step in command["steps"]][:2] == ["requested", "sent"]
    assert house.dialogue.picture.members[command["agent"]].pauses
    page.locator(".act-status .act-undo").click()
    becomes(page, lambda: house.commands()[0]["state"], "undone")
    assert not house.dialogue.picture.members[command["agent"]].pauses


def test_refused_and_unknown_look_like_themselves(house: House, console: Open) -> None:
    page = console("en")
    house.unanswered[PHONE] = RingEnd.BUSY
    page.locator(".act-menu [data-act=listen]").click()
    refused = looks(told(page, "refused"))
    assert refused == ("cross", WORDS["en"]["act_mark.refused"])
    expect(page.locator(".act-status")).to_contain_text("Reason: 5")
    house.deaf = True
    pause(page)
    assert looks(told(page, "sent")) == ("bars", WORDS["en"]["act_mark.sent"])
    unknown = looks(told(page, "timed_out"))
    assert unknown == ("triangle", WORDS["en"]["act_mark.timed_out"])
    house.deaf = False
    house.unanswered.clear()
    assert [command["state"] for command in house.commands()[-2:]] == ["refused", "timed_out"]


@pytest.mark.parametrize("act", ["hang_up", "take_over"])
def test_a_call_is_named_before_it_is_cut_and_the_two_ways_differ(
    house: House, console: Open, act: str
) -> None:
    page = console("zh")
    page.locator(f".act-menu [data-act={act}]").click()
    page.locator(".act-sure [data-fact=caller]:visible").wait_for()
    expect(page.locator(".act-sure[open]")).to_contain_text(WORDS["zh"][f"act_sure.{act}"])
    page.locator(".act-sure .fw-danger:not(:disabled)").click()
    told(page, "confirmed")
    command = house.commands()[-1]
    assert command["kind"] == act
    uniqueid = command["call"].partition("/")[0]
    up_now = {call.caller.uniqueid for call in list(house.dialogue.picture.calls.values())}
    assert (uniqueid in up_now) == (act == "take_over")
    expect(page.locator(".act-status .act-undo")).to_be_hidden()
