"""The page of boards in a real Chromium, on a real gateway with its desks and a folder of files."""

import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from dashboard.access import OPEN, Caller, Role, Scope
from dashboard.assets import Assets
from dashboard.board import Board, BoardPage, Tile, TileKind
from dashboard.boards import Boards
from dashboard.catalogue import catalogues
from dashboard.desks import Desks
from dashboard.doors import OpenDoors
from dashboard.roads import Behind
from floorwatch.access_wiring import access
from floorwatch.board_file import parse as parse_board
from floorwatch.board_file import written
from floorwatch.board_files import BoardFiles
from floorwatch.settings import parse
from tests.e2e.floor_server import HOSTILE, FloorServer
from tests.e2e.visitor import HAND, LEFT, NOBODY_THERE, Visitor, becomes

pytestmark = pytest.mark.chromium
WORDS = catalogues("shared", "wall", "boards")
SALES = Caller(id="li", role=Role.MANAGER, scope=Scope(queues=frozenset({"sales"})))
TWO = (
    BoardPage(tiles=(Tile(kind="waiting"), Tile(kind="clock"))),
    BoardPage(tiles=(Tile(kind="trend"),)),
)


class DoorsFor(OpenDoors):
    """Whoever comes is this one."""

    def __init__(self, caller: Caller) -> None:
        super().__init__()
        self._caller = caller

    def caller(self, *_: object) -> Caller:
        return self._caller


class House(FloorServer):
    """With the desk of boards, for this one."""

    def __init__(self, pages: Assets, folder: Path, caller: Caller = OPEN) -> None:
        super().__init__(pages)
        self.folder, self.caller = folder, caller
        sales, support = (self.document["queues"][id] for id in ("sales", "support"))
        sales.update(waiting=12, offered=400)
        support.update(waiting=31, offered=500, names={"zh": HOSTILE, "en": HOSTILE})

    def furnish(self, stack: ExitStack) -> Mapping[str, Any]:
        queues = self.document["queues"]
        door = stack.enter_context(access(parse(""), self.folder, {}))
        boards = Boards(BoardFiles(self.folder / "boards"), lambda: queues.keys())
        behind = Behind(desks=Desks([*door.desks, boards], door.audit))
        return {"doors": DoorsFor(self.caller), "behind": behind}

    @property
    def files(self) -> Path:
        return self.folder / "boards"

    def put(self, board: Board) -> None:
        """As a person writes a file."""
        self.files.mkdir(exist_ok=True)
        (self.files / f"{board.id}.toml").write_text(written(board), encoding="utf-8")

    def read(self, id: str) -> Board:
        return parse_board((self.files / f"{id}.toml").read_text(encoding="utf-8"), id, id)


@pytest.fixture
def house(pages: Assets, tmp_path: Path) -> Iterator[House]:
    with House(pages, tmp_path) as house:
        yield house


class Maker(Visitor):
    """Somebody who makes boards."""

    def __init__(self, browser: Any, url: str, language: str = "en", **screen: Any) -> None:
        super().__init__(browser, url, locale=language, **screen)
        self.language, self.words = language, WORDS[language]
        self.page = self.context.new_page()

    def open_boards(self) -> Any:
        return self.go(self.page, f"boards?lang={self.language}", "[data-link=live]")

    def edit(self, id: str) -> Any:
        self.open_boards()
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

    def has_tiles(self, *kinds: str) -> None:
        """Wait until these are the page's, in this order."""
        shown = self.page.locator(".tile-row:not([hidden]) .tile-name")
        expect(shown).to_have_text([self.words[f"piece.{kind}"] for kind in kinds])


@pytest.fixture
def maker(browser: Any, house: House) -> Iterator[Maker]:
    with Maker(browser, house.url) as maker:
        yield maker


