"""An admin makes users; what he cannot is to leave nobody in charge."""

from typing import Any

import pytest

from dashboard.access import NOBODY, Role
from dashboard.users_sqlite import User

GOOD, OTHER = "plain hens lay eggs", "green cows give milk"
WANG: dict[str, object] = {
    "user": "wang",
    "name": "王伟",
    "role": "supervisor",
    "queues": ["sales"],
    "teams": None,
    "password": OTHER,
}


@pytest.fixture
async def boss(house: Any) -> Any:
    await house.user("boss")
    return await house.came_in("boss")


async def test_a_user_is_made_and_comes_in(house: Any, boss: Any) -> None:
    assert (await house.wish("user.save", boss, **WANG))["user"] == "wang"
    caller = await house.came_in("wang", OTHER)
    assert (caller.name, caller.role) == ("王伟", Role.SUPERVISOR)
    told = (await house.ask("/users", boss))["users"][1]
    assert told == {
        "id": "wang",
        "name": "王伟",
        "role": "supervisor",
        "queues": ["sales"],
        "teams": None,
        "agent": "",
        "provider": "",
        "password": True,
        "made_at": house.now,
    }


async def test_a_change_without_a_password_leaves_password_and_sessions(
    house: Any, boss: Any
) -> None:
    await house.wish("user.save", boss, **WANG)
    caller = await house.came_in("wang", OTHER)
    house.now += 1_000
    assert (await house.wish("user.save", boss, **WANG | {"password": "", "role": "manager"}))[
        "done"
    ]
    assert house.doors.still(caller, house.now).role is Role.MANAGER
    assert (await house.ask("/users", boss))["users"][1]["made_at"] == house.now - 1_000


async def test_a_password_from_an_admin_signs_its_owner_out_everywhere(
    house: Any, boss: Any
) -> None:
    await house.wish("user.save", boss, **WANG)
    caller = await house.came_in("wang", OTHER)
    await house.wish("user.save", boss, **WANG | {"password": GOOD})
    assert house.doors.still(caller, house.now) is None
    assert (await house.came_in("wang", GOOD)).id == "wang"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"user": "a:b"}, "user_id_bad"),
        ({"user": ""}, "user_id_bad"),
        ({"user": "open"}, "user_id_bad"),
        ({"user": "OPEN"}, "user_id_bad"),
        ({"user": "a b"}, "user_id_bad"),
        ({"user": "../x"}, "user_id_bad"),
        ({"user": "<b>"}, "user_id_bad"),
        ({"user": "x" * 65}, "user_id_bad"),
        ({"password": ""}, "password_missing"),
        ({"password": "short"}, "password_short"),
        ({"password": "1234567890"}, "password_common"),
        ({"password": "wang20261"}, "password_short"),
        ({"password": "wang202612"}, "password_is_name"),
        ({"role": "agent"}, "user_agent_missing"),
        ({"role": "display"}, "unreadable"),
        ({"role": "nobody"}, "unreadable"),
        ({"role": "root"}, "unreadable"),
        ({"queues": "sales"}, "unreadable"),
        ({"queues": [""]}, "unreadable"),
        ({"queues": ["q"] * 501}, "unreadable"),
        ({"name": "n" * 81}, "unreadable"),
        ({"provider": "company"}, "unreadable"),
    ],
)
async def test_what_cannot_be_is_refused_and_nobody_is_made(
    house: Any, boss: Any, change: dict[str, object], why: str
) -> None:
    assert (await house.wish("user.save", boss, **WANG | change))["why"] == why
    assert len((await house.ask("/users", boss))["users"]) == 1


@pytest.mark.parametrize("forgotten", ["queues", "teams", "role", "name"])
async def test_what_was_forgotten_does_not_become_everything(
    house: Any, boss: Any, forgotten: str
) -> None:
    data = {key: value for key, value in WANG.items() if key != forgotten}
    assert (await house.wish("user.save", boss, **data))["why"] == "unreadable"


async def test_a_name_cannot_disguise_itself(house: Any, boss: Any) -> None:
    await house.wish("user.save", boss, **WANG | {"name": " a\u202eb\nc\0 "})
    assert house.registry.users.find("wang").name == "ab c"


async def test_the_last_admin_stays_one(house: Any, boss: Any) -> None:
    demoted = {**WANG, "user": "boss", "password": ""}
    assert (await house.wish("user.save", boss, **demoted))["why"] == "last_admin"
    assert (await house.wish("user.remove", boss, user="boss"))["why"] == "last_admin"
    await house.wish("user.save", boss, **WANG | {"role": "admin", "queues": None})
    assert (await house.wish("user.save", boss, **demoted))["done"]
    assert house.doors.still(boss, house.now).role is Role.SUPERVISOR


async def test_whoever_is_removed_is_out(house: Any, boss: Any) -> None:
    await house.wish("user.save", boss, **WANG)
    caller = await house.came_in("wang", OTHER)
    assert (await house.wish("user.remove", boss, user="wang"))["done"]
    assert house.doors.still(caller, house.now) is None
    # A provider may bring him again: what he had before must not come to life then.
    assert house.registry.file.rows("select * from sessions where user = 'wang'") == []
    assert (await house.wish("user.remove", boss, user="wang"))["why"] == "user_gone"
    await house.wish("user.save", boss, **WANG)
    assert house.doors.still(caller, house.now) is None


async def test_role_and_password_of_a_providers_user_are_the_providers(
    house: Any, boss: Any
) -> None:
    foreign = User(id="company:4aB", name="Zhao", role=Role.SUPERVISOR, provider="company")
    house.registry.users.save(foreign, house.now)
    asked = {**WANG, "user": "company:4aB", "name": "Zhao"}
    for change in ({"password": OTHER}, {"password": "", "role": "admin"}):
        assert (await house.wish("user.save", boss, **asked | change))["why"] == "user_of_provider"
    assert (await house.wish("user.save", boss, **asked | {"password": ""}))["done"]
    kept = house.registry.users.find("company:4aB")
    assert (kept.queues, kept.provider, kept.password) == (("sales",), "company", "")
    assert (await house.wish("session.sign_in", name="company:4aB", password=""))["why"] == (
        "wrong_password"
    )


@pytest.mark.parametrize("role", ["nobody", "agent", "supervisor", "manager"])
@pytest.mark.parametrize("deed", ["user.save", "user.remove", "display.confirm", "display.revoke"])
async def test_only_an_admin_may(house: Any, role: str, deed: str) -> None:
    await house.user("boss")
    caller = NOBODY
    if role != "nobody":
        await house.user("li.na", role)
        caller = await house.came_in("li.na")
    data = {**WANG, "code": "ABCDEF", "board": "main", "display": "x"}
    assert (await house.wish(deed, caller, **data))["why"] == "forbidden"
    for path in ("/users", "/displays", "/audit"):
        with pytest.raises(Exception, match="forbidden"):
            await house.ask(path, caller)
    assert house.registry.users.find("wang") is None
