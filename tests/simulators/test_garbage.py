"""Garbage is refused, all of it, and fits wherever an event fits."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.wire import LARGEST, WireError, decode
from simulators.draws import Draws
from simulators.garbage import garbage


def refused(payload: bytes) -> str:
    """Why the wire does not take it."""
    with pytest.raises(WireError) as refusal:
        decode(payload, 0)
    return str(refusal.value)


def fits_on_a_line(payload: bytes) -> bool:
    return len((payload + b"\n").splitlines()) == 1 and bool(payload.strip())


def test_ten_thousand_pieces_are_refused_for_many_reasons() -> None:
    draws = Draws(1, "garbage")
    reasons: Counter[str] = Counter()
    for _ in range(10_000):
        payload = garbage(draws)
        assert fits_on_a_line(payload)
        assert len(payload) <= LARGEST
        reasons[refused(payload).partition(" (byte")[0]] += 1
    assert len(reasons) > 40
    assert max(reasons.values()) < 4_000


@given(st.integers(), st.text(max_size=10))
def test_whatever_the_seed_it_is_refused(seed: int, name: str) -> None:
    draws = Draws(seed, name)
    for _ in range(20):
        payload = garbage(draws)
        assert fits_on_a_line(payload)
        assert refused(payload)


def test_the_same_seed_makes_the_same_garbage() -> None:
    def some(seed: int) -> list[bytes]:
        draws = Draws(seed, "garbage")
        return [garbage(draws) for _ in range(200)]

    assert some(1) == some(1)
    assert some(1) != some(2)
    assert len(set(some(1))) > 150
