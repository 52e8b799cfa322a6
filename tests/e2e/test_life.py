"""Notices, floor walks and hand-overs in a real Chromium, on a real gateway with its desks and file."""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from playwright.sync_api import expect

from dashboard.assets import Assets
from dashboard.board import MAIN
from dashboard.catalogue import catalogues
from dashboard.desk_file import DeskFile
from dashboard.desks import Desks
from dashboard.roads import Behind
from dashboard.walk_choices import Choice, WalkChoices
from dashboard.walks import Ways, Whereabouts
from dashboard.writing import width
from floorwatch.access_wiring import access
from floorwatch.life_wiring import handover_desk, notice_desk, walk_desk
from floorwatch.settings import parse
from stream.sites import Site
from tests.e2e.floor_server import HOSTILE, FloorServer
from tests.e2e.visitor import HAND, NOBODY_THERE, PHONE, Visitor, becomes
from tests.hosted import PATIENCE_S

pytestmark = pytest.mark.chromium
WORDS = catalogues("shared", "life")
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


class Floor(FloorServer):
    """With the desks of a shift's life."""

    def __init__(self, pages: Assets, folder: Path) -> None:
        super().__init__(pages)
        self.folder = folder
        now, document = self.clock.now(), self.document
        document["allowed"] = {"not_ready": {"": 900_000, "meal": 1_800_000}}
        document["agents"] = {
            "Li Na": _agent("李娜", "Li Na", "one", "not_ready", now - 3_900_000),
            "Bo Berg": _agent("博伯格", "Bo Berg", "two", "talking", now - 60_000),
            "evil": _agent(HOSTILE, HOSTILE, "one", "ready", now - 5_000),
        }

    def furnish(self, stack: ExitStack) -> Mapping[str, Any]:
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
        return {"doors": door.doors, "behind": Behind(desks=Desks(desks, door.audit))}


def _agent(zh: str, en: str, team: str, state: str, since: int) -> dict[str, Any]:
    return {"names": {"zh": zh, "en": en}, "team": team, "state": state, "since": since}


@pytest.fixture
def floor(pages: Assets, tmp_path: Path) -> Iterator[Floor]:
    with Floor(pages, tmp_path) as floor:
        yield floor


class Lead(Visitor):
    """A shift lead with a phone. Enter it to have its page."""

    screen = HAND

    def __init__(self, browser: Any, url: str, language: str = "zh") -> None:
        super().__init__(browser, url, locale=language)
        self.language, self.words = language, WORDS[language]
        self.taps = 0
        self.page = self.context.new_page()

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        hurt = kind is None and self.page.evaluate("window.hurt !== undefined")
        super().__exit__(kind, *rest)
        assert not hurt

    def open_walk(self, tab: str = "", name: str = "王班长") -> Any:
        self.page.add_init_script(f"localStorage.setItem('floorwatch.who', {json.dumps(name)})")
        return self.go(self.page, f"walk?lang={self.language}{tab}", ".walk-link[data-tone=good]")

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
        self.page.locator(".walk-saved:is([data-tone=good], [data-tone=warn])").wait_for()
        self.page.locator(".walk-note [data-choice='place:hall']").tap()
        self.page.locator(".walk-step").first.tap()


@pytest.fixture
def lead(browser: Any, floor: Floor) -> Iterator[Lead]:
    with Lead(browser, floor.url) as lead:
        yield lead


def said(words: dict[str, str], key: str, **values: str) -> str:
    """A sentence of the page, filled in."""
    sentence = words[key]
    for name, value in values.items():
        sentence = sentence.replace("{" + name + "}", value)
    return sentence


def test_three_taps_note_a_finding(floor: Floor, lead: Lead) -> None:
    page = lead.open_walk()
    lead.note("area:a", "cleanliness", "reminded")
    assert lead.taps == 3
    lead.go_on()
    page.locator(".finding-row", has_text="A 区 · 卫生 · 口头提醒").wait_for()
    told = floor.fetch("/walks")
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
    settled = floor.fetch("/walks")
    assert [each.get("settled") for each in settled["findings"]] == [None, "换了新的"]
    (walk,) = settled["walks"]
    assert walk["ended_at"] >= walk["last_at"]


def test_nothing_found_takes_two_taps_and_a_slip_is_taken_back(floor: Floor, lead: Lead) -> None:
    page = lead.open_walk()
    lead.note("team:two", "none")
    assert lead.taps == 2
    page.locator(".walk-saved button").tap()
    page.locator(".walk-saved[data-tone='']").wait_for()
    lead.note("place:hall", "none")
    lead.go_on()
    page.locator("[data-list=today] .finding-row").wait_for()
    assert [each["place"] for each in floor.fetch("/walks")["findings"]] == ["place:hall"]


