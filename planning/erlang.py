"""What queueing theory says of a queue in balance: Erlang's formulas, with and without patience. Pure.

Calls come by chance at a constant rate, conversations and patience are exponential, agents are all
alike. Real floors are none of this; but a simulation made so must agree, and a plan begins here.
Source: A. K. Erlang's B and C; C. Palm's A (M/M/n+M) as in Garnett, Mandelbaum and Reiman, 2002.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, expm1, log, log1p

_ENOUGH = 1e-13
"""States rarer than this share of all are left out."""
_HUGE = 1e200
"""Weights that grow beyond this are counted anew, in larger units."""


class ErlangError(ValueError):
    """The formulas have no answer for these numbers; the message says which to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A queue in balance. Shares are of all calls, between 0 and 1; times are seconds.

    `waits` have to wait, `abandons` give up, `served_in_target` are answered within the target.
    `wait_s` is the mean wait of all calls, abandoned ones among them; `answered_wait_s` that of the
    answered (ASA; infinite where none is). `queue` callers wait in the mean, and the agents are busy
    for the share `occupancy` of their time.
    """

    waits: float
    abandons: float
    served_in_target: float
    wait_s: float
    answered_wait_s: float
    queue: float
    occupancy: float


def erlang_a(
    *, per_hour: float, handling_s: float, agents: int, patience_s: float, target_s: float = 0.0
) -> Balance:
    """Callers give up after `patience_s` on the average (M/M/n+M). Agents may be too few.

    `handling_s` is the time a call takes of an agent. Raises `ErlangError` if a time is not positive.
    """
    if min(handling_s, patience_s) <= 0 or min(per_hour, agents, target_s) < 0:
        raise ErlangError("the handling time and the patience must be above 0, the rest not below")
    arrivals, served, gives_up = per_hour / 3_600, agents / handling_s, 1 / patience_s
    if not arrivals:
        return _EMPTY
    weights, nobody, all_busy = _weights(arrivals, served, gives_up)
    waiting = sum(ahead * weight for ahead, weight in enumerate(weights)) / all_busy
    load = arrivals * handling_s
    waits = _all_busy_share(load, agents, all_busy, nobody)
    queue = waiting * waits
    abandons = gives_up * queue / arrivals
    late, answered_wait_s = waits, float("inf")
    if agents:
        faster = served / gives_up
        in_time = sum(
            weight * chance
            for weight, chance in zip(
                weights, served_within(len(weights), faster, gives_up * target_s), strict=True
            )
        )
        late = waits * (1.0 - in_time / all_busy)
        waited = _answered_wait(weights, faster) * patience_s / all_busy
        answered_wait_s = waits * waited / max(1.0 - abandons, 1e-300)
    return Balance(
        waits=waits,
        abandons=abandons,
        served_in_target=1.0 - late,
        wait_s=abandons * patience_s,
        answered_wait_s=answered_wait_s,
        queue=queue,
        occupancy=load * (1.0 - abandons) / agents if agents else 1.0,
    )


def erlang_c(*, per_hour: float, handling_s: float, agents: int, target_s: float = 0.0) -> Balance:
    """Nobody ever gives up (M/M/n). Raises `ErlangError` if the agents cannot do the work."""
    load = per_hour * handling_s / 3_600
    if handling_s <= 0 or load >= agents:
        raise ErlangError(
            f"{agents} agents cannot do the work of {load:.2f}: without patience there must be more"
        )
    idle = agents - load
    waits = _all_busy_share(load, agents, agents / idle) if load else 0.0
    wait_s = waits * handling_s / idle
    return Balance(
        waits=waits,
        abandons=0.0,
        served_in_target=1.0 - waits * exp(-idle * target_s / handling_s),
        wait_s=wait_s,
        answered_wait_s=wait_s,
        queue=wait_s * per_hour / 3_600,
        occupancy=load / agents,
    )


def erlang_b(load: float, agents: int) -> float:
    """The share of calls that find all agents busy where nobody can wait (M/M/n/n)."""
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def agents_for(share: float, *, per_hour: float, handling_s: float, patience_s: float) -> float:
    """How many agents let `share` of the callers give up: between two whole numbers as needed.

    Of a share of 0 or less this is so many that hardly one in a thousand gives up.
    """
    share, load = max(share, 0.001), per_hour * handling_s / 3_600
    # So many cannot be enough: each answers no more than his share of the load.
    agents = max(int(load * (1 - share)) - 1, 0)
    before = (
        1.0
        if not agents
        else erlang_a(
            per_hour=per_hour, handling_s=handling_s, agents=agents, patience_s=patience_s
        ).abandons
    )
    while agents < load * 3 + 30:
        agents += 1
        now = erlang_a(
            per_hour=per_hour, handling_s=handling_s, agents=agents, patience_s=patience_s
        ).abandons
        if now <= share:
            # Abandonment falls about geometrically with agents.
            part = log(before / share) / log(before / now) if 0 < now < before else 1.0
            return agents - 1 + min(max(part, 0.0), 1.0)
        before = now
    return float(agents)


def served_within(lengths: int, faster: float, patiences: float) -> list[float]:
    """The chance to be answered in time of whoever comes when all agents are busy.

    One chance for each number of callers waiting ahead, from 0 to before `lengths`. Agents become
    free `faster` times as fast as one caller gives up, and the target is so many `patiences` long.
    """
    if patiences <= 0:
        return [0.0] * lengths
    # The incomplete beta function, built up step by step; in logarithms, for it begins at nearly 0.
    sooner = log(-expm1(-patiences))
    chances, late_share, step = [], 0.0, -(faster + 1) * patiences
    for ahead in range(lengths):
        late_share += exp(step)
        step += sooner + log1p(faster / (ahead + 1))
        chances.append(faster / (faster + ahead + 1) * max(0.0, 1.0 - late_share))
    return chances


_EMPTY = Balance(
    waits=0.0,
    abandons=0.0,
    served_in_target=1.0,
    wait_s=0.0,
    answered_wait_s=0.0,
    queue=0.0,
    occupancy=0.0,
)


def _weights(arrivals: float, served: float, gives_up: float) -> tuple[list[float], float, float]:
    """How often `ahead` callers wait while all agents are busy, in one unit; the first, and the sum."""
    weights, nobody, all_busy = [1.0], 1.0, 1.0
    while weights[-1] > _ENOUGH * all_busy or len(weights) * gives_up + served < arrivals:
        weights.append(weights[-1] * arrivals / (served + len(weights) * gives_up))
        all_busy += weights[-1]
        if all_busy > _HUGE:
            weights = [weight / _HUGE for weight in weights]
            nobody, all_busy = nobody / _HUGE, all_busy / _HUGE
    return weights, nobody, all_busy


def _all_busy_share(load: float, agents: int, all_busy: float, nobody: float = 1.0) -> float:
    """How often all agents are busy, where those states together weigh `all_busy`.

    The one of them in which nobody waits weighs `nobody`.
    """
    blocked = erlang_b(load, agents)
    return all_busy * blocked / ((1.0 - blocked) * nobody + all_busy * blocked)


def _answered_wait(weights: Sequence[float], faster: float) -> float:
    """The weighted wait of those answered, in patiences; the abandoned count as no wait at all.

    With `ahead` waiting, an answer takes `ahead` + 1 departures, each sooner than the next.
    """
    total, wait = 0.0, 0.0
    for ahead, weight in enumerate(weights):
        wait += 1.0 / (faster + ahead + 1)
        total += weight * wait * faster / (faster + ahead + 1)
    return total