def test_a_stranger_makes_a_board_and_it_is_on_the_wall(house: House, maker: Maker) -> None:
    page = maker.open_boards()
    maker.press("boards.new")
    page.locator("[data-template=overview]").click()
    page.locator(".field.en input").fill("Lobby")
    page.locator(".field.zh input").fill("大厅")
    page.locator(".chip-button", has_text=HOSTILE).click()
    maker.state("new")
    assert not house.files.exists()
    maker.press("boards.save")
    maker.state("saved")
    assert house.read("lobby").names == {"zh": "大厅", "en": "Lobby"}
    assert house.read("lobby").queues == ("sales", "billing", "claims")
    maker.go(page, "wall/lobby?lang=en", "[data-link=live]")
    page.locator(".board-name", has_text="Lobby").wait_for()


def test_the_preview_is_alive_and_adds_up_what_the_board_shows(house: House, maker: Maker) -> None:
    house.put(Board(id="lobby", queues=("sales", "support"), pages=TWO))
    page = maker.edit("lobby")
    waiting = page.locator(".preview .tile[data-kind=waiting] .hero")
    waiting.filter(has_text=re.compile("^43$")).wait_for()
    page.locator(".chip-button", has_text="Billing").click()
    billing = house.document["queues"]["billing"]["waiting"]
    waiting.filter(has_text=re.compile(f"^{43 + billing}$")).wait_for()
    house.tell(lambda body: body["queues"]["sales"].update(waiting=99))
    waiting.filter(has_text=re.compile(f"^{130 + billing}$")).wait_for()
    for shape, wide in (("tall", 0.5625), ("ultra", 2.37), ("wide", 1.7778)):
        page.locator(f".shapes [data-value={shape}]").click()
        becomes(page, lambda: shape_of(page.locator(".preview")), pytest.approx(wide, abs=0.01))
        expect(page.locator(".preview .board")).to_have_count(1)
    page.get_by_role("button", name="Page 2").click()
    page.wait_for_selector(".preview .page:not([hidden]) .tile[data-kind=trend]")
    assert page.evaluate("window.hurt") is None


def shape_of(part: Any) -> float:
    box = part.bounding_box()
    return float(box["width"] / box["height"])


def test_words_of_queues_stay_where_they_are_until_somebody_drags_them(
    house: House, maker: Maker
) -> None:
    house.put(Board(id="lobby", names={"en": "Lobby"}, queues=("sales", "billing"), pages=TWO))
    page = maker.edit("lobby")
    chips = page.locator(".chip-button:visible")
    stands = chips.all_inner_texts()
    assert [stands[0], *stands[2:]] == ["Sales", "Billing", "Complaints and claims"]
    pressed = "all => all.map(chip => chip.ariaPressed).join()"
    for chip, chosen in ((0, "false,false,true,false"), (1, "false,true,true,false")):
        chips.nth(chip).click()
        becomes(page, lambda: chips.evaluate_all(pressed), chosen)
    for _ in range(2):
        chips.nth(3).click()
    chips.nth(0).click()
    becomes(page, lambda: chips.evaluate_all(pressed), "true,true,true,false")
    assert chips.all_inner_texts() == stands
    chips.nth(2).focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")  # the hand is still on it
    becomes(page, chips.all_inner_texts, [stands[2], *stands[:2], stands[3]])
    maker.press("boards.save")
    maker.state("saved")
    assert house.read("lobby").queues == ("billing", "sales", "support")


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
    moved = ["longest", "counts", "waiting", "clock"]
    maker.has_tiles(*moved)
    drawn = "all => all.map(t => t.dataset.kind)"
    becomes(page, lambda: page.locator(".preview .tile").evaluate_all(drawn), moved)
    handles.nth(3).focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")  # the hand is still on it
    maker.has_tiles("longest", "clock", "counts", "waiting")
    page.locator(".tile-row").nth(0).get_by_role("button", name="Move Longest wait down").click()
    maker.has_tiles("clock", "longest", "counts", "waiting")
    page.locator(".tile-row").nth(3).get_by_role("button", name="Remove Waiting").click()
    maker.has_tiles("clock", "longest", "counts")
    for _ in range(5):
        page.keyboard.press("Control+z")
    maker.has_tiles(*kinds)
    maker.state("saved")
    page.keyboard.press("Control+Shift+z")
    maker.has_tiles(*moved)
    page.keyboard.press("Control+s")
    maker.state("saved")
    assert [tile.kind for tile in house.read("lobby").pages[0].tiles] == moved


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
    maker.state("saved")
    board = house.read("lobby")
    assert board.pages[0] == TWO[0]
    assert board.pages[1].seconds == 45
    assert board.pages[1].tiles[-1] == Tile(kind="queue", size=4, queue="billing")
    assert (board.theme, board.language, board.sound) == ("light", "both", False)
    assert board.limits.longest_ms == (30_000, 120_000)
    assert board.night
    assert (board.night.start, board.night.end) == ("22:30", "07:00")


