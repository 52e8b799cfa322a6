"""The gateway against real WebSocket clients on loopback."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dashboard import desks
from dashboard.desks import Desks
from dashboard.frames import merged
from dashboard.gateway import Gateway, GatewayError
from dashboard.roads import Behind
from dashboard.views import MAIN_BOARD
from simulators.demo import DEMO
from simulators.faults import FaultKind, FaultTruth
from simulators.training import Desk

DEADLINE_S = 10.0


async def until(condition: Callable[[], bool]) -> None:
    """Let the loop run until something holds; a test that waits too long fails."""
    async with asyncio.timeout(DEADLINE_S):
        while not condition():  # noqa: ASYNC110 real sockets tell nobody
            await asyncio.sleep(0.002)  # noqa: TID251 real sockets, no clock of ours


@pytest.fixture
async def gateway(clock: Any) -> AsyncIterator[Gateway]:
    async with Gateway(clock, "127.0.0.1", 0, allowed_origins=["https://wall.example"]) as running:
        running.audience.behind_bytes = 32_768
        yield running


def feed(gateway: Gateway, query: str = "") -> str:
    return f"ws://127.0.0.1:{gateway.port}/feed{query}"


class Client:
    """A screen that keeps the body by the rules of docs/frames.md."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection
        self.body: dict[str, Any] = {}
        self.seq = -1
        self.kinds: list[str] = []

    async def frame(self) -> dict[str, Any]:
        async with asyncio.timeout(DEADLINE_S):
            frame: dict[str, Any] = json.loads(await self.connection.recv())
        match frame["kind"]:
            case "full":
                self.body = frame["body"]
            case "delta":
                assert frame["seq"] == self.seq + 1
                self.body = merged(self.body, frame["body"])  # type: ignore[assignment]
            case "beat":
                assert frame["seq"] == self.seq
        self.seq = frame["seq"]
        self.kinds.append(frame["kind"])
        return frame


@contextlib.asynccontextmanager
async def screens(gateway: Gateway, count: int, query: str = "") -> AsyncIterator[list[Client]]:
    before = gateway.screens
    async with contextlib.AsyncExitStack() as stack:
        clients = [
            Client(await stack.enter_async_context(connect(feed(gateway, query), proxy=None)))
            for _ in range(count)
        ]
        await until(lambda: gateway.screens == before + count)
        yield clients


async def test_a_full_frame_and_its_deltas_equal_the_figures(
    gateway: Gateway, clock: Any, story: Any
) -> None:
    async with screens(gateway, 1, "?view=floor") as [client]:
        gateway.publish(story.full, {})
        assert (await client.frame())["kind"] == "full"
        for _ in range(20):
            clock.time += 200
            story.tick(clock.now())
            gateway.publish(story.full, story.news())
            frame = await client.frame()
            assert (frame["kind"], frame["at"]) == ("delta", clock.now())
            assert client.body == story.document
    assert client.kinds == ["full"] + ["delta"] * 20


async def test_the_wall_is_not_shown_the_agents_and_has_its_own_numbers(
    gateway: Gateway, clock: Any, story: Any
) -> None:
    async with screens(gateway, 1) as [wall], screens(gateway, 1, "?view=floor") as [floor]:
        gateway.publish(story.full, {})
        assert "agents" not in (await wall.frame())["body"]
        assert "agents" in (await floor.frame())["body"]
        story.document["agents"]["Bo Berg"]["state"] = "acw"
        gateway.publish(story.full, story.news())
        story.tick(clock.now())
        gateway.publish(story.full, story.news())
        assert (await wall.frame())["seq"] == 2
        assert [(await floor.frame())["seq"] for _ in range(2)] == [2, 3]
        assert floor.body == story.document
        shown = {key: value for key, value in story.document.items() if key != "agents"}
        assert wall.body == {**shown, "board": MAIN_BOARD}


async def test_who_comes_later_starts_from_the_same_body(
    gateway: Gateway, clock: Any, story: Any
) -> None:
    async with screens(gateway, 1) as [early]:
        gateway.publish(story.full, {})
        await early.frame()
        story.document["queues"]["sales"]["waiting"] = 41  # not published yet
        async with screens(gateway, 1) as [late]:
            gateway.publish(story.full, {})
            assert (await late.frame())["body"]["queues"]["sales"]["waiting"] == 0
            gateway.publish(story.full, story.news())
            await early.frame()
            await late.frame()
            assert early.body == late.body
            assert late.body["queues"]["sales"]["waiting"] == 41


