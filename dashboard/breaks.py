"""Breaks as people ask for them, are let go, and come back: records, and how they change. Pure.

asked --yes--> approved --leaves--> away --returns--> back
  |`--no--> refused    `--never leaves--> lapsed
  `--> withdrawn
"""

from collections.abc import Mapping
from typing import Literal

from msgspec import Struct, structs

from ingest.events import Millis

Pause = Literal["meal", "break"]
State = Literal["asked", "approved", "refused", "withdrawn", "away", "back", "lapsed"]
OPEN: frozenset[str] = frozenset({"asked", "approved", "away"})
MINUTES: Mapping[str, int] = {"meal": 45, "break": 15}
"""How long they last if nobody says otherwise."""
LAPSES_MS: Millis = 15 * 60_000
"""Whoever may go and does not within this time must ask again."""
UNANSWERED_MS: Millis = 60 * 60_000
_MINUTE_MS = 60_000


class BreakNote(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One break of one agent: from being asked for, or from being sent, until it is over.

    `until` is when the agent is to be back, known once he has left.
    """

    id: str
    agent: str
    pause: Pause
    minutes: int
    asked_at: Millis
    asked_by: str = ""
    state: State = "asked"
    answered_at: Millis | None = None
    answered_by: str = ""
    why: str = ""
    left_at: Millis | None = None
    back_at: Millis | None = None
    called_at: Millis | None = None
    called_by: str = ""

    @property
    def open(self) -> bool:
        return self.state in OPEN

    @property
    def until(self) -> Millis | None:
        """When the agent is to be back: at once, if he was called."""
        if self.left_at is None:
            return None
        planned = self.left_at + self.minutes * _MINUTE_MS
        return planned if self.called_at is None else min(planned, self.called_at)


def seen(note: BreakNote, away: bool, now: Millis) -> BreakNote:
    """The record as the floor shows it now: whether the agent is away from calls."""
    if note.state == "approved" and away:
        return structs.replace(note, state="away", left_at=now)
    if note.state == "away" and not away:
        return structs.replace(note, state="back", back_at=now)
    answered_at = note.answered_at if note.answered_at is not None else note.asked_at
    if note.state == "approved" and now - answered_at >= LAPSES_MS:
        return structs.replace(note, state="lapsed")
    if note.state == "asked" and now - note.asked_at >= UNANSWERED_MS:
        return structs.replace(note, state="lapsed")
    return note


def row(note: BreakNote) -> dict[str, object]:
    """What screens are shown of it."""
    shown: dict[str, object] = {
        "agent": note.agent,
        "pause": note.pause,
        "minutes": note.minutes,
        "state": note.state,
        "asked_at": note.asked_at,
        "by": note.answered_by,
        "why": note.why,
    }
    times = {"left_at": note.left_at, "until": note.until, "called_at": note.called_at}
    times |= {"answered_at": note.answered_at, "back_at": note.back_at}
    return {key: value for key, value in {**shown, **times}.items() if value not in (None, "")}
