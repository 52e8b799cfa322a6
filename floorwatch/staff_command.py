"""What `floorwatch staff` is asked; the work is in `staffing_table`."""

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from floorwatch.failures import explained
from floorwatch.settings_values import ValueMistakeError

_TARGET = re.compile(r"(\d{1,2}(?:\.\d+)?)/(\d{1,5}(?:\.\d+)?)", re.ASCII)
_LONGEST_S = 86_400.0


def command(  # noqa: PLR0913 - one for each option
    forecast: Annotated[
        Path, typer.Argument(help="Expected calls, as CSV: queue,start,calls.", metavar="FORECAST")
    ],
    handling: Annotated[
        float,
        typer.Option(help="Mean seconds of an agent's time per call, ACW included.", metavar="S"),
    ],
    patience: Annotated[
        float | None,
        typer.Option(help="Mean seconds until a caller gives up; without it nobody does."),
    ] = None,
    target: Annotated[
        str, typer.Option(help="Per cent of all calls answered / within seconds.", metavar="%/S")
    ] = "80/20",
    queue: Annotated[str, typer.Option(help="This queue alone; without it, each one.")] = "",
    shrinkage: Annotated[
        float, typer.Option(help="Share of rostered time away from the phones: 0.3.")
    ] = 0.0,
    occupancy: Annotated[
        float | None, typer.Option(help="Agents are busy for no larger share of their time: 0.9.")
    ] = None,
    zone: Annotated[
        str, typer.Option(help="The time zone of times without an offset.")
    ] = "Asia/Shanghai",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a table of comma-separated values.")] = (
        False
    ),
) -> None:
    """How many agents a forecast needs, interval by interval, on the phones and on the roster."""
    from floorwatch.staffing_table import Form, Wishes, run
    from planning.staffing import Goal

    errors = Console(stderr=True)
    with explained(errors):
        if json and csv:
            raise ValueMistakeError("--json and --csv", "Name one of them")
        level, target_s = _target(target)
        wishes = Wishes(
            forecast=forecast,
            handling_s=seconds("--handling", handling),
            patience_s=None if patience is None else seconds("--patience", patience),
            goal=Goal(
                level=level,
                target_s=target_s,
                occupancy=None if occupancy is None else _share("--occupancy", occupancy),
            ),
            shrinkage=_share("--shrinkage", shrinkage) if shrinkage else 0.0,
            queue=queue,
            zone=zone,
            form=Form.JSON if json else Form.CSV if csv else Form.TABLE,
        )
        run(wishes, Console(), errors)


def _target(text: str) -> tuple[float, float]:
    match = _TARGET.fullmatch(text)
    if match is None or not float(match[1]) or float(match[2]) > _LONGEST_S:
        raise ValueMistakeError(
            f"--target {text}: not per cent / seconds",
            "Write 80/20 for 80 % of all calls answered within 20 s; 100 % is never sure",
        )
    return float(match[1]) / 100, float(match[2])


def seconds(option: str, value: float) -> float:
    """Raises `ValueMistakeError` unless it is a time that can be meant."""
    if not 0 < value <= _LONGEST_S:
        raise ValueMistakeError(
            f"{option} {value:g}: not above 0 and up to {_LONGEST_S:g}", "Give seconds, as in 180"
        )
    return value


def _share(option: str, value: float) -> float:
    if not 0 < value < 1:
        raise ValueMistakeError(
            f"{option} {value:g}: not between 0 and 1", "Give a share: 0.3 is 30 %"
        )
    return value
