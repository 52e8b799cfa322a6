"""The doors at a real gateway: real HTTP, real WebSockets, real cookies."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus

from dashboard.access import Caller
from dashboard.assets import Asset, Assets
from dashboard.desk_file import DeskFile
from dashboard.gateway import Gateway
from dashboard.guests import ASK_ALL_MS
from dashboard.roads import Behind
from dashboard.sessions_sqlite import IDLE_MS
from dashboard.tokens import new_token
from dashboard.users_sqlite import SqliteUsers

GOOD = "plain hens lay eggs"


class Clock:
    """The house's own time."""

    def __init__(self, house: Any) -> None:
        self._house = house

    def now(self) -> int:
        return int(self._house.now)

    async def sleep(self, seconds: float, /) -> None:
        await asyncio.sleep(0)  # noqa: TID251 it is a clock


@pytest.fixture
async def gateway(house: Any) -> AsyncIterator[Gateway]:
    behind = Behind(desks=house.desks)
    async with Gateway(Clock(house), "127.0.0.1", 0, behind=behind, doors=house.doors) as opened:
        yield opened


async def wish(gateway: Gateway, deed: str, cookie: str = "", **data: object) -> dict[str, Any]:
    headers = {"Cookie": cookie} if cookie else {}
    address = f"ws://127.0.0.1:{gateway.port}/desk"
    async with connect(address, additional_headers=headers, proxy=None) as road:
        await road.send(json.dumps({**data, "id": 1, "do": deed}))
        answer: dict[str, Any] = json.loads(await road.recv())
        return answer


async def test_in_by_a_password_and_out_again(house: Any, gateway: Gateway) -> None:
    await house.user("boss")
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as browser:
        assert (await browser.get("users")).status_code == 401
        told = await wish(gateway, "session.sign_in", name="boss", password=GOOD)
        opened = await browser.get("session/open", headers={"X-Ticket": told["ticket"]})
        assert opened.status_code == 204
        assert opened.headers["Cache-Control"] == "no-store"
        assert (await browser.get("session")).json()["role"] == "admin"
        assert (await browser.get("users")).json()["users"][0]["id"] == "boss"
        closed = await browser.get("session/close", headers={"X-Ticket": "close"})
        assert closed.status_code == 204
        assert dict(browser.cookies) == {}
        assert (await browser.get("users")).status_code == 401


@pytest.mark.parametrize("site", ["https://evil.example.com", "null"])
async def test_a_page_of_another_site_gets_nowhere(house: Any, gateway: Gateway, site: str) -> None:
    await house.user("boss")
    cookie = f"floorwatch={await house.token('boss')}"
    foreign = {"Cookie": cookie, "Origin": site}
    async with httpx.AsyncClient(base_url=gateway.url, trust_env=False, headers=foreign) as page:
        for path in ("session", "users", "audit", "session/close"):
            answer = await page.get(path, headers={"X-Ticket": "close"})
            assert answer.status_code == 403
            assert "Access-Control-Allow-Origin" not in answer.headers
        assert (await page.options("session/open")).status_code == 405
    with pytest.raises(InvalidStatus):
        async with connect(
            f"ws://127.0.0.1:{gateway.port}/desk", additional_headers=foreign, proxy=None
        ):
            pass
    assert house.with_token(cookie.partition("=")[2]).id == "boss"


@pytest.mark.parametrize("token", [f"{7:043d}", "x", "'; drop table users --"])
async def test_a_forged_token_is_nobody(house: Any, gateway: Gateway, token: str) -> None:
    await house.user("boss")
    for headers in ({"Cookie": f"floorwatch={token}"}, {"Authorization": f"Bearer {token}"}):
        async with httpx.AsyncClient(base_url=gateway.url, trust_env=False) as browser:
            assert (await browser.get("users", headers=headers)).status_code == 401
            assert (await browser.get("frame", headers=headers)).status_code == 401
    told = await wish(gateway, "user.remove", f"floorwatch={new_token()}", user="boss")
    assert told["why"] == "forbidden"
    assert house.registry.users.find("boss")


