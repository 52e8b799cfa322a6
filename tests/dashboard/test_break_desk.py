"""The break board and the moves: who may ask, who may answer, what the floor's showing makes of it."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from dashboard.access import OPEN, Caller, Role, Scope
from dashboard.break_desk import BreakDesk, Lane
from dashboard.break_views import my_breaks, own_breaks, own_moves
from dashboard.breaks_sqlite import SqliteBreaks
from dashboard.commands import OpenCall, Person
from dashboard.desk_file import DeskFile
from dashboard.desks import Desks, Wish
from dashboard.move_desk import MoveDesk
from planning.advice import Advice, MayGo
from planning.moves import Move

T0 = 1_795_305_600_000
MINUTE = 60_000
LI = Caller(id="u1", name="Li", role=Role.AGENT, agent="li")
WANG = Caller(id="u2", name="Wang", role=Role.AGENT, agent="wang")
NORTH = Caller(
    id="s1",
    name="Chen",
    role=Role.SUPERVISOR,
    scope=Scope(teams=frozenset({"north"}), queues=frozenset({"sales", "vip"})),
)
SOUTH = Caller(
    id="s2",
    name="He",
    role=Role.SUPERVISOR,
    scope=Scope(teams=frozenset({"south"}), queues=frozenset()),
)
ADVICE = Advice(
    at=T0,
    may_go=(
        MayGo(
            queue="sales",
            number=1,
            agents=("li",),
            until=T0 + 40 * MINUTE,
            cost=0.2,
            why="cost",
            away=0,
        ),
    ),
    moves=(
        Move(
            agent="li",
            giver="sales",
            taker="vip",
            saved=4.5,
            price=0.3,
            giver_level=(0.9, 0.88),
            taker_level=(0.6, 0.8),
        ),
    ),
    lost={"sales": 1.0, "vip": 6.0},
    below_target={"sales": 0.1, "vip": 0.9},
)


@dataclass
class Floor:
    """People as they are put."""

    people: dict[str, Person] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)

    def put(self, agent: str, **known: Any) -> None:
        known = {"team": "north", "signed_in": True, "queues": {"sales": False}, **known}
        self.people[agent] = Person(id=agent, **known)

    def person(self, agent: str) -> Person | None:
        return self.people.get(agent)

    def call(self, visit: str) -> OpenCall | None:
        return None

    def has_queue(self, queue: str) -> bool:
        return True


class Audit:
    def __init__(self) -> None:
        self.notes: list[tuple[str, str, bool, str]] = []

    def note(self, wish: Wish, done: bool, why: str, data: Mapping[str, object]) -> None:
        self.notes.append((wish.caller.id, wish.deed, done, why))


class House:
    """Both desks on one file, as they run together."""

    def __init__(self, path: Path) -> None:
        self.floor, self.audit, self.path = Floor(), Audit(), path
        self.floor.put("li")
        self.floor.put("wang")
        self.file = DeskFile(path)
        self.open(T0)

    def open(self, now: int) -> None:
        kept = SqliteBreaks(self.file)
        lanes = [Lane(agent="li", pause="meal", start_at=T0, end_at=T0 + 45 * MINUTE)]
        self.breaks = BreakDesk(kept, self.floor, lambda: ADVICE, lambda at: lanes, now)
        self.moves = MoveDesk(
            kept, self.floor, lambda: ADVICE, lambda q, at: self.floor.lost.get(q, 0), now
        )
        self.desks = Desks([self.breaks, self.moves], self.audit)

    def wish(self, caller: Caller, deed: str, now: int = T0, **data: object) -> dict[str, Any]:
        message = msgspec.json.encode({"do": deed, "id": 1, **data})
        answer = asyncio.run(self.desks.obey(caller, message, now, "127.0.0.1"))
        found: dict[str, Any] = msgspec.json.decode(answer)
        return found

    def asks(self, now: int) -> dict[str, Any]:
        found: dict[str, Any] = self.desks.document(now)["breaks"]["asks"]  # type: ignore[index]  # plain data
        return found


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path / "desk.db")
    with made.file:
        yield made


def test_who_asks_is_let_go_is_away_and_comes_back(house: House) -> None:
    ask = house.wish(LI, "break.ask", pause="meal")["ask"]
    assert house.asks(T0)[ask] == {
        "agent": "li",
        "pause": "meal",
        "minutes": 45,
        "state": "asked",
        "asked_at": T0,
    }
    assert house.wish(LI, "break.ask", pause="break")["why"] == "break_twice"
    assert house.wish(WANG, "break.answer", ask=ask, yes=True)["why"] == "forbidden"
    assert house.wish(SOUTH, "break.answer", ask=ask, yes=True)["why"] == "break_not_yours"
    answer = house.wish(NORTH, "break.answer", T0 + MINUTE, ask=ask, yes=True)
    assert (answer["agent"], answer["pause"]) == ("li", "meal")
    assert house.breaks.leaving == {"li"}
    assert house.wish(NORTH, "break.answer", ask=ask, yes=False)["why"] == "break_answered"
    house.floor.put("li", away=True)
    left = house.asks(T0 + 2 * MINUTE)[ask]
    assert (left["state"], left["until"], left["by"]) == ("away", T0 + 47 * MINUTE, "Chen")
    house.open(T0 + 3 * MINUTE)
    assert house.asks(T0 + 3 * MINUTE)[ask] == left, "a restart forgets nothing"
    assert house.wish(NORTH, "break.call_back", T0 + 5 * MINUTE, ask=ask)["done"]
    assert house.asks(T0 + 5 * MINUTE)[ask]["until"] == T0 + 5 * MINUTE
    house.floor.put("li")
    assert house.asks(T0 + 60 * MINUTE)[ask]["state"] == "back"
    assert ("s2", "break.answer", False, "break_not_yours") in house.audit.notes
    assert ask not in house.asks(T0 + 13 * 60 * MINUTE)


def test_what_nobody_takes_up_lapses(house: House) -> None:
    asked = house.wish(LI, "break.ask", pause="break")["ask"]
    sent = house.wish(NORTH, "break.send", agent="wang", pause="break", minutes=10)["ask"]
    assert house.asks(T0 + 14 * MINUTE)[sent]["state"] == "approved"
    assert house.asks(T0 + 15 * MINUTE)[sent]["state"] == "lapsed"
    assert house.asks(T0 + 60 * MINUTE)[asked]["state"] == "lapsed"
    again = house.wish(LI, "break.ask", T0 + 61 * MINUTE, pause="break")["ask"]
    assert house.wish(WANG, "break.withdraw", ask=again)["why"] == "break_not_yours"
    assert house.wish(LI, "break.withdraw", ask=again)["done"]
    refused = house.wish(LI, "break.ask", T0 + 62 * MINUTE, pause="break")["ask"]
    house.wish(NORTH, "break.answer", ask=refused, yes=False, why="  after twelve ")
    assert house.asks(T0 + 62 * MINUTE)[refused]["why"] == "after twelve"


def test_nonsense_is_refused(house: House) -> None:
    house.floor.put("zhao", signed_in=False)
    assert house.wish(OPEN, "break.ask", pause="meal")["why"] == "break_nobody"
    assert house.wish(OPEN, "break.ask", pause="meal", agent="zhao")["why"] == "break_signed_out"
    assert house.wish(OPEN, "break.ask", pause="nap", agent="li")["why"] == "unreadable"
    assert house.wish(NORTH, "break.send", pause="meal", agent="nobody")["why"] == "break_nobody"
    assert house.wish(NORTH, "break.answer", ask="none", yes=True)["why"] == "break_gone"
    assert house.wish(LI, "break.ask", pause="meal", agent="wang")["done"]
    assert {ask["agent"] for ask in house.asks(T0).values()} == {"li"}, "nobody asks for another"


def test_each_sees_his_own(house: House) -> None:
    house.wish(LI, "break.ask", pause="meal")
    house.wish(WANG, "break.ask", pause="break")
    whole: Any = house.desks.document(T0)
    mine = my_breaks("li", whole["breaks"])
    assert mine is not None
    assert [ask["agent"] for ask in mine["asks"].values()] == ["li"]
    assert "may_go" not in mine
    seen = own_breaks(Scope(queues=frozenset({"vip"})), whole["breaks"], {"wang"})
    assert seen is not None
    assert [ask["agent"] for ask in seen["asks"].values()] == ["wang"]
    assert (seen["may_go"], seen["plan"]) == ({}, [])
    moves = own_moves(Scope(queues=frozenset({"vip"})), whole["moves"], {"li"})
    assert moves is not None
    assert (moves["ranked"], moves["below"]) == ([], {"vip": 0.9})


def test_a_move_is_followed_for_half_an_hour(house: House) -> None:
    house.floor.lost = {"sales": 3, "vip": 10}
    assert (
        house.wish(SOUTH, "move.follow", agent="li", giver="sales", taker="vip")["why"]
        == "break_not_yours"
    )
    assert (
        house.wish(NORTH, "move.follow", agent="wang", giver="sales", taker="vip")["why"]
        == "move_gone"
    )
    move = house.wish(NORTH, "move.follow", agent="li", giver="sales", taker="vip")["move"]

    def told(now: int) -> dict[str, Any]:
        found: Any = house.desks.document(now)["moves"]
        return dict(found["made"][move])

    assert told(T0 + MINUTE)["state"] == "asked"
    house.floor.put("li", queues={"vip": False})
    made = told(T0 + 2 * MINUTE)
    assert (made["state"], made["saved"], made["without"]) == ("made", 4.2, 7.0)
    house.floor.lost = {"sales": 3, "vip": 12}
    assert told(T0 + 10 * MINUTE)["so_far"] == 2
    house.open(T0 + 20 * MINUTE)
    over = told(T0 + 32 * MINUTE)
    assert (over["state"], over["happened"], over["expected"]) == ("over", 2, 2.8)
    assert house.moves.moved == {"li": T0}
    second = house.wish(
        NORTH, "move.follow", T0 + 40 * MINUTE, agent="li", giver="sales", taker="vip"
    )
    house.floor.put("li", queues={"sales": False})
    move = second["move"]
    assert told(T0 + 44 * MINUTE)["state"] == "not_made"
