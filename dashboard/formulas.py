"""Every figure's formula, in one table: what it counts, or which sums it divides.

The arithmetic is `stream.metrics`'; this table says it in a form that can be shown with its sums put
in, and a test holds the two, and the glossary, together.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from ingest.words import Overflow
from stream.daybook_day import Share
from stream.metrics import Sums
from stream.sites import ServiceLevel

Unit = Literal["count", "share", "ms", "points"]
"""Points are thousandths of a scale, shown as of 100."""


class Term(NamedTuple):
    """One part of a formula: sums that are added and taken off, under one name that people know."""

    name: str
    share: Share

    def of(self, sums: Sums) -> int:
        """Its value."""
        return sum(sign * sums[name] for name, sign in self.share.items())

    @property
    def calls(self) -> bool:
        """Whether it counts calls, and can be told one by one."""
        return not any("_ms" in name or "_points" in name for name in self.share)


class Formula(NamedTuple):
    """A sum over a sum; what only counts has nothing under it."""

    unit: Unit
    over: tuple[Term, ...]
    under: tuple[Term, ...] = ()

    def of(self, sums: Sums) -> float | None:
        """Its value; None if there is nothing to divide by."""
        over = sum(term.of(sums) for term in self.over)
        if not self.under:
            return over
        under = sum(term.of(sums) for term in self.under)
        return over / under if under else None


def _term(name: str, **share: int) -> Term:
    return Term(name, share or {name: 1})


_OVERFLOWED = _term("overflowed", **{f"overflowed_{reason.value}": 1 for reason in Overflow})
_LONG = _term("abandoned_long", abandoned=1, abandoned_short=-1)
_LATE = _term("abandoned_late", abandoned=1, abandoned_in_target=-1)
_IN_TARGET, _ANSWERED = _term("answered_in_target"), _term("answered")
_ABANDONED, _EARLY = _term("abandoned"), _term("abandoned_in_target")
_SERVED = (_term("completed"), _term("transferred"))

SERVICE_LEVELS: Mapping[ServiceLevel, Formula] = {
    ServiceLevel.SHORT_EXCLUDED: Formula("share", (_IN_TARGET,), (_ANSWERED, _LONG)),
    ServiceLevel.ANSWERED_ONLY: Formula("share", (_IN_TARGET,), (_ANSWERED,)),
    ServiceLevel.ALL_COUNT: Formula("share", (_IN_TARGET,), (_ANSWERED, _ABANDONED)),
    ServiceLevel.IN_TARGET_EXCLUDED: Formula("share", (_IN_TARGET,), (_ANSWERED, _LATE)),
    ServiceLevel.IN_TARGET_MET: Formula("share", (_IN_TARGET, _EARLY), (_ANSWERED, _ABANDONED)),
}
RATIOS: Mapping[str, Formula] = {
    "asa_ms": Formula("ms", (_term("wait_ms_answered"),), (_ANSWERED,)),
    "average_abandon_ms": Formula("ms", (_term("wait_ms_abandoned"),), (_ABANDONED,)),
    "abandon_rate": Formula(
        "share", (_ABANDONED,), (_ANSWERED, _ABANDONED, _OVERFLOWED, _term("dropped_waiting"))
    ),
    "att_ms": Formula("ms", (_term("talk_ms"),), _SERVED),
    "aht_ms": Formula("ms", (_term("talk_ms"), _term("acw_ms")), _SERVED),
    "csat": Formula("share", (_term("surveys_satisfied"),), (_term("surveys"),)),
    "quality": Formula("points", (_term("review_points"),), (_term("reviews"),)),
}
COUNTS: Mapping[str, Formula] = {
    term.name: Formula("count", (term,))
    for term in (
        *(_term("offered"), _ANSWERED, _IN_TARGET, _ABANDONED, _term("abandoned_short"), _LONG),
        *(_EARLY, _LATE, _OVERFLOWED, _term("dropped_waiting"), _term("dropped_talking")),
        *(*_SERVED, _term("blocked"), _term("ring_no_answer"), _term("ghosts")),
        *(_term("surveys"), _term("surveys_satisfied"), _term("reviews")),
    )
}
"""What can be told call by call."""
LIVE = ("waiting", "talking")
"""Counts of what is so now; no sums."""
SERVICE_LEVEL = "service_level"
NAMES = (*COUNTS, *RATIOS, SERVICE_LEVEL, *LIVE)


def formula(name: str, variant: ServiceLevel) -> Formula | None:
    """The formula of a figure, for queues of this variant; None for what has none."""
    if name == SERVICE_LEVEL:
        return SERVICE_LEVELS[variant]
    return RATIOS.get(name) or COUNTS.get(name)


def missed(of: Formula) -> Share:
    """What counts below and not above: for a service level, the calls that were not served in time."""
    share: dict[str, int] = {}
    for terms, sign in ((of.under, 1), (of.over, -1)):
        for term in terms:
            for name, part in term.share.items():
                share[name] = share.get(name, 0) + sign * part
    return {name: sign for name, sign in share.items() if sign}


def written(of: Formula) -> str:
    """The formula as the glossary writes it, in the names of the sums."""
    over = _sum(of.over)
    return f"{over} ÷ {_sum(of.under)}" if of.under else over


def _sum(terms: tuple[Term, ...]) -> str:
    parts: list[tuple[int, str]] = []
    for term in terms:
        names = [(1, "overflowed")] if term is _OVERFLOWED else None
        parts += names or [(sign, f"`{name}`") for name, sign in term.share.items()]
    text = "".join(f" {'+' if sign > 0 else '−'} {name}" for sign, name in parts).removeprefix(
        " + "
    )
    return f"({text})" if len(parts) > 1 else text
