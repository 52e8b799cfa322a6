"""The plan 人力需求: calls to come from the facts of past days, and how many people they need.

arrivals of past days -> forecast per queue -> agents per interval -> roster -> payroll
waits and talks of past days -> patience, handling, shrinkage --^
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from archive.rows import only
from ingest.counts_csv_lines import Count
from ingest.events import Millis
from ingest.words import AgentStatus
from planning.forecast import DayAhead, Outlook, forecast
from planning.forecast_history import Grid, histories
from planning.shifts import Shift
from planning.staffing import Goal, Need, StaffingError, Traffic, need
from reports.model import Cell
from reports.plan_kept import KeptForecast, Row
from reports.source import Source, Where
from stream.facts import ArrivalFact, HandleFact, SpanFact, WaitFact
from stream.intervals import Calendar
from stream.sites import Site
from stream.tables import sums, time_in_state

INTERVAL_MIN = 30
AHEAD_DAYS = 14
HISTORY_DAYS = 260
RECENT_DAYS = 28
"""Handling, patience and shrinkage are those of the last four weeks: they drift."""
OCCUPANCY = 0.85
"""Nobody is planned to be busier for a whole interval."""
NOTHING = 0.05
"""An interval in which on no day so many calls are expected is one in which the queue is closed."""
FEWEST = 20
"""Conversations, or callers who gave up, below which a mean says nothing."""
_DAY = timedelta(days=1)
_AWAY = (AgentStatus.SIGNED_OUT.value, AgentStatus.UNKNOWN.value)


class NoHistoryError(Exception):
    """No whole day of the past is kept: there is nothing to forecast from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Habit:
    """What a queue asks of its people. None is not known, and nothing is planned from it."""

    handling_s: float | None
    patience_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """One interval of a queue: its calls with their bounds, and what they need; None if unknown."""

    queue: str
    start_at: Millis
    calls: float
    low: float
    high: float
    need: Need | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """The next days of a site. `shrinkage` is the share of signed-in time that was not ready."""

    site: Site
    calendar: Calendar
    first: date
    last: date
    learnt_from: int
    outlooks: Mapping[str, Outlook]
    habits: Mapping[str, Habit]
    slots: Sequence[Slot]
    shrinkage: float
    occupancy: float
    interval_ms: Millis

    def queue_name(self, queue: str) -> Cell:
        card = self.site.queue(queue)
        return dict(card.names) if card.id == queue and card.names else queue

    def days(self, queue: str) -> Iterable[DayAhead]:
        """The days to come of a queue, as far as it is open."""
        return (day for day in self.outlooks[queue].days if self.first <= day.day <= self.last)


def planned(source: Source, today: date, occupancy: float = OCCUPANCY) -> Plan:
    """The plan of `AHEAD_DAYS` from `today` on, from whole days before it.

    Raises NoHistoryError, ShelfError, DaybookError.
    """
    site = source.site
    yesterday = today - _DAY
    seen = [
        kept.day
        for kept in source.kept(today - HISTORY_DAYS * _DAY, yesterday)
        if kept.where is not Where.NOWHERE
    ]
    grid = Grid(ZoneInfo(site.time_zone), INTERVAL_MIN, site.day_start_min)
    counts = _counts(source, seen, grid) if seen else []
    if not counts:
        raise NoHistoryError("no whole day of the past is kept")
    outlooks = {
        queue: forecast(history, yesterday, AHEAD_DAYS)
        for queue, history in histories(counts, grid).items()
    }
    recent = source.rows(max(seen[0], today - RECENT_DAYS * _DAY), yesterday)
    habits, shrinkage = _habits(recent), _shrinkage(recent)
    slots = [
        slot
        for queue, outlook in outlooks.items()
        for slot in _slots(site, queue, outlook, grid, habits.get(queue), (shrinkage, occupancy))
    ]
    return Plan(
        site=site,
        calendar=source.calendar,
        first=today,
        last=yesterday + AHEAD_DAYS * _DAY,
        learnt_from=len(seen),
        outlooks=outlooks,
        habits=habits,
        slots=sorted(slots, key=lambda slot: (slot.start_at, slot.queue)),
        shrinkage=shrinkage,
        occupancy=occupancy,
        interval_ms=grid.interval_ms,
    )


def of_today(plan: Plan) -> list[KeptForecast]:
    """The forecast of the plan's first day, made from the days before it: to be kept."""
    end = plan.calendar.begin(plan.first + _DAY)
    rows: dict[str, list[Row]] = {}
    for slot in plan.slots:
        if slot.start_at < end:
            rows.setdefault(slot.queue, []).append((slot.start_at, slot.calls, slot.low, slot.high))
    return [KeptForecast(plan.first, queue, tuple(own)) for queue, own in rows.items()]


