"""Desks: where wishes are carried out and questions answered. One road leads to all of them.

    page --/desk (WebSocket)--> {"id": 7, "do": "board.save", ...}   -> Desks.obey -> the desk of `board.save`
    page --GET /board?id=...--> the desk that answers `/board`

Every wish is checked against the role it needs, and written into the audit with what became of it,
also when it is refused. A desk checks for itself what the wish is about: a queue, a team.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import Struct

from dashboard.access import Caller, Role
from dashboard.frames import VERSION
from ingest.events import Millis

UNREADABLE, FORBIDDEN, UNKNOWN = "unreadable", "forbidden", "unknown"
"""Why a message is refused that is no wish, is not for this caller, or is nobody's to do."""
_SECRET = frozenset({"password", "new_password", "token", "secret", "code", "photo"})


class RefusedError(Exception):
    """A desk does not do it. `why` is one word for the page's catalogue; `told` may say more."""

    def __init__(self, why: str, **told: object) -> None:
        super().__init__(why)
        self.why = why
        self.told = told


class Wish(Struct, frozen=True, kw_only=True):
    """What a caller wishes: `deed` is its name (`board.save`), `data` the rest of the message.

    `address` is where it comes from (an IP address), for the audit and for counting failures.
    """

    caller: Caller
    deed: str
    data: dict[str, Any]
    now: Millis
    address: str = ""


class Question(Struct, frozen=True, kw_only=True):
    """What a caller asks for by plain GET: the path, and the words behind its `?`."""

    caller: Caller
    path: str
    query: Mapping[str, str]
    now: Millis


class File(Struct, frozen=True, kw_only=True):
    """An answer that is not JSON; `name` makes a download of it. It is never kept by a browser."""

    body: bytes
    content_type: str
    name: str = ""


Deed = tuple[Role, Callable[[Wish], Awaitable[Mapping[str, object]]]]
"""The role that a wish needs at least, and what does it: the result goes into the answer."""
Inquiry = tuple[Role, Callable[[Question], Awaitable[object | File | None]]]
"""The same for a question: plain data or a file; None if there is no such thing."""


class Desk(Protocol):
    """Some wishes and questions that belong together. `deeds` by name, `inquiries` by path.

    A deed or inquiry raises RefusedError for what it will not do; anything else is our own fault.
    Whoever says nothing of one of these has none.
    """

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {}

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {}

    def document(self, now: Millis) -> Mapping[str, object]:
        """What it adds to the body that screens are shown, by its own top-level keys. Plain data.

        Called for every frame: a part that did not change must be the very same object as last
        time, and one that was handed over is never changed in place. None is no value.
        """
        return {}


class Audit(Protocol):
    """Who did what, when, and what became of it; append-only."""

    def note(self, wish: Wish, done: bool, why: str, data: Mapping[str, object]) -> None:
        """Write it down. `data` is the wish without its secrets and its bulk."""
        ...


class Desks:
    """All desks of a gateway as one. Two desks with the same deed or path are a mistake of ours."""

    def __init__(self, desks: Sequence[Desk], audit: Audit) -> None:
        self._desks = tuple(desks)
        self._audit = audit
        self._deeds: dict[str, Deed] = {}
        self._inquiries: dict[str, Inquiry] = {}
        for desk in desks:
            for names, known in ((desk.deeds, self._deeds), (desk.inquiries, self._inquiries)):
                if twice := known.keys() & names.keys():
                    raise ValueError(f"two desks for {sorted(twice)}")
            self._deeds.update(desk.deeds)
            self._inquiries.update(desk.inquiries)

    @property
    def paths(self) -> frozenset[str]:
        return frozenset(self._inquiries)

    def document(self, now: Millis) -> dict[str, object]:
        whole: dict[str, object] = {}
        for desk in self._desks:
            whole.update(desk.document(now))
        return whole

    async def obey(self, caller: Caller, message: bytes, now: Millis, address: str) -> bytes:
        """The answer to a message, whatever the message is; it carries the message's `id`."""
        try:
            data = msgspec.json.decode(message, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            return _answer(None, done=False, why=UNREADABLE)
        id, deed = data.pop("id", None), data.pop("do", None)
        if not isinstance(deed, str) or not isinstance(id, int | str | None):
            return _answer(None, done=False, why=UNREADABLE)
        wish = Wish(caller=caller, deed=deed, data=data, now=now, address=address)
        why, told = "", {}
        try:
            told = dict(await self._do(wish))
        except RefusedError as refusal:
            why, told = refusal.why, refusal.told
        self.note(wish, not why, why)
        return _answer(id, done=not why, **({"why": why} if why else {}), **told)

    def note(self, wish: Wish, done: bool, why: str) -> None:
        """Write into the audit what became of a wish."""
        self._audit.note(wish, done, why, _plain(wish.data))

    async def _do(self, wish: Wish) -> Mapping[str, object]:
        known = self._deeds.get(wish.deed)
        if known is None:
            raise RefusedError(UNKNOWN)
        role, do = known
        if not wish.caller.at_least(role):
            raise RefusedError(FORBIDDEN)
        return await do(wish)

    async def ask(self, question: Question) -> object | File | None:
        """What stands at a path. Raises RefusedError, and None is nothing."""
        known = self._inquiries.get(question.path)
        if known is None:
            return None
        role, answer = known
        if not question.caller.at_least(role):
            raise RefusedError(FORBIDDEN)
        return await answer(question)


def _plain(data: Mapping[str, object]) -> dict[str, object]:
    return {key: "…" if key in _SECRET else value for key, value in data.items()}


def _answer(id: object, **told: object) -> bytes:
    head = {"v": VERSION, "kind": "answer"} | ({} if id is None else {"id": id})
    return msgspec.json.encode({**head, **told})
