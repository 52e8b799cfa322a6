"""Every preset and every kind of fault, over many seeds: what the alerts find, and what they invent.

`python -m bench.faults [--seeds N] [--only NAME] [--cold]`: recall, delay and precision as a table.
"""

import argparse
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from alerts.defaults import DEFAULTS
from floorwatch import forecast_file, simulated_settings
from floorwatch import settings as settings_file
from floorwatch.backtest import Guard, watched
from floorwatch.backtest_truth import Fault as Told
from floorwatch.backtest_truth import judged
from ingest.events import Event
from ingest.stamp import Stamp
from simulators import forecast_text
from simulators.faults import Fault, FaultKind
from simulators.feed_faults import FeedFaults
from simulators.floor_sim import FloorSim, a_day, source_of, stamped
from simulators.local_time import start_of
from simulators.scenario import Scenario
from simulators.scenario_file import preset

_MINUTE_MS = 60_000
_PRESETS = {
    "quiet-day": 4.0,
    "monday-rush": 3.0,
    "promotion-surge": 2.5,
    "trunk-failure": 2.0,
    "system-outage": 2.0,
    "bad-line-day": 3.0,
    "lunch-collapse": 2.5,
    "multi-site": 3.0,
}
"""Hours of each preset that hold its fault and what comes of it."""


def _fault(kind: FaultKind, minutes: float, scope: str = "", size: float = 0.0) -> Fault:
    length = round(minutes * _MINUTE_MS)
    return Fault(kind=kind, after_ms=75 * _MINUTE_MS, length_ms=length, scope=scope, size=size)


_FAULTS = {
    "peak x1.5": _fault(FaultKind.PEAK, 45, size=1.5),
    "peak x2": _fault(FaultKind.PEAK, 30, size=2),
    "peak x4": _fault(FaultKind.PEAK, 15, size=4),
    "peak x4 one queue": _fault(FaultKind.PEAK, 20, "queue:billing", 4),
    "drops of a trunk": _fault(FaultKind.DROPS, 30, "trunk:trunk-b", 0.3),
    "drops of an agent": _fault(FaultKind.DROPS, 60, "agent:{agent}", 0.8),
    "drops everywhere": _fault(FaultKind.DROPS, 20, size=0.3),
    "trunk down": _fault(FaultKind.TRUNK_DOWN, 8, "trunk:trunk-a"),
    "outage": _fault(FaultKind.OUTAGE, 3),
    "sign-out": _fault(FaultKind.SIGN_OUT, 20, size=0.5),
    "sign-out of a team": _fault(FaultKind.SIGN_OUT, 20, "team:support", 0.8),
    "stuck": _fault(FaultKind.STUCK, 20, "agent:{agent}"),
    "silent": _fault(FaultKind.SILENT, 2),
    "flapping": _fault(FaultKind.FLAPPING, 10, size=4),
    "lost": _fault(FaultKind.LOST, 10, size=0.05),
    "duplicate": _fault(FaultKind.DUPLICATE, 30, size=0.5),
    "late": _fault(FaultKind.LATE, 30, size=0.5),
    "reordered": _fault(FaultKind.REORDERED, 30, size=0.3),
    "clock skew": _fault(FaultKind.CLOCK_SKEW, 60, size=20_000),
    "clock jump": _fault(FaultKind.CLOCK_JUMP, 30, size=-3_600_000),
    "garbage": _fault(FaultKind.GARBAGE, 30, size=60),
}


@dataclass(slots=True)
class Score:
    """What was found over the seeds of one case."""

    asked: int = 0
    found: int = 0
    alarms: int = 0
    delays_s: list[float] = field(default_factory=list)
    wrong: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def false(self) -> int:
        return sum(self.wrong.values())


def cases() -> Iterator[tuple[str, Scenario, float]]:
    """A name, a scenario, and so many hours of it."""
    for name, hours in _PRESETS.items():
        yield name, preset(name), hours
    quiet = replace(preset("quiet-day"), start="2026-11-25 09:15")
    who = next(a.id for a in quiet.agents if a.shift in ("early", "day"))
    for name, fault in _FAULTS.items():
        placed = replace(fault, scope=fault.scope.format(agent=who))
        yield name, replace(quiet, faults=(placed,)), 2.6


def run(scenario: Scenario, seed: int, hours: float, cold: bool, score: Score) -> None:
    """One day, watched, and held against its truth."""
    start = start_of(scenario)
    until = start + round(hours * 60 * _MINUTE_MS)
    sim = FloorSim(scenario, seed, start)
    feed = FeedFaults(scenario.feed_faults, start, seed)
    stamp = Stamp(source_of(scenario), str(start))

    def events() -> Iterator[Event]:
        for told in a_day(sim, until):
            for event in stamped(told, stamp):
                yield from (e for e in feed.tell(event) if isinstance(e, Event))
        yield from (e for e in feed.finish() if isinstance(e, Event))

    site = settings_file.parse(simulated_settings.text(scenario, "events.jsonl")).sites[0].site
    forecast = None
    if not cold:
        plan = forecast_text.text(scenario, start, until)
        forecast = forecast_file.parse(plan, "forecast.csv", ZoneInfo(site.time_zone))
    found = watched(Guard(site=site, rules=DEFAULTS, forecast=forecast), events())
    truths = [*sim.truth.faults, *feed.truths]
    told = (Told(f.kind.value, f.scope, f.started_at, f.ended_at, f.size, f.hit) for f in truths)
    verdict = judged(found.alarms, told)
    score.alarms += verdict.alarms
    for fault, alarm in verdict.faults:
        if fault.asked_for:
            score.asked += 1
            score.found += alarm is not None
            if alarm is not None:
                score.delays_s.append((alarm.started_at - fault.started_at) / 1_000)
            else:
                score.wrong[f"- missed, seed {seed}"] += 0
    for alarm in verdict.false:
        score.wrong[f"{alarm.rule} {alarm.scope}"] += 1


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--only", default="")
    parser.add_argument("--cold", action="store_true", help="with no forecast")
    args = parser.parse_args()
    console = Console(highlight=False, width=150)
    table = Table(box=None, padding=(0, 1))
    for name in ("case", "faults", "found", "delay mean", "worst", "alarms", "false", "which"):
        table.add_column(name, overflow="fold")
    total = Score()
    for name, scenario, hours in cases():
        if args.only and args.only not in name:
            continue
        score = Score()
        for seed in range(args.first, args.first + args.seeds):
            run(scenario, seed, hours, args.cold, score)
        total.asked, total.found = total.asked + score.asked, total.found + score.found
        total.alarms += score.alarms
        total.wrong["all"] += score.false
        delays = score.delays_s
        table.add_row(
            name,
            str(score.asked),
            str(score.found),
            f"{statistics.fmean(delays):.0f} s" if delays else "",
            f"{max(delays):.0f} s" if delays else "",
            str(score.alarms),
            str(score.false),
            ", ".join(f"{what} {n}" for what, n in sorted(score.wrong.items())),
        )
        console.print(f"{name}: {score.found}/{score.asked}, false {dict(score.wrong)}")
    console.print(table)
    recall = total.found / total.asked if total.asked else 1.0
    precision = 1 - total.false / total.alarms if total.alarms else 1.0
    console.print(f"recall {recall:.2%}, precision {precision:.2%}")
    return 0 if recall == 1.0 and precision >= 0.95 else 1


if __name__ == "__main__":
    sys.exit(main())
