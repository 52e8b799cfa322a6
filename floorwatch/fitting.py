"""The fit command: learns a scenario from a recording, writes its file, and says how well it fits."""

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from floorwatch import replay, wiring
from floorwatch.settings_values import ValueMistakeError
from floorwatch.urls import Url
from ingest.ports import Clock
from simulators.fit import FitError, learnt
from simulators.fit_days import Days
from simulators.fit_hours import Hour, hours, together
from simulators.fit_record import record
from simulators.fit_staffing import simulated, sum_hours
from simulators.scenario import Scenario, busier
from simulators.scenario_mistakes import MistakesError
from simulators.scenario_text import text
from simulators.scenario_values import identifier, zone
from stream.sites import Site

_SEED = 1
_COLUMNS = [
    name
    for what in ("calls a day", "wait s", "gave up", "waited", "in 20 s")
    for name in (what, "sim.")
]
_SHOWN = 0.01
"""Hours with a smaller share of the calls are not shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line: `times` as many calls as there were."""

    url: Url
    out: Path
    times: float = 1.0
    site: str = "fitted"
    zone: str = "Asia/Shanghai"


def run(wishes: Wishes, clock: Clock, out: Console, errors: Console) -> Scenario:
    """Learn, write, and print. It takes about a minute, which Ctrl-C ends.

    Never overwrites a file: raises `ValueMistakeError` then, `FitError` if there is nothing to learn
    from, and whatever reading the recording raises.
    """
    try:
        identifier(wishes.site)
        zone(wishes.zone)
    except MistakesError as error:
        raise ValueMistakeError(error.mistakes[0].what, error.mistakes[0].mend) from None
    if wishes.out.exists():
        raise ValueMistakeError(f"{wishes.out} is there already", "Name another file after --out")
    site = Site(id=wishes.site, time_zone=wishes.zone)
    reading = replay.Reading()
    with _status(errors, "reading …"):
        seen = record(wiring.replayed(_tape(wishes, site, clock, reading)))
    for reason in reading.reasons:
        errors.print(f"rejected: {reason}", markup=False, highlight=False, soft_wrap=True)
    if not seen.visits:
        raise FitError(f"no call reached a queue in {wishes.url}: name a recording of working days")
    with _status(errors, "simulating, and mending what differs …"):
        scenario = learnt(seen, site=wishes.site, time_zone=wishes.zone)
        days = Days.spanning(ZoneInfo(wishes.zone), seen.first_at, seen.last_at)
        _print(hours(seen, days), sum_hours(simulated(scenario, days, _SEED)), out)
    if wishes.times != 1.0:
        scenario = busier(scenario, wishes.times)
    with wishes.out.open("x", encoding="utf-8") as file:
        file.write(text(scenario))
    told = f"{wishes.out}: {len(scenario.queues)} queues, {len(scenario.agents)} agents"
    more = "" if wishes.times == 1.0 else f", {wishes.times:g} times the calls of the table above"
    out.print(told + more, markup=False, highlight=False, soft_wrap=True)
    return scenario


def _tape(wishes: Wishes, site: Site, clock: Clock, reading: replay.Reading) -> wiring.Tape:
    return wiring.Tape(url=wishes.url, site=site, recvtime=clock.now(), reading=reading)


def _status(errors: Console, what: str) -> AbstractContextManager[object]:
    return errors.status(what) if errors.is_terminal else nullcontext()


def _print(real: Sequence[Hour], made: Sequence[Hour], out: Console) -> None:
    """The real floor and the simulated one, hour by hour."""
    table = Table(box=None, padding=(0, 1))
    for name in ("hour", *_COLUMNS):
        table.add_column(name, justify="right")
    all_real, all_made = together(real), together(made)
    for n, (one, other) in enumerate(zip(real, made, strict=True)):
        if one.arrivals >= _SHOWN * all_real.arrivals:
            table.add_row(f"{n:02}", *_cells(one, other))
    table.add_row("all", *_cells(all_real, all_made))
    out.print(table)


def _cells(one: Hour, other: Hour) -> list[str]:
    cells = [f"{hour.per_day:.1f}" for hour in (one, other)]
    cells += [f"{hour.asa_s:.1f}" for hour in (one, other)]
    for name in ("abandons", "waits", "level"):
        cells += [f"{getattr(hour, name):.1%}" for hour in (one, other)]
    return cells
