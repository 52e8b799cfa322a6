"""The audit: everything that somebody did, nothing that he typed in secret, and never less."""

import sqlite3
from typing import Any

import pytest

from dashboard.desk_file import DeskFileError

GOOD = "plain hens lay eggs"


async def test_who_did_what_from_where_and_what_became_of_it(house: Any) -> None:
    await house.user("boss")
    boss = await house.came_in("boss")
    data = {"user": "wang", "name": "王", "role": "manager", "queues": None, "teams": None}
    await house.wish("user.save", boss, **data, password="green cows give milk")
    await house.wish("user.remove", boss, user="nobody")
    made, removed = house.notes(who="boss")
    assert {key: made[key] for key in ("at", "who", "role", "address", "deed", "done", "why")} == {
        "at": house.now,
        "who": "boss",
        "role": "admin",
        "address": "203.0.113.7",
        "deed": "user.save",
        "done": True,
        "why": "",
    }
    assert (removed["deed"], removed["done"], removed["why"]) == ("user.remove", False, "user_gone")
    assert '"user":"nobody"' in removed["data"]


async def test_nothing_secret_is_written_down(house: Any) -> None:
    await house.user("boss")
    boss = await house.came_in("boss")
    await house.wish("session.sign_in", name="boss", password="my-wrong-password")
    guess = {"password": "my-old-password", "new_password": "my-new-password"}
    await house.wish("session.password", boss, **guess)
    await house.wish("display.wait", secret="my-secret-secret")
    await house.wish("display.confirm", boss, code="MYCODE", name="x", board="main")
    written = str(house.registry.file.rows("select * from audit"))
    assert "display.wait" in written
    for secret in ("my-wrong", "my-old", "my-new", "my-secret", "MYCODE", GOOD):
        assert secret not in written


async def test_it_is_never_changed_and_never_shortened(house: Any) -> None:
    await house.wish("session.sign_in", name="x", password="x")
    for attack in (
        "delete from audit",
        "update audit set who = 'x'",
        "insert or replace into audit"
        " (seq, at, who, name, role, address, deed, data, done, why)"
        " values (1, 0, '', '', '', '', '', '', 0, '')",
    ):
        with pytest.raises(DeskFileError, match="the audit is never"):
            house.registry.file.write(attack)
    assert len(house.notes()) == 1


async def test_waiting_screens_are_no_news(house: Any) -> None:
    asked = await house.wish("display.ask")
    for _ in range(5):
        await house.wish("display.wait", secret=asked["secret"])
    assert house.notes() == []


async def test_long_data_is_cut(house: Any) -> None:
    await house.user("boss")
    boss = await house.came_in("boss")
    await house.wish("user.remove", boss, user="x", more="字" * 50_000)
    (note,) = house.notes(who="boss")
    assert len(note["data"]) == 4_096
    assert note["data"].endswith("…")


async def test_strangers_cannot_fill_the_disk(house: Any) -> None:
    await house.user("boss")
    boss = await house.came_in("boss")
    for number in range(1_000):
        await house.wish("no.such.deed", number=number)
    assert len(house.notes(deed="no.such")) == 100
    await house.wish("user.remove", boss, user="nobody")
    assert len(house.notes(who="boss")) == 1
    house.now += 60_000
    await house.wish("no.such.deed")
    (left_out,) = house.notes(deed="audit.left_out")
    assert left_out["data"] == '{"count":900}'
    assert len(house.notes(deed="no.such")) == 101


async def test_an_admin_reads_it_by_time_person_and_deed(house: Any) -> None:
    await house.user("boss")
    boss = await house.came_in("boss")
    first = house.now
    for _ in range(3):
        house.now += 1_000
        await house.wish("user.remove", boss, user="nobody")
    told = await house.ask("/audit", boss)
    assert [entry["at"] - first for entry in told["entries"]] == [3_000, 2_000, 1_000, 0]
    assert not told["more"]
    span = {"from": str(first + 1_000), "to": str(first + 3_000)}
    told = await house.ask("/audit", boss, **span)
    assert [entry["at"] - first for entry in told["entries"]] == [2_000, 1_000]
    told = await house.ask("/audit", boss, who="boss", deed="user.")
    assert {entry["deed"] for entry in told["entries"]} == {"user.remove"}
    assert (await house.ask("/audit", boss, who="boss' or 1=1 --"))["entries"] == []
    assert (await house.ask("/audit", boss, deed="%"))["entries"] == []
    for text in ("soon", "1.5", "9" * 400 + "x", "\0"):
        with pytest.raises(Exception, match="unreadable"):
            await house.ask("/audit", boss, **{"from": text})


async def test_five_hundred_are_told_at_a_time(house: Any) -> None:
    await house.user("boss")
    boss = await house.came_in("boss")
    values = "(0, '', '', '', '', 'd', '', 1, '')"
    columns = "(at, who, name, role, address, deed, data, done, why)"
    house.registry.file.write(f"insert into audit {columns} values {', '.join([values] * 501)}")
    told = await house.ask("/audit", boss, **{"from": "0", "to": "1"})
    assert (len(told["entries"]), told["more"]) == (500, True)


def test_the_database_itself_holds_to_it(tmp_path: Any, house: Any) -> None:
    """Also for somebody who opens the file by other means, as far as it has a say."""
    house.registry.file.write(
        "insert into audit (at, who, name, role, address, deed, data, done, why)"
        " values (0, 'x', '', '', '', 'd', '', 1, '')"
    )
    with sqlite3.connect(tmp_path / "access.db") as other, pytest.raises(sqlite3.IntegrityError):
        other.execute("delete from audit")
    other.close()
