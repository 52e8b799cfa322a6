"""Signing in by a password, and what those are told who cannot."""

import asyncio
from typing import Any

import pytest

from dashboard.access import NOBODY, OPEN, Role
from dashboard.desks import Question
from dashboard.passwords import Passwords
from dashboard.sign_in import SignIn

GOOD, OTHER = "plain hens lay eggs", "green cows give milk"


async def test_name_and_password_give_a_ticket_however_the_name_is_typed(house: Any) -> None:
    await house.user("Li.Na")
    for name in ("li.na", "LI.NA", " li.na ", "ｌｉ.ｎａ"):
        assert (await house.wish("session.sign_in", name=name, password=GOOD))["done"]


@pytest.mark.parametrize(
    ("name", "password"), [("li.na", OTHER), ("nobody", GOOD), ("", ""), ("open", GOOD)]
)
async def test_a_wrong_name_is_told_as_a_wrong_password(
    house: Any, name: str, password: str
) -> None:
    await house.user("li.na")
    answer = await house.wish("session.sign_in", name=name, password=password)
    assert answer == {"v": 1, "kind": "answer", "id": 7, "done": False, "why": "wrong_password"}


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"name": "li.na"},
        {"name": 1, "password": GOOD},
        {"name": "li.na", "password": None},
        {"name": "li.na", "password": GOOD, "role": "admin"},
        {"name": "n" * 300, "password": GOOD},
        {"name": "li.na", "password": "p" * 2_000},
        {"name": ["li.na"], "password": {"$gt": ""}},
    ],
)
async def test_what_is_no_sign_in_is_unreadable(house: Any, data: dict[str, object]) -> None:
    await house.user("li.na")
    assert (await house.wish("session.sign_in", **data))["why"] == "unreadable"


async def test_guessing_a_password_takes_ever_longer(house: Any) -> None:
    await house.user("li.na")
    waits = []
    for _ in range(12):
        answer = await house.wish("session.sign_in", name="li.na", password=OTHER)
        if answer["why"] == "too_many_tries":
            waits.append(answer["retry_ms"])
            right = await house.wish("session.sign_in", name="LI.NA", password=GOOD)
            assert right["why"] == "too_many_tries"
            house.now += answer["retry_ms"]
    assert waits == [2_000, 4_000, 8_000, 16_000]
    house.now += 300_000
    assert (await house.wish("session.sign_in", name="li.na", password=GOOD))["done"]


async def test_guessing_at_once_is_no_faster(house: Any) -> None:
    await house.user("li.na")
    tries = [house.wish("session.sign_in", name="li.na", password=OTHER) for _ in range(12)]
    whys = [answer["why"] for answer in await asyncio.gather(*tries)]
    assert whys.count("wrong_password") == 5
    assert whys.count("too_many_tries") == 7


async def test_one_address_cannot_try_all_names(house: Any) -> None:
    await house.user("li.na")
    for number in range(30):
        name = f"user{number}"
        assert (await house.wish("session.sign_in", name=name, password=OTHER))["why"] == (
            "wrong_password"
        )
    ours = {"name": "li.na", "password": GOOD}
    assert (await house.wish("session.sign_in", **ours))["why"] == "too_many_tries"
    assert (await house.wish("session.sign_in", address="203.0.113.8", **ours))["done"]


async def test_a_network_of_addresses_is_one_address(house: Any) -> None:
    for number in range(30):
        address = f"2001:db8::{number + 1:x}"
        await house.wish("session.sign_in", address=address, name=f"u{number}", password=OTHER)
    answer = await house.wish("session.sign_in", address="2001:db8::ffff", name="x", password=OTHER)
    assert answer["why"] == "too_many_tries"


async def test_a_weaker_hash_is_replaced_when_its_owner_comes(house: Any) -> None:
    await house.user("li.na")
    before = house.registry.users.find("li.na")
    strong = Passwords()
    desk = SignIn(house.registry, strong, open=False)
    (_, sign_in) = desk.deeds["session.sign_in"]
    wish = wish_of(house, name="li.na", password=GOOD)
    assert "ticket" in await sign_in(wish)
    after = house.registry.users.find("li.na")
    assert strong.outdated(before.password)
    assert not strong.outdated(after.password)
    assert await strong.right(after.password, GOOD)


