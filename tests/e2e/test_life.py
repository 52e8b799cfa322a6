"""Notices, floor walks and hand-overs in a real Chromium, on a real gateway with its desks and file."""

import asyncio
import base64
import importlib.util
import json
import os
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from dashboard import assets
from dashboard.assets import Assets
from dashboard.board import MAIN
from dashboard.catalogue import catalogues
from dashboard.desk_file import DeskFile
from dashboard.desks import Desks
from dashboard.export import ensure_exported
from dashboard.gateway import Gateway
from dashboard.roads import Behind
from dashboard.walk_choices import Choice, WalkChoices
from dashboard.walks import Ways, Whereabouts
from dashboard.writing import width
from floorwatch.access_wiring import access
from floorwatch.life_wiring import handover_desk, notice_desk, walk_desk
from floorwatch.settings import parse
from stream.sites import Site

pytestmark = pytest.mark.chromium
ROOT = Path(__file__).parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
TICK_S = 0.1
WORDS = catalogues("shared", "life")
HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'
PHONE = {"width": 390, "height": 844}
CHOICES = WalkChoices(
    places=(
        Choice(id="place:hall", names={"zh": "大厅", "en": "Hall"}, group="place"),
        Choice(id="area:a", names={"zh": "A 区", "en": "Area A"}, group="area"),
        Choice(id="area:b", names={"zh": "B 区", "en": "Area B"}, group="area"),
        Choice(id="team:one", names={"zh": "一组", "en": "Team one"}, group="team"),
        Choice(id="team:two", names={"zh": HOSTILE, "en": HOSTILE}, group="team"),
        Choice(id="queue:sales", names={"zh": "销售", "en": "Sales"}, group="queue"),
    )
)


def _floor() -> Any:
    """The invented floor of the gateway's own tests."""
    path = ROOT / "tests" / "dashboard" / "conftest.py"
    spec = importlib.util.spec_from_file_location("invented_floor", path)
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
    """A gateway with the desks of a shift's life, in a thread of its own; it may go and come back."""

    def __init__(self, pages: Assets, folder: Path) -> None:
        self.pages, self.folder = pages, folder
        self.clock = MachineClock()
        self.port = 0
        self.story = FLOOR.Story(self.clock.now(), 4)
        now, document = self.clock.now(), self.story.document
        document["allowed"] = {"not_ready": {"": 900_000, "meal": 1_800_000}}
        document["agents"] = {
            "Li Na": _agent("李娜", "Li Na", "one", "not_ready", now - 3_900_000),
            "Bo Berg": _agent("博伯格", "Bo Berg", "two", "talking", now - 60_000),
            "evil": _agent(HOSTILE, HOSTILE, "one", "ready", now - 5_000),
        }

    def start(self) -> "Floor":
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(started)), daemon=True)
        self._thread.start()
        assert started.wait(20), "the gateway did not start"
        return self

    async def _run(self, started: threading.Event) -> None:
        self._stopped, self._loop = asyncio.Event(), asyncio.get_running_loop()
        with ExitStack() as stack:
            door = stack.enter_context(access(parse(""), self.folder, {}))
            file = stack.enter_context(DeskFile(self.folder / "desk.db"))
            site = Site(id="hq", time_zone="Asia/Shanghai")
            ways = Ways(choices=lambda: CHOICES, agent=lambda _: Whereabouts("one", ()))
            desks = [
                *door.desks,
                notice_desk(site, file, lambda: (MAIN,), self.clock.now()),
                walk_desk(self.folder, file, ways),
                handover_desk(file),
            ]
            behind = Behind(desks=Desks(desks, door.audit))
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

    def ask(self, path: str) -> Any:
        with urlopen(f"{self.url}{path}", timeout=10) as answer:
            return json.loads(answer.read())


def _agent(zh: str, en: str, team: str, state: str, since: int) -> dict[str, Any]:
    return {"names": {"zh": zh, "en": en}, "team": team, "state": state, "since": since}


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


