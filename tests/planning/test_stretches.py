"""Stretches against the plainest thing that is right: sets of instants."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from planning.stretches import (
    Stretch,
    ends_or_holds,
    length,
    length_within,
    merged,
    touching,
    within,
    without,
)

INSTANT = st.integers(0, 40)
STRETCH = st.tuples(INSTANT, INSTANT)
STRETCHES = st.lists(STRETCH, max_size=12)


def instants(stretches: list[Stretch]) -> set[int]:
    return {at for start, end in stretches for at in range(start, end)}


@given(STRETCHES, STRETCHES, STRETCH, INSTANT)
def test_all_of_them_say_what_sets_of_instants_say(
    some: list[Stretch], others: list[Stretch], span: Stretch, at: int
) -> None:
    line = merged(some)
    assert instants(line) == instants(some)
    assert all(start < end for start, end in line)
    assert all(a[1] < b[0] for a, b in pairwise(line))
    assert length(line) == len(instants(some))
    assert instants(within(line, span)) == instants(some) & instants([span])
    touched = [own for own in line if instants([own]) & instants([span])]
    if span[0] < span[1]:
        assert touching(line, span) == touched
        assert length_within(line, span) == length(within(line, span))
    assert ends_or_holds(line, at) == any(start <= at <= end for start, end in line)
    assert instants(without(some, others)) == instants(some) - instants(others)
    assert without(some, others) == [own for own in without(some, others) if own[0] < own[1]]
