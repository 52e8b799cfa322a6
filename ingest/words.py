"""The closed lists of words that events are told in: states, reasons, outcomes, causes.

What a person reads on a wall, in a report or in an alert is one of these; the wire has them as text.
"""

from enum import StrEnum


class Clock(StrEnum):
    """Whose clock `Event.time` was read from."""

    SOURCE = "source"
    ARRIVAL = "arrival"
    ESTIMATED = "estimated"


class Origin(StrEnum):
    """Why the event is told now: as it happens, or to fill in what was missed."""

    LIVE = "live"
    SNAPSHOT = "snapshot"
    BACKFILL = "backfill"
    REPLAY = "replay"


class AgentStatus(StrEnum):
    """What an agent does now. One at a time per person; of two that hold, the earlier named here wins."""

    TALKING = "talking"
    HOLD = "hold"
    RINGING = "ringing"
    ACW = "acw"
    UNREACHABLE = "unreachable"
    NOT_READY = "not_ready"
    READY = "ready"
    SIGNED_OUT = "signed_out"
    UNKNOWN = "unknown"


class Overflow(StrEnum):
    """Why a waiting caller left the queue by rule, not by his own will."""

    TIMEOUT = "timeout"
    EMPTY = "empty"
    KEY = "key"
    WITHDRAWN = "withdrawn"
    REDIRECTED = "redirected"
    OTHER = "other"


class Block(StrEnum):
    """Why a call was refused entry to a queue."""

    FULL = "full"
    NO_AGENTS = "no_agents"
    CLOSED = "closed"
    OTHER = "other"


class RingEnd(StrEnum):
    """How an offer to an agent's phone ended without an answer."""

    NO_ANSWER = "no_answer"
    REJECTED = "rejected"
    BUSY = "busy"
    UNREACHABLE = "unreachable"
    CANCELLED = "cancelled"


class EndedBy(StrEnum):
    """Who hung up."""

    CALLER = "caller"
    AGENT = "agent"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class Phase(StrEnum):
    """Where in its life a call was."""

    RINGING = "ringing"
    WAITING = "waiting"
    TALKING = "talking"


class CauseClass(StrEnum):
    """What kind of fault cut a call off (buckets of ITU-T Q.850 causes)."""

    NETWORK = "network"
    CONGESTION = "congestion"
    DEVICE = "device"
    PROTOCOL = "protocol"
    SYSTEM = "system"
    UNKNOWN = "unknown"


class TransferKind(StrEnum):
    """How the agent passed the caller on."""

    BLIND = "blind"
    ATTENDED = "attended"
    UNKNOWN = "unknown"


class MembershipAction(StrEnum):
    """What changed between an agent and one queue."""

    ADDED = "added"
    REMOVED = "removed"
    PAUSED = "paused"
    UNPAUSED = "unpaused"


class ComponentKind(StrEnum):
    """What sort of thing a component of the telephone system is."""

    TRUNK = "trunk"
    REGISTRATION = "registration"
    ENDPOINT = "endpoint"
    LINK = "link"
    NODE = "node"


class ComponentStatus(StrEnum):
    """How a component is."""

    UP = "up"
    DEGRADED = "degraded"
    DOWN = "down"
    UNKNOWN = "unknown"


class AdapterStatus(StrEnum):
    """How the link between a source and us is."""

    STARTING = "starting"
    UP = "up"
    RESYNC = "resync"
    DEGRADED = "degraded"
    DOWN = "down"