def test_a_name_follows_the_other_languages_until_somebody_writes_it(
    house: House, maker: Maker
) -> None:
    page = maker.open_boards()
    maker.press("boards.new")
    page.locator("[data-template=rotating]").click()
    zh, en = (page.locator(f".field.{language} input") for language in ("zh", "en"))
    expect(zh).to_have_value(WORDS["zh"]["template.rotating"])
    en.fill("Hall two")
    expect(zh).to_have_value("Hall two")
    maker.press("boards.save")
    maker.state("saved")
    assert house.read("hall-two").names == {"zh": "Hall two", "en": "Hall two"}
    zh.fill("二号大厅")
    en.fill("Hall 2")
    expect(zh).to_have_value("二号大厅")
    page.keyboard.press("Control+s")
    maker.state("saved")
    assert house.read("hall-two").names == {"zh": "二号大厅", "en": "Hall 2"}
    maker.edit("hall-two")
    en.fill("Hall three")
    expect(zh).to_have_value("二号大厅")
    maker.state("unsaved")
    page.keyboard.press("Control+s")
    maker.state("saved")


def test_a_page_without_tiles_shows_nothing_and_says_so(house: House, maker: Maker) -> None:
    house.put(Board(id="lobby", names={"en": "Lobby"}, pages=TWO))
    page = maker.edit("lobby")
    said = page.locator(".preview .none-yet", has_text=maker.words["boards.preview.empty"])
    expect(said).to_be_hidden()
    page.get_by_role("button", name="Page 2").click()
    page.get_by_role("button", name="Remove Curve of the day").click()
    expect(said).to_be_visible()
    expect(page.locator(".preview .board")).to_be_hidden()
    maker.state("marked")
    maker.press("boards.preview.turns")  # of the pages that show something
    expect(said).to_be_hidden()
    expect(page.locator(".preview .tile[data-kind=waiting]")).to_be_visible()
    maker.press("boards.preview.turns")
    maker.press("boards.tile.add")
    page.locator(".kind[data-kind=clock]").click()
    expect(page.locator(".preview .tile[data-kind=clock]:visible")).to_have_count(1)


