"""The backtest command: which alerts past days would have raised, and how they stand to what is known."""

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Console
from rich.table import Table

from alerts.notices import Told
from alerts.sentences import headline, sentence
from alerts.words import Kind
from floorwatch import backtest_arrivals as arrivals
from floorwatch import backtest_truth, forecast_file, simulated_settings, wiring
from floorwatch import settings as settings_file
from floorwatch.alarms import Alarm
from floorwatch.alert_file import AlertSetup
from floorwatch.alert_file import load as load_alerts
from floorwatch.backtest import Found, Guard, watched
from floorwatch.backtest_truth import Verdict
from floorwatch.bar import bar
from floorwatch.replay import Progress, Reading
from floorwatch.settings_types import AlertFiles
from floorwatch.settings_values import ValueMistakeError
from floorwatch.urls import Url
from ingest.counts_csv_file import read as read_counts
from ingest.events import Event
from simulators import forecast_text
from stream.sites import Site

COUNTS = "counts+csv"
_WEEK_LEAST = 1 / 7
"""Weeks below which a number of alarms a week says nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line. Files that are None may lie beside the first tape."""

    urls: tuple[Url, ...]
    rules: Path | None = None
    config: Path | None = None
    truth: Path | None = None
    forecast: Path | None = None
    inject: tuple[float, ...] = ()
    json: bool = False


@dataclass(frozen=True, slots=True)
class _Tested:
    """Everything that came out."""

    found: Found
    verdict: Verdict | None
    injected: dict[float, dict[str, Any]]

    @property
    def false_a_week(self) -> float | None:
        """False alarms a week; without a truth, at the most: all that fired. None for too short a time."""
        if self.found.weeks < _WEEK_LEAST:
            return None
        false = len(self.found.alarms) if self.verdict is None else len(self.verdict.false)
        return false / self.found.weeks

    def document(self) -> dict[str, Any]:
        """As `--json` prints it."""
        told = {} if self.verdict is None else {"truth": self.verdict.document()}
        return {
            "weeks": self.found.weeks,
            "alerts": [alarm.document() for alarm in self.found.alarms],
            "false_alarms_per_week": self.false_a_week,
            "muted": self.found.muted,
            "injected": {f"x{factor:g}": row for factor, row in self.injected.items()},
            **told,
        }


def run(wishes: Wishes, out: Console, errors: Console) -> None:
    """Test and print. Raises `SettingsError`, `TruthError`, and what the sources raise."""
    wishes = _with_what_lies_beside(wishes, errors)
    truth = backtest_truth.load(wishes.truth) if wishes.truth is not None else None
    site, files = _site(wishes.config)
    setup = _setup(wishes.rules or files.rules, site)
    zone = ZoneInfo(site.time_zone)
    plan = wishes.forecast or files.forecast
    guard = Guard(
        site=site,
        rules=tuple(setup.rules.rules),
        care=setup.care,
        forecast=forecast_file.read(plan, zone) if plan is not None else None,
    )
    reading = Reading()
    with bar(errors, "testing") as progress:
        found = _found(wishes, guard, reading, progress)
    verdict = backtest_truth.judged(found.alarms, truth.faults) if truth is not None else None
    injected: dict[float, dict[str, Any]] = {}
    if wishes.inject:
        with bar(errors, "injecting") as progress:
            tape = _tape(wishes, guard, reading)
            seen = arrivals.injected(guard, tape, wishes.inject, progress)
        injected = {factor: arrivals.summed_up(each) for factor, each in seen.items()}
    tested = _Tested(found, verdict, injected)
    if wishes.json:
        sys.stdout.write(msgspec.json.encode(tested.document()).decode() + "\n")
    else:
        _print(tested, site, out)
    for reason in dict.fromkeys(reading.reasons):
        errors.print(f"rejected: {reason}", markup=False, highlight=False, soft_wrap=True)


def _with_what_lies_beside(wishes: Wishes, errors: Console) -> Wishes:
    """A simulated day brings its truth, its settings and its forecast."""
    first = Path(wishes.urls[0].path)
    truth = wishes.truth or backtest_truth.beside(first)
    if truth is None or wishes.truth is not None:
        return wishes

    def lying(name: str, given: Path | None) -> Path | None:
        path = first.parent / name
        return given or (path if path.is_file() else None)

    found = replace(
        wishes,
        truth=truth,
        config=lying(simulated_settings.FILE, wishes.config),
        forecast=lying(forecast_text.FILE, wishes.forecast),
    )
    taken = [path.name for path in (found.truth, found.config, found.forecast) if path is not None]
    errors.print(f"of this simulated day: {', '.join(taken)}", highlight=False)
    return found


