"""The desk of actions: who may, what is refused, what became of it, and what outlives a kill -9."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.access import Caller, Role, Scope
from dashboard.command_book import SHOWN
from dashboard.command_desk import CommandDesk
from dashboard.command_ports import Exchange
from dashboard.commands import TIMEOUT_MS, OpenCall, Person
from dashboard.commands_sqlite import SqliteCommands
from dashboard.desk_file import DeskFile
from dashboard.desks import Desks, Question, Wish
from ingest.orders import AWAY, Act, Order, Outcome, Receipt

NOW = 1_795_000_000_000
WRITER = Path(__file__).with_name("command_writer.py")
LEAD = Caller(id="lead", name="Li Na", role=Role.SUPERVISOR)
DONE = Receipt(Outcome.DONE)


@dataclass
class HandClock:
    time: int = NOW

    def now(self) -> int:
        return self.time

    async def sleep(self, seconds: float, /) -> None:
        self.time += round(seconds * 1000)
        await asyncio.sleep(0)  # noqa: TID251 no time passes


@dataclass
class Pbx:
    """A telephone system that answers as told, and keeps what it was ordered."""

    receipt: Receipt | None = DONE
    abilities: frozenset[Act] = frozenset(Act)
    orders: list[Order] = field(default_factory=list)

    async def carry(self, order: Order) -> Receipt:
        self.orders.append(order)
        if self.receipt is None:
            await asyncio.Event().wait()
        assert self.receipt is not None
        return self.receipt


@dataclass
class Floor:
    """What the floor shows; tests change it by hand."""

    people: dict[str, Person] = field(default_factory=dict)
    calls: dict[str, OpenCall] = field(default_factory=dict)

    def person(self, agent: str) -> Person | None:
        return self.people.get(agent)

    def call(self, visit: str) -> OpenCall | None:
        return self.calls.get(visit)

    def has_queue(self, queue: str) -> bool:
        return queue in ("sales", "vip", "support")

    def has(self, agent: str, **queues: bool) -> None:
        known = self.people.get(agent) or Person(id=agent)
        self.people[agent] = replace(known, queues=queues, signed_in=bool(queues))


class Log:
    def __init__(self) -> None:
        self.lines: list[tuple[str, bool, str]] = []

    def note(self, wish: Wish, done: bool, why: str, data: Mapping[str, object]) -> None:
        self.lines.append((wish.deed, done, why))


class Office:
    """A desk with all that it stands on."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.pbx, self.log = HandClock(), Pbx(), Log()
        self.floor = Floor()
        ann = Person(id="1001", source="pbx", team="north", phones=("PJSIP/1001",), call="v1")
        self.floor.people["1001"] = ann
        self.floor.has("1001", sales=False)
        self.floor.people["1002"] = replace(ann, id="1002", team="river", call="")
        self.floor.has("1002", support=False)
        self.floor.calls["v1"] = OpenCall(
            id="v1", source="pbx", queue="sales", system_id="77.1", agent="1001", caller="•••123"
        )
        self.file = DeskFile(folder / "desk.db")
        self.open()

    def open(self) -> None:
        """The desk as a start finds it."""
        exchange = Exchange(telephony=self.pbx, phones={"lead": "PJSIP/2001"})
        self.desk = CommandDesk(
            {"pbx": exchange}, self.floor, SqliteCommands(self.file), self.clock
        )
        self.desks = Desks([self.desk], self.log)

    async def wish(self, deed: str, caller: Caller = LEAD, **data: object) -> dict[str, Any]:
        message = json.dumps({"do": f"action.{deed}", "id": 1, **data}).encode()
        answer = await self.desks.obey(caller, message, self.clock.now(), "127.0.0.1")
        for _ in range(3):
            await asyncio.sleep(0)  # noqa: TID251 the order is carried
        told: dict[str, Any] = json.loads(answer)
        return told

    async def look(self, later_ms: int = 0) -> None:
        self.clock.time += later_ms
        self.desk.look(self.clock.now())
        for _ in range(3):
            await asyncio.sleep(0)  # noqa: TID251 the order is carried

    def row(self, answer: dict[str, Any]) -> dict[str, Any]:
        assert answer["done"], answer
        return self.rows[answer["command"]]

    @property
    def rows(self) -> dict[str, dict[str, Any]]:
        rows: Any = self.desk.document(self.clock.now())["commands"]
        assert isinstance(rows, dict)
        return rows

    async def history(self, caller: Caller = LEAD) -> list[dict[str, Any]]:
        question = Question(caller=caller, path="/commands", query={}, now=self.clock.now())
        told = await self.desks.ask(question)
        assert isinstance(told, list)
        return told


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    office = Office(tmp_path)
    with office.file:
        yield office