def _counts(source: Source, seen: Sequence[date], grid: Grid) -> list[Count]:
    """Calls of each queue in every interval of the days that were seen, also where there was none."""
    arrivals = only(ArrivalFact, source.rows(seen[0], seen[-1]))
    counted = arrivals.group_by("queue", "day", "interval_at").agg(calls=pl.len()).collect()
    calls = {(queue, at): float(n) for queue, _, at, n in counted.iter_rows()}
    # A queue that was not there yet had no day without calls.
    begun = dict(counted.group_by("queue").agg(pl.col("day").min()).iter_rows())
    step = source.calendar.interval_ms
    found = []
    for day in seen:
        start, end = source.calendar.begin(day), source.calendar.begin(day + _DAY)
        for at in range(start, end, step):
            until = min(at + step, end)
            found += [
                Count(at, until, queue, calls.get((queue, at), 0.0))
                for queue, first in begun.items()
                if first <= day
            ]
    return found


def _habits(recent: pl.LazyFrame) -> dict[str, Habit]:
    parts = [
        sums(WaitFact, only(WaitFact, recent), ("queue",)),
        sums(HandleFact, only(HandleFact, recent), ("queue",)),
        sums(SpanFact, only(SpanFact, recent).filter(pl.col("queue") != ""), ("queue",)),
    ]
    waits, talks, work = pl.collect_all(parts)
    joined = waits.join(talks, on="queue", how="full", coalesce=True)
    joined = joined.join(work, on="queue", how="left").fill_null(0)
    found = {}
    for row in joined.rows(named=True):
        talked, gone = row["completed"] + row["transferred"], row["abandoned"]
        handling = (row["talk_ms"] + row["acw_ms"]) / talked / 1_000 if talked >= FEWEST else None
        patience = row["wait_ms_all"] / gone / 1_000 if gone >= FEWEST else None
        found[row["queue"]] = Habit(handling_s=handling or None, patience_s=patience or None)
    return found


def _shrinkage(recent: pl.LazyFrame) -> float:
    """The share of signed-in time that people were not ready: breaks, meetings, training."""
    spent = time_in_state(only(SpanFact, recent), by=()).collect()
    signed_in = int(spent.filter(~pl.col("state").is_in(_AWAY))["ms"].sum())
    away = int(spent.filter(pl.col("state") == AgentStatus.NOT_READY.value)["ms"].sum())
    return away / signed_in if signed_in else 0.0


def _slots(
    site: Site,
    queue: str,
    outlook: Outlook,
    grid: Grid,
    habit: Habit | None,
    limits: tuple[float, float],
) -> Iterable[Slot]:
    shrinkage, occupancy = limits
    card = site.queue(queue)
    goal = Goal(level=card.goal, target_s=card.target_ms / 1_000, occupancy=occupancy)
    known: dict[float, Need | None] = {}
    most = {
        column: max((float(day.calls[column]) for day in outlook.days), default=0.0)
        for column in range(grid.columns)
    }
    closed = frozenset(column for column, calls in most.items() if calls < NOTHING)
    for day in outlook.days:
        for start_at, calls, low, high in outlook.rows(day, grid):
            if grid.place(start_at)[1] in closed:
                continue
            # To the hundredth of a call: what is nearly the same needs the same.
            rounded = round(calls, 2)
            if rounded not in known:
                span_s = grid.interval_ms / 1_000
                known[rounded] = _need(rounded, span_s, habit, goal, shrinkage)
            yield Slot(
                queue=queue,
                start_at=start_at,
                calls=calls,
                low=low,
                high=high,
                need=known[rounded],
            )


def _need(
    calls: float, span_s: float, habit: Habit | None, goal: Goal, shrinkage: float
) -> Need | None:
    if habit is None or habit.handling_s is None:
        return None
    try:
        traffic = Traffic(
            calls=calls, span_s=span_s, handling_s=habit.handling_s, patience_s=habit.patience_s
        )
        return need(traffic, goal, shrinkage=min(shrinkage, 0.9))
    except StaffingError:
        return None


def rostered_at(shifts: Iterable[Shift], at: Millis, queues: frozenset[str]) -> int:
    """How many different people have a shift at an instant and can serve one of these queues."""
    return len(
        {
            shift.agent
            for shift in shifts
            if shift.start_at <= at < shift.end_at
            and (not shift.queues or not queues.isdisjoint(shift.queues))
        }
    )
