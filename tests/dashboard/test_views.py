"""What each kind of display is shown: nothing that is not its own, and all of what is."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dashboard.access import Caller, Role, Scope
from dashboard.admission import Refusal
from dashboard.frames import View, merged
from dashboard.usher import look_for
from dashboard.views import MAIN_BOARD, BoardLook, FloorLook, OwnLook, scope_key

QUEUES = ("sales", "support", "vip")
TEAMS = ("red", "blue")
PEOPLE = {
    "Ann Abel": ("red", ("sales",)),
    "Bo Berg": ("blue", ("support",)),
    "Cy Cole": ("", ("vip", "sales")),
    "Di Dorn": ("blue", ()),
}

PLACES = ("", "trunk:a", "group:g", "queue:sales", "queue:vip", "team:red", "agent:Bo Berg")
incident = st.fixed_dictionaries(
    {
        "number": st.integers(1, 9),
        "scope": st.sampled_from(PLACES),
        "others": st.lists(st.sampled_from(PLACES), max_size=2),
        "sentence": st.just({"en": "something"}),
    },
    optional={"acked": st.just({"by": "Zoe Zander", "at": 5, "note": "secret"})},
)
rows = st.fixed_dictionaries({"waiting": st.integers(0, 2)})
bodies = st.fixed_dictionaries(
    {
        "at": st.integers(1, 3),
        "site": st.just({"id": "hq"}),
        "queues": st.dictionaries(st.sampled_from(QUEUES), rows),
        "totals": rows,
        "groups": st.dictionaries(st.sampled_from(["board:vips", "other"]), rows),
        "agents": st.sets(st.sampled_from(sorted(PEOPLE))).map(
            lambda names: {
                name: {"team": PEOPLE[name][0], "queues": dict.fromkeys(PEOPLE[name][1], True)}
                for name in names
            }
        ),
        "calls": st.dictionaries(
            st.text("abc", min_size=1, max_size=2),
            st.fixed_dictionaries({"queue": st.sampled_from(QUEUES), "caller": st.just("***123")}),
        ),
        "alerts": st.fixed_dictionaries(
            {
                "incidents": st.dictionaries(st.sampled_from("xyz"), incident),
                "muted": st.just({"surge queue:vip": {"by": "Zoe Zander"}}),
            }
        ),
        "notices": st.just(
            {
                "1": {"text": "all", "tone": "info", "at": 1, "boards": [], "by": "Zoe Zander"},
                "2": {"text": "vips", "tone": "info", "at": 1, "boards": ["vips"], "by": "Zoe"},
            }
        ),
        "commands": st.just(
            {"7": {"kind": "pause", "agent": "Bo Berg"}, "8": {"kind": "hang_up", "queue": "vip"}}
        ),
        "plan": st.just({"seats": [{"id": "s1", "x": 1, "y": 2, "agent": "Bo Berg"}]}),
        "curves": st.just({"": {"expected": {"0": 9}}, "vip": {"expected": {"0": 4}}}),
        "boards": st.just({"vips": {"id": "vips", "queues": ["vip"], "pages": []}}),
        "surprise": st.just({"of": "a later version"}),
    }
)
scopes = st.builds(
    lambda queues, teams: Scope(queues=queues, teams=teams),
    st.none() | st.frozensets(st.sampled_from(QUEUES)),
    st.none() | st.frozensets(st.sampled_from(TEAMS)),
)
looks = st.one_of(
    st.just(BoardLook("main")),
    st.just(BoardLook("vips")),
    scopes.map(lambda scope: BoardLook("main", scope)),
    scopes.map(FloorLook),
    st.sampled_from(sorted(PEOPLE)).map(OwnLook),
)


@given(looks, st.lists(bodies, min_size=1, max_size=4))
def test_who_took_every_change_holds_what_a_new_one_is_given(look: Any, course: list[Any]) -> None:
    view, held = View("any", look), {}
    body: Any = {}
    for document in course:
        body = merged(body, document)
        held = merged(held, view.follow(body))  # type: ignore[assignment]
        assert json.loads(view.full(1))["body"] == json.loads(json.dumps(held))
    assert view.follow(body) == {}


@given(bodies)
def test_a_wall_holds_no_name_of_anybody(body: Any) -> None:
    for look in (BoardLook("main"), BoardLook("vips"), BoardLook("gone")):
        shown = look(body)
        text = json.dumps(shown)
        for name in (*PEOPLE, "Zoe", "secret", "***123", "surprise"):
            assert name not in text
        assert not {"agents", "calls", "commands", "plan", "groups", "boards"} & shown.keys()


@given(bodies, scopes)
def test_a_scope_is_shown_its_own_and_nothing_else(body: Any, scope: Scope) -> None:
    shown: Any = FloorLook(scope)(body)
    if scope.whole:
        assert shown == {k: v for k, v in body.items() if k not in {"groups", "boards"}}
        return
    assert shown["queues"].keys() == {q for q in body["queues"] if scope.has_queue(q)}
    own = {
        name
        for name, row in body["agents"].items()
        if (scope.teams is not None and row["team"] in scope.teams)
        or (scope.queues is None and scope.teams is None)
        or (scope.queues is not None and scope.queues & row["queues"].keys())
    }
    assert shown["agents"].keys() == own
    assert {call["queue"] for call in shown["calls"].values()} <= (scope.queues or set(QUEUES))
    text = json.dumps({key: shown[key] for key in ("alerts", "commands", "plan", "agents")})
    for name in body["agents"].keys() - own:
        assert name not in text
    seen = {"", "trunk:a", *(f"queue:{queue}" for queue in QUEUES if scope.has_queue(queue))}
    seen |= {f"team:{team}" for team in scope.teams or ()} | {f"agent:{name}" for name in own}
    incidents = body["alerts"]["incidents"]
    assert shown["alerts"]["incidents"] == {
        id: {**each, "others": [place for place in each["others"] if place in seen]}
        for id, each in incidents.items()
        if each["scope"] in seen
        or (not seen.isdisjoint(each["others"]) and not each["scope"].startswith("agent:"))
    }
    assert shown.get("totals") == body["groups"].get(f"scope:{scope_key(scope)}")
    assert "surprise" not in shown


@given(bodies, st.sampled_from(sorted(PEOPLE)))
def test_an_agent_is_shown_himself_and_no_colleague(body: Any, name: str) -> None:
    shown: Any = OwnLook(name)(body)
    assert shown["me"]["id"] == name
    text = json.dumps(shown)
    assert not any(other in text for other in PEOPLE if other != name)
    assert "Zoe" not in text
    row = body["agents"].get(name, {"queues": {}})
    assert shown["queues"].keys() == body["queues"].keys() & row["queues"].keys()
    assert not {"agents", "calls", "alerts", "totals", "commands"} & shown.keys()


def test_a_board_of_some_queues_has_its_own_totals_and_curve() -> None:
    body: Any = {
        "boards": {"vips": {"id": "vips", "queues": ["vip"], "pages": []}},
        "queues": {"vip": {"waiting": 1}, "sales": {"waiting": 2}},
        "totals": {"waiting": 3},
        "groups": {"board:vips": {"waiting": 1}},
        "curves": {"": {"expected": {"0": 9}}, "vip": {"expected": {"0": 4}}},
        "notices": {"1": {"text": "a", "boards": ["lobby"]}, "2": {"text": "b", "boards": []}},
    }
    look = BoardLook("vips")
    shown: Any = look(body)
    assert look.group(body) == (frozenset({"vip"}), None)
    assert shown["totals"] == {"waiting": 1}
    assert shown["queues"] == {"vip": {"waiting": 1}}
    assert shown["curves"] == {"vip": {"expected": {"0": 4}}, "": {"expected": {"0": 4}}}
    assert shown["notices"] == {"2": {"text": "b"}}
    assert BoardLook("main")(body)["board"] is MAIN_BOARD
    assert BoardLook("gone")(body) == {}
    for scope in (Scope(), Scope(queues=frozenset({"vip"}))):  # a name alone has nothing added up
        assert BoardLook("gone", scope).group(body) is None


def test_an_incident_over_several_queues_is_told_to_each_of_them() -> None:
    over = {"number": 1, "scope": "queue:sales", "others": ["queue:vip", "agent:Bo Berg"]}
    body: Any = {
        "boards": {"vips": {"id": "vips", "queues": ["vip"], "pages": []}},
        "alerts": {"incidents": {"1": over}},
    }
    for look, told in (
        (FloorLook(), over),
        (FloorLook(Scope(queues=frozenset({"vip"}))), {**over, "others": ["queue:vip"]}),
        (FloorLook(Scope(queues=frozenset({"support"}))), None),
        (BoardLook("vips"), {"number": 1, "scope": "queue:sales"}),
    ):
        shown: Any = look(body)
        assert shown["alerts"]["incidents"] == ({} if told is None else {"1": told})


def caller(role: Role, **rest: Any) -> Caller:
    return Caller(id="x", role=role, session="s", **rest)


def name_of(found: Any) -> str:
    return str(found.status.value) if isinstance(found, Refusal) else str(found.name)


def test_each_role_is_shown_to_its_own_view() -> None:
    asked: list[tuple[Caller, dict[str, str], str]] = [
        (caller(Role.NOBODY), {}, "401"),
        (caller(Role.NOBODY), {"view": "floor"}, "401"),
        (caller(Role.DISPLAY, board="lobby"), {}, "board:lobby"),
        (caller(Role.DISPLAY, board="lobby"), {"board": "lobby"}, "board:lobby"),
        (caller(Role.DISPLAY, board="lobby"), {"board": "main"}, "403"),
        (caller(Role.DISPLAY, board="lobby"), {"view": "floor"}, "403"),
        (caller(Role.DISPLAY, board="lobby"), {"view": "me", "agent": "Ann Abel"}, "403"),
        (caller(Role.AGENT, agent="Ann Abel"), {"view": "me"}, "me:Ann Abel"),
        (caller(Role.AGENT, agent="Ann Abel"), {"view": "me", "agent": "Bo Berg"}, "403"),
        (caller(Role.AGENT), {"view": "me"}, "403"),
        (caller(Role.AGENT), {"view": "floor"}, "403"),
        (caller(Role.AGENT), {"board": "lobby"}, "board:lobby"),
        (caller(Role.SUPERVISOR), {"view": "floor"}, "floor"),
        (caller(Role.SUPERVISOR), {"view": "me", "agent": "Bo Berg"}, "me:Bo Berg"),
        (caller(Role.SUPERVISOR), {"view": "everything"}, "404"),
        (caller(Role.ADMIN), {"view": "floor"}, "floor"),
    ]
    for who, query, expected in asked:
        assert name_of(look_for(who, query)) == expected, (who.role, query)
    limited = caller(Role.SUPERVISOR, scope=Scope(queues=frozenset({"vip"})))
    key = scope_key(limited.scope)
    assert name_of(look_for(limited, {"view": "floor"})) == f"scope:{key}"
    assert name_of(look_for(limited, {})) == f"board:main@{key}"
    assert name_of(look_for(limited, {"view": "me", "agent": "Bo Berg"})) == "403"
