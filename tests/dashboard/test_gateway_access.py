"""Who may do and see what, straight at the endpoints of a whole site: one table, and every way around it."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection

from dashboard import assets
from dashboard.access import Role
from dashboard.alerting import QUESTIONS
from dashboard.assets import Asset, Assets
from dashboard.pages import PLACES
from dashboard.sessions_sqlite import IDLE_MS, WHOLE_MS
from dashboard.tokens import digest, new_token
from floorwatch.access_wiring import registry
from simulators.demo import DEMO
from tests.dashboard.guarded_site import PATIENCE_S, GuardedSite, said

PEOPLE = ("nobody", "display", "agent", "scoped", "supervisor", "manager", "admin")
EVERYBODY = frozenset(PEOPLE)
DISPLAYS = EVERYBODY - {"nobody"}
AGENTS = DISPLAYS - {"display"}
SUPERVISORS = AGENTS - {"agent"}
MANAGERS = SUPERVISORS - {"scoped", "supervisor"}
ADMINS = MANAGERS - {"manager"}
UNSCOPED = SUPERVISORS - {"scoped"}

DEEDS = {
    "session.sign_in": EVERYBODY,
    "session.sign_out": AGENTS,
    "session.password": AGENTS,
    "user.save": ADMINS,
    "user.remove": ADMINS,
    "display.ask": EVERYBODY,
    "display.wait": EVERYBODY,
    "display.confirm": ADMINS,
    "display.save": ADMINS,
    "display.revoke": ADMINS,
    "board.save": MANAGERS,
    "board.remove": MANAGERS,
    "notice.send": SUPERVISORS,
    "notice.edit": SUPERVISORS,
    "notice.take_down": SUPERVISORS,
    "walk.begin": SUPERVISORS,
    "walk.note": SUPERVISORS,
    "walk.end": SUPERVISORS,
    "walk.settle": SUPERVISORS,
    "handover.write": SUPERVISORS,
    "handover.take": SUPERVISORS,
    "handover.point": SUPERVISORS,
    "action.pause": SUPERVISORS,
    "action.unpause": SUPERVISORS,
    "action.move": SUPERVISORS,
    "action.sign_out": SUPERVISORS,
    "action.hang_up": SUPERVISORS,
    "action.take_over": SUPERVISORS,
    "action.listen": SUPERVISORS,
    "action.whisper": SUPERVISORS,
    "action.barge": SUPERVISORS,
    "action.undo": SUPERVISORS,
    "break.ask": AGENTS,
    "break.withdraw": AGENTS,
    "break.answer": SUPERVISORS,
    "break.send": SUPERVISORS,
    "break.call_back": SUPERVISORS,
    "move.follow": SUPERVISORS,
    "report.mail.set": MANAGERS,
    "report.mail.end": MANAGERS,
    "report.mail.try": MANAGERS,
}
ASKED = {
    "/session": EVERYBODY,
    "/users": ADMINS,
    "/displays": ADMINS,
    "/audit": ADMINS,
    "/board": DISPLAYS,
    "/boards.json": DISPLAYS,
    "/notices": SUPERVISORS,
    "/walks": SUPERVISORS,
    "/walk-choices": SUPERVISORS,
    "/walk-photo": SUPERVISORS,
    "/handovers": SUPERVISORS,
    "/calls": SUPERVISORS,
    "/formula": SUPERVISORS,
    "/commands": SUPERVISORS,
    "/conversation": SUPERVISORS,
    "/days": MANAGERS,
    "/day": MANAGERS,
    "/day/chart": MANAGERS,
    "/day/file": MANAGERS,
    "/report/file": MANAGERS,
    "/report-mails": MANAGERS,
    "/walk-report": MANAGERS,
    "/plan-report": MANAGERS,
}
ASKED_OF_ALERTS = {
    "/incident": SUPERVISORS,
    "/incidents": SUPERVISORS,
    "/alerts/report": SUPERVISORS,
    "/playbooks": SUPERVISORS,
    "/rules": SUPERVISORS,
}
PAGES = {
    "/": EVERYBODY,
    "/wall": EVERYBODY,
    "/wall/lobby": EVERYBODY,
    "/sign-in": EVERYBODY,
    "/admin": ADMINS,
    "/floor": SUPERVISORS,
    "/walk": SUPERVISORS,
    "/me": AGENTS,
    "/boards": MANAGERS,
    "/reports": MANAGERS,
}
ROADS = {"/desk": EVERYBODY, "/alerts": SUPERVISORS, "/training": SUPERVISORS}
VIEWS = {
    "": DISPLAYS,
    "view=wall": DISPLAYS,
    "board=main": DISPLAYS,
    "board=lobby": AGENTS,
    "view=wall&board=lobby": AGENTS,
    "view=floor": SUPERVISORS,
    "view=me": frozenset({"agent"}),
    "view=me&agent=1001": UNSCOPED | {"agent"},
    "view=me&agent=1002": UNSCOPED,
}
"""What is asked of `/feed` and `/frame`."""
OPEN_TO_ALL = ("/healthz",)

OWN_QUEUE, OTHER_QUEUE, OWN_TEAM = "sales", "billing", "north"
OTHERS = [plan.id for plan in DEMO.agents if plan.team != OWN_TEAM and OWN_QUEUE not in plan.queues]
OTHER_PLACE = f"agent:{OTHERS[0]}"
PAPER = [{"tiles": [{"kind": "clock"}]}]
NAMES = {plan.id: plan.names["en"] for plan in DEMO.agents}
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg=="


def paper() -> Assets:
    """Pages of one word: what is on them is nobody's secret."""
    page = Asset(b"page", b"", "text/html", '"1"', assets.ASK_AGAIN)
    return Assets("1", {path: page for place in PLACES for path in place.paths})


