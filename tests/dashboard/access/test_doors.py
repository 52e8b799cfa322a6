"""The doors: who a request comes from, for how long, and that nothing hostile opens them."""

from http import HTTPStatus
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from websockets.datastructures import Headers
from websockets.http11 import Request

from dashboard.access import NOBODY, OPEN, Role, Scope
from dashboard.cookies import Cookies
from dashboard.desk_file import DeskFile
from dashboard.doors import GuardedDoors, OpenDoors
from dashboard.registry import Registry
from dashboard.sessions_sqlite import IDLE_MS, WHOLE_MS
from dashboard.tokens import digest, new_token

HOUR_MS = 3_600_000


def bringing(**headers: str) -> Request:
    return Request("/", Headers({name.replace("_", "-"): v for name, v in headers.items()}))


async def test_who_signed_in_is_known_by_his_cookie_and_by_his_token(house: Any) -> None:
    await house.user("li.na", "supervisor", queues=("sales",), teams=("a",), name="李娜")
    token = await house.token("li.na")
    caller = house.with_token(token)
    assert (caller.id, caller.name, caller.role) == ("li.na", "李娜", Role.SUPERVISOR)
    assert caller.scope == Scope(queues=frozenset({"sales"}), teams=frozenset({"a"}))
    bearer = bringing(Authorization=f"Bearer {token}")
    assert house.doors.caller(bearer, house.now, secure=False) == caller
    assert token not in str(caller)


async def test_what_is_on_the_disk_lets_nobody_in(house: Any) -> None:
    await house.user("li.na")
    token = await house.token("li.na")
    (row,) = house.registry.file.rows("select * from sessions")
    assert row["digest"] == digest(token)
    assert house.with_token(row["digest"]) == NOBODY
    everything = str(house.registry.file.rows("select * from users"))
    assert token not in str(row)
    assert "plain hens" not in everything


@pytest.mark.parametrize("path", ["/?token=", "/session?floorwatch=", "/feed?access_token="])
async def test_nobody_comes_in_by_an_address(house: Any, path: str) -> None:
    await house.user("li.na")
    token = await house.token("li.na")
    assert house.doors.caller(Request(path + token, Headers()), house.now, secure=False) == NOBODY


async def test_a_ticket_opens_once(house: Any) -> None:
    await house.user("li.na")
    ticket = (await house.wish("session.sign_in", name="li.na", password="plain hens lay eggs"))[
        "ticket"
    ]
    await house.opened(ticket)
    again = await house.get("/session/open", X_Ticket=ticket)
    assert (again.status, again.headers) == (HTTPStatus.FORBIDDEN, ())


async def test_a_ticket_is_old_after_half_a_minute_and_no_use_to_who_was_removed(
    house: Any,
) -> None:
    await house.user("li.na")
    await house.user("boss")
    told = await house.wish("session.sign_in", name="li.na", password="plain hens lay eggs")
    house.now += 30_000
    assert (await house.get("/session/open", X_Ticket=told["ticket"])).status == 403
    told = await house.wish("session.sign_in", name="li.na", password="plain hens lay eggs")
    house.people.remove("li.na")
    assert (await house.get("/session/open", X_Ticket=told["ticket"])).status == 403


@pytest.mark.parametrize("path", ["/session/open", "/session/close"])
async def test_a_session_is_opened_and_closed_by_a_header_only(house: Any, path: str) -> None:
    """A page of another site can follow a link, but send no header of ours."""
    await house.user("li.na")
    caller = await house.came_in("li.na")
    for request in (
        Request(path, Headers()),
        Request(f"{path}?X-Ticket=close", Headers()),
        Request(path, Headers({"X-Ticket": "open sesame"})),
        Request(path, Headers([("X-Ticket", "close"), ("X-Ticket", "close")])),
        Request(path, Headers({"X-Ticket": "close"}), method="HEAD"),
    ):
        answer = await house.doors.answer(request, caller, house.now, False, "")
        assert answer is not None
        assert (answer.status, answer.headers) == (HTTPStatus.FORBIDDEN, ())
    assert house.doors.still(caller, house.now) == caller


async def test_who_signs_out_is_nobody_and_his_cookie_goes(house: Any) -> None:
    await house.user("li.na")
    token = await house.token("li.na")
    caller = house.with_token(token)
    answer = await house.get("/session/close", caller, X_Ticket="close")
    (_, cookie) = answer.headers[0]
    assert cookie.startswith("floorwatch=;")
    assert "Max-Age=0" in cookie
    assert house.with_token(token) == NOBODY
    assert house.doors.still(caller, house.now) is None
    assert [note["deed"] for note in house.notes()][-1] == "session.sign_out"


