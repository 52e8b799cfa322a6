"""The page of boards in a real Chromium, on a real gateway with its desks and a folder of files."""

import asyncio
import importlib.util
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from dashboard import assets
from dashboard.access import OPEN, Caller, Role, Scope
from dashboard.assets import Assets
from dashboard.board import Board, BoardPage, Tile, TileKind
from dashboard.boards import Boards
from dashboard.catalogue import catalogues
from dashboard.desks import Desks
from dashboard.doors import OpenDoors
from dashboard.export import ensure_exported
from dashboard.gateway import Gateway
from dashboard.roads import Behind
from floorwatch.access_wiring import access
from floorwatch.board_file import parse as parse_board
from floorwatch.board_file import written
from floorwatch.board_files import BoardFiles
from floorwatch.settings import parse

pytestmark = pytest.mark.chromium
ROOT = Path(__file__).parents[2]
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
TICK_S = 0.1
WORDS = catalogues("shared", "wall", "boards")
HOSTILE = '<img src=x onerror="window.hurt=1"><script>window.hurt=1</script>'
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
SALES = Caller(id="li", role=Role.MANAGER, scope=Scope(queues=frozenset({"sales"})))
TWO = (
    BoardPage(tiles=(Tile(kind="waiting"), Tile(kind="clock"))),
    BoardPage(tiles=(Tile(kind="trend"),)),
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


class DoorsFor(OpenDoors):
    """Whoever comes is this one."""

    def __init__(self, caller: Caller) -> None:
        super().__init__()
        self._caller = caller

    def caller(self, *_: object) -> Caller:
        return self._caller


class House:
    """A gateway with the desk of boards, in a thread of its own; it may go away and come back."""

    def __init__(self, pages: Assets, folder: Path, caller: Caller = OPEN) -> None:
        self.pages, self.folder, self.caller = pages, folder, caller
        self.clock = MachineClock()
        self.port = 0
        self.story = FLOOR.Story(self.clock.now(), 4)
        sales, support = (self.story.document["queues"][id] for id in ("sales", "support"))
        sales.update(waiting=12, offered=400)
        support.update(waiting=31, offered=500, names={"zh": HOSTILE, "en": HOSTILE})

    def start(self) -> "House":
        started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run(started)), daemon=True)
        self._thread.start()
        assert started.wait(20), "the gateway did not start"
        return self

    async def _run(self, started: threading.Event) -> None:
        self._stopped, self._loop = asyncio.Event(), asyncio.get_running_loop()
        queues = self.story.document["queues"]
        with ExitStack() as stack:
            door = stack.enter_context(access(parse(""), self.folder, {}))
            boards = Boards(BoardFiles(self.folder / "boards"), lambda: queues.keys())
            behind = Behind(desks=Desks([*door.desks, boards], door.audit))
            place = (self.clock, "127.0.0.1", self.port, self.pages)
            async with Gateway(*place, doors=DoorsFor(self.caller), behind=behind) as gateway:
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

    @property
    def files(self) -> Path:
        return self.folder / "boards"

    def put(self, board: Board) -> None:
        """As a person writes a file."""
        self.files.mkdir(exist_ok=True)
        (self.files / f"{board.id}.toml").write_text(written(board), encoding="utf-8")

    def read(self, id: str) -> Board:
        return parse_board((self.files / f"{id}.toml").read_text(encoding="utf-8"), id, id)


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
def house(pages: Assets, tmp_path: Path) -> Iterator[House]:
    house = House(pages, tmp_path).start()
    yield house
    house.stop()


class Maker:
    """Somebody who makes boards, and whose browser complains to us and reaches nobody else."""

    def __init__(self, browser: Any, house: House, language: str = "en", **screen: Any) -> None:
        self.words = WORDS[language]
        self.context = browser.new_context(locale=language, **(screen or {"viewport": DESK}))
        self.context.set_default_timeout(8_000)
        self.complaints: list[str] = []
        self.context.route("**/*", self._guard)
        self.url, self.language = house.url, language
        self.page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda said: self.complaints.append(said.text) if said.type == "error" else None,
        )

    def _guard(self, route: Any) -> None:
        if route.request.url.startswith(self.url):
            route.continue_()
        else:
            self.complaints.append(route.request.url)
            route.abort()

    def open(self, path: str = "boards") -> Any:
        self.page.goto(f"{self.url}/{path}{'&' if '?' in path else '?'}lang={self.language}")
        self.page.wait_for_selector("[data-link=live]")
        return self.page

    def edit(self, id: str) -> Any:
        self.open()
        self.page.locator(f"[data-board={id}] .edit").click()
        self.page.wait_for_selector(".preview .tile")
        return self.page

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=self.words[name], exact=True).click()

    def state(self, name: str) -> None:
        """Wait until the bar says so."""
        said = self.page.locator(".editor-bar .state", has_text=self.words[f"boards_state.{name}"])
        said.wait_for()

    def says(self, key: str) -> None:
        self.page.get_by_text(self.words[key], exact=True).first.wait_for()

    @property
    def tiles(self) -> list[str]:
        names = self.page.locator(".tile-row:not([hidden]) .tile-name").all_inner_texts()
        kinds = {self.words[f"piece.{kind}"]: kind for kind in KINDS}
        return [kinds[name] for name in names]


