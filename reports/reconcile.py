"""Two witnesses of one day compared: what each has that the other has not, call by call, and why.

Pure. Equal witnesses have no differences; a difference for which no reason is known is a fault of
somebody's, and is called unexplained.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from ingest.events import Millis
from reports.testimony import Testimony
from stream.facts import BlockFact, Fact, HandleFact, RingFact, ScoreFact, SpanFact, WaitFact
from stream.figure_row import known, of_sums, rounded
from stream.last_figures import LastFigures
from stream.metrics import NAMES, Sums, service_level
from stream.sites import ServiceLevel

COUNTS = tuple(
    name for name in NAMES if not name.startswith(("wait_ms", "talk_ms", "hold_ms", "acw_ms"))
)
"""The sums that count something; all others are durations."""
RATIOS = ("service_level", "asa_ms", "att_ms", "aht_ms", "average_abandon_ms", "abandon_rate")
"""Figures of a row that may be unknown on either side."""
SECOND_MS = 1_500
"""A log that notes whole seconds may be off by this at either end."""


class Why(StrEnum):
    LATE = "late"
    """Came to be known after the first witness spoke."""
    GAP = "gap"
    """Within a span of which the source itself said that it missed events."""
    GHOST = "ghost"
    """Nobody saw the end: it was closed by reconciliation."""
    SECONDS = "seconds"
    """The same call; the log notes whole seconds, and that moved it over a limit."""
    OUTSIDE = "outside"
    """Before the one's record begins, or after it ends."""
    UNTOLD = "untold"
    """Of a kind that the log does not tell."""
    UNEXPLAINED = "unexplained"


class Difference(Struct, frozen=True, kw_only=True):
    """One call (`who` its visit), or one agent's time, of which two witnesses say different things.

    `only` are the facts that one side has and the other has not, the first's and the second's.
    """

    queue: str
    who: str
    at: Millis
    only: tuple[Sequence[Fact], Sequence[Fact]]
    why: Why


class Off(Struct, frozen=True, kw_only=True):
    """An additive figure of a queue in which two witnesses differ."""

    queue: str
    figure: str
    values: tuple[Any, Any]


class Comparison(Struct, frozen=True, kw_only=True):
    """`names` of the witnesses; `offs` what differs in their sums; `differences` the calls behind.

    `seconds` counts the calls which both tell alike but for parts of seconds, and which count alike.
    `at` is when the first spoke, if it spoke of a moment.
    """

    names: tuple[str, str]
    offs: Sequence[Off]
    differences: Sequence[Difference] = ()
    seconds: int = 0
    at: Millis | None = None

    @property
    def equal(self) -> bool:
        return not self.offs and not self.differences

    @property
    def unexplained(self) -> int:
        return sum(each.why is Why.UNEXPLAINED for each in self.differences)


Judge = Callable[[Sequence[Fact], Sequence[Fact]], Why]
"""Why one side has the first facts, and the other the second, of one call."""
Two = tuple[list[Fact], list[Fact]]


def compared(first: Testimony, second: Testimony, why: Judge) -> Comparison:
    """All that two witnesses of a day differ in."""
    found = [
        Difference(queue=queue, who=who, at=_at(only), only=only, why=why(*only))
        for (queue, who), only in _apart(first.facts, second.facts).items()
    ]
    telling = [each for each in found if each.why is not Why.SECONDS or _counts(each, first)]
    seconds = len(found) - len(telling)
    return Comparison(
        names=(first.name, second.name),
        offs=_offs(first.sums(), second.sums(), COUNTS if seconds else NAMES),
        differences=sorted(telling, key=lambda each: (each.at, each.queue, each.who)),
        seconds=seconds,
    )


def _offs(
    first: Mapping[str, Sums], second: Mapping[str, Sums], figures: Sequence[str]
) -> list[Off]:
    return [
        Off(queue=queue, figure=figure, values=(one, other))
        for queue in sorted(first.keys() | second.keys())
        for figure in figures
        if (one := first.get(queue, {}).get(figure, 0))
        != (other := second.get(queue, {}).get(figure, 0))
    ]


def _counts(difference: Difference, witness: Testimony) -> bool:
    """Whether the two sides count differently, durations aside."""
    first, second = (_sums(facts, witness) for facts in difference.only)
    return bool(_offs(first, second, COUNTS))


def _sums(facts: Iterable[Fact], witness: Testimony) -> dict[str, Sums]:
    side = Testimony("", witness.calendar, witness.day)
    side.take((1, fact) for fact in facts)
    return side.sums()


