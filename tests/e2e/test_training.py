"""The trainer's buttons in a real Chromium, over a simulated floor that runs: the wall must react."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import expect

from dashboard.assets import Assets
from dashboard.catalogue import catalogues
from dashboard.desks import Desks
from dashboard.gateway import Gateway
from dashboard.roads import Behind
from floorwatch.access_wiring import access
from floorwatch.invented import furnished, scenario_for
from floorwatch.settings import parse
from simulators.faults import FaultKind
from simulators.local_time import day_start
from simulators.play import SimulatedSource
from simulators.scenario import times
from simulators.training import Desk
from stream.deadletters import FileDeadLetters
from stream.figures import Figures
from stream.journal_file import FileJournal
from stream.runner import Runner
from stream.sites import Site
from tests.e2e.television import ROOT
from tests.e2e.visitor import FULL_HD, HAND, Visitor, becomes
from tests.hosted import PATIENCE_S, Hosted, MachineClock

pytestmark = pytest.mark.chromium
CHECKOUT = Path(__file__).parents[2]
WORDS = catalogues()
SIZE = 6
"""So many times the demo's floor, so that chance has little to say in a few seconds."""


class School(Hosted):
    """A whole Floorwatch over a simulated floor, with a training desk. It is half past midnight
    there: a short day so far."""

    def __init__(self, pages: Assets, folder: Path, *, training: bool = True) -> None:
        site = Site(id="demo", time_zone="Asia/Shanghai", stale_ms=4_000)
        self.scenario = replace(times(scenario_for(site), SIZE), heartbeat_ms=2_000)
        self.site = furnished(site, self.scenario)
        now = MachineClock().now()
        self.clock = MachineClock(day_start(self.scenario, now) + 1_800_000 - now)
        self.desk = Desk(self.scenario, seed=3)
        self.url = ""
        self._desk = self.desk if training else None
        self._pages, self._folder = pages, folder

    async def live(self) -> None:
        source = SimulatedSource(
            scenario=self.scenario, seed=7, clock=self.clock, history=False, desk=self._desk
        )
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
            journal = await stack.enter_async_context(FileJournal(self._folder / "j", self.clock))
            letters = stack.enter_context(closing(FileDeadLetters(self._folder / "rejected")))
            runner = Runner(self.site, journal, letters, self.clock)
            await runner.recover()
            door = stack.enter_context(access(parse(""), self._folder, {}))
            behind = Behind(training=self._desk, desks=Desks(door.desks, door.audit))
            place = (self.clock, "127.0.0.1", 0, self._pages)
            gateway = await stack.enter_async_context(Gateway(*place, behind=behind))
            self.url = gateway.url.rstrip("/")
            group.create_task(runner.run())
            group.create_task(self._show(runner, gateway))
            group.create_task(source.run(runner.inbox))
            self.stands()
            await asyncio.Event().wait()

    async def _show(self, runner: Runner, gateway: Gateway) -> None:
        figures = Figures(runner.floor)
        figures.patch(self.clock.now())
        while True:
            gateway.publish(lambda: figures.document, figures.patch(self.clock.now()))
            await self.clock.sleep(0.2)

    @property
    def calls_per_s(self) -> float:
        """How many calls come without any fault, at the most."""
        per_hour = sum(queue.calls_per_hour for queue in self.scenario.queues)
        return per_hour * max(self.scenario.profile.weights) / 3_600