async def test_a_new_sign_in_ends_what_the_browser_had_before(house: Any) -> None:
    await house.user("li.na")
    await house.user("wang")
    old = await house.token("li.na")
    told = await house.wish("session.sign_in", name="wang", password="plain hens lay eggs")
    new = await house.opened(told["ticket"], house.with_token(old))
    assert new != old
    assert house.with_token(old) == NOBODY
    assert house.with_token(new).id == "wang"


async def test_a_session_ends_twelve_hours_after_its_last_use(house: Any) -> None:
    await house.user("li.na")
    token = await house.token("li.na")
    for _ in range(3):
        house.now += 11 * HOUR_MS
        assert house.with_token(token).id == "li.na"
    house.now += IDLE_MS
    assert house.with_token(token) == NOBODY


async def test_a_session_ends_after_seven_days_however_busy(house: Any) -> None:
    await house.user("li.na")
    token = await house.token("li.na")
    known = []
    for _ in range(8 * 24):
        known.append(house.with_token(token).id)
        house.now += HOUR_MS
    assert known.count("li.na") * HOUR_MS == WHOLE_MS
    assert known[-24:] == [""] * 24


async def test_to_watch_is_no_use_but_to_act_is(house: Any) -> None:
    await house.user("li.na")
    watches, acts = await house.came_in("li.na"), await house.came_in("li.na")
    for _ in range(13):
        house.now += HOUR_MS
        house.doors.still(watches, house.now)
        house.doors.still(acts, house.now, acting=True)
    assert house.doors.still(watches, house.now) is None
    assert house.doors.still(acts, house.now) == acts


async def test_a_disk_that_takes_nothing_puts_nobody_out(
    house: Any, caplog: pytest.LogCaptureFixture
) -> None:
    await house.user("li.na")
    token = await house.token("li.na")
    house.registry.file.write("pragma query_only = on")
    house.now += HOUR_MS
    assert house.with_token(token).id == "li.na"
    assert "not written" in caplog.text


async def test_a_clock_set_back_puts_nobody_out(house: Any) -> None:
    await house.user("li.na")
    token = await house.token("li.na")
    house.now -= 400 * 24 * HOUR_MS
    assert house.with_token(token).id == "li.na"


async def test_a_restart_puts_nobody_out(house: Any) -> None:
    await house.user("li.na")
    token = await house.token("li.na")
    house.reopen()
    assert house.with_token(token).id == "li.na"


async def test_sessions_that_are_over_are_cleared_away(house: Any) -> None:
    await house.user("li.na")
    for _ in range(3):
        await house.token("li.na")
    house.now += IDLE_MS
    await house.token("li.na")
    assert len(house.registry.file.rows("select * from sessions")) == 1


async def test_a_changed_role_holds_at_once(house: Any) -> None:
    await house.user("boss")
    await house.user("li.na", "manager")
    caller = await house.came_in("li.na")
    await house.user("li.na", "supervisor", queues=("sales",), password="")
    now = house.doors.still(caller, house.now)
    assert (now.role, now.scope.queues) == (Role.SUPERVISOR, frozenset({"sales"}))
    house.people.remove("li.na")
    assert house.doors.still(caller, house.now) is None


def test_nobody_stays_nobody(house: Any) -> None:
    assert house.doors.still(NOBODY, house.now) == NOBODY
    assert house.doors.kept(bringing(), NOBODY, secure=False) == ()


@pytest.mark.parametrize(
    ("root", "strict", "secure", "wanted"),
    [
        ("/", True, False, "floorwatch=T; Path=/; Max-Age=60; HttpOnly; SameSite=Strict"),
        (
            "/",
            True,
            True,
            "__Host-floorwatch=T; Path=/; Max-Age=60; HttpOnly; SameSite=Strict; Secure",
        ),
        ("/f/", True, False, "floorwatch=T; Path=/f/; Max-Age=60; HttpOnly; SameSite=Strict"),
        (
            *("/f/", False, True),
            "__Secure-floorwatch=T; Path=/f/; Max-Age=60; HttpOnly; SameSite=Lax; Secure",
        ),
    ],
)
def test_how_a_cookie_is_set(root: str, strict: bool, secure: bool, wanted: str) -> None:
    assert Cookies(root, strict=strict).session("T", secure, 60) == ("Set-Cookie", wanted)


