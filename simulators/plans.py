"""The parts of a scenario, as data: queues, people, lines, and what callers and agents do.

Names carry units; minutes are of the site's own clock, `*_share` are probabilities between 0 and 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ingest.events import Millis
from ingest.words import CauseClass, ComponentKind

MINUTE = 60_000
DAY_MIN = 1_440
WEEK_MIN = 7 * DAY_MIN
_THURSDAY = 3
"""The first day of 1970 was a Thursday; weekdays count from Monday, which is 0."""


def weekday(local_ms: Millis) -> int:
    """The day of the week of a local time, Monday 0."""
    return (local_ms // (DAY_MIN * MINUTE) + _THURSDAY) % 7


@dataclass(frozen=True, slots=True)
class Length:
    """How long something takes: lognormal, by its mean and its variation (deviation ÷ mean).

    `variation` None makes it exponential, which is what queueing formulas speak of; 0 makes it fixed.
    """

    mean_ms: Millis
    variation: float | None = 0.0


@dataclass(frozen=True, slots=True)
class Patience:
    """How long callers wait before they give up.

    Exponential with `mean_ms`, None for callers who never give up; or, where `hazard` is given,
    piecewise exponential: pairs of (from this wait in ms on, givings-up per minute of waiting), as
    a Kaplan-Meier fit of a real day yields them. The first pair begins at 0.
    """

    mean_ms: Millis | None = None
    hazard: tuple[tuple[Millis, float], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Traffic over time: one weight per step of `step_min` minutes.

    A row as long as a day begins at local midnight, one as long as a week on Monday; a shorter row
    is repeated over the day. A weight of 1 is the queue's `calls_per_hour`. `weekdays` are factors
    for Monday to Sunday on top of it.
    """

    step_min: int
    weights: tuple[float, ...]
    weekdays: tuple[float, ...] = (1.0,) * 7

    def weight(self, local_ms: Millis) -> float:
        """The weight at this local time."""
        since_monday = local_ms + _THURSDAY * DAY_MIN * MINUTE
        step = since_monday // (self.step_min * MINUTE) % len(self.weights)
        return self.weights[step] * self.weekdays[weekday(local_ms)]

    def left_ms(self, local_ms: Millis) -> Millis:
        """How long that weight still holds."""
        return self.step_min * MINUTE - local_ms % (self.step_min * MINUTE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wander:
    """How the true rate strays from the profile: real days are busier or quieter than their forecast.

    Each day and each step of the profile have a lognormal factor of mean 1. `*_variation` is its
    deviation ÷ mean, `*_correlation` that of the factor's logarithm with the one before it.
    """

    day_variation: float = 0.0
    day_correlation: float = 0.0
    step_variation: float = 0.0
    step_correlation: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePlan:
    """One queue: its demand, its callers, its rules.

    `skills` are what an agent needs to serve it (none: only who names the queue). `priority`: an
    agent who serves two queues takes the higher first. `capacity` is how many may wait; who finds
    it full goes to `full_to`, or is refused. `timeout_ms` is when a waiting caller leaves for
    `overflow_to` (or for good); `empty_to` is where those go whose last agent signs out.
    `transfer_to` are the queues that its agents pass callers on to. `profile` is this queue's own
    traffic over time, if it is not the site's. `target_ms` and `short_ms` are the service level's;
    the simulation only counts by them.
    """

    id: str
    names: Mapping[str, str]
    calls_per_hour: float
    patience: Patience
    talk: Length
    wrap_up: Length
    did: str
    skills: tuple[str, ...] = ()
    priority: int = 0
    capacity: int = 50
    full_to: str = ""
    timeout_ms: Millis | None = None
    overflow_to: str = ""
    empty_to: str = ""
    transfer_to: tuple[str, ...] = ()
    profile: Profile | None = None
    target_ms: Millis = 20_000
    short_ms: Millis = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """Time off the queue: `at_min` minutes into the shift, for about `minutes`."""

    reason: str
    at_min: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Time off the queue of a whole team at once: at `at_min` after local midnight, for `minutes`.

    `weekdays` says on which days, Monday 0.
    """

    team: str
    at_min: int
    minutes: int
    reason: str = "meeting"
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shift:
    """From `start_min` after local midnight for `length_min`, every `period_min` minutes.

    `weekdays` says on which days it begins, Monday 0.
    """

    id: str
    start_min: int
    length_min: int
    period_min: int = DAY_MIN
    breaks: tuple[Break, ...] = ()
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentPlan:
    """One agent. He is best at the first of `queues`. `offset_min` moves his breaks, so that a
    team does not leave as one.

    `talk_factor` makes his conversations longer or shorter than the queue's. `no_answer_share` and
    `short_call_share`, if not None, are his own instead of the habits' (a careless, or a rude one).
    """

    id: str
    names: Mapping[str, str]
    team: str
    queues: tuple[str, ...]
    shift: str
    interface: str
    offset_min: int = 0
    talk_factor: float = 1.0
    no_answer_share: float | None = None
    short_call_share: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a part of the people sit and a part of the lines end: one building of the centre."""

    id: str
    names: Mapping[str, str]
    teams: tuple[str, ...] = ()
    trunks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trunk:
    """A line to the network. Callers come by the lines in proportion to their `share`."""

    name: str
    kind: ComponentKind = ComponentKind.TRUNK
    share: float = 1.0


@dataclass(frozen=True, slots=True)
class Cause:
    """A fault that cuts calls off: the Q.850 cause and its class."""

    cause: str
    cause_class: CauseClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """What callers and agents do, as shares of the calls, or as durations.

    `*_share` are probabilities per call (`drop_waiting_share`: per wait; `busy_share` and
    `no_answer_share`: per ring; `absent_share`, `early_leave_share`: per shift; `csat_share`,
    `quality_share`: per conversation). An agent who lets it ring is set not ready for `missed_ms`.
    Of the conversations, `transfer_share` end in a transfer: `transfer_out_share` of these go to
    `extensions` outside the queues, of which `attended_share` are announced first. A caller who
    still waits after `callback_after_ms` takes the offer of a callback with `callback_share`; he
    is called `callback_ms` later and goes to the front of the queue. `csat_weights` are how often
    the scores 1 to 5 are given.
    """

    menu_ms: tuple[Millis, Millis] = (3_000, 12_000)
    menu_quit_share: float = 0.03
    misdial_share: float = 0.02
    misdial_ms: tuple[Millis, Millis] = (800, 4_800)
    key_share: float = 0.02
    key_after_ms: Millis = 25_000
    callback_share: float = 0.0
    callback_after_ms: Millis = 60_000
    callback_ms: tuple[Millis, Millis] = (300_000, 1_200_000)
    redial_share: float = 0.35
    redial_after_ms: Millis = 75_000
    redials_most: int = 3
    drop_waiting_share: float = 0.002
    drop_talking_share: float = 0.006
    causes: tuple[Cause, ...] = (
        Cause("38", CauseClass.NETWORK),
        Cause("41", CauseClass.NETWORK),
        Cause("34", CauseClass.CONGESTION),
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
    short_call_share: float = 0.0
    short_call: Length = Length(5_000, 0.4)
    transfer_share: float = 0.06
    transfer_out_share: float = 0.0
    attended_share: float = 0.5
    consult: Length = Length(20_000, 0.5)
    extensions: tuple[str, ...] = ("8001", "8002")
    passed_on: Length = Length(90_000, 0.7)
    caller_hangs_up_share: float = 0.7
    break_variation: float = 0.15
    absent_share: float = 0.0
    early_leave_share: float = 0.0
    early_leave_ms: tuple[Millis, Millis] = (300_000, 1_800_000)
    late_ms: tuple[Millis, Millis] = (5_000, 120_000)
    csat_share: float = 0.0
    csat_weights: tuple[float, ...] = (0.03, 0.04, 0.1, 0.33, 0.5)
    csat_after_ms: tuple[Millis, Millis] = (10_000, 90_000)
    quality_share: float = 0.0
    quality_mean: int = 88
    quality_deviation: int = 7
    quality_after_ms: tuple[Millis, Millis] = (600_000, 7_200_000)
