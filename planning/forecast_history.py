"""The past of each queue as a table: a row per business day, a column per interval of the wall clock.

An hour that a daylight-saving night repeats is one column, with the mean of both; of one that it
skips nothing is known that day.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from ingest.counts_csv_lines import Count
from ingest.events import Millis
from planning.forecast_errors import HistoryError

Floats = NDArray[np.float64]

DAY_MIN = 1_440
WEEK_DAYS = 7
LIKE = 8
"""So many earlier days of a weekday say what is usual on it."""
KEPT_DAYS = 260
"""Of a longer past only the last days are learnt from: a year of weekdays."""
_MIN_MS = 60_000
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_HOLIDAY = 0.3
_SURELY = 20.0
"""Calls of a usual day below which a quiet day may be chance."""
_KNOWN = 0.3
"""The share of a usual day's calls that must be seen for a day to say anything."""


class Grid:
    """The business days of a site, cut into columns of `interval_min` minutes of the wall clock.

    Days begin `day_start_min` minutes after midnight. Raises `HistoryError` for minutes that do not
    divide a day.
    """

    def __init__(self, zone: ZoneInfo, interval_min: int = 30, day_start_min: int = 0) -> None:
        if interval_min < 1 or DAY_MIN % interval_min:
            raise HistoryError(f"intervals of {interval_min} minutes do not divide a day")
        self.interval_ms: Millis = interval_min * _MIN_MS
        self.columns = DAY_MIN // interval_min
        self.zone = zone
        self._start = timedelta(minutes=day_start_min)

    def place(self, at: Millis) -> tuple[date, int]:
        """The business day and the column that an instant lies in."""
        local = self._local(at)
        return local.date(), _in_day_ms(local) // self.interval_ms

    def end(self, at: Millis) -> Millis:
        """When the column that an instant lies in is over."""
        return at + self.interval_ms - _in_day_ms(self._local(at)) % self.interval_ms

    def starts(self, day: date) -> list[tuple[Millis, int]]:
        """When the intervals of this day begin, each with its column, in order of time."""
        span = range(self._begin(day), self._begin(day + timedelta(days=1)), self.interval_ms)
        return [(at, self.place(at)[1]) for at in span]

    def _begin(self, day: date) -> Millis:
        local = datetime.combine(day, datetime.min.time()) + self._start
        return round(local.replace(tzinfo=self.zone).timestamp()) * 1_000

    def _local(self, at: Millis) -> datetime:
        local = (_UNIX + timedelta(milliseconds=at)).astimezone(self.zone)
        return local.replace(tzinfo=None) - self._start


@dataclass(frozen=True, eq=False)
class History:
    """One queue: calls by day and column, not-a-number where nothing was to be seen.

    Days without a single row are absent: the queue was closed, or nobody counted.
    """

    days: tuple[date, ...]
    calls: Floats

    @property
    def weekdays(self) -> NDArray[np.intp]:
        """Of each day; 0 is Monday."""
        return np.array([day.weekday() for day in self.days], dtype=np.intp)

    def before(self, row: int) -> "History":
        """The days before this row."""
        return History(self.days[:row], self.calls[:row])

    def without(self, days: Iterable[date]) -> "History":
        """The days that are none of these."""
        out = frozenset(days)
        kept = [row for row, day in enumerate(self.days) if day not in out]
        return History(tuple(self.days[row] for row in kept), self.calls[kept])

    def opens(self, weekday: int) -> bool:
        """Whether calls can be expected: not on a weekday that has passed without being seen."""
        span = (self.days[-1] - self.days[0]).days if self.days else 0
        first = self.days[0].weekday() if self.days else weekday
        passed = (weekday - first) % WEEK_DAYS <= span
        return not passed or any(day.weekday() == weekday for day in self.days)