class Cast:
    """A site, and a token of everybody."""

    def __init__(self, site: GuardedSite) -> None:
        self.site = site
        scope = {"queues": (OWN_QUEUE,), "teams": (OWN_TEAM,)}
        self.tokens = {
            "nobody": "",
            "display": site.display("tv"),
            "agent": site.user("agent", Role.AGENT, agent="1001"),
            "scoped": site.user("scoped", Role.SUPERVISOR, **scope),
            "supervisor": site.user("supervisor", Role.SUPERVISOR),
            "manager": site.user("manager", Role.MANAGER),
            "admin": site.user("admin", Role.ADMIN),
            "scoped manager": site.user("half", Role.MANAGER, **scope),
        }

    def wish(self, who: str, deed: str, **data: object) -> dict[str, Any]:
        return self.site.wish(deed, self.tokens[who], **data)

    def refused(self, who: str, deed: str, **data: object) -> str:
        """Why it is not done."""
        answer = self.wish(who, deed, **data)
        assert not answer["done"], answer
        return str(answer["why"])

    def done(self, who: str, deed: str, **data: object) -> dict[str, Any]:
        answer = self.wish(who, deed, **data)
        assert answer["done"], answer
        return answer

    def asked(self, who: str, path: str) -> Any:
        answer = self.site.get(path, self.tokens[who])
        assert answer.status_code == 200, answer.text
        return answer.json()

    def status(self, who: str, path: str) -> int:
        return self.site.get(path, self.tokens[who]).status_code

    def alert(self, who: str, do: str, **data: object) -> dict[str, Any]:
        with self.site.road("/alerts", self.tokens[who]) as road:
            return said(road, {"do": do, "who": "somebody else", **data})

    def frame(self, who: str, query: str = "view=floor") -> dict[str, Any]:
        return self.site.frame(query, self.tokens[who])


@pytest.fixture(scope="module")
def cast(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cast]:
    with GuardedSite(tmp_path_factory.mktemp("guarded"), paper()) as site:
        cast = Cast(site)
        for id, queue in (("lobby", OWN_QUEUE), ("back", OTHER_QUEUE)):
            board = {"id": id, "names": {"en": id}, "queues": [queue], "pages": PAPER}
            cast.done("admin", "board.save", board=board)
        site.until("view=floor", cast.tokens["admin"], _lives)
        yield cast


def _lives(body: dict[str, Any]) -> bool:
    told = {incident["scope"] for incident in body.get("alerts", {}).get("incidents", {}).values()}
    return (
        {f"queue:{OWN_QUEUE}", OTHER_PLACE} <= told
        and set(OTHERS) & body["agents"].keys() != set()
        and any(row.get("team") == OWN_TEAM for row in body["agents"].values())
        and all(body["queues"][queue]["offered"] for queue in (OWN_QUEUE, OTHER_QUEUE))
    )


