"""What `floorwatch import` is asked; the work is in `importing`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from floorwatch import urls
from floorwatch.failures import explained

FORMS = {**urls.BACKTESTS, "queue_log": urls.SOURCES["queue_log"]}


def command(
    source: Annotated[
        list[str], typer.Argument(help="Past days, in any order: " + ", ".join(FORMS))
    ],
    site: Annotated[str, typer.Option(help="Whose days they are.")],
    config: Annotated[
        Path | None, typer.Option(help="Settings that say targets, people, zone, archive.")
    ] = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also days that the live floor has written.")
    ] = False,
) -> None:
    """Put past days into the archive, through the very floor that runs live."""
    from archive.closing import Bounds
    from floorwatch import importing
    from floorwatch.archive_command import installation, site_of
    from floorwatch.archive_wiring import live_days, shelf
    from floorwatch.bar import bar
    from floorwatch.replay import Reading
    from ingest.clock import SystemClock

    out, errors = Console(), Console(stderr=True)
    with explained(errors):
        settings = installation(config)
        card = site_of(settings, site, config)
        reading = Reading()
        wishes = importing.Wishes(
            urls=[_url(each) for each in source],
            bounds=Bounds(card, settings.archive.keeping.callers_days),
            now=SystemClock().now(),
            live=live_days(settings, card),
            replace=replace,
        )
        kept = shelf(settings)
        found = importing.run(wishes, kept, reading, lambda doing: bar(errors, doing))
    added = sum(about.added for about in found.written)
    back = sum(about.taken_back for about in found.written)
    days = f"{len(found.written)} days written ({added} rows added, {back} taken back)"
    say = {"markup": False, "highlight": False, "soft_wrap": True}
    out.print(f"{site}: {days}, {found.unchanged} as they were; {kept.root}", **say)  # type: ignore[arg-type]
    for reason in reading.reasons:
        errors.print(f"rejected: {reason}", **say)  # type: ignore[arg-type]
    if found.unfinished:
        errors.print(f"not over yet, and left out: {_named(found.unfinished)}", **say)  # type: ignore[arg-type]
    if found.refused:
        told = "the live floor has these days, and they stay as they are"
        errors.print(f"{told}: {_named(found.refused)}. To replace them: --replace", **say)  # type: ignore[arg-type]
        raise typer.Exit(1)


def _url(text: str) -> urls.Url:
    from dataclasses import replace

    from floorwatch.importing import ALIASES

    url = urls.parse(text, FORMS)
    return replace(url, scheme=ALIASES.get(url.scheme, url.scheme))


def _named(days: list[str]) -> str:
    return ", ".join(days[:10]) + (f" and {len(days) - 10} more" if len(days) > 10 else "")