async def test_when_nothing_changes_a_beat_is_sent_each_second_and_only_then(
    gateway: Gateway, clock: Any, story: Any
) -> None:
    async with screens(gateway, 1) as [client]:
        gateway.publish(story.full, {})
        for _ in range(40):
            clock.time += 100
            gateway.publish(story.full, {})
        story.tick(clock.now())
        gateway.publish(story.full, story.news())
        while client.kinds[-1:] != ["delta"]:
            await client.frame()
    assert client.kinds == ["full", *["beat"] * 4, "delta"]


async def test_a_clock_that_is_set_back_does_not_mute_the_beats(
    gateway: Gateway, clock: Any, story: Any
) -> None:
    async with screens(gateway, 1) as [client]:
        gateway.publish(story.full, {})
        await client.frame()
        clock.time -= 3_600_000
        gateway.publish(story.full, {})
        assert (await client.frame())["kind"] == "beat"


async def test_a_stream_that_stands_still_sends_nothing_to_new_screens_either(
    gateway: Gateway, story: Any
) -> None:
    gateway.publish(story.full, {})
    async with screens(gateway, 1) as [client]:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.connection.recv()
        gateway.publish(story.full, {})
        assert (await client.frame())["kind"] == "full"


async def test_fifty_screens_cost_one_encoding_per_frame(
    gateway: Gateway, clock: Any, story: Any
) -> None:
    async with screens(gateway, 50) as clients:
        gateway.publish(story.full, {})
        for _ in range(10):
            clock.time += 100
            story.tick(clock.now())
            gateway.publish(story.full, story.news())
        for client in clients:
            while client.seq != 11:
                await client.frame()
            assert client.kinds == ["full"] + ["delta"] * 10
        assert gateway.audience.views["board:main"].encoded == 11
        assert gateway.audience.views.keys() == {"board:main"}
    await until(lambda: not gateway.audience.views)


async def test_a_screen_that_does_not_read_costs_the_others_nothing_and_gets_a_full_frame_later(
    gateway: Gateway, clock: Any, story: Any
) -> None:
    async with (
        connect(feed(gateway, "?view=floor"), proxy=None, max_queue=1, max_size=None) as stuck,
        screens(gateway, 1, "?view=floor") as [quick],
    ):
        await until(lambda: gateway.screens == 2)
        gateway.publish(story.full, {})
        await quick.frame()
        [slow_screen] = [s for s in gateway.audience.everybody() if not _same(s, quick)]
        held = 0
        story.document["notice"] = {}
        for step in range(400):
            clock.time += 100
            story.document["notice"] = {"text": f"{step} " + "x" * 20_000}
            gateway.publish(story.full, story.news())
            await quick.frame()
            held = max(held, slow_screen.unsent_bytes)
            if slow_screen.behind and step > 300:
                break
        assert slow_screen.behind
        assert held < 32_768 + 2 * len(json.dumps(story.document)) + 25_000
        assert quick.kinds == ["full"] + ["delta"] * (len(quick.kinds) - 1)
        late = Client(stuck)
        drained = asyncio.create_task(_read_all(late))
        while late.kinds.count("full") < 2:
            await until(lambda: not slow_screen.unsent_bytes or late.kinds.count("full") > 1)
            clock.time += 100
            gateway.publish(story.full, {})
            await asyncio.sleep(0)  # noqa: TID251 let the reader read
        await until(lambda: late.seq == quick.seq)
        assert late.body == quick.body
        drained.cancel()


def _same(screen: Any, client: Client) -> bool:
    peer: bool = screen.connection.remote_address == client.connection.local_address
    return peer


async def _read_all(client: Client) -> None:
    while True:
        frame = json.loads(await client.connection.recv())
        if frame["kind"] == "full":
            client.body = frame["body"]
        elif frame["kind"] == "delta":
            assert frame["seq"] == client.seq + 1
            client.body = merged(client.body, frame["body"])  # type: ignore[assignment]
        client.seq = frame["seq"]
        client.kinds.append(frame["kind"])