def wish_of(house: Any, **data: object) -> Any:
    from dashboard.desks import Wish

    return Wish(caller=NOBODY, deed="session.sign_in", data=data, now=house.now, address="")


async def test_a_new_password_ends_all_other_sessions(house: Any) -> None:
    await house.user("li.na", "agent")
    here, there = await house.token("li.na"), await house.token("li.na")
    caller = house.with_token(here)
    answer = await house.wish("session.password", caller, password=GOOD, new_password=OTHER)
    assert answer["done"]
    assert house.with_token(here) == caller
    assert house.with_token(there) == NOBODY
    assert (await house.wish("session.sign_in", name="li.na", password=GOOD))["why"] == (
        "wrong_password"
    )
    assert (await house.wish("session.sign_in", name="li.na", password=OTHER))["done"]


@pytest.mark.parametrize(
    ("password", "new", "why"),
    [
        (OTHER, "wolf4417tulip", "wrong_password"),
        (GOOD, "short", "password_short"),
        (GOOD, "password2026", "password_common"),
        (GOOD, "li.na123456", "password_is_name"),
    ],
)
async def test_a_new_password_that_is_refused_changes_nothing(
    house: Any, password: str, new: str, why: str
) -> None:
    await house.user("li.na", "agent")
    caller = await house.came_in("li.na")
    answer = await house.wish("session.password", caller, password=password, new_password=new)
    assert answer["why"] == why
    assert (await house.wish("session.sign_in", name="li.na", password=GOOD))["done"]


async def test_a_stolen_session_cannot_guess_the_password_behind_it(house: Any) -> None:
    await house.user("li.na", "agent")
    caller = await house.came_in("li.na")
    guess = {"password": OTHER, "new_password": "wolf4417tulip"}
    whys = [(await house.wish("session.password", caller, **guess))["why"] for _ in range(6)]
    assert whys == ["wrong_password"] * 5 + ["too_many_tries"]


async def test_signing_out_ends_the_session(house: Any) -> None:
    await house.user("li.na", "agent")
    token = await house.token("li.na")
    assert (await house.wish("session.sign_out", house.with_token(token)))["done"]
    assert house.with_token(token) == NOBODY
    assert (await house.wish("session.sign_out"))["why"] == "forbidden"


async def test_everybody_may_ask_who_he_is(house: Any) -> None:
    told = await house.ask("/session")
    assert (told["id"], told["role"], told["open"]) == ("", "nobody", False)
    assert told["ways"] == {"local": True, "oidc": []}
    await house.user("li.na", "supervisor", queues=("b", "a"), name="李娜")
    told = await house.ask("/session", await house.came_in("li.na"))
    assert {key: told[key] for key in ("id", "name", "role", "queues", "teams", "agent")} == {
        "id": "li.na",
        "name": "李娜",
        "role": "supervisor",
        "queues": ["a", "b"],
        "teams": None,
        "agent": "Li Na",
    }
    assert "session" not in told


async def test_where_nobody_signs_in_nobody_can(house: Any) -> None:
    desk = SignIn(house.registry, Passwords(), open=True, ways=[("company", {"en": "Company"})])
    (role, session) = desk.inquiries["/session"]
    told = await session(Question(caller=OPEN, path="/session", query={}, now=0))
    assert role is Role.NOBODY
    assert isinstance(told, dict)
    assert told["open"]
    assert told["ways"] == {"local": False, "oidc": []}
    (_, sign_in) = desk.deeds["session.sign_in"]
    with pytest.raises(Exception, match="sign_in_off"):
        await sign_in(wish_of(house, name="li.na", password=GOOD))


async def test_with_a_provider_passwords_are_asked_for_only_if_somebody_has_one(
    house: Any,
) -> None:
    desk = SignIn(house.registry, Passwords(), open=False, ways=[("company", {"en": "Company"})])
    (_, session) = desk.inquiries["/session"]
    question = Question(caller=NOBODY, path="/session", query={}, now=0)
    told: Any = await session(question)
    assert told["ways"] == {"local": False, "oidc": [{"id": "company", "names": {"en": "Company"}}]}
    await house.user("li.na")
    told = await session(question)
    assert told["ways"]["local"]
