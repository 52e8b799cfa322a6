"""People for a scenario: as many agents and shifts as make up a presence that was learnt. Pure.

The presence is cut into layers, one agent each: the first is there whenever anybody is, the last at
the peaks only. Between whole numbers an agent is there for a part of the step.

    agents  3 |       ____
            2 |    __|####|____          layer 3: |    ####    |
            1 |___|############|___      layer 1: |############|
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from simulators.fit_days import STEP_MIN
from simulators.fit_presence import Curve
from simulators.plans import DAY_MIN, Break

_PART_MIN = 5
"""The shortest time that a seat is taken or left."""
_PARTS = STEP_MIN // _PART_MIN
_LONGEST_MIN = 540
"""Nobody works longer than this: a longer seat is shared out among people who relieve each other."""
_APART_MIN = 150
"""Nobody waits longer than this for his work to go on: somebody else comes for the rest."""
REASON = "pause"


@dataclass(frozen=True, slots=True)
class Seat:
    """The working hours of one agent, in minutes since midnight, and his time off in them."""

    start_min: int
    end_min: int
    breaks: tuple[Break, ...]


def seats(curve: Curve) -> list[Seat]:
    """The seats whose presence together is this curve, to a twelfth of an hour of each step."""
    parts = _whole_parts(curve)
    found: list[Seat] = []
    layer = 0
    while any(part > layer * _PARTS for part in parts):
        there = [min(max(part - layer * _PARTS, 0), _PARTS) * _PART_MIN for part in parts]
        found += _people(_spans(there))
        layer += 1
    return found


def _whole_parts(curve: Sequence[float]) -> list[int]:
    """The curve in whole parts; what is lost by rounding is made good in the next step."""
    parts, owed = [], 0.0
    for agents in curve:
        wanted = agents * _PARTS
        if not wanted:
            # Nobody comes in when the house is closed.
            parts.append(0)
            continue
        part = max(0, round(wanted + owed))
        owed = min(max(owed + wanted - part, -0.5), 0.5)
        parts.append(part)
    return parts


def _spans(there: Sequence[int]) -> list[tuple[int, int]]:
    """When one seat is taken, from which minute to which."""
    spans: list[tuple[int, int]] = []
    for step, minutes in enumerate(there):
        if not minutes:
            continue
        start = step * STEP_MIN
        # Half a step is worked at that end at which the seat is taken anyway.
        before, after = there[step - 1 : step], there[step + 1 : step + 2]
        if list(after) == [STEP_MIN] and list(before) != [STEP_MIN]:
            start += STEP_MIN - minutes
        if spans and spans[-1][1] == start:
            spans[-1] = spans[-1][0], start + minutes
        else:
            spans.append((start, start + minutes))
    return spans


def _people(spans: Sequence[tuple[int, int]]) -> list[Seat]:
    """Who shares this seat: one after another, none of them for too long."""
    groups: list[list[tuple[int, int]]] = []
    for span in spans:
        if groups and span[0] - groups[-1][-1][1] <= _APART_MIN:
            groups[-1].append(span)
        else:
            groups.append([span])
    return [seat for group in groups for seat in _relieved(group)]


def _relieved(spans: Sequence[tuple[int, int]]) -> list[Seat]:
    start, end = spans[0][0], spans[-1][1]
    shifts = -(-(end - start) // _LONGEST_MIN)
    found: list[Seat] = []
    for n in range(shifts):
        since = start + (end - start) * n // shifts // _PART_MIN * _PART_MIN
        until = start + (end - start) * (n + 1) // shifts // _PART_MIN * _PART_MIN
        until = end if n == shifts - 1 else until
        mine = [(max(a, since), min(b, until)) for a, b in spans if a < until and b > since]
        if mine:
            found.append(_seat(mine))
    return found


def _seat(spans: Sequence[tuple[int, int]]) -> Seat:
    start, end = spans[0][0], spans[-1][1]
    breaks = [
        Break(reason=REASON, at_min=left - start, minutes=back - left)
        for (_, left), (back, _) in pairwise(spans)
        if back > left
    ]
    return Seat(start, min(end, DAY_MIN), tuple(breaks))