class Lead:
    """A shift lead with a phone, whose browser complains to us and reaches nobody else."""

    def __init__(self, browser: Any, url: str, language: str = "zh", **screen: Any) -> None:
        screen = screen or {"viewport": PHONE, "has_touch": True, "is_mobile": True}
        self.context = browser.new_context(locale=language, **screen)
        self.complaints: list[str] = []
        self.url, self.words = url, WORDS[language]
        self.taps = 0
        self.page = self.context.new_page()
        self.page.set_default_timeout(10_000)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.route("**/*", self._within)
        self.language = language

    def _within(self, route: Any) -> None:
        if route.request.url.startswith((self.url, "data:", "blob:")):
            route.continue_()
        else:
            self.complaints.append(route.request.url)
            route.abort()

    def open(self, tab: str = "", name: str = "王班长") -> Any:
        self.page.add_init_script(f"localStorage.setItem('floorwatch.who', {json.dumps(name)})")
        self.page.goto(f"{self.url}/walk?lang={self.language}{tab}")
        self.page.wait_for_selector(".walk-link[data-tone=good]")
        return self.page

    def tap(self, selector: str) -> None:
        self.page.locator(selector).tap()
        self.taps += 1

    def note(self, place: str, kind: str, measure: str = "") -> None:
        self.tap(f".walk-note[data-step=place] [data-choice='{place}']")
        self.tap(f".walk-note[data-step=kind] [data-choice='{kind}']")
        if measure:
            self.tap(f".walk-note[data-step=measure] [data-choice='{measure}']")

    def go_on(self) -> None:
        """Look at the next place: what was noted before is sent, and not to be taken back."""
        self.page.locator(".walk-saved[data-tone=good]").wait_for()
        self.page.locator(".walk-note [data-choice='place:hall']").tap()
        self.page.locator(".walk-step").first.tap()

    def close(self) -> None:
        assert self.complaints == []
        assert self.page.evaluate("window.hurt === undefined")
        self.context.close()


@pytest.fixture
def lead(browser: Any, floor: Floor) -> Iterator[Lead]:
    lead = Lead(browser, floor.url)
    yield lead
    lead.close()


def said(words: dict[str, str], key: str, **values: str) -> str:
    """A sentence of the page, filled in."""
    sentence = words[key]
    for name, value in values.items():
        sentence = sentence.replace("{" + name + "}", value)
    return sentence


def test_three_taps_note_a_finding(floor: Floor, lead: Lead) -> None:
    page = lead.open()
    lead.note("area:a", "cleanliness", "reminded")
    assert lead.taps == 3
    lead.go_on()
    page.locator(".finding-row", has_text="A 区 · 卫生 · 口头提醒").wait_for()
    told = floor.ask("/walks")
    (finding,) = told["findings"]
    assert (finding["place"], finding["kind"], finding["measure"], finding["by"]) == (
        *("area:a", "cleanliness", "reminded"),
        "王班长",
    )
    assert len(told["walks"]) == 1
    # The second walk in the same place ends, and the same finding is marked.
    lead.note("area:a", "cleanliness", "repair")
    lead.go_on()
    page.locator(".walk-saved[data-tone=warn]").wait_for()
    page.locator("[data-list=today] .fw-tag", has_text="2").wait_for()
    page.locator(".walk-bar .fw-button").tap()
    page.wait_for_function("localStorage.getItem('floorwatch.walk') === null")
    field = page.locator("[data-list=open] .life-settle input")
    field.fill("换了新的")
    page.locator("[data-list=open] .life-settle button").tap()
    page.locator("[data-list=open] .finding-row").wait_for(state="detached")
    settled = floor.ask("/walks")
    assert [each.get("settled") for each in settled["findings"]] == [None, "换了新的"]
    (walk,) = settled["walks"]
    assert walk["ended_at"] >= walk["last_at"]


def test_nothing_found_takes_two_taps_and_a_slip_is_taken_back(floor: Floor, lead: Lead) -> None:
    page = lead.open()
    lead.note("team:two", "none")
    assert lead.taps == 2
    page.locator(".walk-saved button").tap()
    page.locator(".walk-saved[data-tone='']").wait_for()
    lead.note("place:hall", "none")
    lead.go_on()
    page.locator("[data-list=today] .finding-row").wait_for()
    assert [each["place"] for each in floor.ask("/walks")["findings"]] == ["place:hall"]


def test_what_is_noted_without_a_connection_is_sent_once_it_is_back(
    floor: Floor, lead: Lead
) -> None:
    page = lead.open()
    page.locator(".walk-note [data-choice='area:a']").wait_for()
    floor.stop()
    page.locator(".walk-link[data-tone=warn]").wait_for()
    lead.note("area:a", "noise", "reminded")
    lead.note("area:b", "phone", "coaching")
    lead.go_on()
    page.locator(".walk-waiting[data-waiting=true]", has_text="2").wait_for()
    floor.start()
    # Loaded anew, as a phone does that needed its memory: what waits is kept in the browser.
    page.reload()
    page.locator("[data-list=today] .finding-row").nth(1).wait_for(timeout=20_000)
    page.locator(".walk-waiting[data-waiting=false]").wait_for()
    told = floor.ask("/walks")
    assert sorted(each["place"] for each in told["findings"]) == ["area:a", "area:b"]
    assert len(told["walks"]) == 1
    (opened,) = told["open"]
    assert opened["measure"] == "coaching"


