"""Who was there when, as far as the facts and the floor of this moment say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import polars as pl

from archive.rows import only
from ingest.events import Millis
from planning.attendance import (
    Attended,
    Outside,
    Rules,
    Seen,
    Sight,
    attended,
)
from planning.shifts import Shift
from planning.stretches import Stretch, length, merged, touching, within
from reports.basis import Basis
from reports.source import Source, Where
from stream.facts import SpanFact

_DAY = timedelta(days=1)
_UNKNOWN, _NOT_READY = "unknown", "not_ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class Presence:
    """What is known besides the facts. `shifts` None: the site has no shift file.

    `open` are the states that have not ended, by agent: since when, which, why; None where no floor
    is at hand. `gaps` are stretches in which the site's sources missed something.
    """

    shifts: Sequence[Shift] | None = None
    open: Mapping[str, tuple[Millis, str, str]] | None = None
    gaps: Sequence[Stretch] = ()
    rules: Rules = field(default_factory=Rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was seen of each agent, up to `as_of`; `unknown` are the stretches nobody saw."""

    seen: Mapping[str, list[Seen]]
    unknown: Sequence[Stretch]
    as_of: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """What became of the shifts that begin within a report's days, and of work outside of all."""

    attended: Sequence[Attended]
    outside: Mapping[str, Sequence[Outside]]
    as_of: Millis
    unknown: Sequence[Stretch]
    grace_ms: Millis


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """An agent's business day where no shift is known."""

    in_at: Millis | None
    out_at: Millis | None
    worked_ms: Millis
    meal_ms: Millis
    break_ms: Millis


def present(basis: Basis, source: Source, presence: Presence) -> Known:
    """The states of everybody from the day before the report to the day after. Raises as `Source`."""
    first, last = basis.period.first - _DAY, basis.period.last + _DAY
    calendar = basis.calendar
    as_of = min(basis.request.now, calendar.begin(last + _DAY))
    rows = source.rows(first, last)
    spans = only(SpanFact, rows).select("agent", "start_at", "at", "state", "reason")
    chosen = basis.request.agents
    if chosen is not None:
        spans = spans.filter(pl.col("agent").is_in(sorted(chosen)))
    seen: dict[str, list[Seen]] = {}
    for agent, *span in spans.sort("agent", "start_at").collect().iter_rows():
        seen.setdefault(agent, []).append(Seen(*span))
    _go_on(seen, presence, as_of, calendar.begin(first), chosen)
    unknown = merged([*presence.gaps, *_unwatched(basis, source, rows, (first, last))])
    return Known(seen=seen, unknown=unknown, as_of=as_of)


def _go_on(
    seen: dict[str, list[Seen]],
    presence: Presence,
    as_of: Millis,
    start: Millis,
    chosen: frozenset[str] | None,
) -> None:
    """Add the states that have not ended, to which no fact speaks yet; without a floor nobody knows."""
    if presence.open is None:
        for own in seen.values():
            own.append(Seen(own[-1].end_at, as_of, _UNKNOWN))
        return
    for agent, (since, state, reason) in presence.open.items():
        if chosen is None or agent in chosen:
            ended = seen[agent][-1].end_at if agent in seen else start
            if max(since, ended) < as_of:
                seen.setdefault(agent, []).append(Seen(max(since, ended), as_of, state, reason))


def _unwatched(
    basis: Basis, source: Source, rows: pl.LazyFrame, days: tuple[date, date]
) -> list[Stretch]:
    """Days of which nothing is kept, and those that follow up to their first fact: we began late."""
    calendar = basis.calendar
    firsts = dict(
        rows.group_by("day").agg(pl.coalesce("start_at", "at").min()).collect().iter_rows()
    )
    found, blind = [], False
    for kept in source.kept(*days):
        start, end = calendar.begin(kept.day), calendar.begin(kept.day + _DAY)
        if kept.where is Where.NOWHERE:
            found.append((start, end))
        elif blind:
            found.append((start, max(start, firsts.get(kept.day, end))))
        blind = kept.where is Where.NOWHERE
    return found


def roster(basis: Basis, known: Known, presence: Presence) -> Roster:
    """Every shift that begins within the report's days, and work there that is of no shift."""
    own: dict[str, list[Shift]] = {}
    chosen = basis.request.agents
    for shift in sorted(presence.shifts or (), key=lambda shift: shift.start_at):
        if chosen is None or shift.agent in chosen:
            own.setdefault(shift.agent, []).append(shift)
    told: list[Attended] = []
    outside: dict[str, Sequence[Outside]] = {}
    for agent in sorted({*own, *known.seen}):
        near = [
            shift
            for shift in own.get(agent, ())
            if shift.end_at > basis.start - 86_400_000 and shift.start_at < basis.end + 86_400_000
        ]
        states = known.seen.get(agent, [])
        judged, rest = attended(
            near, states, as_of=known.as_of, unknown=known.unknown, rules=presence.rules
        )
        told += [each for each in judged if basis.start <= each.shift.start_at < basis.end]
        long = [
            part
            for part in rest
            if basis.start <= part.start_at < basis.end and length([part]) > presence.rules.grace_ms
        ]
        if long:
            outside[agent] = long
    told.sort(key=lambda each: (each.shift.start_at, each.shift.agent))
    grace_ms = presence.rules.grace_ms
    return Roster(
        attended=told,
        outside=outside,
        as_of=known.as_of,
        unknown=known.unknown,
        grace_ms=grace_ms,
    )


def days_of(basis: Basis, known: Known, rules: Rules) -> list[tuple[date, str, Day]]:
    """Every business day of everybody who was there: first and last at work, and the hours between."""
    people = {agent: Sight(known.seen[agent], known.unknown) for agent in sorted(known.seen)}
    found = []
    for day in basis.period.days():
        span = (basis.calendar.begin(day), basis.calendar.begin(day + _DAY))
        for agent, sight in people.items():
            told = _day(sight, span, known.as_of, rules)
            if told is not None:
                found.append((day, agent, told))
    return found


def _day(sight: Sight, span: Stretch, as_of: Millis, rules: Rules) -> Day | None:
    here = touching(sight.here, span)
    if not here:
        return None
    came, went = here[0][0], here[-1][1]
    pauses = [each for each in sight.states(span) if each.state == _NOT_READY]
    return Day(
        in_at=None if sight.unseen(came) else came,
        out_at=None if went >= as_of or sight.unseen(went) else went,
        worked_ms=length(within(here, span)),
        meal_ms=sum(s.end_at - s.start_at for s in pauses if s.reason in rules.meals),
        break_ms=sum(s.end_at - s.start_at for s in pauses if s.reason in rules.breaks),
    )
