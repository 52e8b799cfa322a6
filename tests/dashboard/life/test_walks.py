"""Floor walks: noted once however often it is sent, seen by whom it concerns, open until settled."""

import base64
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboard.access import Caller, Role
from dashboard.desk_file import DeskFile
from dashboard.desks import Desk, File
from dashboard.photo_shelf import PhotoShelf
from dashboard.walk_choices import Choice, WalkChoices
from dashboard.walks import OLDEST_MS, WalkDesk, Ways, Whereabouts
from dashboard.walks_sqlite import SqliteWalks
from reports.walk_records import Walk, floor_ms

MINUTE = 60_000
WALK, OTHER_WALK = "walk-000001", "walk-000002"
CHOICES = WalkChoices(
    places=(
        Choice(id="area:a", names={"en": "Area A"}, group="area"),
        Choice(id="team:one", group="team"),
        Choice(id="team:two", group="team"),
        Choice(id="queue:sales", group="queue"),
    ),
    photos_ms=30 * 86_400_000,
)
PEOPLE = {"ann": Whereabouts("one", ("sales",)), "bob": Whereabouts("two", ("help",))}
PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
Lead = Callable[..., Caller]


def desk(file: DeskFile, folder: Path) -> WalkDesk:
    ways = Ways(choices=lambda: CHOICES, agent=PEOPLE.get)
    return WalkDesk(SqliteWalks(file), PhotoShelf(folder / "photos"), ways)


@pytest.fixture
def hall(file: DeskFile, tmp_path: Path, room: Callable[[Desk], Any]) -> Any:
    return room(desk(file, tmp_path))


@pytest.fixture
def chief(make_lead: Lead) -> Caller:
    return make_lead("li", "李主管")


def finding(number: int, **more: object) -> dict[str, object]:
    said = {"place": "area:a", "kind": "noise", "measure": "reminded", "walk": WALK}
    return {**said, "finding": f"finding-{number}", **more}


def noted(hall: Any, caller: Caller) -> list[str]:
    return [each["id"] for each in hall.ask(caller, "/walks")["findings"]]


def test_three_words_are_a_finding_with_its_time_and_its_author(hall: Any, chief: Caller) -> None:
    at = hall.now - MINUTE
    assert hall.wish(chief, "walk.note", **finding(1, at=at))["done"]
    told = hall.ask(chief, "/walks")
    assert told["findings"] == [
        {
            **{"id": "finding-1", "walk": WALK, "at": at, "by_id": "li", "by": "李主管"},
            **{"place": "area:a", "kind": "noise", "measure": "reminded"},
            **{"place_names": {"en": "Area A"}, "open": False, "photo": False, "again": 0},
        }
    ]
    assert [walk["id"] for walk in told["walks"]] == [WALK]
    assert told["open"] == []


def test_nothing_found_is_a_finding_and_needs_no_measure(hall: Any, chief: Caller) -> None:
    nothing = {**finding(1, at=hall.now, kind="none"), "measure": ""}
    for number in (1, 2):
        assert hall.wish(chief, "walk.note", **{**nothing, "finding": f"finding-{number}"})["done"]
    assert [each["again"] for each in hall.ask(chief, "/walks")["findings"]] == [0, 0]


def test_the_same_at_the_same_place_within_a_week_is_marked(hall: Any, chief: Caller) -> None:
    start = hall.now
    answers = []
    for number, days in enumerate((0, 1, 6, 9)):
        hall.now = start + days * 86_400_000
        answers.append(hall.wish(chief, "walk.note", **finding(number, at=hall.now))["again"])
    assert answers == [0, 1, 2, 1]
    other = finding(9, at=hall.now, place="team:one")
    assert hall.wish(chief, "walk.note", **other)["again"] == 0
    every = hall.ask(chief, "/walks", **{"from": str(start)})["findings"]
    assert [each["again"] for each in every] == [0, 1, 2, 1, 0]


def test_what_is_sent_twice_is_noted_once(hall: Any, chief: Caller, make_lead: Lead) -> None:
    first = finding(1, at=hall.now, note="first")
    assert hall.wish(chief, "walk.note", **first)["done"]
    assert hall.wish(chief, "walk.note", **{**first, "note": "again"})["done"]
    (told,) = hall.ask(chief, "/walks")["findings"]
    assert told["note"] == "first"
    assert hall.why(make_lead("wang"), "walk.note", **first) == "walk_not_yours"
    stolen = finding(2, at=hall.now)
    assert hall.why(make_lead("wang"), "walk.note", **stolen) == "walk_not_yours"
    assert hall.why(make_lead("wang"), "walk.end", walk=WALK, at=hall.now) == "walk_not_yours"


