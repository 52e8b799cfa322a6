"""When agents were there for calls: told by their states, or guessed from their conversations. Pure.

Presence is a mean over the days of one kind, by step of the day: 5.4 agents from 9:00 to 9:30. Days
of the week with about as many people are of one kind.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingest.events import Millis
from simulators.fit_days import DAY_MS, STEP_MS, STEPS, Days
from simulators.fit_record import Record
from simulators.plans import MINUTE

_REST_MS = 30 * MINUTE
"""An agent without a conversation for longer than this was not there."""
_ALIKE = 0.75
"""Days of the week with at least this share of another's presence are of its kind."""
_PSEUDO = 0.2
"""An agent who talks to two at once in so many conversations is no person."""

Span = tuple[str, Millis, Millis]
Curve = list[float]
"""Agents there, by step of the day."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Days of the week that are alike, Monday 0."""

    weekdays: tuple[int, ...]


def spans(record: Record) -> list[Span]:
    """Who was there from when to when. States are believed where there are any."""
    guessed = _from_talks(record)
    return [span for span in record.on if span[0] in record.told] + [
        span for span in guessed if span[0] not in record.told
    ]


def agents_told(record: Record) -> bool:
    """Whether the states of the agents who took the calls are told."""
    talking = {seen.agent for seen in record.visits.values() if seen.agent}
    return bool(talking) and len(talking & record.told) * 2 > len(talking)


def presence(spans: Iterable[Span], days: Days) -> list[Curve]:
    """How many were there, by day and step, one span's agents all."""
    found = [[0.0] * STEPS for _ in range(days.count)]
    for _, since, until in spans:
        for day, step, ms in _steps(days, since, until):
            if 0 <= day < days.count:
                found[day][step] += ms / STEP_MS
    return found


def kinds(presence: list[Curve], days: Days) -> list[Kind]:
    """The kinds of days of the week, from the busiest on; a day never seen is like the busiest."""
    usual = mean_curve(presence, days, Kind(tuple(range(7))))
    totals, wanted = [0.0] * 7, [0.0] * 7
    for day, curve in enumerate(presence):
        totals[days.weekday(day)] += sum(curve)
        known = (agents for step, agents in enumerate(usual) if days.covers(day, step))
        wanted[days.weekday(day)] += sum(known)
    # Against what is usual at the same hours, so that half a day is no day with half the people.
    means = {day: totals[day] / wanted[day] for day in range(7) if wanted[day]}
    left = sorted(means, key=lambda day: -means[day])
    found: list[Kind] = []
    while left:
        most = means[left[0]]
        alike = [day for day in left if means[day] >= most * _ALIKE]
        left = [day for day in left if day not in alike]
        if not found:
            alike += [day for day in range(7) if day not in means]
        if most:
            found.append(Kind(tuple(sorted(alike))))
    return found


def mean_curve(presence: list[Curve], days: Days, kind: Kind) -> Curve:
    """The mean presence on the days of this kind."""
    totals = [0.0] * STEPS
    for day, curve in enumerate(presence):
        if days.weekday(day) in kind.weekdays:
            totals = [total + agents for total, agents in zip(totals, curve, strict=True)]
    return [total / max(days.known(step, kind.weekdays), 1) for step, total in enumerate(totals)]


def _from_talks(record: Record) -> list[Span]:
    talks: dict[str, list[tuple[Millis, Millis]]] = {}
    for seen in record.visits.values():
        if seen.agent and seen.answered_at is not None:
            talks.setdefault(seen.agent, []).append(
                (seen.answered_at, seen.ended_at or seen.answered_at)
            )
    found: list[Span] = []
    for agent in sorted(talks):
        ordered = sorted(talks[agent])
        if not _two_at_once(ordered):
            found += [(agent, since, until) for since, until in _joined(ordered)]
    return found


def _two_at_once(talks: list[tuple[Millis, Millis]]) -> bool:
    """Tables put calls whose agent they do not know under a name that is nobody's."""
    overlaps, until = 0, 0
    for since, end in talks:
        overlaps += since < until - 5_000
        until = max(until, end)
    return overlaps > len(talks) * _PSEUDO


def _joined(talks: list[tuple[Millis, Millis]]) -> Iterator[tuple[Millis, Millis]]:
    since, until = talks[0]
    for start, end in talks:
        if start - until > _REST_MS:
            yield since, until
            since = start
        until = max(until, end)
    yield since, until


def _steps(days: Days, since: Millis, until: Millis) -> Iterator[tuple[int, int, Millis]]:
    """The steps that a span touches, and for how long."""
    day, local = days.place(since)
    while since < until:
        step_left = STEP_MS - local % STEP_MS
        ms = min(step_left, until - since)
        yield day, local // STEP_MS, ms
        since, local = since + ms, local + ms
        if local >= DAY_MS:
            day, local = day + 1, local - DAY_MS
