"""F1: how far a forecast of the next day is off, beside others, on the same days of real calls.

Every method knows the days before only. The floor is what chance leaves to one that knows the rate.
`statsforecast` is no dependency; where it is installed, its AutoARIMA is asked for the day's total.
"""

import csv
import gzip
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from rich.console import Console
from rich.table import Table

from bench.results import Result
from ingest.counts_csv_file import read
from ingest.events import Millis
from planning.forecast_accuracy import accuracy, wape
from planning.forecast_history import Floats, Grid, History, counted, histories
from planning.forecast_models import Model, factors, level, mean
from planning.forecast_past import Past, rolled, within
from planning.forecast_today import renewed, trust

DATA = Path(__file__).parents[2] / "shared" / "data"
BANK = DATA / "usbank_2003_5min.csv.gz"
FEBRUARY = DATA / "anonbank_1999_02_calls.csv.gz"
INTERVAL_WAPE, DAY_WAPE, REST_WAPE = 0.056, 0.041, 0.046
"""Wanted on `BANK`, per 30 minutes, per day, and of the rest of a day once 40 % of it is over."""
OVER = (0.15, 0.25, 0.4, 0.6)
ARIMA = "AutoARIMA (statsforecast), totals"


@dataclass(frozen=True)
class Case:
    """Days to forecast: from the row `first` on. Days from `warm` on were forecast, too, for the trust
    in a day begun to be learnt. `season` is how many days a week has."""

    name: str
    history: History
    first: int
    warm: int
    season: int


@dataclass(frozen=True)
class Score:
    """Shares of all calls; `interval` is None of a method that tells totals only."""

    interval: float | None
    day: float


def bank() -> Case:
    """A large North American bank, 2003, weekdays, 1,147 calls per half an hour."""
    counts = read(BANK, ZoneInfo("America/New_York"))
    history = histories(counts, Grid(ZoneInfo("America/New_York")))[""]
    return Case("US bank 2003", history, first=40, warm=20, season=5)


def february() -> Case:
    """A small Israeli bank, February 1999, 46 calls per half an hour; too few days to judge much."""
    zone = ZoneInfo("Asia/Jerusalem")
    calls: list[tuple[Millis, str]] = []
    with gzip.open(FEBRUARY, "rt") as file:
        for row in csv.DictReader(file):
            if row["outcome"] != "PHANTOM":
                text = f"19{row['date']} {row['vru_entry']}"
                moment = datetime.strptime(text, "%Y%m%d %H:%M:%S").replace(tzinfo=zone)
                calls.append((round(moment.timestamp()) * 1_000, ""))
    grid = Grid(zone)
    history = histories(counted(calls, grid), grid)[""]
    return Case("Anonymous Bank, February 1999", history, first=14, warm=8, season=7)


def last_weekday(past: History, weekdays: Sequence[int]) -> Floats:
    """Seasonal naive: the same weekday a week ago."""
    return _mean_of(past, weekdays, 1)


def last_four(past: History, weekdays: Sequence[int]) -> Floats:
    """The mean of the last four of the weekday."""
    return _mean_of(past, weekdays, 4)


def _mean_of(past: History, weekdays: Sequence[int], count: int) -> Floats:
    known = past.weekdays
    rows = [past.calls[known == day][-count:] for day in weekdays]
    return np.array([same.mean(axis=0) if len(same) else past.calls[-1] for same in rows])


METHODS: dict[str, Model] = {
    "same weekday a week ago (seasonal naive)": last_weekday,
    "mean of the last 4 of the weekday": last_four,
    "level x weekday x profile": level,
    "shapes of days (SVD), AR(1)": factors,
    "ours: mean of the two": mean,
}
OURS = "ours: mean of the two"


def scores(case: Case, tell: Callable[[str], None]) -> dict[str, Score]:
    """Each method on the case's days."""
    found = {}
    for name, model in METHODS.items():
        found[name] = _score(rolled(case.history, model=model, first=case.first))
    if find_spec("statsforecast") is None:
        tell(f"{ARIMA}: left out, statsforecast is not installed (pip install statsforecast)")
    else:
        found[ARIMA] = _arima(case)
    return found