def test_an_open_measure_stays_open_until_somebody_says_what_became_of_it(
    hall: Any, chief: Caller
) -> None:
    hall.wish(chief, "walk.note", **finding(1, at=hall.now, measure="repair"))
    hall.now += 3 * 86_400_000
    told = hall.ask(chief, "/walks")
    assert told["findings"] == []
    assert [each["id"] for each in told["open"]] == ["finding-1"]
    assert hall.why(chief, "walk.settle", finding="finding-1", measure=" ") == "measure_missing"
    settled = {"finding": "finding-1", "measure": "换了 新的\n耳机"}
    assert hall.wish(chief, "walk.settle", **settled)["done"]
    assert hall.why(chief, "walk.settle", **settled) == "settled_already"
    assert hall.why(chief, "walk.settle", finding="finding-7", measure="a") == "finding_gone"
    assert hall.ask(chief, "/walks")["open"] == []
    (told,) = hall.ask(chief, "/walks", **{"from": "0"})["findings"]
    assert (told["settled"], told["settled_by"]) == ("换了 新的 耳机", "李主管")


@pytest.mark.parametrize(
    ("data", "why"),
    [
        ({"place": "area:none"}, "unknown_place"),
        ({"kind": "weather"}, "unknown_finding"),
        ({"measure": ""}, "unknown_measure"),
        ({"measure": "shouted"}, "unknown_measure"),
        ({"at": -1}, "unreadable"),
        ({"at": 10**30}, "unreadable"),
        ({"finding": "../../etc"}, "unreadable"),
        ({"walk": 7}, "unreadable"),
        ({"by": "somebody"}, "unreadable"),
        ({"photo": "not base64!"}, "unreadable"),
        ({"photo": base64.b64encode(b"<svg/>").decode()}, "photo_bad"),
        ({"photo": base64.b64encode(b"\xff\xd8" + bytes(716_801)).decode()}, "photo_too_big"),
    ],
)
def test_what_cannot_be_is_refused_by_one_word(
    hall: Any, tmp_path: Path, chief: Caller, data: dict[str, object], why: str
) -> None:
    assert hall.why(chief, "walk.note", **finding(1, **{"at": hall.now, **data})) == why
    assert noted(hall, chief) == []
    assert not (tmp_path / "photos").exists()


def test_a_phone_that_runs_fast_or_was_away_for_long(hall: Any, chief: Caller) -> None:
    assert hall.wish(chief, "walk.note", **finding(1, at=hall.now + MINUTE))["done"]
    assert hall.ask(chief, "/walks")["findings"][0]["at"] == hall.now
    old = hall.now - OLDEST_MS
    assert hall.wish(chief, "walk.note", **finding(2, at=old, walk=OTHER_WALK))["done"]
    assert hall.why(chief, "walk.note", **finding(3, at=old - 1, walk=OTHER_WALK)) == "too_old"


def test_hostile_text_is_kept_as_text(hall: Any, chief: Caller) -> None:
    note = "<script>alert(1)</script>\u202e\x00" + "长" * 900
    hall.wish(chief, "walk.note", **finding(1, at=hall.now, note=note, agent="ann"))
    (told,) = hall.ask(chief, "/walks")["findings"]
    assert told["note"].startswith("<script>alert(1)</script>长")
    assert len(told["note"]) == 500


def test_a_photo_is_shown_to_whom_it_concerns_until_its_time_is_over(
    hall: Any, tmp_path: Path, chief: Caller, make_lead: Lead
) -> None:
    photo = base64.b64encode(PIXEL).decode()
    with_photo = finding(1, at=hall.now, place="team:one", photo=photo)
    assert hall.wish(chief, "walk.note", **with_photo)["done"]
    assert hall.wish(chief, "walk.note", **with_photo)["done"]
    assert len(list((tmp_path / "photos").iterdir())) == 1
    assert hall.audit.lines[0][4]["photo"] == "…"
    shown = hall.ask(chief, "/walk-photo", id="finding-1")
    assert isinstance(shown, File)
    assert (shown.content_type, shown.name) == ("image/png", "")
    theirs, others = (make_lead(id, teams=frozenset({id})) for id in ("one", "two"))
    assert isinstance(hall.ask(theirs, "/walk-photo", id="finding-1"), File)
    assert hall.ask(others, "/walk-photo", id="finding-1") is None
    for id in ("", "finding-2", "../desk.db"):
        assert hall.ask(chief, "/walk-photo", id=id) is None
    hall.now += CHOICES.photos_ms + 1
    hall.wish(chief, "walk.note", **finding(2, at=hall.now, walk=OTHER_WALK))
    assert hall.ask(chief, "/walk-photo", id="finding-1") is None
    assert list((tmp_path / "photos").iterdir()) == []


