"""The trainer's buttons in a real Chromium, over a simulated floor that runs: the wall must react."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from dashboard import assets
from dashboard.assets import Assets
from dashboard.catalogue import catalogues
from dashboard.export import ensure_exported
from dashboard.gateway import Gateway
from dashboard.roads import Behind
from floorwatch.invented import furnished, scenario_for
from simulators.faults import FaultKind
from simulators.local_time import day_start
from simulators.play import SimulatedSource
from simulators.scenario import Scenario, times
from simulators.training import Desk
from stream.deadletters import FileDeadLetters
from stream.figures import Figures
from stream.journal_file import FileJournal
from stream.runner import Runner
from stream.sites import Site

pytestmark = pytest.mark.chromium
ROOT = Path(__file__).parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
WORDS = catalogues()
SIZE = 6
"""So many times the demo's floor, so that chance has little to say in a few seconds."""


class Afternoon:
    """The machine's clock, set to half past midnight of the site: a short day so far."""

    def __init__(self, scenario: Scenario) -> None:
        now = time.time_ns() // 1_000_000  # noqa: TID251 it is a clock
        self._ahead_ms = day_start(scenario, now) + 1_800_000 - now

    def now(self) -> int:
        return time.time_ns() // 1_000_000 + self._ahead_ms  # noqa: TID251 it is a clock

    async def sleep(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds)  # noqa: TID251 a real server for a real browser


class School:
    """A whole Floorwatch over a simulated floor, in a thread of its own, with a training desk."""

    def __init__(self, pages: Assets, folder: Path, *, training: bool = True) -> None:
        site = Site(id="demo", time_zone="Asia/Shanghai", stale_ms=4_000)
        self.scenario = replace(times(scenario_for(site), SIZE), heartbeat_ms=2_000)
        self.site = furnished(site, self.scenario)
        self.clock = Afternoon(self.scenario)
        self.desk = Desk(self.scenario, seed=3)
        self.url = ""
        self._desk = self.desk if training else None
        self._pages, self._folder = pages, folder

    def start(self) -> "School":
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(started)), daemon=True)
        self._thread.start()
        assert started.wait(30), "the floor did not start"
        return self

    async def _run(self, started: threading.Event) -> None:
        self._stopped, self._loop = asyncio.Event(), asyncio.get_running_loop()
        source = SimulatedSource(
            scenario=self.scenario, seed=7, clock=self.clock, history=False, desk=self._desk
        )
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
            journal = await stack.enter_async_context(FileJournal(self._folder / "j", self.clock))
            letters = stack.enter_context(closing(FileDeadLetters(self._folder / "rejected")))
            runner = Runner(self.site, journal, letters, self.clock)
            await runner.recover()
            gateway = await stack.enter_async_context(
                Gateway(self.clock, "127.0.0.1", 0, self._pages, behind=Behind(training=self._desk))
            )
            self.url = gateway.url
            tasks = [
                group.create_task(work)
                for work in (
                    runner.run(),
                    self._show(runner, gateway),
                    source.run(runner.inbox),
                )
            ]
            started.set()
            await self._stopped.wait()
            for task in tasks:
                task.cancel()

    async def _show(self, runner: Runner, gateway: Gateway) -> None:
        figures = Figures(runner.floor)
        figures.patch(self.clock.now())
        while True:
            gateway.publish(lambda: figures.document, figures.patch(self.clock.now()))
            await self.clock.sleep(0.2)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(20)
        assert not self._thread.is_alive()

    @property
    def calls_per_s(self) -> float:
        """How many calls come without any fault, at the most."""
        per_hour = sum(queue.calls_per_hour for queue in self.scenario.queues)
        return per_hour * max(self.scenario.profile.weights) / 3_600


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return ensure_exported(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="module")
def school(exported: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[School]:
    school = School(assets.load(exported), tmp_path_factory.mktemp("school")).start()
    yield school
    school.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    program = shutil.which("chromium")
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Trainer:
    """One browser page on a floor, and what it complained of."""

    def __init__(self, browser: Any, **options: Any) -> None:
        self.context = browser.new_context(locale="en-GB", **options)
        self.context.set_default_timeout(30_000)
        self.page = self.context.new_page()
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: (
                self.complaints.append(said.text) if said.type in {"error", "warning"} else None
            ),
        )

    def open(self, url: str, query: str = "?lang=en&training=1") -> Any:
        self.page.goto(url + query)
        self.page.wait_for_selector("[data-link=live] .row[data-queue]")
        return self.page

    def count(self, figure: str) -> int:
        """A figure of the whole floor, as it stands on the page."""
        words = self.page.locator(f".tile[data-kind=counts] .count.{figure} .value").inner_text()
        return int(words.replace(",", ""))

    def waits_until(self, figure: str, least: int, within_s: float) -> None:
        """Wait until a figure on the page is at least so large."""
        self.page.wait_for_function(
            """([figure, least]) => {
              const root = document.querySelector('[data-root-id]').firstElementChild.shadowRoot;
              const value = root.querySelector(`.tile[data-kind=counts] .count.${figure} .value`).textContent;
              return Number(value.replaceAll(',', '')) >= least;
            }""",
            arg=[figure, least],
            timeout=within_s * 1_000,
        )

    def start(self, kind: str, size: str = "0") -> Any:
        """Press a fault's button; returns its line among those that were started."""
        before = self.page.locator(".drill").count()
        self.page.locator(f".offer[data-kind={kind}] .go[data-size='{size}']").click()
        drill = self.page.locator(f".drill[data-kind={kind}][data-over=false]")
        drill.filter(has_text=re.compile(r"\d:\d\d left")).wait_for(timeout=30_000)
        assert self.page.locator(".drill").count() in {before, before + 1}
        return drill

    def end(self, kind: str) -> None:
        """Press `End now`, and wait until the fault is over."""
        drill = self.page.locator(f".drill[data-kind={kind}][data-over=false]")
        drill.get_by_role("button", name="End now").click()
        drill.wait_for(state="detached", timeout=30_000)


