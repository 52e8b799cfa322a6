"""Views: what of the body each kind of display is shown, by its board, its scope or its person.

Pure. A look answers with the same objects as long as nothing of what it shows has changed, and what
it does not name is not shown: a new key of the body stays hidden until it is let through here.
"""

import hashlib
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import msgspec

from dashboard.access import WHOLE, Scope
from dashboard.board import MAIN
from dashboard.break_views import my_breaks, own_breaks, own_moves
from dashboard.concern import concerns, is_pattern, is_public, own_agents, own_part
from dashboard.frames import Body, part_of

Part = Mapping[str, Any]
Group = tuple[frozenset[str] | None, frozenset[str] | None]
"""Some queues, and some teams; None is all of them."""
_NOTHING: Part = {}
_EVERYBODY = ("at", "site", "feeds", "health", "parts", "training")
_CONSOLE = ("learning", "walks", "handovers", "allowed", "abilities")
_INSIDE = frozenset({"groups", "boards", "board_mistakes"})
"""What the gateway and its desks tell each other."""
_TOTALS = "totals"
MAIN_BOARD: Body = msgspec.json.decode(msgspec.json.encode(MAIN))
_ON_WALLS = frozenset(
    {
        *("number", "rule", "kind", "scope", "severity", "state", "rule_names", "scope_names"),
        *("since", "fired_at", "ended_at", "learning", "sentence", "silenced_until"),
    }
)
_ON_WALL_NOTICES = frozenset({"text", "tone", "at", "until"})


class Memo:
    """A function whose result stays the same object while its arguments are the same objects."""

    def __init__(self, function: Callable[..., object]) -> None:
        self._function = function
        self._arguments: tuple[object, ...] | None = None
        self._result: object = None

    def __call__(self, *arguments: object) -> object:
        known = self._arguments
        if known is None or any(a is not b for a, b in zip(known, arguments, strict=True)):
            self._result = self._function(*arguments)
            self._arguments = arguments
        return self._result


class BoardLook:
    """What a wall is shown: its board's queues, and no name of anybody. `scope` narrows it more."""

    def __init__(self, board: str, scope: Scope = WHOLE) -> None:
        self.board = board
        self.scope = scope
        self.name = f"board:{board}" + ("" if scope.whole else f"@{scope_key(scope)}")
        self._queues = Memo(_rows)
        self._curves = Memo(_curves)
        self._alerts = Memo(_for_walls)
        self._notices = Memo(self._addressed)
        self._chosen = Memo(self._choose)

    def group(self, body: Body) -> Group | None:
        """The queues, and teams, that its totals are over; None if there is no such board."""
        board = board_of(body, self.board)
        return None if board is None else self._group(board)

    def _group(self, board: Part) -> Group:
        chosen: frozenset[str] | None = self._chosen(board)  # type: ignore[assignment]  # our own
        return chosen, self.scope.teams

    def __call__(self, body: Body) -> Body:
        board = board_of(body, self.board)
        if board is None:
            return {key: body[key] for key in ("at", "site") if key in body}
        chosen, teams = self._group(board)
        narrowed = chosen is not None or teams is not None
        shown = {
            **{key: body.get(key) for key in _EVERYBODY},
            "board": board,
            "queues": self._queues(body.get("queues"), chosen),
            _TOTALS: part_of(body, "groups").get(self.name) if narrowed else body.get(_TOTALS),
            "curves": self._curves(body.get("curves"), chosen),
            "alerts": self._alerts(body.get("alerts"), chosen),
            "notices": self._notices(body.get("notices")),
        }
        return _told(shown)

    def _choose(self, board: Part) -> frozenset[str] | None:
        asked = frozenset(board.get("queues", ())) or None
        own = self.scope.queues
        if asked is None or own is None:
            return own if asked is None else asked
        return asked & own

    def _addressed(self, notices: Part | None) -> Body | None:
        if notices is None:
            return None
        return {
            id: {key: value for key, value in notice.items() if key in _ON_WALL_NOTICES}
            for id, notice in notices.items()
            if not notice.get("boards") or self.board in notice["boards"]
        }


