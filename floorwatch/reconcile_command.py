"""What `floorwatch reconcile` is asked, and how it tells what it found."""

from collections.abc import Sequence
from datetime import date as Date
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from dashboard.day_file import teller
from floorwatch import urls
from floorwatch.failures import explained
from floorwatch.reconciling import Day, Found, reconcile
from floorwatch.settings import load
from floorwatch.settings_types import Settings, SiteSettings
from floorwatch.settings_values import ValueMistakeError
from floorwatch.wiring import data_folder
from reports.reconcile import Comparison, Why
from stream.facts import Fact

SHOWN = 30
"""Differences that are printed of one comparison; --json has all."""
REASONS = {
    Why.LATE: "told later",
    Why.GAP: "in a gap that the source declared",
    Why.GHOST: "nobody saw its end",
    Why.SECONDS: "whole seconds in the log",
    Why.OUTSIDE: "before or after what the log covers",
    Why.UNTOLD: "not told by the log",
    Why.UNEXPLAINED: "UNEXPLAINED",
}


def command(
    date: Annotated[str, typer.Argument(help="The business day: 2026-11-22.", metavar="DATE")],
    config: Annotated[Path, typer.Option(help="Settings of the installation.")] = Path(
        "floorwatch.toml"
    ),
    site: Annotated[str, typer.Option(help="The site, if there are several.")] = "",
    log: Annotated[
        str, typer.Option(help="The PBX's own log: queue_log+file:PATH.", metavar="URL")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Hold wall, daybook, archive, journal and the PBX's own log against one another, call by call.

    Ends with 1 if a difference has no explanation.
    """
    errors, out = Console(stderr=True), Console()
    with explained(errors):
        on = _date(date)
        pbx = urls.parse(log, urls.FILE_BACKFILLS) if log else None
        settings = load(config)
        chosen = _site(settings, site)
        folder = data_folder(settings.stores)
        day = Day(
            site=chosen.site,
            folder=folder / chosen.site.id,
            archive=settings.archive.root(folder),
            date=on,
            log=pbx,
        )
        found = reconcile(day)
        if json:
            out.file.write(msgspec.json.encode(plain(found)).decode() + "\n")
        else:
            _print(found, day, out)
    if found.unexplained:
        raise typer.Exit(1)


def _site(settings: Settings, name: str) -> SiteSettings:
    for site in settings.sites:
        if site.site.id == name or (not name and len(settings.sites) == 1):
            return site
    known = ", ".join(site.site.id for site in settings.sites)
    raise ValueMistakeError(f"--site {name}" if name else "several sites", f"Name one of {known}")


def _date(text: str) -> Date:
    try:
        return Date.fromisoformat(text)
    except ValueError:
        raise ValueMistakeError(f"{text}: no date", "Write it as 2026-11-22") from None


def plain(found: Found) -> dict[str, Any]:
    """All of it, for programs."""
    return {
        "unexplained": found.unexplained,
        "walls": [_plain(wall) for wall in found.walls],
        "comparisons": [_plain(each) for each in found.comparisons],
        "remarks": found.remarks,
    }


def _plain(comparison: Comparison) -> dict[str, Any]:
    return {
        **msgspec.to_builtins(comparison),
        "equal": comparison.equal,
        "differences": [
            {
                **msgspec.structs.asdict(each),
                "only": [[_fact(fact) for fact in side] for side in each.only],
            }
            for each in comparison.differences
        ],
    }


def _fact(fact: Fact) -> dict[str, Any]:
    return {"kind": _kind(fact), **msgspec.structs.asdict(fact)}


def _kind(fact: Fact) -> str:
    return type(fact).__name__.removesuffix("Fact").lower()


def _print(found: Found, day: Day, out: Console) -> None:
    equal = sum(wall.equal for wall in found.walls)
    out.print(
        f"walls: the last figures of {equal} of {len(found.walls)} intervals are the daybook's"
    )
    for wall in found.walls:
        for off in wall.offs:
            out.print(
                f"  {_time(day, wall.at or 0)} {off.queue} {off.figure}: {off.values}", style="red"
            )
    for comparison in found.comparisons:
        _print_one(comparison, day, out)
    for remark in found.remarks:
        out.print(f"note: {remark}", style="yellow", markup=False)
    if found.unexplained:
        out.print(f"{found.unexplained} without an explanation", style="red")


def _print_one(comparison: Comparison, day: Day, out: Console) -> None:
    first, second = comparison.names
    title = f"{first} and {second}"
    if comparison.at is not None:
        title = f"{first} at {_time(day, comparison.at)} and {second}"
    alike = f"; {comparison.seconds} calls but for parts of seconds" if comparison.seconds else ""
    if comparison.equal:
        out.print(f"{title}: equal{alike}", style="green")
        return
    out.print(f"{title}: {len(comparison.differences)} calls differ{alike}")
    sums = Table("queue", "figure", first, second, box=None, pad_edge=False)
    for off in comparison.offs:
        sums.add_row(off.queue, off.figure, *map(str, off.values))
    if comparison.offs:
        out.print(sums)
    for each in comparison.differences[:SHOWN]:
        sides = [
            f"only {name}: {_told(side)}"
            for name, side in zip(comparison.names, each.only, strict=True)
            if side
        ]
        place = f"{_time(day, each.at)} {each.queue} {each.who}"
        line = f"{place}: {'; '.join(sides)}: {REASONS[each.why]}"
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    if len(comparison.differences) > SHOWN:
        out.print(f"… and {len(comparison.differences) - SHOWN} more; --json has all")


def _told(facts: Sequence[Fact]) -> str:
    return ", ".join(dict.fromkeys(map(_word, facts)))


def _word(fact: Fact) -> str:
    for outcome in ("answered", "abandoned", "overflowed", "dropped", "transferred"):
        if getattr(fact, outcome, False):
            return outcome
    state = getattr(fact, "state", "")
    return state or getattr(fact, "result", "") or _kind(fact)


def _time(day: Day, at: int) -> str:
    return teller(day.site.time_zone)(at)
