"""What was measured, beside what was wanted: on screen, and in `bench/results.json`."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Console
from rich.table import Table

FILE = Path(__file__).with_name("results.json")


@dataclass(frozen=True, slots=True)
class Result:
    """One goal. `value` is to be at most `goal`, or at least, if `at_least`.

    `besides` says whether what else the goal asks for holds.
    """

    what: str
    value: float
    goal: float
    unit: str
    at_least: bool = False
    best: float | None = None
    besides: bool = True
    details: Mapping[str, object] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        reached = self.value >= self.goal if self.at_least else self.value <= self.goal
        return reached and self.besides


def write(results: Mapping[str, Result], machine: Mapping[str, object], path: Path = FILE) -> None:
    """Write the figures; goals that were not measured this time keep those they have."""
    known = json.loads(path.read_text()) if path.exists() else {}
    for name, result in results.items():
        known[name] = {
            "what": result.what,
            "value": round(result.value, 3),
            "goal": result.goal,
            "holds": result.holds,
            "unit": result.unit,
            **({} if result.best is None else {"best": round(result.best, 3)}),
            "details": dict(result.details),
            "machine": dict(machine),
        }
    ordered = {name: known[name] for name in sorted(known)}
    path.write_text(json.dumps(ordered, indent=2, ensure_ascii=False) + "\n")


def show(results: Mapping[str, Result], console: Console) -> None:
    """Print the figures as a table, and below it what lies behind them."""
    table = Table("goal", "what", "value", "wanted", "holds")
    for name in sorted(results):
        result = results[name]
        sign = "≥" if result.at_least else "≤"
        best = "" if result.best is None else f" (best {result.best:.2f})"
        table.add_row(
            name,
            result.what,
            f"{result.value:.2f} {result.unit}{best}",
            f"{sign} {result.goal:g} {result.unit}",
            "[green]yes[/]" if result.holds else "[red]no[/]",
        )
    console.print(table)
    for name in sorted(results):
        behind = ", ".join(f"{key} {value}" for key, value in results[name].details.items())
        console.print(f"{name}: {behind}", soft_wrap=True)
