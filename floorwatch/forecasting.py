"""The forecast command: past calls in, the calls of the days to come out, and how well it has worked."""

import csv
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console
from rich.table import Table

from floorwatch import settings as settings_file
from floorwatch import wiring
from floorwatch.backtest_arrivals import of_events
from floorwatch.bar import bar
from floorwatch.replay import Progress, Reading
from floorwatch.settings_values import ValueMistakeError
from floorwatch.urls import Url
from ingest.counts_csv_file import read as read_counts
from ingest.counts_csv_lines import Count
from ingest.events import Millis
from planning.forecast import DayAhead, Outlook, forecast
from planning.forecast_bounds import SHARE
from planning.forecast_errors import SpecialError
from planning.forecast_history import Grid, counted, histories
from planning.forecast_special import Special, parse
from stream.sites import Site

COUNTS = "counts+csv"
COLUMNS = ("queue", "start", "calls", "low", "high")
"""Of the file that is written; `low` and `high` hold nine of ten counts."""
_DEFAULT_ZONE = "Asia/Shanghai"
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line. `zone` is empty if it is the site's."""

    urls: tuple[Url, ...]
    days: int = 7
    interval_min: int = 30
    special: Path | None = None
    out: Path | None = None
    config: Path | None = None
    zone: str = ""
    json: bool = False


@dataclass(frozen=True, slots=True)
class _Made:
    """Everything that came out."""

    grid: Grid
    outlooks: Mapping[str, Outlook]
    specials: Mapping[date, Special]
    last: date


def run(wishes: Wishes, out: Console, errors: Console) -> None:
    """Forecast, write and print. Raises `ValueMistakeError`, `HistoryError`, `SpecialError`,
    `SettingsError`, and what the sources raise."""
    site = _site(wishes)
    grid = Grid(ZoneInfo(site.time_zone), wishes.interval_min, site.day_start_min)
    specials = _specials(wishes.special)
    reading = Reading()
    with bar(errors, "reading") as progress:
        counts = _counts(wishes, site, grid, reading, progress)
    past = histories(counts, grid)
    last = max(history.days[-1] for history in past.values())
    outlooks = {
        queue: forecast(history, last, wishes.days, specials) for queue, history in past.items()
    }
    made = _Made(grid, outlooks, specials, last)
    if wishes.out is not None:
        _write(made, wishes)
    if wishes.json:
        sys.stdout.write(msgspec.json.encode(_document(made)).decode() + "\n")
    else:
        _print(made, out)
        if wishes.out is not None:
            out.print(f"{wishes.out} is written", highlight=False, markup=False, soft_wrap=True)
    for reason in dict.fromkeys(reading.reasons):
        errors.print(f"rejected: {reason}", markup=False, highlight=False, soft_wrap=True)
    for line in _unknown(made):
        errors.print(line, markup=False, highlight=False, soft_wrap=True)


def _site(wishes: Wishes) -> Site:
    if wishes.config is None:
        return Site(id="forecast", time_zone=wishes.zone or _DEFAULT_ZONE)
    site = settings_file.load(wishes.config, os.environ).sites[0].site
    return replace(site, time_zone=wishes.zone) if wishes.zone else site


def _specials(path: Path | None) -> dict[date, Special]:
    if path is None:
        return {}
    try:
        return parse(path.read_text(encoding="utf-8").splitlines(), path.name)
    except UnicodeDecodeError as error:
        raise SpecialError(
            f'{path.name}: byte {error.start + 1} is no UTF-8. Save the table as "CSV UTF-8"'
        ) from None


def _counts(
    wishes: Wishes, site: Site, grid: Grid, reading: Reading, progress: Progress | None
) -> list[Count]:
    """Calls per interval of all tapes."""
    for url in wishes.urls:
        if wishes.urls.count(url) > 1:
            raise ValueMistakeError(f"{url}: named twice", "Name each file once")
    of_counts = [url.scheme == COUNTS for url in wishes.urls]
    if any(of_counts) and not all(of_counts):
        odd = wishes.urls[of_counts.index(not of_counts[0])]
        raise ValueMistakeError(
            f"{odd}: counts and single calls", "Forecast from one kind at a time"
        )
    if of_counts[0]:
        return _tables(wishes.urls, grid)
    calls: list[tuple[Millis, str]] = []
    for url in wishes.urls:
        tape = wiring.Tape(url=url, site=site, reading=reading, progress=progress)
        calls += of_events(wiring.replayed(tape))
    if not calls:
        names = ", ".join(map(str, wishes.urls))
        raise ValueMistakeError(f"{names}: no calls", "Name a file of past calls")
    return list(counted(calls, grid))


def _tables(urls: Sequence[Url], grid: Grid) -> list[Count]:
    told: dict[tuple[str, Millis], str] = {}
    found: list[Count] = []
    for url in urls:
        path = Path(url.path)
        for count in read_counts(path, grid.zone):
            longest = count.end_at - count.start_at
            if longest > grid.interval_ms:
                raise ValueMistakeError(
                    f"{path.name}: its intervals are of {longest // 60_000} minutes,"
                    f" longer than --interval {grid.interval_ms // 60_000}",
                    f"Ask for --interval {longest // 60_000} or more",
                )
            other = told.setdefault((count.queue, count.start_at), path.name)
            if other != path.name:
                moment = _local(grid, count.start_at).isoformat()
                raise ValueMistakeError(
                    f"{path.name}: {moment} is in {other}, too", "Take it out of one of the two"
                )
            found.append(count)
    return found


