"""Boards on every television: all in one viewport, every text readable from 8 metres, nothing cut off."""

from typing import Any

import pytest

from dashboard.assets import Assets
from tests.e2e.floor_server import FloorServer
from tests.e2e.television import Television

pytestmark = pytest.mark.chromium
SIZES = [(1920, 1080), (3840, 2160), (1080, 1920), (2560, 1080), (1366, 768)]
LONG = [
    ("信用卡客户服务热线（普通话）", "Credit card service line (Mandarin)"),
    ("保险理赔与投诉升级处理专线", "Insurance claims and escalation desk"),
]


@pytest.fixture
def server(pages: Assets) -> FloorServer:
    """Not yet started."""
    return FloorServer(pages, queues=8)


def tile(kind: str, size: int = 1, queue: str = "") -> dict[str, Any]:
    return {"kind": kind, "size": size, **({"queue": queue} if queue else {})}


EVERYTHING = {
    "id": "everything",
    "names": {
        "zh": "信用卡、贷款、保险理赔与投诉升级热线一号大厅",
        "en": "Hall of cards, claims, loans and insurance",
    },
    "pages": [
        {
            "tiles": [
                *(tile("queue", 2, name) for name in ("sales", "support")),
                *(tile("alerts", 2), tile("notice", 2), tile("clock")),
            ],
        },
        {"tiles": [tile("waiting"), tile("longest"), tile("service_level"), tile("counts")]},
    ],
    "limits": {"waiting": [3, 8], "longest_ms": [20_000, 35_000]},
}


def floor(server: FloorServer, queues: int, *, busy: bool = False) -> None:
    """So many queues, with curves; `busy`: long names, large counts, long waits."""
    body = server.document
    known = list(body["queues"].items())
    now = server.clock.now()
    body["queues"] = {}
    for place in range(queues):
        name, model = known[place % len(known)]
        turn = place // len(known)
        queue = {**model, "order": place}
        if turn:
            queue["names"] = {key: f"{words} {turn + 1}" for key, words in model["names"].items()}
        if busy:
            names = dict(zip(("zh", "en"), LONG[place % 2], strict=True))
            counts = dict.fromkeys(("waiting", "offered", "answered", "abandoned"), 123_456)
            agents = dict.fromkeys(model["agents"], 188)
            queue.update(names=names, **counts, agents=agents, service_level=1)
            queue["longest_since"] = now - 36_000_000
        body["queues"][name if not turn else f"{name}-{turn}"] = queue
    totals = body["totals"]
    totals.update(dropped_waiting=1, dropped_talking=2)
    trend = totals["trend"]
    trend["start_at"] = now - now % 900_000 - 30 * 900_000
    shape = {str(step): 20 + step % 7 for step in range(4, 60)}
    body["curves"] = {"": {"expected": shape, "weekday": shape, "weekday_day": "2026-11-15"}}
    if busy:
        body["site"]["names"] = {
            "zh": "华东区客户联络中心浦东二职场",
            "en": "Contact centre East, Pudong",
        }
        keys = ("waiting", "offered", "answered", "abandoned", "overflowed", "dropped_waiting")
        totals.update(dict.fromkeys(keys, 123_456), service_level=1, asa_ms=36_000_000)
        totals.update(longest_since=now - 36_000_000)
        totals["agents"] = dict.fromkeys(totals["agents"], 888)