class FloorLook:
    """What the console is shown: everything of its scope."""

    def __init__(self, scope: Scope = WHOLE) -> None:
        self.scope = scope
        self.name = "floor" if scope.whole else f"scope:{scope_key(scope)}"
        self._queues = Memo(_rows)
        self._curves = Memo(_curves)
        self._agents = Memo(self._own_agents)
        self._calls = Memo(self._own_calls)
        self._alerts = Memo(self._own_alerts)
        self._commands = Memo(self._own_commands)
        self._breaks = Memo(partial(own_breaks, scope))
        self._moves = Memo(partial(own_moves, scope))
        self._plan = Memo(_plan)
        self._notices = Memo(self._own_notices)
        self._names: frozenset[str] = frozenset()

    def group(self, body: Body) -> Group | None:
        """The queues, and teams, that its totals are over."""
        return self.scope.queues, self.scope.teams

    def __call__(self, body: Body) -> Body:
        queues = self.scope.queues
        if self.scope.whole:
            return {key: value for key, value in body.items() if key not in _INSIDE}
        agents = self._agents(body.get("agents"))
        seen = self._seen(agents)
        shown = {
            **{key: body.get(key) for key in (*_EVERYBODY, *_CONSOLE)},
            "queues": self._queues(body.get("queues"), queues),
            _TOTALS: part_of(body, "groups").get(self.name),
            "curves": self._curves(body.get("curves"), queues),
            "agents": agents,
            "calls": self._calls(body.get("calls")),
            "alerts": self._alerts(body.get("alerts"), seen),
            "commands": self._commands(body.get("commands"), seen),
            "breaks": self._breaks(body.get("breaks"), seen),
            "moves": self._moves(body.get("moves"), seen),
            "plan": self._plan(body.get("plan"), seen),
            "notices": self._notices(body.get("notices"), body.get("boards")),
        }
        return _told(shown)

    def _seen(self, agents: object) -> frozenset[str]:
        """The ids of those who are seen. Agents change with every frame, who they are hardly ever."""
        names = frozenset(agents) if isinstance(agents, dict) else frozenset()
        if names != self._names:
            self._names = names
        return self._names

    def _own_agents(self, agents: Part | None) -> Body | None:
        return None if agents is None else own_agents(self.scope, agents)

    def _own_calls(self, calls: Part | None) -> Body | None:
        if calls is None:
            return None
        return {id: call for id, call in calls.items() if self.scope.has_queue(call["queue"])}

    def _own_alerts(self, alerts: Part | None, seen: frozenset[str]) -> Body | None:
        if alerts is None:
            return None
        sees = partial(concerns, self.scope, agents=seen)
        return {
            "learning": alerts.get("learning", False),
            "incidents": {
                id: part
                for id, incident in part_of(alerts, "incidents").items()
                if (part := own_part(incident, sees))
            },
            "muted": {
                alert: why
                for alert, why in part_of(alerts, "muted").items()
                if sees(alert.partition(" ")[2])
            },
            "silences": {
                id: silence
                for id, silence in part_of(alerts, "silences").items()
                if is_pattern(pattern := silence["matcher"]["scope"]) or sees(pattern)
            },
        }

    def _own_notices(self, notices: Part | None, boards: Part | None) -> Body:
        """Those for every wall, and for a board of which all is seen."""
        has_all = self.scope.has_all
        own = {id for id, board in (boards or _NOTHING).items() if has_all(board.get("queues", ()))}
        return {
            id: notice
            for id, notice in (notices or _NOTHING).items()
            if not notice.get("boards") or not own.isdisjoint(notice["boards"])
        }

    def _own_commands(self, commands: Part | None, seen: frozenset[str]) -> Body | None:
        if commands is None:
            return None
        return {
            id: command
            for id, command in commands.items()
            if (command["agent"] in seen if "agent" in command else self._has_queue(command))
        }

    def _has_queue(self, command: Part) -> bool:
        return "queue" in command and self.scope.has_queue(command["queue"])


