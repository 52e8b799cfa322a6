"""A site and its days, as data: what a simulation needs to know.

Whatever names something that is not there raises `ScenarioError` when the scenario is made.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain
from zoneinfo import ZoneInfo

from ingest.events import Millis
from simulators.faults import FLOOR_FAULTS, Fault
from simulators.plans import (
    DAY_MIN,
    WEEK_MIN,
    AgentPlan,
    Habits,
    Location,
    Meeting,
    Profile,
    QueuePlan,
    Shift,
    Trunk,
    Wander,
)


class ScenarioError(ValueError):
    """The scenario contradicts itself; the message names the part and what to change."""


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One site with its queues, people and lines. `names` map a language to the name on screen.

    `grain_ms` is how finely time passes: what happens, happens on whole multiples of it since 1970.
    With 1,000 the day can be told by a queue_log, which knows whole seconds only, without loss.
    """

    site: str
    names: Mapping[str, str]
    time_zone: str
    queues: tuple[QueuePlan, ...]
    teams: Mapping[str, Mapping[str, str]]
    shifts: tuple[Shift, ...]
    agents: tuple[AgentPlan, ...]
    profile: Profile
    about: Mapping[str, str] | None = None
    trunks: tuple[Trunk, ...] = ()
    locations: tuple[Location, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    habits: Habits = field(default_factory=Habits)
    wander: Wander = field(default_factory=Wander)
    faults: tuple[Fault, ...] = ()
    day_start_min: int = 0
    start: str = ""
    heartbeat_ms: Millis = 10_000
    grain_ms: Millis = 1

    def __post_init__(self) -> None:
        queues = _distinct("queue", (queue.id for queue in self.queues))
        shifts = _distinct("shift", (shift.id for shift in self.shifts))
        trunks = _distinct("trunk", (trunk.name for trunk in self.trunks))
        agents = _distinct("agent", (agent.id for agent in self.agents))
        locations = _distinct("location", (location.id for location in self.locations))
        for queue in self.queues:
            named = [queue.overflow_to, queue.full_to, queue.empty_to]
            _known(
                f"queue {queue.id}", "queue", chain(queue.transfer_to, filter(None, named)), queues
            )
        for agent in self.agents:
            _known(f"agent {agent.id}", "queue", agent.queues, queues)
            _known(f"agent {agent.id}", "shift", [agent.shift], shifts)
            _known(f"agent {agent.id}", "team", [agent.team], self.teams)
        for shift in self.shifts:
            if not shift.weekdays or shift.length_min <= 0 or shift.period_min <= 0:
                raise ScenarioError(f"shift {shift.id} never runs: give it weekdays and a length")
        for location in self.locations:
            _known(f"location {location.id}", "team", location.teams, self.teams)
            _known(f"location {location.id}", "trunk", location.trunks, trunks)
        for meeting in self.meetings:
            _known("a meeting", "team", [meeting.team], self.teams)
        known = {
            "queue": queues,
            "trunk": trunks,
            "agent": agents,
            "team": set(self.teams),
            "location": locations,
        }
        for fault in self.faults:
            what, _, name = fault.scope.partition(":")
            _known(f"the fault {fault.kind}", what, [name] if what else [], known.get(what, set()))
        for profile in self._profiles():
            _whole_days(profile)

    @cached_property
    def zone(self) -> ZoneInfo:
        """The site's time zone."""
        return ZoneInfo(self.time_zone)

    def profile_of(self, queue: QueuePlan) -> Profile:
        """The traffic over time of this queue."""
        return queue.profile or self.profile

    @property
    def floor_faults(self) -> tuple[Fault, ...]:
        """The faults that befall the floor itself."""
        return tuple(fault for fault in self.faults if fault.kind in FLOOR_FAULTS)

    @property
    def feed_faults(self) -> tuple[Fault, ...]:
        """The faults that befall only the telling of what happens."""
        return tuple(fault for fault in self.faults if fault.kind not in FLOOR_FAULTS)

    def _profiles(self) -> Iterator[Profile]:
        yield self.profile
        yield from (queue.profile for queue in self.queues if queue.profile)


def times(scenario: Scenario, factor: int) -> Scenario:
    """The same site, `factor` times as large: as many more agents, calls and places to wait."""
    return replace(
        busier(scenario, factor),
        agents=tuple(
            replace(
                agent, id=f"{agent.id}-{n}", interface=f"{agent.interface}-{n}", offset_min=n % 15
            )
            for n in range(factor)
            for agent in scenario.agents
        ),
    )


def busier(scenario: Scenario, factor: float) -> Scenario:
    """The same site and people with `factor` times the calls, and places to wait for more of them."""
    return replace(
        scenario,
        queues=tuple(
            replace(
                queue,
                calls_per_hour=queue.calls_per_hour * factor,
                capacity=max(queue.capacity, round(queue.capacity * factor)),
            )
            for queue in scenario.queues
        ),
    )


def _whole_days(profile: Profile) -> None:
    length_min = profile.step_min * len(profile.weights)
    if not length_min or (DAY_MIN % length_min and length_min != WEEK_MIN):
        raise ScenarioError(
            f"the profile is {length_min} minutes long:"
            " make it a day, a whole part of one, or a week"
        )
    if len(profile.weekdays) != 7:
        raise ScenarioError(
            f"the profile has {len(profile.weekdays)} weekdays: give 7 factors, Monday first"
        )


def _distinct(what: str, ids: Iterable[str]) -> set[str]:
    seen: set[str] = set()
    for id_ in ids:
        if not id_ or id_ in seen:
            raise ScenarioError(f"{what} {id_!r}: give each {what} an id of its own")
        seen.add(id_)
    return seen


def _known(owner: str, what: str, ids: Iterable[str], known: Iterable[str]) -> None:
    known = set(known)
    for id_ in ids:
        if id_ not in known:
            raise ScenarioError(f"{owner} names the {what} {id_!r}, which the scenario lacks")
