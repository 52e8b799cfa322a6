"""The manager's page in a real Chromium: yesterday opened, what went wrong seen, drilled, downloaded.

A real gateway, desks and daybook, over a floor whose events a test tells; outside addresses blocked.
"""

import random
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import expect

from dashboard.assets import Assets
from dashboard.concern import Sees
from dashboard.gateway import Gateway
from dashboard.roads import Behind
from stream.daybook_keeper import Daybook
from stream.daybook_sqlite import DaybookFile
from tests.dashboard.drill.conftest import SITE, Empty, Office, Still
from tests.e2e.television import ROOT
from tests.e2e.visitor import PHONE, Visitor, becomes
from tests.hosted import Hosted, MachineClock, fetched
from tests.stream.morning import told

pytestmark = pytest.mark.chromium
DAY_MS = 86_400_000
TICK_S = 0.1
HOSTILE = "<img src=x onerror=alert(1)>"


class House(Hosted):
    """The office of the desk's own tests behind a gateway."""

    def __init__(self, pages: Assets, folder: Path) -> None:
        self._pages, self._folder = pages, folder

    def obey(self, message: str | bytes, now: int) -> str:
        raise AssertionError("nobody wishes anything here")

    def ask(self, path: str, query: Mapping[str, str], _sees: Sees) -> object | None:
        """The incidents, as the alert desk tells them."""
        start, end = int(query.get("from", 0)), int(query.get("to", 1 << 50))
        told = [each for each in self.office.incidents if start <= each["fired_at"] < end]
        return told if path == "/incidents" else None

    async def live(self) -> None:
        file = DaybookFile(self._folder / "daybook.db", SITE)
        with Daybook(file, SITE, Still()) as book:
            await book.recover(Empty(), 0)
            office = self.office = Office(self._folder, book)
            earlier = told(random.Random(8), 120, office.now - DAY_MS - 4 * 3_600_000)
            rename = msgspec.structs.replace
            office.tell([rename(e, source="/acd/hq/old", id=f"old-{e.id}") for e in earlier])
            assert await book.keep()
            office.tell(told(random.Random(5), 160, office.now - 4 * 3_600_000))
            office.incidents = list(incidents(office.now - DAY_MS))
            behind = Behind(alerts=self, desks=office.desks)
            clock, pace = Still(), MachineClock()
            async with Gateway(clock, "127.0.0.1", 0, self._pages, behind=behind) as gateway:
                self.url = gateway.url.rstrip("/")
                while True:
                    patch = office.figures.patch(clock.now())
                    gateway.publish(lambda: office.figures.document, patch)
                    self.stands()
                    await pace.sleep(TICK_S)


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
def house(pages: Assets, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with House(pages, tmp_path_factory.mktemp("house")) as house:
        yield house


@pytest.fixture
def opened(house: House, browser: Any) -> Iterator[Callable[..., Any]]:
    """`opened(query, viewport)`: the page, whose every complaint fails the test."""
    with Visitor(browser, house.url, viewport={"width": 1600, "height": 1000}) as visitor:

        def open_page(query: str = "lang=en", viewport: dict[str, int] | None = None) -> Any:
            page = visitor.context.new_page()
            if viewport:
                page.set_viewport_size(viewport)
            return visitor.go(page, f"reports?{query}", ".r-tile .r-figure")

        yield open_page


def number(text: str) -> int:
    return int(re.sub(r"\D", "", text))


def test_a_manager_opens_yesterday_sees_what_went_wrong_drills_and_downloads(
    house: House, opened: Callable[..., Any]
) -> None:
    page = opened()
    expect(page.locator("h1")).to_contain_text("22 November 2026")
    page.get_by_role("button", name="Day before").click()
    page.wait_for_function("() => document.title.includes('21 November')")
    page.wait_for_selector(".r-incident")
    for words in ("1:12", "nobody", HOSTILE):
        expect(page.locator(".r-trouble")).to_contain_text(words)
    assert page.locator("img").count() == 0
    page.wait_for_function(
        f"() => {ROOT}.querySelectorAll('.r-plot').length === 2"
    )  # two queues of two formulas have no common service level to draw
    abandoned = page.locator(".r-tile[data-name=abandoned] .r-large")
    shown = fetched(f"{house.url}/day?date=2026-11-21")["totals"]["abandoned"]
    assert shown > 3
    becomes(page, lambda: number(abandoned.inner_text()), shown)
    abandoned.click()
    page.wait_for_selector(".fw-drill tbody tr")
    expect(page.locator(".fw-drill tbody tr")).to_have_count(shown)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    focused = f"{ROOT}.activeElement"
    becomes(page, lambda: page.evaluate(f"{focused}.rowIndex"), 2)
    page.keyboard.press("Escape")
    page.wait_for_selector(".fw-drill", state="hidden")
    back = f"{focused}.classList.contains('r-large')"  # where he was
    becomes(page, lambda: page.evaluate(back), True)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Queues, CSV").click()
    assert waiting.value.suggested_filename == "floorwatch-hq-2026-11-21.csv"
    text = Path(waiting.value.path()).read_text(encoding="utf-8-sig")
    assert f",{shown}," in text.splitlines()[-1]
    expect(page).to_have_url(re.compile("date=2026-11-21"))  # that of this day


def test_a_service_level_opens_to_its_formula_and_its_parts(
    house: House, opened: Callable[..., Any]
) -> None:
    page = opened("lang=en&queue=sales")
    page.locator(".r-table tbody tr").first.locator("td[data-name=service_level] .r-figure").click()
    page.wait_for_selector(".fw-drill tbody tr")
    sentence = page.locator(".fw-drill-sentence")
    parts = r"\(\d+ answered within 20 s\) ÷ \(\d+ answered \+ \d+ abandoned at or after 5 s\)"
    expect(sentence).to_have_text(re.compile(rf"^{parts} = [\d.]+%$"))
    value = sentence.inner_text().rpartition("= ")[2]
    expect(page.locator(".fw-drill-value")).to_have_text(value)
    page.locator(".fw-drill-term").first.wait_for()
    for chip in page.locator(".fw-drill-term").all():
        chip.click()
        page.wait_for_selector(".fw-drill-term[aria-pressed=true]")
        part = number(chip.locator("b").inner_text())
        page.wait_for_function(
            f"count => {ROOT}.querySelectorAll('.fw-drill tbody tr').length === count",
            arg=part,
        )
    # Seen by nobody but us, but looked at: the list opens over the page, and closes by a click beside.
    page.mouse.click(20, 500)
    page.wait_for_selector(".fw-drill", state="hidden")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_phone_shows_it_all_without_a_sideways_page(
    opened: Callable[..., Any], language: str
) -> None:
    page = opened(f"lang={language}", PHONE)
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    becomes(page, lambda: page.evaluate(wide) <= 0, True)
    spoken = {"zh": "zh-CN", "en": "en-GB"}[language]
    expect(page.locator("html")).to_have_attribute("lang", spoken)
    page.locator(".r-tile[data-name=answered] .r-large").click()
    page.wait_for_selector(".fw-drill tbody tr")
    becomes(page, lambda: page.evaluate(wide) <= 0, True)

    def place() -> tuple[float, float]:
        box = page.locator(".fw-drill").bounding_box()
        return box["x"], box["width"]

    becomes(page, place, (0, 390))


def test_the_charts_are_drawn_anew_in_the_other_theme_and_language(
    opened: Callable[..., Any],
) -> None:
    page = opened("lang=en&queue=sales")
    page.wait_for_selector(".r-plot >> nth=2")
    with page.expect_response(re.compile("day/chart.*theme=dark")):
        page.get_by_role("button", name="Dark").click()
    expect(page.locator("main")).to_have_attribute("data-theme", "dark")
    with page.expect_response(re.compile("day/chart.*lang=zh")):
        page.get_by_role("button", name="中文").click()
    expect(page.locator("h1")).to_have_text("2026年11月22日星期日")
    expect(page.locator("figure[class=r-chart]")).to_have_count(3)
