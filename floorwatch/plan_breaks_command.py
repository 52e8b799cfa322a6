"""What `floorwatch plan-breaks` is asked; the work is in `break_table`."""

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from floorwatch.failures import explained
from floorwatch.settings_values import ValueMistakeError
from floorwatch.staff_command import seconds
from ingest.clock import SystemClock

_MOST = 10_000


def command(  # noqa: PLR0913 - one for each option
    forecast: Annotated[
        Path, typer.Argument(help="Expected calls, as CSV: queue,start,calls.", metavar="FORECAST")
    ],
    roster: Annotated[
        Path,
        typer.Argument(help="Who works when, as CSV: agent,date,start,end,…", metavar="ROSTER"),
    ],
    handling: Annotated[
        float,
        typer.Option(help="Mean seconds of an agent's time per call, ACW included.", metavar="S"),
    ],
    patience: Annotated[
        float, typer.Option(help="Mean seconds until a caller gives up.", metavar="S")
    ] = 180.0,
    date: Annotated[
        str, typer.Option(help="The day to plan; without it, the roster's first.", metavar="DATE")
    ] = "",
    cap: Annotated[
        int | None, typer.Option(help="So many away at once in a group.", min=0, max=_MOST)
    ] = None,
    least: Annotated[
        list[str] | None,
        typer.Option("--min", help="So many stay in a group: sales=12.", metavar="GROUP=N"),
    ] = None,
    notice: Annotated[
        int, typer.Option(help="Nobody is sent sooner than in so many minutes.", min=0, max=1_440)
    ] = 15,
    exact: Annotated[
        bool, typer.Option("--exact", help="By HiGHS instead: pip install floorwatch[exact].")
    ] = False,
    zone: Annotated[
        str, typer.Option(help="The time zone of times without an offset.")
    ] = "Asia/Shanghai",
    lang: Annotated[str, typer.Option(help="zh or en.")] = "en",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a table of comma-separated values.")] = (
        False
    ),
) -> None:
    """Who goes to meal and break when, so that the fewest calls are lost."""
    from floorwatch.break_table import Wishes, run
    from floorwatch.staffing_table import Form

    errors = Console(stderr=True)
    with explained(errors):
        if json and csv:
            raise ValueMistakeError("--json and --csv", "Name one of them")
        if lang not in ("zh", "en"):
            raise ValueMistakeError(f"--lang {lang}: not a language here", "Write zh or en")
        wishes = Wishes(
            forecast=forecast,
            roster=roster,
            handling_s=seconds("--handling", handling),
            patience_s=seconds("--patience", patience),
            date=date,
            cap=cap,
            least=dict(map(_least, least or ())),
            notice_min=notice,
            exact=exact,
            zone=zone,
            language=lang,
            form=Form.JSON if json else Form.CSV if csv else Form.TABLE,
        )
        run(wishes, SystemClock().now(), Console())


def _least(text: str) -> tuple[str, int]:
    group, equals, number = text.rpartition("=")
    if not equals or not number.isascii() or not number.isdigit() or int(number[:6]) > _MOST:
        raise ValueMistakeError(f"--min {text}", "Write a group and a number: sales=12")
    return group.strip(), int(number[:6])
