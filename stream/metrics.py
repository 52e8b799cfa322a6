"""Every figure, defined once, for the wall and for the reports alike.

A *term* reads one fact. Given a fact it returns that fact's share, an int: the live path. Given
`tables.columns()` the same body returns a polars expression for a whole table: the report path.
So terms use only `&`, `|`, `+`, `*`, `//` of what is not negative and single comparisons, which
mean the same to both.
Sums of terms are stored and add up over queues and intervals; ratios are taken at the edge and
never stored: no calls is None ("—"), never 0 % or 100 %.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from ingest.words import Overflow, RingEnd
from stream.facts import ArrivalFact, BlockFact, HandleFact, RingFact, ScoreFact, SpanFact, WaitFact
from stream.sites import ServiceLevel

F = TypeVar("F")
Term = Callable[[F], int]


def offered(a: ArrivalFact) -> int:
    """Visits: entries into the queue."""
    return a.at >= 0


def answered(w: WaitFact) -> int:
    return w.answered


def answered_in_target(w: WaitFact) -> int:
    """Answered within the target: a wait of exactly the target is within it."""
    return w.answered & (w.wait_ms <= w.target_ms)


def abandoned(w: WaitFact) -> int:
    """Callers who hung up before an answer, short ones included."""
    return w.abandoned


def abandoned_short(w: WaitFact) -> int:
    """Abandoned sooner than the short-abandon threshold."""
    return w.abandoned & (w.wait_ms < w.short_ms)


def abandoned_in_target(w: WaitFact) -> int:
    return w.abandoned & (w.wait_ms <= w.target_ms)


def overflowed_timeout(w: WaitFact) -> int:
    return w.overflowed & (w.reason == Overflow.TIMEOUT.value)


def overflowed_empty(w: WaitFact) -> int:
    return w.overflowed & (w.reason == Overflow.EMPTY.value)


def overflowed_key(w: WaitFact) -> int:
    return w.overflowed & (w.reason == Overflow.KEY.value)


def overflowed_withdrawn(w: WaitFact) -> int:
    return w.overflowed & (w.reason == Overflow.WITHDRAWN.value)


def overflowed_redirected(w: WaitFact) -> int:
    return w.overflowed & (w.reason == Overflow.REDIRECTED.value)


def overflowed_other(w: WaitFact) -> int:
    """Left by a rule that the source does not name; ghosts are here too."""
    return w.overflowed & (w.reason == Overflow.OTHER.value)


def dropped_waiting(w: WaitFact) -> int:
    """Cut off by a fault while waiting."""
    return w.dropped


def ghosts(w: WaitFact) -> int:
    """Waits whose end nobody saw: closed by reconciliation."""
    return w.ghost


def wait_ms_answered(w: WaitFact) -> int:
    return w.answered * w.wait_ms


def wait_ms_abandoned(w: WaitFact) -> int:
    return w.abandoned * w.wait_ms


def wait_ms_all(w: WaitFact) -> int:
    return w.wait_ms


def completed(h: HandleFact) -> int:
    """Answered visits that ended without transfer; the dropped ones are among them."""
    return h.transferred == False  # noqa: E712 - `not` would not become a polars expression


def transferred(h: HandleFact) -> int:
    return h.transferred


def dropped_talking(h: HandleFact) -> int:
    """Cut off by a fault while talking."""
    return h.dropped


def talk_ms(h: HandleFact) -> int:
    """Answer to end; hold is included."""
    return h.talk_ms


def hold_ms(h: HandleFact) -> int:
    return h.hold_ms


def blocked(b: BlockFact) -> int:
    """Refused joins: not offered."""
    return b.at >= 0


def ring_no_answer(r: RingFact) -> int:
    """Offers that the agent let ring, refused, or could not take (RONA); a lost race is not his."""
    return r.result != RingEnd.CANCELLED.value


def acw_ms(s: SpanFact) -> int:
    """After-call work, counted for the queue it follows."""
    return (s.state == "acw") * (s.at + s.start_at * -1)


def surveys(s: ScoreFact) -> int:
    """Scores that callers gave (CSAT)."""
    return s.survey


def surveys_satisfied(s: ScoreFact) -> int:
    """Those of three quarters of their scale or more: 4 and 5 of 1 to 5, 8 to 10 of 1 to 10."""
    return s.survey & (s.score * 4 >= s.high * 3 + s.low)


def survey_points(s: ScoreFact) -> int:
    return s.survey * _points(s)


def reviews(s: ScoreFact) -> int:
    """Scores that reviewers gave (quality)."""
    return s.survey == False  # noqa: E712 - `not` would not become a polars expression


def review_points(s: ScoreFact) -> int:
    return reviews(s) * _points(s)


def _points(s: ScoreFact) -> int:
    """Where a score lies on its scale, in thousandths of it: so scores of several scales add up."""
    scale = s.high + s.low * -1
    return ((s.score + s.low * -1) * 2000 + scale) // (scale * 2)


Groups = Sequence[tuple[str, Sequence[Term[Any]]]]
"""Terms behind a guard: the field of the fact without which each of them is 0, or "" for none.

