"""The usher: which view of the floor a caller is shown, by who he is and what he asks for."""

from collections.abc import Mapping
from http import HTTPStatus

from dashboard.access import Caller, Role
from dashboard.admission import Refusal
from dashboard.board import MAIN
from dashboard.views import AnyLook, BoardLook, FloorLook, OwnLook

VIEWS = ("wall", "floor", "me")
SIGN_IN = Refusal(HTTPStatus.UNAUTHORIZED, "sign in first", {"WWW-Authenticate": "Bearer"})
NOT_YOURS = Refusal(HTTPStatus.FORBIDDEN, "this is not for you to see")


def shut_out(caller: Caller, role: Role) -> Refusal | None:
    """Why a caller may not do what takes this role; None if he may."""
    if caller.at_least(role):
        return None
    return SIGN_IN if caller.role is Role.NOBODY else NOT_YOURS


def look_for(caller: Caller, query: Mapping[str, str]) -> AnyLook | Refusal:
    """What `/feed?view=floor`, `/feed?board=lobby`, `/feed?view=me` show this caller.

    A display has its own board, whatever it asks for less than that; more is refused.
    """
    view, board = query.get("view", "wall"), query.get("board", "")
    refusal = shut_out(caller, Role.DISPLAY)
    if refusal is None and view not in VIEWS:
        names = ", ".join(VIEWS)
        return Refusal(HTTPStatus.NOT_FOUND, f"no such view; there are: {names}")
    if refusal is None and caller.role is Role.DISPLAY:
        if view == "wall" and board in {"", caller.board}:
            return BoardLook(caller.board)
        return NOT_YOURS
    if refusal is None and view == "floor":
        refusal = shut_out(caller, Role.SUPERVISOR)
    if refusal is not None:
        return refusal
    if view == "floor":
        return FloorLook(caller.scope)
    if view == "me":
        return _own(caller, query.get("agent", ""))
    return BoardLook(board or MAIN.id, caller.scope)


def _own(caller: Caller, agent: str) -> AnyLook | Refusal:
    # Where nobody signs in, one says who one is. Whoever sees every agent may see what one sees.
    sees_all = caller.scope.whole and caller.at_least(Role.SUPERVISOR)
    if caller.agent and agent in {"", caller.agent}:
        return OwnLook(caller.agent)
    if agent and sees_all:
        return OwnLook(agent)
    return NOT_YOURS