def test_what_is_noted_without_a_connection_is_sent_once_it_is_back(
    floor: Floor, lead: Lead
) -> None:
    page = lead.open_walk()
    page.locator(".walk-note [data-choice='area:a']").wait_for()
    lead.forgiven.append(NOBODY_THERE)
    floor.stop()
    page.locator(".walk-link[data-tone=warn]").wait_for()
    lead.note("area:a", "noise", "reminded")
    lead.note("area:b", "phone", "coaching")
    lead.go_on()
    page.locator(".walk-waiting[data-waiting=true]", has_text="2").wait_for()
    floor.start()
    # Loaded anew, as a phone does that needed its memory: what waits is kept in the browser.
    page.reload()
    page.locator("[data-list=today] .finding-row").nth(1).wait_for()
    page.locator(".walk-waiting[data-waiting=false]").wait_for()
    told = floor.fetch("/walks")
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
    page = lead.open_walk()
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
    assert len(floor.fetch("/walks")["findings"]) == 2


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
    page = lead.open_walk()
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
    (finding,) = floor.fetch("/walks")["findings"]
    assert (finding["agent"], finding["photo"]) == ("Li Na", True)
    with urlopen(f"{floor.url}/walk-photo?id={finding['id']}", timeout=PATIENCE_S) as answer:
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
    page = lead.open_walk()
    lead.note("team:two", "noise", "repair")
    lead.go_on()
    page.locator("[data-list=open] .finding-row").wait_for()
    # The open measures are told late: they come into what was begun without them.
    held: list[Any] = []
    told = False
    page.route("**/walks?*", lambda route: route.fallback() if told else held.append(route))
    page = lead.open_walk("#handover")
    page.locator(".handover-begin").tap()
    texts = "nodes => nodes.map((node) => node.value)"
    points = page.locator(".life-point textarea")
    points.first.wait_for()
    assert not [text for text in points.evaluate_all(texts) if HOSTILE in text]
    told = True
    for route in held:
        route.fallback()
    points.nth(1).wait_for()
    for words in ("李娜", HOSTILE):
        becomes(page, lambda w=words: any(w in text for text in points.evaluate_all(texts)), True)  # type: ignore[misc]
    drafted = points.count()
    page.locator(".life-more").tap()
    expect(points).to_have_count(drafted + 1)
    points.last.fill("留意 VIP 队列")
    page.locator(".handover .life-ask textarea, .handover .fw-ask textarea").fill(HOSTILE)
    page.reload()  # a draft survives a page that is loaded anew
    becomes(page, lambda: points.evaluate_all(texts)[-1:], ["留意 VIP 队列"])
    page.locator(".handover .life-form .fw-go").tap()
    page.locator("[data-list=waiting] .handover-row", has_text="留意 VIP 队列").wait_for()
    assert page.locator(".handover-row .fw-go:visible").count() == 0
    with Lead(browser, floor.url, "en") as other:
        theirs = other.open_walk("#handover", name="Zhao")
        theirs.locator(".handover-row .fw-go").tap()
        row = theirs.locator("[data-list=taken] .handover-row")
        row.wait_for()
        row.locator(".handover-point input").first.tap()
        row.locator("[data-done=true]").wait_for()
    (kept,) = floor.fetch("/handovers")["handovers"]
    assert (kept["by"], kept["taken_by"]) == ("王班长", "Zhao")
    assert kept["points"][0]["by"] == "Zhao"


def test_a_notice_is_seen_before_it_is_sent_and_hangs_until_it_is_taken_down(
    floor: Floor, lead: Lead
) -> None:
    page = lead.open_walk("#notices")
    text = page.locator(".notices textarea")
    go = page.locator(".notices .fw-go")
    expect(go).to_be_disabled()
    for typed in ("升级，" * 3, "abc" * 5, "e\u0301👍", "ａ１！", HOSTILE):
        text.fill(typed)
        left = str((200 - width(typed)) // 2)
        page.locator(".life-room", has_text=said(lead.words, "notice.room", count=left)).wait_for()
        becomes(page, page.locator(".notice-preview span").inner_text, typed)
    text.fill("升" * 101)
    page.locator(".life-room[data-over=true]").wait_for()
    expect(go).to_be_disabled()
    text.fill(f"14:00 升级 {HOSTILE}")
    page.locator(".notice-tone[data-tone=warn]").tap()
    page.locator(".notices select").first.select_option("day")
    go.tap()
    page.locator("[data-list=hanging] .notice-row", has_text="14:00 升级").wait_for()

    def notices() -> list[dict[str, Any]]:
        return [*floor.fetch("/frame")["body"].get("notices", {}).values()]

    becomes(page, lambda: len(notices()), 1)
    (notice,) = notices()
    assert notice["tone"] == "warn"
    assert "by" not in notice
    page.locator("[data-list=hanging] .fw-quiet").tap()
    text.fill("14:30 升级")
    go.tap()
    page.locator("[data-list=hanging] .notice-row", has_text="14:30 升级").wait_for()
    page.locator("[data-list=hanging] .fw-button:not(.fw-quiet)").tap()
    page.locator("[data-list=gone] .notice-row", has_text="王班长").wait_for()
    becomes(page, notices, [])


def test_a_thumb_reaches_everything_and_nothing_is_lost_to_the_side(
    browser: Any, floor: Floor
) -> None:
    with Lead(browser, floor.url, "en") as lead:  # its words are the longer ones
        page = lead.open_walk()
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