@pytest.fixture
def trainer(browser: Any) -> Iterator[Trainer]:
    trainer = Trainer(browser, viewport={"width": 1920, "height": 1080})
    yield trainer
    assert trainer.complaints == []
    trainer.context.close()


def test_a_silent_feed_makes_every_row_stale_until_it_speaks_again(
    school: School, trainer: Trainer
) -> None:
    page = trainer.open(school.url)
    page.wait_for_function(ROWS, arg="live")
    offered = trainer.count("offered")
    trainer.start("silent")
    page.wait_for_function(ROWS, arg="stale", timeout=20_000)
    silent = trainer.count("offered")
    trainer.end("silent")
    page.wait_for_function(ROWS, arg="live", timeout=30_000)
    trainer.waits_until("offered", max(offered, silent) + 1, within_s=5)


ROWS = """(state) => {
  const root = document.querySelector('[data-root-id]').firstElementChild.shadowRoot;
  const rows = [...root.querySelectorAll('.row[data-queue]')];
  return rows.length === 4 && rows.every((row) => row.dataset.state === state);
}"""


def test_a_trunk_failure_shows_the_line_and_drops_its_calls(
    school: School, trainer: Trainer
) -> None:
    page = trainer.open(school.url)
    dropped = trainer.count("dropped")
    trainer.start("trunk_down")
    down = page.locator(".foot .part[data-part=down]").filter(has_text="trunk-a down since")
    down.wait_for(timeout=3_000)
    trainer.waits_until("dropped", dropped + 15, within_s=15)
    trainer.end("trunk_down")
    down.wait_for(state="hidden", timeout=3_000)


def test_a_burst_of_drops_is_seen_in_the_dropped_calls(school: School, trainer: Trainer) -> None:
    trainer.open(school.url)
    dropped = trainer.count("dropped")
    began = school.clock.now()
    trainer.start("drops", size="0.8")
    trainer.waits_until("dropped", dropped + 6, within_s=30)
    usual = school.scenario.habits.drop_talking_share + school.scenario.habits.drop_waiting_share
    passed_s = (school.clock.now() - began) / 1_000
    assert 4 * usual * school.calls_per_s * passed_s < 6
    trainer.end("drops")