def test_the_form_says_what_limits_hold_for_and_which_queues_are_summed(
    house: House, maker: Maker
) -> None:
    house.put(Board(id="lobby", names={"en": "Lobby"}, queues=("sales", "billing"), pages=TWO))
    page = maker.edit("lobby")
    limits = page.locator(".limits-part .limit")
    goal = maker.words["boards.limits.goal"]
    expect(limits.nth(1)).to_contain_text(goal.format(span="0:20"))
    house.tell(lambda body: body["queues"]["billing"].update(target_ms=30_000))
    span = maker.words["boards.limits.span"].format(least="0:20", most="0:30")
    expect(limits.nth(1)).to_contain_text(goal.format(span=span))
    expect(limits.nth(0)).to_contain_text(maker.words["boards.limits.none"])
    page.get_by_label(maker.words["boards_limit.waiting"]).check()
    expect(limits.nth(0)).to_contain_text(maker.words["boards.limits.each"])
    together = page.locator(".tile-row .queue-of option:checked").first
    expect(together).to_have_text(maker.words["boards.tile.of_board"])
    maker.press("boards.queues.all")
    expect(together).to_have_text(maker.words["boards.tile.together"])
    expect(page.locator(".tile-row:visible .sizes:visible")).to_have_count(2)
    page.get_by_role("button", name="Page 2").click()
    expect(page.locator(".tile-row:visible .sizes:visible")).to_have_count(0)  # it has no share


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
    with Maker(browser, house.url) as other:
        page = maker.edit("lobby")
        there = other.edit("lobby")
        there.locator(".theme [data-value=light]").click()
        other.press("boards.save")
        other.state("saved")
        page.locator(".field.en input").fill("Mine")
        maker.press("boards.save")
        maker.says("refused.changed_meanwhile")
        assert house.read("lobby").names == {"en": "Lobby"}
        maker.press("boards.theirs.take")
        maker.state("saved")
        expect(page.locator(".field.en input")).to_have_value("Lobby")
        page.keyboard.press("Control+z")  # what I had is not lost
        page.locator(".field.en input").fill("Mine again")
        maker.press("boards.save")
        maker.state("saved")
        assert house.read("lobby").names == {"en": "Mine again"}
        there.locator(".field.en input").fill("Over it")
        other.press("boards.save")
        other.says("refused.changed_meanwhile")
        other.press("boards.theirs.mine")
        other.state("saved")
        assert house.read("lobby").names == {"en": "Over it"}


def test_a_board_is_copied_deleted_after_a_question_and_left_after_another(
    house: House, maker: Maker
) -> None:
    house.put(Board(id="lobby", names={"en": "Lobby"}, pages=TWO))
    page = maker.open_boards()
    page.locator("[data-board=lobby] .copy").click()
    expect(page.locator(".field.en input")).to_have_value("Copy of Lobby")
    page.locator(".back").click()
    maker.says("boards.leave.title")
    maker.press("cancel")
    maker.press("boards.save")
    maker.state("saved")
    page.locator(".back").click()
    page.locator("[data-board=copy-of-lobby]").wait_for()
    page.locator("[data-board=lobby] .remove").click()
    maker.press("cancel")
    assert (house.files / "lobby.toml").exists()
    page.locator("[data-board=lobby] .remove").click()
    page.locator("dialog[open]").get_by_role("button", name="Delete", exact=True).click()
    page.locator("[data-board=lobby]").wait_for(state="detached")
    assert not (house.files / "lobby.toml").exists()
    expect(page.locator("[data-board=main] .remove")).to_be_hidden()
    page.locator("[data-board=main] .show").click()
    expect(page.locator(".tv-address")).to_have_text(f"{house.url}/wall/main")
    expect(page.locator(".unreached")).to_contain_text("127.0.0.1")
    page.locator("dialog[open]").get_by_text(maker.words["boards_tv.rings"]).wait_for()
    maker.press("close")
    page.locator("[data-board=copy-of-lobby] .edit").click()
    address = f"{house.url.removeprefix('http://')}/wall/copy-of-lobby"
    expect(page.locator(".editor-bar .where")).to_have_text(address)
    page.get_by_label(maker.words["boards.sound"]).uncheck()
    maker.press("boards.save")
    maker.state("saved")
    maker.press("boards_act.show")
    page.locator("dialog[open]").get_by_text(maker.words["boards_tv.silent"]).wait_for()


def test_what_is_written_into_files_is_seen_and_mistakes_are_told(
    house: House, maker: Maker
) -> None:
    house.put(Board(id="lobby", names={"en": HOSTILE}, queues=("hr",), pages=TWO))
    page = maker.open_boards()
    page.locator("[data-board=lobby] .board-name", has_text=HOSTILE).first.wait_for()
    page.locator("[data-board=lobby]", has_text="Not on this floor: hr").wait_for()
    (house.files / "lobby.toml").write_text('theme = "drak"')
    page.locator(".mistake", has_text="lobby.toml, line 1").first.wait_for()
    assert page.locator("[data-board=lobby]").count() == 1  # as it was
    house.put(Board(id="lobby", names={"en": "Mended"}, pages=TWO))
    page.locator("[data-board=lobby] .board-name", has_text="Mended").first.wait_for()
    expect(page.locator(".mistake")).to_have_count(0)
    assert page.evaluate("window.hurt") is None