async def test_what_screens_say_is_ignored_and_too_much_of_it_ends_the_connection(
    gateway: Gateway, story: Any
) -> None:
    async with screens(gateway, 1) as [client]:
        await client.connection.send('{"kind":"full","body":{"site":"mine"}}')
        gateway.publish(story.full, {})
        assert (await client.frame())["body"]["site"]["id"] == "hq"
        await client.connection.send("x" * 100_000)
        with pytest.raises(ConnectionClosed):
            await client.connection.recv()
    await until(lambda: gateway.screens == 0)


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        (None, True),
        ("http://127.0.0.1:{port}", True),
        ("https://wall.example", True),
        ("https://WALL.example", True),
        ("http://127.0.0.1:1", False),
        ("http://elsewhere.example", False),
        ("https://wall.example.elsewhere.example", False),
        ("null", False),
    ],
)
async def test_only_our_own_and_the_named_pages_may_open_the_feed(
    gateway: Gateway, story: Any, origin: str | None, welcome: bool
) -> None:
    named: Any = origin and origin.format(port=gateway.port)
    if welcome:
        async with connect(feed(gateway), proxy=None, origin=named):
            await until(lambda: gateway.screens == 1)
        return
    with pytest.raises(InvalidStatus) as refused:
        async with connect(feed(gateway), proxy=None, origin=named):
            pass
    assert refused.value.response.status_code == 403
    assert b"allowed origins" in (refused.value.response.body or b"")