async def test_over_tls_a_cookie_without_its_prefix_is_not_ours(house: Any) -> None:
    await house.user("li.na")
    token = await house.token("li.na")
    plain, own = f"floorwatch={token}", f"__Host-floorwatch={token}"
    assert house.doors.caller(bringing(Cookie=plain), house.now, secure=True) == NOBODY
    assert house.doors.caller(bringing(Cookie=own), house.now, secure=True).id == "li.na"
    assert house.doors.caller(bringing(Cookie=own), house.now, secure=False) == NOBODY


async def test_a_planted_cookie_does_not_hide_the_right_one(house: Any) -> None:
    await house.user("li.na")
    token = await house.token("li.na")
    cookie = f"floorwatch={new_token()}; a=b; floorwatch=x; floorwatch={token}"
    assert house.doors.caller(bringing(Cookie=cookie), house.now, secure=False).id == "li.na"


async def test_the_password_of_a_proxy_is_not_ours_to_read(house: Any) -> None:
    await house.user("li.na")
    token = await house.token("li.na")
    both = bringing(Authorization="Basic bGk6bmE=", Cookie=f"floorwatch={token}")
    assert house.doors.caller(both, house.now, secure=False).id == "li.na"
    foreign = bringing(Authorization=f"Bearer {new_token()}", Cookie=f"floorwatch={token}")
    assert house.doors.caller(foreign, house.now, secure=False) == NOBODY


CHARACTERS = [*map(chr, range(32, 127)), "\t", *map(chr, range(0x80, 0x100))]
"""What a header can hold once it came over the wire: bytes that are no ASCII are each a letter."""


def texts(most: int) -> st.SearchStrategy[str]:
    return st.text(st.sampled_from(CHARACTERS), max_size=most).map(str.strip)


def headers() -> st.SearchStrategy[list[tuple[str, str]]]:
    """What somebody may send who wants to get in, or to break something."""
    tokens = st.one_of(texts(50), st.from_regex(r"[A-Za-z0-9_-]{43}", fullmatch=True))
    names = st.sampled_from(["floorwatch", "__Host-floorwatch", "__Secure-floorwatch", "", "x"])
    pairs = st.lists(st.builds("{}={}".format, names, tokens), max_size=6).map("; ".join)
    schemes = st.sampled_from(["Bearer", "bearer", "Basic", "", "Digest"])
    bearers = st.builds("{} {}".format, schemes, tokens)
    header = st.one_of(
        st.tuples(st.just("Cookie"), st.one_of(pairs, texts(200)).map(str.strip)),
        st.tuples(st.just("Authorization"), st.one_of(bearers, texts(80)).map(str.strip)),
        st.tuples(st.just("X-Ticket"), tokens),
    )
    return st.lists(header, max_size=5)


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Doors of a house where somebody lives: an empty one would refuse everybody anyway."""
    with DeskFile(tmp_path_factory.mktemp("fuzz") / "access.db") as file:
        registry = Registry.on(file)
        registry.sessions.begin("li.na", 0)
        yield GuardedDoors(registry, None)  # type: ignore[arg-type]  # nothing comes to be audited


@given(headers(), st.integers(-(10**15), 10**15), st.booleans())
def test_hostile_headers_never_raise_and_never_open(
    known: GuardedDoors, sent: list[tuple[str, str]], now: int, secure: bool
) -> None:
    assert known.caller(Request("/", Headers(sent)), now, secure) == NOBODY


@pytest.mark.parametrize(
    "cookie", ["floorwatch=" + "A" * 10**6, "floorwatch=a;" * 10**5, ";" * 10**6, "\t=;\xff"]
)
def test_a_huge_or_broken_cookie_costs_little(known: GuardedDoors, cookie: str) -> None:
    assert known.caller(bringing(Cookie=cookie), 0, secure=False) == NOBODY


async def test_open_doors_let_everybody_be_everything() -> None:
    doors = OpenDoors()
    assert doors.open
    assert doors.caller(bringing(Cookie="floorwatch=x"), 0, secure=False) == OPEN
    assert doors.still(OPEN, 1) == OPEN
    assert doors.kept(bringing(), OPEN, secure=True) == ()
    assert await doors.answer(Request("/session/open", Headers()), OPEN, 0, False, "") is None
    assert doors.whence(bringing(X_Forwarded_For="1.2.3.4"), "5.6.7.8").address == "5.6.7.8"


async def test_other_paths_are_not_the_doors_to_answer(house: Any) -> None:
    assert await house.get("/") is None
    assert await house.get("/sign-in/oidc?way=company") is None
