"""Stretches of time: from an instant to before another one, in milliseconds. Pure.

A line of them is in order and apart from one another, as `merged` makes it: a day is then found in a
year of them without a look at the whole year.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from operator import itemgetter

Stretch = tuple[int, int]
"""From an instant to before another one."""
_START, _END = itemgetter(0), itemgetter(1)


def merged(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same instants in as few stretches as possible, in order."""
    found: list[Stretch] = []
    for start, end in sorted(stretches):
        if start >= end:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return found


def touching(line: Sequence[Stretch], span: Stretch) -> Sequence[Stretch]:
    """Those of a line that have an instant within a stretch, whole."""
    start, end = span
    return line[bisect_right(line, start, key=_END) : bisect_left(line, end, key=_START)]


def within(line: Sequence[Stretch], span: Stretch) -> list[Stretch]:
    """What of a line lies in a stretch."""
    cut = ((max(start, span[0]), min(end, span[1])) for start, end in touching(line, span))
    return [(start, end) for start, end in cut if start < end]


def ends_or_holds(line: Sequence[Stretch], at: int) -> bool:
    """Whether an instant is in one of a line, or at an end of it."""
    first = bisect_left(line, at, key=_END)
    return first < len(line) and line[first][0] <= at


def without(stretches: Iterable[Stretch], others: Iterable[Stretch]) -> list[Stretch]:
    """What of these lies in none of the others."""
    left: list[Stretch] = []
    line = merged(others)
    for start, end in merged(stretches):
        for cut in touching(line, (start, end)):
            if start < cut[0]:
                left.append((start, cut[0]))
            start = cut[1]
        if start < end:
            left.append((start, end))
    return left


def length(stretches: Iterable[Stretch]) -> int:
    """How long they are together."""
    return sum(end - start for start, end in stretches)


def length_within(line: Sequence[Stretch], span: Stretch) -> int:
    """How long what of a line lies in a stretch is together."""
    own = touching(line, span)
    if not own:
        return 0
    over = max(0, span[0] - own[0][0]) + max(0, own[-1][1] - span[1])
    return length(own) - over
