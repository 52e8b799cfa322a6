"""What queueing theory says of a queue in balance: Erlang's formulas, with and without patience. Pure.

Calls come by chance at a constant rate, conversations and patience are exponential, agents are all
alike. Real floors are none of this; but a simulation made so must agree, and a fit begins here.
"""

from dataclasses import dataclass
from math import exp, log

_ENOUGH = 1e-13
"""States rarer than this share of all are left out."""
_HUGE = 1e200
"""Weights that grow beyond this are counted anew, in larger units."""


class ErlangError(ValueError):
    """The formulas have no answer for these numbers; the message says which to change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A queue in balance. `served_in_target` is the share of all calls answered within the target.

    `wait_s` is the mean wait of all calls, abandoned ones among them.
    """

    waits: float
    abandons: float
    served_in_target: float
    wait_s: float


def erlang_a(
    *, per_hour: float, handling_s: float, agents: int, patience_s: float, target_s: float = 0.0
) -> Balance:
    """Callers give up after `patience_s` on the average (M/M/n+M). Agents may be too few.

    `handling_s` is the time a call takes of an agent. Raises `ErlangError` if a time is not positive.
    """
    if min(handling_s, patience_s) <= 0 or per_hour < 0 or agents < 0:
        raise ErlangError("the handling time and the patience must be above 0, the rest not below")
    arrivals, served, gives_up = per_hour / 3_600, agents / handling_s, 1 / patience_s
    if not arrivals:
        return Balance(waits=0.0, abandons=0.0, served_in_target=1.0, wait_s=0.0)
    # How often `ahead` callers wait, in units of how often all agents are busy and nobody does.
    weights, nobody, all_busy = [1.0], 1.0, 1.0
    while weights[-1] > _ENOUGH * all_busy or len(weights) * gives_up + served < arrivals:
        weights.append(weights[-1] * arrivals / (served + len(weights) * gives_up))
        all_busy += weights[-1]
        if all_busy > _HUGE:
            weights = [weight / _HUGE for weight in weights]
            nobody, all_busy = nobody / _HUGE, all_busy / _HUGE
    waiting = sum(ahead * weight for ahead, weight in enumerate(weights)) / all_busy
    waits = _all_busy_share(arrivals * handling_s, agents, all_busy, nobody)
    abandons = gives_up * waiting * waits / arrivals
    late = waits
    if agents:
        chances = _served_within(weights, served / gives_up, exp(-gives_up * target_s))
        late = waits * (1.0 - sum(chances) / all_busy)
    return Balance(
        waits=waits,
        abandons=abandons,
        served_in_target=1.0 - late,
        wait_s=abandons * patience_s,
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
    return Balance(
        waits=waits,
        abandons=0.0,
        served_in_target=1.0 - waits * exp(-idle * target_s / handling_s),
        wait_s=waits * handling_s / idle,
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


def _all_busy_share(load: float, agents: int, all_busy: float, nobody: float = 1.0) -> float:
    """How often all agents are busy, where those states together weigh `all_busy`.

    The one of them in which nobody waits weighs `nobody`.
    """
    blocked = erlang_b(load, agents)
    return all_busy * blocked / ((1.0 - blocked) * nobody + all_busy * blocked)


def _served_within(weights: list[float], agents: float, late: float) -> list[float]:
    """The weight of those served in time, by how many wait ahead.

    `agents` is how fast agents become free and `late` how many still wait at the target, both in
    units of the patience: the sum is the incomplete beta function, built up step by step.
    """
    chances, late_share = [], 0.0
    step = exp((agents + 1) * log(late)) if late else 0.0
    for ahead, weight in enumerate(weights):
        late_share += step
        step *= (1.0 - late) * (agents + 1 + ahead) / (ahead + 1)
        chances.append(weight * agents / (agents + ahead + 1) * max(0.0, 1.0 - late_share))
    return chances
