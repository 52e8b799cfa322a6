"""What `floorwatch backtest` is asked; the work is in `backtesting`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from floorwatch import urls
from floorwatch.failures import explained
from floorwatch.settings_values import ValueMistakeError


def command(
    url: Annotated[
        list[str], typer.Argument(help="Past days, in their order: " + ", ".join(urls.BACKTESTS))
    ],
    rules: Annotated[Path | None, typer.Option(help="The alerts file with the rules.")] = None,
    config: Annotated[
        Path | None, typer.Option(help="Settings whose first site says names, targets, people.")
    ] = None,
    truth: Annotated[
        Path | None, typer.Option(help="The truth.json of a simulated day, if not beside it.")
    ] = None,
    forecast: Annotated[
        Path | None, typer.Option(help="Expected calls, as CSV: queue,start,calls.")
    ] = None,
    inject: Annotated[
        list[str] | None,
        typer.Option(help="Put surges of so many times the calls into these days.", metavar="xN"),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Which alerts past days would have raised: how many a week, how late, how many of them false."""
    from floorwatch.backtesting import Wishes, run

    errors = Console(stderr=True)
    with explained(errors):
        wishes = Wishes(
            urls=tuple(urls.parse(each, urls.BACKTESTS) for each in url),
            rules=rules,
            config=config,
            truth=truth,
            forecast=forecast,
            inject=tuple(_factor(text) for text in inject or ()),
            json=json,
        )
        run(wishes, Console(), errors)


def _factor(text: str) -> float:
    try:
        factor = float(text.lower().removeprefix("x").removeprefix("×"))
    except ValueError:
        factor = 0.0
    if not 1 < factor <= 100:
        raise ValueMistakeError(
            f"--inject {text}", "Write x2 for twice the calls: above 1, up to 100"
        )
    return factor