# Answers of the desk get lost on their way, while the page is `deaf`.
DEAF = """
  const heard = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    ...heard,
    set(listen) {
      heard.set.call(this, (message) => {
        if (window.deaf && this.url.endsWith("/desk")) return this.close();
        listen(message);
      });
    },
  });
"""


def test_an_answer_that_got_lost_notes_nothing_twice(floor: Floor, lead: Lead) -> None:
    lead.page.add_init_script(DEAF)
    page = lead.open()
    lead.note("place:hall", "none")
    lead.go_on()
    page.locator("[data-list=today] .finding-row").wait_for()
    page.evaluate("window.deaf = true")
    lead.note("area:a", "noise", "reminded")
    lead.go_on()
    page.locator("[data-list=today] .finding-row").nth(1).wait_for()  # the desk has it
    page.locator(".walk-waiting[data-waiting=true]").wait_for()  # and the page does not know
    page.evaluate("window.deaf = false")
    page.locator(".walk-waiting[data-waiting=false]").wait_for()
    assert len(floor.ask("/walks")["findings"]) == 2


def photograph(browser: Any) -> bytes:
    """A large JPEG with a tag in it that tells where it was taken."""
    page = browser.new_page()
    url = page.evaluate(
        """() => {
          const canvas = document.createElement("canvas");
          [canvas.width, canvas.height] = [3000, 2000];
          const pen = canvas.getContext("2d");
          for (let at = 0; at < 3000; at += 20) {
            pen.fillStyle = `hsl(${at} 80% 50%)`;
            pen.fillRect(at, 0, 20, 2000);
          }
          return canvas.toDataURL("image/jpeg", 0.9);
        }"""
    )
    page.close()
    body = base64.b64decode(url.split(",")[1])
    tag = b"Exif\0\0GPS 31.2304 N 121.4737 E"
    return body[:2] + b"\xff\xe1" + (len(tag) + 2).to_bytes(2) + tag + body[2:]


def test_a_photo_is_made_small_and_tells_nothing_besides(
    browser: Any, floor: Floor, lead: Lead
) -> None:
    photo = photograph(browser)
    assert b"GPS" in photo
    page = lead.open()
    lead.tap(".walk-note [data-choice='area:b']")
    lead.tap(".walk-note [data-choice='equipment']")
    chooser = page.locator(".walk-camera input")
    chooser.set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": b"no photo"})
    page.locator(".walk-extras .fw-said", has_text=lead.words["refused.photo_bad"]).wait_for()
    chooser.set_input_files({"name": "x.jpg", "mimeType": "image/jpeg", "buffer": photo})
    page.locator(".walk-picture:visible").wait_for()
    page.locator(".walk-extras select").select_option("Li Na")
    page.locator(".walk-extras textarea").fill(HOSTILE)
    lead.tap(".walk-note [data-choice='repair']")
    lead.go_on()
    page.locator("[data-list=today] .finding-row", has_text=HOSTILE).wait_for()
    (finding,) = floor.ask("/walks")["findings"]
    assert (finding["agent"], finding["photo"]) == ("Li Na", True)
    with urlopen(f"{floor.url}/walk-photo?id={finding['id']}", timeout=10) as answer:
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        kept = answer.read()
    assert len(kept) <= 700 * 1024
    assert b"GPS" not in kept
    page.locator("[data-list=today] .finding-row button:visible").tap()
    size = "node => node.complete && node.naturalWidth ? [node.naturalWidth, node.naturalHeight] : null"
    picture = page.locator(".walks-picture img")
    picture.wait_for()
    page.wait_for_function(f"node => ({size})(node)", arg=picture.element_handle())
    assert picture.evaluate(size) == [1280, 853]