async def test_a_pause_is_confirmed_by_the_floor_and_stands_in_the_journal(office: Office) -> None:
    answer = await office.wish("pause", agent="1001", reason="  coach\n ing ")
    assert office.row(answer)["state"] == "sent"
    assert office.pbx.orders[0].reason == "coach ing"
    office.floor.has("1001", sales=True)
    await office.look(400)
    row = office.row(answer)
    assert (row["state"], row["undo_until"]) == ("confirmed", NOW + 60_400)
    [told] = await office.history()
    steps = [(step["state"], "carried" in step) for step in told["steps"]]
    said = [("requested", False), ("sent", False), ("sent", True), ("confirmed", True)]
    assert steps == said
    assert (told["by"], told["by_name"], told["reason"]) == ("lead", "Li Na", "coach ing")
    assert office.log.lines == [("action.pause", True, "")]


async def test_the_telephone_systems_refusal_is_told_in_its_words(office: Office) -> None:
    office.pbx.receipt = Receipt(Outcome.REFUSED, said="Interface not found")
    row = office.row(await office.wish("pause", agent="1001"))
    assert (row["state"], row["said"]) == ("refused", "Interface not found")


async def test_no_answer_is_told_as_nobody_knows(office: Office) -> None:
    office.pbx.receipt = None
    answer = await office.wish("hang_up", call="v1")
    await office.look(TIMEOUT_MS - 1)
    assert office.row(answer)["state"] == "sent"
    await office.look(1)
    assert office.row(answer)["state"] == "timed_out"
    assert len(office.pbx.orders) == 1


async def test_taps_of_one_wish_are_one_command(office: Office) -> None:
    first = await office.wish("pause", agent="1001", key="tap")
    again = await office.wish("pause", agent="1001", key="tap")
    assert first["command"] == again["command"]
    assert len(office.pbx.orders) == 1
    assert (await office.wish("sign_out", agent="1001", key="x"))["why"] == "action_busy"


async def test_hang_up_and_take_over_are_two_orders_on_the_very_call(office: Office) -> None:
    taken = await office.wish("take_over", agent="1001", call="v1")
    order = office.pbx.orders[0]
    assert (order.act, order.call, order.own_phone) == (Act.TAKE_OVER, "77.1", "PJSIP/2001")
    office.floor.people["1001"] = replace(office.floor.people["1001"], call="")
    await office.look(100)
    assert office.row(taken)["state"] == "confirmed"
    assert "undo_until" not in office.row(taken)
    await office.wish("hang_up", call="v1")
    assert (office.pbx.orders[1].act, office.pbx.orders[1].own_phone) == (
        Act.HANG_UP,
        "PJSIP/2001",
    )
    del office.floor.calls["v1"]
    assert (await office.wish("listen", agent="1001"))["why"] == "action_call_over"


async def test_undo_has_its_time_and_marks_what_it_took_back(office: Office) -> None:
    paused = await office.wish("pause", agent="1001")
    office.floor.has("1001", sales=True)
    await office.look(100)
    back = await office.wish("undo", command=paused["command"])
    assert office.pbx.orders[-1].act is Act.UNPAUSE
    office.floor.has("1001", sales=False)
    await office.look(100)
    assert office.row(back)["state"] == "confirmed"
    assert office.row(paused)["state"] == "undone"
    assert (await office.wish("undo", command=paused["command"]))["why"] == "action_undo_over"
    again = await office.wish("pause", agent="1001")
    office.floor.has("1001", sales=True)
    await office.look(100)
    office.clock.time += 60_000
    assert (await office.wish("undo", command=again["command"]))["why"] == "action_undo_over"


