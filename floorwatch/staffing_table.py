"""The staff command: reads a forecast, asks how many agents it needs, and prints them."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from floorwatch import forecast_file
from floorwatch.settings_values import ValueMistakeError
from ingest.counts_csv_lines import Count
from planning.staffing import Goal, Need, StaffingError, Traffic, need
from simulators.scenario_mistakes import MistakesError
from simulators.scenario_values import zone as checked_zone

_HOUR_S = 3_600


class Form(Enum):
    """How the answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line. Times in seconds, shares from 0 to 1."""

    forecast: Path
    handling_s: float
    goal: Goal
    patience_s: float | None = None
    shrinkage: float = 0.0
    queue: str = ""
    zone: str = "Asia/Shanghai"
    form: Form = Form.TABLE


Row = tuple[Count, Need]


def run(wishes: Wishes, out: Console, errors: Console) -> None:
    """Print what each interval needs.

    Raises `ValueMistakeError` for a queue or a zone that is not there, `StaffingError` that names
    the interval, and what reading the forecast raises.
    """
    zone = _zone(wishes.zone)
    rows = needs(wishes, zone)
    if wishes.form is Form.TABLE:
        out.print(_table(rows, wishes, zone))
        for line in _told(rows, wishes, zone):
            out.print(line, markup=False, highlight=False, soft_wrap=True)
        return
    text = _json(rows, wishes, zone) if wishes.form is Form.JSON else _csv(rows, zone)
    out.print(text, markup=False, highlight=False, soft_wrap=True, end="")


def needs(wishes: Wishes, zone: ZoneInfo) -> list[Row]:
    """Each interval of the forecast with what it needs, in order of queue, then of time."""
    counts = forecast_file.rows(wishes.forecast, zone)
    queues = sorted({count.queue for count in counts})
    if wishes.queue and wishes.queue not in queues:
        there = (
            ", ".join(name for name in queues if name) or "none: its rows are of the whole floor"
        )
        raise ValueMistakeError(
            f"--queue {wishes.queue}: {wishes.forecast.name} has no such queue", f"It has {there}"
        )
    chosen = [count for count in counts if not wishes.queue or count.queue == wishes.queue]
    chosen.sort(key=lambda count: (count.queue, count.start_at))
    known: dict[tuple[float, int], Need] = {}
    rows = []
    for count in chosen:
        key = count.calls, count.end_at - count.start_at
        if key not in known:
            known[key] = _need(count, wishes, zone)
        rows.append((count, known[key]))
    return rows


def _need(count: Count, wishes: Wishes, zone: ZoneInfo) -> Need:
    try:
        traffic = Traffic(
            calls=count.calls,
            span_s=_span_s(count),
            handling_s=wishes.handling_s,
            patience_s=wishes.patience_s,
        )
        return need(traffic, wishes.goal, shrinkage=wishes.shrinkage)
    except StaffingError as error:
        at = " ".join(filter(None, (count.queue, f"{_at(count, zone):%Y-%m-%d %H:%M}")))
        raise StaffingError(f"{wishes.forecast.name}: {at}: {error}") from None


def _zone(name: str) -> ZoneInfo:
    try:
        checked_zone(name)
    except MistakesError as error:
        raise ValueMistakeError(
            f"--zone {name}: {error.mistakes[0].what}", error.mistakes[0].mend
        ) from None
    return ZoneInfo(name)


def _span_s(count: Count) -> float:
    return (count.end_at - count.start_at) / 1_000


def _at(count: Count, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(count.start_at / 1_000, zone)


def _table(rows: Sequence[Row], wishes: Wishes, zone: ZoneInfo) -> Table:
    several = len({count.queue for count, _ in rows}) > 1
    table = Table(box=None, padding=(0, 1), collapse_padding=True)
    if several:
        table.add_column("queue", overflow="fold")
    heads = ("start", "calls", "agents", "rostered", f"in {wishes.goal.target_s:g} s")
    for head in (*heads, "ASA s", "gave up", "busy"):
        table.add_column(head, justify="left" if head == "start" else "right", no_wrap=True)
    for count, found in rows:
        cells = [f"{_at(count, zone):%Y-%m-%d %H:%M}", f"{count.calls:.1f}"]
        cells += [str(found.agents), str(found.rostered)]
        fares = found.expected
        shown = [f"{fares.served_in_target:.1%}", f"{fares.answered_wait_s:.1f}"]
        shown += [f"{fares.abandons:.1%}", f"{fares.occupancy:.1%}"]
        cells += shown if count.calls else ["–"] * len(shown)
        table.add_row(*([count.queue] if several else []), *cells)
    return table


def _told(rows: Sequence[Row], wishes: Wishes, zone: ZoneInfo) -> list[str]:
    """Each queue's peak and hours, and what the figures mean."""
    lines = []
    for queue in dict.fromkeys(count.queue for count, _ in rows):
        own = [row for row in rows if row[0].queue == queue]
        peak, most = max(own, key=lambda row: row[1].agents)
        hours = sum(found.agents * _span_s(count) for count, found in own) / _HOUR_S
        paid = sum(found.rostered * _span_s(count) for count, found in own) / _HOUR_S
        lines.append(
            f"{queue or 'in all'}: at most {most.agents} agents, {most.rostered} rostered, at"
            f" {_at(peak, zone):%Y-%m-%d %H:%M}; {hours:.1f} agent hours, {paid:.1f} rostered"
        )
    how = "nobody gives up (Erlang C)"
    if wishes.patience_s is not None:
        how = f"callers give up after {wishes.patience_s:g} s on the average (Erlang A)"
    lines.append(
        f"in {wishes.goal.target_s:g} s: answered within it, of all calls offered, abandoned ones"
        f" among them; {how}"
    )
    return lines


def _values(count: Count, found: Need, zone: ZoneInfo) -> dict[str, Any]:
    fares = found.expected
    shown = {
        "level": fares.served_in_target,
        "asa_s": fares.answered_wait_s,
        "abandons": fares.abandons,
        "occupancy": fares.occupancy,
    }
    return {
        "queue": count.queue,
        "start": _at(count, zone).isoformat(),
        "minutes": _span_s(count) / 60,
        "calls": count.calls,
        "load": round(found.load, 6),
        "agents": found.agents,
        "rostered": found.rostered,
        # Where no call is expected there is nothing to take a share of.
        **{name: round(value, 6) if count.calls else None for name, value in shown.items()},
    }


def _json(rows: Sequence[Row], wishes: Wishes, zone: ZoneInfo) -> str:
    document = {
        "handling_s": wishes.handling_s,
        "patience_s": wishes.patience_s,
        "goal": {
            "level": wishes.goal.level,
            "target_s": wishes.goal.target_s,
            "occupancy": wishes.goal.occupancy,
            "of": "all calls offered, abandoned ones among them",
        },
        "shrinkage": wishes.shrinkage,
        "intervals": [_values(count, found, zone) for count, found in rows],
    }
    return json.dumps(document, ensure_ascii=False) + "\n"


def _csv(rows: Sequence[Row], zone: ZoneInfo) -> str:
    text = io.StringIO()
    values = [_values(count, found, zone) for count, found in rows]
    writer = csv.DictWriter(text, list(values[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(values)
    return text.getvalue()
