"""Floor walks: what is noted on them, by whom, for whom to see, and what is still to be done."""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Annotated, NamedTuple

from msgspec import Meta, Struct, structs, to_builtins

from dashboard.access import Caller, Role
from dashboard.authors import Author, author, read
from dashboard.desks import Deed, File, Inquiry, Question, RefusedError, Wish
from dashboard.period import Instant, period
from dashboard.photo import MOST_BYTES, NoPhotoError, cleaned
from dashboard.photo_shelf import PhotoShelf
from dashboard.walk_book import WalkBook
from dashboard.walk_choices import Choice, WalkChoices
from dashboard.writing import line, paragraphs
from ingest.events import Millis
from reports.walk_records import AGAIN_MS, NOTHING_FOUND, Finding, Walk, again, floor_ms

HISTORY_MS = 86_400_000
OLDEST_MS = 7 * 86_400_000
"""What a phone kept for longer than this is not taken any more."""
LONGEST_NOTE, LONGEST_MEASURE = 500, 200
NOTHING = Choice(id=NOTHING_FOUND)

PageId = Annotated[str, Meta(pattern="^[0-9A-Za-z_-]{8,64}$")]
Short = Annotated[str, Meta(max_length=255)]


class Whereabouts(NamedTuple):
    """What we know of an agent: his team, and the queues that he is in."""

    team: str
    queues: Collection[str]


class Ways(NamedTuple):
    """What a walk desk asks of the floor: what can be chosen now, and where an agent belongs."""

    choices: Callable[[], WalkChoices]
    agent: Callable[[str], Whereabouts | None]


