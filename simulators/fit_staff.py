"""A house and its people put together to a scenario. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from simulators.fit_hours import HOURS
from simulators.fit_presence import Curve, Kind
from simulators.fit_seats import Seat, seats
from simulators.plans import AgentPlan, Habits, Profile, QueuePlan, Shift, Trunk, Wander
from simulators.scenario import Scenario

_FIRST = 1001
"""The extension of the first agent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """Everything of a scenario but its people."""

    site: str
    names: Mapping[str, str]
    time_zone: str
    start: str
    profile: Profile
    wander: Wander
    queues: tuple[QueuePlan, ...]
    habits: Habits
    trunks: tuple[Trunk, ...]


@dataclass(frozen=True, slots=True)
class Staff:
    """How many are there on days of one kind: of each team, the queues that it serves and its curve.

    `factors` correct the curves by hour of the day.
    """

    kind: Kind
    teams: tuple[tuple[tuple[str, ...], Curve], ...]
    factors: tuple[float, ...] = (1.0,) * HOURS

    def corrected(self, factors: Sequence[float]) -> "Staff":
        """The same people, more or fewer of them."""
        return replace(self, factors=tuple(factors))

    def curve(self, n: int) -> Curve:
        """The corrected curve of a team."""
        _, curve = self.teams[n]
        per_hour = len(curve) // HOURS
        return [agents * self.factors[step // per_hour] for step, agents in enumerate(curve)]

    def mean(self, hour: int) -> float:
        """How many of all teams are there in this hour, uncorrected."""
        per_hour = len(self.teams[0][1]) // HOURS
        return sum(
            sum(curve[hour * per_hour : (hour + 1) * per_hour]) / per_hour
            for _, curve in self.teams
        )


def staffed(house: House, staff: Sequence[Staff]) -> Scenario:
    """The scenario of this house with these people. They and their phones are invented."""
    shifts: dict[tuple[Seat, tuple[int, ...]], Shift] = {}
    agents: list[AgentPlan] = []
    for part in staff:
        for n, (queues, _) in enumerate(part.teams):
            for seat in seats(part.curve(n)):
                shift = shifts.setdefault(
                    (seat, part.kind.weekdays),
                    Shift(
                        id=f"shift-{len(shifts) + 1}",
                        start_min=seat.start_min,
                        length_min=seat.end_min - seat.start_min,
                        breaks=seat.breaks,
                        weekdays=part.kind.weekdays,
                    ),
                )
                agents.append(_agent(len(agents), n, queues, shift))
    return Scenario(
        site=house.site,
        names=house.names,
        time_zone=house.time_zone,
        queues=house.queues,
        teams={
            f"team-{n + 1}": {"en": f"Team {n + 1}", "zh": f"{n + 1} 组"}
            for n in range(max((len(part.teams) for part in staff), default=0))
        },
        shifts=tuple(shifts.values()),
        agents=tuple(agents),
        profile=house.profile,
        trunks=house.trunks,
        habits=house.habits,
        wander=house.wander,
        start=house.start,
        grain_ms=1_000,
    )


def _agent(n: int, team: int, queues: tuple[str, ...], shift: Shift) -> AgentPlan:
    return AgentPlan(
        id=str(_FIRST + n),
        names={"en": f"Agent {n + 1}", "zh": f"坐席 {n + 1}"},
        team=f"team-{team + 1}",
        queues=queues,
        shift=shift.id,
        interface=f"PJSIP/{_FIRST + n}",
    )