def shut(who: str) -> int:
    return 401 if who == "nobody" else 403


def test_the_table_names_everything_there_is(cast: Cast) -> None:
    assert DEEDS.keys() == {deed for desk in cast.site.desks for deed in desk.deeds}
    assert ASKED.keys() == {path for desk in cast.site.desks for path in desk.inquiries}
    assert ASKED_OF_ALERTS.keys() == set(QUESTIONS)
    served = {path.replace("*", "lobby") for place in PLACES for path in place.paths}
    assert PAGES.keys() == served


@pytest.mark.parametrize("who", PEOPLE)
def test_each_may_wish_what_the_table_says(cast: Cast, who: str) -> None:
    for deed, may in DEEDS.items():
        if (deed, who in may) == ("session.sign_out", True):
            continue  # he would be gone: below
        answer = cast.wish(who, deed, nonsense=True)
        assert (answer.get("why") != "forbidden") is (who in may), (deed, answer)
    for path, may in ROADS.items():
        entry = cast.site.entry(path, cast.tokens[who])
        assert entry == (101 if who in may else shut(who)), path


@pytest.mark.parametrize("who", PEOPLE)
def test_each_may_ask_what_the_table_says(cast: Cast, who: str) -> None:
    token = cast.tokens[who]
    for path, may in (ASKED | ASKED_OF_ALERTS).items():
        told = cast.site.get(path, token).status_code
        assert told in {200, 404} if who in may else told == shut(who), (path, told)
    for query, may in VIEWS.items():
        told = cast.site.get(f"/frame?{query}", token).status_code
        assert told == (200 if who in may else shut(who)), query
        entry = cast.site.entry(f"/feed?{query}", token)
        assert entry == (101 if who in may else shut(who)), query
    for path, may in PAGES.items():
        answer = cast.site.get(path, token)
        if who in may:
            assert answer.text == "page", path
        elif who == "nobody":
            told = answer.status_code, answer.headers["Location"]
            assert told == (302, f"/sign-in?to={path.removeprefix('/')}")
        else:
            assert answer.status_code == 403
    for path in OPEN_TO_ALL:
        assert cast.site.get(path, token).status_code == 200


def test_what_was_not_allowed_stands_in_the_audit(cast: Cast) -> None:
    cast.refused("agent", "user.save", user="agent", role="admin", password="plain hens lay eggs")
    cast.alert("supervisor", "note", incident="none", note="x")
    text = cast.site.get("/audit", cast.tokens["admin"]).text
    assert "plain hens" not in text
    told = json.loads(text)["entries"]
    tried = next(each for each in told if (each["who"], each["deed"]) == ("agent", "user.save"))
    assert (tried["done"], tried["why"], tried["role"]) == (False, "forbidden", "agent")
    assert any(each["deed"] == "alert.note" and each["who"] == "supervisor" for each in told)


def test_signed_out_is_out_on_every_connection(cast: Cast) -> None:
    token = cast.site.user("leaver", Role.ADMIN)
    with cast.site.road("/feed?view=floor", token) as feed:
        assert cast.site.wish("session.sign_out", token)["done"]
        cast.site.clock.later_ms += 1_000
        assert hung_up(feed)
    assert is_nobody(cast.site, token)


def hung_up(road: ClientConnection) -> bool:
    """Whether the other end closes, whatever it still says before."""
    deadline = time.monotonic() + PATIENCE_S
    try:
        while time.monotonic() < deadline:
            road.recv(PATIENCE_S)
    except ConnectionClosed:
        return True
    return False


def is_nobody(site: GuardedSite, token: str) -> bool:
    """Whether this lets nobody in, as a cookie or by a header, anywhere."""
    cookie = {"Cookie": f"floorwatch={token}"}
    for headers in ({"Authorization": f"Bearer {token}"}, cookie):
        assert site.get("/session", **headers).json()["role"] == "nobody"
        assert [
            site.get(path, **headers).status_code for path in ("/users", "/frame", "/rules")
        ] == [*(401, 401, 401)]
        assert site.get("/admin", **headers).status_code == 302
        assert {site.entry(path, **headers) for path in ("/feed", "/alerts", "/training")} == {401}
        with site.road("/desk", **headers) as road:
            answer = said(road, {"do": "user.remove", "id": 1, "user": "admin"})
            assert answer["why"] == "forbidden"
    return True


