"""Notices: what hangs when, who may send what where, and that nothing of it is forgotten."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.access import Caller, Role
from dashboard.board import MAIN, Board
from dashboard.desk_file import DeskFile
from dashboard.desks import Desk
from dashboard.notices import MOST, NoticeDesk
from dashboard.notices_sqlite import SqliteNotices
from stream.intervals import Calendar

MINUTE = 60_000
BOARDS = (
    MAIN,
    Board(id="sales", names={"en": "Sales"}, queues=("sales", "vip"), pages=MAIN.pages),
    Board(id="help", queues=("help",), pages=MAIN.pages),
)
CALENDAR = Calendar("Asia/Shanghai", 300)
Lead = Callable[..., Caller]


def desk(file: DeskFile, now: int) -> NoticeDesk:
    return NoticeDesk(SqliteNotices(file), lambda: BOARDS, CALENDAR, now)


@pytest.fixture
def hall(file: DeskFile, room: Callable[[Desk], Any]) -> Any:
    return room(desk(file, 0))


@pytest.fixture
def chief(make_lead: Lead) -> Caller:
    return make_lead("li", "李主管")


def shown(hall: Any) -> list[str]:
    return [notice["text"] for notice in hall.document()["notices"].values()]


def test_a_notice_hangs_from_now_until_its_time_is_over(hall: Any, chief: Caller) -> None:
    id = hall.wish(chief, "notice.send", text=" 今天 14:00\n升级 ", tone="warn", minutes=60)[
        "notice"
    ]
    assert hall.document()["notices"] == {
        id: {
            "text": "今天 14:00 升级",
            "tone": "warn",
            "at": hall.now,
            "until": hall.now + 60 * MINUTE,
            "boards": [],
            "by": "李主管",
        }
    }
    hall.now += 60 * MINUTE - 1
    assert shown(hall) == ["今天 14:00 升级"]
    hall.now += 1
    assert shown(hall) == []
    (told,) = hall.ask(chief, "/notices")["notices"]
    assert told["text"] == "今天 14:00 升级"
    assert hall.ask(chief, "/notices", **{"from": str(hall.now)})["notices"] == []


def test_the_part_stays_the_same_object_while_nothing_changes(hall: Any, chief: Caller) -> None:
    hall.wish(chief, "notice.send", text="a", minutes=5)
    first = hall.document()["notices"]
    hall.now += MINUTE
    assert hall.document()["notices"] is first
    hall.now += 4 * MINUTE
    assert hall.document()["notices"] == {}
    assert first


def test_one_may_begin_later_and_end_with_the_business_day(hall: Any, chief: Caller) -> None:
    begin = hall.now + 30 * MINUTE
    hall.wish(chief, "notice.send", text="later", at=begin, until="day")
    assert shown(hall) == []
    hall.now = begin
    assert shown(hall) == ["later"]
    hall.now = CALENDAR.next_day(begin) - 1
    assert shown(hall) == ["later"]
    hall.now += 1
    assert shown(hall) == []


def test_what_was_planned_or_hangs_is_changed_and_taken_down(hall: Any, chief: Caller) -> None:
    id = hall.wish(chief, "notice.send", text="a", boards=["sales"])["notice"]
    sent_at = hall.now
    hall.now += MINUTE
    assert hall.wish(chief, "notice.edit", notice=id, text="b", tone="good")["done"]
    assert hall.document()["notices"][id]["text"] == "b"
    assert hall.document()["notices"][id]["at"] == sent_at
    hall.now += MINUTE
    assert hall.wish(chief, "notice.take_down", notice=id)["done"]
    assert shown(hall) == []
    assert hall.why(chief, "notice.take_down", notice=id) == "notice_gone"
    assert hall.why(chief, "notice.edit", notice=id, text="c") == "notice_gone"
    (told,) = hall.ask(chief, "/notices")["notices"]
    assert (told["down_by"], told["down_at"]) == ("李主管", hall.now)
    assert told["edited_by"] == "李主管"


def test_a_planned_one_is_withdrawn_before_anybody_saw_it(hall: Any, chief: Caller) -> None:
    at = hall.now + 10 * MINUTE
    id = hall.wish(chief, "notice.send", text="a", at=at)["notice"]
    assert hall.wish(chief, "notice.edit", notice=id, text="b", at=at + MINUTE, minutes=5)["done"]
    hall.now = at
    assert shown(hall) == []
    assert hall.wish(chief, "notice.take_down", notice=id)["done"]
    hall.now = at + 2 * MINUTE
    assert shown(hall) == []


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"text": " \n "}, "text_missing"),
        ({"text": "升" * 101}, "text_too_long"),
        ({"text": "a" * 201}, "text_too_long"),
        ({"text": "a", "until": 5}, "until_past"),
        ({"text": "a", "tone": "red"}, "unreadable"),
        ({"text": "a", "minutes": 0}, "unreadable"),
        ({"text": "a", "minutes": 10**9}, "unreadable"),
        ({"text": "a", "until": 10**18}, "unreadable"),
        ({"text": "a", "boards": "sales"}, "unreadable"),
        ({"text": ["a"]}, "unreadable"),
        ({}, "unreadable"),
        ({"text": "a", "by": "somebody"}, "unreadable"),
    ],
)
def test_what_cannot_be_is_refused_by_one_word(
    hall: Any, chief: Caller, data: dict[str, object], why: str
) -> None:
    assert hall.why(chief, "notice.send", **data) == why
    assert shown(hall) == []
    assert hall.audit.lines[-1][2:4] == (False, why)


def test_a_wall_holds_a_hundred_characters_or_two_hundred_letters(hall: Any, chief: Caller) -> None:
    for text in ("升" * 100, "a" * 200, "<b>&amp;</b>" * 10):
        assert hall.wish(chief, "notice.send", text=text)["done"]
    assert sorted(map(len, shown(hall))) == [100, 120, 200]


def test_so_many_hang_and_no_more(hall: Any, chief: Caller) -> None:
    for _ in range(MOST):
        assert hall.wish(chief, "notice.send", text="a", minutes=5)["done"]
    assert hall.why(chief, "notice.send", text="b") == "notices_full"
    hall.now += 5 * MINUTE
    assert hall.wish(chief, "notice.send", text="b")["done"]


def test_who_looks_after_some_queues_speaks_to_their_boards_alone(
    hall: Any, chief: Caller, make_lead: Lead
) -> None:
    sales = make_lead("wang", queues=frozenset({"sales", "vip", "other"}))
    half = make_lead("half", queues=frozenset({"sales"}))
    team = make_lead("team", teams=frozenset({"a"}))
    mine = hall.wish(sales, "notice.send", text="mine", boards=["sales"])["notice"]
    for boards in ([], ["help"], ["sales", "help"], ["main"], ["unknown"]):
        assert hall.why(sales, "notice.send", text="a", boards=boards) == "board_not_yours"
        assert hall.why(sales, "notice.edit", notice=mine, text="a", boards=boards)
    assert hall.why(half, "notice.send", text="a", boards=["sales"]) == "board_not_yours"
    assert hall.why(team, "notice.send", text="a") == "board_not_yours"
    theirs = hall.wish(chief, "notice.send", text="theirs", boards=["help"])["notice"]
    everybody = hall.wish(chief, "notice.send", text="all", boards=["unknown"])["notice"]
    for notice in (theirs, everybody):
        assert hall.why(sales, "notice.take_down", notice=notice) == "board_not_yours"
        moved = {"notice": notice, "text": "taken over", "boards": ["sales"]}
        assert hall.why(sales, "notice.edit", **moved) == "board_not_yours"
    told = hall.ask(sales, "/notices")
    assert [notice["text"] for notice in told["notices"]] == ["mine"]
    assert told["boards"] == [{"id": "sales", "names": {"en": "Sales"}}]
    assert told["all"] is False
    assert hall.ask(chief, "/notices")["all"] is True


def test_only_supervisors_send_and_ask(hall: Any) -> None:
    for role in (Role.NOBODY, Role.DISPLAY, Role.AGENT):
        caller = Caller(id="x", role=role)
        assert hall.why(caller, "notice.send", text="a") == "forbidden"
        assert hall.ask(caller, "/notices") == "forbidden"
    assert hall.ask(Caller(id="x", role=Role.SUPERVISOR), "/notices", **{"from": "-1"})


def test_where_nobody_signs_in_he_says_who_he_is_and_nowhere_else(
    hall: Any, chief: Caller, anybody: Caller
) -> None:
    hall.wish(anybody, "notice.send", text="a", who=" 王\u202e班长 ")
    hall.wish(chief, "notice.send", text="b", who="somebody else")
    assert sorted(each["by"] for each in hall.document()["notices"].values()) == [
        "李主管",
        "王班长",
    ]


Step = tuple[str, int, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "edit", "down", "wait", "again"]),
        st.integers(0, 5),
        st.integers(0, 20),
        st.integers(1, 20),
    ),
    max_size=14,
)


@settings(max_examples=40)
@given(steps=STEPS)
def test_whatever_is_done_walls_show_what_hangs(
    room: Any, make_lead: Lead, steps: list[Step]
) -> None:
    """Against the plainest account of it: a list of texts with a beginning and an end."""
    chief = make_lead("li")
    account: dict[str, list[Any]] = {}
    with tempfile.TemporaryDirectory() as folder, DeskFile(Path(folder) / "desk.db") as file:
        hall = room(desk(file, 0))
        for deed, which, begin, minutes in steps:
            ids = list(account)
            id = ids[which % len(ids)] if ids else "none"
            over = id not in account or account[id][2] <= hall.now
            at = hall.now + begin * MINUTE
            said = {"text": f"{which}", "at": at, "minutes": minutes}
            if deed == "send":
                id = hall.wish(chief, "notice.send", **said)["notice"]
                account[id] = [said["text"], at, at + minutes * MINUTE]
            elif deed == "edit":
                assert hall.wish(chief, "notice.edit", notice=id, **said)["done"] is not over
                if not over:
                    known = account[id]
                    at = at if known[1] > hall.now else known[1]
                    account[id] = [said["text"], at, max(at, hall.now) + minutes * MINUTE]
            elif deed == "down":
                assert hall.wish(chief, "notice.take_down", notice=id)["done"] is not over
                if not over:
                    account[id][2] = hall.now
            elif deed == "wait":
                hall.now += minutes * MINUTE
            else:  # the process is started again
                now, hall = hall.now, room(desk(file, hall.now))
                hall.now = now
            hangs = {k: v[0] for k, v in account.items() if v[1] <= hall.now < v[2]}
            told = hall.document()["notices"]
            assert {k: v["text"] for k, v in told.items()} == hangs
        every = hall.ask(chief, "/notices", **{"from": "0"})["notices"]
        assert {each["id"] for each in every} == account.keys()
