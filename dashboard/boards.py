"""The desk of boards: who may change what a wall shows, and where its screens find it.

    {"do": "board.save", "board": {...}, "was": HASH}    a new one has no `was`, and needs no `id`
    {"do": "board.remove", "board": ID, "was": HASH}

`was` is the hash of what the editor began from: what somebody else saved meanwhile is not overwritten
unseen. A board is known again by its hash, not by who saved it.
"""

import hashlib
import re
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, Any, Protocol

import msgspec
from msgspec import Meta, Struct

from dashboard.access import Caller, Role
from dashboard.authors import read
from dashboard.board import MAIN, MISTAKES, Board, Id
from dashboard.desks import Deed, File, Inquiry, Question, RefusedError, Wish
from ingest.events import Millis

LOOK_MS = 2_000
"""How often the shelf is looked through: what was changed there by hand is on the wall this soon."""
MOST = 200

BAD_BOARD, CHANGED, TAKEN, NOT_YOURS = (
    "bad_board",
    "changed_meanwhile",
    "board_taken",
    "not_your_queues",
)
GONE, BUILT_IN, TOO_MANY, NOT_KEPT = "no_board", "built_in", "too_many_boards", "not_kept"
"""Why a wish is refused: the board cannot be; somebody else saved another meanwhile; there is one of
this id; it has queues that are not this caller's; it is not there; it is ours and stands in no file;
there are enough; the disk did not take it."""

_PLACE = re.compile(r"(.*?)(?: - at .*`\$\.?(.*)`)?", re.DOTALL)
_Hash = Annotated[str, Meta(max_length=64)]


class BoardsError(Exception):
    """A board could not be written down; the message names its place."""


class BoardMistake(Struct, frozen=True, kw_only=True):
    """What is wrong in a board's file; `line` counts from 1, 0 is the whole of it."""

    file: str
    line: int
    key: str
    what: str
    mend: str


class Shelf(Protocol):
    """Where boards are kept, and where people may change them while nobody asks us."""

    @property
    def boards(self) -> Mapping[str, Board]:
        """By id; the same object until something changed. `main` is always there."""
        ...

    @property
    def made(self) -> frozenset[str]:
        """The ids that are in use, also by what cannot be read."""
        ...

    @property
    def mistakes(self) -> tuple[BoardMistake, ...]: ...

    def look(self) -> None:
        """Take in what changed since the last look. Raises nothing."""
        ...

    def keep(self, board: Board) -> None:
        """Durably. Raises BoardsError."""
        ...

    def remove(self, id: str) -> None:
        """Durably. Raises BoardsError."""
        ...