The guard spares the live path from asking an answered call why it was abandoned; that the terms
are 0 without it is tested, not trusted.
"""

TERMS: dict[type, Groups] = {
    ArrivalFact: (("", (offered,)),),
    WaitFact: (
        ("answered", (answered, answered_in_target, wait_ms_answered)),
        ("abandoned", (abandoned, abandoned_short, abandoned_in_target, wait_ms_abandoned)),
        (
            "overflowed",
            (
                overflowed_timeout,
                overflowed_empty,
                overflowed_key,
                overflowed_withdrawn,
                overflowed_redirected,
                overflowed_other,
            ),
        ),
        ("dropped", (dropped_waiting,)),
        ("ghost", (ghosts,)),
        ("", (wait_ms_all,)),
    ),
    HandleFact: (("", (completed, transferred, dropped_talking, talk_ms, hold_ms)),),
    BlockFact: (("", (blocked,)),),
    RingFact: (("", (ring_no_answer,)),),
    SpanFact: (("", (acw_ms,)),),
    ScoreFact: (
        ("survey", (surveys, surveys_satisfied, survey_points)),
        ("", (reviews, review_points)),
    ),
}
"""What is summed over each kind of fact. A new kind comes last: old checkpoints stay readable."""

AGENT_TERMS: dict[type, Groups] = {
    WaitFact: (("", (answered,)),),
    HandleFact: TERMS[HandleFact],
    RingFact: TERMS[RingFact],
    SpanFact: TERMS[SpanFact],
    ScoreFact: TERMS[ScoreFact],
}
"""What is summed per agent too."""

NAMES: tuple[str, ...] = tuple(
    term.__name__ for groups in TERMS.values() for _, terms in groups for term in terms
)
"""The sums of a queue and interval, in the order in which a cell holds them."""

AGENT_NAMES: tuple[str, ...] = tuple(
    term.__name__ for groups in AGENT_TERMS.values() for _, terms in groups for term in terms
)
"""The sums of an agent and interval."""

Sums = dict[str, int]
"""Sums by the names of their terms."""


_OVERFLOWED = tuple((reason.value, f"overflowed_{reason.value}") for reason in Overflow)


def overflowed_by(sums: Sums) -> dict[str, int]:
    """Overflowed visits by reason; reasons that did not occur are left out."""
    return {reason: sums[name] for reason, name in _OVERFLOWED if sums[name]}


def overflowed(sums: Sums) -> int:
    return sum([sums[name] for _, name in _OVERFLOWED])


def _ratio(over: int, under: int) -> float | None:
    return over / under if under else None


def service_level(sums: Sums, variant: ServiceLevel) -> float | None:
    """The share of calls served in time, by one of the five named variants."""
    return _ratio(*served(sums, variant))


def served(sums: Sums, variant: ServiceLevel) -> tuple[int, int]:
    """The two sums of a service level: the calls served in time, and of how many."""
    in_target, total, lost = sums["answered_in_target"], sums["answered"], sums["abandoned"]
    match variant:
        case ServiceLevel.SHORT_EXCLUDED:
            return in_target, total + lost - sums["abandoned_short"]
        case ServiceLevel.ANSWERED_ONLY:
            return in_target, total
        case ServiceLevel.ALL_COUNT:
            return in_target, total + lost
        case ServiceLevel.IN_TARGET_EXCLUDED:
            return in_target, total + lost - sums["abandoned_in_target"]
        case ServiceLevel.IN_TARGET_MET:
            return in_target + sums["abandoned_in_target"], total + lost


def asa_ms(sums: Sums) -> float | None:
    """Average speed of answer: mean wait of the answered."""
    return _ratio(sums["wait_ms_answered"], sums["answered"])


def average_abandon_ms(sums: Sums) -> float | None:
    return _ratio(sums["wait_ms_abandoned"], sums["abandoned"])


def abandon_rate(sums: Sums) -> float | None:
    """Abandoned of all whose wait has ended: a closed set, so it never counts those who still wait."""
    return _ratio(sums["abandoned"], waits_ended(sums))


def att_ms(sums: Sums) -> float | None:
    """Average talk time, hold included."""
    return _ratio(sums["talk_ms"], sums["completed"] + sums["transferred"])


def aht_ms(sums: Sums) -> float | None:
    """Average handle time: talk (hold included) and after-call work."""
    return _ratio(sums["talk_ms"] + sums["acw_ms"], sums["completed"] + sums["transferred"])


def csat(sums: Sums) -> float | None:
    """The share of the satisfied among those who gave a score, not among those who were asked."""
    return _ratio(sums["surveys_satisfied"], sums["surveys"])


def quality(sums: Sums) -> float | None:
    """The mean of the reviewers' scores, in thousandths of their scales."""
    return _ratio(sums["review_points"], sums["reviews"])


def waits_ended(sums: Sums) -> int:
    """Visits whose wait is over; with those waiting now they make up the offered."""
    return sums["answered"] + sums["abandoned"] + overflowed(sums) + sums["dropped_waiting"]
