"""What `floorwatch report` is asked; the work is in `reporting`."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from floorwatch.failures import explained
from floorwatch.settings_values import ValueMistakeError
from ingest.clock import SystemClock
from reports.model import Span
from reports.span import Period, SpanError, parsed
from reports.words import LANGUAGES

_LOCALE = ("LC_ALL", "LC_MESSAGES", "LANG")


def command(  # noqa: PLR0913 - one for each option
    span: Annotated[Span, typer.Argument(help="How much: day, week, month or year.")],
    date: Annotated[
        str,
        typer.Argument(help="Which: 2026-11-22, 2026-W47, 2026-11, 2026, or a day of it."),
    ],
    config: Annotated[Path, typer.Option(help="Settings of the installation.")] = Path(
        "floorwatch.toml"
    ),
    site: Annotated[str, typer.Option(help="This site alone, if there are several.")] = "",
    queue: Annotated[list[str] | None, typer.Option(help="This queue alone; repeatable.")] = None,
    team: Annotated[list[str] | None, typer.Option(help="This team alone; repeatable.")] = None,
    agent: Annotated[list[str] | None, typer.Option(help="This agent alone; repeatable.")] = None,
    lang: Annotated[str, typer.Option(help="zh or en; without it, that of the terminal.")] = "",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print comma-separated values.")] = False,
    xlsx: Annotated[Path | None, typer.Option(help="Write a workbook here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write a page here.")] = None,
    walks: Annotated[
        bool, typer.Option("--walks", help="The floor walks of that time, analysed.")
    ] = False,
    pdf: Annotated[Path | None, typer.Option(help="Print into this file, by Chromium.")] = None,
) -> None:
    """The figures of a day, week, month or year, with what they are made of and compared with."""
    from floorwatch.reporting import Wishes, run

    errors = Console(stderr=True)
    with explained(errors):
        forms = [json, csv, xlsx is not None, html is not None, pdf is not None]
        if sum(forms) > 1:
            raise ValueMistakeError("several forms", "Name one of --json --csv --xlsx --html --pdf")
        wishes = Wishes(
            period=_period(span, date),
            config=config,
            site=site,
            queues=frozenset(queue or ()),
            teams=frozenset(team or ()),
            agents=frozenset(agent or ()),
            language=_language(lang),
            json=json,
            csv=csv,
            xlsx=xlsx,
            html=html,
            pdf=pdf,
            walks=walks,
        )
        run(wishes, SystemClock(), os.environ, Console())


def _period(span: Span, date: str) -> Period:
    try:
        return parsed(date, span)
    except SpanError as error:
        what, _, mend = str(error).partition(": ")
        raise ValueMistakeError(what, mend[:1].upper() + mend[1:]) from None


def _language(lang: str) -> str:
    if lang not in ("", *LANGUAGES):
        raise ValueMistakeError(f"--lang {lang}", f"Choose one of {', '.join(LANGUAGES)}")
    terminal = next((os.environ[name] for name in _LOCALE if os.environ.get(name)), "")
    return lang or ("zh" if terminal.startswith("zh") else "en")
