"""The manager's page in a real Chromium: yesterday opened, what went wrong seen, drilled, downloaded.

A real gateway, desks and daybook, over a floor whose events a test tells; outside addresses blocked.
"""

import asyncio
import importlib.util
import os
import random
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboard import assets
from dashboard.assets import Assets
from dashboard.export import ensure_exported
from dashboard.gateway import Gateway
from dashboard.roads import Behind
from stream.daybook_keeper import Daybook
from stream.daybook_sqlite import DaybookFile

pytestmark = pytest.mark.chromium
ROOT = Path(__file__).parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
DAY_MS = 86_400_000
TICK_S = 0.1
HOSTILE = "<img src=x onerror=alert(1)>"


def _loaded(path: str) -> Any:
    spec = importlib.util.spec_from_file_location(Path(path).stem + "_for_reports", ROOT / path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


INVENTED = _loaded("tests/dashboard/drill/conftest.py")
MORNING = _loaded("tests/stream/morning.py")


class House:
    """The office of the desk's own tests behind a gateway, in a thread of its own."""

    def __init__(self, pages: Assets, folder: Path) -> None:
        self.url = ""
        self._pages, self._folder = pages, folder

    def start(self) -> "House":
        started = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(started,), daemon=True)
        self._thread.start()
        assert started.wait(20), "the gateway did not start"
        return self

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self._done.set)
        self._thread.join(20)

    def obey(self, message: str | bytes, now: int) -> str:
        raise AssertionError("nobody wishes anything here")

    def ask(self, path: str, query: Mapping[str, str]) -> object | None:
        """The incidents, as the alert desk tells them."""
        start, end = int(query.get("from", 0)), int(query.get("to", 1 << 50))
        told = [each for each in self.office.incidents if start <= each["fired_at"] < end]
        return told if path == "/incidents" else None

    def _run(self, started: threading.Event) -> None:
        asyncio.run(self._live(started))

    async def _live(self, started: threading.Event) -> None:
        self.loop, self._done = asyncio.get_running_loop(), asyncio.Event()
        site = INVENTED.SITE
        file = DaybookFile(self._folder / "daybook.db", site)
        with Daybook(file, site, INVENTED.Still()) as book:
            await book.recover(INVENTED.Empty(), 0)
            office = self.office = INVENTED.Office(self._folder, book)
            earlier = MORNING.told(random.Random(8), 120, office.now - DAY_MS - 4 * 3_600_000)
            rename = msgspec.structs.replace
            office.tell([rename(e, source="/acd/hq/old", id=f"old-{e.id}") for e in earlier])
            assert await book.keep()
            office.tell(MORNING.told(random.Random(5), 160, office.now - 4 * 3_600_000))
            office.incidents = list(incidents(office.now - DAY_MS))
            behind = Behind(alerts=self, desks=office.desks)
            clock = INVENTED.Still()
            async with Gateway(clock, "127.0.0.1", 0, self._pages, behind=behind) as gateway:
                self.url = gateway.url
                while not self._done.is_set():
                    patch = office.figures.patch(clock.now())
                    gateway.publish(lambda: office.figures.document, patch)
                    started.set()
                    await asyncio.sleep(TICK_S)  # noqa: TID251 a real server for a real browser


