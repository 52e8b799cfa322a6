"""The wall in a real Chromium, on a real gateway, with every address outside refused."""

import dataclasses
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import TimeoutError as TooLateError

from dashboard.assets import Assets
from dashboard.catalogue import catalogues
from tests.conftest import free_port
from tests.e2e.floor_server import FloorServer
from tests.e2e.television import Television
from tests.e2e.visitor import HAND, becomes
from tests.hosted import PATIENCE_S, MachineClock

pytestmark = pytest.mark.chromium
ROOT = Path(__file__).parents[2]


@pytest.fixture
def full_house(pages: Assets) -> Iterator[FloorServer]:
    with FloorServer(pages, queues=8) as server:
        yield server


@pytest.fixture
def phone(browser: Any) -> Iterator[Television]:
    with Television(browser, **HAND, device_scale_factor=2) as phone:
        yield phone


SALES = ".row[data-queue=sales]"


def test_a_change_is_on_the_wall_within_a_second(server: FloorServer, visit: Television) -> None:
    visit.show(f"{server.url}/wall?lang=en")
    visit.log(f"{SALES} .waiting .value")
    for waiting in (41, 7, 112):
        told_at = server.clock.now()
        server.tell(lambda body, n=waiting: body["queues"]["sales"].update(waiting=n))  # type: ignore[misc]
        assert visit.logged(str(waiting)) - told_at < 1_000
    visit.log(f"{SALES} .service .value")
    told_at = server.clock.now()
    server.tell(lambda body: body["queues"]["sales"].pop("service_level"))
    assert visit.logged("—") - told_at < 1_000


def test_nothing_is_asked_of_any_other_host_and_nothing_is_missing(
    server: FloorServer, visit: Television
) -> None:
    page = visit.show(f"{server.url}/")
    page.get_by_role("button", name="中文").click()
    page.get_by_role("button", name="English").click()
    assert visit.strayed == []
    assert visit.refused == []
    assert visit.complaints == []


def test_the_wall_says_what_the_figures_say(server: FloorServer, visit: Television) -> None:
    visit.show(f"{server.url}/wall?lang=en")
    support = server.document["queues"]["support"]
    row = ".row[data-queue=support]"
    assert visit.text(f"{row} .queue") == "Technical support"
    assert visit.text(f"{row} .waiting .value") == "3"
    assert visit.text(f"{row} .service .value") == "89.0%"
    for key in ("offered", "answered", "abandoned"):
        assert visit.text(f"{row} .{key} .value") == str(support[key])
    for state in ("ready", "talking", "acw", "not_ready"):
        assert visit.text(f"{row} [data-agents={state}] .value") == str(support["agents"][state])
    for state, count in server.document["totals"]["agents"].items():
        if count:
            assert visit.text(f".people [data-agents={state}] .count") == str(count)
    held_to = "[data-kind=service_level] .tile-foot .note"
    assert visit.text(held_to) == "80/20 s · excl. short abandons"
    assert visit.text("[data-kind=service_level] .verdict") == "On target"
    assert visit.text(".site") == "Head office"
    rows = visit.page.locator(".row[data-queue]").evaluate_all(
        "all => all.map(r => r.dataset.queue)"
    )
    assert rows == ["sales", "support", "billing", "claims"]


def test_what_is_not_known_is_a_dash_and_never_a_nought(
    server: FloorServer, visit: Television
) -> None:
    visit.show(f"{server.url}/wall?lang=en")
    kept = {"names", "order", "state"}

    def forget(body: dict[str, Any]) -> None:
        sales = body["queues"]["sales"]
        for key in sales.keys() - kept:
            del sales[key]
        body["totals"] = {}

    server.tell(forget)
    visit.waits_for(f"{SALES} .waiting .value", "—")
    said = visit.page.locator(f"{SALES} .value").all_inner_texts()
    sums = ".hero, .tile[data-kind=counts] .value, .chip .count"
    said += visit.page.locator(sums).all_inner_texts()
    assert {words for words in said if words} == {"—"}


def test_nearly_the_goal_is_not_the_goal(server: FloorServer, visit: Television) -> None:
    visit.show(f"{server.url}/wall?lang=en")
    server.tell(lambda body: body["queues"]["sales"].update(service_level=0.79996))
    visit.waits_for(f"{SALES} .service .value", "79.9%")
    assert visit.page.locator(f"{SALES}[data-service=below]").count() == 1