class _When(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    walk: PageId
    at: Instant


class _Note(_When, frozen=True, kw_only=True, forbid_unknown_fields=True):
    finding: PageId
    place: Short
    kind: Short
    measure: Short = ""
    note: Annotated[str, Meta(max_length=4 * LONGEST_NOTE)] = ""
    agent: Short = ""
    photo: bytes = b""


class _Settle(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    finding: str
    measure: Annotated[str, Meta(max_length=4 * LONGEST_MEASURE)]


class WalkDesk:
    """Notes walks. Ids come from the phone, so that what is sent twice is noted once."""

    def __init__(self, book: WalkBook, shelf: PhotoShelf, ways: Ways) -> None:
        self._book = book
        self._shelf = shelf
        self._ways = ways
        self._changed_at: Millis = 0
        self._document: dict[str, object] = {"walks": {"changed_at": 0}}

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "walk.begin": (Role.SUPERVISOR, self._begin),
            "walk.note": (Role.SUPERVISOR, self._note),
            "walk.end": (Role.SUPERVISOR, self._end),
            "walk.settle": (Role.SUPERVISOR, self._settle),
        }

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {
            "/walks": (Role.SUPERVISOR, self._walks),
            "/walk-choices": (Role.SUPERVISOR, self._choices),
            "/walk-photo": (Role.SUPERVISOR, self._photo),
        }

    def document(self, now: Millis) -> Mapping[str, object]:
        """`walks.changed_at`: that something is new, and can be asked for."""
        return self._document

    async def _begin(self, wish: Wish) -> Mapping[str, object]:
        told = read(wish, _When)
        self._book.put_walk(self._grown(wish, told, _time(told.at, wish.now)))
        return self._changed(wish)

    async def _end(self, wish: Wish) -> Mapping[str, object]:
        told = read(wish, _When)
        at = _time(told.at, wish.now)
        walk = self._grown(wish, told, at)
        self._book.put_walk(structs.replace(walk, ended_at=max(at, walk.ended_at or 0)))
        return self._changed(wish)

    async def _note(self, wish: Wish) -> Mapping[str, object]:
        told = read(wish, _Note)
        at = _time(told.at, wish.now)
        known = self._book.finding(told.finding)
        if known is not None:
            return self._noted_already(wish, known)
        self._grown(wish, told, at)
        finding = self._finding(wish, told, at)
        photo = await self._kept_photo(told.photo)
        # While the photo was written, the same may have come again, or another of this walk.
        walk = self._grown(wish, told, at)
        try:
            added = self._book.add(structs.replace(finding, photo=photo), walk)
        except BaseException:
            self._shelf.drop(photo)
            raise
        if not added:
            self._shelf.drop(photo)
        return {**self._changed(wish), "again": self._earlier(finding)}

    async def _settle(self, wish: Wish) -> Mapping[str, object]:
        told = read(wish, _Settle)
        finding = self._book.finding(told.finding)
        if finding is None or not self.may_see(wish.caller, finding):
            raise RefusedError("finding_gone")
        if not finding.open:
            raise RefusedError("settled_already")
        measure = line(told.measure)[:LONGEST_MEASURE]
        if not measure:
            raise RefusedError("measure_missing")
        who = author(wish.caller, wish.data)
        settled = structs.replace(
            finding, open=False, settled=measure, settled_at=wish.now, settled_by=who.name
        )
        self._book.settle(settled)
        return self._changed(wish)

    async def _walks(self, question: Question) -> object:
        """Walks and findings of a time, all open measures, and minutes on the floor by person."""
        start, end = period(question.query, question.now, HISTORY_MS)
        who, caller = question.query.get("who", ""), question.caller
        around = self._book.findings(start - AGAIN_MS, end)
        seen = [each for each in around if self.may_see(caller, each)]
        findings = [each for each in seen if each.at >= start and who in ("", each.by_id)]
        theirs = {each.walk for each in findings}
        walks = [
            walk
            for walk in self._book.walks(start, end)
            if who in ("", walk.by_id)
            and (caller.scope.whole or walk.by_id == caller.id or walk.id in theirs)
        ]
        until = min(end, question.now)
        people = floor_ms(walks, start, until).items()
        return {
            "walks": [to_builtins(walk) for walk in walks],
            "findings": [_told(each, again(each, around)) for each in findings],
            "open": [
                _told(each) for each in self._book.open_findings() if self.may_see(caller, each)
            ],
            "people": [{"id": id, "name": name, "floor_ms": ms} for (id, name), ms in people],
        }

    async def _choices(self, question: Question) -> object:
        choices = self._ways.choices()
        places = [place for place in choices.places if _may_enter(question.caller, place.id)]
        return {
            "places": to_builtins(places),
            "kinds": to_builtins(choices.kinds),
            "measures": to_builtins(choices.measures),
        }

    async def _photo(self, question: Question) -> File | None:
        finding = self._book.finding(question.query.get("id", ""))
        if finding is None or not finding.photo or not self.may_see(question.caller, finding):
            return None
        photo = await asyncio.to_thread(self._shelf.read, finding.photo)
        return None if photo is None else File(body=photo.body, content_type=photo.content_type)

    def _noted_already(self, wish: Wish, known: Finding) -> Mapping[str, object]:
        if known.by_id != wish.caller.id:
            raise RefusedError("walk_not_yours")
        return {"again": self._earlier(known)}

    def _grown(self, wish: Wish, told: _When, at: Millis) -> Walk:
        """The walk that is told of, reaching to this moment."""
        known = self._book.walk(told.walk)
        if known is None:
            who = author(wish.caller, wish.data)
            return Walk(id=told.walk, by_id=who.id, by=who.name, began_at=at, last_at=at)
        if known.by_id != wish.caller.id:
            raise RefusedError("walk_not_yours")
        return structs.replace(
            known, began_at=min(known.began_at, at), last_at=max(known.last_at, at)
        )

    def _finding(self, wish: Wish, told: _Note, at: Millis) -> Finding:
        choices = self._ways.choices()
        place = _chosen(choices.places, told.place, "unknown_place")
        kind = _chosen((*choices.kinds, NOTHING), told.kind, "unknown_finding")
        measure = None
        if kind is not NOTHING or told.measure:
            measure = _chosen(choices.measures, told.measure, "unknown_measure")
        if not _may_enter(wish.caller, place.id):
            raise RefusedError("place_not_yours")
        if told.agent and not self._looks_after(wish.caller, told.agent):
            raise RefusedError("agent_not_yours")
        who: Author = author(wish.caller, wish.data)
        return Finding(
            id=told.finding,
            walk=told.walk,
            at=at,
            by_id=who.id,
            by=who.name,
            place=place.id,
            kind=kind.id,
            measure=measure.id if measure else "",
            place_names=place.names,
            kind_names=kind.names,
            measure_names=measure.names if measure else {},
            note=paragraphs(told.note)[:LONGEST_NOTE],
            agent=told.agent,
            open=measure is not None and measure.stays_open,
        )

    async def _kept_photo(self, body: bytes) -> str:
        if not body:
            return ""
        if len(body) > MOST_BYTES:
            raise RefusedError("photo_too_big", most=MOST_BYTES)
        try:
            photo = cleaned(body)
        except NoPhotoError as error:
            raise RefusedError("photo_bad", told=str(error)) from None
        return await asyncio.to_thread(self._shelf.keep, photo)

    def may_see(self, caller: Caller, finding: Finding) -> bool:
        """Whether a finding is his own, or of people and places that he looks after."""
        if caller.scope.whole or finding.by_id == caller.id:
            return True
        if finding.agent:
            return self._looks_after(caller, finding.agent)
        return _may_enter(caller, finding.place)

    def _looks_after(self, caller: Caller, agent: str) -> bool:
        known = self._ways.agent(agent)
        if known is None:
            return False
        return caller.scope.has_agent(known.team, known.queues)

    def _earlier(self, finding: Finding) -> int:
        return again(finding, self._book.findings(finding.at - AGAIN_MS, finding.at + 1))

    def _changed(self, wish: Wish) -> Mapping[str, object]:
        self._changed_at = max(wish.now, self._changed_at + 1)
        self._document = {"walks": {"changed_at": self._changed_at}}
        old = self._book.without_photos(wish.now - self._ways.choices().photos_ms)
        for name in old:
            self._shelf.drop(name)
        return {}


def _chosen(choices: Collection[Choice], id: str, why: str) -> Choice:
    for choice in choices:
        if choice.id == id:
            return choice
    raise RefusedError(why)


def _may_enter(caller: Caller, place: str) -> bool:
    """Teams and queues are of those who look after them; rooms are everybody's."""
    group, _, id = place.partition(":")
    scope = caller.scope
    if scope.whole or group not in {"team", "queue"}:
        return True
    if group == "team":
        return scope.teams is None or id in scope.teams
    return scope.queues is None or id in scope.queues


def _time(at: Millis, now: Millis) -> Millis:
    """When it was, by the phone; phones run fast, and some were away for long."""
    if at < now - OLDEST_MS:
        raise RefusedError("too_old")
    return min(at, now)


def _told(finding: Finding, repeats: int = 0) -> dict[str, object]:
    told = {**structs.asdict(finding), "photo": bool(finding.photo), "again": repeats}
    return {key: value for key, value in told.items() if value not in ("", None, {})}
