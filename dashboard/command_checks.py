"""Whether a command may be given: by this caller, to this telephone system, as the floor is now."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from dashboard.access import Caller
from dashboard.command_ports import Exchange, Sight
from dashboard.commands import Command, OpenCall, Person
from dashboard.desks import RefusedError
from ingest.orders import BY_PHONE, Act, Order

_OF_CALLS = frozenset({Act.HANG_UP, Act.TAKE_OVER})
_SPIES = frozenset({Act.LISTEN, Act.WHISPER, Act.BARGE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What an act is about. `queue` is the one to pause in, or to move out of."""

    act: Act
    agent: str = ""
    call: str = ""
    queue: str = ""
    to: str = ""

    @classmethod
    def of(cls, command: Command) -> "Target":
        return cls(
            act=command.act,
            agent=command.agent,
            call=command.call,
            queue=command.queue,
            to=command.to,
        )


class Checks:
    """Raises RefusedError, with a word for the page."""

    def __init__(self, exchanges: Mapping[str, Exchange], sight: Sight) -> None:
        self._exchanges = exchanges
        self._sight = sight

    @property
    def abilities(self) -> tuple[Act, ...]:
        """What some telephone system of the site may be told."""
        known = [set(exchange.telephony.abilities) for exchange in self._exchanges.values()]
        return tuple(act for act in Act if any(act in each for each in known))

    def target(self, wanted: Target, caller: Caller) -> Target:
        """The same with all that the floor knows; it is there, may be touched, and makes sense now."""
        call = self._call(wanted) if wanted.act in _OF_CALLS | _SPIES else None
        if call is not None:
            wanted = replace(wanted, call=call.id, agent=call.agent, queue=call.queue)
        person = self._sight.person(wanted.agent) if wanted.agent else None
        if person is None and wanted.act is not Act.HANG_UP:
            raise RefusedError("action_agent_unknown")
        source = call.source if call is not None else person.source if person is not None else ""
        if wanted.act not in self._exchange(source).telephony.abilities:
            raise RefusedError("action_off")
        self._scope(wanted, person, caller)
        if wanted.act in BY_PHONE and not self._exchange(source).phones.get(caller.id):
            raise RefusedError("action_no_phone")
        if person is not None and wanted.act not in _OF_CALLS | _SPIES:
            self._sense(wanted, person)
        return wanted

    def order(self, command: Command, caller: str) -> tuple[Exchange, Order]:
        """Which telephone system is told, and what."""
        call = self._sight.call(command.call) if command.call else None
        person = self._sight.person(command.agent)
        source = call.source if call is not None else person.source if person is not None else ""
        exchange = self._exchange(source)
        return exchange, Order(
            id=command.id,
            act=command.act,
            agent=command.agent,
            phones=person.phones if person is not None else (),
            queue="" if command.call else command.queue,
            to=command.to,
            call=call.system_id if call is not None else "",
            own_phone=exchange.phones.get(caller, ""),
            reason=command.reason,
        )

    def may_see(self, command: Command, caller: Caller) -> bool:
        """Whether a command is this caller's to know of."""
        person = self._sight.person(command.agent)
        try:
            self._scope(Target.of(command), person, caller)
        except RefusedError:
            return False
        return True

    def conversation(self, agent: str, call: str, caller: Caller) -> object | None:
        """The call of this agent, or this call, as far as it is this caller's to know."""
        person = self._sight.person(agent)
        found = self._sight.call(call or (person.call if person is not None else ""))
        if found is None:
            return None
        about = Target(act=Act.HANG_UP, agent=found.agent, call=found.id, queue=found.queue)
        self._scope(about, self._sight.person(found.agent), caller)
        told = {"call": found.id, "queue": found.queue, "since": found.since}
        named = {"agent": found.agent, "caller": found.caller}
        return {**told, **{key: value for key, value in named.items() if value}}

    def _call(self, wanted: Target) -> OpenCall:
        person = self._sight.person(wanted.agent) if wanted.agent else None
        found = self._sight.call(wanted.call or (person.call if person is not None else ""))
        if found is None:
            raise RefusedError("action_call_over")
        if wanted.act is not Act.HANG_UP and not found.agent:
            raise RefusedError("action_call_waiting")
        return found

    def _exchange(self, source: str) -> Exchange:
        found = self._exchanges.get(source)
        if found is not None:
            return found
        if len(self._exchanges) == 1 and not source:
            return next(iter(self._exchanges.values()))
        raise RefusedError("action_off")

    def _scope(self, wanted: Target, person: Person | None, caller: Caller) -> None:
        scope = caller.scope
        queues = [queue for queue in (wanted.queue, wanted.to) if queue]
        if not all(scope.has_queue(queue) for queue in queues):
            raise RefusedError("action_scope")
        if person is not None and not scope.has_agent(person.team, person.queues):
            raise RefusedError("action_scope")
        if person is None and not scope.whole and (scope.queues is None or not queues):
            raise RefusedError("action_scope")

    def _sense(self, wanted: Target, person: Person) -> None:
        """Whether the floor is such that it can be done at all."""
        if not person.signed_in or not person.queues:
            raise RefusedError("action_signed_out")
        if wanted.queue and wanted.queue not in person.queues:
            raise RefusedError("action_not_in_queue")
        paused = [held for queue, held in person.queues.items() if wanted.queue in ("", queue)]
        match wanted.act:
            case Act.PAUSE if all(paused) or person.away:
                raise RefusedError("action_paused_already")
            case Act.UNPAUSE if not any(paused) and not person.away:
                raise RefusedError("action_not_paused")
            case Act.MOVE if not wanted.queue or not wanted.to:
                raise RefusedError("action_queue_missing")
            case Act.MOVE if not self._sight.has_queue(wanted.to):
                raise RefusedError("action_queue_unknown")
            case Act.MOVE if wanted.to in person.queues:
                raise RefusedError("action_in_queue")
            case _:
                return
