"""What `floorwatch forecast` is asked; the work is in `forecasting`."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from floorwatch import urls
from floorwatch.failures import explained
from floorwatch.settings_values import ValueMistakeError
from floorwatch.settings_values import zone as zone_of

INTERVALS = (5, 10, 15, 20, 30, 60)
"""Minutes of an interval that can be asked for."""


def command(  # noqa: PLR0913 - one for each option
    url: Annotated[
        list[str], typer.Argument(help="Past days: " + ", ".join(urls.BACKTESTS), metavar="URL...")
    ],
    days: Annotated[int, typer.Option(help="Days to come.", min=1, max=92)] = 7,
    interval: Annotated[int, typer.Option(help="Minutes of an interval.")] = 30,
    special: Annotated[
        Path | None, typer.Option(help="Holidays and special days, as CSV: date,name,factor.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Write it here, as CSV: queue,start,calls,low,high.")
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings whose first site says zone and day's start.")
    ] = None,
    zone: Annotated[
        str, typer.Option(help="The time zone, if not the site's; else Asia/Shanghai.")
    ] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """How many calls the next days bring, by queue and interval, and how well that has worked so far."""
    # Days by half-hours are small matrices: threads only wait for one another.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from floorwatch.forecasting import Wishes, run

    errors = Console(stderr=True)
    with explained(errors):
        if interval not in INTERVALS:
            known = ", ".join(map(str, INTERVALS))
            raise ValueMistakeError(f"--interval {interval}", f"Choose one of {known}")
        wishes = Wishes(
            urls=tuple(urls.parse(each, urls.BACKTESTS) for each in url),
            days=days,
            interval_min=interval,
            special=special,
            out=out,
            config=config,
            zone=_zone(zone),
            json=json,
        )
        run(wishes, Console(), errors)


def _zone(name: str) -> str:
    try:
        return zone_of(name) if name else ""
    except ValueMistakeError as error:
        raise ValueMistakeError(f"--zone: {error.what}", error.mend) from None
