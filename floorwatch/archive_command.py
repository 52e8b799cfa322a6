"""The commands on the archive: what is in it, write it now, erase callers, drop what is superseded."""

import os
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
import typer
from rich.console import Console
from rich.table import Table

from floorwatch.failures import explained
from floorwatch.settings_values import ValueMistakeError
from ingest.clock import SystemClock

if TYPE_CHECKING:
    from archive.about import About
    from floorwatch.settings_types import Settings
    from stream.sites import Site

app = typer.Typer(
    name="archive",
    help="Past days as files: show, write, erase callers, compact. 历史数据归档",
    no_args_is_help=True,
)
console = Console()
errors = Console(stderr=True)

Config = Annotated[Path | None, typer.Option(help="The settings file (TOML).")]
OfSite = Annotated[str, typer.Option("--site", help="One site alone; else all.")]


@app.command()
def show(
    config: Config = None,
    site: OfSite = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Every version of every day: when and why it was written, and what changed."""
    from floorwatch.archive_wiring import shelf

    with explained(errors):
        kept = shelf(installation(config))
        told = [
            {
                **msgspec.to_builtins(about),
                "file": str(path),
                "bytes": path.stat().st_size,
                "stands": stands,
            }
            for name in ([site] if site else kept.sites())
            for about, path, stands in _versions(kept, name)
        ]
    if json:
        sys.stdout.write(msgspec.json.encode(told).decode() + "\n")
        return
    table = Table(box=None, padding=(0, 1))
    for head in ("site", "day", "version", "", "rows", "callers", "written", "why"):
        table.add_column(head, no_wrap=head != "why", overflow="fold")
    for row in told:
        why = row["why"] + (f": {row['origin']}" if row.get("origin") else "")
        change = f"+{row.get('added', 0)} −{row.get('taken_back', 0)}"
        callers = {"all": "erased", "some": "some erased"}.get(row.get("erased", ""), "")
        standing = "stands" if row["stands"] else "old"
        written = _local(row["written_at"], row["time_zone"])
        version = str(row["version"])
        table.add_row(row["site"], row["day"], version, standing, change, callers, written, why)
    console.print(table)
    size = sum(row["bytes"] for row in told)
    _say(f"{len(told)} files, {size / 1e6:.1f} MB in {kept.root}")


@app.command()
def write(config: Config = None, site: OfSite = "") -> None:
    """Write all days that are over now, also where Floorwatch does not run."""
    from archive.closing import Bounds, close
    from floorwatch.archive_wiring import kept_daybook, shelf
    from floorwatch.archiving import told_of

    many = 0
    with explained(errors):
        settings, now = installation(config), SystemClock().now()
        for card in _sites(settings, site, config):
            bounds = Bounds(card, settings.archive.keeping.callers_days)
            kept = kept_daybook(settings, card)
            if kept is None:
                continue
            for day in kept.days():
                if bounds.calendar.next_day(day) > now or _too_old(settings, day, now):
                    continue
                about = close(shelf(settings), bounds, kept, day, now)
                if about is not None:
                    many += 1
                    _say(told_of(about))
    _say(f"{many} days written" if many else "all that is over is in the archive already")


@app.command()
def erase(
    config: Config = None,
    site: OfSite = "",
    day: Annotated[str, typer.Option(help="The callers of this business day: 2026-11-20.")] = "",
    caller: Annotated[
        str, typer.Option(help="This caller's number; what is kept of it is its end.")
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase who called, from the archive and the daybook: of a day, or one number."""
    from archive.about import Why
    from archive.erasure import callers_in
    from archive.erasure import erase as erase_in
    from floorwatch.archive_wiring import daybook_of, shelf
    from stream.daybook import hidden
    from stream.daybook_erasure import erase_callers

    with explained(errors):
        if not day and not caller:
            raise ValueMistakeError("nobody is named", "Give --day 2026-11-20, or --caller NUMBER")
        masked, only = (hidden(caller) if caller else None), (_date(day) if day else None)
        if masked == "":
            raise ValueMistakeError(f"--caller {caller}: no digits", "Give the number")
        settings, now = installation(config), SystemClock().now()
        kept, cards = shelf(settings), list(_sites(settings, site, config))
        days = {
            card.id: [each for each in kept.days(card.id) if only is None or each == only]
            for card in cards
        }
        rows = sum(
            callers_in(kept, id, each, masked) for id, found in days.items() for each in found
        )
        what = f"callers kept as {masked}" if masked else f"all callers of {only}"
        if not yes and not typer.confirm(
            f"{what}: {rows} rows of the archive. Erase them for good?"
        ):
            raise typer.Exit(1)
        gone = sum(
            erase_in(kept, id, found, Why.ERASURE, now, masked) for id, found in days.items()
        )
        for card in cards:
            calendar = _calendar(card)

            def wanted(at: int, who: str, calendar: Any = calendar) -> bool:
                named = masked is None or who == masked
                return named and (only is None or calendar.date_of(at) == only)

            gone += erase_callers(daybook_of(settings, card.id), wanted)
    _say(f"erased in {gone} rows. The journal forgets what came in by itself, after 30 days")


@app.command()
def compact(
    config: Config = None,
    site: OfSite = "",
    keep: Annotated[
        int | None, typer.Option(help="So many superseded versions of a day stay.", min=0)
    ] = None,
) -> None:
    """Drop superseded versions beyond those that are to stay, and what killed writers left."""
    from archive import care
    from floorwatch.archive_wiring import shelf

    with explained(errors):
        settings = installation(config)
        kept = shelf(settings)
        most = settings.archive.keeping.versions if keep is None else keep
        for name in [site] if site else kept.sites():
            done = care.compact(kept, name, most)
            _say(f"{name}: {done.files} files deleted, {done.bytes / 1e6:.1f} MB")


def installation(config: Path | None) -> "Settings":
    """The settings of this file; without one, those of a folder that has none."""
    from floorwatch import settings

    return settings.load(config, os.environ) if config is not None else settings.parse("")


def site_of(settings: "Settings", site: str, config: Path | None) -> "Site":
    """The site of this name; without settings, one of which nothing is known but that."""
    from stream.sites import Site

    known = {each.site.id: each.site for each in settings.sites}
    if site in known:
        return known[site]
    if config is None:
        from floorwatch.settings_values import identifier

        return Site(id=identifier(site))
    raise ValueMistakeError(f"--site {site}: not in {config}", f"There are {', '.join(known)}")


def _sites(settings: "Settings", site: str, config: Path | None) -> "Iterator[Site]":
    if site:
        yield site_of(settings, site, config)
    else:
        yield from (each.site for each in settings.sites)


def _versions(kept: Any, site: str) -> "Iterator[tuple[About, Path, bool]]":
    from archive.shelf import about_of

    for day in kept.days(site):
        for _, path in kept.versions(site, day):
            yield about_of(path), path, False
        path = kept.path(site, day)
        yield about_of(path), path, True


def _too_old(settings: "Settings", day: int, now: int) -> bool:
    from archive.closing import DAY_MS

    keep_days = settings.archive.keeping.keep_days
    return bool(keep_days) and day < now - keep_days * DAY_MS


def _calendar(card: "Site") -> Any:
    from stream.intervals import Calendar

    return Calendar(card.time_zone, card.day_start_min, card.interval_ms)


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueMistakeError(f"--day {text}: this is no day", "Write 2026-11-20") from None


def _local(at: int, zone: str) -> str:
    moment = datetime.fromtimestamp(at / 1_000, UTC).astimezone(ZoneInfo(zone))
    return f"{moment:%Y-%m-%d %H:%M}"


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
