"""The road from a trainer's page to the training desk: one message, one answer.

    {"inject": {"kind": "peak", "scope": "queue:sales", "size": 2}}
    {"surprise": {}}
    {"relieve": 3}
    {"find": {"number": 3, "kind": "peak", "scope": ""}}

The answer is `{"v": 1, "kind": "answer", "done": true}`, or `"done": false` and `why`. What came of
it is in the frames, for every screen to see. The format is public: docs/frames.md.
"""

from typing import Annotated

import msgspec

from dashboard.frames import VERSION
from ingest.events import Millis
from simulators.training import Desk, TrainingError

Word = Annotated[str, msgspec.Meta(max_length=100)]
Number = Annotated[int, msgspec.Meta(ge=1, le=1_000_000_000)]
UNREADABLE = "unreadable"
"""Why a message is refused that is none of the above."""


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a message; it may hold nothing that we do not know."""


class Inject(Strict, frozen=True):
    """Begin this fault. Without `size`, the smallest that is offered."""

    kind: Word
    scope: Word = ""
    size: Annotated[float, msgspec.Meta(ge=0, le=1_000)] = 0.0


class Surprise(Strict, frozen=True):
    """Begin some fault, and hide which."""


class Find(Strict, frozen=True):
    """The hidden fault of this number is this one, here."""

    number: Number
    kind: Word
    scope: Word = ""


class Wish(Strict, frozen=True):
    """A whole message: exactly one of these."""

    inject: Inject | None = None
    surprise: Surprise | None = None
    relieve: Number | None = None
    find: Find | None = None


def obeyed(desk: Desk, message: str | bytes, now: Millis) -> bytes:
    """Do what a message asks for, and return the answer to it, whatever the message is."""
    why = _refusal(desk, message, now)
    answer = {"v": VERSION, "kind": "answer", "done": not why}
    return msgspec.json.encode({**answer, "why": why} if why else answer)


def _refusal(desk: Desk, message: str | bytes, now: Millis) -> str:
    try:
        wish = msgspec.json.decode(message, type=Wish)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return UNREADABLE
    try:
        match wish:
            case Wish(inject=Inject() as asked, surprise=None, relieve=None, find=None):
                desk.inject(asked.kind, asked.scope, asked.size)
            case Wish(inject=None, surprise=Surprise(), relieve=None, find=None):
                desk.surprise()
            case Wish(inject=None, surprise=None, relieve=int() as number, find=None):
                desk.relieve(number)
            case Wish(inject=None, surprise=None, relieve=None, find=Find() as guess):
                desk.find(guess.number, guess.kind, guess.scope, now)
            case _:
                return UNREADABLE
    except TrainingError as error:
        return str(error.why)
    return ""