class OwnLook:
    """What an agent is shown: himself, and how his queues stand. No colleague's name."""

    def __init__(self, agent: str) -> None:
        self.agent = agent
        self.name = f"me:{agent}"
        self._me = Memo(lambda row: {"id": agent, **(row or _NOTHING)})
        self._mine = Memo(lambda queues: frozenset(queues))
        self._queues = Memo(_rows)
        self._notices = Memo(_unsigned)
        self._breaks = Memo(partial(my_breaks, agent))

    def group(self, body: Body) -> None:
        """It has no totals."""

    def __call__(self, body: Body) -> Body:
        row = part_of(body, "agents").get(self.agent)
        mine = self._mine((row or _NOTHING).get("queues", _NOTHING))
        shown = {
            **{key: body.get(key) for key in ("at", "site", "feeds", "allowed")},
            "me": self._me(row),
            "queues": self._queues(body.get("queues"), mine),
            "notices": self._notices(body.get("notices")),
            "breaks": self._breaks(body.get("breaks")),
        }
        return _told(shown)


AnyLook = BoardLook | FloorLook | OwnLook


def board_of(body: Body, id: str) -> Part | None:
    """A board by its id; a site that has made none has its main board."""
    board: Part | None = part_of(body, "boards").get(id)
    return board if board is not None or id != MAIN.id else MAIN_BOARD


def scope_key(scope: Scope) -> str:
    """A short name for a scope, the same for equal scopes."""
    parts = [sorted(part) if part is not None else None for part in (scope.queues, scope.teams)]
    return hashlib.sha256(msgspec.json.encode(parts)).hexdigest()[:12]


def _rows(rows: Part | None, chosen: frozenset[str] | None) -> object:
    if rows is None or chosen is None:
        return rows
    return {id: row for id, row in rows.items() if id in chosen}


def _curves(curves: Part | None, chosen: frozenset[str] | None) -> object:
    """The curves of these queues; that of all of them is added up, where every one is known."""
    if curves is None or chosen is None:
        return curves
    own = {id: curve for id, curve in curves.items() if id in chosen}
    whole: dict[str, object] = {}
    for name in ("expected", "weekday"):
        parts = [curve[name] for curve in own.values() if name in curve]
        if parts and len(parts) == len(chosen):
            total: dict[str, float] = {}
            for part in parts:
                for number, value in part.items():
                    total[number] = total.get(number, 0) + value
            whole[name] = total
    days = {curve.get("weekday_day") for curve in own.values()}
    if "weekday" in whole and len(days) == 1:
        whole["weekday_day"] = days.pop()
    return {**own, "": whole} if whole else own


def _for_walls(alerts: Part | None, chosen: frozenset[str] | None) -> Body | None:
    """What walls are shown of `alerts`: what happens where, and whether it is seen to.

    Not by whom, nor notes, nor what concerns a single agent: a wall hangs before everybody.
    """
    if alerts is None:
        return None
    scope = Scope(queues=chosen)
    return {
        "learning": alerts.get("learning", False),
        "incidents": {
            id: _public(incident)
            for id, incident in part_of(alerts, "incidents").items()
            if is_public(incident, scope)
        },
    }


def _public(incident: Part) -> Body:
    shown = {key: value for key, value in incident.items() if key in _ON_WALLS}
    acked = incident.get("acked")
    if isinstance(acked, Mapping):
        shown["acked"] = {"at": acked.get("at")}
    return shown


def _unsigned(notices: Part | None) -> Body | None:
    if notices is None:
        return None
    return {
        id: {key: value for key, value in notice.items() if key in _ON_WALL_NOTICES}
        for id, notice in notices.items()
    }


def _plan(plan: Part | None, seen: frozenset[str]) -> Body | None:
    """The plan with the names of those alone who are seen. A phone may be anybody's."""
    if plan is None:
        return None
    seats = [
        seat if seat.get("agent") in seen else {k: seat[k] for k in ("id", "x", "y") if k in seat}
        for seat in plan.get("seats", ())
    ]
    return {**plan, "seats": seats}


def _told(shown: Mapping[str, object]) -> Body:
    return {key: value for key, value in shown.items() if value is not None}