def test_a_peak_brings_several_times_the_calls(school: School, trainer: Trainer) -> None:
    trainer.open(school.url)
    began = school.clock.now()
    offered = trainer.count("offered")
    trainer.start("peak", size="4")
    trainer.waits_until("offered", offered + 36, within_s=40)
    passed_s = (school.clock.now() - began) / 1_000
    assert 1.6 * school.calls_per_s * passed_s < 36
    trainer.end("peak")


def test_the_fault_is_found_and_the_time_is_told(school: School, trainer: Trainer) -> None:
    page = trainer.open(school.url)
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
    where = page.locator(".guess .choice").nth(1)
    if where.is_visible():
        where.select_option(drill.fault.scope)
    page.get_by_role("button", name="That is it").click()
    name = WORDS["en"][f"fault.{kind}"]
    right = re.compile(rf"Right: {name}.*Found after \d:\d\d, wrong guesses: 1")
    page.locator(".verdict").filter(has_text=right).wait_for()
    page.locator(hidden).get_by_role("button", name="End now").click()
    page.locator(f"{hidden}[data-over=true]").wait_for()


def test_a_wish_that_is_refused_says_why(school: School, trainer: Trainer) -> None:
    page = trainer.open(school.url, "?lang=zh&training=1")
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
    page = trainer.open(school.url, "?lang=en")
    handle = page.locator(".training-handle")
    page.wait_for_selector(".training-handle[data-seen=false]", state="attached", timeout=10_000)
    page.mouse.move(300, 300)
    page.wait_for_selector(".training-handle[data-seen=true]")
    assert page.evaluate(COVERED) == [0, True, 1]
    page.keyboard.press("t")
    panel = page.get_by_role("complementary", name="Training")
    panel.wait_for()
    for size in ((1920, 1080), (1366, 768), (1024, 768), (2560, 1080)):
        page.set_viewport_size({"width": size[0], "height": size[1]})
        page.wait_for_function(f"() => ({COVERED})()[0] === 0")  # the board takes it on in a frame
        assert page.evaluate(COVERED) == [0, True, 1], size
    page.keyboard.press("Escape")
    panel.wait_for(state="hidden")
    page.keyboard.press("Enter")  # the keyboard is back where it was
    panel.wait_for()
    page.keyboard.press("T")
    panel.wait_for(state="hidden")
    assert handle.get_attribute("aria-expanded") == "false"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone_the_panel_is_a_sheet_and_nothing_is_lost_to_the_side(
    school: School, browser: Any, language: str
) -> None:
    size = {"width": 390, "height": 844}
    phone = Trainer(browser, viewport=size, has_touch=True, is_mobile=True)
    page = phone.open(school.url, f"?lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator(".training-handle").tap()
    page.locator(".training").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
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
    phone.context.close()
    assert phone.complaints == []


def test_an_ordinary_gateway_shows_nothing_to_train_with(
    exported: Path, trainer: Trainer, tmp_path: Path
) -> None:
    plain = School(assets.load(exported), tmp_path, training=False).start()
    try:
        page = trainer.open(plain.url, "?lang=en&training=1")
        page.keyboard.press("t")
        assert not page.locator(".training-handle").is_visible()
        assert not page.locator(".training").is_visible()
    finally:
        plain.stop()


def test_the_demo_has_its_training_desk(exported: Path, trainer: Trainer, tmp_path: Path) -> None:
    if find_spec("iotcore") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no iotcore here")
    shutil.copytree(exported.parent, tmp_path / "pages")
    words = ["demo", "--listen", "127.0.0.1:0", "--mqtt-port", "0", "--data", str(tmp_path)]
    demo = subprocess.Popen(
        [sys.executable, "-m", "floorwatch", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    try:
        assert demo.stdout is not None
        found = None
        while found is None and (line := demo.stdout.readline()):
            found = re.search(r"demo: (http://\S+)", line)
        assert found is not None
        trainer.open(found[1])
        trainer.start("trunk_down")
        down = trainer.page.locator(".foot .part[data-part=down]")
        down.filter(has_text="trunk-a down since").wait_for(timeout=30_000)
        trainer.end("trunk_down")
    finally:
        demo.terminate()
        demo.communicate(timeout=20)