@pytest.fixture(scope="module")
def school(pages: Assets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    with School(pages, tmp_path_factory.mktemp("school")) as school:
        yield school


class Trainer(Visitor):
    """One browser page on a floor."""

    screen: ClassVar[dict[str, Any]] = {"viewport": FULL_HD, "reduced_motion": "no-preference"}

    def __init__(self, browser: Any, url: str, **options: Any) -> None:
        super().__init__(browser, url, **options)
        self.page = self.context.new_page()

    def show(self, query: str = "?lang=en&training=1") -> Any:
        return self.go(self.page, query, "[data-link=live] .row[data-queue][data-state=live]")

    def count(self, figure: str) -> int:
        """A figure of the whole floor, as it stands on the page."""
        words = self.page.locator(f".tile[data-kind=counts] .count.{figure} .value").inner_text()
        return int(words.replace(",", ""))

    def waits_until(self, figure: str, least: int) -> None:
        """Wait until a figure on the page is at least so large."""
        self.page.wait_for_function(
            f"""([figure, least]) => {{
              const name = `.tile[data-kind=counts] .count.${{figure}} .value`;
              return Number({ROOT}.querySelector(name).textContent.replaceAll(',', '')) >= least;
            }}""",
            arg=[figure, least],
        )

    def start(self, kind: str, size: str = "0") -> Any:
        """Press a fault's button; returns its line among those that were started."""
        button = self.page.locator(f".offer[data-kind={kind}] .go[data-size='{size}']")
        button.wait_for()
        before = self.page.locator(".drill").count()
        button.click()
        drill = self.page.locator(f".drill[data-kind={kind}][data-over=false]")
        drill.filter(has_text=re.compile(r"\d:\d\d left")).wait_for()
        assert self.page.locator(".drill").count() in {before, before + 1}
        return drill

    def end(self, kind: str) -> None:
        """Press `End now`, and wait until the fault is over."""
        drill = self.page.locator(f".drill[data-kind={kind}][data-over=false]")
        drill.get_by_role("button", name="End now").click()
        drill.wait_for(state="detached")


@pytest.fixture
def trainer(browser: Any, school: School) -> Iterator[Trainer]:
    with Trainer(browser, school.url) as trainer:
        yield trainer


def test_a_silent_feed_makes_every_row_stale_until_it_speaks_again(
    school: School, trainer: Trainer
) -> None:
    page = trainer.show()
    page.wait_for_function(ROWS, arg="live")
    offered = trainer.count("offered")
    trainer.start("silent")
    page.wait_for_function(ROWS, arg="stale")
    silent = trainer.count("offered")
    trainer.end("silent")
    page.wait_for_function(ROWS, arg="live")
    trainer.waits_until("offered", max(offered, silent) + 1)


ROWS = """(state) => {
  const root = document.querySelector('[data-root-id]').firstElementChild.shadowRoot;
  const rows = [...root.querySelectorAll('.row[data-queue]')];
  return rows.length === 4 && rows.every((row) => row.dataset.state === state);
}"""


def test_a_trunk_failure_shows_the_line_and_drops_its_calls(
    school: School, trainer: Trainer
) -> None:
    page = trainer.show()
    dropped = trainer.count("dropped")
    trainer.start("trunk_down")
    down = page.locator(".foot .part[data-part=down]").filter(has_text="trunk-a down since")
    down.wait_for()
    trainer.waits_until("dropped", dropped + 15)
    trainer.end("trunk_down")
    down.wait_for(state="hidden")


def test_a_burst_of_drops_is_seen_in_the_dropped_calls(school: School, trainer: Trainer) -> None:
    trainer.show()
    trainer.start("drops", size="0.8")
    dropped = trainer.count("dropped")
    began = school.clock.now()
    trainer.waits_until("dropped", dropped + 6)
    usual = school.scenario.habits.drop_talking_share + school.scenario.habits.drop_waiting_share
    passed_s = (school.clock.now() - began) / 1_000
    assert 4 * usual * school.calls_per_s * passed_s < 6
    trainer.end("drops")


def test_a_peak_brings_several_times_the_calls(school: School, trainer: Trainer) -> None:
    trainer.show()
    trainer.start("peak", size="4")
    offered = trainer.count("offered")
    began = school.clock.now()
    trainer.waits_until("offered", offered + 36)
    passed_s = (school.clock.now() - began) / 1_000
    assert 1.6 * school.calls_per_s * passed_s < 36
    trainer.end("peak")


def test_the_fault_is_found_and_the_time_is_told(school: School, trainer: Trainer) -> None:
    page = trainer.show()
    page.get_by_role("button", name="Surprise me").click()
    page.locator(".drill[data-kind=secret]").filter(has_text=re.compile(r"\d:\d\d")).wait_for()
    drill = school.desk.drills[-1]
    hidden = f".drill[data-number='{drill.number}']"
    assert page.locator(hidden).inner_text().startswith("Hidden fault")
    kind, which = drill.fault.kind, page.get_by_label("Kind of fault")
    which.select_option("silent" if kind is not FaultKind.SILENT else "drops")
    page.get_by_role("button", name="That is it").click()
    page.get_by_text("Not that one. Wrong guesses: 1").wait_for()
    which.select_option(kind)
    if len(school.desk.offers[kind].scopes) > 1:
        page.locator(".guess .choice").nth(1).select_option(drill.fault.scope)
    page.get_by_role("button", name="That is it").click()
    name = WORDS["en"][f"fault.{kind}"]
    right = re.compile(rf"Right: {name}.*Found after \d:\d\d, wrong guesses: 1")
    page.locator(".verdict").filter(has_text=right).wait_for()
    page.locator(hidden).get_by_role("button", name="End now").click()
    page.locator(f"{hidden}[data-over=true]").wait_for()


def test_a_wish_that_is_refused_says_why(school: School, trainer: Trainer) -> None:
    page = trainer.show("?lang=zh&training=1")
    button = page.locator(".offer[data-kind=sign_out] .go")
    button.click()
    page.locator(".drill[data-kind=sign_out][data-over=false]").wait_for()
    button.click()
    page.get_by_text(WORDS["zh"]["refused.running"]).wait_for()
    page.locator(".drill[data-over=false]").get_by_role("button", name="立即结束").click()
    page.locator(".drill[data-over=false]").wait_for(state="detached")


COVERED = """() => {
  const root = document.querySelector('[data-root-id]').firstElementChild.shadowRoot;
  const boxes = (selector) => [...root.querySelectorAll(selector)]
    .map((node) => node.getBoundingClientRect()).filter((box) => box.width && box.height);
  const over = boxes('.training-handle, .training');
  const figures = boxes('.tile, .foot, .head > *');
  const bad = figures.filter((f) => over.some((o) =>
    f.right > o.left + 1 && f.left < o.right - 1 && f.bottom > o.top + 1 && f.top < o.bottom - 1));
  return [bad.length, document.documentElement.scrollWidth <= innerWidth, over.length];
}"""


def test_a_television_stays_clean_and_no_figure_is_ever_covered(
    school: School, trainer: Trainer
) -> None:
    page = trainer.show("?lang=en")
    handle = page.locator(".training-handle")
    page.wait_for_selector(".training-handle[data-seen=false]", state="attached")
    page.mouse.move(300, 300)
    page.wait_for_selector(".training-handle[data-seen=true]")
    expect(handle).to_have_text("Practicemake things happen")
    expect(handle).to_have_attribute("title", re.compile("on purpose"))
    becomes(page, lambda: page.evaluate(COVERED), [0, True, 1])
    page.keyboard.press("t")
    panel = page.get_by_role("complementary", name="Practice")
    panel.wait_for()
    for size in ((1920, 1080), (1366, 768), (1024, 768), (2560, 1080)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        becomes(page, lambda: page.evaluate(COVERED), [0, True, 1])
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    page.keyboard.press("Enter")  # the keyboard is back where it was
    panel.wait_for()
    page.keyboard.press("T")
    panel.wait_for(state="hidden")
    expect(handle).to_have_attribute("aria-expanded", "false")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone_the_panel_is_a_sheet_and_nothing_is_lost_to_the_side(
    school: School, browser: Any, language: str
) -> None:
    with Trainer(browser, school.url, **HAND) as phone:
        fits = "document.documentElement.scrollWidth <= innerWidth"
        page = phone.show(f"?lang={language}")
        becomes(page, lambda: page.evaluate(fits), True)
        page.locator(".training-handle").tap()
        page.locator(".training").wait_for()
        becomes(page, lambda: page.evaluate(fits), True)
        # All at once: a control may go away while others are measured.
        boxes = page.locator(".training :is(button, select)").evaluate_all(
            "nodes => nodes.map((node) => node.getBoundingClientRect().toJSON())"
        )
        shown = [box for box in boxes if box["width"] and box["height"]]
        assert shown
        for box in shown:
            assert box["height"] >= 40
            assert box["left"] >= 0
            assert box["right"] <= 390


def test_an_ordinary_gateway_shows_nothing_to_train_with(
    pages: Assets, browser: Any, tmp_path: Path
) -> None:
    with (
        School(pages, tmp_path, training=False) as plain,
        Trainer(browser, plain.url) as trainer,
    ):
        page = trainer.show()
        page.keyboard.press("t")
        assert not page.locator(".training-handle").is_visible()
        assert not page.locator(".training").is_visible()


def test_the_demo_has_its_training_desk(pages: Assets, browser: Any, tmp_path: Path) -> None:
    if find_spec("iotcore") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no iotcore here")
    words = ["demo", "--listen", "127.0.0.1:0", "--mqtt-port", "0", "--data", str(tmp_path)]
    words += ["--past", "0"]
    demo = subprocess.Popen(
        [sys.executable, "-m", "floorwatch", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(CHECKOUT)},
    )
    try:
        assert demo.stdout is not None
        found = None
        while found is None and (line := demo.stdout.readline()):
            found = re.search(r"demo: (http://\S+)", line)
        assert found is not None
        with Trainer(browser, found[1].rstrip("/")) as trainer:
            trainer.show()
            trainer.start("trunk_down")
            down = trainer.page.locator(".foot .part[data-part=down]")
            down.filter(has_text="trunk-a down since").wait_for()
            trainer.end("trunk_down")
    finally:
        demo.terminate()
        demo.communicate(timeout=PATIENCE_S)