def histories(counts: Iterable[Count], grid: Grid) -> dict[str, History]:
    """Each queue's past. Calls of a row that reaches into a second column are parted by time.

    Raises `HistoryError` where a row is longer than a column, or there is no row at all.
    """
    seen: dict[str, dict[date, Floats]] = {}
    for count in counts:
        if count.end_at - count.start_at > grid.interval_ms:
            minutes = (count.end_at - count.start_at) // _MIN_MS
            raise HistoryError(
                f"the counts are per {minutes} minutes, longer than the intervals of"
                f" {grid.interval_ms // _MIN_MS} minutes that are asked for"
            )
        days = seen.setdefault(count.queue, {})
        for day, column, calls in _pieces(count, grid):
            row = days.setdefault(day, np.full(grid.columns, np.nan))
            row[column] = calls if np.isnan(row[column]) else row[column] + calls
    if not seen:
        raise HistoryError("there are no calls to learn from")
    return {queue: _history(days, grid) for queue, days in sorted(seen.items())}


def counted(arrivals: Sequence[tuple[Millis, str]], grid: Grid) -> Iterator[Count]:
    """Calls one by one, with their queues, as counts: of each queue in every whole interval between
    the first call and the last one. A day without any call is taken as not seen."""
    times: Counter[tuple[Millis, str]] = Counter()
    first, last = min(arrivals, default=(0, ""))[0], max(arrivals, default=(0, ""))[0]
    starts: dict[date, list[tuple[Millis, int]]] = {}
    for at, queue in arrivals:
        day = grid.place(at)[0]
        begun = starts.setdefault(day, grid.starts(day))
        since = begun[0][0] + (at - begun[0][0]) // grid.interval_ms * grid.interval_ms
        times[since, queue] += 1
    queues = sorted({queue for _, queue in arrivals})
    for day in sorted(starts):
        for since, _ in starts[day]:
            if first <= since and since + grid.interval_ms <= last:
                for queue in queues:
                    until = since + grid.interval_ms
                    yield Count(since, until, queue, float(times[since, queue]))


def filled(history: History) -> History:
    """The last `KEPT_DAYS` without gaps, for models to learn from.

    A column that most days of the weekday know, and one does not, is a gap: it is taken as usual at
    the level of that day. One that they do not know either was closed. Left out are days that say
    next to nothing, and those with less than 0.3 of the usual calls: holidays nobody has told of.
    """
    history = History(history.days[-KEPT_DAYS:], history.calls[-KEPT_DAYS:])
    weekdays = history.weekdays
    seen = ~np.isnan(history.calls)
    calls = np.where(seen, history.calls, 0.0)
    keep = np.ones(len(history.days), dtype=np.bool_)
    for weekday in range(WEEK_DAYS):
        rows = np.flatnonzero(weekdays == weekday)
        times = seen[rows].sum(axis=0)
        usual = calls[rows].sum(axis=0) / np.maximum(times, 1)
        known_to_most = 2 * times > len(rows)
        for row in rows:
            gaps = known_to_most & ~seen[row]
            if not gaps.any():
                continue
            known = float(usual[seen[row]].sum())
            if known < _KNOWN * usual[known_to_most].sum():
                keep[row] = False
            elif known:
                calls[row, gaps] = usual[gaps] * calls[row].sum() / known
        keep[rows] &= _ordinary(calls[rows].sum(axis=1))
    if not keep.any():
        keep[:] = True
    days = tuple(day for day, kept in zip(history.days, keep, strict=True) if kept)
    return History(days, calls[keep])


def _ordinary(totals: Floats) -> NDArray[np.bool_]:
    usual = float(np.median(totals[-LIKE:])) if len(totals) >= 3 else 0.0
    return (totals >= _HOLIDAY * usual) | np.bool_(usual < _SURELY)


def _pieces(count: Count, grid: Grid) -> Iterator[tuple[date, int, float]]:
    """How many of its calls lie in which column."""
    cut = min(grid.end(count.start_at), count.end_at)
    share = (cut - count.start_at) / (count.end_at - count.start_at)
    yield *grid.place(count.start_at), count.calls * share
    if cut < count.end_at:
        yield *grid.place(cut), count.calls * (1 - share)


def _history(days: dict[date, Floats], grid: Grid) -> History:
    dates = tuple(sorted(days))
    for day in dates:
        # The clock of a night may show an hour twice: what came in both is in one column.
        for column, times in Counter(column for _, column in grid.starts(day)).items():
            days[day][column] /= times
    return History(dates, np.array([days[day] for day in dates]))


def _in_day_ms(local: datetime) -> Millis:
    return ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000