KINDS = ("waiting", "longest", "service_level", "counts", "agents", "trend", "queues", "queue")
KINDS += ("notice", "alerts", "clock")


@pytest.fixture
def maker(browser: Any, house: House) -> Iterator[Maker]:
    maker = Maker(browser, house)
    yield maker
    maker.context.close()
    assert maker.complaints == []


def test_a_stranger_makes_a_board_and_it_is_on_the_wall(house: House, maker: Maker) -> None:
    page = maker.open()
    maker.press("boards.new")
    page.locator("[data-template=overview]").click()
    page.locator(".field.en input").fill("Lobby")
    page.locator(".field.zh input").fill("大厅")
    page.locator(".chip-button", has_text=HOSTILE).click()
    maker.state("new")
    assert not house.files.exists()
    maker.press("boards.save")
    maker.state("wall")
    assert house.read("lobby").names == {"zh": "大厅", "en": "Lobby"}
    assert house.read("lobby").queues == ("sales", "billing", "claims")
    maker.open("wall/lobby")
    page.locator(".board-name", has_text="Lobby").wait_for()


def test_the_preview_is_alive_and_adds_up_what_the_board_shows(house: House, maker: Maker) -> None:
    house.put(Board(id="lobby", queues=("sales", "support"), pages=TWO))
    page = maker.edit("lobby")
    waiting = page.locator(".preview .tile[data-kind=waiting] .hero")
    waiting.filter(has_text=re.compile("^43$")).wait_for()
    page.locator(".chip-button", has_text="Billing").click()
    billing = house.story.document["queues"]["billing"]["waiting"]
    waiting.filter(has_text=re.compile(f"^{43 + billing}$")).wait_for()
    house._loop.call_soon_threadsafe(
        house.story.document["queues"]["sales"].update, {"waiting": 99}
    )
    waiting.filter(has_text=re.compile(f"^{130 + billing}$")).wait_for()
    for shape, wide in (("tall", 0.5625), ("ultra", 2.37), ("wide", 1.7778)):
        page.locator(f".shapes [data-value={shape}]").click()
        box = page.locator(".preview").bounding_box()
        assert box["width"] / box["height"] == pytest.approx(wide, abs=0.01)
        assert page.locator(".preview .board").count() == 1
    page.get_by_role("button", name="Page 2").click()
    page.wait_for_selector(".preview .page:not([hidden]) .tile[data-kind=trend]")
    assert page.evaluate("window.hurt") is None


def test_tiles_are_dragged_moved_by_keys_and_brought_back(house: House, maker: Maker) -> None:
    kinds: tuple[TileKind, ...] = ("waiting", "longest", "counts", "clock")
    shown = BoardPage(tiles=tuple(Tile(kind=kind) for kind in kinds))
    house.put(Board(id="lobby", names={"en": "Lobby"}, pages=(shown,)))
    page = maker.edit("lobby")
    handles = page.locator(".tile-row:not([hidden]) .handle")
    first, third = handles.nth(0).bounding_box(), handles.nth(2).bounding_box()
    page.mouse.move(first["x"] + 9, first["y"] + 9)
    page.mouse.down()
    page.mouse.move(first["x"] + 9, first["y"] + 60)
    page.mouse.move(third["x"] + 9, third["y"] + 30, steps=4)
    page.mouse.up()
    assert maker.tiles == ["longest", "counts", "waiting", "clock"]
    drawn = page.locator(".preview .tile").evaluate_all("all => all.map(t => t.dataset.kind)")
    assert drawn == maker.tiles
    handles.nth(3).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # the hand is still on it
    assert maker.tiles == ["longest", "clock", "counts", "waiting"]
    page.locator(".tile-row").nth(0).get_by_role("button", name="Move Longest wait down").click()
    assert maker.tiles == ["clock", "longest", "counts", "waiting"]
    page.locator(".tile-row").nth(3).get_by_role("button", name="Remove Waiting").click()
    assert maker.tiles == ["clock", "longest", "counts"]
    for _ in range(5):
        page.keyboard.press("Control+z")
    assert maker.tiles == list(kinds)
    maker.state("wall")
    page.keyboard.press("Control+Shift+z")
    assert maker.tiles == ["longest", "counts", "waiting", "clock"]
    page.keyboard.press("Control+s")
    maker.state("wall")
    assert [tile.kind for tile in house.read("lobby").pages[0].tiles] == maker.tiles