FORGERIES = {
    "invented": lambda token: new_token(),
    "cut short": lambda token: token[:-1],
    "too long": lambda token: token + "A",
    "one letter off": lambda token: token[:-1] + ("A" if token[-1] != "A" else "B"),
    "another case": lambda token: token.swapcase(),
    "its digest": digest,
    "a statement": lambda token: "' or '1'='1",
}


@pytest.mark.parametrize("kind", FORGERIES)
def test_a_forged_token_is_nobody(cast: Cast, kind: str) -> None:
    assert is_nobody(cast.site, FORGERIES[kind](cast.tokens["admin"]))


def test_a_token_of_another_installation_is_nobody(cast: Cast, tmp_path: Path) -> None:
    with registry(tmp_path) as other:
        admin = cast.site.known.users.find("admin")
        assert admin is not None
        other.users.save(admin, cast.site.clock.now())
        foreign = other.sessions.begin("admin", cast.site.clock.now())
    assert is_nobody(cast.site, foreign)


def test_what_was_revoked_or_given_anew_is_nobody(cast: Cast) -> None:
    site, now = cast.site, cast.site.clock.now()
    site.user("gone", Role.ADMIN)
    token = site.known.sessions.begin("gone", now)
    site.known.sessions.end_all("gone")
    assert is_nobody(site, token)
    token = site.user("removed", Role.ADMIN)
    cast.done("admin", "user.remove", user="removed")
    assert is_nobody(site, token)
    token = site.display("old")
    site.known.displays.begin("old", now)
    assert is_nobody(site, token)
    asked = site.wish("display.ask")
    pairing = {"code": asked["code"], "name": "hall", "board": "main"}
    cast.done("admin", "display.confirm", **pairing)
    ticket = site.wish("display.wait", secret=asked["secret"])["ticket"]
    assert is_nobody(site, str(ticket))
    opened = site.get("/session/open", **{"X-Ticket": str(ticket)})
    assert opened.status_code == 204
    site.browser.cookies.clear()
    assert site.get("/session/open", **{"X-Ticket": str(ticket)}).status_code == 403


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "//"])
def test_a_page_of_another_site_gets_nowhere(cast: Cast, origin: str) -> None:
    site, token = cast.site, cast.tokens["admin"]
    for path in ("/session", "/users", "/frame", "/rules", "/admin", "/session/close"):
        answer = site.get(path, token, Origin=origin, **{"X-Ticket": "close"})
        assert answer.status_code == 403
        assert "Access-Control-Allow-Origin" not in answer.headers
    for road in ("/desk", "/feed", "/alerts", "/training"):
        assert site.entry(road, token, Origin=origin) == 403
    assert site.get("/session", token).json()["id"] == "admin"
    assert site.get("/session", token, Host="evil.example").status_code == 421


def test_whose_session_is_revoked_is_hung_up_on_within_a_second(cast: Cast) -> None:
    site = cast.site
    token = site.user("short", Role.SUPERVISOR)
    paths = ("/feed?view=floor", "/feed", "/desk", "/alerts", "/training")
    with ExitStack() as stack:
        roads = [stack.enter_context(site.road(path, token)) for path in paths]
        site.known.sessions.end_all("short")
        with pytest.raises(ConnectionClosed):  # a wish is not even waited with
            said(roads[2], {"do": "walk.begin", "id": 1})
        site.clock.later_ms += 1_000
        assert all(map(hung_up, roads))
    assert {site.entry(path, token) for path in paths} == {401, 101}  # strangers may knock


