"""A screen becomes a display: by its code and an admin, for one board, until it is revoked."""

from http import HTTPStatus
from typing import Any

import pytest
from websockets.datastructures import Headers
from websockets.http11 import Request

from dashboard.access import NOBODY, Role
from dashboard.tokens import new_token


@pytest.fixture
async def boss(house: Any) -> Any:
    await house.user("boss")
    return await house.came_in("boss")


async def paired(house: Any, boss: Any, **more: object) -> tuple[str, str]:
    """The token of a new display, and the secret of the screen that it is."""
    asked = await house.wish("display.ask")
    given = {"code": asked["code"], "name": "大厅", "board": "lobby", **more}
    assert (await house.wish("display.confirm", boss, **given))["done"]
    waited = await house.wish("display.wait", secret=asked["secret"])
    assert waited["state"] == "paired"
    return await house.opened(waited["ticket"]), asked["secret"]


async def test_a_screen_waits_until_an_admin_confirms_its_code(house: Any, boss: Any) -> None:
    asked = await house.wish("display.ask")
    waited = await house.wish("display.wait", secret=asked["secret"])
    assert waited["state"] == "waiting"
    assert "ticket" not in waited
    assert asked["until"] == house.now + 600_000
    token, _ = await paired(house, boss)
    caller = house.with_token(token)
    assert (caller.role, caller.board, caller.name) == (Role.DISPLAY, "lobby", "大厅")
    assert not caller.scope.has_queue("sales")
    assert not caller.scope.has_agent("a", ["sales"])


async def test_a_display_stays_for_years_and_over_restarts(house: Any, boss: Any) -> None:
    token, _ = await paired(house, boss)
    house.now += 3 * 366 * 86_400_000
    house.reopen()
    caller = house.with_token(token)
    assert caller.role is Role.DISPLAY
    assert house.doors.still(caller, house.now) == caller


async def test_its_cookie_is_set_anew_with_every_page(house: Any, boss: Any) -> None:
    token, _ = await paired(house, boss)
    page = Request("/", Headers({"Cookie": f"floorwatch={token}"}))
    caller = house.with_token(token)
    ((name, cookie),) = house.doors.kept(page, caller, secure=False)
    assert name == "Set-Cookie"
    assert cookie.startswith(f"floorwatch={token}; ")
    assert "Max-Age=34560000" in cookie
    assert house.doors.kept(page, boss, secure=False) == ()
    bearer = Request("/", Headers({"Authorization": f"Bearer {token}"}))
    assert house.doors.kept(bearer, caller, secure=False) == ()


async def test_a_revoked_display_is_out_and_cannot_come_back(house: Any, boss: Any) -> None:
    token, secret = await paired(house, boss)
    caller = house.with_token(token)
    late = await house.wish("display.wait", secret=secret)
    assert (await house.wish("display.revoke", boss, display=caller.id))["done"]
    assert house.with_token(token) == NOBODY
    assert house.doors.still(caller, house.now) is None
    assert (await house.wish("display.wait", secret=secret))["why"] == "code_over"
    assert (await house.get("/session/open", X_Ticket=late["ticket"])).status == 403
    assert (await house.wish("display.revoke", boss, display=caller.id))["why"] == "display_gone"


async def test_who_comes_in_as_a_display_puts_out_who_was_it_before(house: Any, boss: Any) -> None:
    token, secret = await paired(house, boss)
    again = await house.opened((await house.wish("display.wait", secret=secret))["ticket"])
    assert house.with_token(token) == NOBODY
    assert house.with_token(again).board == "lobby"


async def test_another_board_holds_at_once(house: Any, boss: Any) -> None:
    token, _ = await paired(house, boss)
    caller = house.with_token(token)
    change = {"display": caller.id, "name": "Lobby 2", "board": "main"}
    assert (await house.wish("display.save", boss, **change))["done"]
    assert house.doors.still(caller, house.now).board == "main"
    (told,) = (await house.ask("/displays", boss))["displays"]
    assert {key: told[key] for key in ("id", "name", "board", "by")} == {
        "id": caller.id,
        "name": "Lobby 2",
        "board": "main",
        "by": "boss",
    }
    assert "digest" not in told
    change["display"] = "nowhere"
    assert (await house.wish("display.save", boss, **change))["why"] == "display_gone"


@pytest.mark.parametrize(
    "deed",
    ["session.sign_out", "session.password", "user.save", "display.confirm", "display.revoke"],
)
async def test_a_display_may_wish_nothing(house: Any, boss: Any, deed: str) -> None:
    token, _ = await paired(house, boss)
    answer = await house.wish(deed, house.with_token(token), display="x")
    assert answer["why"] == "forbidden"


async def test_a_display_does_not_sign_out(house: Any, boss: Any) -> None:
    token, _ = await paired(house, boss)
    caller = house.with_token(token)
    answer = await house.get("/session/close", caller, X_Ticket="close")
    assert answer.status is HTTPStatus.FORBIDDEN
    assert house.with_token(token) == caller


async def test_guessing_codes_takes_ever_longer(house: Any, boss: Any) -> None:
    asked = await house.wish("display.ask")
    wrong = {"code": "ABCDEF", "name": "x", "board": "main"}
    whys = [(await house.wish("display.confirm", boss, **wrong))["why"] for _ in range(6)]
    assert whys == ["code_unknown"] * 5 + ["too_many_tries"]
    right = wrong | {"code": asked["code"]}
    assert (await house.wish("display.confirm", boss, **right))["retry_ms"] == 2_000
    house.now += 2_000
    assert (await house.wish("display.confirm", boss, **right))["done"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": " "}, "display_nameless"),
        ({"board": "../x"}, "unreadable"),
        ({"board": ""}, "unreadable"),
        ({"code": 123456}, "unreadable"),
        ({"name": "n" * 81}, "unreadable"),
    ],
)
async def test_what_is_no_display_uses_up_no_code(
    house: Any, boss: Any, change: dict[str, object], why: str
) -> None:
    asked = await house.wish("display.ask")
    right = {"code": asked["code"], "name": "x", "board": "main"}
    assert (await house.wish("display.confirm", boss, **right | change))["why"] == why
    assert (await house.wish("display.confirm", boss, **right))["done"]


async def test_a_foreign_or_old_secret_gets_nothing(house: Any, boss: Any) -> None:
    asked = await house.wish("display.ask")
    assert (await house.wish("display.wait", secret=new_token()))["why"] == "code_over"
    assert (await house.wish("display.wait", secret=asked["code"]))["why"] == "code_over"
    house.now += 600_000
    assert (await house.wish("display.wait", secret=asked["secret"]))["why"] == "code_over"


async def test_codes_run_out_for_one_address_before_they_do_for_all(house: Any) -> None:
    answers = [await house.wish("display.ask", address="10.0.0.1") for _ in range(21)]
    assert answers[-1]["why"] == "codes_full"
    assert (await house.wish("display.ask", address="10.0.0.2"))["done"]
