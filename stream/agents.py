"""The agents of a site: one state at a time each, and the time spent in it.

An agent's states are kept as a line of changes, so that a change that comes late is put where it
belongs: the span it cuts is taken back and its two parts are stated. Within one run of one source
the order of telling is the order of the line, whatever a clock said; between sources time decides.
"""

from msgspec import Struct

from ingest.events import AgentMembership, AgentState, Event, Millis, SnapshotAgent, SnapshotMember
from ingest.words import AgentStatus, MembershipAction, Origin
from stream.facts import SpanFact
from stream.ledger import Bookkeeper
from stream.sites import Site

STATES = tuple(status.value for status in AgentStatus)
READY, NOT_READY = AgentStatus.READY.value, AgentStatus.NOT_READY.value
UNKNOWN = AgentStatus.UNKNOWN.value
_BACKFILL = Origin.BACKFILL
KEPT_CHANGES = 64
"""Changes kept per agent even when they are older than the horizon."""
LONGEST_MS = 31 * 86_400_000
"""A state that seems to last longer was told by a clock that was set: no more of it is counted."""


class Change(Struct, array_like=True, gc=False):
    """From `time` on the agent is in `state`; `seq` is its number in that `run` (0: in none)."""

    time: Millis
    seq: int
    state: str
    reason: str = ""
    queue: str = ""
    run: int = 0

    def follows(self, other: "Change") -> bool:
        """True if this came about after the other one."""
        if self.run == other.run and self.run and self.seq and other.seq:
            return self.seq > other.seq
        return (self.time, self.seq) > (other.time, other.seq)


class Agent(Struct):
    """One person: his changes, by which source he is told, and the queues he is a member of."""

    id: str
    source: str = ""
    epoch: str = ""
    run: int = 0
    changes: list[Change] = []
    queues: dict[str, str] = {}

    @property
    def now(self) -> Change | None:
        return self.changes[-1] if self.changes else None

    @property
    def since(self) -> Millis | None:
        """When the present state began: repeats of the same state do not begin it anew."""
        if not self.changes:
            return None
        last = self.changes[-1]
        since, state, reason = last.time, last.state, last.reason
        for change in reversed(self.changes):
            if change.state != state or change.reason != reason:
                break
            since = change.time
        return since


class AgentsState(Struct):
    """What a checkpoint keeps of the agents. `interfaces` maps a phone to the agent behind it.

    `runs` numbers the runs of the sources in the order in which they were first heard.
    """

    agents: dict[str, Agent] = {}
    interfaces: dict[str, str] = {}
    runs: dict[str, int] = {}