async def moved(office: Office, **data: object) -> dict[str, Any]:
    answer = await office.wish("move", agent="1001", **{"from": "sales"}, to="vip", **data)
    office.floor.has("1001", vip=False)
    await office.look(100)
    return answer


async def test_a_moved_agent_returns_by_himself(office: Office) -> None:
    answer = await moved(office, return_at=NOW + 900_000)
    assert office.row(answer)["due_at"] == NOW + 900_000
    await office.look(899_000)
    assert len(office.pbx.orders) == 1
    await office.look(1_000)
    back = office.pbx.orders[1]
    assert (back.act, back.queue, back.to) == (Act.MOVE, "vip", "sales")
    office.floor.has("1001", sales=False)
    await office.look(100)
    assert office.row(answer)["state"] == "undone"
    assert {row["by"] for row in office.rows.values()} == {"lead", ""}


async def test_who_signed_out_meanwhile_is_not_returned_and_it_is_told(office: Office) -> None:
    answer = await moved(office, return_at=NOW + 900_000)
    office.floor.has("1001")
    await office.look(900_000)
    assert office.row(answer)["why"] == "left"
    assert len(office.pbx.orders) == 1


@pytest.mark.parametrize(
    ("to", "state", "why"), [("sales", "undone", ""), ("support", "", "moved_on")]
)
async def test_who_is_moved_on_by_hand_does_not_return_by_himself(
    office: Office, to: str, state: str, why: str
) -> None:
    answer = await moved(office, return_at=NOW + 900_000)
    await office.wish("move", agent="1001", **{"from": "vip"}, to=to)
    office.floor.has("1001", **{to: False})
    await office.look(100)
    row = office.row(answer)
    assert (row["state"], row.get("why", "")) == (state or "confirmed", why)
    await office.look(900_000)
    assert len(office.pbx.orders) == 2


async def test_a_return_waits_for_the_link(office: Office) -> None:
    answer = await moved(office, return_at=NOW + 60_000)
    office.pbx.receipt = Receipt(Outcome.REFUSED, AWAY)
    await office.look(60_000)
    assert office.row(answer)["state"] == "confirmed"
    office.pbx.receipt = DONE
    await office.look(15_000)
    office.floor.has("1001", sales=False)
    await office.look(100)
    assert office.row(answer)["state"] == "undone"


NORTH = Caller(id="n", role=Role.SUPERVISOR, scope=Scope(teams=frozenset({"north"})))
SALES = Caller(id="s", role=Role.SUPERVISOR, scope=Scope(queues=frozenset({"sales"})))


@pytest.mark.parametrize(
    ("caller", "deed", "data", "why"),
    [
        (NORTH, "pause", {"agent": "1002"}, "action_scope"),
        (SALES, "pause", {"agent": "1002"}, "action_scope"),
        (SALES, "move", {"agent": "1001", "from": "sales", "to": "vip"}, "action_scope"),
        (SALES, "hang_up", {"call": "v2"}, "action_scope"),
        (Caller(id="a", role=Role.AGENT), "pause", {"agent": "1001"}, "forbidden"),
        (Caller(id="d", role=Role.DISPLAY), "hang_up", {"call": "v1"}, "forbidden"),
        (LEAD, "pause", {"agent": "nobody"}, "action_agent_unknown"),
        (LEAD, "unpause", {"agent": "1001"}, "action_not_paused"),
        (LEAD, "pause", {"agent": "1001", "queue": "vip"}, "action_not_in_queue"),
        (LEAD, "move", {"agent": "1001", "from": "sales"}, "action_queue_missing"),
        (LEAD, "move", {"agent": "1001", "from": "sales", "to": "?"}, "action_queue_unknown"),
        (LEAD, "move", {"agent": "1001", "from": "sales", "to": "sales"}, "action_in_queue"),
        (LEAD, "hang_up", {"call": "gone"}, "action_call_over"),
        (LEAD, "take_over", {"call": "v2"}, "action_call_waiting"),
        (LEAD, "pause", {"agent": "1001", "return_at": NOW + 9}, "action_return"),
        (LEAD, "pause", {"agent": 7}, "unreadable"),
        (LEAD, "pause", {"agent": "1001", "colour": "red"}, "unreadable"),
        (Caller(id="x", role=Role.ADMIN), "listen", {"agent": "1001"}, "action_no_phone"),
        (LEAD, "undo", {"command": "none"}, "action_undo_over"),
    ],
)
async def test_what_is_refused_never_reaches_the_telephone_system(
    office: Office, caller: Caller, deed: str, data: dict[str, object], why: str
) -> None:
    office.floor.calls["v2"] = OpenCall(id="v2", source="pbx", queue="support", system_id="78.1")
    assert (await office.wish(deed, caller, **data))["why"] == why
    assert office.pbx.orders == []
    assert office.rows == {}
    assert office.log.lines == [(f"action.{deed}", False, why)]