def test_a_save_that_nobody_answers_is_not_called_saved(house: House, maker: Maker) -> None:
    house.put(Board(id="lobby", names={"en": "Lobby"}, pages=TWO))
    maker.edit("lobby")
    maker.page.locator(".field.en input").fill("Mine")
    maker.forgiven.append(NOBODY_THERE)
    house.stop()
    maker.press("boards.save")
    maker.state("refused")
    house.start()
    maker.page.wait_for_selector("main[data-link=live]")
    expect(maker.page.locator(".field.en input")).to_have_value("Mine")
    maker.press("boards.save")
    maker.state("saved")
    assert house.read("lobby").names == {"en": "Mine"}


def test_a_manager_of_one_queue_makes_boards_of_that(
    browser: Any, pages: Assets, tmp_path: Path
) -> None:
    with House(pages, tmp_path, SALES) as house, Maker(browser, house.url) as maker:
        house.put(Board(id="theirs", queues=("support",), pages=TWO))
        page = maker.open_boards()
        theirs = page.locator("[data-board=theirs]")
        theirs.get_by_text(maker.words["boards.look"], exact=True).wait_for()
        assert theirs.locator(".remove").is_hidden()
        maker.press("boards.new")
        page.locator("[data-template=overview]").click()
        page.locator(".queues-part .chip-button").first.wait_for()
        expect(page.locator(".queues-part .all")).to_be_hidden()
        maker.press("boards.save")
        maker.state("saved")
        assert house.read("overview").queues == ("sales",)


def test_on_a_phone_all_of_it_is_there_and_nothing_is_wider_than_the_screen(
    browser: Any, house: House
) -> None:
    with Maker(browser, house.url, "zh", **HAND) as phone:
        page = phone.open_boards()
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
        phone.state("saved")
        assert house.read("board").names == {"zh": "手机看板", "en": "手机看板"}


def test_from_a_wall_one_goes_to_what_one_may_open(
    browser: Any, pages: Assets, tmp_path: Path
) -> None:
    lobby = Board(id="lobby", names={"en": "Lobby"}, pages=TWO)
    screen = Caller(id="tv-1", role=Role.DISPLAY, board="lobby")
    desk = Caller(id="li", role=Role.SUPERVISOR)
    for caller, doors in ((OPEN, ["floor", "boards?board=lobby"]), (desk, ["floor"]), (screen, [])):
        with House(pages, tmp_path, caller) as house, Maker(browser, house.url) as somebody:
            house.put(lobby)
            page = somebody.go(somebody.page, "wall/lobby", ".board[data-link=live]")
            with page.expect_response("**/session"):
                page.mouse.move(50, 50)
            seen = "all => all.filter(a => !a.hidden).map(a => a.getAttribute('href'))"
            wanted = [f"{house.url}/{door}" for door in doors]
            becomes(page, lambda: page.locator(".controls a").evaluate_all(seen), wanted)  # noqa: B023


def test_the_controls_of_a_wall_stay_while_a_pointer_rests_on_them(
    house: House, maker: Maker
) -> None:
    page = maker.page
    # The page's clock runs ahead of the server's: the feed may take it for silence, and call again.
    maker.forgiven.append(LEFT)
    page.clock.install()
    maker.go(page, "wall", ".board[data-link=live]")
    page.locator(".controls .full").click()
    becomes(page, lambda: page.evaluate("!!document.fullscreenElement"), True)
    page.clock.run_for(8_000)
    page.wait_for_selector(".wallboard[data-stirred=true]")
    page.keyboard.press("Escape")
    becomes(page, lambda: page.evaluate("!!document.fullscreenElement"), False)
    page.mouse.move(50, 50)
    page.clock.run_for(32_000)
    page.wait_for_selector(".wallboard[data-stirred=false]")
    expect(page.locator(".controls")).to_have_css("opacity", "0")