def floor(case: Case) -> Score:
    """What chance leaves."""
    shown = accuracy(*rolled(case.history, first=case.first).tried())
    assert shown is not None
    return Score(shown.interval_floor, shown.day_floor)


def _score(past: Past) -> Score:
    shown = accuracy(*past.tried())
    assert shown is not None
    return Score(shown.interval, shown.day)


def _arima(case: Case) -> Score:
    from statsforecast.models import AutoARIMA

    totals = np.nansum(case.history.calls, axis=1)
    told = [
        float(AutoARIMA(season_length=case.season).forecast(totals[:row], h=1)["mean"][0])
        for row in range(case.first, len(totals))
    ]
    return Score(None, wape(np.array(told), totals[case.first :]))


def rest_of_day(case: Case, over: float) -> tuple[float, float]:
    """WAPE of the rest of the days once the share `over` of the opening hours has passed: of the
    forecast made before the day, and of the one renewed."""
    past = rolled(case.history, first=case.warm)
    told, came = past.forecast[0], case.history.calls
    columns = np.flatnonzero(~np.isnan(came).all(axis=0))
    column = int(columns[round(over * len(columns))])
    stale, fresh = [], []
    for row in range(case.first, len(told)):
        trusted = trust(told[case.warm : row], came[case.warm : row])
        stale.append(told[row, column:])
        fresh.append(renewed(told[row], came[row], column, trusted)[column:])
    rest = came[case.first :, column:]
    seen = ~np.isnan(rest)
    return wape(np.array(stale)[seen], rest[seen]), wape(np.array(fresh)[seen], rest[seen])


def there(console: Console) -> bool:
    """Whether the days are there; says so if not."""
    absent = [path.name for path in (BANK, FEBRUARY) if not path.exists()]
    if absent:
        console.print(f"F1 is left out: {' and '.join(absent)} not beside the checkout")
    return not absent


def measure(console: Console) -> dict[str, Result]:
    """Measure F1, and print the comparison."""

    def tell(line: str) -> None:
        console.print(line, soft_wrap=True)

    details: dict[str, object] = {}
    for case in (bank(), february()):
        found = scores(case, tell)
        renewals = {over: rest_of_day(case, over) for over in OVER}
        console.print(_table(case, found, renewals))
        details[case.name] = _details(case, found, renewals)
        if case.name.startswith("US"):
            best, rest = found[OURS], renewals[0.4][1]
    assert best.interval is not None
    return {
        "F1": Result(
            "interval WAPE a day ahead, US bank 2003; per day ≤ 4.1 %; rest after 40 % ≤ 4.6 %",
            100 * best.interval,
            100 * INTERVAL_WAPE,
            "%",
            besides=best.day <= DAY_WAPE and rest <= REST_WAPE,
            details=details,
        )
    }


Renewals = dict[float, tuple[float, float]]


def _table(case: Case, found: dict[str, Score], renewals: Renewals) -> Table:
    days = len(case.history.days) - case.first
    table = Table("method", "per 30 min", "per day", title=f"{case.name}: WAPE of {days} days")
    table.add_row("chance alone (Poisson)", *_cells(floor(case)))
    for name, score in found.items():
        table.add_row(name, *_cells(score))
    for over, (stale, fresh) in renewals.items():
        table.add_row(f"rest of the day after {over:.0%}", f"{stale:.1%} -> {fresh:.1%}", "")
    return table


def _cells(score: Score) -> tuple[str, str]:
    return "-" if score.interval is None else f"{score.interval:.1%}", f"{score.day:.1%}"


def _details(case: Case, found: dict[str, Score], renewals: Renewals) -> dict[str, object]:
    inside = within(rolled(case.history, first=case.warm))
    return {
        "days": len(case.history.days) - case.first,
        "chance": _shares(floor(case)),
        **{name: _shares(score) for name, score in found.items()},
        "rest of the day": {
            f"after {over:.0%}": [round(100 * one, 2) for one in both]
            for over, both in renewals.items()
        },
        "within 90 % bounds": None if inside is None else round(100 * inside, 1),
    }


def _shares(score: Score) -> list[float | None]:
    """In per cent: per 30 minutes, per day."""
    return [None if one is None else round(100 * one, 2) for one in (score.interval, score.day)]
