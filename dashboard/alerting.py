"""What the gateway knows of alerts: the desk that it asks, and how much of it a wall is shown.

Wishes (`{"do": "acknowledge", ...}`) come by a road of their own, `/alerts`, and are the desk's to
understand; the format is public: docs/frames.md.
"""

from collections.abc import Mapping
from typing import Protocol

import msgspec

from dashboard.frames import VERSION
from ingest.events import Millis

QUESTIONS = frozenset({"/incident", "/incidents", "/alerts/report", "/playbooks", "/rules"})
"""Plain HTTP that the desk answers."""
MESSAGE_BYTES = 8 * 1_024
"""A wish may carry a note."""
UNREADABLE = "unreadable"
"""Why a message is refused that is no JSON object with a word at `do`."""
_ON_WALLS = frozenset(
    {
        *("number", "rule", "kind", "scope", "severity", "state", "rule_names", "scope_names"),
        *("since", "fired_at", "ended_at", "learning", "sentence", "silenced_until"),
    }
)
_NOTHING: Mapping[str, object] = {}


class AlertDesk(Protocol):
    """Where wishes about alerts are carried out, and questions about them answered."""

    def obey(self, message: str | bytes, now: Millis) -> str:
        """Do what a message asks for; the answer is JSON, `done` true, or `done` false and `why`.

        The message is a JSON object with a word at `do`; whatever else it is, this does not raise.
        """
        ...

    def ask(self, path: str, query: Mapping[str, str]) -> object | None:
        """What stands at one of the `QUESTIONS`, to be written as JSON; None if there is no such.

        Whatever the query says, this does not raise.
        """
        ...


def obeyed(desk: AlertDesk, message: bytes, now: Millis) -> str:
    """The desk's answer to a message, or ours if it is no wish at all."""
    try:
        wish = msgspec.json.decode(message)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        wish = None
    if isinstance(wish, dict) and isinstance(wish.get("do"), str):
        return desk.obey(message, now)
    refusal = {"v": VERSION, "kind": "answer", "done": False, "why": UNREADABLE}
    return msgspec.json.encode(refusal).decode()


def for_walls(patch: object, known: object) -> object:
    """What walls are shown of `alerts`, or of a patch on it: what happens where, and whether it is
    seen to.

    Not by whom, nor notes, nor what concerns a single agent: a wall hangs before everybody. `known`
    is the whole of `alerts` with the patch in it.
    """
    if not isinstance(patch, Mapping):
        return patch
    shown = {key: patch[key] for key in ("learning", "incidents") if key in patch}
    if isinstance(shown.get("incidents"), Mapping):
        whole = _within(known, "incidents")
        shown["incidents"] = {
            id: told
            for id, news in patch["incidents"].items()
            if (told := _public(news, _within(whole, id))) != {}
        }
    return shown


def _within(document: object, key: str) -> Mapping[str, object]:
    inside = document.get(key) if isinstance(document, Mapping) else None
    return inside if isinstance(inside, Mapping) else _NOTHING


def _public(news: object, incident: Mapping[str, object]) -> object:
    if not isinstance(news, Mapping):
        return news
    if str(incident.get("scope", "")).startswith("agent:"):
        # It may have been shown until now, as one of another scope.
        return None if "scope" in news and news is not incident else {}
    if "scope" in news:
        news = {**incident, **news}  # it may have been hidden until now
    shown = {key: value for key, value in news.items() if key in _ON_WALLS}
    if "acked" in news:
        acked = news["acked"]
        told = isinstance(acked, Mapping)
        shown["acked"] = {key: acked[key] for key in ("at",) if key in acked} if told else acked
    return shown