def test_pages_sizes_limits_and_looks_go_into_the_file(house: House, maker: Maker) -> None:
    house.put(Board(id="lobby", names={"en": "Lobby"}, pages=TWO[:1]))
    page = maker.edit("lobby")
    maker.press("boards.page.add")
    page.locator(".seconds input").fill("45")
    maker.press("boards.tile.add")
    page.locator(".kind[data-kind=queue]").click()
    row = page.locator(".tile-row:not([hidden])").last
    row.locator("[data-value='4']").click()
    row.locator(".queue-of").select_option("billing")
    page.get_by_label(maker.words["boards_limit.longest_ms"]).check()
    page.locator(".longest_ms-0 input").fill("30")
    page.locator(".theme [data-value=light]").click()
    page.locator(".language [data-value=both]").click()
    page.get_by_label(maker.words["boards.sound"]).uncheck()
    page.get_by_label(maker.words["boards.night"]).check()
    page.locator(".start input").fill("22:30")
    maker.press("boards.save")
    maker.state("wall")
    board = house.read("lobby")
    assert board.pages[0] == TWO[0]
    assert board.pages[1].seconds == 45
    assert board.pages[1].tiles[-1] == Tile(kind="queue", size=4, queue="billing")
    assert (board.theme, board.language, board.sound) == ("light", "both", False)
    assert board.limits.longest_ms == (30_000, 120_000)
    assert board.night
    assert (board.night.start, board.night.end) == ("22:30", "07:00")


def test_what_cannot_be_is_said_at_its_field_and_not_sent(house: House, maker: Maker) -> None:
    house.put(Board(id="lobby", names={"en": "Lobby"}, pages=TWO))
    page = maker.edit("lobby")
    page.get_by_label(maker.words["boards_limit.waiting"]).check()
    page.locator(".waiting-0 input").fill("50")
    page.locator(".limits-part .wrong", has_text=maker.words["refused.not_rising"]).wait_for()
    maker.state("marked")
    page.get_by_role("button", name="Page 2").click()
    maker.press("boards.tile.add")
    page.locator(".kind[data-kind=queue]").click()
    page.locator(".tile-row:not([hidden]) .queue-of").last.select_option("")
    page.get_by_role("button", name="Page 1").click()
    page.evaluate("scrollTo(0, 0)")
    maker.press("boards.save")
    page.locator(".limits-part .wrong").first.wait_for()
    assert house.read("lobby").limits.waiting is None
    page.locator(".waiting-0 input").fill("5")
    maker.press("boards.save")  # leads to the other page, where the tile is
    page.locator(".tile-row .wrong", has_text=maker.words["refused.no_queue"]).wait_for()


def test_of_two_who_change_a_board_the_second_chooses(
    browser: Any, house: House, maker: Maker
) -> None:
    house.put(Board(id="lobby", names={"en": "Lobby"}, pages=TWO))
    other = Maker(browser, house)
    page = maker.edit("lobby")
    there = other.edit("lobby")
    there.locator(".theme [data-value=light]").click()
    other.press("boards.save")
    other.state("wall")
    page.locator(".field.en input").fill("Mine")
    maker.press("boards.save")
    maker.says("refused.changed_meanwhile")
    assert house.read("lobby").names == {"en": "Lobby"}
    maker.press("boards.theirs.take")
    maker.state("wall")
    assert page.locator(".field.en input").input_value() == "Lobby"
    page.keyboard.press("Control+z")  # what I had is not lost
    page.locator(".field.en input").fill("Mine again")
    maker.press("boards.save")
    maker.state("wall")
    assert house.read("lobby").names == {"en": "Mine again"}
    there.locator(".field.en input").fill("Over it")
    other.press("boards.save")
    other.says("refused.changed_meanwhile")
    other.press("boards.theirs.mine")
    other.state("wall")
    assert house.read("lobby").names == {"en": "Over it"}
    other.context.close()
    assert other.complaints == []


