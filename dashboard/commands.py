"""Commands of supervisors: what was asked of the telephone system, and what became of it.

    requested -> sent -> confirmed -> undone
        `-> refused  `-> refused | timed_out

Pure: told the time and what the floor shows. `timed_out` means that nobody knows. A command is
never changed, only followed by its next form, and each form is written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec
from msgspec import Struct

from ingest.events import Millis
from ingest.orders import AWAY, Act, Outcome, Receipt

TIMEOUT_MS: Millis = 10_000
"""So long a command may be under way."""
UNDO_MS: Millis = 60_000
"""So long it can be taken back, once it is confirmed."""
AGAIN_MS: Millis = 15_000
"""So long after a return that could not even be sent it is tried again."""
UNDOABLE = frozenset({Act.PAUSE, Act.UNPAUSE, Act.MOVE})
BY_RECEIPT = frozenset({Act.LISTEN, Act.WHISPER, Act.BARGE})
"""What the floor does not show: the telephone system's own word is all there is."""
RESTARTED, LEFT, MOVED_ON = "restarted", "left", "moved_on"
"""Why: we were started anew before it was sent; he who was to return has signed out meanwhile, or has
been moved by others."""


class State(StrEnum):
    """How far a command has come."""

    REQUESTED = "requested"
    SENT = "sent"
    CONFIRMED = "confirmed"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"
    UNDONE = "undone"


UNDER_WAY = frozenset({State.REQUESTED, State.SENT})


