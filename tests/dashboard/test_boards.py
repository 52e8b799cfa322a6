"""The desk of boards: who may save what, what is said about a board that cannot be, and to whom."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest

from dashboard.access import Caller, Role, Scope
from dashboard.board import MAIN, Board
from dashboard.boards import LOOK_MS, MOST, BoardMistake, Boards, BoardsError, hash_of
from dashboard.desks import Desks, Question, RefusedError, Wish

PAGES = [{"tiles": [{"kind": "waiting"}]}]
MANAGER = Caller(id="wu", role=Role.MANAGER)
SALES = Caller(id="li", role=Role.MANAGER, scope=Scope(queues=frozenset({"sales"})))
NOW = 1_790_000_000_000


class MemoryShelf:
    """Boards in memory; `written` counts, `fails` says that the disk is full."""

    def __init__(self) -> None:
        self.kept: dict[str, Board] = {}
        self.mistakes: tuple[BoardMistake, ...] = ()
        self.broken: set[str] = set()
        self.fails = False
        self.looks = 0
        self._boards: Mapping[str, Board] = {}

    @property
    def boards(self) -> Mapping[str, Board]:
        now = {MAIN.id: MAIN, **self.kept}
        if now != self._boards:
            self._boards = now
        return self._boards

    @property
    def made(self) -> frozenset[str]:
        return frozenset(self.kept) | self.broken

    def look(self) -> None:
        self.looks += 1

    def keep(self, board: Board) -> None:
        if self.fails:
            raise BoardsError("disk full")
        self.kept[board.id] = board

    def remove(self, id: str) -> None:
        if self.fails:
            raise BoardsError("disk full")
        del self.kept[id]


class Ledger:
    def __init__(self) -> None:
        self.lines: list[tuple[str, str, bool, str]] = []

    def note(self, wish: Wish, done: bool, why: str, data: Mapping[str, object]) -> None:
        self.lines.append((wish.caller.id, wish.deed, done, why))


class House:
    def __init__(self) -> None:
        self.shelf, self.audit = MemoryShelf(), Ledger()
        self.desk = Boards(self.shelf, lambda: {"sales", "support"})
        self.desks = Desks([self.desk], self.audit)

    async def do(self, deed: str, caller: Caller = MANAGER, **data: Any) -> dict[str, Any]:
        message = msgspec.json.encode({"id": 1, "do": deed, **data})
        answer: dict[str, Any] = msgspec.json.decode(
            await self.desks.obey(caller, message, NOW, "127.0.0.1")
        )
        return answer

    async def save(self, caller: Caller = MANAGER, was: str = "", **board: Any) -> dict[str, Any]:
        told = {"was": was} if was else {}
        return await self.do("board.save", caller, board={"pages": PAGES, **board}, **told)

    async def ask(self, path: str, caller: Caller = MANAGER, **query: str) -> Any:
        question = Question(caller=caller, path=path, query=query, now=NOW)
        return await self.desks.ask(question)


@pytest.fixture
def house() -> House:
    return House()


async def test_a_new_board_gets_an_id_and_is_shown_at_once(house: House) -> None:
    answer = await house.save(names={"zh": "大厅", "en": "The Lobby!"})
    assert answer["done"]
    assert answer["board"]["id"] == "the-lobby"
    assert answer["hash"] == hash_of(house.shelf.kept["the-lobby"])
    shown = house.desk.document(NOW)["boards"]
    assert isinstance(shown, dict)
    assert shown["the-lobby"]["names"]["zh"] == "大厅"
    assert house.audit.lines == [("wu", "board.save", True, "")]


async def test_ids_are_made_of_what_the_name_has_and_never_twice(house: House) -> None:
    names = [{"zh": "看板"}, {"zh": "看板"}, {"en": "Board"}, {"en": "Main"}, {"en": "--"}]
    ids = [(await house.save(names=each))["board"]["id"] for each in names]
    assert ids == ["board", "board-2", "board-3", "main-2", "board-4"]
    house.shelf.broken.add("hall")  # its file cannot be read, and is somebody's all the same
    assert (await house.save(names={"en": "Hall"}))["board"]["id"] == "hall-2"
    assert (await house.save(names={"en": "x" * 200}))["board"]["id"] == "x" * 32


async def test_an_id_that_is_in_use_is_not_overwritten(house: House) -> None:
    await house.save(id="lobby")
    assert (await house.save(id="lobby"))["why"] == "board_taken"
    assert (await house.save(id="main"))["why"] == "board_taken"
    built_in = hash_of(MAIN)
    assert (await house.save(id="main", was=built_in, theme="light"))["done"]
    assert house.shelf.kept["main"].theme == "light"


async def test_of_two_who_change_one_board_the_second_is_told(house: House) -> None:
    first = await house.save(id="lobby")
    theirs = await house.save(id="lobby", was=first["hash"], theme="light")
    mine = await house.save(id="lobby", was=first["hash"], sound=False)
    assert (mine["done"], mine["why"]) == (False, "changed_meanwhile")
    assert (mine["hash"], mine["board"]["theme"]) == (theirs["hash"], "light")
    assert house.shelf.kept["lobby"].theme == "light"
    over = await house.save(id="lobby", was=theirs["hash"], sound=False)  # having seen it
    assert over["done"]
    removed = await house.do("board.remove", board="lobby", was=theirs["hash"])
    assert removed["why"] == "changed_meanwhile"
    assert (await house.do("board.remove", board="lobby", was=over["hash"]))["done"]
    assert (await house.save(id="lobby", was=over["hash"]))["why"] == "changed_meanwhile"


async def test_a_board_is_removed_and_ours_is_not(house: House) -> None:
    assert (await house.do("board.remove", board="main"))["why"] == "built_in"
    assert (await house.do("board.remove", board="lobby"))["why"] == "no_board"
    await house.save(id="lobby")
    assert (await house.do("board.remove", board="lobby"))["done"]
    assert house.shelf.kept == {}


@pytest.mark.parametrize(
    ("board", "why", "at"),
    [
        ({"pages": []}, "bad_board", "pages"),
        (
            {"pages": [{"tiles": [{"kind": "waiting", "size": 9}]}]},
            "bad_board",
            "pages[0].tiles[0].size",
        ),
        ({"pages": [{"tiles": [{"kind": "queue"}]}]}, "no_queue", "pages[0].tiles[0]"),
        (
            {"queues": ["sales"], "pages": [{"tiles": [{"kind": "queue", "queue": "hr"}]}]},
            "not_here",
            "",
        ),
        ({"limits": {"waiting": [6, 3]}}, "not_rising", "limits"),
        ({"limits": {"longest_ms": [1, 86_400_001]}}, "bad_board", "limits.longest_ms[1]"),
        ({"night": {"start": "21:00", "end": "21:00"}}, "no_night", "night"),
        ({"night": {"start": "21:00\n", "end": "22:00"}}, "bad_board", "night.start"),
        ({"names": {"en": " "}}, "bad_board", "names[...]"),
        ({"names": {"fr": "x"}}, "bad_board", "names"),
        ({"id": "../etc/passwd"}, "bad_board", "id"),
        ({"id": "main\n"}, "bad_board", "id"),
        ({"hacked": True}, "bad_board", ""),
        ({"theme": "<script>"}, "bad_board", "theme"),
    ],
)
async def test_a_board_that_cannot_be_is_refused_with_the_place(
    house: House, board: dict[str, Any], why: str, at: str
) -> None:
    answer = await house.save(**board)
    assert (answer["done"], answer["why"], answer["at"]) == (False, why, at)
    assert house.shelf.kept == {}


@pytest.mark.parametrize(
    "data", [{}, {"board": 3}, {"board": {}, "more": 1}, {"board": {}, "was": 1}]
)
async def test_a_message_that_is_no_wish_is_unreadable(house: House, data: dict[str, Any]) -> None:
    assert (await house.do("board.save", **data))["why"] in {"unreadable", "bad_board"}
    assert (await house.do("board.remove", board="../x"))["why"] == "unreadable"
    assert house.shelf.kept == {}


async def test_only_who_makes_boards_may(house: House) -> None:
    for role in (Role.NOBODY, Role.DISPLAY, Role.AGENT, Role.SUPERVISOR):
        caller = Caller(id="x", role=role)
        assert (await house.save(caller))["why"] == "forbidden"
        assert (await house.do("board.remove", caller, board="main"))["why"] == "forbidden"
    assert (await house.save(Caller(id="a", role=Role.ADMIN)))["done"]


async def test_a_manager_of_some_queues_makes_boards_of_just_these(house: House) -> None:
    assert (await house.save(SALES))["why"] == "not_your_queues"  # all queues
    assert (await house.save(SALES, queues=["sales", "support"]))["why"] == "not_your_queues"
    mine = await house.save(SALES, id="ours", queues=["sales"])
    assert mine["done"]
    theirs = await house.save(id="theirs", queues=["support"])
    taken = await house.save(SALES, id="theirs", was=theirs["hash"], queues=["sales"])
    assert taken["why"] == "not_your_queues"
    assert (await house.do("board.remove", SALES, board="theirs"))["why"] == "not_your_queues"
    assert (await house.do("board.remove", SALES, board="ours"))["done"]
    seen = (await house.ask("/boards.json", SALES))["boards"]
    assert {id: each["yours"] for id, each in seen.items()} == {"main": False, "theirs": False}


async def test_a_queue_that_is_not_there_is_told_and_no_hindrance(house: House) -> None:
    tile = {"kind": "queue", "queue": "hr"}
    answer = await house.save(queues=["sales", "hr"], pages=[{"tiles": [tile]}])
    assert (answer["done"], answer["unknown"]) == (True, ["hr"])


async def test_a_full_disk_is_told_and_nothing_is_shown(house: House) -> None:
    house.shelf.fails = True
    assert (await house.save(id="lobby"))["why"] == "not_kept"
    assert house.desk.document(NOW)["boards"] == {"main": msgspec.to_builtins(MAIN)}
    house.shelf.fails = False
    await house.save(id="lobby")
    house.shelf.fails = True
    assert (await house.do("board.remove", board="lobby"))["why"] == "not_kept"


async def test_there_are_enough_boards_at_some_point(house: House) -> None:
    house.shelf.broken = {f"b{number}" for number in range(MOST)}
    assert (await house.save())["why"] == "too_many_boards"


async def test_a_display_is_told_of_its_own_board_only(house: House) -> None:
    await house.save(id="lobby")
    tv = Caller(id="tv-1", role=Role.DISPLAY, board="lobby")
    assert (await house.ask("/boards.json", tv))["boards"].keys() == {"lobby"}
    assert (await house.ask("/board", tv, id="lobby"))["board"]["id"] == "lobby"
    assert await house.ask("/board", tv, id="main") is None
    assert await house.ask("/board", tv) is None
    assert (await house.ask("/board"))["made"] is False
    assert await house.ask("/board", id="nowhere") is None
    with pytest.raises(RefusedError):
        await house.ask("/boards.json", Caller(id="", role=Role.NOBODY))


async def test_mistakes_are_told_to_who_may_mend_them(house: House) -> None:
    mistake = BoardMistake(file="hall.toml", line=3, key="theme", what="no", mend="yes")
    house.shelf.mistakes = (mistake,)
    told = [msgspec.to_builtins(mistake)]
    assert (await house.ask("/boards.json"))["mistakes"] == told
    assert (await house.ask("/boards.json", Caller(id="s", role=Role.SUPERVISOR)))["mistakes"] == []
    assert house.desk.document(NOW)["board_mistakes"] == told


async def test_what_did_not_change_is_the_same_object_and_the_shelf_is_looked_at_now_and_then(
    house: House,
) -> None:
    first = house.desk.document(NOW)
    second = house.desk.document(NOW + LOOK_MS - 1)
    assert first["boards"] is second["boards"]
    assert first["board_mistakes"] is second["board_mistakes"] is None
    assert house.shelf.looks == 1
    house.desk.document(NOW + LOOK_MS)
    house.desk.document(NOW - 3_600_000)  # the clock was set back
    assert house.shelf.looks == 3
    await house.save(id="lobby")
    assert house.desk.document(NOW)["boards"] is not first["boards"]


def test_the_same_board_has_the_same_hash_however_it_was_written() -> None:
    data = {"id": "a", "pages": PAGES, "names": {"zh": "一", "en": "one"}}
    other = {"names": {"en": "one", "zh": "一"}, "theme": "dark", "pages": PAGES, "id": "a"}
    one, same = msgspec.convert(data, Board), msgspec.convert(other, Board)
    assert hash_of(one) == hash_of(same)
    assert hash_of(one) != hash_of(msgspec.structs.replace(one, theme="light"))