def trouble(server: FloorServer) -> None:
    """Two alerts, and notices."""
    now = server.clock.now()
    surge = {
        "number": 1,
        "rule": "surge",
        "scope": "queue:sales",
        "severity": "critical",
        "state": "firing",
        "since": now - 185_000,
        "fired_at": now - 120_000,
        "rule_names": {"zh": "话务高峰", "en": "Traffic surge"},
        "scope_names": {"zh": "销售", "en": "Sales"},
        "sentence": {
            "zh": "5 分钟内呼入 86 通，平时约 32 通（2.7 倍）。",
            "en": "86 calls came in 5 minutes; about 32 are usual (2.7 times).",
        },
    }
    drops = {**surge, "number": 2, "severity": "warning", "learning": True}
    drops["rule_names"] = {"zh": "频繁掉线", "en": "Dropped calls"}
    body = server.document
    body["alerts"] = {"incidents": {"1": surge, "2": drops}, "learning": False}
    body["notices"] = {
        "1": {"text": "今天 15:00 起系统升级，约 10 分钟。", "tone": "warn", "at": now},
        "2": {"text": "Team 2: satisfaction 98.2 % this week.", "tone": "good", "at": now - 1},
    }


MEASURE = """() => {
  const root = document.querySelector('[data-root-id]').firstElementChild.shadowRoot;
  const board = root.querySelector('.board');
  const wall = board.getBoundingClientRect();
  const faults = [], texts = [];
  const walk = document.createTreeWalker(board, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  const matters = ['hero', 'value', 'queue', 'site', 'clock', 'notice-text', 'headline', 'sentence',
    'lasting', 'severity'].map((name) => `.${name}`).join();
  while (walk.nextNode()) {
    const box = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !box.checkVisibility() || box.closest('.unseen')) continue;
    if (box.closest('.row[data-state=live] .state')) continue;
    range.selectNodeContents(walk.currentNode);
    const name = `${box.className || box.parentElement.className}: ${walk.currentNode.data.slice(0, 40)}`;
    const size = parseFloat(getComputedStyle(box).fontSize);
    if (size < Math.min(innerWidth, innerHeight) / 40 - .3) faults.push(`small ${size} ${name}`);
    if (box.closest(matters) && size < innerHeight / 40 - .3)
      faults.push(`too small ${size} ${name}`);
    const tile = (box.closest('.tile') ?? board).getBoundingClientRect();
    for (const r of range.getClientRects()) {
      const top = r.top + r.height * .2, bottom = r.bottom - r.height * .2;
      const rect = { left: r.left, right: r.right, top, bottom, name };
      if (r.left < tile.left - 1 || r.right > tile.right + 1) faults.push(`wide ${name}`);
      if (top < tile.top - 1 || bottom > tile.bottom + 1) faults.push(`high ${name}`);
      texts.push(rect);
    }
    for (let n = box; n !== board; n = n.parentElement) {
      if (getComputedStyle(n).overflow !== 'hidden') continue;
      if (n.scrollWidth > n.clientWidth + 1) faults.push(`cut sideways ${n.className} ${name}`);
      if (n.scrollHeight > n.clientHeight + size * .35) faults.push(`cut below ${n.className} ${name}`);
    }
  }
  texts.forEach((one, place) => {
    for (const other of texts.slice(place + 1)) {
      if (one.name === other.name) continue;
      const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const high = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
      if (wide > 2 && high > 2) faults.push(`over each other: ${one.name} / ${other.name}`);
    }
  });
  if (wall.right > innerWidth + 1 || wall.bottom > innerHeight + 1) faults.push('the board is too large');
  const page = document.documentElement;
  if (page.scrollWidth > innerWidth || page.scrollHeight > innerHeight) faults.push('the page scrolls');
  return [...new Set(faults)];
}"""


SETTLED = """(u) => {
  const root = document.querySelector('[data-root-id]').firstElementChild.shadowRoot;
  const board = root.querySelector('.board');
  if (Math.abs(parseFloat(board.style.getPropertyValue('--u')) - u) > .05) return false;
  const boxes = [...board.querySelectorAll('.tile, .stage, .banner, .strip')].map((node) => {
    const { left, top, width, height } = node.getBoundingClientRect();
    return [left, top, width, height].join();
  }).join(' ');
  if (window.boxes !== boxes) window.steady = 0;
  window.boxes = boxes;
  return (window.steady += 1) > 6;
}"""