class Command(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One command as it is now. `by` is a user's id, empty for what happens by itself.

    `queue` is the one to pause in or to move out of, `to` the one to move into. `call` is a visit.
    `of` is the command that this one takes back, by a person or because its time has come. `was` is the
    reason of the pause that it ended. `due_at` is when its return is tried next; 0: nothing is to
    return. `carried`: the telephone system says that it did it. `key` is what a page calls its wish:
    the same one twice is one command.
    """

    id: str
    act: Act
    by: str
    by_name: str = ""
    reason: str = ""
    agent: str = ""
    queue: str = ""
    to: str = ""
    call: str = ""
    state: State = State.REQUESTED
    at: Millis
    told_at: Millis
    why: str = ""
    said: str = ""
    return_at: Millis = 0
    due_at: Millis = 0
    undo_until: Millis = 0
    of: str = ""
    was: str = ""
    carried: bool = False
    key: str = ""

    @property
    def under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def live(self) -> bool:
        """Whether something is still to come of it."""
        return self.under_way or self.due_at > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """An agent as the floor shows him. `queues`: whether he is paused in each of his.

    `away` says that he is on a break. `call` is the visit that he talks to, if any.
    """

    id: str
    source: str = ""
    team: str = ""
    signed_in: bool = False
    away: bool = False
    reason: str = ""
    queues: Mapping[str, bool] = field(default_factory=dict)
    phones: tuple[str, ...] = ()
    call: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCall:
    """A visit that is not over. `system_id` is the telephone system's own id of the call; `agent` is
    whoever talks, empty while the caller waits. `since`: the conversation, or the wait."""

    id: str
    source: str
    queue: str
    system_id: str
    agent: str = ""
    caller: str = ""
    since: Millis = 0


def sent(command: Command, now: Millis) -> Command:
    """It is handed over now. From here on nobody knows, until somebody tells."""
    return _next(command, State.SENT, now)


def answered(command: Command, receipt: Receipt, now: Millis) -> Command:
    """The telephone system answered. Unless the floor cannot show it, the floor has the last word."""
    if command.state is not State.SENT or receipt.outcome is Outcome.UNKNOWN:
        return command
    if receipt.outcome is Outcome.REFUSED:
        return _next(command, State.REFUSED, now, why=receipt.why, said=receipt.said)
    if command.act in BY_RECEIPT:
        return _next(command, State.CONFIRMED, now)
    return msgspec.structs.replace(command, carried=True)


def refused(command: Command, why: str, now: Millis) -> Command:
    """It is given up before it was sent."""
    return _next(command, State.REFUSED, now, why=why)


def seen(command: Command, person: Person, call: OpenCall | None, now: Millis) -> Command:
    """The floor shows this of the one, or the call, that it is about: it may be confirmed, or too late."""
    if command.state is not State.SENT:
        return command
    if command.act not in BY_RECEIPT and fulfilled(command, person, call):
        undo_until = now + UNDO_MS if command.act in UNDOABLE and not command.of else 0
        due_at = command.return_at if command.act is Act.MOVE else 0
        return _next(command, State.CONFIRMED, now, undo_until=undo_until, due_at=due_at)
    if now - command.told_at >= TIMEOUT_MS:
        return _next(command, State.TIMED_OUT, now)
    return command


def fulfilled(command: Command, person: Person, call: OpenCall | None) -> bool:
    """Whether the floor is as the command wanted it."""
    paused = [held for queue, held in person.queues.items() if command.queue in ("", queue)]
    match command.act:
        case Act.PAUSE:
            return person.away or (bool(paused) and all(paused))
        case Act.UNPAUSE:
            return not person.away and not any(paused)
        case Act.MOVE:
            return command.to in person.queues and command.queue not in person.queues
        case Act.SIGN_OUT:
            return not person.queues or not person.signed_in
        case Act.HANG_UP:
            return call is None
        case Act.TAKE_OVER:
            # A call that merely ended while the phone still rang was taken over by nobody.
            return command.carried and (call is None or person.call != command.call)
        case _:
            return False


def undone(command: Command, now: Millis) -> Command:
    """What takes it back is confirmed: nothing of it is left."""
    return _next(command, State.UNDONE, now, due_at=0, undo_until=0)


def may_undo(command: Command, now: Millis) -> bool:
    """Within its time; and one who is to return by himself can be sent back before."""
    return command.state is State.CONFIRMED and (now < command.undo_until or command.due_at > 0)


def reverse(command: Command, id: str, now: Millis, *, by: str = "", by_name: str = "") -> Command:
    """The command that takes this one back."""
    back = {Act.PAUSE: Act.UNPAUSE, Act.UNPAUSE: Act.PAUSE, Act.MOVE: Act.MOVE}
    moved = command.act is Act.MOVE
    return Command(
        id=id,
        act=back[command.act],
        by=by,
        by_name=by_name,
        agent=command.agent,
        queue=command.to if moved else command.queue,
        to=command.queue if moved else "",
        reason=command.was if command.act is Act.UNPAUSE else command.reason,
        at=now,
        told_at=now,
        of=command.id,
    )


def returned(command: Command, now: Millis, why: str = "") -> Command:
    """Its return is under way, done with, or (`why`) will not be."""
    return msgspec.structs.replace(command, due_at=0, undo_until=0, why=why, told_at=now)


def return_failed(command: Command, back: Command, now: Millis) -> Command:
    """Its return came to nothing: tried again if it was never sent, else told and left to people."""
    if back.why in (AWAY, RESTARTED):
        return msgspec.structs.replace(command, due_at=now + AGAIN_MS)
    return command


def restarted(command: Command, now: Millis) -> Command:
    """We were started anew. What was never sent is given up; what was, has its time once more."""
    if command.state is State.REQUESTED:
        return refused(command, RESTARTED, now)
    if command.state is State.SENT:
        return msgspec.structs.replace(command, told_at=now)
    return command


def row(command: Command) -> dict[str, object]:
    """What screens are shown of it."""
    shown: dict[str, object] = {
        "kind": command.act.value,
        "by": command.by,
        "state": command.state.value,
        "at": command.at,
        "told_at": command.told_at,
    }
    for key in ("by_name", "reason", "agent", "queue", "to", "call", "why", "said", "of"):
        if value := getattr(command, key):
            shown[key] = value
    for key in ("return_at", "due_at", "undo_until"):
        if value := getattr(command, key):
            shown[key] = value
    return shown


def _next(
    command: Command,
    state: State,
    now: Millis,
    *,
    why: str = "",
    said: str = "",
    undo_until: Millis = 0,
    due_at: Millis = 0,
) -> Command:
    return msgspec.structs.replace(
        command,
        state=state,
        told_at=now,
        why=why,
        said=said,
        undo_until=undo_until,
        due_at=due_at,
    )