def test_queues_come_go_and_change_places(server: FloorServer, visit: Television) -> None:
    visit.show(f"{server.url}/wall?lang=en")

    def rearrange(body: dict[str, Any]) -> None:
        queues = body["queues"]
        del queues["support"]
        queues["sales"]["order"] = 9
        queues["new"] = {**queues["billing"], "names": {"zh": "新队列"}, "order": 1}

    server.tell(rearrange)
    visit.page.wait_for_selector(".row[data-queue=new]")
    order = "all => all.map(r => r.dataset.queue)"
    assert visit.page.locator(".row[data-queue]").evaluate_all(order) == [
        "new",
        "billing",
        "claims",
        "sales",
    ]
    assert visit.text(".row[data-queue=new] .queue") == "新队列"
    server.tell(lambda body: body["queues"].clear())
    visit.waits_for(".none", catalogues()["en"]["queues.none"])


@pytest.mark.parametrize("ahead_ms", [0, 3_600_000, -90_000])
def test_waits_tick_every_second_by_the_servers_clock(
    pages: Assets, visit: Television, ahead_ms: int
) -> None:
    with FloorServer(pages, clock=MachineClock(ahead_ms)) as server:
        visit.show(f"{server.url}/wall?lang=en")
        visit.log(f"{SALES} .longest .value")
        since = server.clock.now() - 58_000
        server.tell(lambda body: body["queues"]["sales"].update(waiting=1, longest_since=since))
        for words, whole_ms in zip(
            ("1:01", "1:02", "1:03", "1:04"), range(61_000, 65_000, 1_000), strict=True
        ):
            late_ms = visit.logged(words) + ahead_ms - since
            assert whole_ms - 100 <= late_ms < whole_ms + 1_000