class Agents:
    """Takes events of agents, keeps their spans stated in the books."""

    def __init__(
        self, site: Site, books: Bookkeeper, state: AgentsState, horizon_ms: Millis
    ) -> None:
        self.state = state
        self.dirty: set[str] = set()
        self.dirty_queues: set[str] = set()
        self.members: dict[str, set[str]] = {}
        self.counts: dict[str, int] = {}
        self.queue_counts: dict[str, dict[str, int]] = {}
        self._books = books
        self._horizon_ms = horizon_ms
        for card in site.agents.values():
            for interface in card.interfaces:
                state.interfaces[interface] = card.id
        for agent in state.agents.values():
            if agent.epoch and not agent.run:
                agent.run = self._number(agent.source, agent.epoch)
            for queue, paused in agent.queues.items():
                self.members.setdefault(queue, set()).add(agent.id)
                self._count_in(queue, paused, agent, 1)
            if agent.changes:
                now = agent.changes[-1].state
                self.counts[now] = self.counts.get(now, 0) + 1

    def name(self, agent: str) -> str:
        """The agent's id, given by himself or by one of his phones."""
        return self.state.interfaces.get(agent, agent)

    def take(self, event: Event) -> None:
        """Enter a change of state, told by an event or by a snapshot."""
        data: AgentState | SnapshotAgent = event.data  # type: ignore[assignment]
        state = self.state
        agent = state.agents.get(state.interfaces.get(data.agent, data.agent))
        if agent is None or data.interface:
            agent = self._agent(data.agent, data.interface)
        if agent.epoch != event.epoch or agent.source != event.source:
            self._hear(agent, event)
        since = data.since if data.since is not None else event.time
        if type(data) is SnapshotAgent:
            # A snapshot that says what we know is no change; when it began is known better here.
            now = agent.now
            if now is not None and (now.state, now.reason) == (data.state.value, data.reason):
                return
            since = event.time if now is not None else since
        # What is told to fill a gap is told in no order.
        run = agent.run if event.origin is not _BACKFILL else 0
        self._enter(
            agent, Change(since, event.seq, data.state._value_, data.reason, data.queue, run)
        )

    def join(self, event: Event) -> None:
        """Enter a membership, told by an event or by a snapshot."""
        data = event.data
        assert isinstance(data, AgentMembership | SnapshotMember)
        agent = self._agent(data.agent, data.interface)
        if isinstance(data, SnapshotMember):
            paused = data.paused
        elif data.action is MembershipAction.REMOVED:
            self._leave(agent, data.queue)
            return
        else:
            paused = data.action is MembershipAction.PAUSED
        known = agent.queues.get(data.queue)
        if known is not None:
            self._count_in(data.queue, known, agent, -1)
        why = agent.queues[data.queue] = (data.reason or "-") if paused else ""
        self._count_in(data.queue, why, agent, 1)
        self.members.setdefault(data.queue, set()).add(agent.id)
        self._touch(agent, data.queue)

    def sign_out_unseen(
        self, source: str, seen: set[str], since: tuple[str, int], at: Millis
    ) -> None:
        """Sign out the agents of a source whom its snapshot does not name."""
        epoch, seq = since
        for agent in self.state.agents.values():
            now = agent.now
            if agent.source != source or agent.id in seen or now is None:
                continue
            if agent.epoch == epoch and now.seq > seq:
                continue
            if now.state != AgentStatus.SIGNED_OUT.value:
                for queue in list(agent.queues):
                    self._leave(agent, queue)
                run = agent.run if agent.epoch == epoch else 0
                signed_out = AgentStatus.SIGNED_OUT.value
                self._enter(agent, Change(max(at, now.time), seq, signed_out, run=run))

    def keep_memberships(self, source: str, seen: set[tuple[str, str]], queues: list[str]) -> None:
        """Drop the memberships of a source's queues that its snapshot does not name."""
        for agent in self.state.agents.values():
            if agent.source != source:
                continue
            for queue in [q for q in agent.queues if not queues or q in queues]:
                if (agent.id, queue) not in seen:
                    self._leave(agent, queue)

    def sweep(self, now: Millis) -> None:
        """Forget changes that no late event can reach any more."""
        for agent in self.state.agents.values():
            changes = agent.changes
            while len(changes) > KEPT_CHANGES and now - changes[1].time > self._horizon_ms:
                del changes[0]

    def _agent(self, name: str, interface: str) -> Agent:
        id = self.name(name)
        if interface and interface != id and interface not in self.state.interfaces:
            self.state.interfaces[interface] = id
        agent = self.state.agents.get(id)
        if agent is None:
            agent = self.state.agents[id] = Agent(id)
        return agent

    def _hear(self, agent: Agent, event: Event) -> None:
        """From now on it is this run of this source that tells of him."""
        agent.source, agent.epoch = event.source, event.epoch
        agent.run = self._number(event.source, event.epoch)

    def _number(self, source: str, epoch: str) -> int:
        runs = self.state.runs
        return runs.setdefault(f"{source}\n{epoch}", len(runs) + 1)

    def _leave(self, agent: Agent, queue: str) -> None:
        paused = agent.queues.pop(queue, None)
        if paused is not None:
            self._count_in(queue, paused, agent, -1)
        self.members.get(queue, set()).discard(agent.id)
        self._touch(agent, queue)

    def _touch(self, agent: Agent, *queues: str) -> None:
        self.dirty.add(agent.id)
        self.dirty_queues.update(queues)

    def _count(self, agent: Agent, old: str, new: str) -> None:
        """Move an agent from one state to another, in the site's counts and in his queues'."""
        counts = self.counts
        if agent.changes:
            counts[old] -= 1
        counts[new] = counts.get(new, 0) + 1
        for queue, paused in agent.queues.items():
            in_queue = self.queue_counts[queue]
            in_queue[NOT_READY if paused and old == READY else old] -= 1
            in_queue[NOT_READY if paused and new == READY else new] += 1

    def _count_in(self, queue: str, paused: str, agent: Agent, step: int) -> None:
        """Count a member of a queue; one who is paused in it is not ready there."""
        counts = self.queue_counts.get(queue)
        if counts is None:
            counts = self.queue_counts[queue] = dict.fromkeys(STATES, 0)
        state = agent.changes[-1].state if agent.changes else UNKNOWN
        counts[NOT_READY if paused and state == READY else state] += step

    def _enter(self, agent: Agent, change: Change) -> None:
        changes = agent.changes
        self.dirty.add(agent.id)
        self._books.dirty_agents.add(agent.id)
        if not changes:
            self._count(agent, UNKNOWN, change.state)
            changes.append(change)
            return
        last = changes[-1]
        if change.seq > last.seq and change.time >= last.time:
            self._span(agent.id, last, change.time, 1)
            changes.append(change)
            if change.state != last.state:
                self._count(agent, last.state, change.state)
        elif change not in changes:
            self._insert(agent, change)

    def _insert(self, agent: Agent, change: Change) -> None:
        """Put a change into the line, where time and the order of telling do not go together."""
        changes, old = agent.changes, agent.changes[-1].state
        i = len(changes)
        while i and not change.follows(changes[i - 1]):
            i -= 1
        if i < len(changes):
            change.time = min(change.time, changes[i].time)
        # What was told before did not happen later: that clock was ahead.
        first = i
        while first and changes[first - 1].time > change.time:
            first -= 1
        first = max(0, first - 1)
        self._spans(agent, first, i, -1)
        for ahead in changes[first:i]:
            ahead.time = min(ahead.time, change.time)
        changes.insert(i, change)
        self._spans(agent, first, i + 1, 1)
        if changes[-1].state != old:
            self._count(agent, old, changes[-1].state)

    def _spans(self, agent: Agent, first: int, end: int, sign: int) -> None:
        """State or take back the spans of these changes, each up to the next one."""
        changes = agent.changes
        for change, after in zip(changes[first:end], changes[first + 1 : end + 1], strict=False):
            self._span(agent.id, change, after.time, sign)

    def _span(self, agent: str, change: Change, until: Millis, sign: int) -> None:
        since = change.time
        if until > since:
            if until - since > LONGEST_MS:
                since = until - LONGEST_MS
            fact = SpanFact(until, since, agent, change.queue, change.state, change.reason)
            self._books.enter_span(fact, sign)
