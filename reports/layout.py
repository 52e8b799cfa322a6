"""The tables that many sections share: by queue, by day, by interval, with a row that adds all up."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from reports.basis import Basis
from reports.figures import Row, cells, columns
from reports.model import Chart, Column, Kind, Table
from reports.source import Where
from stream.metrics import NAMES, Sums

QUEUE = Column(key="queue", kind=Kind.TEXT)
DAY = Column(key="day", kind=Kind.DATE)
INTERVAL = Column(key="interval", kind=Kind.INSTANT)
_NONE: Mapping[str, int] = dict.fromkeys(NAMES, 0)

More = Callable[[Sums], Row]
"""Further cells of a row, from its sums."""


def no_more(sums: Sums) -> Row:
    return {}


def by_queue(basis: Basis, key: str, names: Sequence[str]) -> Table:
    """A row for each queue, and all of them together."""
    every = basis.sums_by("queue")
    rows = [
        {"id": queue, "queue": basis.queue_name(queue), **cells(every.get(queue, _NONE), names)}
        for queue in basis.queues()
    ]
    return Table(
        key=key, columns=[QUEUE, *columns(names)], rows=rows, total=cells(basis.sums(), names)
    )


def over_time(
    basis: Basis,
    key: str,
    names: Sequence[str],
    *,
    chart: tuple[Sequence[str], Sequence[str]] = ((), ()),
    more: tuple[Sequence[Column], More] = ((), no_more),
) -> Table:
    """A row for each interval of a day, or for each day of a longer span; `<key>_intervals` or `_days`.

    `chart` names bars and lines.
    """
    further, of = more
    first = INTERVAL if basis.one_day else DAY
    told = _intervals(basis) if basis.one_day else _days(basis)
    rows = [
        {first.key: at, **({} if sums is None else {**cells(sums, names), **of(sums)})}
        for at, sums in told
    ]
    bars, lines = chart
    return Table(
        key=f"{key}_intervals" if basis.one_day else f"{key}_days",
        columns=[first, *columns(names), *further],
        rows=rows,
        total={**cells(basis.sums(), names), **of(basis.sums())} if rows else None,
        chart=Chart(x=first.key, bars=bars, lines=lines) if bars or lines else None,
    )


def _intervals(basis: Basis) -> Iterable[tuple[int, Sums]]:
    """From the first in which anything was counted to the last."""
    every = {int(str(at)): sums for at, sums in basis.sums_by("interval_at").items()}
    used = [at for at, sums in every.items() if any(sums.values())]
    if used:
        for at in range(min(used), max(used) + 1, basis.calendar.interval_ms):
            yield at, every.get(at, dict(_NONE))


def _days(basis: Basis) -> Iterable[tuple[str, Sums | None]]:
    """Each day that has begun; None for one of which nothing is kept."""
    every = basis.sums_by("day")
    for kept in basis.begun():
        known = kept.where is not Where.NOWHERE
        yield kept.day.isoformat(), every.get(kept.day, dict(_NONE)) if known else None
