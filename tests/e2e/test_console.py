"""The supervisor's console in a real Chromium: every view of a large floor, by hand, key and address.

A real gateway; the floor behind it is invented, so that a test can say who does what since when.
"""

import asyncio
import copy
import importlib.util
import os
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from dashboard import assets
from dashboard.access import Role
from dashboard.assets import Assets
from dashboard.desks import Deed, Desks, Inquiry, Question, Wish
from dashboard.export import ensure_exported
from dashboard.gateway import Gateway
from dashboard.roads import Behind

pytestmark = pytest.mark.chromium
ROOT = Path(__file__).parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
HOSTILE = "<img src=x onerror=alert(1)>"
TEAMS = ("north", "river", "summit", "harbour")
REASONS = ("meal", "break", "coaching", HOSTILE)
SURNAMES = ("Wang", "Li", "Zhang", "Chen", "Zhao", "Fox")
GIVEN = ("Wei", "Na", "Fang", "Min", "Jing", "Lei", "Tao")
STATES = (
    *("ready", "ready", "talking", "talking", "talking", "talking", "hold", "ringing", "acw"),
    *("not_ready", "not_ready", "unreachable"),
)
ALLOWED = {"not_ready": {"meal": 1_800_000, "break": 600_000, "": 1_200_000}, "acw": {"": 60_000}}
ROOT_OF = "document.querySelector('[data-root-id]').firstElementChild.shadowRoot"


