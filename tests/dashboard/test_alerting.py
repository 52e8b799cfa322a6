"""The gateway's roads for alerts: what a wall is shown, who may say something, what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from dashboard.access import Caller, Role, Scope
from dashboard.alerting import obeyed
from dashboard.concern import Sees
from dashboard.frames import View, merged
from dashboard.gateway import Gateway
from dashboard.roads import Behind, Sight
from dashboard.views import AnyLook, BoardLook

DEADLINE_S = 10.0


class Clerk:
    """A desk that notes what it is asked."""

    def __init__(self) -> None:
        self.wishes: list[tuple[dict[str, Any], int]] = []
        self.questions: list[tuple[str, dict[str, str]]] = []

    def obey(self, message: str | bytes, now: int) -> str:
        self.wishes.append((json.loads(message), now))
        return json.dumps({"done": True, "number": len(self.wishes)})

    def ask(self, path: str, query: Mapping[str, str], sees: Sees) -> object | None:
        self.questions.append((path, dict(query)))
        return {"story": []} if query.get("id") != "none" else None


@pytest.fixture
def clerk() -> Clerk:
    return Clerk()


@pytest.fixture
async def gateway(clock: Any, clerk: Clerk) -> AsyncIterator[Gateway]:
    async with Gateway(
        clock, "127.0.0.1", 0, allowed_origins=["https://wall.example"], behind=Behind(alerts=clerk)
    ) as running:
        yield running


def road(gateway: Gateway) -> str:
    return f"ws://127.0.0.1:{gateway.port}/alerts"


async def status(gateway: Gateway, lines: list[str], path: str) -> tuple[int, bytes]:
    """The answer to a request with these headers beside the usual ones."""
    reader, writer = await asyncio.open_connection("127.0.0.1", gateway.port)
    head = [f"GET {path} HTTP/1.1", *(line.format(port=gateway.port) for line in lines)]
    if not any(line.startswith("Host:") for line in lines):
        head.append(f"Host: 127.0.0.1:{gateway.port}")
    if path == "/alerts":
        head += ["Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"]
        head += ["Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="]
    writer.write("\r\n".join([*head, "", ""]).encode())
    async with asyncio.timeout(DEADLINE_S):
        answer = await reader.readline()
        rest = await reader.read() if path != "/alerts" else b""
    writer.close()
    return int(answer.split()[1]), rest.partition(b"\r\n\r\n")[2]


WHO_MAY = [
    (["Origin: http://127.0.0.1:{port}"], True),
    ([], True),
    (["Origin: https://wall.example"], False),
    (["Origin: https://elsewhere.example"], False),
    (["Origin: null"], False),
    (["Host: wall.example", "Origin: https://wall.example"], True),
]


@pytest.mark.parametrize(("lines", "let_in"), WHO_MAY)
async def test_only_our_own_pages_may_wish_and_ask(
    gateway: Gateway, clerk: Clerk, lines: list[str], let_in: bool
) -> None:
    """A page of another origin may be allowed to read the feed: names and notes are not in it."""
    assert (await status(gateway, lines, "/alerts"))[0] == (101 if let_in else 403)
    for path in ("/incident?id=7", "/incidents", "/alerts/report", "/playbooks", "/rules"):
        assert (await status(gateway, lines, path))[0] == (200 if let_in else 403)
    assert len(clerk.questions) == (5 if let_in else 0)


async def test_a_wish_comes_to_the_desk_and_its_answer_back(
    gateway: Gateway, clerk: Clerk, clock: Any
) -> None:
    wish = {"do": "acknowledge", "incident": "7", "who": "王丽", "note": "x" * 2_000}
    async with connect(road(gateway), proxy=None) as page, asyncio.timeout(DEADLINE_S):
        await page.send(json.dumps(wish))
        assert json.loads(await page.recv()) == {"done": True, "number": 1}
        await page.send(json.dumps({"id": 4, **wish}))
        assert json.loads(await page.recv()) == {"id": 4, "done": True, "number": 2}
    assert clerk.wishes == [(wish, clock.now())] * 2


@pytest.mark.parametrize(
    "message",
    [
        "",
        "null",
        "[]",
        "7",
        '"acknowledge"',
        "{}",
        '{"do": 7}',
        '{"do": ["acknowledge"]}',
        '{"do": "acknowledge"',
        "[" * 8_000,
        b"\x00\xff\xfe",
    ],
)
async def test_what_is_no_wish_is_refused_and_the_road_stays_open(
    gateway: Gateway, clerk: Clerk, message: str | bytes
) -> None:
    async with connect(road(gateway), proxy=None) as page, asyncio.timeout(DEADLINE_S):
        await page.send(message)
        answer = json.loads(await page.recv())
        assert answer == {"v": 1, "kind": "answer", "done": False, "why": "unreadable"}
        assert clerk.wishes == []
        await page.send('{"do": "note"}')
        assert json.loads(await page.recv())["done"]


async def test_a_wish_too_long_ends_the_connection(gateway: Gateway, clerk: Clerk) -> None:
    async with connect(road(gateway), proxy=None) as page, asyncio.timeout(DEADLINE_S):
        await page.send(json.dumps({"do": "note", "note": "x" * 8_192}))
        with pytest.raises(ConnectionClosed) as goodbye:
            await page.recv()
        assert goodbye.value.rcvd is not None
        assert goodbye.value.rcvd.code == 1009
    assert clerk.wishes == []


@pytest.mark.parametrize("path", ["/feed", "/feed?view=floor"])
async def test_a_screen_may_still_say_no_more_than_a_kilobyte(gateway: Gateway, path: str) -> None:
    url = f"ws://127.0.0.1:{gateway.port}{path}"
    async with connect(url, proxy=None) as screen, asyncio.timeout(DEADLINE_S):
        await screen.send("é" * 600)
        with pytest.raises(ConnectionClosed) as goodbye:
            await screen.recv()
        assert goodbye.value.rcvd is not None
        assert goodbye.value.rcvd.code == 1009


async def test_questions_are_answered_from_the_desk(gateway: Gateway, clerk: Clerk) -> None:
    told, text = await status(gateway, [], "/incident?id=7%3Ca%3E&x=1&x=2&y=")
    assert (told, json.loads(text)) == (200, {"story": []})
    assert clerk.questions == [("/incident", {"id": "7<a>", "x": "2"})]
    assert (await status(gateway, [], "/incident?id=none"))[0] == 404
    assert (await status(gateway, [], "/incident/7"))[0] == 404


def test_an_incident_over_several_queues_is_for_each_of_them_to_see_to(clerk: Clerk) -> None:
    """Its notices it can silence only where it is named after what is its own."""
    over = {"rule": "surge", "scope": "queue:sales", "others": ["queue:vip"]}
    body: Any = {"alerts": {"incidents": {"1": over}}}
    very = {"rule": "surge", "scope": "queue:sales"}
    for queue, acknowledged, silenced in (
        ("sales", "", ""),
        ("vip", "", "forbidden"),
        ("support", "unknown_incident", "unknown_incident"),
    ):
        who = Caller(id="s", role=Role.SUPERVISOR, scope=Scope(queues=frozenset({queue})))
        for wish, why in (({"do": "acknowledge"}, acknowledged), ({"do": "silence"}, silenced)):
            message = json.dumps({**wish, "incident": "1", **very}).encode()
            told, _ = obeyed(clerk, who, message, 1, Sight(who, body))
            assert told.get("why", "") == why, (queue, wish)


async def test_without_a_desk_there_is_nobody_to_ask(clock: Any) -> None:
    async with Gateway(clock, "127.0.0.1", 0) as plain:
        with pytest.raises(InvalidStatus) as refused:
            await connect(road(plain), proxy=None)
        assert refused.value.response.status_code == 404
        assert (await status(plain, [], "/rules"))[0] == 404


INCIDENT = {
    "number": 12,
    "rule": "surge",
    "kind": "surge",
    "scope": "queue:sales",
    "severity": "warning",
    "state": "firing",
    "sentence": {"zh": "来电增多", "en": "More calls"},
    "since": 1,
    "acked": {"by": "Wang Li", "at": 5, "note": "seen"},
    "assigned": "Chen",
    "steps": {"0": {"by": "Wang Li", "at": 6}},
    "closed": {"by": "Wang Li", "cause": "a", "measure": "b", "at": 7},
    "verdict": "useful",
    "others": ["agent:Bo Berg"],
}
AGENT = {**INCIDENT, "scope": "agent:Bo Berg", "kind": "agent", "sentence": {"en": "Bo Berg"}}


def looked(body: dict[str, Any], look: AnyLook) -> dict[str, Any]:
    """What somebody is shown of alerts."""
    shown = look(body).get("alerts")
    assert isinstance(shown, dict)
    return shown


def test_a_wall_is_told_what_and_where_but_no_name_of_anybody() -> None:
    whole = {
        "incidents": {"a": INCIDENT, "b": AGENT},
        "muted": {"x": {"by": "Chen"}},
        "silences": {"1": {"by": "Wang Li", "reason": "r"}},
        "learning": True,
    }
    shown = looked({"alerts": whole}, BoardLook("main"))
    assert shown.keys() == {"incidents", "learning"}
    assert shown["incidents"].keys() == {"a"}
    assert shown["incidents"]["a"]["acked"] == {"at": 5}
    text = json.dumps(shown)
    assert not any(name in text for name in ("Wang", "Chen", "Berg", "seen", "useful"))
    assert "alerts" not in BoardLook("main")({"at": 1})


def test_a_wall_of_some_queues_is_not_told_of_the_others() -> None:
    board = {"id": "lobby", "queues": ["billing"], "pages": []}
    other = {**INCIDENT, "scope": "trunk:a"}
    body = {"boards": {"lobby": board}, "alerts": {"incidents": {"a": INCIDENT, "b": other}}}
    assert looked(body, BoardLook("lobby"))["incidents"].keys() == {"b"}
    assert looked(body, BoardLook("main"))["incidents"].keys() == {"a", "b"}


ids = st.sampled_from("ab")
acks = st.none() | st.fixed_dictionaries({"by": st.just("W"), "at": st.integers(1, 3)})
incidents = st.builds(
    lambda id, scope, state, acked, verdict: (
        id,
        {
            "scope": scope,
            "state": state,
            **({"acked": acked} if acked else {}),
            **({"verdict": verdict} if verdict else {}),
        },
    ),
    ids,
    st.sampled_from(["", "agent:B"]),
    st.sampled_from(["pending", "firing"]),
    acks,
    st.sampled_from(["", "useful"]),
)
documents = st.builds(lambda pairs: {"incidents": dict(pairs)}, st.lists(incidents, max_size=3))


@given(st.lists(documents, min_size=1, max_size=5))
def test_a_wall_that_took_every_change_holds_what_a_new_one_is_given(
    course: list[dict[str, Any]],
) -> None:
    view, held = View("wall", BoardLook("main")), {}
    for document in course:
        held = merged(held, view.follow({"alerts": document}))
    assert held == BoardLook("main")({"alerts": course[-1]})
