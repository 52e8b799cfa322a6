"""Notices to the walls: who may send which, how long they hang, and what became of them."""

import secrets
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Annotated, Literal, Protocol

from msgspec import Meta, Struct, structs, to_builtins

from dashboard.access import Caller, Role
from dashboard.authors import author, read
from dashboard.board import Board
from dashboard.desks import Deed, Inquiry, Question, RefusedError, Wish
from dashboard.period import Instant, period
from dashboard.writing import line, width
from ingest.events import Millis
from stream.intervals import Calendar

ROOM = 200
"""The width that a wall can hold, in Latin letters; a Chinese character takes two."""
MOST = 40
"""So many may hang, or wait to."""
HISTORY_MS = 86_400_000
_MINUTE_MS = 60_000
_LONGEST_MIN = 60 * 24 * 31

BoardId = Annotated[str, Meta(min_length=1, max_length=40)]
Boards = Callable[[], Iterable[Board]]
"""The boards that there are now. One without queues shows the whole site."""


class Notice(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One notice. It hangs from `at` to `until`, or until it is taken down (`down_at`).

    No `boards` are all of them. `sent_at` is when it was written, `edited_at` when last changed.
    """

    id: str
    text: str
    tone: Literal["info", "good", "warn"]
    at: Millis
    sent_at: Millis
    by: str
    by_id: str
    boards: tuple[str, ...] = ()
    until: Millis | None = None
    edited_at: Millis | None = None
    edited_by: str = ""
    down_at: Millis | None = None
    down_by: str = ""

    @property
    def ends_at(self) -> Millis | None:
        """From when on it does not hang any more; None if nothing says so yet."""
        ends = [each for each in (self.until, self.down_at) if each is not None]
        return min(ends, default=None)

    def over(self, now: Millis) -> bool:
        return self.ends_at is not None and self.ends_at <= now

    def hangs(self, now: Millis) -> bool:
        """Whether walls show it now."""
        return self.at <= now and not self.over(now)


class Notices(Protocol):
    """Where notices are kept, each change for good before it returns."""

    def put(self, notice: Notice) -> None:
        """Keep a notice, or its new form."""
        ...

    def open(self, now: Millis) -> list[Notice]:
        """Those that are not over, the first sent first."""
        ...

    def between(self, start: Millis, end: Millis) -> list[Notice]:
        """Those that hung, or were to, in this time, the first sent first."""
        ...


class _Said(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is asked for with a notice: `minutes` and `until` are two ways to say when it ends, and
    `day` is the end of the business day; `at` lets it begin later."""

    text: str
    tone: Literal["info", "good", "warn"] = "info"
    boards: Annotated[tuple[BoardId, ...], Meta(max_length=100)] = ()
    minutes: Annotated[int, Meta(ge=1, le=_LONGEST_MIN)] | None = None
    until: Instant | Literal["day"] | None = None
    at: Instant | None = None


class _Edit(_Said, frozen=True, kw_only=True, forbid_unknown_fields=True):
    notice: str


class _Which(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    notice: str


class NoticeDesk:
    """Sends, changes and takes down notices; `notices` in the document are those that hang."""

    def __init__(self, kept: Notices, boards: Boards, calendar: Calendar, now: Millis) -> None:
        self._kept = kept
        self._boards = boards
        self._calendar = calendar
        self._open = {notice.id: notice for notice in kept.open(now)}
        self._document: dict[str, object] = {"notices": {}}

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "notice.send": (Role.SUPERVISOR, self._send),
            "notice.edit": (Role.SUPERVISOR, self._edit),
            "notice.take_down": (Role.SUPERVISOR, self._take_down),
        }

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/notices": (Role.SUPERVISOR, self._history)}

    def document(self, now: Millis) -> Mapping[str, object]:
        shown = {notice.id: _told(notice) for notice in self._open.values() if notice.hangs(now)}
        if shown != self._document["notices"]:
            self._document = {"notices": shown}
        return self._document

    async def _send(self, wish: Wish) -> Mapping[str, object]:
        said = read(wish, _Said)
        self._check_reach(wish.caller, said.boards)
        self._forget(wish.now)
        if len(self._open) >= MOST:
            raise RefusedError("notices_full", most=MOST)
        who = author(wish.caller, wish.data)
        at = wish.now if said.at is None else max(said.at, wish.now)
        notice = Notice(
            id=secrets.token_hex(6),
            text=_text(said.text),
            tone=said.tone,
            boards=_once(said.boards),
            at=at,
            until=self._until(said, at, wish.now),
            sent_at=wish.now,
            by=who.name,
            by_id=who.id,
        )
        self._keep(notice)
        return {"notice": notice.id}

    async def _edit(self, wish: Wish) -> Mapping[str, object]:
        said = read(wish, _Edit)
        notice = self._own(wish, said.notice)
        self._check_reach(wish.caller, said.boards)
        planned = notice.at > wish.now
        at = max(said.at or notice.at, wish.now) if planned else notice.at
        edited = structs.replace(
            notice,
            text=_text(said.text),
            tone=said.tone,
            boards=_once(said.boards),
            at=at,
            until=self._until(said, max(at, wish.now), wish.now),
            edited_at=wish.now,
            edited_by=author(wish.caller, wish.data).name,
        )
        self._keep(edited)
        return {"notice": edited.id}

    async def _take_down(self, wish: Wish) -> Mapping[str, object]:
        notice = self._own(wish, read(wish, _Which).notice)
        who = author(wish.caller, wish.data)
        self._keep(structs.replace(notice, down_at=wish.now, down_by=who.name))
        return {"notice": notice.id}

    async def _history(self, question: Question) -> object:
        start, end = period(question.query, question.now, HISTORY_MS)
        scope = question.caller.scope
        mine = {board.id for board in self._boards() if scope.has_all(board.queues)}
        return {
            "notices": [
                to_builtins(notice)
                for notice in self._kept.between(start, end)
                if scope.whole or not notice.boards or not mine.isdisjoint(notice.boards)
            ],
            "boards": [
                {"id": board.id, "names": to_builtins(board.names)}
                for board in self._boards()
                if board.id in mine
            ],
            "all": scope.whole,
        }

    def _own(self, wish: Wish, id: str) -> Notice:
        """A notice that is not over, and that this caller may do something about."""
        notice = self._open.get(id)
        if notice is None or notice.over(wish.now):
            raise RefusedError("notice_gone")
        self._check_reach(wish.caller, notice.boards)
        return notice

    def _check_reach(self, caller: Caller, boards: Collection[str]) -> None:
        """Raises RefusedError unless all of these boards are the caller's to speak to."""
        if caller.scope.whole:
            return
        mine = {board.id for board in self._boards() if caller.scope.has_all(board.queues)}
        if not boards or not mine.issuperset(boards):
            raise RefusedError("board_not_yours")

    def _until(self, said: _Said, begin: Millis, now: Millis) -> Millis | None:
        until = said.until
        if said.minutes is not None:
            until = begin + said.minutes * _MINUTE_MS
        elif until == "day":
            until = self._calendar.next_day(begin)
        if until is not None and until <= max(begin, now):
            raise RefusedError("until_past")
        return until

    def _keep(self, notice: Notice) -> None:
        self._kept.put(notice)
        self._open[notice.id] = notice

    def _forget(self, now: Millis) -> None:
        for notice in [each for each in self._open.values() if each.over(now)]:
            del self._open[notice.id]


def _text(said: str) -> str:
    text = line(said)
    if not text:
        raise RefusedError("text_missing")
    if width(text) > ROOM or len(text) > 2 * ROOM:
        raise RefusedError("text_too_long", room=ROOM, width=width(text))
    return text


def _once(boards: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(boards))


def _told(notice: Notice) -> dict[str, object]:
    told: dict[str, object] = {
        "text": notice.text,
        "tone": notice.tone,
        "at": notice.at,
        "boards": list(notice.boards),
        "by": notice.by,
    }
    return told if notice.until is None else {**told, "until": notice.until}
