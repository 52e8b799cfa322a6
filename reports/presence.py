"""Who was there when, as far as the facts and the floor of this moment say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise

import polars as pl

from archive.rows import only
from ingest.events import Millis
from planning.attendance import (
    UNKNOWN,
    Attended,
    Outside,
    Rules,
    Seen,
    Sight,
    attended,
)
from planning.shifts import Shift
from planning.stretches import Stretch, length, length_within, merged, touching
from reports import states
from reports.basis import Basis
from reports.source import Source, Where
from reports.states import Told
from stream.facts import SpanFact

_DAY = timedelta(days=1)


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
    """What is known of each agent, up to `as_of`; `unknown` are the stretches nobody saw."""

    people: Mapping[str, Sight]
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
    told = states.told(spans, presence.rules)
    seen = _gone_on(told, presence, as_of, calendar.begin(first), chosen)
    unknown = merged([*presence.gaps, *_unwatched(basis, source, rows, (first, last))])
    people = {agent: sight.but_for(unknown) for agent, sight in seen.items()}
    return Known(people=people, unknown=unknown, as_of=as_of)


def _gone_on(
    told: dict[str, Told],
    presence: Presence,
    as_of: Millis,
    start: Millis,
    chosen: frozenset[str] | None,
) -> dict[str, Sight]:
    """With the states that have not ended, to which no fact speaks yet; without a floor nobody knows."""
    rules = presence.rules
    if presence.open is None:
        return {
            agent: sight.and_seen([Seen(until, as_of, UNKNOWN)], rules)
            for agent, (sight, until) in told.items()
        }
    found = {agent: sight for agent, (sight, _) in told.items()}
    for agent, (since, state, reason) in presence.open.items():
        if chosen is None or agent in chosen:
            begin = max(since, told[agent].until if agent in told else start)
            open_ = [Seen(begin, as_of, state, reason)]
            if begin < as_of:
                found[agent] = found.get(agent, Sight()).and_seen(open_, rules)
    return found


def _unwatched(
    basis: Basis, source: Source, rows: pl.LazyFrame, days: tuple[date, date]
) -> list[Stretch]:
    """Days of which nothing is kept, and those that follow up to their first fact: we began late."""
    calendar = basis.calendar
    kept = source.kept(*days)
    resumed = [
        b.day
        for a, b in pairwise(kept)
        if a.where is Where.NOWHERE and b.where is not Where.NOWHERE
    ]
    first = pl.coalesce("start_at", "at").min()
    firsts = dict(
        rows.filter(pl.col("day").is_in(resumed)).group_by("day").agg(first).collect().iter_rows()
    )
    found = []
    for each in kept:
        start, end = calendar.begin(each.day), calendar.begin(each.day + _DAY)
        if each.where is Where.NOWHERE:
            found.append((start, end))
        elif each.day in resumed:
            found.append((start, max(start, firsts.get(each.day, end))))
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
    for agent in sorted({*own, *known.people}):
        near = [
            shift
            for shift in own.get(agent, ())
            if shift.end_at > basis.start - 86_400_000 and shift.start_at < basis.end + 86_400_000
        ]
        sight = known.people.get(agent) or Sight().but_for(known.unknown)
        judged, rest = attended(near, sight, known.as_of, presence.rules.grace_ms)
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


def days_of(basis: Basis, known: Known) -> list[tuple[date, str, Day]]:
    """Every business day of everybody who was there: first and last at work, and the hours between."""
    people = sorted(known.people.items())
    found = []
    for day in basis.period.days():
        span = (basis.calendar.begin(day), basis.calendar.begin(day + _DAY))
        for agent, sight in people:
            told = _day(sight, span, known.as_of)
            if told is not None:
                found.append((day, agent, told))
    return found


def _day(sight: Sight, span: Stretch, as_of: Millis) -> Day | None:
    here = touching(sight.here, span)
    if not here:
        return None
    came, went = here[0][0], here[-1][1]
    return Day(
        in_at=None if sight.unseen(came) else came,
        out_at=None if went >= as_of or sight.unseen(went) else went,
        worked_ms=length_within(here, span),
        meal_ms=length_within(sight.meals, span),
        break_ms=length_within(sight.breaks, span),
    )
