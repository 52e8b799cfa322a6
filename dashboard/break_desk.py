"""The break board: agents ask, supervisors let go or not, and who is away too long is seen at once.

A break is a word between people: what takes somebody off the queue is his own telephone, or the
supervisor's action where the site has it. What the floor shows moves the records on.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated

from msgspec import Meta, Struct, structs

from dashboard.access import OPEN, Caller, Role
from dashboard.authors import author, read
from dashboard.breaks import MINUTES, BreakNote, Pause, row, seen
from dashboard.breaks_sqlite import SqliteBreaks
from dashboard.command_ports import Sight
from dashboard.commands import Person
from dashboard.desks import Deed, Desk, RefusedError, Wish
from dashboard.writing import line
from ingest.events import Millis
from planning.advice import Advice, MayGo

LOOK_MS: Millis = 1_000
KEPT_MS: Millis = 12 * 3_600_000
_MOST_MINUTES = 120
Id = Annotated[str, Meta(min_length=1, max_length=40)]
Agent = Annotated[str, Meta(max_length=255)]


class Lane(Struct, frozen=True, kw_only=True):
    """One break of the day's plan: who goes from when until when."""

    agent: str
    pause: Pause
    start_at: Millis
    end_at: Millis


class _Ask(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pause: Pause
    minutes: Annotated[int, Meta(ge=1, le=_MOST_MINUTES)] | None = None
    agent: Agent = ""


class _Which(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    ask: Id


class _Answer(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    ask: Id
    yes: bool
    why: Annotated[str, Meta(max_length=120)] = ""


class BreakDesk(Desk):
    """`breaks` in the document: those of the last hours (`asks`), who `may_go`, the day's `plan`."""

    def __init__(
        self,
        kept: SqliteBreaks,
        sight: Sight,
        advice: Callable[[], Advice | None],
        lanes: Callable[[Millis], Sequence[Lane]],
        now: Millis,
    ) -> None:
        self._kept = kept
        self._sight = sight
        self._advice = advice
        self._lanes = lanes
        self._notes = {note.id: note for note in kept.since(now - KEPT_MS)}
        self._looked_at: Millis = -LOOK_MS
        self._document: dict[str, object] = {}

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "break.ask": (Role.AGENT, self._ask),
            "break.withdraw": (Role.AGENT, self._withdraw),
            "break.answer": (Role.SUPERVISOR, self._answer),
            "break.send": (Role.SUPERVISOR, self._send),
            "break.call_back": (Role.SUPERVISOR, self._call_back),
        }

    @property
    def leaving(self) -> frozenset[str]:
        """Those who may go and have not yet."""
        return frozenset(n.agent for n in self._notes.values() if n.state == "approved")

    def document(self, now: Millis) -> Mapping[str, object]:
        """The same object until something of it is different."""
        if not 0 <= now - self._looked_at < LOOK_MS:
            self._looked_at = now
            self._look(now)
            shown = self._shown(now)
            if shown != self._document.get("breaks"):
                self._document = {"breaks": shown}
        return self._document

    def _look(self, now: Millis) -> None:
        """What the floor shows of those who asked, or may go, or are away."""
        for note in list(self._notes.values()):
            if not note.open:
                if now - note.asked_at >= KEPT_MS:
                    del self._notes[note.id]
                continue
            person = self._sight.person(note.agent)
            away = person is not None and (person.away or not person.signed_in)
            if (later := seen(note, away, now)) != note:
                self._keep(later)

    def _shown(self, now: Millis) -> dict[str, object]:
        advice = self._advice()
        shown: dict[str, object] = {"asks": {id: row(note) for id, note in self._notes.items()}}
        if advice is not None:
            shown["may_go"] = {each.queue: _may_go(each) for each in advice.may_go}
        if lanes := self._lanes(now):
            shown["plan"] = [
                {"agent": each.agent, "pause": each.pause, "from": each.start_at, "to": each.end_at}
                for each in lanes
            ]
        return shown

    async def _ask(self, wish: Wish) -> Mapping[str, object]:
        said = read(wish, _Ask)
        agent = wish.caller.agent or (said.agent if wish.caller.id == OPEN.id else "")
        if not agent:
            raise RefusedError("break_nobody")
        person = self._sight.person(agent)
        if person is None or not person.signed_in:
            raise RefusedError("break_signed_out")
        self._check_free(agent)
        note = self._made(wish, agent, said, "asked")
        self._keep(note)
        return {"ask": note.id}

    async def _withdraw(self, wish: Wish) -> Mapping[str, object]:
        note = self._note(read(wish, _Which).ask)
        mine = wish.caller.agent == note.agent or wish.caller.id == OPEN.id
        if not mine:
            raise RefusedError("break_not_yours")
        if note.state not in ("asked", "approved"):
            raise RefusedError("break_gone")
        self._keep(structs.replace(note, state="withdrawn"))
        return {"ask": note.id}

    async def _answer(self, wish: Wish) -> Mapping[str, object]:
        said = read(wish, _Answer)
        note = self._note(said.ask)
        self._check_reach(wish.caller, note.agent)
        if note.state != "asked":
            raise RefusedError("break_answered")
        self._keep(
            structs.replace(
                note,
                state="approved" if said.yes else "refused",
                answered_at=wish.now,
                answered_by=author(wish.caller, wish.data).name,
                why=line(said.why),
            )
        )
        return {"ask": note.id, "agent": note.agent, "pause": note.pause}

    async def _send(self, wish: Wish) -> Mapping[str, object]:
        said = read(wish, _Ask)
        person = self._check_reach(wish.caller, said.agent)
        if not person.signed_in or person.away:
            raise RefusedError("break_signed_out")
        self._check_free(said.agent)
        note = structs.replace(
            self._made(wish, said.agent, said, "approved"),
            answered_at=wish.now,
            answered_by=author(wish.caller, wish.data).name,
        )
        self._keep(note)
        return {"ask": note.id, "agent": note.agent, "pause": note.pause}

    async def _call_back(self, wish: Wish) -> Mapping[str, object]:
        note = self._note(read(wish, _Which).ask)
        self._check_reach(wish.caller, note.agent)
        who = author(wish.caller, wish.data).name
        if note.state == "approved":
            self._keep(structs.replace(note, state="refused", answered_by=who))
        elif note.state == "away":
            self._keep(structs.replace(note, called_at=wish.now, called_by=who))
        else:
            raise RefusedError("break_gone")
        return {"ask": note.id}

    def _made(self, wish: Wish, agent: str, said: _Ask, state: str) -> BreakNote:
        return BreakNote(
            id=secrets.token_hex(6),
            agent=agent,
            pause=said.pause,
            minutes=said.minutes or MINUTES[said.pause],
            asked_at=wish.now,
            asked_by=author(wish.caller, wish.data).name,
            state="asked" if state == "asked" else "approved",
        )

    def _note(self, id: str) -> BreakNote:
        note = self._notes.get(id)
        if note is None:
            raise RefusedError("break_gone")
        return note

    def _check_free(self, agent: str) -> None:
        if any(note.open and note.agent == agent for note in self._notes.values()):
            raise RefusedError("break_twice")

    def _check_reach(self, caller: Caller, agent: str) -> Person:
        """Raises RefusedError unless there is such an agent, and he is this caller's."""
        person = self._sight.person(agent)
        if person is None:
            raise RefusedError("break_nobody")
        if not caller.scope.has_agent(person.team, person.queues):
            raise RefusedError("break_not_yours")
        return person

    def _keep(self, note: BreakNote) -> None:
        self._kept.put(note)
        self._notes[note.id] = note
        self._looked_at = -LOOK_MS


def _may_go(each: MayGo) -> dict[str, object]:
    shown: dict[str, object] = {
        "number": each.number,
        "agents": list(each.agents),
        "cost": round(each.cost, 1),
        "why": each.why,
        "away": each.away,
    }
    return shown if each.until is None else {**shown, "until": each.until}
