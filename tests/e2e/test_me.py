"""An agent's page in a real Chromium: himself, his day, his queues, and nobody's name but his own."""

import asyncio
import importlib.util
import os
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard import assets
from dashboard.assets import Assets
from dashboard.catalogue import catalogues
from dashboard.desks import Desks
from dashboard.export import ensure_exported
from dashboard.gateway import Gateway
from dashboard.roads import Behind
from floorwatch.access_wiring import access
from floorwatch.settings import parse

pytestmark = pytest.mark.chromium
ROOT = Path(__file__).parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
TICK_S = 0.1
HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'
PHONE = {"width": 390, "height": 844}
MINUTE = 60_000
WORDS = catalogues("shared", "console", "me")


def _floor() -> Any:
    """The invented floor of the gateway's own tests."""
    path = ROOT / "tests" / "dashboard" / "conftest.py"
    spec = importlib.util.spec_from_file_location("invented_floor_of_me", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FLOOR = _floor()


class MachineClock:
    def now(self) -> int:
        return time.time_ns() // 1_000_000  # noqa: TID251 it is a clock

    async def sleep(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds)  # noqa: TID251 a real server for a real browser


class Floor:
    """A gateway without sign-in, in a thread of its own."""

    def __init__(self, pages: Assets, folder: Path) -> None:
        self.pages, self.folder = pages, folder
        self.clock = MachineClock()
        self.port = 0
        self.story = FLOOR.Story(self.clock.now(), 3)
        document, now = self.story.document, self.clock.now()
        self.first, self.second, self.third = document["queues"]
        document["queues"][self.first] |= {"waiting": 5, "longest_since": now - 65_000}
        document["queues"][self.first] |= {"service_level": 0.5, "agents": {"ready": 4}}
        document["allowed"] = {"not_ready": {"meal": 30 * MINUTE}}
        document["notices"] = {
            "n1": {
                "text": HOSTILE,
                "tone": "warn",
                "at": now - 5 * MINUTE,
                "boards": [],
                "by": "Lead Zhou",
            },
            "n2": {
                "text": "gone",
                "tone": "info",
                "at": now - 9 * MINUTE,
                "until": now - 1,
                "boards": [],
            },
        }
        document["agents"] = {
            "1001": {
                "names": {"zh": "李娜", "en": "Li Na"},
                "state": "not_ready",
                "reason": "meal",
                "since": now - 10 * MINUTE,
                "queues": {self.first: True, self.second: False},
                "day": {
                    **{"at": now - 10 * MINUTE, "answered": 31, "transferred": 4, "unanswered": 2},
                    **{"talk_ms": 90 * MINUTE, "hold_ms": 0, "acw_ms": 20 * MINUTE},
                    **{"signed_in_ms": 180 * MINUTE, "ready_ms": 40 * MINUTE},
                    **{"not_ready_ms": 15 * MINUTE, "not_ready_by": {"break": 15 * MINUTE}},
                },
            },
            "1002": {
                "names": {"en": "Secret Colleague"},
                "state": "ready",
                "queues": {self.first: True},
            },
            "evil": {"names": {"zh": HOSTILE, "en": HOSTILE}, "state": "ready", "reason": HOSTILE},
        }

    def start(self) -> "Floor":
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(started)), daemon=True)
        self._thread.start()
        assert started.wait(20), "the gateway did not start"
        return self

    async def _run(self, started: threading.Event) -> None:
        self._stopped, self._loop = asyncio.Event(), asyncio.get_running_loop()
        with access(parse(""), self.folder, {}) as door:
            behind = Behind(desks=Desks(door.desks, door.audit))
            place = (self.clock, "127.0.0.1", self.port, self.pages)
            async with Gateway(*place, doors=door.doors, behind=behind) as gateway:
                self.port = gateway.port
                started.set()
                while not self._stopped.is_set():
                    gateway.publish(self.story.full, self.story.news())
                    await self.clock.sleep(TICK_S)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(20)
        assert not self._thread.is_alive()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


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


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    return assets.load(ensure_exported(tmp_path_factory.mktemp("data")))


@pytest.fixture
def floor(pages: Assets, tmp_path: Path) -> Iterator[Floor]:
    floor = Floor(pages, tmp_path).start()
    yield floor
    floor.stop()


@pytest.fixture
def page(browser: Any, floor: Floor) -> Iterator[Any]:
    """A phone that reaches nobody but our gateway, and complains of nothing."""
    context = browser.new_context(viewport=PHONE, locale="en")
    page = context.new_page()
    page.set_default_timeout(10_000)
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def within(route: Any) -> None:
        if route.request.url.startswith((floor.url, "data:")):
            route.continue_()
        else:
            complaints.append(route.request.url)
            route.abort()

    page.route("**/*", within)
    yield page
    assert complaints == []
    assert page.evaluate("window.hurt === undefined")
    context.close()