def test_whose_scope_or_role_is_reduced_comes_again_with_less(cast: Cast) -> None:
    site = cast.site
    token = site.user("less", Role.SUPERVISOR)
    assert OTHER_QUEUE in site.frame("view=floor", token)["queues"]
    with site.road("/feed?view=floor", token) as feed, site.road("/alerts", token) as alerts:
        assert OTHER_QUEUE in json.loads(feed.recv(PATIENCE_S))["body"]["queues"]
        site.user("less", Role.SUPERVISOR, queues=(OWN_QUEUE,), teams=())
        place = incident(cast, OTHER_PLACE)
        note = {"do": "note", "incident": place, "note": "x"}
        assert said(alerts, note)["why"] == "unknown_incident"  # holds at once
        site.clock.later_ms += 1_000
        assert hung_up(feed)
    with site.road("/feed?view=floor", token) as feed, site.road("/desk", token) as desk:
        assert set(json.loads(feed.recv(PATIENCE_S))["body"]["queues"]) == {OWN_QUEUE}
        site.user("less", Role.AGENT, agent="1001")
        why = said(desk, {"do": "notice.send", "id": 1, "text": "x"})["why"]
        assert why == "forbidden"
        site.clock.later_ms += 1_000
        assert hung_up(feed)
    assert site.entry("/feed?view=floor", token) == 403


def incident(cast: Cast, scope: str) -> str:
    told = cast.frame("admin")["alerts"]["incidents"]
    return next(id for id, each in told.items() if each["scope"] == scope)


def test_a_scoped_view_holds_nothing_of_others(cast: Cast) -> None:
    whole, own = cast.frame("admin"), cast.frame("scoped")
    assert set(own["queues"]) == {OWN_QUEUE}
    assert set(own["curves"]) <= {OWN_QUEUE, ""}
    assert own["agents"]
    assert not own["agents"].keys() & set(OTHERS)
    assert own["totals"]["offered"] < whole["totals"]["offered"]
    assert {call["queue"] for call in own["calls"].values()} <= {OWN_QUEUE}
    places = {each["scope"] for each in own["alerts"]["incidents"].values()}
    assert f"queue:{OWN_QUEUE}" in places
    assert not {f"agent:{id}" for id in OTHERS} & places
    seated = {seat.get("agent") for seat in own["plan"]["seats"]}
    assert not seated & set(OTHERS)
    walled = cast.frame("scoped", "board=back")
    assert walled["queues"] == {}
    for query in ("view=floor", "board=main", "board=back"):
        text = cast.site.get(f"/frame?{query}", cast.tokens["scoped"]).text
        assert not [name for id, name in NAMES.items() if id in OTHERS and name in text]


def test_a_wall_and_an_agent_are_shown_no_name_of_anybody_else(cast: Cast) -> None:
    wall = cast.site.get("/frame", cast.tokens["display"]).text
    assert not [name for name in NAMES.values() if name in wall]
    body = json.loads(wall)["body"]
    assert not body.keys() & {"agents", "calls", "plan", "commands", "walks", "handovers"}
    me = cast.site.get("/frame?view=me", cast.tokens["agent"]).text
    assert NAMES["1001"] in me
    assert not [name for id, name in NAMES.items() if id != "1001" and name in me]
    assert cast.status("display", "/board?id=lobby") == 404
    assert set(cast.asked("display", "/boards.json")["boards"]) == {"main"}


def test_notices_of_other_boards_are_out_of_reach(cast: Cast) -> None:
    sent = cast.done("supervisor", "notice.send", text="for the back", boards=["back"])["notice"]
    for boards in (["back"], ["main"], ["lobby", "back"], ["nowhere"], []):
        why = cast.refused("scoped", "notice.send", text="x", boards=boards)
        assert why == "board_not_yours", boards
    theirs = {"notice": sent, "text": "mine now", "boards": ["lobby"]}
    assert cast.refused("scoped", "notice.edit", **theirs) == "board_not_yours"
    assert cast.refused("scoped", "notice.take_down", notice=sent) == "board_not_yours"
    own = cast.done("scoped", "notice.send", text="ours", boards=["lobby"])["notice"]
    moved = {"notice": own, "text": "x", "boards": ["back"]}
    assert cast.refused("scoped", "notice.edit", **moved) == "board_not_yours"
    assert [each["id"] for each in cast.asked("scoped", "/notices")["notices"]] == [own]
    cast.site.until("view=floor", cast.tokens["admin"], lambda body: own in body["notices"])
    assert set(cast.frame("scoped")["notices"]) == {own}
    cast.done("admin", "notice.take_down", notice=sent)