def _write(made: _Made, wishes: Wishes) -> None:
    """The file as a whole or not at all: somebody may be reading it."""
    assert wishes.out is not None
    if wishes.out.resolve() in [Path(url.path).resolve() for url in wishes.urls]:
        raise ValueMistakeError(
            f"--out {wishes.out}: that is the past itself", "Name another file for the forecast"
        )
    if not wishes.out.parent.is_dir():
        raise ValueMistakeError(
            f"--out {wishes.out}: there is no folder {wishes.out.parent}", "Make it first"
        )
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    rows = 0
    for queue, outlook in made.outlooks.items():
        told = list(_rows(made, outlook))
        # What has one row says nothing of how long that lasts.
        for start, *numbers in told if len(told) > 1 else ():
            writer.writerow((queue, start, *(f"{number:.2f}" for number in numbers)))
            rows += 1
    if not rows:
        raise ValueMistakeError(
            f"--out {wishes.out}: no queue is open on these days", "Ask for more --days"
        )
    fresh = wishes.out.with_name(wishes.out.name + ".new")
    try:
        fresh.write_text(text.getvalue(), encoding="utf-8")
        os.replace(fresh, wishes.out)
    finally:
        fresh.unlink(missing_ok=True)


def _rows(made: _Made, outlook: Outlook) -> Iterator[tuple[str, float, float, float]]:
    for day in outlook.days:
        for start_at, calls, low, high in outlook.rows(day, made.grid):
            yield _local(made.grid, start_at).isoformat(), calls, low, high


def _local(grid: Grid, at: Millis) -> datetime:
    return (_UNIX + timedelta(milliseconds=at)).astimezone(grid.zone)


def _unknown(made: _Made) -> Iterator[str]:
    """Special days that nothing is known of."""
    days = {
        day.day for outlook in made.outlooks.values() for day in outlook.days if day.factor is None
    }
    for day in sorted(days):
        yield (
            f"{day} {made.specials[day].name}: no earlier day of this name, so it is forecast as an"
            " ordinary one. Give it a factor if it is not"
        )


def _document(made: _Made) -> dict[str, Any]:
    """As `--json` prints it."""
    return {
        "time_zone": made.grid.zone.key,
        "interval_ms": made.grid.interval_ms,
        "known_until": made.last.isoformat(),
        "bounds": SHARE,
        "queues": {
            queue: {
                "accuracy": None if outlook.tried is None else asdict(outlook.tried),
                "within_bounds": outlook.within,
                "days": [_day_document(made, outlook, day) for day in outlook.days],
            }
            for queue, outlook in made.outlooks.items()
        },
    }


def _day_document(made: _Made, outlook: Outlook, day: DayAhead) -> dict[str, Any]:
    special = made.specials.get(day.day)
    told = {} if special is None else {"special": special.name, "factor": day.factor}
    return {
        "date": day.day.isoformat(),
        "rest_of_day": day.since > 0,
        "calls": round(day.total, 2),
        "low": round(day.total_low, 2),
        "high": round(day.total_high, 2),
        **told,
        "intervals": [
            {
                "start": _local(made.grid, at).isoformat(),
                "calls": round(calls, 2),
                "low": round(low, 2),
                "high": round(high, 2),
            }
            for at, calls, low, high in outlook.rows(day, made.grid)
        ],
    }


def _print(made: _Made, out: Console) -> None:
    table = Table(box=None, padding=(0, 1))
    table.add_column("queue", overflow="fold")
    table.add_column("day")
    for name in ("calls", "from", "to"):
        table.add_column(name, justify="right")
    table.add_column("")
    for queue, outlook in made.outlooks.items():
        for day in outlook.days:
            calls = (f"{n:,.0f}" for n in (day.total, day.total_low, day.total_high))
            table.add_row(queue or "all", f"{day.day:%Y-%m-%d %a}", *calls, _remark(made, day))
    out.print(table)
    out.print(f"from, to: {SHARE:.0%} of the days lie between", highlight=False)
    for line in _so_far(made):
        out.print(line, highlight=False, markup=False, soft_wrap=True)


def _remark(made: _Made, day: DayAhead) -> str:
    special = made.specials.get(day.day)
    parts = ["the rest of the day"] if day.since else []
    if special is not None:
        parts.append(special.name if day.factor is None else f"{special.name} ×{day.factor:.2f}")
    return ", ".join(parts)


def _so_far(made: _Made) -> Iterator[str]:
    """How well it has worked on the past days."""
    for queue, outlook in made.outlooks.items():
        name, found = queue or "all", outlook.tried
        if found is None:
            yield f"{name}: too few past days to say how well it works"
            continue
        inside = "" if outlook.within is None else f"; {outlook.within:.0%} within the bounds"
        yield (
            f"{name}, each of {found.days} past days from those before it: off by {found.interval:.1%}"
            f" per {made.grid.interval_ms // 60_000} min (chance alone {found.interval_floor:.1%}),"
            f" {found.day:.1%} per day ({found.day_floor:.1%}){inside}"
        )
