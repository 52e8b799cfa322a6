"""Hand-overs: written by one, taken by another, and kept as they were read."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.access import Caller, Role
from dashboard.desk_file import DeskFile
from dashboard.desks import Desk
from dashboard.handovers import HandOverDesk
from dashboard.handovers_sqlite import SqliteHandOvers

Lead = Callable[..., Caller]
ID = "handover-1"
SAID = {
    "handover": ID,
    "shift": "早班",
    "text": "一切平稳\r\n\n\n\n注意 VIP",
    "points": [{"text": "  报修 3 号工位 "}, {"text": "李娜超时", "done": True}, {"text": " "}],
}


def desk(file: DeskFile) -> HandOverDesk:
    return HandOverDesk(SqliteHandOvers(file))


@pytest.fixture
def hall(file: DeskFile, room: Callable[[Desk], Any]) -> Any:
    return room(desk(file))


@pytest.fixture
def early(make_lead: Lead) -> Caller:
    return make_lead("wang", "王班长")


@pytest.fixture
def late(make_lead: Lead) -> Caller:
    return make_lead("zhao", "赵班长")


def told(hall: Any, caller: Caller, **query: str) -> list[Any]:
    every: list[Any] = hall.ask(caller, "/handovers", **query)["handovers"]
    return every


def test_it_is_written_read_and_taken_over(hall: Any, early: Caller, late: Caller) -> None:
    assert hall.wish(early, "handover.write", **SAID)["done"]
    (waiting,) = told(hall, late)
    assert waiting["by"] == "王班长"
    assert waiting["text"] == "一切平稳\n\n注意 VIP"
    points = [{"text": "报修 3 号工位"}, {"text": "李娜超时", "done": True}]
    assert list(waiting["points"]) == points
    assert "taken_at" not in waiting
    hall.now += 60_000
    assert hall.wish(late, "handover.take", handover=ID)["done"]
    (taken,) = told(hall, early)
    assert (taken["taken_by"], taken["taken_at"]) == ("赵班长", hall.now)


def test_its_author_changes_it_until_it_is_taken(hall: Any, early: Caller, late: Caller) -> None:
    hall.wish(early, "handover.write", **SAID)
    assert hall.why(late, "handover.write", **SAID) == "handover_not_yours"
    assert hall.wish(early, "handover.write", **{**SAID, "text": "改过", "points": []})["done"]
    assert [each["text"] for each in told(hall, late)] == ["改过"]
    assert hall.why(early, "handover.take", handover=ID) == "handover_own"
    assert hall.wish(late, "handover.take", handover=ID)["done"]
    assert hall.wish(early, "handover.write", **SAID) == {
        **{"v": 1, "kind": "answer", "id": 1, "done": False, "why": "taken_already"},
        "by": "赵班长",
    }
    assert hall.why(late, "handover.take", handover=ID) == "taken_already"
    assert [each["text"] for each in told(hall, late)] == ["改过"]


def test_points_are_ticked_off_before_and_after(hall: Any, early: Caller, late: Caller) -> None:
    hall.wish(early, "handover.write", **SAID)
    hall.wish(late, "handover.take", handover=ID)
    assert hall.wish(late, "handover.point", handover=ID, n=0, done=True)["done"]
    (each,) = told(hall, early)
    ticked = {"text": "报修 3 号工位", "done": True, "by": "赵班长", "at": hall.now}
    assert each["points"][0] == ticked
    hall.now += 1
    hall.wish(early, "handover.point", handover=ID, n=0, done=True)
    assert told(hall, early)[0]["points"][0] == ticked
    assert hall.why(late, "handover.point", handover=ID, n=2, done=True) == "point_gone"
    assert hall.why(late, "handover.point", handover=ID, n=-1, done=True) == "unreadable"


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"shift": " "}, "shift_missing"),
        ({"text": " ", "points": [{"text": " "}]}, "handover_empty"),
        ({"text": "长" * 4_001}, "handover_too_long"),
        ({"shift": "a" * 41}, "handover_too_long"),
        ({"points": [{"text": "a" * 301}]}, "handover_too_long"),
        ({"points": [{"text": "a"}] * 61}, "unreadable"),
        ({"points": [{"text": "a", "by": "x"}]}, "unreadable"),
        ({"handover": "x"}, "unreadable"),
        ({"handover": "'; drop table handovers"}, "unreadable"),
        ({"taken_at": 1}, "unreadable"),
    ],
)
def test_what_cannot_be_is_refused_by_one_word(
    hall: Any, early: Caller, data: dict[str, object], why: str
) -> None:
    assert hall.why(early, "handover.write", **{**SAID, **data}) == why
    assert told(hall, early) == []


def test_it_concerns_those_who_look_after_as_much_as_its_author(
    hall: Any, early: Caller, late: Caller, make_lead: Lead
) -> None:
    def sales(id: str, *more: str) -> Caller:
        return make_lead(id, queues=frozenset({"sales", *more}))

    hall.wish(sales("a"), "handover.write", **SAID)
    hall.wish(early, "handover.write", **{**SAID, "handover": "handover-all"})
    assert {each["id"] for each in told(hall, late)} == {ID, "handover-all"}
    for caller in (sales("b"), sales("c", "help"), sales("a")):
        assert [each["id"] for each in told(hall, caller)] == [ID]
    foreign = make_lead("d", queues=frozenset({"help"}))
    team = make_lead("e", teams=frozenset({"one"}))
    assert told(hall, foreign) == []
    assert told(hall, team) == [each for each in told(hall, team) if each["id"] == ID]
    for deed in ("handover.take", "handover.point"):
        more = {"n": 0, "done": True} if deed == "handover.point" else {}
        assert hall.why(foreign, deed, handover=ID, **more) == "handover_gone"
    assert hall.why(sales("b"), "handover.take", handover="handover-all") == "handover_gone"
    assert hall.wish(sales("b"), "handover.take", handover=ID)["done"]


def test_only_supervisors_read_and_write(hall: Any) -> None:
    for role in (Role.NOBODY, Role.DISPLAY, Role.AGENT):
        caller = Caller(id="x", role=role)
        assert hall.why(caller, "handover.write", **SAID) == "forbidden"
        assert hall.ask(caller, "/handovers") == "forbidden"


def test_where_nobody_signs_in_two_names_are_two_people(hall: Any, anybody: Caller) -> None:
    assert hall.why(anybody, "handover.write", **SAID) == "name_missing"
    assert hall.wish(anybody, "handover.write", **SAID, who="王")["done"]
    assert hall.why(anybody, "handover.write", **SAID, who="赵") == "handover_not_yours"
    assert hall.why(anybody, "handover.take", handover=ID, who="王") == "handover_own"
    assert hall.why(anybody, "handover.take", handover=ID) == "name_missing"
    assert hall.wish(anybody, "handover.take", handover=ID, who="赵")["done"]


def test_one_that_waits_is_told_however_old_it_is(hall: Any, early: Caller, late: Caller) -> None:
    hall.wish(early, "handover.write", **SAID)
    hall.now += 30 * 86_400_000
    assert [each["id"] for each in told(hall, late)] == [ID]
    hall.wish(late, "handover.take", handover=ID)
    assert told(hall, late) == []
    assert [each["id"] for each in told(hall, late, **{"from": "0"})] == [ID]


Step = tuple[str, int, int]


@settings(max_examples=40)
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(["write", "take", "tick", "again"]),
            st.integers(0, 1),
            st.integers(0, 2),
        ),
        max_size=16,
    )
)
def test_whatever_is_done_its_words_stand_once_it_is_taken(
    room: Any, make_lead: Lead, steps: list[Step]
) -> None:
    leads = [make_lead("wang"), make_lead("zhao")]
    words: dict[str, tuple[str, bool]] = {}
    with tempfile.TemporaryDirectory() as folder, DeskFile(Path(folder) / "desk.db") as file:
        hall = room(desk(file))
        for number, (deed, who, which) in enumerate(steps):
            id = f"handover-{who}"
            author, other = leads[who], leads[1 - who]
            said = {**SAID, "handover": id, "text": str(number)}
            known = words.get(id)
            if deed == "write":
                may = known is None or not known[1]
                assert hall.wish(author, "handover.write", **said)["done"] is may
                words[id] = (str(number), False) if may or known is None else known
            elif deed == "take":
                may = known is not None and not known[1]
                assert hall.wish(other, "handover.take", handover=id)["done"] is may
                if may and known is not None:
                    words[id] = (known[0], True)
            elif deed == "tick":
                tick = {"handover": id, "n": which, "done": True}
                assert hall.wish(other, "handover.point", **tick)["done"] is (
                    known is not None and which < 2
                )
            else:
                hall = room(desk(file))
            every = told(hall, other)
            assert {each["id"]: (each["text"], "taken_at" in each) for each in every} == words
