"""What supervisors have done on the simulated floor: asked for from outside, done as the floor plays.

whoever is told: ask(intervention, done) --> apply(floor, now) by whoever plays the floor
                                         <-- done(refusal), once it is done or refused
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ingest.events import Millis
from ingest.words import RingEnd


class Deed(StrEnum):
    """What can be done to people and calls."""

    PAUSE = "pause"
    UNPAUSE = "unpause"
    JOIN = "join"
    """He becomes a member of a queue."""
    LEAVE = "leave"
    """He is one no more; out of his last queue he goes home once he is free."""
    HANG_UP = "hang_up"
    RING = "ring"
    """A supervisor's phone rings; once answered it listens to a call, or takes it over."""


class Refusal(StrEnum):
    """Why nothing was done."""

    DEAD = "dead"
    """The telephones are dead."""
    ABSENT = "absent"
    """He is not signed in, or not a member of that queue."""
    THERE_ALREADY = "there_already"
    CALL_OVER = "call_over"
    NO_ANSWER = "no_answer"
    """The supervisor's phone was not answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervention:
    """One deed. `queue` may be empty, but to join: all of his.

    `call` is the call to hang up, or to take over; without one a ring is to hear `agent`. `phone` is
    the supervisor's, `id` the name under which it is told of, `how` what it was told to run, and
    `fails` how it ends if nobody answers it.
    """

    deed: Deed
    agent: str = ""
    queue: str = ""
    call: str = ""
    reason: str = ""
    phone: str = ""
    id: str = ""
    how: str = ""
    fails: RingEnd | None = None


Done = Callable[[Refusal | None], object]


def nobody(refusal: Refusal | None) -> None:
    """For who does not want to know."""


class Floor(Protocol):
    """What is asked of a simulated floor."""

    def intervene(self, intervention: Intervention, at: Millis, done: Done) -> None: ...


class Interventions:
    """Those that wait for the floor to be played on."""

    def __init__(self) -> None:
        self._asked: list[tuple[Intervention, Done]] = []

    def ask(self, intervention: Intervention, done: Done = nobody) -> None:
        """Have it done as soon as the floor is played on."""
        self._asked.append((intervention, done))

    def apply(self, floor: Floor, now: Millis) -> None:
        """Hand those asked for since the last time to the floor."""
        asked, self._asked = self._asked, []
        for intervention, done in asked:
            floor.intervene(intervention, now, done)