def test_a_hand_over_is_filled_with_what_is_known_and_taken_by_the_next(
    browser: Any, floor: Floor, lead: Lead
) -> None:
    page = lead.open()
    lead.note("team:two", "noise", "repair")
    lead.go_on()
    page.locator("[data-list=open] .finding-row").wait_for()
    # The open measures are told late: they come into what was begun without them.
    held: list[Any] = []
    page.route("**/walks?*", lambda route: held.append(route))
    page = lead.open("#handover")
    page.locator(".handover-begin").tap()
    texts = "nodes => nodes.map((node) => node.value)"
    points = page.locator(".life-point textarea")
    points.first.wait_for()
    assert not [text for text in points.evaluate_all(texts) if HOSTILE in text]
    page.unroute("**/walks?*")
    for route in held:
        route.continue_()
    points.nth(1).wait_for()
    drafted = points.evaluate_all(texts)
    assert [text for text in drafted if "李娜" in text], drafted
    assert [text for text in drafted if HOSTILE in text], drafted
    page.locator(".life-more").tap()
    points.last.fill("留意 VIP 队列")
    page.locator(".handover .life-ask textarea, .handover .fw-ask textarea").fill(HOSTILE)
    page.reload()  # a draft survives a page that is loaded anew
    points.last.wait_for()
    assert points.evaluate_all(texts)[-1] == "留意 VIP 队列"
    page.locator(".handover .life-form .fw-go").tap()
    page.locator("[data-list=waiting] .handover-row", has_text="留意 VIP 队列").wait_for()
    assert page.locator(".handover-row .fw-go:visible").count() == 0
    other = Lead(browser, floor.url, "en")
    theirs = other.open("#handover", name="Zhao")
    theirs.locator(".handover-row .fw-go").tap()
    row = theirs.locator("[data-list=taken] .handover-row")
    row.wait_for()
    row.locator(".handover-point input").first.tap()
    row.locator("[data-done=true]").wait_for()
    other.close()
    (kept,) = floor.ask("/handovers")["handovers"]
    assert (kept["by"], kept["taken_by"]) == ("王班长", "Zhao")
    assert kept["points"][0]["by"] == "Zhao"


def test_a_notice_is_seen_before_it_is_sent_and_hangs_until_it_is_taken_down(
    floor: Floor, lead: Lead
) -> None:
    page = lead.open("#notices")
    text = page.locator(".notices textarea")
    go = page.locator(".notices .fw-go")
    assert go.is_disabled()
    for typed in ("升级，" * 3, "abc" * 5, "e\u0301👍", "ａ１！", HOSTILE):
        text.fill(typed)
        left = str((200 - width(typed)) // 2)
        page.locator(".life-room", has_text=said(lead.words, "notice.room", count=left)).wait_for()
        assert page.locator(".notice-preview span").inner_text() == typed
    text.fill("升" * 101)
    page.locator(".life-room[data-over=true]").wait_for()
    assert go.is_disabled()
    text.fill(f"14:00 升级 {HOSTILE}")
    page.locator(".notice-tone[data-tone=warn]").tap()
    page.locator(".notices select").first.select_option("day")
    go.tap()
    page.locator("[data-list=hanging] .notice-row", has_text="14:00 升级").wait_for()
    with urlopen(f"{floor.url}/frame", timeout=10) as answer:
        (notice,) = json.loads(answer.read())["body"]["notices"].values()
    assert notice["tone"] == "warn"
    assert "by" not in notice
    page.locator("[data-list=hanging] .fw-quiet").tap()
    text.fill("14:30 升级")
    go.tap()
    page.locator("[data-list=hanging] .notice-row", has_text="14:30 升级").wait_for()
    page.locator("[data-list=hanging] .fw-button:not(.fw-quiet)").tap()
    page.locator("[data-list=gone] .notice-row", has_text="王班长").wait_for()
    with urlopen(f"{floor.url}/frame", timeout=10) as answer:
        assert json.loads(answer.read())["body"].get("notices", {}) == {}


def test_a_thumb_reaches_everything_and_nothing_is_lost_to_the_side(
    browser: Any, floor: Floor
) -> None:
    lead = Lead(browser, floor.url, "en")  # its words are the longer ones
    page = lead.open()
    small = """() => [...document.querySelectorAll("*")].flatMap((node) =>
      node.shadowRoot ? [...node.shadowRoot.querySelectorAll("button, select, input, textarea, a")] : [])
      .filter((node) => node.checkVisibility() && !node.matches(".fw-unseen, label input"))
      .filter((node) => node.getBoundingClientRect().height < 43)
      .map((node) => node.outerHTML)"""
    for tab in ("walk", "handover", "notices"):
        page.evaluate(f"location.hash = '{tab}'")
        page.locator(f"[data-tab={tab}]:visible").wait_for()
        if tab == "handover":
            page.locator(".handover-begin").tap()
            page.locator(".life-point").first.wait_for()
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        assert [html for html in page.evaluate(small) if "checkbox" not in html] == []
    lead.close()