async def test_what_is_not_turned_on_cannot_be_done(office: Office) -> None:
    office.pbx.abilities = frozenset({Act.PAUSE})
    office.open()
    assert (await office.wish("hang_up", call="v1"))["why"] == "action_off"
    assert office.desk.document(NOW)["abilities"] == {"actions": ["pause"]}
    bare = CommandDesk({}, office.floor, SqliteCommands(office.file), office.clock)
    assert bare.document(NOW) == {}


async def test_the_history_is_only_of_ones_own_scope(office: Office) -> None:
    await office.wish("pause", agent="1001")
    assert len(await office.history(NORTH)) == 1
    river = Caller(id="r", role=Role.SUPERVISOR, scope=Scope(teams=frozenset({"river"})))
    assert await office.history(river) == []


async def test_a_conversation_is_named_before_it_is_cut(office: Office) -> None:
    query = {"agent": "1001"}
    asked = Question(caller=LEAD, path="/conversation", query=query, now=NOW)
    told = await office.desks.ask(asked)
    assert isinstance(told, dict)
    assert (told["call"], told["caller"], told["queue"]) == ("v1", "•••123", "sales")


async def test_what_did_not_change_is_the_same_object(office: Office) -> None:
    await office.wish("pause", agent="1001")
    first = office.desk.document(NOW)
    await office.look(100)
    second = office.desk.document(NOW)
    assert first["commands"] is second["commands"]
    assert first["abilities"] is second["abilities"]


async def test_the_last_fifty_commands_stand_on_the_screens(office: Office) -> None:
    given: list[str] = []
    office.pbx.receipt = Receipt(Outcome.REFUSED, "action_off")
    for n in range(SHOWN + 5):
        office.clock.time += 1
        if n == SHOWN - 10:
            office.open()  # a new start shows them all, too
        given.append((await office.wish("pause", agent="1001"))["command"])
        assert list(office.rows) == given[-SHOWN:]


async def test_a_reason_cannot_turn_what_is_written_around(office: Office) -> None:
    answer = await office.wish("pause", agent="1001", reason="\u202epmul\u2066 break\x07")
    assert office.row(answer)["reason"] == office.pbx.orders[0].reason == "pmul break"


def killed_writer(folder: Path) -> None:
    """A process that wrote its commands down, and was killed."""
    writer = [sys.executable, str(WRITER), str(folder)]
    with subprocess.Popen(
        writer, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=WRITER.parents[2]
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"written\n"
        process.send_signal(signal.SIGKILL)


@pytest.mark.parametrize(("goes_on", "state"), [(True, "timed_out"), (False, "confirmed")])
async def test_a_kill_loses_neither_a_return_nor_a_doubt(
    tmp_path: Path, goes_on: bool, state: str
) -> None:
    await asyncio.to_thread(killed_writer, tmp_path)
    office = Office(tmp_path)
    with office.file:
        if not goes_on:
            office.floor.calls.clear()
        office.floor.has("1001", vip=False)
        assert office.rows["cut"]["state"] == "sent"
        await office.look(TIMEOUT_MS)
        assert office.rows["cut"]["state"] == state
        await office.look(900_000)
        assert [(order.act, order.to) for order in office.pbx.orders] == [(Act.MOVE, "sales")]
        office.floor.has("1001", sales=False)
        await office.look(100)
        assert office.rows["moved"]["state"] == "undone"