async def test_a_revoked_display_goes_dark(house: Any, gateway: Gateway) -> None:
    await house.user("boss")
    cookie = f"floorwatch={await house.token('boss')}"
    asked = await wish(gateway, "display.ask")
    made = await wish(
        gateway, "display.confirm", cookie, code=asked["code"], name="大厅", board="main"
    )
    waited = await wish(gateway, "display.wait", secret=asked["secret"])
    token = await house.opened(waited["ticket"])
    address = f"ws://127.0.0.1:{gateway.port}/feed"
    bearer = {"Authorization": f"Bearer {token}"}
    async with connect(address, additional_headers=bearer, proxy=None) as feed:
        gateway.publish(lambda: {"at": house.now}, {})
        assert json.loads(await feed.recv())
        await wish(gateway, "display.revoke", cookie, display=made["display"])
        house.now += 1_000
        gateway.publish(lambda: {"at": house.now}, {"at": house.now})
        await asyncio.wait_for(feed.wait_closed(), 10)
    assert house.with_token(token).id == ""


@pytest.mark.parametrize("path", ["/", "/wall", "/wall/lobby"])
async def test_a_display_keeps_its_cookie_wherever_its_wall_is(house: Any, path: str) -> None:
    wall = Asset(body=b"<p>", packed=b"", content_type="text/html", etag='"e"', caching="no-cache")
    pages = Assets(build="b", table=dict.fromkeys(("/", "/wall", "/wall/*", "/static/a.js"), wall))
    await house.user("boss")
    people = f"floorwatch={await house.token('boss')}"
    asked = await house.wish("display.ask")
    boss = await house.came_in("boss")
    await house.wish("display.confirm", boss, code=asked["code"], name="大厅", board="lobby")
    waited = await house.wish("display.wait", secret=asked["secret"])
    cookie = f"floorwatch={await house.opened(waited['ticket'])}"
    async with (
        Gateway(Clock(house), "127.0.0.1", 0, pages, doors=house.doors) as gateway,
        httpx.AsyncClient(base_url=gateway.url, trust_env=False) as browser,
    ):
        for who, at, kept in (
            (cookie, path, True),
            (people, path, False),
            (cookie, "/static/a.js", False),
        ):
            answer = await browser.get(at, headers={"Cookie": who})
            assert answer.status_code == 200
            assert (who in answer.headers.get("Set-Cookie", "")) is kept


async def test_nobody_is_asked_for_before_something_changes(
    house: Any, gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What another process changes holds as soon; and time ends a session within a minute."""
    await house.user("boss")
    await house.user("aide")
    asked: list[str] = []
    still = house.doors.still

    def counted(caller: Caller, now: int, **more: bool) -> Caller | None:
        asked.append(caller.id)
        return cast(Caller | None, still(caller, now, **more))

    monkeypatch.setattr(house.doors, "still", counted)

    def publish(later_ms: int) -> list[str]:
        house.now += later_ms
        asked.clear()
        gateway.publish(lambda: {"at": house.now}, {"at": house.now})
        return sorted(asked)

    address = f"ws://127.0.0.1:{gateway.port}/feed"
    async with AsyncExitStack() as stack, asyncio.timeout(10):
        feeds = {}
        for id in ("boss", "aide"):
            bearer = {"Authorization": f"Bearer {await house.token(id)}"}
            feed = connect(address, additional_headers=bearer, proxy=None)
            feeds[id] = await stack.enter_async_context(feed)
        assert publish(1_000) == ["aide", "boss"]
        assert [publish(1_000) for _ in range(5)] == [[]] * 5
        with DeskFile(tmp_path / "access.db") as beside:
            assert SqliteUsers(beside).remove("aide")
        assert publish(1_000) == ["aide", "boss"]
        await feeds["aide"].wait_closed()
        await until(lambda: gateway.screens == 1)
        assert publish(1_000) == []
        assert publish(ASK_ALL_MS) == ["boss"]
        assert publish(IDLE_MS) == ["boss"]
        await feeds["boss"].wait_closed()


async def until(so: Callable[[], bool]) -> None:
    while not so():  # noqa: ASYNC110 real sockets tell nobody
        await asyncio.sleep(0.002)  # noqa: TID251 real sockets, no clock of ours