def opened(page: Any, floor: Floor, agent: str, language: str = "en") -> Any:
    page.goto(f"{floor.url}/me?agent={agent}&lang={language}")
    page.wait_for_selector(".me-link[data-tone=good]")
    return page


def figures(page: Any, part: str) -> dict[str, str]:
    """What stands in a part, by its labels."""
    rows = page.locator(f"{part} > div")
    return {row.locator("dt").inner_text(): row.locator("dd").inner_text() for row in rows.all()}


@pytest.mark.parametrize("language", ["zh", "en"])
def test_an_agent_sees_himself_ticking_and_what_is_left(
    floor: Floor, page: Any, language: str
) -> None:
    opened(page, floor, "1001", language)
    words = WORDS[language]
    assert page.locator("h1").inner_text() == {"zh": "李娜", "en": "Li Na"}[language]
    assert page.locator(".me-doing b").inner_text() == words["reason.meal"]
    time_node = page.locator(".me-time")
    before = time_node.inner_text()
    assert before.startswith("10:")
    page.locator(f".me-time:not(:text-is('{before}'))").wait_for()
    assert page.locator(".me-left").get_attribute("data-tone") == "well"
    assert "19:" in page.locator(".me-said").inner_text()
    assert figures(page, ".me-calls") == {
        words["me_calls.answered"]: "31",
        words["me_calls.unanswered"]: "2",
        words["me_calls.transferred"]: "4",
    }


def test_the_day_goes_on_with_the_state(floor: Floor, page: Any) -> None:
    opened(page, floor, "1001")
    assert figures(page, ".me-times") == {
        "Signed in": "3 h 10 min",
        "Ready": "40 min",
        "On calls": "1 h 30 min",
        "After-call work": "20 min",
        "Not ready": "25 min",
    }
    assert figures(page, ".me-rows") == {
        "Break": "15 min",
        "Meal": "10 min · at most 30 min each",
    }
    floor.story.document["agents"]["1001"]["since"] -= 25 * MINUTE
    page.locator(".me-left[data-tone=over]").wait_for()
    assert "over" in page.locator(".me-said").inner_text()


def test_own_queues_are_shown_and_no_colleague_is_named(floor: Floor, page: Any) -> None:
    frames: list[str] = []
    page.on(
        "websocket",
        lambda socket: socket.on("framereceived", lambda text: frames.append(str(text))),
    )
    opened(page, floor, "1001")
    rows = page.locator(".me-queue")
    assert rows.count() == 2
    names = [
        floor.story.document["queues"][id]["names"]["en"] for id in (floor.first, floor.second)
    ]
    assert [row.locator(".me-queue-head b").inner_text() for row in rows.all()] == names
    first = rows.first
    assert [dd.inner_text() for dd in first.locator("dd").all()][0::2] == ["5", "50.0%"]
    assert first.locator("dd").nth(3).inner_text() == "4"
    assert first.locator(".fw-tag").inner_text() == WORDS["en"]["me.below"]
    assert rows.nth(1).locator(".fw-tag").inner_text() == WORDS["en"]["me.paused"]
    assert page.locator(".me-notice").count() == 1
    assert HOSTILE in page.locator(".me-notice").inner_text()
    assert frames
    assert not any("Secret Colleague" in frame or "Lead Zhou" in frame for frame in frames)


def test_hostile_names_stay_text(floor: Floor, page: Any) -> None:
    opened(page, floor, "evil")
    assert page.locator("h1").inner_text() == HOSTILE
    assert page.locator(".me-queues .fw-note").first.inner_text() == WORDS["en"]["me.no_queue"]


def test_where_nobody_signs_in_one_says_who_one_is(floor: Floor, page: Any) -> None:
    page.goto(f"{floor.url}/me?lang=en")
    page.locator(".me-ask input").fill("9999")
    page.locator(".me-ask button").click()
    page.locator(".me-unheard").wait_for()
    page.locator(".me-ask input").fill("1001")
    page.locator(".me-ask button").click()
    page.locator(".me-time").wait_for()
    assert page.locator("h1").inner_text() == "Li Na"
    page.locator(".me-foot button").click()
    page.locator(".me-ask").wait_for()
    assert page.locator(".me-state").is_hidden()


def test_nothing_on_a_phone_sticks_out(floor: Floor, page: Any) -> None:
    opened(page, floor, "1001", "en")
    assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