def test_the_clock_is_the_sites(server: FloorServer, visit: Television) -> None:
    visit.show(f"{server.url}/wall?lang=en")
    for zone, ahead_h in (("Asia/Shanghai", 8), ("Asia/Tokyo", 9), ("Etc/GMT+5", -5)):
        server.tell(lambda body, z=zone: body["site"].update(time_zone=z))  # type: ignore[misc]
        hour = (server.clock.now() // 3_600_000 + ahead_h) % 24
        visit.page.locator(".clock").filter(has_text=re.compile(f"^{hour:02}:")).wait_for()
    server.tell(lambda body: body["site"].update(time_zone="Nowhere/<b>"))
    hour = server.clock.now() // 3_600_000 % 24
    visit.page.locator(".clock").filter(has_text=re.compile(f"^{hour:02}:")).wait_for()


def test_a_feed_that_stopped_greys_its_queue_and_says_since_when(
    server: FloorServer, visit: Television
) -> None:
    visit.show(f"{server.url}/wall?lang=en")
    colour = "n => getComputedStyle(n).color"
    before = visit.page.locator(f"{SALES} .service .value").evaluate(colour)
    since = server.clock.now() - 5_000

    def cut(body: dict[str, Any]) -> None:
        body["site"]["time_zone"] = "UTC"
        body["queues"]["sales"].update(
            state="stale", state_since=since, waiting=2, longest_since=since - 30_000
        )

    server.tell(cut)
    at = time.strftime("%H:%M:%S", time.gmtime(since / 1000))
    visit.waits_for(f"{SALES} .state", f"Stale since {at}")
    visit.page.wait_for_selector(f"{SALES}[data-state=stale]")
    assert visit.page.locator(f"{SALES} .service .value").evaluate(colour) != before
    other = visit.page.locator(".row[data-queue=support] .service .value")
    assert other.evaluate(colour) == before
    # Its wait stands still where the feed stopped, while the live ones go on.
    assert visit.text(f"{SALES} .longest .value") == "0:30"
    moving = visit.text(".row[data-queue=support] .longest .value")
    visit.page.wait_for_function(
        "([s, w]) => document.querySelector('[data-root-id]').firstElementChild.shadowRoot"
        ".querySelector(s).textContent !== w",
        arg=[".row[data-queue=support] .longest .value", moving],
    )
    assert visit.text(f"{SALES} .longest .value") == "0:30"


def test_a_stream_that_stands_still_is_called_stale_and_nothing_looks_live(
    server: FloorServer, visit: Television
) -> None:
    visit.show(f"{server.url}/wall?lang=en")
    colour = "n => getComputedStyle(n).color"
    before = visit.page.locator(f"{SALES} .service .value").evaluate(colour)
    server.publishing = False
    visit.page.wait_for_selector("[data-link=stale]", timeout=4_500)
    assert "No data" in visit.text(".link")
    assert visit.page.locator(f"{SALES} .service .value").evaluate(colour) != before
    assert visit.page.locator(f"{SALES} .state").inner_text() == "—"
    frozen = visit.text(".row[data-queue=support] .longest .value")
    clock = visit.text(".clock")
    visit.page.locator(".clock").filter(has_not_text=clock).wait_for()
    assert visit.text(".row[data-queue=support] .longest .value") == frozen
    server.publishing = True
    visit.page.wait_for_selector("[data-link=live]")
    assert visit.text(".link") == "Live"


def test_after_an_outage_of_45_seconds_it_is_live_again_by_itself_within_10(
    pages: Assets, visit: Television
) -> None:
    server = FloorServer(pages).start()
    visit.page.clock.install()
    visit.show(f"{server.url}/wall?lang=en")
    server.stop()
    visit.page.wait_for_selector("[data-link=lost]", timeout=3_000)
    assert "Connection lost" in visit.text(".link")
    for _ in range(45):
        visit.page.clock.fast_forward(1_000)
        visit.page.wait_for_timeout(50)
    assert visit.page.locator("[data-link=lost]").count() == 1
    again = FloorServer(pages)
    again.port = server.port
    again.document["queues"]["sales"]["waiting"] = 77
    again.story.news()
    with again:
        came = time.monotonic()
        visit.page.wait_for_selector("[data-link=live]", timeout=10_000)
        visit.waits_for(f"{SALES} .waiting .value", "77", within_ms=10_000)
        assert time.monotonic() - came < 10


def test_a_lost_frame_is_noticed_and_mended_by_a_full_one(
    server: FloorServer, visit: Television
) -> None:
    lose = [0]
    connections: list[str] = []

    def between(page_side: Any) -> None:
        connections.append(page_side.url)
        server_side = page_side.connect_to_server()

        def pass_on(message: str) -> None:
            if '"kind":"delta"' in message and lose[0]:
                lose[0] -= 1
            else:
                page_side.send(message)

        server_side.on_message(pass_on)

    visit.page.route_web_socket(re.compile("/feed"), between)
    visit.show(f"{server.url}/wall?lang=en")
    lose[0] = 1
    server.tell(lambda body: body["queues"]["sales"].update(waiting=41))
    becomes(visit.page, lambda: lose[0], 0)
    server.tell(lambda body: body["queues"]["support"].update(waiting=5))  # sooner than any beat
    visit.waits_for(f"{SALES} .waiting .value", "41")
    visit.waits_for(".row[data-queue=support] .waiting .value", "5")
    assert len(connections) == 2


HOSTILE = '<img src=x onerror="alert(1)"><script>alert(2)</script>&lt;b&gt;'


def test_hostile_text_is_only_text(server: FloorServer, visit: Television) -> None:
    visit.show(f"{server.url}/wall?lang=en")

    def poison(body: dict[str, Any]) -> None:
        body["site"]["names"] = {"en": HOSTILE, "zh": HOSTILE}
        for place, name in enumerate(
            [HOSTILE, "__proto__", "constructor", '"] .row, x["', "\u202e\x00"]
        ):
            names = {"en": HOSTILE} if place == 0 else {}
            sales = body["queues"]["sales"]
            body["queues"][name] = {**sales, "names": names, "order": place, "waiting": place}
        body["queues"]["sales"].update(state=HOSTILE, variant=HOSTILE, names={"en": "{goal} $& "})
        body["feeds"][HOSTILE] = {"state": HOSTILE}
        body["totals"]["service_level"] = HOSTILE

    server.tell(poison)
    visit.page.wait_for_selector('.row[data-queue="__proto__"]')
    assert visit.text(".site") == HOSTILE
    assert visit.page.locator(".row .queue").first.inner_text() == HOSTILE
    assert visit.page.locator(".wallboard :is(img, script)").count() == 0
    assert visit.page.locator('.row[data-queue="__proto__"] .waiting .value').inner_text() == "1"
    assert visit.page.locator(".row[data-queue]").count() == 9
    assert visit.page.locator(f"{SALES}[data-state=unknown]").count() == 1
    assert visit.page.evaluate("({}).waiting") is None
    assert visit.complaints == []
    assert visit.strayed == []
    # ... and the same in a full frame
    visit.page.reload()
    visit.page.wait_for_selector('.row[data-queue="__proto__"]')
    assert visit.page.locator('.row[data-queue="__proto__"] .waiting .value').inner_text() == "1"
    assert visit.complaints == []


ALL_TEXT = """() => {
  const said = [];
  const walk = document.createTreeWalker(
    document.querySelector('[data-root-id]').firstElementChild.shadowRoot, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const box = walk.currentNode.parentElement;
    if (box.tagName === 'STYLE' || !walk.currentNode.data.trim()) continue;
    said.push([box.className, walk.currentNode.data]);
  }
  return said;
}"""


def test_both_languages_are_spoken_all_over_the_page(
    server: FloorServer, visit: Television
) -> None:
    def stir(body: dict[str, Any]) -> None:
        names = ("gaps", "ghosts")
        body["health"].update(dict.fromkeys(names, 3))
        states = ("live", "late", "stale", "unknown")
        for queue, state in zip(body["queues"].values(), states, strict=True):
            queue.update(state=state, state_since=server.clock.now() - 1000)

    server.tell(stir)
    keys = set(catalogues()["en"])
    page = visit.show(f"{server.url}/wall?lang=zh")
    page.wait_for_selector(".row[data-state=unknown]")
    chinese = page.evaluate(ALL_TEXT)
    for name, words in chinese:
        assert words not in keys, words
        if name not in {"language", "console"}:
            assert not re.search(r"[A-Za-z]{2,}", words), (name, words)
    assert page.locator("main").get_attribute("lang") == "zh-CN"
    page.get_by_role("button", name="English").click()
    page.get_by_text("Service level").first.wait_for()
    english = page.evaluate(ALL_TEXT)
    assert len(english) == len(chinese)
    for name, words in english:
        assert words not in keys, words
        if name != "language":
            assert not re.search(r"[\u3000-\u9fff]", words), (name, words)
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    page.goto(f"{server.url}/wall")  # without a wish in the address, the last choice holds
    page.get_by_text("Service level").first.wait_for()


def test_a_browser_that_speaks_chinese_is_answered_in_chinese(
    server: FloorServer, browser: Any
) -> None:
    with Television(browser, locale="zh-CN") as visit:
        page = visit.show(f"{server.url}/")
        page.get_by_text("服务水平").first.wait_for()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_on_a_phone_nothing_is_lost_to_the_side(
    full_house: FloorServer, phone: Television, language: str
) -> None:
    page = phone.show(f"{full_house.url}/wall?lang={language}")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate("document.documentElement.scrollHeight > innerHeight")
    page.locator(".row").last.scroll_into_view_if_needed()
    for box in [cell.bounding_box() for cell in page.locator(".row .cell, .tile").all()]:
        assert box is None or (box["x"] >= 0 and box["x"] + box["width"] <= 390)
    sizes = "all => all.map(n => parseFloat(getComputedStyle(n).fontSize))"
    assert min(page.locator(".tile :is(.value, .word, .label, .note)").evaluate_all(sizes)) >= 13


CONTRASTS = """() => {
  const root = document.querySelector('[data-root-id]').firstElementChild.shadowRoot;
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const rgba = (colour) => {
    canvas.clearRect(0, 0, 1, 1); canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1);
    return [...canvas.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => (c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const grounds = (node) => {
    for (let n = node; n; n = n.parentElement ?? n.getRootNode().host) {
      const style = getComputedStyle(n);
      const stripes = style.backgroundImage.match(/rgba?\\([^)]*\\)/g);
      if (stripes) return stripes.map(rgba);
      const ground = rgba(style.backgroundColor);
      if (ground[3] === 255) return [ground];
    }
    return [[14, 19, 26, 255]];
  };
  const out = [];
  const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const box = walk.currentNode.parentElement;
    if (box.tagName === 'STYLE' || !walk.currentNode.data.trim() || !box.offsetParent) continue;
    let veil = 1;
    for (let n = box; n; n = n.parentElement) veil *= parseFloat(getComputedStyle(n).opacity);
    if (!veil) continue;
    const ink = light(rgba(getComputedStyle(box).color));
    for (const ground of grounds(box).map(light)) {
      const ratio = (Math.max(ink, ground) + .05) / (Math.min(ink, ground) + .05);
      out.push([ratio * veil, box.className, walk.currentNode.data]);
    }
  }
  return out;
}"""


def test_every_text_has_the_contrast_that_tired_eyes_need(
    server: FloorServer, visit: Television
) -> None:
    def stir(body: dict[str, Any]) -> None:
        for queue, state in zip(
            body["queues"].values(), ("late", "stale", "unknown"), strict=False
        ):
            queue.update(state=state, state_since=server.clock.now())
        body["queues"]["claims"].update(service_level=0.2, waiting=0)
        body["health"]["gaps"] = 4

    page = visit.show(f"{server.url}/wall?lang=en")
    server.tell(stir)
    page.wait_for_selector(".row[data-state=unknown]")

    def worst() -> Any:
        found = page.evaluate(CONTRASTS)
        assert len(found) > 60
        return min(found)

    assert worst()[0] >= 4.5, worst()
    server.publishing = False
    page.wait_for_selector("[data-link=stale]")
    assert worst()[0] >= 4.5, worst()


def test_a_thousand_frames_leave_no_more_nodes_than_ten(
    server: FloorServer, visit: Television
) -> None:
    page = visit.show(f"{server.url}/wall?lang=en")
    session = visit.context.new_cdp_session(page)
    session.send("Performance.enable")

    def nodes() -> int:
        session.send("HeapProfiler.collectGarbage")
        metrics = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
        return int(metrics["Nodes"])

    told = [1000]

    def frames(count: int) -> None:
        def burst() -> None:
            for _ in range(count):
                server.story.tick(server.clock.now())
                server.show(server.gateway)

        server.within(burst)
        told[0] += 1
        server.tell(lambda body: body["queues"]["sales"].update(waiting=told[0]))
        visit.waits_for(f"{SALES} .waiting .value", f"{told[0]:,}")

    frames(10)
    few = nodes()
    for _ in range(10):
        frames(100)
    assert nodes() <= few + 5


def test_newer_pages_are_taken_once_and_never_in_a_circle(pages: Assets, visit: Television) -> None:
    newer = dataclasses.replace(pages, build="newer0000000")
    first = FloorServer(pages).start()
    page = visit.show(f"{first.url}/wall?lang=en")
    loads: list[str] = []
    page.on("load", lambda _: loads.append(page.url))
    first.stop()
    second = FloorServer(newer)  # names a build, yet still serves the old page: the worst case
    second.port = first.port
    with second:
        page.wait_for_event("load")
        page.wait_for_selector("[data-link=live]")
        with pytest.raises(TooLateError):
            page.wait_for_event("load", timeout=4_000)
        assert len(loads) == 1
        assert page.locator("[data-link=live]").count() == 1


def test_motion_stops_for_who_asked_for_less(server: FloorServer, browser: Any) -> None:
    with Television(browser, reduced_motion="reduce") as visit:
        page = visit.show(f"{server.url}/wall")
        assert page.evaluate("document.getAnimations().length") == 0
        moving = "n => getComputedStyle(n).animationName"
        assert page.locator(".board .page").first.evaluate(moving) == "none"


SESSION = """
import sys, panel as pn
from dashboard.wall import Wall
page = lambda: Wall(feed=sys.argv[1], language="zh", sizing_mode="stretch_both")
pn.serve(page, port=int(sys.argv[2]), address="127.0.0.1", show=False)
"""


def test_the_same_component_lives_in_a_panel_session(
    pages: Assets, visit: Television, tmp_path: Path
) -> None:
    port = free_port()
    server = FloorServer(pages)
    server.origins = [f"http://127.0.0.1:{port}"]
    with server:
        feed = f"ws://127.0.0.1:{server.port}/feed"
        console = subprocess.Popen(
            [sys.executable, "-c", SESSION, feed, str(port)], cwd=ROOT, stderr=subprocess.DEVNULL
        )
        try:
            deadline = time.monotonic() + PATIENCE_S
            while time.monotonic() < deadline:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
            visit.page.goto(f"http://127.0.0.1:{port}/")
            visit.page.wait_for_selector("[data-link=live] .row[data-queue]")
            assert visit.text("[data-kind=service_level] .label") == "服务水平"
            server.tell(lambda body: body["queues"]["sales"].update(waiting=41))
            visit.waits_for(f"{SALES} .waiting .value", "41")
        finally:
            console.terminate()
            console.wait(PATIENCE_S)


def example(language: str) -> str:
    """The example of docs/frames.md in this language."""
    text = (ROOT / "docs" / "frames.md").read_text(encoding="utf-8")
    return text.split(f"```{language}\n")[1].split("```")[0]


def test_the_browser_example_of_the_documentation_runs(
    server: FloorServer, visit: Television
) -> None:
    visit.page.goto(f"{server.url}/healthz")
    visit.page.evaluate(f"() => {{ {example('js')} }}")
    visit.page.get_by_text("11 waiting").wait_for()
    server.tell(lambda body: body["totals"].update(waiting=29))
    visit.page.get_by_text("29 waiting").wait_for()


def test_the_python_example_of_the_documentation_runs(server: FloorServer) -> None:
    command = [sys.executable, "-c", example("python"), f"ws://127.0.0.1:{server.port}/feed"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "11 waiting\n"
        server.tell(lambda body: body["totals"].update(waiting=29))
        assert any(line == "29 waiting\n" for line in reader.stdout)
        reader.terminate()
