"""The desk of supervisors' actions: checks who may order what, has it carried out, tells what came of it.

    wish -> command (requested, on the disk) -> sent -> the telephone system
                                                  `-> what the floor shows -> confirmed | timed out

What a floor shows is looked at again and again by `run`, which also lets moved agents return.
"""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated

from msgspec import Meta, Struct, field

from dashboard.access import Role
from dashboard.authors import author, read
from dashboard.command_book import Book
from dashboard.command_checks import Checks, Target
from dashboard.command_ports import Exchange, Journal, Sight
from dashboard.commands import (
    LEFT,
    MOVED_ON,
    Command,
    Person,
    State,
    answered,
    may_undo,
    refused,
    return_failed,
    returned,
    reverse,
    row,
    seen,
    sent,
    undone,
)
from dashboard.desks import Deed, Inquiry, Question, RefusedError, Wish
from dashboard.period import Instant, period
from dashboard.writing import line
from ingest.events import Millis
from ingest.orders import Act, Order, Outcome, Receipt
from ingest.ports import Clock

log = logging.getLogger(__name__)

LOOK_S = 0.2
BACK_MS = 86_400_000
LONGEST_RETURN_MS = 12 * 3_600_000
Name = Annotated[str, Meta(min_length=1, max_length=255)]
Reason = Annotated[str, Meta(max_length=120)]
Key = Annotated[str, Meta(max_length=64)]


