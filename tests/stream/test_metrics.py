"""Every term at its boundary, by hand; every ratio by hand; guards that hide nothing."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.words import Overflow
from stream import metrics
from stream.facts import HandleFact, RingFact, SpanFact, WaitFact
from stream.metrics import NAMES, TERMS
from stream.sites import ServiceLevel


def wait(**changes: Any) -> WaitFact:
    usual = WaitFact(0, "sales", "v", "", 0, target_ms=20_000, short_ms=5_000)
    return msgspec.structs.replace(usual, **changes)


@pytest.mark.parametrize(
    ("term", "fact", "share"),
    [
        (metrics.answered_in_target, wait(answered=True, wait_ms=20_000), 1),
        (metrics.answered_in_target, wait(answered=True, wait_ms=20_001), 0),
        (metrics.answered_in_target, wait(abandoned=True, wait_ms=1), 0),
        (metrics.abandoned_short, wait(abandoned=True, wait_ms=4_999), 1),
        (metrics.abandoned_short, wait(abandoned=True, wait_ms=5_000), 0),
        (metrics.abandoned_short, wait(answered=True, wait_ms=1), 0),
        (metrics.abandoned_in_target, wait(abandoned=True, wait_ms=20_000), 1),
        (metrics.abandoned_in_target, wait(abandoned=True, wait_ms=20_001), 0),
        (metrics.wait_ms_answered, wait(answered=True, wait_ms=7), 7),
        (metrics.wait_ms_answered, wait(abandoned=True, wait_ms=7), 0),
        (metrics.wait_ms_abandoned, wait(abandoned=True, wait_ms=7), 7),
        (metrics.wait_ms_abandoned, wait(overflowed=True, wait_ms=7), 0),
        (metrics.overflowed_timeout, wait(overflowed=True, reason="timeout"), 1),
        (metrics.overflowed_timeout, wait(overflowed=True, reason="key"), 0),
        (metrics.overflowed_key, wait(dropped=True, reason="key"), 0),
        (metrics.dropped_waiting, wait(dropped=True), 1),
        (metrics.completed, HandleFact(0, "q", "v", "a", 9, 0), 1),
        (metrics.completed, HandleFact(0, "q", "v", "a", 9, 0, dropped=True), 1),
        (metrics.completed, HandleFact(0, "q", "v", "a", 9, 0, transferred=True), 0),
        (metrics.talk_ms, HandleFact(0, "q", "v", "a", 9, 4), 9),
        (metrics.hold_ms, HandleFact(0, "q", "v", "a", 9, 4), 4),
        (metrics.ring_no_answer, RingFact(0, "q", "v", "a", "rejected", 1), 1),
        (metrics.ring_no_answer, RingFact(0, "q", "v", "a", "cancelled", 1), 0),
        (metrics.acw_ms, SpanFact(900, 400, "a", "q", "acw", ""), 500),
        (metrics.acw_ms, SpanFact(900, 400, "a", "q", "ready", ""), 0),
    ],
)
def test_a_term_at_its_boundary(term: Any, fact: Any, share: int) -> None:
    assert int(term(fact)) == share


def sums(**given_: int) -> dict[str, int]:
    return dict.fromkeys(NAMES, 0) | given_


ICMI = sums(
    answered=1000, answered_in_target=860, abandoned=60, abandoned_in_target=20, abandoned_short=10
)


@pytest.mark.parametrize(
    ("variant", "level"),
    [
        (ServiceLevel.ANSWERED_ONLY, 860 / 1000),
        (ServiceLevel.ALL_COUNT, 860 / 1060),
        (ServiceLevel.IN_TARGET_EXCLUDED, 860 / 1040),
        (ServiceLevel.IN_TARGET_MET, 880 / 1060),
        (ServiceLevel.SHORT_EXCLUDED, 860 / 1050),
    ],
)
def test_the_five_service_levels_of_the_trades_own_example(
    variant: ServiceLevel, level: float
) -> None:
    assert metrics.service_level(ICMI, variant) == level


def test_no_calls_is_unknown_never_nought_or_all() -> None:
    none = sums()
    assert [metrics.service_level(none, variant) for variant in ServiceLevel] == [None] * 5
    assert metrics.asa_ms(none) is metrics.abandon_rate(none) is metrics.att_ms(none) is None
    assert (
        metrics.service_level(sums(abandoned=3, abandoned_short=3), ServiceLevel.SHORT_EXCLUDED)
        is None
    )


def test_ratios_are_of_sums() -> None:
    assert metrics.asa_ms(sums(wait_ms_answered=900, answered=3)) == 300
    assert metrics.att_ms(sums(talk_ms=900, completed=2, transferred=1)) == 300
    assert metrics.aht_ms(sums(talk_ms=900, acw_ms=300, completed=3)) == 400
    assert metrics.abandon_rate(sums(abandoned=1, answered=2, overflowed_key=1)) == 0.25


@given(
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.booleans(),
    st.integers(0, 60_000),
    st.sampled_from([*(reason.value for reason in Overflow), "network", ""]),
)
def test_behind_its_guard_every_term_is_nought(
    answered: bool,
    abandoned: bool,
    overflowed: bool,
    dropped: bool,
    ghost: bool,
    wait_ms: int,
    reason: str,
) -> None:
    fact = wait(
        answered=answered,
        abandoned=abandoned,
        overflowed=overflowed,
        dropped=dropped,
        ghost=ghost,
        wait_ms=wait_ms,
        reason=reason,
    )
    for guard, terms in TERMS[WaitFact]:
        if guard and not getattr(fact, guard):
            assert [int(term(fact)) for term in terms] == [0] * len(terms)


def test_names_are_told_apart() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert {f"overflowed_{reason.value}" for reason in Overflow} <= set(NAMES)
