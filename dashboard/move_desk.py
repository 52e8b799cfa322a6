"""Who could help: moves between queues ranked by the calls they save, and what came of those made.

The desk moves nobody: a page has that done by the supervisor's action where the site has it, or people
do it; whatever way, a move that the floor shows is followed for half an hour.
"""

import secrets
from collections.abc import Callable, Mapping
from typing import Annotated

from msgspec import Meta, Struct

from dashboard.access import Role
from dashboard.authors import author, read
from dashboard.breaks_sqlite import SqliteBreaks
from dashboard.command_ports import Sight
from dashboard.desks import Deed, Desk, RefusedError, Wish
from dashboard.move_notes import MoveNote, followed, row
from ingest.events import Millis
from planning.advice import Advice
from planning.moves import Move

LOOK_MS: Millis = 2_000
KEPT_MS: Millis = 12 * 3_600_000
_SURE, _FAIR = 1.5, 0.75
Name = Annotated[str, Meta(min_length=1, max_length=255)]
Lost = Callable[[str, Millis], int]
"""Calls lost in a queue since its business day began."""


class _Follow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    agent: Name
    giver: Name
    taker: Name


class MoveDesk(Desk):
    """`moves` in the document: `ranked`, `made` of the last hours, `below` (chances by queue), `at`."""

    def __init__(
        self,
        kept: SqliteBreaks,
        sight: Sight,
        advice: Callable[[], Advice | None],
        lost: Lost,
        now: Millis,
    ) -> None:
        self._kept = kept
        self._sight = sight
        self._advice = advice
        self._lost = lost
        self._notes = {note.id: note for note in kept.moves_since(now - KEPT_MS)}
        self._looked_at: Millis = -LOOK_MS
        self._document: dict[str, object] = {}

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {"move.follow": (Role.SUPERVISOR, self._follow)}

    @property
    def moved(self) -> Mapping[str, Millis]:
        """When each agent was lent last."""
        return {note.agent: note.at for note in self._notes.values() if note.state != "not_made"}

    def document(self, now: Millis) -> Mapping[str, object]:
        """The same object until something of it is different."""
        if not 0 <= now - self._looked_at < LOOK_MS:
            self._looked_at = now
            self._look(now)
            shown = self._shown(now)
            if shown != self._document.get("moves"):
                self._document = {"moves": shown}
        return self._document

    def _look(self, now: Millis) -> None:
        for note in list(self._notes.values()):
            if now - note.at >= KEPT_MS:
                del self._notes[note.id]
            elif note.state in ("asked", "made"):
                person = self._sight.person(note.agent)
                member = person is not None and note.taker in person.queues
                later = followed(note, member, self._both(note, now), now)
                if later != note:
                    self._keep(later)

    def _shown(self, now: Millis) -> dict[str, object]:
        advice = self._advice()
        shown: dict[str, object] = {
            "made": {id: row(note, self._both(note, now)) for id, note in self._notes.items()}
        }
        if advice is not None:
            shown |= {
                "at": advice.at,
                "ranked": [_told(move) for move in advice.moves],
                "lost": {queue: round(lost, 1) for queue, lost in advice.lost.items()},
                "below": {q: round(chance, 2) for q, chance in advice.below_target.items()},
            }
        return shown

    async def _follow(self, wish: Wish) -> Mapping[str, object]:
        said = read(wish, _Follow)
        person, advice = self._sight.person(said.agent), self._advice()
        if person is None or advice is None:
            raise RefusedError("move_gone")
        if not wish.caller.scope.has_agent(person.team, person.queues):
            raise RefusedError("break_not_yours")
        wanted = said.agent, said.giver, said.taker
        move = next((m for m in advice.moves if (m.agent, m.giver, m.taker) == wanted), None)
        if move is None:
            raise RefusedError("move_gone")
        note = MoveNote(
            id=secrets.token_hex(6),
            agent=move.agent,
            giver=move.giver,
            taker=move.taker,
            at=wish.now,
            by=author(wish.caller, wish.data).name,
            saved=move.gain,
            without=advice.lost[move.giver] + advice.lost[move.taker],
            lost_before=self._lost(move.giver, wish.now) + self._lost(move.taker, wish.now),
        )
        self._keep(note)
        return {"move": note.id}

    def _both(self, note: MoveNote, now: Millis) -> int:
        return self._lost(note.giver, now) + self._lost(note.taker, now)

    def _keep(self, note: MoveNote) -> None:
        self._kept.put_move(note)
        self._notes[note.id] = note
        self._looked_at = -LOOK_MS


def _told(move: Move) -> dict[str, object]:
    sure = "high" if move.gain >= _SURE else "fair" if move.gain >= _FAIR else "low"
    return {
        "agent": move.agent,
        "giver": move.giver,
        "taker": move.taker,
        "gain": round(move.gain, 1),
        "saved": round(move.saved, 1),
        "price": round(move.price, 1),
        "giver_level": [round(share, 3) for share in move.giver_level],
        "taker_level": [round(share, 3) for share in move.taker_level],
        "sure": sure,
    }