def test_a_board_is_copied_deleted_after_a_question_and_left_after_another(
    house: House, maker: Maker
) -> None:
    house.put(Board(id="lobby", names={"en": "Lobby"}, pages=TWO))
    page = maker.open()
    page.locator("[data-board=lobby] .copy").click()
    assert page.locator(".field.en input").input_value() == "Copy of Lobby"
    page.locator(".back").click()
    maker.says("boards.leave.title")
    maker.press("cancel")
    maker.press("boards.save")
    maker.state("wall")
    page.locator(".back").click()
    page.locator("[data-board=copy-of-lobby]").wait_for()
    page.locator("[data-board=lobby] .remove").click()
    maker.press("cancel")
    assert (house.files / "lobby.toml").exists()
    page.locator("[data-board=lobby] .remove").click()
    page.locator("dialog[open]").get_by_role("button", name="Delete", exact=True).click()
    page.locator("[data-board=lobby]").wait_for(state="detached")
    assert not (house.files / "lobby.toml").exists()
    assert page.locator("[data-board=main] .remove").is_hidden()
    page.locator("[data-board=main] .show").click()
    assert page.locator(".tv-address").inner_text() == f"{house.url}/wall/main"


def test_what_is_written_into_files_is_seen_and_mistakes_are_told(
    house: House, maker: Maker
) -> None:
    house.put(Board(id="lobby", names={"en": HOSTILE}, queues=("hr",), pages=TWO))
    page = maker.open()
    page.locator("[data-board=lobby] .board-name", has_text=HOSTILE).first.wait_for()
    page.locator("[data-board=lobby]", has_text="Not on this floor: hr").wait_for()
    (house.files / "lobby.toml").write_text('theme = "drak"')
    page.locator(".mistake", has_text="lobby.toml, line 1").first.wait_for()
    assert page.locator("[data-board=lobby]").count() == 1  # as it was
    house.put(Board(id="lobby", names={"en": "Mended"}, pages=TWO))
    page.locator("[data-board=lobby] .board-name", has_text="Mended").first.wait_for()
    assert page.locator(".mistake").count() == 0
    assert page.evaluate("window.hurt") is None


def test_a_save_that_nobody_answers_is_not_called_saved(house: House, maker: Maker) -> None:
    house.put(Board(id="lobby", names={"en": "Lobby"}, pages=TWO))
    maker.edit("lobby")
    maker.page.locator(".field.en input").fill("Mine")
    house.stop()
    maker.press("boards.save")
    maker.state("refused")
    house.start()
    maker.page.wait_for_selector("main[data-link=live]", timeout=15_000)
    assert maker.page.locator(".field.en input").input_value() == "Mine"
    maker.press("boards.save")
    maker.state("wall")
    assert house.read("lobby").names == {"en": "Mine"}
    # The browser says itself that nobody was there.
    maker.complaints = [each for each in maker.complaints if "ERR_CONNECTION_REFUSED" not in each]


def test_a_manager_of_one_queue_makes_boards_of_that(
    browser: Any, pages: Assets, tmp_path: Path
) -> None:
    house = House(pages, tmp_path, SALES).start()
    house.put(Board(id="theirs", queues=("support",), pages=TWO))
    try:
        maker = Maker(browser, house)
        page = maker.open()
        theirs = page.locator("[data-board=theirs]")
        theirs.get_by_text(maker.words["boards.look"], exact=True).wait_for()
        assert theirs.locator(".remove").is_hidden()
        maker.press("boards.new")
        page.locator("[data-template=overview]").click()
        assert page.locator(".queues-part .all").is_hidden()
        maker.press("boards.save")
        maker.state("wall")
        assert house.read("overview").queues == ("sales",)
        maker.context.close()
        assert maker.complaints == []
    finally:
        house.stop()


def test_on_a_phone_all_of_it_is_there_and_nothing_is_wider_than_the_screen(
    browser: Any, house: House
) -> None:
    phone = Maker(browser, house, "zh", viewport=PHONE, has_touch=True, is_mobile=True)
    page = phone.open()
    phone.press("boards.new")
    page.locator("[data-template=rotating]").tap()
    page.locator(".field.zh input").fill("手机看板")
    page.locator(".tile-row .sizes [data-value='3']").first.tap()
    width = "[document.documentElement.scrollWidth, innerWidth]"
    shown, screen = page.evaluate(width)
    assert shown <= screen
    small = page.locator("main button:visible").evaluate_all(
        "all => all.filter(b => b.getBoundingClientRect().height < 43).map(b => b.outerHTML)"
    )
    assert small == []
    phone.press("boards.save")
    phone.state("wall")
    assert house.read("two-pages-in-turn").names["zh"] == "手机看板"
    phone.context.close()
    assert phone.complaints == []