def faults(page: Any, size: tuple[int, int]) -> list[str]:
    """What is wrong at this size, once the board has taken it on."""
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.wait_for_function(SETTLED, arg=min(size) / 100, polling=50)
    found: list[str] = page.evaluate(MEASURE)
    return found


def opened(visit: Television, server: FloorServer, path: str, language: str) -> Any:
    visit.page.goto(f"{server.url}{path}?lang={language}&sound=0")
    visit.page.wait_for_selector("[data-link=live] .tile[data-state=live]")
    return visit.page


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_main_board_stands_on_every_screen(
    server: FloorServer, visit: Television, language: str
) -> None:
    floor(server, 4)
    with server:
        page = opened(visit, server, "/wall", language)
        found = {(4, size): faults(page, size) for size in SIZES}
        for queues in (1, 20):
            server.tell(lambda body, n=queues: floor(server, n))  # type: ignore[misc]
            names = ".row[data-queue]"
            page.wait_for_function(COUNTED, arg=[names, queues])
            found |= {(queues, size): faults(page, size) for size in SIZES if size[0] != 3840}
        assert {key: wrong for key, wrong in found.items() if wrong} == {}
        assert visit.complaints == []


COUNTED = """([selector, count]) => document.querySelector('[data-root-id]').firstElementChild
  .shadowRoot.querySelectorAll(selector).length === count"""


@pytest.mark.parametrize(
    ("path", "language"),
    [("/wall", "zh"), ("/wall", "en"), ("/wall/everything", "zh"), ("/wall/everything", "en")],
)
def test_long_names_large_counts_alerts_and_notices_fit_as_well(
    server: FloorServer, visit: Television, path: str, language: str
) -> None:
    floor(server, 6, busy=True)
    trouble(server)
    server.document["boards"] = {"everything": EVERYTHING}
    with server:
        page = opened(visit, server, path, language)
        page.locator(".alarm:visible").nth(1).wait_for()
        found = {("live", size): faults(page, size) for size in SIZES}
        server.tell(lambda body: stop_all(server))
        page.wait_for_selector(".tile[data-state=stale]")
        found |= {("stale", size): faults(page, size) for size in SIZES if size[0] != 3840}
        assert {key: wrong for key, wrong in found.items() if wrong} == {}


def stop_all(server: FloorServer) -> None:
    """All feeds fell silent a minute ago."""
    for queue in server.document["queues"].values():
        queue.update(state="stale", state_since=server.clock.now() - 60_000)


TABLE = {"id": "table", "names": {"en": "Table"}, "pages": [{"tiles": [tile("queues", 4)]}]}
FITTED = """() => {
  const root = document.querySelector('[data-root-id]').firstElementChild.shadowRoot;
  const seen = (selector) => [...root.querySelectorAll(selector)].filter((one) => one.checkVisibility());
  const edge = seen('.fresh')[0].getBoundingClientRect().right;
  const type = parseFloat(getComputedStyle(seen('.row[data-queue] .value')[0]).fontSize);
  const signed = seen('.heads .cell:has(.fw-shape) span');
  const heads = signed.map((head) => head.getClientRects().length);
  return { past: seen('.row').some((row) => row.getBoundingClientRect().right > edge + 1), type, heads };
}"""


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_table_alone_fills_the_screen_with_few_queues_and_with_many(
    server: FloorServer, visit: Television, language: str
) -> None:
    floor(server, 4)
    server.document["boards"] = {"table": TABLE}
    with server:
        page = opened(visit, server, "/wall/table", language)
        for queues, least in ((4, 0.055), (2, 0.07), (8, 0.033)):
            server.tell(lambda body, n=queues: floor(server, n))  # type: ignore[misc]
            page.wait_for_function(COUNTED, arg=[".row[data-queue]", queues])
            for size in SIZES[::2]:
                assert faults(page, size) == [], (queues, size)
            assert faults(page, SIZES[0]) == []
            told = page.evaluate(FITTED)
            assert told["type"] >= 1080 * least
            assert not told["past"]
            assert set(told["heads"]) == {1}
