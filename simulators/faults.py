"""What goes wrong, as data: the faults of a scenario, and what is known of them afterwards.

Some befall the floor itself, so that its truth changes; the others befall only the telling, so that
the truth stays and what a monitor sees of it does not.
"""

from dataclasses import dataclass
from enum import StrEnum

from ingest.events import Millis

SCOPES = ("queue", "trunk", "agent", "team", "location")


class FaultError(ValueError):
    """A fault is planned that cannot be; the message says what to change."""


class FaultKind(StrEnum):
    """What goes wrong. `size` is given in brackets where the kind has one."""

    PEAK = "peak"
    """More calls come [factor], to a queue or to all; over `ramp_ms` until it is at its height."""
    DROPS = "drops"
    """Conversations are cut off [share of those that begin], on a trunk, of an agent, or all."""
    TRUNK_DOWN = "trunk_down"
    """A line dies: its calls end, nobody comes in by it."""
    OUTAGE = "outage"
    """The telephone system itself dies and comes back: every call ends, nobody can call."""
    SIGN_OUT = "sign_out"
    """People sign out at once [share of those signed in] and come back at the end."""
    STUCK = "stuck"
    """An agent's phone rings and is never answered, and nobody takes him off the queue."""
    SILENT = "silent"
    """The feed is silent; all that it kept back comes at the end."""
    FLAPPING = "flapping"
    """The feed goes away and comes back [times], and loses what happened meanwhile."""
    DUPLICATE = "duplicate"
    """Events come twice [share]."""
    LATE = "late"
    """Events come late [share], by up to `ramp_ms`."""
    REORDERED = "reordered"
    """Neighbouring events change places [share]."""
    LOST = "lost"
    """Events never come [share]."""
    CLOCK_SKEW = "clock_skew"
    """The source's clock runs fast or slow [milliseconds per hour]."""
    CLOCK_JUMP = "clock_jump"
    """The source's clock is wrong [milliseconds] from the start of the fault to its end."""
    GARBAGE = "garbage"
    """Bytes that are no events come in between [per minute]."""


FLOOR_FAULTS = frozenset(
    {
        FaultKind.PEAK,
        FaultKind.DROPS,
        FaultKind.TRUNK_DOWN,
        FaultKind.OUTAGE,
        FaultKind.SIGN_OUT,
        FaultKind.STUCK,
    }
)
"""The kinds that change what happens on the floor."""

SIZED = {
    FaultKind.PEAK: (0.0, 100.0),
    FaultKind.DROPS: (0.0, 1.0),
    FaultKind.SIGN_OUT: (0.0, 1.0),
    FaultKind.FLAPPING: (1.0, 1_000.0),
    FaultKind.DUPLICATE: (0.0, 1.0),
    FaultKind.LATE: (0.0, 1.0),
    FaultKind.REORDERED: (0.0, 1.0),
    FaultKind.LOST: (0.0, 1.0),
    FaultKind.CLOCK_SKEW: (-3_600_000.0, 3_600_000.0),
    FaultKind.CLOCK_JUMP: (-86_400_000.0, 86_400_000.0),
    FaultKind.GARBAGE: (0.0, 60_000.0),
}
"""Between what the size of each kind must lie; other kinds have none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault to come: `after_ms` from the start of the simulation, for `length_ms`.

    `scope` is `queue:ID`, `trunk:NAME`, `agent:ID`, `team:ID`, `location:ID`, or empty for all.
    """

    kind: FaultKind
    after_ms: Millis
    length_ms: Millis
    scope: str = ""
    size: float = 0.0
    ramp_ms: Millis = 0

    def __post_init__(self) -> None:
        if self.after_ms < 0 or self.length_ms <= 0 or self.ramp_ms < 0:
            raise FaultError(f"{self.kind}: begins before the simulation, or lasts no time")
        what, colon, name = self.scope.partition(":")
        if self.scope and (what not in SCOPES or not colon or not name):
            raise FaultError(
                f"{self.kind}: scope {self.scope!r} is none of "
                + ", ".join(f"{s}:ID" for s in SCOPES)
            )
        low, high = SIZED.get(self.kind, (0.0, 0.0))
        if not low <= self.size <= high:
            raise FaultError(f"{self.kind}: size {self.size} is not between {low} and {high}")


@dataclass(slots=True, kw_only=True)
class FaultTruth:
    """What is known of a fault afterwards. `ended_at` is None while it lasts.

    `size` is the planned one where the kind has one; `hit` counts what it befell: calls cut off,
    people signed out, events lost or doubled; for a peak, the calls that came while it lasted.
    """

    kind: FaultKind
    scope: str
    started_at: Millis
    ended_at: Millis | None = None
    size: float = 0.0
    hit: int = 0