class _Save(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    board: dict[str, Any]
    was: _Hash = ""


class _Remove(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    board: Id
    was: _Hash = ""


def hash_of(board: Board) -> str:
    """What a board is known by: the same for the same board, whoever wrote it and how."""
    return hashlib.sha256(msgspec.json.encode(board, order="deterministic")).hexdigest()[:16]


def plain(board: Board) -> dict[str, Any]:
    """A board as screens read it: what is as by default is absent."""
    made: dict[str, Any] = msgspec.to_builtins(board)
    return made


class Boards:
    """`queues` tells which queues there are, by id: a board may name others, and that is told."""

    def __init__(self, shelf: Shelf, queues: Callable[[], Collection[str]]) -> None:
        self._shelf = shelf
        self._queues = queues
        self._looked_at: Millis | None = None
        self._shown: tuple[object, Mapping[str, object]] = (None, {})
        self._told: tuple[object, list[Any] | None] = (None, None)

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "board.save": (Role.MANAGER, self._save),
            "board.remove": (Role.MANAGER, self._remove),
        }

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/boards.json": (Role.DISPLAY, self._all), "/board": (Role.DISPLAY, self._one)}

    def document(self, now: Millis) -> Mapping[str, object]:
        """`boards` by id; `board_mistakes`, of their files, if there are any."""
        if self._looked_at is None or abs(now - self._looked_at) >= LOOK_MS:
            self._looked_at = now
            self._shelf.look()
        boards, mistakes = self._shelf.boards, self._shelf.mistakes
        if self._shown[0] is not boards:
            self._shown = boards, {id: plain(board) for id, board in boards.items()}
        if self._told[0] != mistakes:
            self._told = mistakes, [msgspec.to_builtins(each) for each in mistakes] or None
        return {"boards": self._shown[1], "board_mistakes": self._told[1]}

    async def _save(self, wish: Wish) -> Mapping[str, object]:
        asked = read(wish, _Save)
        self._shelf.look()
        board = _board({"id": self._new_id(asked.board), **asked.board})
        there = self._shelf.boards.get(board.id)
        self._check_scope(wish.caller, board, there)
        if not asked.was:
            if board.id in self._shelf.made or board.id == MAIN.id:
                raise RefusedError(TAKEN)
            if len(self._shelf.made) >= MOST:
                raise RefusedError(TOO_MANY)
        elif there is None or asked.was != hash_of(there):
            raise RefusedError(CHANGED, **self._entry(there, wish.caller) if there else {})
        try:
            self._shelf.keep(board)
        except BoardsError as error:
            raise RefusedError(NOT_KEPT) from error
        return self._entry(board, wish.caller)

    async def _remove(self, wish: Wish) -> Mapping[str, object]:
        asked = read(wish, _Remove)
        self._shelf.look()
        there = self._shelf.boards.get(asked.board)
        if there is None:
            raise RefusedError(GONE)
        if asked.board not in self._shelf.made:
            raise RefusedError(BUILT_IN)
        self._check_scope(wish.caller, there)
        if asked.was and asked.was != hash_of(there):
            raise RefusedError(CHANGED, **self._entry(there, wish.caller))
        try:
            self._shelf.remove(asked.board)
        except BoardsError as error:
            raise RefusedError(NOT_KEPT) from error
        return {}

    async def _all(self, question: Question) -> object | File | None:
        caller = question.caller
        self._shelf.look()
        seen = {
            id: self._entry(board, caller)
            for id, board in self._shelf.boards.items()
            if _may_see(caller, id)
        }
        mistakes = self._shelf.mistakes if caller.at_least(Role.MANAGER) else ()
        return {"boards": seen, "mistakes": [msgspec.to_builtins(each) for each in mistakes]}

    async def _one(self, question: Question) -> object | File | None:
        id = question.query.get("id", MAIN.id)
        board = self._shelf.boards.get(id)
        if board is None or not _may_see(question.caller, id):
            return None
        return self._entry(board, question.caller)

    def _entry(self, board: Board, caller: Caller) -> dict[str, object]:
        """A board with what its editor needs: its hash, whether it stands in a file and is the
        caller's to change, and which of its queues are not there."""
        there = self._queues()
        return {
            "board": plain(board),
            "hash": hash_of(board),
            "made": board.id in self._shelf.made,
            "yours": caller.at_least(Role.MANAGER) and _is_of(caller, board),
            "unknown": sorted(_named(board) - set(there)) if there else [],
        }

    def _check_scope(self, caller: Caller, *boards: Board | None) -> None:
        if not all(board is None or _is_of(caller, board) for board in boards):
            raise RefusedError(NOT_YOURS)

    def _new_id(self, board: Mapping[str, Any]) -> str:
        """An id that is not in use, made of the English name if that has letters: `board-3`."""
        names = board.get("names")
        name = str(names.get("en", "")) if isinstance(names, dict) else ""
        stem = re.sub(r"[^a-z0-9]+", "-", name.lower())[:32].strip("-") or "board"
        used = self._shelf.made | self._shelf.boards.keys()
        numbered = (f"{stem}-{number}" for number in range(2, len(used) + 3))
        return stem if stem not in used else next(id for id in numbered if id not in used)


def _board(data: object) -> Board:
    """The board of this data; refused with the place of what cannot be, `at`: `pages[0].tiles[2].size`."""
    try:
        return msgspec.convert(data, Board)
    except msgspec.ValidationError as error:
        place = _PLACE.fullmatch(str(error))
        what, at = (place[1], place[2] or "") if place else (str(error), "")
        why = what if what in MISTAKES else BAD_BOARD
        raise RefusedError(why, at=at, what=what) from error


def _named(board: Board) -> set[str]:
    return {*board.queues, *(t.queue for page in board.pages for t in page.tiles if t.queue)}


def _is_of(caller: Caller, board: Board) -> bool:
    """Whether all that a board shows is this caller's; one without queues shows all there are."""
    return caller.scope.queues is None or caller.scope.has_all(board.queues)


def _may_see(caller: Caller, id: str) -> bool:
    """A display is told of its own board only."""
    return caller.role is not Role.DISPLAY or caller.board == id
