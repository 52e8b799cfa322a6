"""A move that was made is followed: what was predicted of it, and what happened. Pure.

What would have happened without the move nobody can know. What can be: how many calls were lost in
both queues in the half-hour after it, beside how many were expected to be with and without it. One
half-hour strays from its expectation by chance: `by_chance` is by how much, two times in three.
"""

from math import sqrt
from typing import Literal

from msgspec import Struct, structs

from ingest.events import Millis

FOLLOWED_MS: Millis = 1_800_000
MADE_WITHIN_MS: Millis = 180_000
"""A move that the floor does not show within this time was not made."""


class MoveNote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One move. In calls lost in both queues within half an hour: `saved` by it as predicted, `without`
    it expected, `happened` in truth; `lost_before` is the day's count when it was made."""

    id: str
    agent: str
    giver: str
    taker: str
    at: Millis
    by: str
    saved: float
    without: float
    lost_before: int
    state: Literal["asked", "made", "not_made", "over"] = "asked"
    made_at: Millis | None = None
    happened: int | None = None

    @property
    def expected(self) -> float:
        """Calls expected to be lost with the move."""
        return max(self.without - self.saved, 0.0)

    @property
    def by_chance(self) -> float:
        """By how much the count strays: losses come in swarms, at least as widely as single calls."""
        return sqrt(max(self.expected, 1.0) * 2)


def followed(note: MoveNote, member: bool, lost: int, now: Millis) -> MoveNote:
    """The record at this moment: whether the agent serves the taking queue, and how many were lost."""
    if note.state == "asked":
        if member:
            return structs.replace(note, state="made", made_at=now, lost_before=lost)
        late = now - note.at >= MADE_WITHIN_MS
        return structs.replace(note, state="not_made") if late else note
    if note.state == "made" and note.made_at is not None and now - note.made_at >= FOLLOWED_MS:
        # A new business day begins its counts anew: then nothing can be said.
        happened = lost - note.lost_before if lost >= note.lost_before else None
        return structs.replace(note, state="over", happened=happened)
    return note


def row(note: MoveNote, lost: int) -> dict[str, object]:
    """What screens are shown of it; `lost` is the day's count now."""
    shown: dict[str, object] = {
        "agent": note.agent,
        "giver": note.giver,
        "taker": note.taker,
        "at": note.at,
        "by": note.by,
        "state": note.state,
        "saved": round(note.saved, 1),
        "without": round(note.without, 1),
        "expected": round(note.expected, 1),
        "chance": round(note.by_chance, 1),
    }
    if note.state == "made" and note.made_at is not None:
        shown |= {"until": note.made_at + FOLLOWED_MS, "so_far": max(lost - note.lost_before, 0)}
    if note.happened is not None:
        shown["happened"] = note.happened
    return shown