def wall_offs(shown: LastFigures, sums: Mapping[str, Sums]) -> list[Off]:
    """What was last on the wall and is not what these sums say: every figure that is taken of sums."""
    found = []
    for queue in sorted(shown.queues.keys() | sums.keys()):
        row = shown.queues.get(queue, {})
        own = sums.get(queue) or dict.fromkeys(NAMES, 0)
        said = known(**of_sums(own))
        if "variant" in row:
            level = service_level(own, ServiceLevel(row["variant"]))
            said |= known(service_level=rounded(level))
        figures = [name for name in (*said, *RATIOS) if row.get(name) != said.get(name)]
        found += [
            Off(queue=queue, figure=name, values=(row.get(name), said.get(name)))
            for name in dict.fromkeys(figures)
        ]
    return found


def _apart(first: Counter[Fact], second: Counter[Fact]) -> dict[tuple[str, str], Two]:
    found: dict[tuple[str, str], Two] = defaultdict(lambda: ([], []))
    for fact in first.keys() | second.keys():
        more = first[fact] - second[fact]
        if more:
            found[_call(fact)][0 if more > 0 else 1].extend([fact] * abs(more))
    return found


def _call(fact: Fact) -> tuple[str, str]:
    """Whose facts belong together: those of a visit, of a refused call, of an agent."""
    queue = getattr(fact, "queue", "")
    who = getattr(fact, "visit", "") or getattr(fact, "call", "") or getattr(fact, "agent", "")
    return ("" if isinstance(fact, SpanFact) else queue), who


def _at(only: Two) -> Millis:
    return min(fact.at for side in only for fact in side)


def judge_ours(late: Iterable[Fact] = ()) -> Judge:
    """Of two witnesses that ought to be the same, but that one spoke earlier: `late` came after."""
    after = frozenset(late)

    def why(first: Sequence[Fact], second: Sequence[Fact]) -> Why:
        return Why.LATE if all(fact in after for fact in (*first, *second)) else Why.UNEXPLAINED

    return why


def judge_log(
    gaps: Sequence[tuple[Millis, Millis]], begins: Millis, ends: Millis, log_queues: frozenset[str]
) -> Judge:
    """Of our record and the PBX's own log, which covers `begins` to `ends` and notes whole seconds."""

    def why(ours: Sequence[Fact], log: Sequence[Fact]) -> Why:
        every = (*ours, *log)
        if any(
            start - SECOND_MS <= fact.at <= end + SECOND_MS for fact in every for start, end in gaps
        ):
            return Why.GAP
        if any(not begins <= fact.at <= ends for fact in every):
            return Why.OUTSIDE
        if all(isinstance(fact, BlockFact | RingFact | ScoreFact | SpanFact) for fact in every):
            return Why.UNTOLD
        if any(getattr(fact, "ghost", False) for fact in every):
            return Why.GHOST
        if any(getattr(fact, "queue", "") not in log_queues for fact in ours) and not log:
            return Why.UNTOLD
        if not _same_but_for_seconds(ours, log):
            return Why.UNEXPLAINED
        # What cut a call off is known to nobody who only notes that it ended.
        return Why.SECONDS if _drops(ours) == _drops(log) else Why.UNTOLD

    return why


def _drops(facts: Sequence[Fact]) -> int:
    return sum(isinstance(fact, HandleFact) and fact.dropped for fact in facts)


def _same_but_for_seconds(ours: Sequence[Fact], log: Sequence[Fact]) -> bool:
    """Whether both tell the same of a call, to the second."""
    mine = sorted((f for f in ours if not isinstance(f, RingFact)), key=_order)
    theirs = sorted((f for f in log if not isinstance(f, RingFact)), key=_order)
    return len(mine) == len(theirs) and all(map(_close, mine, theirs))


def _order(fact: Fact) -> tuple[str, Millis]:
    return type(fact).__name__, fact.at


def _close(one: Fact, other: Fact) -> bool:
    if type(one) is not type(other) or abs(one.at - other.at) > SECOND_MS:
        return False
    if isinstance(one, WaitFact) and isinstance(other, WaitFact):
        return _outcome(one) == _outcome(other) and abs(one.wait_ms - other.wait_ms) <= SECOND_MS
    if isinstance(one, HandleFact) and isinstance(other, HandleFact):
        return (
            one.transferred == other.transferred and abs(one.talk_ms - other.talk_ms) <= SECOND_MS
        )
    return True


def _outcome(wait: WaitFact) -> tuple[bool, bool, bool, bool]:
    return wait.answered, wait.abandoned, wait.overflowed, wait.dropped