def test_walks_findings_and_photos_of_others_are_out_of_reach(cast: Cast) -> None:
    now = cast.site.clock.now()
    walk = {"walk": "walk-of-others", "at": now}
    choices = cast.asked("supervisor", "/walk-choices")
    measure = next(each["id"] for each in choices["measures"] if each.get("stays_open"))
    found = {"kind": choices["kinds"][0]["id"], "measure": measure}
    place, theirs = f"queue:{OTHER_QUEUE}", f"team:{OWN_TEAM}"
    cast.done("supervisor", "walk.begin", **walk)
    for id, more in (
        ("finding-of-place", {"place": place}),
        ("finding-of-person", {"place": theirs, "agent": OTHERS[0]}),
    ):
        noted = {**walk, **found, **more, "finding": id, "photo": PIXEL}
        cast.done("supervisor", "walk.note", **noted)
        assert cast.status("supervisor", f"/walk-photo?id={id}") == 200
        assert cast.status("scoped", f"/walk-photo?id={id}") == 404
        settled = {"finding": id, "measure": "done"}
        assert cast.refused("scoped", "walk.settle", **settled) == "finding_gone"
        why = cast.refused("scoped", "walk.note", **{**noted, "place": theirs, "agent": ""})
        assert why == "walk_not_yours"
    assert cast.refused("scoped", "walk.begin", **walk) == "walk_not_yours"
    assert cast.refused("scoped", "walk.end", **walk) == "walk_not_yours"
    own = {"walk": "walk-of-mine", "at": now, "finding": "finding-of-mine", **found}
    assert cast.refused("scoped", "walk.note", **own, place=place) == "place_not_yours"
    about = {**own, "place": theirs, "agent": OTHERS[0]}
    assert cast.refused("scoped", "walk.note", **about) == "agent_not_yours"
    told = cast.asked("scoped", "/walks")
    assert not told["findings"] and not told["open"] and not told["walks"]  # noqa: PT018
    assert len(cast.asked("supervisor", "/walks")["findings"]) == 2
    assert place not in {each["id"] for each in cast.asked("scoped", "/walk-choices")["places"]}


def test_hand_overs_of_a_larger_scope_are_out_of_reach(cast: Cast) -> None:
    id = "handover-of-others"
    written = {"handover": id, "shift": "early", "text": "all is well", "points": [{"text": "a"}]}
    cast.done("supervisor", "handover.write", **written)
    assert cast.refused("scoped", "handover.take", handover=id) == "handover_gone"
    ticked = {"handover": id, "n": 0, "done": True}
    assert cast.refused("scoped", "handover.point", **ticked) == "handover_gone"
    assert cast.refused("scoped", "handover.write", **written) == "handover_not_yours"
    assert cast.asked("scoped", "/handovers") == {"handovers": []}


def test_no_action_reaches_anybody_out_of_scope(cast: Cast) -> None:
    there = cast.frame("admin")["agents"]
    other = next(id for id in OTHERS if id in there)
    own = next(id for id, row in cast.frame("scoped")["agents"].items())
    for act in ("pause", "unpause", "sign_out"):
        assert cast.refused("scoped", f"action.{act}", agent=other) == "action_scope"
        paused = {"agent": own, "queue": OTHER_QUEUE}
        assert cast.refused("scoped", f"action.{act}", **paused) == "action_scope"
    for who, start, to in ((other, OTHER_QUEUE, OWN_QUEUE), (own, OWN_QUEUE, OTHER_QUEUE)):
        moved = {"agent": who, "from": start, "to": to}
        assert cast.refused("scoped", "action.move", **moved) == "action_scope"
    on_a_call = {id for id, row in there.items() if id in OTHERS and row.get("state") == "talking"}
    waiting = {
        id for id, call in cast.frame("admin")["calls"].items() if call["queue"] == OTHER_QUEUE
    }
    over = {"action_scope", "action_call_over"}
    for act in ("hang_up", "take_over", "listen", "whisper", "barge"):
        for id in on_a_call:
            assert cast.refused("scoped", f"action.{act}", agent=id) in over
        for call in waiting:
            why = cast.refused("scoped", f"action.{act}", call=call)
            assert why in over | {"action_call_waiting"}
    for id in on_a_call:
        assert cast.status("scoped", f"/conversation?agent={id}") in {403, 404}
    for call in waiting:
        assert cast.status("scoped", f"/conversation?call={call}") in {403, 404}