class _Asked(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a page asks for, whichever act it is; the checks know what an act needs."""

    agent: Annotated[str, Meta(max_length=255)] = ""
    call: Annotated[str, Meta(max_length=1_024)] = ""
    queue: Annotated[str, Meta(max_length=255)] = ""
    from_: Annotated[str, Meta(max_length=255)] = field(default="", name="from")
    to: Annotated[str, Meta(max_length=255)] = ""
    reason: Reason = ""
    return_at: Instant = 0
    key: Key = ""


class _Undo(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    command: Name
    key: Key = ""


class CommandDesk:
    """`exchanges` by the name of the source whose agents and calls they are; none: no actions at all."""

    def __init__(
        self, exchanges: Mapping[str, Exchange], sight: Sight, journal: Journal, clock: Clock
    ) -> None:
        self._sight = sight
        self._clock = clock
        self._book = Book(journal, clock.now())
        self._checks = Checks(exchanges, sight)
        self._carried: set[asyncio.Task[None]] = set()
        acts = [act.value for act in self._checks.abilities]
        self._abilities: dict[str, object] = {"abilities": {"actions": acts}} if acts else {}

    @property
    def deeds(self) -> Mapping[str, Deed]:
        acts: dict[str, Callable[[Wish], Awaitable[Mapping[str, object]]]] = {
            f"action.{act.value}": partial(self._act, act) for act in Act
        }
        whole = {**acts, "action.undo": self._undo}
        return {name: (Role.SUPERVISOR, deed) for name, deed in whole.items()}

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {
            "/commands": (Role.SUPERVISOR, self._history),
            "/conversation": (Role.SUPERVISOR, self._conversation),
        }

    def document(self, now: Millis) -> Mapping[str, object]:
        """`commands` and `abilities`; of a site without actions nothing, unless some were given before."""
        if not self._abilities and not self._book.document["commands"]:
            return {}
        return {**self._book.document, **self._abilities}

    async def run(self) -> None:
        """Look at what became of commands, and let time do its part, until cancelled."""
        while True:
            try:
                self.look(self._clock.now())
            except Exception:
                # A full disk must not end the watch over commands that are under way.
                log.exception("commands cannot be followed; trying again")
            await self._clock.sleep(LOOK_S)

    def look(self, now: Millis) -> None:
        """What the floor shows, and the time, may bring commands on."""
        for command in self._book.live():
            if command.under_way:
                person = self._sight.person(command.agent) or Person(id=command.agent)
                call = self._sight.call(command.call)
                self._settle(self._book.put(seen(command, person, call, now)), now)
            elif 0 < command.due_at <= now:
                self._bring_back(command, now)

    async def _act(self, act: Act, wish: Wish) -> Mapping[str, object]:
        asked = read(wish, _Asked)
        if known := self._book.by_key(wish.caller.id, asked.key):
            return {"command": known.id}
        wanted = Target(
            act=act,
            agent=asked.agent,
            call=asked.call,
            queue=asked.from_ or asked.queue,
            to=asked.to,
        )
        target = self._checks.target(wanted, wish.caller)
        latest = wish.now + LONGEST_RETURN_MS if act is Act.MOVE else wish.now
        if asked.return_at and not wish.now < asked.return_at <= latest:
            raise RefusedError("action_return")
        if self._book.is_busy(target.agent, target.call):
            raise RefusedError("action_busy")
        by = author(wish.caller, wish.data)
        person = self._sight.person(target.agent)
        command = Command(
            id=secrets.token_hex(8),
            act=act,
            by=by.id,
            by_name=by.name,
            reason=line(asked.reason),
            agent=target.agent,
            queue=target.queue,
            to=target.to,
            call=target.call,
            at=wish.now,
            told_at=wish.now,
            return_at=asked.return_at,
            was=person.reason if person is not None and act is Act.UNPAUSE else "",
            key=asked.key,
        )
        return self._start(command, wish.caller.id)

    async def _undo(self, wish: Wish) -> Mapping[str, object]:
        asked = read(wish, _Undo)
        if known := self._book.by_key(wish.caller.id, asked.key):
            return {"command": known.id}
        command = self._book.get(asked.command)
        if command is None or not may_undo(command, wish.now):
            raise RefusedError("action_undo_over")
        if self._book.is_busy(command.agent, command.call):
            raise RefusedError("action_busy")
        by = author(wish.caller, wish.data)
        back = reverse(command, secrets.token_hex(8), wish.now, by=by.id, by_name=by.name)
        self._checks.target(Target.of(back), wish.caller)
        return self._start(back, wish.caller.id)

    def _start(self, command: Command, caller: str) -> Mapping[str, object]:
        """It is on the disk before it is sent; and that it is sent, before it goes out."""
        self._book.put(command)
        try:
            exchange, order = self._checks.order(command, caller)
        except RefusedError as error:
            self._settle(self._book.put(refused(command, error.why, command.at)), command.at)
            return {"command": command.id}
        self._book.put(sent(command, self._clock.now()))
        task = asyncio.get_running_loop().create_task(self._carry(exchange, order))
        self._carried.add(task)
        task.add_done_callback(self._carried.discard)
        return {"command": command.id}

    async def _carry(self, exchange: Exchange, order: Order) -> None:
        try:
            receipt = await exchange.telephony.carry(order)
        except Exception:
            log.exception("order %s: the telephony failed", order.id)
            receipt = Receipt(Outcome.UNKNOWN)
        now = self._clock.now()
        command = self._book.get(order.id)
        if command is not None:
            self._settle(self._book.put(answered(command, receipt, now)), now)

    def _settle(self, command: Command, now: Millis) -> None:
        """What takes another command back has come to its end."""
        if command.act is Act.MOVE and command.state is State.CONFIRMED and not command.of:
            self._move_on(command, now)
        taken_back = self._book.get(command.of) if command.of else None
        if taken_back is None or command.under_way or taken_back.state is not State.CONFIRMED:
            return
        if command.state is State.CONFIRMED:
            self._book.put(undone(taken_back, now))
        elif not command.by:
            self._book.put(return_failed(taken_back, command, now))

    def _move_on(self, command: Command, now: Millis) -> None:
        """Whoever was to return from where he has now been moved away does not return by himself."""
        for other in self._book.live():
            same = other.agent == command.agent and other.to == command.queue
            if other.act is Act.MOVE and same and other.due_at and other.id != command.id:
                back = other.queue == command.to
                self._book.put(undone(other, now) if back else returned(other, now, MOVED_ON))

    def _bring_back(self, command: Command, now: Millis) -> None:
        """The time of a moved agent's return has come."""
        if self._book.is_busy(command.agent):
            return
        person = self._sight.person(command.agent)
        if person is None or not person.signed_in or not person.queues:
            self._book.put(returned(command, now, LEFT))
            return
        if command.queue in person.queues and command.to not in person.queues:
            self._book.put(undone(command, now))
            return
        if command.queue in person.queues or command.to not in person.queues:
            self._book.put(returned(command, now, MOVED_ON))
            return
        back = reverse(command, secrets.token_hex(8), now)
        self._book.put(returned(command, now))
        self._start(back, "")

    async def _history(self, question: Question) -> object:
        start, end = period(question.query, question.now, BACK_MS)
        return [
            {**row(command), "id": command.id, "steps": [_step(each) for each in steps]}
            for command, steps in self._book.between(start, end)
            if self._checks.may_see(command, question.caller)
        ]

    async def _conversation(self, question: Question) -> object:
        """Whom an agent talks to, or who is in this call: what is named before a call is cut."""
        return self._checks.conversation(
            question.query.get("agent", ""), question.query.get("call", ""), question.caller
        )


def _step(command: Command) -> dict[str, object]:
    shown: dict[str, object] = {"state": command.state.value, "at": command.told_at}
    if command.carried:
        shown["carried"] = True
    return {**shown, **{key: v for key in ("why", "said") if (v := getattr(command, key))}}
