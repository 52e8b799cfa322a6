"""The simulated Asterisk obeys an account with the right, over a real socket, and its floor changes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from dashboard.command_sight import FloorSight
from dashboard.commands import Person
from ingest.ami_protocol import AmiProtocol
from ingest.clock import SystemClock
from ingest.commands_ami import OFF, AmiTelephony
from ingest.orders import AWAY, PHONE_UNANSWERED, Act, Order, Outcome, Receipt
from ingest.ports import Batch
from ingest.source_ami import AmiAddress, AmiSource
from ingest.stamp import Stamp
from ingest.wire import decode
from ingest.words import AgentStatus, RingEnd
from simulators.ami_dialogue import Dialogue
from simulators.ami_picture import Call
from simulators.ami_server import Acting, AmiServer
from simulators.demo import DEMO
from simulators.floor_sim import FloorSim
from simulators.interventions import Interventions
from simulators.scenario import times
from stream.floor import Floor
from stream.sites import Site

HOUR = 3_600_000
SCENARIO = replace(times(DEMO, 2), grain_ms=1)
CLOCK = SystemClock()
PHONES = {"PJSIP/2009": RingEnd.BUSY}


class House:
    """The simulated floor, its Asterisk, our floor that watches it, and the second account."""

    def __init__(self) -> None:
        self.sim = FloorSim(SCENARIO, 7, CLOCK.now() // 1_000 * 1_000 - HOUR // 2)
        self.dialogue = Dialogue(SCENARIO)
        while self.sim.next_at <= CLOCK.now():
            for happening in self.sim.step():
                self.dialogue.tell(happening)
        self.floor = Floor(Site(id="demo"))
        self.sight = FloorSight(lambda: self.floor)
        self.orders = 0

    async def put(self, batch: Batch, /) -> None:
        for payload in batch.payloads:
            self.floor.apply(decode(payload, batch.recvtime))

    def person(self, agent: str) -> Person:
        found = self.sight.person(agent)
        assert found is not None
        return found

    def one(self, *states: AgentStatus, queues: int = 1) -> Person:
        """Somebody in one of these states."""
        for id, agent in self.floor.state.agents.agents.items():
            now = agent.now
            if now is not None and now.state in states and len(agent.queues) >= queues:
                return self.person(id)
        raise AssertionError(f"nobody is {states}")

    def order(self, act: Act, person: Person, **known: str) -> Order:
        self.orders += 1
        call = self.sight.call(person.call) if person.call else None
        fields = {"own_phone": "PJSIP/2001", "call": call.system_id if call else "", **known}
        return Order(id=f"o{self.orders}", act=act, agent=person.id, phones=person.phones, **fields)


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():
            await CLOCK.sleep(0.02)


@asynccontextmanager
async def telephony(port: int, user: str = "act") -> AsyncIterator[AmiTelephony]:
    def greet(protocol: AmiProtocol) -> None:
        protocol.login(user, "s3cret", events="off")

    made = AmiTelephony("127.0.0.1", port, greet, CLOCK, frozenset(Act))
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.run())
        yield made
        running.cancel()


async def play(house: House, server: AmiServer, interventions: Interventions) -> None:
    """The floor goes on in step with the clock."""
    while True:
        now = CLOCK.now()
        interventions.apply(house.sim, now)
        while house.sim.next_at <= now:
            await server.tell(house.sim.step())
        await CLOCK.sleep(0.02)


@asynccontextmanager
async def a_house() -> AsyncIterator[tuple[House, AmiServer]]:
    """Everything runs, and our floor knows the people there."""
    house, interventions = House(), Interventions()
    acting = Acting(
        interventions=interventions,
        rights={"act": ("agent", "call", "originate"), "half": ("agent",)},
        phones=PHONES,
    )
    accounts = dict.fromkeys(("monitor", "act", "half"), "s3cret")
    async with AmiServer(house.dialogue, accounts, CLOCK.now, acting=acting) as server:
        address = AmiAddress(
            host="127.0.0.1", port=server.port, username="monitor", secret="s3cret"
        )
        source = AmiSource(address, Stamp("/acd/demo/pbx", "1"), CLOCK)
        async with asyncio.TaskGroup() as tasks:
            running = [
                tasks.create_task(play(house, server, interventions)),
                tasks.create_task(source.run(house)),
            ]
            await until(lambda: house.floor.agents.counts.get("talking", 0) > 5)
            yield house, server
            for task in running:
                task.cancel()


TALKS = (AgentStatus.TALKING, AgentStatus.HOLD)
DONE = Receipt(Outcome.DONE)


async def test_the_floor_shows_what_was_done_to_people() -> None:
    async with a_house() as (house, server), telephony(server.port) as pbx:
        await until(lambda: pbx.up)
        busy = house.one(*TALKS, queues=2)
        assert await pbx.carry(house.order(Act.PAUSE, busy, reason="coaching")) == DONE
        await until(lambda: all(house.person(busy.id).queues.values()))
        assert house.person(busy.id).reason == "coaching"
        assert await pbx.carry(house.order(Act.UNPAUSE, busy)) == DONE
        await until(lambda: not any(house.person(busy.id).queues.values()))
        one, *rest = house.person(busy.id).queues
        assert await pbx.carry(house.order(Act.PAUSE, busy, queue=one)) == DONE
        await until(lambda: house.person(busy.id).queues[one])
        assert not any(house.person(busy.id).queues[queue] for queue in rest)
        to = next(q.id for q in SCENARIO.queues if q.id not in busy.queues)
        assert await pbx.carry(house.order(Act.MOVE, busy, queue=rest[0], to=to)) == DONE
        await until(lambda: {*house.person(busy.id).queues} == {one, to, *rest[1:]})
        free = house.one(AgentStatus.READY)
        assert await pbx.carry(house.order(Act.SIGN_OUT, free)) == DONE
        await until(lambda: not house.person(free.id).queues)
        again = await pbx.carry(house.order(Act.SIGN_OUT, free))
        assert again.outcome is Outcome.REFUSED


async def test_a_call_ends_or_changes_hands_and_these_are_two_things() -> None:
    async with a_house() as (house, server), telephony(server.port) as pbx:
        await until(lambda: pbx.up)
        cut = house.one(*TALKS)
        order = house.order(Act.HANG_UP, cut)
        assert await pbx.carry(order) == DONE
        await until(lambda: house.sight.call(cut.call) is None)
        assert order.call not in {c.caller.uniqueid for c in calls(house)}
        assert await pbx.carry(order) == Receipt(Outcome.REFUSED, said="No such channel")
        rid = house.one(*TALKS)
        order = house.order(Act.TAKE_OVER, rid)
        assert await pbx.carry(order) == DONE
        await until(lambda: house.person(rid.id).call != rid.call)
        taken = next(c for c in calls(house) if c.caller.uniqueid == order.call)
        assert taken.partner is not None
        assert taken.partner.name.startswith("PJSIP/2001-")


def calls(house: House) -> list[Call]:
    return list(house.dialogue.picture.calls.values())


async def test_who_listens_is_on_the_line_and_a_phone_that_is_busy_is_told() -> None:
    async with a_house() as (house, server), telephony(server.port) as pbx:
        await until(lambda: pbx.up)
        for act in (Act.LISTEN, Act.WHISPER, Act.BARGE):
            assert await pbx.carry(house.order(act, house.one(*TALKS))) == DONE
        spying = [leg.app_data for leg in house.dialogue.picture.desks.values()]
        assert [data.partition("-,")[2] for data in spying] == ["qES", "qwES", "qBES"]
        order = house.order(Act.LISTEN, house.one(*TALKS), own_phone="PJSIP/2009")
        receipt = await pbx.carry(order)
        assert receipt == Receipt(Outcome.REFUSED, PHONE_UNANSWERED, "Reason: 5")


async def test_an_account_without_the_right_is_denied_and_one_that_is_away_refused() -> None:
    async with a_house() as (house, server), telephony(server.port, "half") as pbx:
        talks = house.one(*TALKS)
        away = await pbx.carry(house.order(Act.HANG_UP, talks))
        assert away == Receipt(Outcome.REFUSED, AWAY)
        await until(lambda: pbx.up)
        denied = Receipt(Outcome.REFUSED, said="Permission denied")
        assert await pbx.carry(house.order(Act.HANG_UP, talks)) == denied
        assert await pbx.carry(house.order(Act.TAKE_OVER, talks)) == denied
        assert await pbx.carry(house.order(Act.PAUSE, talks)) == DONE
        pbx.abilities = frozenset({Act.UNPAUSE})
        off = await pbx.carry(house.order(Act.PAUSE, talks))
        assert off == Receipt(Outcome.REFUSED, OFF)


async def test_an_order_on_a_link_that_breaks_is_not_known_and_never_sent_again() -> None:
    """A PBX that takes the order, and dies before it answers; then it is back."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Asterisk Call Manager/11.0.0\r\n")
        challenge = b"Response: Success\r\nChallenge: 1\r\n\r\n"
        for reply in (challenge, b"Response: Success\r\nMessage: Authentication accepted\r\n\r\n"):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(reply)
        with suppress(asyncio.IncompleteReadError, OSError):
            heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, telephony(port) as pbx:
        await until(lambda: pbx.up)
        receipt = await pbx.carry(Order(id="o1", act=Act.HANG_UP, call="1.2"))
        assert receipt == Receipt(Outcome.UNKNOWN)
        await until(lambda: pbx.up)
    assert [data for data in heard if b"Hangup" in data] == heard[:1]
