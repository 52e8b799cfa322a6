"""Hand-overs between shifts: written by one lead, confirmed by the next, kept as they were read."""

from collections.abc import Mapping
from typing import Annotated, Protocol

from msgspec import Meta, Struct, structs, to_builtins

from dashboard.access import Caller, Role, Scope
from dashboard.authors import Author, author, read
from dashboard.desks import Deed, Inquiry, Question, RefusedError, Wish
from dashboard.period import period
from dashboard.writing import line, paragraphs
from ingest.events import Millis

HISTORY_MS = 7 * 86_400_000
LONGEST_TEXT, LONGEST_POINT, LONGEST_SHIFT, MOST_POINTS = 4_000, 300, 40, 60

PageId = Annotated[str, Meta(pattern="^[0-9A-Za-z_-]{8,64}$")]


class Point(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to see to; `by` ticked it off, or on again, at `at`."""

    text: str
    done: bool = False
    by: str = ""
    at: Millis | None = None


class HandOver(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One hand-over. Once it is taken its words stand; only its points can still be ticked off.

    `queues` and `teams` are those its author looks after (None: all): whom it concerns.
    """

    id: str
    at: Millis
    by_id: str
    by: str
    shift: str
    text: str = ""
    points: tuple[Point, ...] = ()
    queues: tuple[str, ...] | None = None
    teams: tuple[str, ...] | None = None
    written_at: Millis = 0
    taken_at: Millis | None = None
    taken_by_id: str = ""
    taken_by: str = ""


class HandOvers(Protocol):
    """Where hand-overs are kept, each change for good before it returns."""

    def get(self, id: str) -> HandOver | None: ...

    def put(self, handover: HandOver) -> None:
        """Keep a hand-over, or its new form."""
        ...

    def between(self, start: Millis, end: Millis) -> list[HandOver]:
        """Those first written in this time, and those that wait for somebody; the last first."""
        ...


class _Said(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    text: Annotated[str, Meta(max_length=4 * LONGEST_POINT)]
    done: bool = False


class _Write(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    handover: PageId
    shift: str
    text: Annotated[str, Meta(max_length=4 * LONGEST_TEXT)] = ""
    points: Annotated[tuple[_Said, ...], Meta(max_length=MOST_POINTS)] = ()


class _Which(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    handover: str


class _Tick(_Which, frozen=True, kw_only=True, forbid_unknown_fields=True):
    n: Annotated[int, Meta(ge=0)]
    done: bool


class HandOverDesk:
    """Keeps hand-overs. Their ids come from the page: what is sent twice is written once."""

    def __init__(self, kept: HandOvers) -> None:
        self._kept = kept
        self._changed_at: Millis = 0
        self._document: dict[str, object] = {"handovers": {"changed_at": 0}}

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "handover.write": (Role.SUPERVISOR, self._write),
            "handover.take": (Role.SUPERVISOR, self._take),
            "handover.point": (Role.SUPERVISOR, self._point),
        }

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/handovers": (Role.SUPERVISOR, self._history)}

    def document(self, now: Millis) -> Mapping[str, object]:
        """`handovers.changed_at`: that something is new, and can be asked for."""
        return self._document

    async def _write(self, wish: Wish) -> Mapping[str, object]:
        said = read(wish, _Write)
        known = self._kept.get(said.handover)
        who = author(wish.caller, wish.data)
        if known is None:
            known = _begun(wish, said.handover, who)
        elif known.by_id != who.id or known.by != who.name:
            raise RefusedError("handover_not_yours")
        elif known.taken_at is not None:
            raise RefusedError("taken_already", by=known.taken_by)
        shift, text = line(said.shift), paragraphs(said.text)
        if not shift:
            raise RefusedError("shift_missing")
        points = tuple(_point(point) for point in said.points if line(point.text))
        if not text and not points:
            raise RefusedError("handover_empty")
        if len(shift) > LONGEST_SHIFT or len(text) > LONGEST_TEXT:
            raise RefusedError("handover_too_long")
        written = structs.replace(known, shift=shift, text=text, points=points, written_at=wish.now)
        return self._keep(written, wish.now)

    async def _take(self, wish: Wish) -> Mapping[str, object]:
        handover = self._own(wish.caller, read(wish, _Which).handover)
        who = author(wish.caller, wish.data)
        if not who.name:
            raise RefusedError("name_missing")
        if handover.taken_at is not None:
            raise RefusedError("taken_already", by=handover.taken_by)
        if (who.id, who.name) == (handover.by_id, handover.by):
            raise RefusedError("handover_own")
        taken = structs.replace(handover, taken_at=wish.now, taken_by_id=who.id, taken_by=who.name)
        return self._keep(taken, wish.now)

    async def _point(self, wish: Wish) -> Mapping[str, object]:
        tick = read(wish, _Tick)
        handover = self._own(wish.caller, tick.handover)
        if tick.n >= len(handover.points):
            raise RefusedError("point_gone")
        points = list(handover.points)
        if points[tick.n].done != tick.done:
            who = author(wish.caller, wish.data)
            points[tick.n] = structs.replace(
                points[tick.n], done=tick.done, by=who.name, at=wish.now
            )
        return self._keep(structs.replace(handover, points=tuple(points)), wish.now)

    async def _history(self, question: Question) -> object:
        start, end = period(question.query, question.now, HISTORY_MS)
        return {
            "handovers": [
                to_builtins(each)
                for each in self._kept.between(start, end)
                if _concerns(question.caller, each)
            ]
        }

    def _own(self, caller: Caller, id: str) -> HandOver:
        handover = self._kept.get(id)
        if handover is None or not _concerns(caller, handover):
            raise RefusedError("handover_gone")
        return handover

    def _keep(self, handover: HandOver, now: Millis) -> Mapping[str, object]:
        self._kept.put(handover)
        self._changed_at = max(now, self._changed_at + 1)
        self._document = {"handovers": {"changed_at": self._changed_at}}
        return {"handover": handover.id}


def _begun(wish: Wish, id: str, who: Author) -> HandOver:
    scope = wish.caller.scope
    if not who.name:
        raise RefusedError("name_missing")
    return HandOver(
        id=id,
        at=wish.now,
        by_id=who.id,
        by=who.name,
        shift="",
        queues=_sorted(scope.queues),
        teams=_sorted(scope.teams),
    )


def _point(said: _Said) -> Point:
    text = line(said.text)
    if len(text) > LONGEST_POINT:
        raise RefusedError("handover_too_long")
    return Point(text=text, done=said.done)


def _sorted(ids: frozenset[str] | None) -> tuple[str, ...] | None:
    return None if ids is None else tuple(sorted(ids))


def _concerns(caller: Caller, handover: HandOver) -> bool:
    """Whoever looks after all that its author does; and its author."""
    if caller.id == handover.by_id:
        return True
    scope: Scope = caller.scope
    pairs = ((scope.queues, handover.queues), (scope.teams, handover.teams))
    return all(
        mine is None or (theirs is not None and mine.issuperset(theirs)) for mine, theirs in pairs
    )
