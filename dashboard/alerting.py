"""What the gateway knows of alerts: the desk that it asks.

Wishes (`{"do": "acknowledge", ...}`) come by a road of their own, `/alerts`, and are the desk's to
understand; the format is public: docs/frames.md.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from dashboard.access import OPEN, Caller
from dashboard.concern import Sees, is_pattern
from dashboard.frames import VERSION
from ingest.events import Millis

QUESTIONS = frozenset({"/incident", "/incidents", "/alerts/report", "/playbooks", "/rules"})
"""Plain HTTP that the desk answers."""
MESSAGE_BYTES = 8 * 1_024
"""A wish may carry a note."""
UNREADABLE = "unreadable"
"""Why a message is refused that is no JSON object with a word at `do`."""
FORBIDDEN = "forbidden"
_REACHING = frozenset({"silence", "maintain"})


class AlertDesk(Protocol):
    """Where wishes about alerts are carried out, and questions about them answered."""

    def obey(self, message: str | bytes, now: Millis) -> str:
        """Do what a message asks for; the answer is JSON, `done` true, or `done` false and `why`.

        The message is a JSON object with a word at `do`; whatever else it is, this does not raise.
        """
        ...

    def ask(self, path: str, query: Mapping[str, str], sees: Sees) -> object | None:
        """What stands at one of the `QUESTIONS`, to be written as JSON; None if there is no such.

        Of incidents, only those that whoever asks sees. Whatever the query says, this does not raise.
        """
        ...


class Sight(Protocol):
    """What of the alerts a caller sees."""

    def sees(self, place: str) -> bool:
        """Whether an alert's scope (`queue:sales`) is within his."""
        ...

    def reach(self, incident: str) -> tuple[str, str] | None:
        """The rule and the scope of an incident that he sees; None if there is no such."""
        ...

    def silenced(self, silence: str) -> str | None:
        """The pattern of scopes that a silence mutes; None if there is no such."""
        ...


def obeyed(
    desk: AlertDesk, caller: Caller, message: bytes, now: Millis, sight: Sight
) -> tuple[Mapping[str, object], Mapping[str, object]]:
    """The desk's answer to a message, or ours if it is no wish or not for this caller; and the wish.

    Who has signed in is who he is, whatever the message says of that. The answer carries the
    message's `id`.
    """
    try:
        wish = msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        wish = None
    if not isinstance(wish, dict) or not isinstance(wish.get("do"), str):
        return _refused(UNREADABLE), {}
    id = wish.pop("id", None)
    told = _told(desk, caller, wish, now, sight)
    return (told if id is None else {"id": id, **told}), wish


def _told(
    desk: AlertDesk, caller: Caller, wish: dict[str, object], now: Millis, sight: Sight
) -> Mapping[str, object]:
    if caller != OPEN:
        wish["who"] = caller.name or caller.id
        why = "" if caller.scope.whole else _beyond(wish, sight)
        if why:
            return _refused(why)
    told = desk.obey(msgspec.json.encode(wish), now)
    return msgspec.json.decode(told, type=dict[str, object])


def _beyond(wish: Mapping[str, object], sight: Sight) -> str:
    """Why a wish reaches further than who sees only a part; "" if it does not.

    A silence reaches as far as its patterns do: it is his only over the very incident.
    """
    if wish["do"] == "unsilence":
        muted = sight.silenced(str(wish.get("silence")))
        if muted is None:
            return "unknown_silence"
        return "" if not is_pattern(muted) and sight.sees(muted) else FORBIDDEN
    if "incident" not in wish:
        return FORBIDDEN
    reach = sight.reach(str(wish["incident"]))
    if reach is None:
        return "unknown_incident"
    if wish["do"] not in _REACHING:
        return ""
    exact = (wish.get("rule"), wish.get("scope")) == reach and sight.sees(reach[1])
    return "" if exact else FORBIDDEN


def _refused(why: str) -> Mapping[str, object]:
    return {"v": VERSION, "kind": "answer", "done": False, "why": why}
