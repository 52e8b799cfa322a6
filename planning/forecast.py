"""How many calls are to be expected: the days to come of one queue, and the rest of a day begun.

history --> complete table --> model --> x special days --> bounds from own errors
                                            \\-> a day begun: x (so far / forecast) ^ trust
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from planning.forecast_accuracy import Accuracy, accuracy
from planning.forecast_bounds import learnt
from planning.forecast_errors import HistoryError
from planning.forecast_history import Floats, Grid, History, filled
from planning.forecast_models import Model, mean
from planning.forecast_past import Past, rolled, within
from planning.forecast_special import SpecialFactors, Specials
from planning.forecast_today import renewed, trust

FARTHEST = 10
"""Open days ahead beyond which bounds are those of so many days ahead."""
_FEWEST_COLUMNS = 4
"""Of fewer rows a day nobody could tell their interval from the distance between days."""
_DONE = 0.05
"""A day is over when less than this share of its calls is still to come."""


@dataclass(frozen=True, eq=False)
class DayAhead:
    """One day to come, by column. `low` and `high` hold `forecast_bounds.SHARE` of the counts.

    Of a day begun the columns before `since` are over; `total` and its bounds tell of the rest.
    `factor` is that of the special day, None if nothing is known of its name: it is then taken as
    an ordinary day.
    """

    day: date
    calls: Floats
    low: Floats
    high: Floats
    total: float
    total_low: float
    total_high: float
    since: int = 0
    factor: float | None = 1.0


@dataclass(frozen=True, eq=False)
class Outlook:
    """The forecast of a queue, and how it did on the days before.

    `open` are the columns that were ever seen. `tried` is one day ahead, from past days only, None
    where there is too little past; `within` is the share of counts that lay within the bounds.
    """

    days: tuple[DayAhead, ...]
    open: NDArray[np.bool_]
    tried: Accuracy | None
    within: float | None

    def rows(self, day: DayAhead, grid: Grid) -> Iterator[tuple[int, float, float, float]]:
        """When each interval begins (ms), its calls, the least and the most; closed ones left out."""
        for start_at, column in grid.starts(day.day):
            if column >= day.since and self.open[column]:
                yield (
                    start_at,
                    float(day.calls[column]),
                    float(day.low[column]),
                    float(day.high[column]),
                )


def forecast(
    history: History,
    last: date,
    days: int,
    specials: Specials | None = None,
    model: Model = mean,
) -> Outlook:
    """The `days` after `last`, the last day of which anything is known, of any queue; of `last`
    itself the rest, if it has one. Weekdays on which the queue was never open are left out.

    Raises `HistoryError` without any past.
    """
    specials = specials or {}
    if not history.days:
        raise HistoryError("there are no calls to learn from")
    past_days, begun = _parted(history, last, specials, model)
    coming = _coming(past_days, last, days, begun)
    tried = rolled(past_days, specials, ahead=_ahead(past_days, coming), model=model)
    learnt_from = filled(past_days.without(specials))
    if not learnt_from.days:
        learnt_from = filled(past_days)
    told = model(learnt_from, [day.weekday() for day in coming]) if coming else np.empty((0, 0))
    factors = SpecialFactors(past_days, specials, model)
    ahead = []
    for nth, (day, calls) in enumerate(zip(coming, told, strict=True)):
        factor = factors.factor(day, len(past_days.days))
        calls = calls * (1.0 if factor is None else factor)
        seen = begun if begun is not None and day == last else None
        if day > last or seen is not None:
            ahead.append(_day(tried, min(nth + 1, tried.ahead), day, calls, factor, seen))
    shown = accuracy(*tried.tried())
    return Outlook(tuple(ahead), _open(history), shown, within(tried))


def _open(history: History) -> NDArray[np.bool_]:
    seen = np.asarray(np.isfinite(history.calls).any(axis=0), dtype=np.bool_)
    if int(seen.sum()) < _FEWEST_COLUMNS <= len(seen):
        first = min(int(np.argmax(seen)), len(seen) - _FEWEST_COLUMNS)
        seen[first : first + _FEWEST_COLUMNS] = True
    return seen


def _parted(
    history: History, last: date, specials: Specials, model: Model
) -> tuple[History, Floats | None]:
    """The whole days, and the last one as far as it is seen, if it is not over."""
    if history.days[-1] != last or len(history.days) < 2:
        return history, None
    before, today = history.before(len(history.days) - 1), history.calls[-1]
    usual = filled(before.without(specials))
    if not usual.days:
        return history, None
    told = model(usual, [last.weekday()])[0]
    to_come = float(told[_since(today) :].sum())
    return (before, today) if to_come > _DONE * float(told.sum()) else (history, None)


def _since(seen: Floats) -> int:
    """The first column after all that were seen."""
    return int(np.flatnonzero(~np.isnan(seen))[-1]) + 1


def _coming(past: History, last: date, days: int, begun: Floats | None) -> list[date]:
    """The open days from the last whole one on, so that each is as far ahead as it really is."""
    first = past.days[-1] + timedelta(days=1)
    span = ((last - first).days + 1) + days
    coming = [first + timedelta(days=shift) for shift in range(max(span, 0))]
    return [
        day for day in coming if past.opens(day.weekday()) or (begun is not None and day == last)
    ]


def _ahead(past: History, coming: Sequence[date]) -> int:
    """For how many days ahead there are errors to learn from."""
    return max(1, min(len(coming), FARTHEST, len(past.days) // 4))


def _day(
    tried: Past, ahead: int, day: date, calls: Floats, factor: float | None, begun: Floats | None
) -> DayAhead:
    told, came = tried.of(ahead)
    since = 0
    if begun is not None:
        since = _since(begun)
        calls = renewed(calls, begun, since, trust(told, came))
    low, high = learnt(told, came).around(calls)
    known = ~np.isnan(came[:, since:])
    rest = [np.where(known, side[:, since:], 0.0).sum(axis=1)[:, None] for side in (told, came)]
    total = calls[since:].sum()[None]
    total_low, total_high = learnt(rest[0], rest[1]).around(total)
    return DayAhead(
        day,
        calls,
        low,
        high,
        float(total[0]),
        float(total_low[0]),
        float(total_high[0]),
        since,
        factor,
    )
