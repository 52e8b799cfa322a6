"""What the desk of commands sees of the floor."""

from collections.abc import Callable

from dashboard.commands import OpenCall, Person
from ingest.words import AgentStatus
from stream.agents import Agent
from stream.floor import Floor

_AWAY = AgentStatus.NOT_READY.value
_GONE = AgentStatus.SIGNED_OUT.value
_ON_CALL = frozenset({AgentStatus.TALKING.value, AgentStatus.HOLD.value})


class FloorSight:
    """Reads the floor as it is at each question; `floor` gives it, since a recovery replaces it."""

    def __init__(self, floor: Callable[[], Floor]) -> None:
        self._floor = floor

    def person(self, agent: str) -> Person | None:
        floor = self._floor()
        known = floor.state.agents.agents.get(agent)
        if known is None:
            return None
        card, now = floor.site.agents.get(agent), known.now
        state = now.state if now is not None else ""
        away = state == _AWAY
        pauses = [why for why in known.queues.values() if why]
        return Person(
            id=agent,
            source=known.source,
            team=card.team if card is not None else "",
            signed_in=state != _GONE,
            away=away,
            reason=(now.reason if away and now is not None else next(iter(pauses), "")).strip("-"),
            queues={queue: bool(why) for queue, why in known.queues.items()},
            phones=tuple(
                phone for phone, id in floor.state.agents.interfaces.items() if id == agent
            ),
            call=self._call_of(known, state),
        )

    def call(self, visit: str) -> OpenCall | None:
        floor = self._floor()
        found = floor.state.visits.open.get(visit)
        if found is None or found.over:
            return None
        talks = found.talking and found.answer is not None
        return OpenCall(
            id=found.key,
            source=found.source,
            queue=found.queue,
            system_id=found.call,
            agent=floor.agents.name(found.answer.agent) if talks and found.answer else "",
            caller=found.caller,
            since=found.answer.time if talks and found.answer else found.joined_at,
        )

    def has_queue(self, queue: str) -> bool:
        floor = self._floor()
        known = (floor.site.queues, floor.agents.members, floor.state.queue_feeds)
        return any(queue in queues for queues in known)

    def _call_of(self, agent: Agent, state: str) -> str:
        """The visit that he talks to."""
        if state not in _ON_CALL:
            return ""
        floor = self._floor()
        now = agent.now
        queues = [now.queue] if now is not None and now.queue else list(floor.visits.talking)
        for queue in queues:
            for key in floor.visits.talking.get(queue, ()):
                call = self.call(key)
                if call is not None and call.agent == agent.id:
                    return key
        return ""
