"""Agents who need a look: too long in a state, not picking up, not to be reached."""

from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase

import msgspec
from msgspec import Struct

from alerts.breach import STALE_NEWS_MS, Board, Breach, Evidence, Key, Sight
from alerts.phones import AWAY, Phones, phones
from alerts.rules import AgentRule
from alerts.words import Kind
from ingest.events import AgentState, Answered, Event, Millis, RingEnded
from ingest.words import AgentStatus, ComponentStatus, RingEnd
from stream.agents import Agent
from stream.floor import Floor

ROW_MS = 900_000
"""Offers further apart are not in a row."""
_HIS = (RingEnd.NO_ANSWER, RingEnd.REJECTED, RingEnd.UNREACHABLE)
"""Ends of an offer that are the agent's doing, or his phone's; who is busy elsewhere works."""
_LEFT = (AgentStatus.NOT_READY, AgentStatus.SIGNED_OUT)
_UNREACHABLE = AgentStatus.UNREACHABLE.value
_DOWN = ComponentStatus.DOWN.value
_NO_PHONES = Phones()


class Row(Struct):
    """Offers that an agent did not take, one after the other."""

    count: int = 0
    since: Millis = 0
    last_at: Millis = 0


class Looks(Struct):
    """What is remembered: who lets it ring, when many could not be reached last, what is held."""

    rows: dict[str, Row] = {}
    mass_at: Millis = 0
    held: set[Key] = set()


class AgentWatch:
    """Holds a breach per agent and rule; see `alerts.breach.Watch`.

    Many who cannot be reached at once are no matter of each: `ComponentWatch` tells it as one.
    """

    def __init__(self, floor: Floor, rules: Sequence[AgentRule], board: Board) -> None:
        self._floor = floor
        self._rules = rules
        self._board = board
        self._looks = Looks()
        self._asks_phones = any(rule.unreachable or rule.unanswered for rule in rules)
        self._phones = _NO_PHONES

    def take(self, event: Event, now: Millis) -> None:
        data, rows = event.data, self._looks.rows
        if isinstance(data, RingEnded):
            if data.result in _HIS and now - event.time <= STALE_NEWS_MS:
                row = rows.setdefault(self._floor.agents.name(data.agent), Row())
                if now - row.last_at > ROW_MS:
                    row.count, row.since = 0, event.time
                row.count += 1
                row.last_at = now
        elif isinstance(data, Answered) or (isinstance(data, AgentState) and data.state in _LEFT):
            rows.pop(self._floor.agents.name(data.agent), None)

    def tick(self, now: Millis, sight: Sight) -> None:
        self._phones = self._unreachable()
        if self._phones.mass:
            self._looks.mass_at = now
        wanted: dict[Key, Breach] = {}
        for agent in self._floor.state.agents.agents.values():
            if not agent.changes or agent.changes[-1].state in AWAY:
                continue
            blind = agent.source in sight.blind_sources
            if blind:
                self._looks.rows.pop(agent.id, None)
            for breach in self._of(agent, now):
                if not blind or breach.key in self._looks.held:
                    wanted[breach.key] = breach
        for breach in wanted.values():
            held = self._board.held.get(breach.key)
            self._board.hold(held if held is not None and _same(held, breach) else breach)
        for rule_id, scope in self._looks.held - wanted.keys():
            self._board.free(rule_id, scope)
        self._looks.held = set(wanted)

    def dump(self) -> bytes:
        return msgspec.msgpack.encode(self._looks)

    def load(self, state: bytes, now: Millis) -> None:
        self._looks = msgspec.msgpack.decode(state, type=Looks)

    def _unreachable(self) -> Phones:
        """The phones, if any cannot be reached; a common cause is not told of each."""
        floor = self._floor
        parts = floor.state.parts.values()
        lost = floor.agents.counts.get(_UNREACHABLE, 0)
        if not self._asks_phones or not (lost or any(part.status == _DOWN for part in parts)):
            return _NO_PHONES
        return phones(floor)

    def _of(self, agent: Agent, now: Millis) -> Iterator[Breach]:
        """What is to be told of this agent now."""
        state = agent.changes[-1].state
        row, lost = self._looks.rows.get(agent.id), self._phones.down.get(agent.id)
        for rule in self._rules:
            if rule.state and rule.state == state:
                found = _too_long(rule, agent, now)
            elif rule.unanswered and row is not None and lost is None:
                found = _in_a_row(rule, row, now)
            elif rule.unreachable and lost is not None and not self._phones.mass:
                # Those who are left when the others are back have had no time yet.
                since = max(lost, self._looks.mass_at)
                found = since, {"what": "unreachable", "state": state, "for_ms": now - since}
            else:
                continue
            if found is not None and self._speaks_of(rule, agent):
                since, evidence = found
                yield Breach(
                    rule=rule.id,
                    kind=Kind.AGENT,
                    scope=f"agent:{agent.id}",
                    since=since,
                    at=now,
                    evidence={"agent": agent.id, **evidence},
                    queues=tuple(sorted(agent.queues)),
                )

    def _speaks_of(self, rule: AgentRule, agent: Agent) -> bool:
        """A rule may name the agent, his team, or a queue he serves."""
        card = self._floor.site.agents.get(agent.id)
        team = [f"team:{card.team}"] if card is not None and card.team else []
        queues = [f"queue:{queue}" for queue in agent.queues]
        return any(map(rule.speaks_of, (f"agent:{agent.id}", *team, *queues)))


def _too_long(rule: AgentRule, agent: Agent, now: Millis) -> tuple[Millis, Evidence] | None:
    is_now, since = agent.changes[-1], agent.since
    if since is None or now - since <= rule.longer_ms:
        return None
    if not fnmatchcase(is_now.reason.casefold(), rule.reason.casefold()):
        return None
    return since + rule.longer_ms, {
        "what": "state_too_long",
        "state": is_now.state,
        "reason": is_now.reason,
        "for_ms": now - since,
        "allowed_ms": rule.longer_ms,
    }


def _in_a_row(rule: AgentRule, row: Row, now: Millis) -> tuple[Millis, Evidence] | None:
    if row.count < rule.unanswered or now - row.last_at > ROW_MS:
        return None
    return row.since, {"what": "ring_no_answer", "count": row.count}


def _same(held: Breach, breach: Breach) -> bool:
    """Whether only time has passed: how long it lasts is told by `since`."""
    return _untimed(held) == _untimed(breach)


def _untimed(breach: Breach) -> tuple[Millis, Evidence, tuple[str, ...]]:
    evidence = {name: value for name, value in breach.evidence.items() if name != "for_ms"}
    return breach.since, evidence, breach.queues
