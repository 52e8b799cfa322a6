"""The people who answer, as Asterisk's members make them out, and the state that each is in."""

from dataclasses import dataclass, field

from ingest.ami_visits import Ring, Visit
from ingest.events import Millis
from ingest.words import AgentStatus, Clock

IN_USE = frozenset({2, 3, 7})
ON_HOLD = 8
RINGING = 6
NOT_REACHABLE = frozenset({4, 5})


@dataclass(slots=True)
class Member:
    """A person in one queue by one phone. `status` is Asterisk's device state, 0 to 8."""

    queue: str
    interface: str
    device: str
    status: int = 0
    paused: bool = False
    reason: str = ""
    wrap_up_ms: Millis = 0

    @property
    def dependable(self) -> bool:
        """Whether the device state is a phone's: a Local channel without one is free while he talks."""
        return not self.device.lower().startswith("local/")


@dataclass(slots=True)
class Agent:
    """A person. `call` is the queue call he is on; `told` the state that was told last."""

    id: str
    members: dict[tuple[str, str], Member] = field(default_factory=dict)
    rings: dict[str, tuple[Visit, Ring]] = field(default_factory=dict)
    call: Visit | None = None
    held: bool = False
    grace_until: Millis = 0
    freed_at: Millis | None = None
    doubt_until: Millis = 0
    acw_until: Millis = 0
    acw_due: Millis = 0
    acw_clock: Clock = Clock.ARRIVAL
    acw_queue: str = ""
    reason: str = ""
    told: tuple[AgentStatus, str, str] = (AgentStatus.SIGNED_OUT, "", "")


def state_of(agent: Agent) -> tuple[AgentStatus, str, str, str]:
    """State, reason, queue and visit of an agent now: the first that holds."""
    if agent.call is not None:
        status = AgentStatus.HOLD if agent.held else AgentStatus.TALKING
        return status, "", agent.call.queue, agent.call.id
    members = list(agent.members.values())
    if not members:
        return AgentStatus.SIGNED_OUT, "", "", ""
    used = _phone_state(agent, members)
    if used is not None:
        return used
    if agent.acw_until:
        return AgentStatus.ACW, "", agent.acw_queue, ""
    if all(m.status in NOT_REACHABLE for m in members):
        return AgentStatus.UNREACHABLE, "", "", ""
    if all(m.paused for m in members):
        return AgentStatus.NOT_READY, agent.reason, "", ""
    return AgentStatus.READY, "", "", ""


def _phone_state(agent: Agent, members: list[Member]) -> tuple[AgentStatus, str, str, str] | None:
    states = {m.status for m in members if m.dependable}
    rung = next(iter(agent.rings.values()), None)
    visit, queue = (rung[0].id, rung[0].queue) if rung is not None else ("", "")
    if not agent.grace_until and states & IN_USE:
        return AgentStatus.TALKING, "", queue, visit
    if not agent.grace_until and ON_HOLD in states:
        return AgentStatus.HOLD, "", queue, visit
    if RINGING in states or (rung is not None and not all(m.dependable for m in members)):
        return AgentStatus.RINGING, "", queue, visit
    return None