def test_commands_about_others_are_neither_seen_nor_undone(cast: Cast) -> None:
    ordered = ordered_about_somebody_else(cast)
    cast.site.until("view=floor", cast.tokens["admin"], lambda body: ordered in body["commands"])
    assert ordered in {each["id"] for each in cast.asked("supervisor", "/commands")}
    assert ordered not in cast.frame("scoped")["commands"]
    assert ordered not in {each["id"] for each in cast.asked("scoped", "/commands")}
    why = cast.refused("scoped", "action.undo", command=ordered)
    assert why in {"action_scope", "action_undo_over", "action_busy"}


def ordered_about_somebody_else(cast: Cast) -> str:
    for id in OTHERS:
        for act in ("pause", "unpause"):
            answer = cast.wish("supervisor", f"action.{act}", agent=id)
            if answer["done"]:
                return str(answer["command"])
    raise AssertionError("there is nobody to order anything of")


def test_calls_formulas_and_days_are_those_of_ones_own_queues(cast: Cast) -> None:
    told = cast.asked("scoped", "/calls?what=offered")
    assert {call["queue"] for call in told["calls"]} == {OWN_QUEUE}
    assert cast.asked("supervisor", "/calls?what=offered")["count"] > told["count"]
    for about in (f"queue={OTHER_QUEUE}", f"agent={OTHERS[0]}"):
        for path in ("/calls?what=offered", "/formula?name=offered"):
            assert cast.status("scoped", f"{path}&{about}") == 403
    for path in ("/day", "/day/chart", "/day/file"):
        assert cast.status("scoped manager", f"{path}?queue={OTHER_QUEUE}") == 403
    day = cast.asked("scoped manager", "/day")
    assert set(day["queues"]) == {OWN_QUEUE}
    file = cast.site.get("/day/file?form=queues", cast.tokens["scoped manager"]).text
    assert "Sales" in file
    assert "Billing" not in file


def test_boards_of_others_are_not_changed(cast: Cast) -> None:
    board = {"id": "mine", "names": {"en": "mine"}, "pages": PAPER}
    for queues in ([OTHER_QUEUE], [OWN_QUEUE, OTHER_QUEUE], []):
        wish = {"board": {**board, "queues": queues}}
        assert cast.refused("scoped manager", "board.save", **wish) == "not_your_queues"
    tile = {"pages": [{"tiles": [{"kind": "queue", "queue": OTHER_QUEUE}]}]}
    wish = {"board": {**board, "queues": [OWN_QUEUE], **tile}}
    assert cast.refused("scoped manager", "board.save", **wish) in {"not_your_queues", "not_here"}
    back = cast.asked("admin", "/board?id=back")
    taken = {"board": {**back["board"], "queues": [OWN_QUEUE]}, "was": back["hash"]}
    assert cast.refused("scoped manager", "board.save", **taken) == "not_your_queues"
    assert cast.refused("scoped manager", "board.remove", board="back") == "not_your_queues"


def test_incidents_of_others_are_neither_seen_nor_touched(cast: Cast) -> None:
    other, own = incident(cast, OTHER_PLACE), incident(cast, f"queue:{OWN_QUEUE}")
    assert cast.status("scoped", f"/incident?id={other}") == 404
    assert cast.asked("scoped", f"/incident?id={own}")["incident"]["scope"] == f"queue:{OWN_QUEUE}"
    listed = {each["scope"] for each in cast.asked("scoped", "/incidents")}
    assert OTHER_PLACE not in listed
    whole, part = (cast.asked(who, "/alerts/report") for who in ("admin", "scoped"))
    assert 0 < part["alerts"] < whole["alerts"]
    data: dict[str, Any] = {"note": "x", "to": "me", "step": 0, "verdict": "false"}
    data |= {"cause": "a", "measure": "b", "reason": "r", "until": cast.site.clock.now() + 600_000}
    for do in (
        *("acknowledge", "unacknowledge", "assign", "step", "note", "verdict", "close"),
        *("silence", "maintain"),
    ):
        answer = cast.alert("scoped", do, incident=other, **data)
        assert (answer["done"], answer["why"]) == (False, "unknown_incident"), do


