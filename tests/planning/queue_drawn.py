"""A queue drawn call by call: who comes, who waits, who gives up; the judge of what is computed."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from random import Random

from planning.transient import Crew


@dataclass
class Drawn:
    """One drawn stretch of time. Counts are of calls."""

    abandoned: int = 0
    offered: int = 0
    in_target: int = 0
    """Of the calls that came within the time, however much later they were answered."""


def draw(
    rng: Random,
    crew: Crew,
    there: int,
    within_s: float,
    target_s: float = 20.0,
    waits_s: Sequence[float] = (),
) -> Drawn:
    """Every call by itself, first come, first served, own agents before helpers.

    `there` callers are there at first; those of `waits_s` wait besides, so long already, and their
    answers in time are counted.
    """
    speeds = sorted([*([1.0] * crew.agents), *crew.helpers])
    found, ends = Drawn(), []
    idle = list(speeds)
    line: deque[tuple[float, float, bool]] = deque()

    def take(at: float) -> None:
        speed = idle.pop()
        heappush(ends, (at + rng.expovariate(speed / crew.handling_s), speed))

    for _ in range(there):
        if idle:
            take(0.0)
        else:
            line.append((0.0, rng.expovariate(1 / crew.patience_s), False))
    for waited_s in waits_s:
        line.append((-waited_s, rng.expovariate(1 / crew.patience_s), True))
    coming = rng.expovariate(crew.per_s)
    while coming < within_s or line:
        if ends and ends[0][0] <= coming:
            at, speed = heappop(ends)
            idle.append(speed)
            idle.sort()
            while line and idle:
                since, until, counted = line.popleft()
                if until <= at:
                    found.abandoned += until < within_s
                else:
                    found.in_target += counted and at - since <= target_s
                    take(at)
        elif coming < within_s:
            found.offered += 1
            if idle:
                found.in_target += 1
                take(coming)
            else:
                line.append((coming, coming + rng.expovariate(1 / crew.patience_s), True))
            coming += rng.expovariate(crew.per_s)
        else:
            coming = float("inf")
            if not ends:
                found.abandoned += sum(until < within_s for _, until, _ in line)
                break
    return found