def incidents(at: int) -> Iterator[dict[str, Any]]:
    """Two of yesterday: one was seen to, one was not."""
    rest = {"state": "ended", "severity": "critical", "scope": "queue:sales"}
    names = {"rule_names": {"en": "Surge", "zh": "突发高峰"}, "rule": "surge", "kind": "surge"}
    yield {
        **{"id": "1", "number": 1, "fired_at": at - 7_200_000, "since": at - 7_300_000},
        **{"ended_at": at - 3_600_000, "acked": {"by": HOSTILE, "at": at - 7_200_000 + 72_000}},
        **{
            "sentence": {"en": HOSTILE, "zh": HOSTILE},
            "closed": {"cause": HOSTILE, "measure": "m"},
        },
        **rest,
        **names,
    }
    yield {"id": "2", "number": 2, "fired_at": at - 1_000_000, "ended_at": at, **rest, **names}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    pages = assets.load(ensure_exported(tmp_path_factory.mktemp("pages")))
    with tempfile.TemporaryDirectory() as folder:
        house = House(pages, Path(folder)).start()
        yield house
        house.stop()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    playwright = pytest.importorskip("playwright.sync_api")
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no Chromium here")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def opened(house: House, chromium: Any) -> Iterator[Callable[..., Any]]:
    """`opened(query, width, height)`: the page, whose every complaint fails the test."""
    contexts, complaints = [], []

    def open_page(query: str = "lang=en", width: int = 1600, height: int = 1000) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-GB")
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "console", lambda said: complaints.append(said.text) if said.type == "error" else None
        )
        page.on("dialog", lambda dialog: complaints.append(f"hostile text ran: {dialog.message}"))

        def guard(route: Any) -> None:
            if route.request.url.startswith(house.url):
                route.continue_()
            else:
                complaints.append(f"asked outside: {route.request.url}")
                route.abort()

        context.route("**/*", guard)
        page.goto(f"{house.url}reports?{query}")
        page.wait_for_selector(".r-tile .r-figure")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert complaints == []


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_a_manager_opens_yesterday_sees_what_went_wrong_drills_and_downloads(
    house: House, opened: Callable[..., Any]
) -> None:
    page = opened()
    assert "22 November 2026" in page.locator("h1").inner_text()
    page.get_by_role("button", name="Day before").click()
    page.wait_for_function("() => document.title.includes('21 November')")
    page.wait_for_selector(".r-incident")
    trouble = page.locator(".r-trouble").inner_text()
    assert "1:12" in trouble
    assert "nobody" in trouble
    assert HOSTILE in trouble, "as text"
    assert page.locator("img").count() == 0
    page.wait_for_function(
        "() => document.querySelector('[data-root-id]')"
        ".firstElementChild.shadowRoot.querySelectorAll('.r-plot').length === 2"
    )  # two queues of two formulas have no common service level to draw
    shown = number(page.locator(".r-tile[data-name=abandoned] .r-large").inner_text())
    page.locator(".r-tile[data-name=abandoned] .r-large").click()
    page.wait_for_selector(".fw-drill tbody tr")
    assert page.locator(".fw-drill tbody tr").count() == shown > 3
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    focused = "document.querySelector('[data-root-id]').firstElementChild.shadowRoot.activeElement"
    assert page.evaluate(f"{focused}.rowIndex") == 2
    page.keyboard.press("Escape")
    page.wait_for_selector(".fw-drill", state="hidden")
    assert page.evaluate(f"{focused}.classList.contains('r-large')"), "back where he was"
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Queues, CSV").click()
    assert waiting.value.suggested_filename == "floorwatch-hq-2026-11-21.csv"
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert f",{shown}," in text.splitlines()[-1]
    assert "date=2026-11-21" in page.url, "the address is that of this day"


def test_a_service_level_opens_to_its_formula_and_its_parts(
    house: House, opened: Callable[..., Any]
) -> None:
    page = opened("lang=en&queue=sales")
    page.locator(".r-table tbody tr").first.locator("td[data-name=service_level] .r-figure").click()
    page.wait_for_selector(".fw-drill tbody tr")
    sentence = page.locator(".fw-drill-sentence").inner_text()
    assert re.fullmatch(
        r"\(\d+ answered within 20 s\) ÷ \(\d+ answered \+ \d+ abandoned at or after 5 s\) = [\d.]+%",
        sentence,
    )
    assert page.locator(".fw-drill-value").inner_text() == sentence.rpartition("= ")[2]
    for chip in page.locator(".fw-drill-term").all():
        chip.click()
        page.wait_for_selector(".fw-drill-term[aria-pressed=true]")
        part = number(chip.locator("b").inner_text())
        page.wait_for_function(
            "count => document.querySelector('[data-root-id]').firstElementChild.shadowRoot"
            ".querySelectorAll('.fw-drill tbody tr').length === count",
            arg=part,
        )
    # Seen by nobody but us, but looked at: the list opens over the page, and closes by a click beside.
    page.mouse.click(20, 500)
    page.wait_for_selector(".fw-drill", state="hidden")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_phone_shows_it_all_without_a_sideways_page(
    opened: Callable[..., Any], language: str
) -> None:
    page = opened(f"lang={language}", 390, 844)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(wide) <= 0
    assert page.locator("html").get_attribute("lang") == {"zh": "zh-CN", "en": "en-GB"}[language]
    page.locator(".r-tile[data-name=answered] .r-large").click()
    page.wait_for_selector(".fw-drill tbody tr")
    assert page.evaluate(wide) <= 0
    box = page.locator(".fw-drill").bounding_box()
    assert (box["x"], box["width"]) == (0, 390)


def test_the_charts_are_drawn_anew_in_the_other_theme_and_language(
    opened: Callable[..., Any],
) -> None:
    page = opened("lang=en&queue=sales")
    page.wait_for_selector(".r-plot >> nth=2")
    with page.expect_response(re.compile("day/chart.*theme=dark")):
        page.get_by_role("button", name="Dark").click()
    assert page.locator("main").get_attribute("data-theme") == "dark"
    with page.expect_response(re.compile("day/chart.*lang=zh")):
        page.get_by_role("button", name="中文").click()
    assert page.locator("h1").inner_text() == "2026年11月22日星期日"
    assert page.locator("figure[class=r-chart]").count() == 3
