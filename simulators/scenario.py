"""A site and its day, as data: what a simulation needs to know.

Names carry units; minutes are of the site's own clock. Whatever names something that is not there
raises `ScenarioError` when the scenario is made.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

from ingest.events import Millis
from ingest.words import CauseClass, ComponentKind

MINUTE = 60_000
DAY_MIN = 1_440


class ScenarioError(ValueError):
    """The scenario contradicts itself; the message names the part and what to change."""


@dataclass(frozen=True, slots=True)
class Length:
    """How long something takes: lognormal, by its mean and its variation (deviation ÷ mean)."""

    mean_ms: Millis
    variation: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Traffic over the day: one weight per step of `step_min` minutes, from local midnight on.

    A row that is shorter than a day is repeated. A weight of 1 is the queue's `calls_per_hour`.
    """

    step_min: int
    weights: tuple[float, ...]

    def weight(self, local_ms: Millis) -> float:
        """The weight at this local time of day."""
        return self.weights[local_ms // (self.step_min * MINUTE) % len(self.weights)]

    def left_ms(self, local_ms: Millis) -> Millis:
        """How long that weight still holds."""
        return self.step_min * MINUTE - local_ms % (self.step_min * MINUTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlan:
    """One queue: its demand, its callers, its rules.

    `priority`: an agent who serves two queues takes the higher first. `capacity` is how many may
    wait; `timeout_ms` is when a waiting caller leaves for `overflow_to` (or for good). `target_ms`
    and `short_ms` are the service level's; the simulation only counts by them.
    """

    id: str
    names: Mapping[str, str]
    calls_per_hour: float
    patience_ms: Millis
    talk: Length
    wrap_up: Length
    did: str
    priority: int = 0
    capacity: int = 50
    timeout_ms: Millis | None = None
    overflow_to: str = ""
    transfer_to: tuple[str, ...] = ()
    target_ms: Millis = 20_000
    short_ms: Millis = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Time off the queue: `at_min` minutes into the shift, for about `minutes`."""

    reason: str
    at_min: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """From `start_min` after local midnight for `length_min`, every `period_min` minutes."""

    id: str
    start_min: int
    length_min: int
    period_min: int = DAY_MIN
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPlan:
    """One agent. He is best at the first of `queues`. `offset_min` moves his breaks, so that a
    team does not leave as one."""

    id: str
    names: Mapping[str, str]
    team: str
    queues: tuple[str, ...]
    shift: str
    interface: str
    offset_min: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A line to the network, by which callers come in turn."""

    name: str
    kind: ComponentKind = ComponentKind.TRUNK


@dataclass(frozen=True, slots=True)
class Cause:
    """A fault that cuts calls off: the Q.850 cause and its class."""

    cause: str
    cause_class: CauseClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What callers and agents do, as shares of the calls, or as durations.

    `*_share` are probabilities per call (`drop_waiting_share`: per wait; `busy_share` and
    `no_answer_share`: per ring). An agent who lets it ring is set not ready for `missed_ms`.
    """

    menu_ms: tuple[Millis, Millis] = (3_000, 12_000)
    menu_quit_share: float = 0.03
    misdial_share: float = 0.02
    misdial_ms: tuple[Millis, Millis] = (800, 4_800)
    key_share: float = 0.02
    key_after_ms: Millis = 25_000
    redial_share: float = 0.35
    redial_after_ms: Millis = 75_000
    redials_most: int = 3
    drop_waiting_share: float = 0.002
    drop_talking_share: float = 0.006
    causes: tuple[Cause, ...] = (
        Cause("38", CauseClass.NETWORK),
        Cause("41", CauseClass.NETWORK),
        Cause("27", CauseClass.DEVICE),
    )
    ring: Length = Length(3_500, 0.5)
    no_answer_share: float = 0.015
    busy_share: float = 0.004
    ring_timeout_ms: Millis = 15_000
    busy_ms: Millis = 400
    missed_ms: Millis = 45_000
    missed_reason: str = "missed"
    missed_set_by: str = "acd"
    hold_share: float = 0.12
    hold: Length = Length(35_000, 0.6)
    transfer_share: float = 0.06
    caller_hangs_up_share: float = 0.7
    break_variation: float = 0.15


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One site with its queues, people and lines. `names` map a language to the name on screen."""

    site: str
    names: Mapping[str, str]
    time_zone: str
    queues: tuple[QueuePlan, ...]
    teams: Mapping[str, Mapping[str, str]]
    shifts: tuple[Shift, ...]
    agents: tuple[AgentPlan, ...]
    profile: Profile
    trunks: tuple[Trunk, ...] = ()
    habits: Habits = Habits()
    day_start_min: int = 0
    heartbeat_ms: Millis = 10_000

    def __post_init__(self) -> None:
        queues = _distinct("queue", (queue.id for queue in self.queues))
        shifts = _distinct("shift", (shift.id for shift in self.shifts))
        _distinct("agent", (agent.id for agent in self.agents))
        for queue in self.queues:
            _known(f"queue {queue.id}", "queue", queue.transfer_to, queues)
            _known(f"queue {queue.id}", "queue", filter(None, [queue.overflow_to]), queues)
        for agent in self.agents:
            _known(f"agent {agent.id}", "queue", agent.queues, queues)
            _known(f"agent {agent.id}", "shift", [agent.shift], shifts)
            _known(f"agent {agent.id}", "team", [agent.team], set(self.teams))
        length_min = self.profile.step_min * len(self.profile.weights)
        if not length_min or DAY_MIN % length_min:
            raise ScenarioError(
                f"the profile is {length_min} minutes long: make it a day, or a whole part of one"
            )

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)


def times(scenario: Scenario, factor: int) -> Scenario:
    """The same site, `factor` times as large: as many more agents, calls and places to wait."""
    return replace(
        scenario,
        queues=tuple(
            replace(
                queue,
                calls_per_hour=queue.calls_per_hour * factor,
                capacity=queue.capacity * factor,
            )
            for queue in scenario.queues
        ),
        agents=tuple(
            replace(
                agent, id=f"{agent.id}-{n}", interface=f"{agent.interface}-{n}", offset_min=n % 15
            )
            for n in range(factor)
            for agent in scenario.agents
        ),
    )


def _distinct(what: str, ids: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for id_ in ids:
        if not id_ or id_ in seen:
            raise ScenarioError(f"{what} {id_!r}: give each {what} an id of its own")
        seen.add(id_)
    return seen


def _known(owner: str, what: str, ids: Iterable[str], known: set[str]) -> None:
    for id_ in ids:
        if id_ not in known:
            raise ScenarioError(f"{owner} names the {what} {id_!r}, which the scenario lacks")