def test_a_silence_reaches_no_further_than_the_incident_of_who_wants_it(cast: Cast) -> None:
    own = incident(cast, f"queue:{OWN_QUEUE}")
    rule = cast.frame("admin")["alerts"]["incidents"][own]["rule"]
    scope = f"queue:{OWN_QUEUE}"
    asked: dict[str, Any] = {"reason": "r", "until": cast.site.clock.now() + 600_000}
    for wish in (
        {"rule": rule, "scope": scope},
        {"incident": own},
        {"incident": own, "rule": rule, "scope": "*"},
        {"incident": own, "rule": "*", "scope": scope},
        {"incident": own, "rule": rule, "scope": f"queue:{OTHER_QUEUE}"},
    ):
        for do in ("silence", "maintain"):
            assert cast.alert("scoped", do, **asked, **wish).get("why") == "forbidden", wish
    mine = cast.alert("scoped", "silence", incident=own, rule=rule, scope=scope, **asked)
    assert mine["done"]
    wide = [
        cast.alert("supervisor", "silence", **asked, scope=pattern)["silence"]
        for pattern in ("queue:*", f"queue:{OTHER_QUEUE}")
    ]
    admin = cast.tokens["admin"]
    cast.site.until("view=floor", admin, lambda body: wide[1] in body["alerts"]["silences"])
    assert set(cast.frame("scoped")["alerts"]["silences"]) == {mine["silence"], wide[0]}
    shown = cast.frame("admin")["alerts"]["silences"][mine["silence"]]
    assert shown["by"] == "Scoped"  # whoever the message says he is
    for silence in wide:
        answer = cast.alert("scoped", "unsilence", silence=silence, incident=own)
        assert answer["why"] == "forbidden"
        assert cast.alert("supervisor", "unsilence", silence=silence)["done"]
    assert cast.alert("scoped", "unsilence", silence=mine["silence"])["done"]


def test_time_signs_out(cast: Cast) -> None:
    site, now = cast.site, cast.site.clock.now()
    for id in ("used", "idle", "old"):
        site.user(id, Role.ADMIN)
    used = site.known.sessions.begin("used", now - IDLE_MS + 60_000)
    idle = site.known.sessions.begin("idle", now - IDLE_MS)
    assert site.get("/session", used).json()["id"] == "used"
    assert is_nobody(site, idle)
    old = site.known.sessions.begin("old", now - WHOLE_MS)
    site.known.sessions.user(digest(old), now - 600_000, seen=True)
    assert is_nobody(site, old)


def test_a_report_tells_a_manager_of_his_queues_and_teams_alone(cast: Cast) -> None:
    path = "/report/file?form=json&span=day"
    deadline = time.monotonic() + PATIENCE_S  # facts are written every five seconds
    while not _offered(cast.site.get(path, cast.tokens["scoped manager"]).content):
        assert time.monotonic() < deadline
    his = cast.site.get(path, cast.tokens["scoped manager"])
    of_all = cast.site.get(path, cast.tokens["manager"])
    assert (of_all.status_code, his.status_code) == (200, 200)
    assert OTHER_QUEUE in of_all.text
    assert f'"{OTHER_QUEUE}"' not in his.text
    assert not [id for id in OTHERS if f'"{id}"' in his.text or f'"{NAMES[id]}"' in his.text]
    sections = {each["key"]: each for each in json.loads(his.content)["sections"]}
    assert "incidents" not in sections
    assert 0 < _offered(his.content) < _offered(of_all.content)


def _offered(report: bytes) -> int:
    [summary, *_] = json.loads(report)["sections"]
    rows = {row["figure"]: row["now"] for row in summary["tables"][0]["rows"]}
    return int(rows["report.column.offered"])


def test_a_report_comes_in_every_form_and_a_brief_too(cast: Cast) -> None:
    token = cast.tokens["manager"]
    begins = {"xlsx": b"PK", "html": b"<!doctype html>", "csv": b"\xef\xbb\xbf", "json": b"{"}
    for form, begin in begins.items():
        told = cast.site.get(f"/report/file?span=week&form={form}&lang=zh", token)
        assert told.status_code == 200
        assert told.content.startswith(begin), form
        assert f".{form}" in told.headers["content-disposition"]
    brief = cast.site.get("/report/file?span=day&title=brief_after&form=html&lang=zh", token)
    assert "班后会简报" in brief.text
    for query in ("span=decade", "form=docx", "date=2999-01-01", "span=week&title=brief_after"):
        assert cast.site.get(f"/report/file?{query}", token).status_code == 403, query