def _site(config: Path | None) -> tuple[Site, AlertFiles]:
    if config is None:
        return Site(id="backtest"), AlertFiles()
    first = settings_file.load(config, os.environ).sites[0]
    return first.site, first.alerts


def _setup(file: Path | None, site: Site) -> AlertSetup:
    return AlertSetup() if file is None else load_alerts(file, site, os.environ)


def _found(wishes: Wishes, guard: Guard, reading: Reading, progress: Progress | None) -> Found:
    if wishes.urls[0].scheme == COUNTS:
        return arrivals.watched(guard, _tape(wishes, guard, reading))
    return watched(guard, _events(wishes.urls, guard.site, reading, progress))


def _events(
    tapes: Sequence[Url], site: Site, reading: Reading, progress: Progress | None = None
) -> Iterator[Event]:
    for url in tapes:
        if url.scheme == COUNTS:
            raise ValueMistakeError(
                f"{url}: counts say nothing of single calls", "Test them apart from the others"
            )
        yield from wiring.replayed(
            wiring.Tape(url=url, site=site, reading=reading, progress=progress)
        )


def _tape(wishes: Wishes, guard: Guard, reading: Reading) -> arrivals.Tape:
    if wishes.urls[0].scheme != COUNTS:
        return arrivals.Tape(arrivals.of_events(_events(wishes.urls, guard.site, reading)))
    zone = ZoneInfo(guard.site.time_zone)
    counts = []
    for url in wishes.urls:
        if url.scheme != COUNTS:
            raise ValueMistakeError(f"{url}: no counts", "Test counts apart from the others")
        counts += read_counts(Path(url.path), zone)
    return arrivals.of_counts(sorted(counts, key=lambda count: count.start_at))


def _print(tested: _Tested, site: Site, out: Console) -> None:
    found = tested.found
    table = Table(box=None, padding=(0, 1))
    for name in ("fired", "lasted", "alert", "what was seen"):
        table.add_column(name, overflow="fold", justify="right" if name == "lasted" else "left")
    for alarm in found.alarms:
        table.add_row(*_row(alarm, site))
    if found.alarms:
        out.print(table)
    for line in _lines(tested):
        out.print(line, highlight=False, markup=False, soft_wrap=True)


def _row(alarm: Alarm, site: Site) -> Iterable[str]:
    at = datetime.fromtimestamp(alarm.started_at / 1_000, ZoneInfo(site.time_zone))
    lasted = "" if alarm.ended_at is None else f"{(alarm.ended_at - alarm.started_at) // 1_000} s"
    told = Told(
        rule=alarm.rule,
        kind=Kind(alarm.kind),
        scope=alarm.scope,
        severity=alarm.severity,
        since=alarm.since,
        fired_at=alarm.started_at,
        evidence=alarm.evidence,
        learning=alarm.learning,
    )
    return (
        f"{at:%Y-%m-%d %H:%M:%S}",
        lasted or "open",
        headline(told, "en"),
        sentence(told, "en", site.time_zone),
    )


def _lines(tested: _Tested) -> Iterator[str]:
    found, verdict = tested.found, tested.verdict
    yield f"{len(found.alarms)} alerts in {found.weeks:.2f} weeks" + (
        f", {len(found.alarms) / found.weeks:.2f} a week" if found.weeks >= _WEEK_LEAST else ""
    )
    if found.muted:
        muted = ", ".join(f"{rule} {n}" for rule, n in sorted(found.muted.items()))
        yield f"muted, since they were the effect of another: {muted}"
    if verdict is not None:
        for fault, alarm in verdict.faults:
            if alarm is not None:
                late = (alarm.started_at - fault.started_at) / 1_000
                yield f"fault {fault.kind} {fault.scope}: {alarm.rule} {alarm.scope} after {late:.1f} s"
            else:
                why = "MISSED" if fault.asked_for else "no alert is asked for"
                yield f"fault {fault.kind} {fault.scope}: {why}"
        shares = (verdict.recall, verdict.precision)
        recall, precision = ("—" if share is None else f"{share:.1%}" for share in shares)
        yield f"recall {recall}, precision {precision}, {len(verdict.false)} false"
    for factor, row in tested.injected.items():
        if not row["surges"] or row["mean_delay_s"] is None:
            yield f"x{factor:g}: none of {row['surges']} injected surges was seen"
            continue
        yield (
            f"x{factor:g} injected {row['surges']} times: {row['seen']:.0%} seen within 30 minutes,"
            f" after {row['mean_delay_s']:.1f} s in the mean, 90 % by {row['p90_delay_s']:.1f} s;"
            f" the bound is {row['bound_s']:.1f} s"
        )