def test_teams_queues_and_people_are_of_those_who_look_after_them(
    hall: Any, chief: Caller, make_lead: Lead
) -> None:
    one = make_lead("wang", teams=frozenset({"one"}))
    sales = make_lead("zhao", queues=frozenset({"sales"}))
    assert {each["id"] for each in hall.ask(one, "/walk-choices")["places"]} == {
        *("area:a", "team:one", "queue:sales")
    }
    away = finding(1, at=hall.now, place="team:two", walk=OTHER_WALK)
    assert hall.why(one, "walk.note", **away) == "place_not_yours"
    his = finding(1, at=hall.now, agent="bob", walk=OTHER_WALK)
    assert hall.why(one, "walk.note", **his) == "agent_not_yours"
    assert hall.why(sales, "walk.note", **his) == "agent_not_yours"
    assert hall.why(sales, "walk.note", **{**his, "agent": "nobody"}) == "agent_not_yours"
    hall.wish(chief, "walk.note", **finding(2, at=hall.now, place="team:two", measure="repair"))
    hall.wish(chief, "walk.note", **finding(3, at=hall.now, agent="bob"))
    hall.wish(chief, "walk.note", **finding(4, at=hall.now, agent="ann"))
    hall.wish(chief, "walk.note", **finding(5, at=hall.now))
    assert noted(hall, one) == ["finding-4", "finding-5"]
    assert noted(hall, sales) == ["finding-2", "finding-4", "finding-5"]
    assert hall.ask(one, "/walks")["open"] == []
    assert hall.why(one, "walk.settle", finding="finding-2", measure="a") == "finding_gone"
    assert hall.ask(one, "/walks", who="wang")["findings"] == []


def test_agents_and_displays_are_told_nothing(hall: Any) -> None:
    for role in (Role.NOBODY, Role.DISPLAY, Role.AGENT):
        caller = Caller(id="x", role=role)
        assert hall.why(caller, "walk.note", **finding(1, at=hall.now)) == "forbidden"
        for path in ("/walks", "/walk-choices", "/walk-photo"):
            assert hall.ask(caller, path) == "forbidden"


def test_every_change_is_told_even_within_one_millisecond(hall: Any, chief: Caller) -> None:
    stamps = []
    for number in range(3):
        hall.wish(chief, "walk.note", **finding(number, at=hall.now))
        stamps.append(hall.document()["walks"]["changed_at"])
    assert len(set(stamps)) == 3


def test_no_moment_on_the_floor_counts_twice() -> None:
    def walk(id: str, by: str, began: int, ended: int | None, last: int = 0) -> Walk:
        last_at = last or began
        return Walk(id=id, by_id=by, by=by, began_at=began, last_at=last_at, ended_at=ended)

    walks = [
        walk("a", "li", 100, 200),
        walk("b", "li", 150, 260),
        walk("c", "li", 400, None, last=450),
        walk("d", "wang", 0, 90),
    ]
    assert floor_ms(walks, 50, 1_000) == {("li", "li"): 210, ("wang", "wang"): 40}
    assert floor_ms(walks, 160, 180) == {("li", "li"): 20, ("wang", "wang"): 0}


Message = tuple[str, dict[str, object]]


@settings(max_examples=30)
@given(data=st.data())
def test_in_whatever_order_and_however_often_it_comes_the_same_is_told(
    room: Any, make_lead: Lead, data: st.DataObject
) -> None:
    chief = make_lead("li")
    with tempfile.TemporaryDirectory() as folder, DeskFile(Path(folder) / "desk.db") as file:
        halls = [room(desk(file, Path(folder)))]
        with DeskFile(Path(folder) / "other.db") as other:
            halls.append(room(desk(other, Path(folder))))
            begin = halls[0].now - 100 * MINUTE
            minutes = data.draw(st.lists(st.integers(0, 90), min_size=1, max_size=5, unique=True))
            said: list[Message] = [("walk.begin", {"walk": WALK, "at": begin})]
            for number, minute in enumerate(minutes):
                at = begin + minute * MINUTE
                measure = data.draw(st.sampled_from(["reminded", "repair"]))
                said.append(("walk.note", finding(number, at=at, measure=measure)))
            said.append(("walk.end", {"walk": WALK, "at": begin + 95 * MINUTE}))
            shuffled = data.draw(st.permutations(said))
            repeats = data.draw(st.lists(st.sampled_from(said), max_size=4))
            told = []
            for hall, messages in zip(halls, (said, [*shuffled, *repeats]), strict=True):
                for deed, what in messages:
                    assert hall.wish(chief, deed, **what)["done"]
                told.append(hall.ask(chief, "/walks"))
            assert told[0] == told[1]
            assert told[0]["people"] == [{"id": "li", "name": "Li", "floor_ms": 95 * MINUTE}]
            assert len(told[0]["findings"]) == len(minutes)