async def request(gateway: Gateway, target: str, *lines: str, method: str = "GET") -> Any:
    """One raw HTTP exchange: status, headers by lower-case name, body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    head = [f"{method} {target} HTTP/1.1", *lines]
    if not any(line.lower().startswith("host:") for line in lines):
        head.append(f"Host: 127.0.0.1:{gateway.port}")
    writer.write("\r\n".join([*head, "", ""]).encode())
    async with asyncio.timeout(DEADLINE_S):
        answer = await reader.read()
    writer.close()
    top, _, body = answer.partition(b"\r\n\r\n")
    status, *rest = top.decode().split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in rest)}
    return int(status.split()[1]), headers, body


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 503),
        ("192.168.7.9:8000", 503),
        ("[::1]:8000", 503),
        ("localhost:8000", 503),
        ("wallserver", 503),
        ("wall.example", 503),
        ("rebound.elsewhere.example", 421),
        ("127.0.0.1.elsewhere.example", 421),
    ],
)
async def test_a_name_that_was_made_to_point_at_us_is_not_ours(
    gateway: Gateway, host: str, status: int
) -> None:
    assert (await request(gateway, "/frame", f"Host: {host}"))[0] == status


async def test_the_frame_can_be_fetched_by_anything_that_speaks_http(
    gateway: Gateway, story: Any
) -> None:
    assert (await request(gateway, "/frame"))[0] == 503
    gateway.publish(story.full, {})
    status, headers, body = await request(gateway, "/frame")
    assert (status, headers["content-type"]) == (200, "application/json")
    assert headers["cache-control"] == "no-store"
    assert json.loads(body)["kind"] == "full"
    assert "agents" not in json.loads(body)["body"]
    assert "agents" in json.loads((await request(gateway, "/frame?view=floor"))[2])["body"]
    assert (await request(gateway, "/frame?view=nonsense"))[0] == 404
    assert (await request(gateway, "/feed?view=nonsense"))[0] == 404
    allowed = (await request(gateway, "/frame", "Origin: https://wall.example"))[1]
    assert allowed["access-control-allow-origin"] == "https://wall.example"
    assert (await request(gateway, "/frame", "Origin: https://other.example"))[0] == 403


async def test_health_tells_a_stalled_stream_from_a_running_one(
    gateway: Gateway, clock: Any, story: Any
) -> None:
    async def health() -> tuple[int, str]:
        status, _, body = await request(gateway, "/healthz")
        return status, json.loads(body)["status"]

    assert await health() == (503, "starting")
    gateway.publish(story.full, {})
    assert await health() == (200, "up")
    clock.time += 6_000
    assert await health() == (503, "stalled")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
async def test_nothing_can_be_given_to_it(gateway: Gateway, method: str) -> None:
    status, headers, _ = await request(gateway, "/frame", method=method)
    assert (status, headers["allow"]) == (405, "GET, HEAD")


class Teller(desks.Desk):
    """A desk that only tells."""

    def __init__(self, **told: object) -> None:
        self.told = told

    def document(self, now: int) -> Mapping[str, object]:
        return self.told


class Unlookable(dict[str, object]):
    """What has not changed: nobody may look into it again."""

    looks = 0

    def items(self) -> Any:
        self.looks += 1
        return super().items()


async def test_what_a_desk_does_not_tell_any_more_goes_and_the_same_is_not_looked_into(
    clock: Any, story: Any
) -> None:
    plan = Unlookable(seats=[{"id": "s1"}])
    teller = Teller(plan=plan, allowed={"acw": 5}, curves={"": {"expected": {"0": 1}}})
    audit: Any = None
    behind = Behind(desks=Desks([teller], audit))

    async def shown(gateway: Gateway) -> dict[str, Any]:
        gateway.publish(story.full, {})
        body: dict[str, Any] = json.loads((await request(gateway, "/frame?view=floor"))[2])["body"]
        return {key: body[key] for key in ("plan", "allowed", "curves") if key in body}

    async with Gateway(clock, "127.0.0.1", 0, behind=behind) as gateway:
        assert await shown(gateway) == teller.told
        looked = plan.looks
        teller.told = {"plan": plan, "allowed": None, "curves": {"": {"weekday": {"0": 2}}}}
        left = {"plan": plan, "curves": {"": {"weekday": {"0": 2}}}}
        assert await shown(gateway) == left
        assert plan.looks == looked
        teller.told = {"curves": teller.told["curves"]}
        assert await shown(gateway) == {"curves": left["curves"]}
        teller.told = {}
        assert await shown(gateway) == {}


async def test_a_taken_port_is_told_plainly(gateway: Gateway, clock: Any) -> None:
    with pytest.raises(GatewayError, match="Choose another port"):
        async with Gateway(clock, "127.0.0.1", gateway.port):
            pass


@pytest.mark.parametrize("said", [b"", b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"])
async def test_who_does_not_say_soon_what_he_wants_is_hung_up_on_and_who_has_said_it_waits(
    clock: Any, monkeypatch: pytest.MonkeyPatch, said: bytes
) -> None:
    monkeypatch.setattr("dashboard.arrival.REQUEST_S", 0.05)
    async with Gateway(clock, "127.0.0.1", 0) as running, screens(running, 1) as [screen]:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.port)
        writer.write(said)
        async with asyncio.timeout(DEADLINE_S):
            with contextlib.suppress(ConnectionResetError):
                assert await reader.read() == b""
        writer.close()
        assert running.screens == 1
        await screen.connection.ping()


async def test_leaving_closes_the_screens_at_once(clock: Any, story: Any) -> None:
    async with Gateway(clock, "127.0.0.1", 0) as gateway:
        connection = await connect(feed(gateway), proxy=None)
        await until(lambda: gateway.screens == 1)
    with pytest.raises(ConnectionClosed) as goodbye:
        await connection.recv()
    assert goodbye.value.rcvd is not None
    assert goodbye.value.rcvd.code == 1001


@pytest.fixture
def desk() -> Desk:
    return Desk(DEMO, seed=1)


@pytest.fixture
async def school(clock: Any, desk: Desk) -> AsyncIterator[Gateway]:
    """A gateway with a training desk."""
    async with Gateway(
        clock,
        "127.0.0.1",
        0,
        allowed_origins=["https://wall.example"],
        behind=Behind(training=desk),
    ) as running:
        yield running


def training(gateway: Gateway) -> str:
    return f"ws://127.0.0.1:{gateway.port}/training"


async def told(connection: ClientConnection, wish: str | bytes | dict[str, Any]) -> dict[str, Any]:
    """The answer to a wish."""
    await connection.send(json.dumps(wish) if isinstance(wish, dict) else wish)
    async with asyncio.timeout(DEADLINE_S):
        answer: dict[str, Any] = json.loads(await connection.recv())
    return answer


DONE = {"v": 1, "kind": "answer", "done": True}


async def test_without_a_training_desk_there_is_nothing_to_train_with(
    gateway: Gateway, story: Any
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        await connect(training(gateway), proxy=None)
    assert refused.value.response.status_code == 404
    gateway.publish(story.full, {})
    assert "training" not in json.loads((await request(gateway, "/frame"))[2])["body"]


async def test_a_wish_is_answered_and_what_came_of_it_is_shown_to_every_screen(
    school: Gateway, story: Any, desk: Desk, clock: Any
) -> None:
    async with screens(school, 1) as [wall], connect(training(school), proxy=None) as trainer:
        school.publish(story.full, {})
        assert (await wall.frame())["body"]["training"]["faults"] == []
        assert await told(trainer, {"inject": {"kind": "peak", "scope": "", "size": 4}}) == DONE
        school.publish(story.full, {})
        frame = await wall.frame()
        assert frame["kind"] == "delta"
        assert frame["body"].keys() == {"training"}
        assert wall.body["training"] == desk.document()
        assert wall.body["training"]["faults"][0]["kind"] == "peak"
        clock.time += 1_000
        school.publish(story.full, {})
        assert (await wall.frame())["kind"] == "beat"
        async with screens(school, 1) as [late]:
            school.publish(story.full, {})
            assert (await late.frame())["body"]["training"] == desk.document()
        assert await told(trainer, {"surprise": {}}) == DONE
        assert await told(trainer, {"relieve": 1}) == DONE
        assert [drill.relieved for drill in desk.drills] == [True, False]
        assert (await told(trainer, {"surprise": {}}))["why"] == "running"
        assert (await told(trainer, {"relieve": 99}))["why"] == "over"
        assert (await told(trainer, {"find": {"number": 2, "kind": "peak"}}))["why"] == "over"
        desk.drills[1].truth = FaultTruth(kind=FaultKind.PEAK, scope="", started_at=clock.now())
        desk.drills[1].fault = desk.offers[FaultKind.PEAK].fault("", 4.0)
        assert await told(trainer, {"find": {"number": 2, "kind": "silent"}}) == DONE
        clock.time += 9_000
        assert await told(trainer, {"find": {"number": 2, "kind": "peak"}}) == DONE
        school.publish(story.full, {})
        while "found_at" not in wall.body["training"]["faults"][-1]:
            await wall.frame()
        found = wall.body["training"]["faults"][1]
        assert (found["found_at"] - found["since"], found["wrong"]) == (9_000, 1)


@pytest.mark.parametrize(
    "wish",
    [
        "",
        "T",
        "[]",
        "null",
        "{}",
        '{"inject": null}',
        '{"inject": {}}',
        '{"inject": {"kind": 7}}',
        '{"inject": {"kind": "peak", "scope": ["a"]}}',
        '{"inject": {"kind": "peak", "size": -1}}',
        '{"inject": {"kind": "peak", "size": 1e999}}',
        '{"inject": {"kind": "peak", "size": "2"}}',
        '{"inject": {"kind": "peak", "length_ms": 1}}',
        '{"inject": {"kind": "peak"}, "relieve": 1}',
        '{"relieve": 1, "surprise": {}}',
        '{"relieve": "1"}',
        '{"relieve": 0}',
        '{"relieve": 1e30}',
        '{"find": {"number": 1}}',
        '{"surprise": {"kind": "peak"}}',
        '{"shutdown": {}}',
        '{"inject": {"kind": "' + "p" * 200 + '"}}',
        "[" * 900,
        b"\x00\xff\xfe",
    ],
)
async def test_a_message_that_is_no_wish_is_refused_and_changes_nothing(
    school: Gateway, desk: Desk, wish: str | bytes
) -> None:
    async with connect(training(school), proxy=None) as trainer:
        assert await told(trainer, wish) == {**DONE, "done": False, "why": "unreadable"}
        assert desk.drills == []
        assert await told(trainer, {"inject": {"kind": "silent"}}) == DONE
    assert len(desk.drills) == 1


async def test_a_message_too_long_ends_the_trainers_connection(school: Gateway, desk: Desk) -> None:
    async with connect(training(school), proxy=None) as trainer:
        await trainer.send('{"surprise": {}}' + " " * 1_024)
        with pytest.raises(ConnectionClosed) as goodbye:
            await trainer.recv()
        assert goodbye.value.rcvd is not None
        assert goodbye.value.rcvd.code == 1009
    assert desk.drills == []


async def test_the_feed_itself_still_takes_no_wishes(
    school: Gateway, story: Any, desk: Desk
) -> None:
    async with screens(school, 1, "?training=1") as [wall]:
        await wall.connection.send('{"surprise": {}}')
        school.publish(story.full, {})
        await wall.frame()
        async with connect(training(school), proxy=None) as trainer:
            await told(trainer, {"relieve": 1})
    assert desk.drills == []


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        (["Origin: http://127.0.0.1:{port}"], 101),
        ([], 101),
        (["Origin: https://wall.example"], 403),
        (["Origin: https://elsewhere.example"], 403),
        (["Origin: null"], 403),
        (["Host: wall.example", "Origin: https://wall.example"], 101),
        (["Host: rebound.example", "Origin: https://rebound.example"], 421),
    ],
)
async def test_only_our_own_pages_may_ask_for_a_fault(
    school: Gateway, lines: list[str], status: int
) -> None:
    """A page of another origin may be allowed to read; that does not let it break things."""
    reader, writer = await asyncio.open_connection("127.0.0.1", school.port)
    head = ["GET /training HTTP/1.1", *(line.format(port=school.port) for line in lines)]
    if not any(line.startswith("Host:") for line in lines):
        head.append(f"Host: 127.0.0.1:{school.port}")
    head += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
    head += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    writer.write("\r\n".join([*head, "", ""]).encode())
    async with asyncio.timeout(DEADLINE_S):
        answer = await reader.readline()
    assert int(answer.split()[1]) == status
    writer.close()