def _invented() -> Any:
    """The invented floor of the gateway's own tests."""
    path = ROOT / "tests" / "dashboard" / "conftest.py"
    spec = importlib.util.spec_from_file_location("invented_for_console", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


INVENTED = _invented()


class WallClock:
    """The machine's."""

    def now(self) -> int:
        return time.time_ns() // 1_000_000  # noqa: TID251 it is a clock

    async def sleep(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds)  # noqa: TID251 a real server for a real browser


def person(number: int, now: int, draws: random.Random) -> dict[str, Any]:
    """One of the crowd, in some state since some time."""
    state = STATES[number % len(STATES)]
    queue = INVENTED.QUEUES[number % 6][0]
    long = 5_400_000 if draws.random() < 0.05 else 300_000
    row = {
        "names": {"en": f"{GIVEN[number % 7]} {SURNAMES[number % 6]} {number}"},
        "team": TEAMS[number % len(TEAMS)],
        "state": state,
        "since": now - draws.randrange(1_000, long),
        "queues": {queue: True, INVENTED.QUEUES[(number + 1) % 6][0]: number % 9 != 0},
        "day": {"answered": draws.randrange(80), "unanswered": number % 3, "talk_ms": 7_200_000},
    }
    if state == "not_ready":
        row["reason"] = REASONS[number % len(REASONS)]
    if state in {"talking", "hold", "ringing", "acw"}:
        row["queue"] = queue
    return row


def plan(people: list[str]) -> dict[str, Any]:
    """Desks in blocks of twelve."""
    blocks = -(-len(people) // 12)
    areas = [
        {
            "id": f"block-{block}",
            "names": {"zh": f"{block + 1} 区", "en": f"Block {block + 1}"},
            **{"x": block % 4 * 7, "y": block // 4 * 4, "width": 6, "height": 3},
        }
        for block in range(blocks)
    ]
    seats = [
        {
            "id": f"S{number}",
            "agent": id,
            "x": number // 12 % 4 * 7 + number % 6,
            "y": number // 48 * 4 + number % 12 // 6 * 1.5 + 0.25,
        }
        for number, id in enumerate(people)
    ]
    return {"areas": areas, "seats": seats}


NOTHING_YET: dict[str, dict[str, list[Any]]] = {
    "walks": {"walks": [], "findings": [], "open": [], "people": []},
    "notices": {"notices": [], "boards": []},
    "handovers": {"handovers": []},
}


class Reception:
    """Says who has come, as the desk at the door does; audits nothing, and has no news of a shift."""

    deeds: Mapping[str, Deed] = {}

    def __init__(self) -> None:
        self.session = {"id": "open", "name": "", "role": "admin", "open": True}
        self.inquiries: Mapping[str, Inquiry] = {
            "/session": (Role.NOBODY, self._session),
            **{f"/{name}": (Role.SUPERVISOR, self._nothing) for name in NOTHING_YET},
        }

    async def _session(self, question: Question) -> object:
        return self.session

    async def _nothing(self, question: Question) -> object:
        return NOTHING_YET[question.path.removeprefix("/")]

    def document(self, now: int) -> Mapping[str, object]:
        return {}

    def note(self, wish: Wish, done: bool, why: str, data: Mapping[str, object]) -> None:
        pass


class Crowd:
    """A gateway with an invented floor of many people behind it, in a thread of its own."""

    def __init__(self, pages: Assets, people: int, frame_s: float = 0.2) -> None:
        self.clock = WallClock()
        self._draws = random.Random(5)
        now = self.clock.now()
        story = INVENTED.Story(now, 6)
        self.document: dict[str, Any] = story.document
        self.document["agents"] = {
            str(2000 + number): person(number, now, self._draws) for number in range(people)
        }
        self.document["allowed"] = ALLOWED
        ids = list(self.document["agents"])
        self.document["plan"] = plan(ids[:120])
        self.document["calls"] = {
            f"v{number}": {
                "queue": INVENTED.QUEUES[number % 6][0],
                "since": now - 4_000 - 7_000 * number,
                "caller": f"•••{100 + number}",
                "priority": number % 3,
                **({"ringing": ids[:1]} if number == 2 else {}),
            }
            for number in range(14)
        }
        for queue in self.document["queues"].values():
            queue["longest_since"] = now - 40_000
        self._told = copy.deepcopy(self.document)
        self._pages, self._frame_s = pages, frame_s
        self.moving = 0
        self.reception = Reception()
        self.url = ""

    def start(self) -> "Crowd":
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(started)), daemon=True)
        self._thread.start()
        assert started.wait(20), "the gateway did not start"
        return self

    async def _run(self, started: threading.Event) -> None:
        self._stopped, self._loop = asyncio.Event(), asyncio.get_running_loop()
        behind = Behind(desks=Desks([self.reception], self.reception))
        async with Gateway(self.clock, "127.0.0.1", 0, self._pages, behind=behind) as gateway:
            self.url = gateway.url.rstrip("/")
            while not self._stopped.is_set():
                self._move()
                gateway.publish(lambda: self._told, self._news())
                started.set()
                await self.clock.sleep(self._frame_s)

    def _move(self) -> None:
        """Some people go from one state to another."""
        ids = list(self.document["agents"])
        for _ in range(self.moving):
            row = self.document["agents"][self._draws.choice(ids)]
            row["state"] = self._draws.choice(STATES)
            row["since"] = self.clock.now()

    def _news(self) -> dict[str, Any]:
        self.document["at"] = self.clock.now()
        patch: dict[str, Any] = INVENTED.difference(self._told, self.document)
        self._told = copy.deepcopy(self.document)
        return patch

    def tell(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change what the floor is; the next frame tells it."""
        done = threading.Event()

        def apply() -> None:
            change(self.document)
            done.set()

        self._loop.call_soon_threadsafe(apply)
        assert done.wait(5)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(20)
        assert not self._thread.is_alive()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    return assets.load(ensure_exported(tmp_path_factory.mktemp("data")))


@pytest.fixture
def crowd(pages: Assets) -> Iterator[Crowd]:
    crowd = Crowd(pages, 60).start()
    yield crowd
    crowd.stop()


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


class Desk:
    """A browser with the console in it, and what it complained of."""

    def __init__(self, browser: Any, **options: Any) -> None:
        options.setdefault("viewport", {"width": 1366, "height": 768})
        self.context = browser.new_context(locale="en-GB", color_scheme="dark", **options)
        self.context.set_default_timeout(10_000)
        self.complaints: list[str] = []

    def open(self, url: str, place: str = "", language: str = "en") -> Any:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", self._listen)
        page.on("dialog", self._dismiss)
        page.goto(f"{url}/floor?lang={language}&sound=0#{place}")
        page.wait_for_selector("[data-link=live]")
        return page

    def _listen(self, said: Any) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    def _dismiss(self, dialog: Any) -> None:
        self.complaints.append(dialog.message)
        dialog.dismiss()


@pytest.fixture
def desk(browser: Any) -> Iterator[Desk]:
    desk = Desk(browser)
    yield desk
    desk.context.close()
    assert desk.complaints == []


@pytest.fixture
def phone(browser: Any) -> Iterator[Desk]:
    phone = Desk(browser, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    yield phone
    phone.context.close()
    assert phone.complaints == []


def names(page: Any) -> list[str]:
    """Who is in sight among the people, from above."""
    found: list[str] = page.evaluate(f"""() => [...{ROOT_OF}.querySelectorAll('.space .person')]
        .filter((row) => !row.hidden && row.dataset.group === 'false')
        .sort((one, other) => one.offsetTop - other.offsetTop)
        .map((row) => row.querySelector('.p-name').textContent)""")
    return found


def let_pass(page: Any, seconds: int) -> None:
    """So many seconds of the page's clock."""
    for _ in range(seconds):
        shown = page.locator(".clock").inner_text()
        page.wait_for_function(
            f"(shown) => {ROOT_OF}.querySelector('.clock').textContent !== shown",
            arg=shown,
            polling=200,
        )


def lamp(page: Any, name: str) -> Any:
    return page.locator(f".lamp[data-lamp={name}]")


def test_keys_and_the_address_lead_to_every_view_and_back(crowd: Crowd, desk: Desk) -> None:
    page = desk.open(crowd.url)
    views = ("now", "queues", "people", "waiting", "plan", "break", "alerts", "shift")
    for number, view in enumerate(views, start=1):
        page.keyboard.press(str(number))
        page.wait_for_selector(f".workplace[data-view={view}] .view.{view}:visible")
        assert page.locator(".view:visible").count() == 1
        tab = page.locator(f".views [data-view={view}]")
        assert tab.get_attribute("aria-current") == "page"
        assert page.url.endswith(f"#{view}") or view == "now"
    page.go_back()
    page.wait_for_selector(".workplace[data-view=alerts]")
    page.go_back()
    page.wait_for_selector(".workplace[data-view=break]")
    page.keyboard.press("?")
    sheet = page.get_by_role("dialog", name="Keyboard")
    sheet.get_by_text("Find somebody").wait_for()
    page.keyboard.press("3")
    assert page.locator(".workplace").get_attribute("data-view") == "break"
    page.keyboard.press("Escape")
    sheet.wait_for(state="hidden")
    page.goto(f"{crowd.url}/floor?lang=en#people?state=not_ready")
    page.wait_for_selector(".chip[data-chip=not_ready][aria-pressed=true]")
    assert page.locator(".space .person:visible").first.get_attribute("data-state") == "not_ready"


def test_lamps_tell_what_is_wrong_and_lead_there(crowd: Crowd, desk: Desk) -> None:
    def well(document: dict[str, Any]) -> None:
        now = crowd.clock.now()
        for queue in document["queues"].values():
            queue["service_level"] = 0.9
            queue.pop("longest_since", None)
        for row in document["agents"].values():
            row.update(state="ready", since=now)

    crowd.tell(well)
    page = desk.open(crowd.url)
    for name in ("service", "over", "unreachable", "system"):
        page.wait_for_selector(f".lamp[data-lamp={name}][data-tone=good]")

    def wrong(document: dict[str, Any]) -> None:
        now = crowd.clock.now()
        document["queues"]["billing"]["service_level"] = 0.7996
        document["queues"]["sales"].update(waiting=2, longest_since=now - 65_000)
        row = document["agents"]["2003"]
        row.update(state="not_ready", reason="break", since=now - 725_000, names={"en": HOSTILE})
        document["agents"]["2004"]["state"] = "unreachable"
        document["parts"] = {"trunk:a": {"kind": "trunk", "name": HOSTILE, "status": "down"}}

    crowd.tell(wrong)
    page.wait_for_selector(".lamp[data-lamp=service][data-tone=bad]")
    assert "79.9%" in lamp(page, "service").inner_text()
    assert "Billing" in lamp(page, "service").inner_text()
    assert "1:0" in lamp(page, "waiting").inner_text()
    assert "Sales" in lamp(page, "waiting").inner_text()
    assert HOSTILE in lamp(page, "over").inner_text()
    assert HOSTILE in lamp(page, "system").inner_text()
    lamp(page, "unreachable").click()
    page.wait_for_selector(".chip[data-chip=unreachable][aria-pressed=true]")
    assert len(names(page)) == 1
    lamp(page, "over").click()
    row = page.locator(".space .person[data-over=true]:visible")
    row.filter(has_text=HOSTILE).filter(has_text="+2:").wait_for()
    page.keyboard.press("6")
    over = page.locator(".break tr[data-tone=warn]").filter(has_text=HOSTILE)
    assert "10:00" in over.locator(".c-allowed").inner_text()
    assert over.locator(".c-over").inner_text().startswith("+2:")


def test_people_are_found_filtered_grouped_sorted_and_opened(crowd: Crowd, desk: Desk) -> None:
    page = desk.open(crowd.url, "people")
    page.wait_for_selector(".space .person")
    page.keyboard.press("/")
    page.keyboard.type("wang 12")
    page.wait_for_function(
        f"() => {ROOT_OF}.querySelectorAll('.space .person:not([hidden])').length === 1"
    )
    assert names(page) == ["Jing Wang 12"] or names(page)[0].endswith("Wang 12")
    assert "q=wang+12" in page.url
    page.keyboard.press("Escape")
    page.wait_for_function(
        f"() => {ROOT_OF}.querySelectorAll('.space .person:not([hidden])').length > 9"
    )

    page.locator(".choice.sort").select_option("name")
    shown = names(page)
    assert shown == sorted(shown, key=lambda name: (name.rsplit(" ", 1)[0], name))
    page.locator(".choice.sort").select_option("calls")
    page.wait_for_function("() => location.hash.includes('sort=calls')")
    calls = page.locator(".space .p-calls:visible").all_inner_texts()
    assert [int(each) for each in calls] == sorted((int(each) for each in calls), reverse=True)

    page.locator(".choice.team").select_option("river")
    page.get_by_role("button", name="Group by team").click()
    head = page.locator(".space .person[data-group=true]:visible")
    head.filter(has_text="river (15)").wait_for()
    assert head.count() == 1
    assert set(page.locator(".space .p-team:visible").all_inner_texts()) == {"river"}
    chip = page.locator(".people .chip[data-chip=talking]")
    told = int(chip.locator("b").inner_text())
    chip.click()
    head.filter(has_text=f"river ({told})").wait_for()

    page.keyboard.press("j")
    page.keyboard.press("j")
    chosen = page.locator(".space .person[aria-selected=true]")
    name = chosen.locator(".p-name").inner_text()
    page.keyboard.press("Enter")
    sheet = page.get_by_role("dialog", name=name)
    sheet.get_by_text("river").wait_for()
    assert sheet.locator(".sheet-state").get_attribute("data-state") == "talking"
    assert sheet.locator(".sheet-actions button").count() == 0  # nothing is turned on here
    crowd.tell(lambda document: document.update(abilities={"actions": ["pause", "listen"]}))
    sheet.get_by_role("button", name="Listen").wait_for()
    page.keyboard.press("Escape")
    sheet.wait_for(state="hidden")


def test_what_comes_from_outside_is_text_in_every_view(crowd: Crowd, desk: Desk) -> None:
    def spoil(document: dict[str, Any]) -> None:
        document["site"]["names"] = {"en": HOSTILE}
        document["queues"]["sales"]["names"] = {"en": HOSTILE}
        for row in document["agents"].values():
            row.update(names={"en": HOSTILE}, team=HOSTILE, reason=HOSTILE)
        for call in document["calls"].values():
            call.update(caller=HOSTILE, ringing=["2000"])
        for area in document["plan"]["areas"]:
            area["names"] = {"en": HOSTILE}
        document["allowed"] = {"not_ready": HOSTILE, "talking": None}

    crowd.tell(spoil)
    page = desk.open(crowd.url)
    for number in "12345678":
        page.keyboard.press(number)
        page.locator(".view:visible").first.wait_for()
        assert page.locator("img").filter(visible=True).count() == 0
    page.keyboard.press("3")
    page.locator(".space .p-name:visible").first.click()
    page.get_by_role("dialog", name=HOSTILE).wait_for()
    assert page.evaluate(f"() => {ROOT_OF}.querySelectorAll('[onerror]').length") == 0


def test_every_number_of_a_queue_asks_for_what_is_behind_it(crowd: Crowd, desk: Desk) -> None:
    page = desk.open(crowd.url, "queues")
    asked: list[str] = []
    answer = {"status": 200, "json": {"count": 0, "calls": [], "queues": {}, "agents": {}}}

    def told(route: Any) -> None:
        asked.append(route.request.url.partition("/calls?")[2])
        route.fulfill(**answer)

    page.route("**/calls?*", told)
    page.route("**/formula?*", lambda route: route.fulfill(status=200, json={}))
    sales = page.locator("tr[data-id=sales]")
    for column, what in (("answered", "answered"), ("asa", "asa_ms"), ("longest", "waiting")):
        sales.locator(f".c-{column} button").click()
        page.locator("dialog.fw-drill[open]").get_by_text("Sales").first.wait_for()
        page.keyboard.press("Escape")
        assert any("queue=sales" in each for each in asked[-1:]), what
    page.locator("tr[data-total=true] .c-service_level button").click()
    page.wait_for_selector("dialog.fw-drill[open]")
    page.keyboard.press("Escape")
    sales.locator(".member[data-state=talking]").click()
    page.wait_for_function("() => location.hash.includes('state=talking&queue=sales')")


def test_the_plan_shows_who_sits_where_and_dims_the_others(crowd: Crowd, desk: Desk) -> None:
    page = desk.open(crowd.url, "plan")
    seat = page.locator(".seat[data-seat=S3]")
    seat.wait_for()
    assert seat.get_attribute("data-state") == crowd.document["agents"]["2003"]["state"]
    page.locator(".plan .chip[data-chip=not_ready]").click()
    page.wait_for_selector(".seat[data-state=not_ready][data-dim=false]")
    assert page.locator(".seat[data-dim=false]:not([data-state=not_ready])").count() == 0
    page.locator(".seat[data-dim=false]").first.click()
    page.locator(".sheet:visible .sheet-state[data-state=not_ready]").wait_for()
    crowd.tell(lambda document: document.pop("plan"))
    page.get_by_text("This site has no seating plan.").wait_for()


def test_whoever_signed_in_is_not_asked_and_sees_his_own_doors(crowd: Crowd, desk: Desk) -> None:
    crowd.reception.session = {
        "id": "wang",
        "name": "Wang Li",
        "role": "supervisor",
        "open": False,
    }
    page = desk.open(crowd.url)
    page.locator(".bar .who").filter(has_text="Wang Li").wait_for()
    doors = page.locator(".bar .doors a:visible")
    assert doors.all_inner_texts() == ["Wall"]
    crowd.reception.session["role"] = "admin"
    page.reload()
    page.locator(".bar [data-door=admin]").wait_for()
    assert doors.all_inner_texts() == ["Wall", "Boards", "Reports", "Admin"]


FITS = f"""() => {{
  const small = [...{ROOT_OF}.querySelectorAll('.bar button, .thumbs .tab, .stage button, .stage select')]
    .filter((node) => node.checkVisibility() && !node.closest('.chips, .choices, .plan-scroll, .shift-part'))
    .map((node) => [node.className, node.getBoundingClientRect()])
    .filter(([, box]) => box.left < 0 || box.right > innerWidth + 1 || box.height < 29);
  return [document.documentElement.scrollWidth <= innerWidth, small.map(([name]) => name)];
}}"""


def test_a_phone_has_the_views_under_the_thumb(crowd: Crowd, phone: Desk) -> None:
    page = phone.open(crowd.url, language="zh")
    bar = page.locator(".thumbs")
    box = bar.bounding_box()
    assert box["y"] + box["height"] == pytest.approx(844, abs=1)
    for view in ("people", "queues", "now"):
        bar.locator(f"[data-view={view}]").tap()
        page.wait_for_selector(f".workplace[data-view={view}]")
        assert page.evaluate(FITS) == [True, []]
    for view in ("waiting", "plan", "break", "alerts", "shift"):
        bar.locator("[data-view=more]").tap()
        page.locator(f".more-sheet [data-view={view}]").tap()
        page.wait_for_selector(f".workplace[data-view={view}]")
        page.wait_for_selector(".more-sheet", state="hidden")
        assert page.evaluate(FITS) == [True, []]
    assert bar.locator("[data-view=walk]").get_attribute("href").endswith("/walk")
    bar.locator("[data-view=people]").tap()
    page.locator(".space .menu:visible").first.tap()
    sheet = page.locator(".sheet:visible")
    sheet.get_by_text("接听").first.wait_for()
    assert sheet.bounding_box()["y"] >= 844 * 0.13


def test_a_row_does_not_move_away_under_the_finger(crowd: Crowd, desk: Desk) -> None:
    page = desk.open(crowd.url, "people")
    page.locator(".space .p-name:visible").nth(3).hover()
    before = names(page)[:6]

    def fresh(document: dict[str, Any]) -> None:
        for row in document["agents"].values():
            row.update(state="ready", since=crowd.clock.now() - hash(str(row["names"])) % 9_000)

    crowd.tell(fresh)
    page.wait_for_function(f"""() => [...{ROOT_OF}.querySelectorAll('.space .person:not([hidden])')]
        .every((row) => row.dataset.state === 'ready')""")
    assert names(page)[:6] == before
    page.mouse.move(5, 5)
    page.wait_for_function(
        f"(before) => [...{ROOT_OF}.querySelectorAll('.space .person')]"
        ".find((row) => row.dataset.place === '0').querySelector('.p-name').textContent !== before",
        arg=before[0],
    )


def test_what_is_not_live_does_not_look_live(crowd: Crowd, desk: Desk) -> None:
    page = desk.open(crowd.url, "queues")
    crowd.tell(lambda document: document["queues"]["sales"].update(state="stale"))
    page.wait_for_selector("tr[data-id=sales][data-state=stale]")
    colour = "(node) => getComputedStyle(node.querySelector('.level b')).color"
    bad = page.locator("tr[data-id=retention]").evaluate(colour)
    crowd.tell(lambda document: document["queues"]["retention"].update(state="stale"))
    page.wait_for_selector("tr[data-id=retention][data-state=stale]")
    assert page.locator("tr[data-id=retention]").evaluate(colour) != bad
    desk.context.set_offline(True)
    crowd.stop()
    page.wait_for_selector("[data-link=lost]")
    page.locator(".link").filter(has_text="Connection lost").wait_for()
    time_shown = page.locator("tr[data-id=billing] .c-longest").inner_text()
    let_pass(page, 2)
    assert page.locator("tr[data-id=billing] .c-longest").inner_text() == time_shown
    desk.complaints.clear()  # the browser tells of each try to connect again
    crowd.start()


CORE_SHARE = 0.15


def test_800_people_at_five_frames_a_second_cost_little(
    pages: Assets, browser: Any, request: pytest.FixtureRequest
) -> None:
    crowd = Crowd(pages, 800)
    crowd.moving = 5
    crowd.start()
    request.addfinalizer(crowd.stop)
    desk = Desk(browser, viewport={"width": 1920, "height": 1080})
    page = desk.open(crowd.url, "people")
    page.wait_for_selector(".chip[data-chip=all] b:text-is('800')")
    devtools = desk.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})

    def used_s() -> float:
        metrics = devtools.send("Performance.getMetrics")["metrics"]
        [used] = [each["value"] for each in metrics if each["name"] == "TaskDuration"]
        return float(used)

    let_pass(page, 1)
    began, before = time.monotonic(), used_s()
    let_pass(page, 4)
    share = (used_s() - before) / (time.monotonic() - began)
    assert share < CORE_SHARE
    assert page.locator(".space .person").count() < 60
    page.locator(".people-grid").evaluate("(node) => node.scrollTo(0, node.scrollHeight)")
    last = page.locator(".space .person[data-place='799']")
    last.wait_for()
    desk.context.close()
    assert desk.complaints == []
