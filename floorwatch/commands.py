"""The commands: each reads its settings, says what is wrong in one line, and hands over."""

import asyncio
import logging
import os
import signal
from collections.abc import Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.logging import RichHandler

from floorwatch import (
    backtest_command,
    notifying,
    past,
    planners,
    rules_command,
    urls,
    users_command,
)
from floorwatch import doctor as doctors
from floorwatch import settings as settings_file
from floorwatch.doctor_findings import Verdict
from floorwatch.failures import FAILURES, STOPPED, explained, fail, leaves
from floorwatch.settings_problems import SettingsError, Severity
from floorwatch.settings_secret import Secret
from floorwatch.settings_types import Settings
from floorwatch.settings_values import Address, ValueMistakeError, address
from ingest.clock import SystemClock

app = typer.Typer(
    name="floorwatch",
    help="Watches a call-centre floor live: queues, calls, agents, wallboards. 呼叫中心现场监控",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
app.add_typer(notifying.app, name="notify")
app.add_typer(rules_command.app, name="rules")
app.add_typer(users_command.app, name="users")
app.command("backtest")(backtest_command.command)
past.add_to(app)
planners.add_to(app)
console = Console()
errors = Console(stderr=True)

File = Annotated[Path, typer.Argument(help="The settings file (TOML).", metavar="FILE")]
Listen = Annotated[
    str, typer.Option(help="Where the pages are served, as host:port; port 0 takes a free one.")
]
Port = Annotated[int, typer.Option(help="The broker's port on 127.0.0.1; 0 takes a free one.")]


@app.callback()
def _logging(
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log more.")] = False,
) -> None:
    level = logging.DEBUG if verbose else logging.WARNING
    handler = RichHandler(console=errors, show_path=verbose, rich_tracebacks=False)
    logging.basicConfig(level=level, format="%(message)s", handlers=[handler], force=True)
    if not verbose:
        logging.getLogger("websockets").setLevel(logging.ERROR)


@app.command()
def demo(
    listen: Listen = "127.0.0.1:8787",
    mqtt_port: Port = 1883,
    data: Annotated[Path, typer.Option(help="Where the demo keeps its journal.")] = Path(
        "floorwatch-data/demo"
    ),
    past: Annotated[int, typer.Option(help="Days of an invented past.", min=0, max=366)] = 60,
) -> None:
    """A living floor in the browser: simulator, journal, broker and pages, all in this process."""
    from floorwatch.demo import run

    _serve(run(_address(listen), mqtt_port, data, past, _tell))


@app.command()
def up(file: File) -> None:
    """Run everything that the settings name, in this process, until Ctrl-C."""
    from floorwatch.app import Surroundings
    from floorwatch.app import up as run

    around = Surroundings(clock=SystemClock(), environ=os.environ, tell=_tell)
    _serve(run(_load(file), around))


@app.command()
def bridge(
    file: File,
    source: Annotated[str, typer.Option(help="Which source to carry, if there are several.")] = "",
) -> None:
    """Run a source near the PBX and publish its events to the broker; nothing is lost meanwhile."""
    from floorwatch.bridging import run

    _serve(run(_load(file), source, SystemClock(), os.environ, _tell))


@app.command()
def replay(
    url: Annotated[str, typer.Argument(help="What to replay: " + ", ".join(urls.REPLAYS))],
    backfill: Annotated[
        str, typer.Option(help="A queue_log that fills the gaps: queue_log+file:PATH")
    ] = "",
    speed: Annotated[
        str, typer.Option(help="Recorded seconds per second, or max.", metavar="N|max")
    ] = "max",
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object at the end.")] = False,
    config: Annotated[
        Path | None, typer.Option(help="Settings whose first site says targets, people, zone.")
    ] = None,
    listen: Annotated[
        str, typer.Option(help="Show it on a wallboard meanwhile, at this host:port.")
    ] = "",
) -> None:
    """Put a recording, a log or a journal through the very floor that runs live."""
    from floorwatch.replaying import Wishes, run

    wishes = Wishes(
        url=_url(url, urls.REPLAYS),
        backfill=_url(backfill, urls.FILE_BACKFILLS) if backfill else None,
        speed=_speed(speed),
        json=json,
        site=_load(config).sites[0].site if config is not None else None,
        listen=_address(listen) if listen else None,
    )
    _run(run(wishes, SystemClock(), console, errors))


@app.command()
def simulate(  # noqa: PLR0913 - one for each option
    scenario: Annotated[
        str,
        typer.Argument(help="A preset's name, or a scenario file (TOML).", metavar="PRESET|FILE"),
    ] = "",
    seed: Annotated[int, typer.Option(help="The same seed gives the same day, to the byte.")] = 1,
    hours: Annotated[
        float, typer.Option(help="How long people call; who has called is still served.", min=0.01)
    ] = 24.0,
    start: Annotated[
        str, typer.Option(help="When it begins, local: 2026-11-23 or '2026-11-23 08:00'.")
    ] = "",
    site: Annotated[str, typer.Option(help="Whose events they are, if not the scenario's.")] = "",
    speed: Annotated[
        str, typer.Option(help="Simulated seconds per second, or max.", metavar="N|max")
    ] = "",
    out: Annotated[
        Path | None, typer.Option(help="Write events, queue_log, AMI recording and truth here.")
    ] = None,
    to: Annotated[
        str, typer.Option(help="Tell it live: " + ", ".join(f"{form}:" for form in urls.TARGETS))
    ] = "",
    secret_env: Annotated[
        str, typer.Option(help="The environment variable with the PBX's, or broker's, password.")
    ] = "",
    list_presets: Annotated[bool, typer.Option("--list", help="Name the presets.")] = False,
) -> None:
    """A whole simulated floor with its own truth: into files, or told live."""
    from floorwatch.simulating import Wishes, run, show_presets

    if list_presets:
        show_presets(console)
        return
    if not scenario or (out is None) == (not to):
        _fail("name a scenario, and either --out DIR or --to URL; --list names the presets")
    wishes = Wishes(
        scenario=scenario,
        seed=seed,
        hours=hours,
        start=start,
        site=site,
        out=out,
        to=_url(to, urls.TARGETS) if to else None,
        speed=_speed(speed or ("1" if to else "max")),
        secret=Secret(env=secret_env),
        environ=os.environ,
    )
    _run(run(wishes, SystemClock(), console, errors))


@app.command()
def fit(
    url: Annotated[str, typer.Argument(help="Days to learn from: " + ", ".join(urls.REPLAYS))],
    out: Annotated[Path, typer.Option(help="The scenario file to write (TOML).", metavar="FILE")],
    times: Annotated[
        float, typer.Option(help="So many times the calls: 1.2 is 20 % more.", min=0.01, max=100)
    ] = 1.0,
    site: Annotated[str, typer.Option(help="The site's id in the scenario.")] = "fitted",
    zone: Annotated[str, typer.Option(help="The time zone in which the days passed.")] = (
        "Asia/Shanghai"
    ),
) -> None:
    """Learn a scenario from real days: a day like ours, to be simulated, with more calls or as it was."""
    from floorwatch.fitting import Wishes, run

    wishes = Wishes(url=_url(url, urls.REPLAYS), out=out, times=times, site=site, zone=zone)
    with explained(errors):
        run(wishes, SystemClock(), console, errors)


@app.command()
def check(file: File) -> None:
    """Name line and key of every mistake in a settings file, and in the files that it names."""
    from floorwatch.named_files import problems_of_files

    problems = settings_file.check(file, os.environ)
    problems += problems_of_files(file, problems, os.environ)
    for problem in problems:
        console.print(str(problem), style=None, markup=False, highlight=False, soft_wrap=True)
    mistakes = sum(problem.severity is Severity.ERROR for problem in problems)
    if mistakes:
        raise typer.Exit(1)
    console.print(f"{file}: no mistakes" + (f", {len(problems)} warnings" if problems else ""))


@app.command()
def init(
    file: File = Path("floorwatch.toml"),
    ami: Annotated[
        str, typer.Option(help="Ask this PBX for its queues and members: ami://user@host:5038")
    ] = "",
    secret_env: Annotated[
        str, typer.Option(help="The environment variable that holds its password.")
    ] = "FLOORWATCH_PBX_SECRET",
    site: Annotated[str, typer.Option(help="The site's id.")] = "main",
    time_zone: Annotated[str, typer.Option(help="The site's time zone.")] = "Asia/Shanghai",
) -> None:
    """Write a commented settings file, filled from the PBX if asked; never overwrites one."""
    from floorwatch import template
    from floorwatch.doctor_pbx import probe

    text = template.template(site=site, time_zone=time_zone)
    if ami:
        url = _url(ami, {"ami": urls.SOURCES["ami"]})
        secret = _revealed(Secret(env=secret_env))
        with console.status(f"asking {url.address} …"):
            report = _run(probe(url, secret, SystemClock()))
        text = template.filled(
            report.queues, source=str(url), secret_env=secret_env, site=site, time_zone=time_zone
        )
        people = {member.name for queue in report.queues for member in queue.members}
        console.print(f"{url.address}: {len(report.queues)} queues, {len(people)} people")
    try:
        template.write(file, text)
    except template.TemplateError as error:
        _fail(str(error))
    console.print(f"{file} is written. Read it, then: floorwatch check {file}", highlight=False)


@app.command()
def doctor(file: File) -> None:
    """Can the PBX, the broker and the store be reached, are rights enough, are the clocks right?"""
    with errors.status("looking …"):
        findings = _run(doctors.examine(_load(file), SystemClock(), os.environ))
    colours = {Verdict.OK: "green", Verdict.WARN: "yellow", Verdict.FAIL: "red"}
    for finding in findings:
        console.print(
            str(finding),
            style=colours[finding.verdict],
            markup=False,
            highlight=False,
            soft_wrap=True,
        )
    if any(finding.verdict is Verdict.FAIL for finding in findings):
        raise typer.Exit(1)


def _tell(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)


def _fail(message: str) -> Any:
    raise fail(errors, message)


def _load(file: Path) -> Settings:
    try:
        return settings_file.load(file, os.environ)
    except SettingsError as error:
        return _fail("\n".join(str(problem) for problem in error.problems))  # type: ignore[no-any-return]


def _url(text: str, forms: Any) -> urls.Url:
    try:
        return urls.parse(text, forms)
    except ValueMistakeError as error:
        return _fail(f"{text}: {error}")  # type: ignore[no-any-return]


def _address(text: str) -> Address:
    try:
        return address(text)
    except ValueMistakeError as error:
        return _fail(f"{text}: {error}")  # type: ignore[no-any-return]


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    with suppress(ValueError):
        if (speed := float(text)) > 0:
            return speed
    return _fail(f"--speed {text}: give a number above 0, or max")  # type: ignore[no-any-return]


def _revealed(secret: Secret) -> str:
    try:
        return secret.reveal(os.environ)
    except FAILURES as error:
        return _fail(str(error))  # type: ignore[no-any-return]


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    """Run to the end; what goes wrong outside the program ends in one sentence, not in a trace."""
    try:
        return asyncio.run(_until_terminated(work))
    except (KeyboardInterrupt, asyncio.CancelledError):
        raise typer.Exit(STOPPED) from None
    except FAILURES as error:
        return _fail(str(error))
    except BaseExceptionGroup as group:
        known, other = group.split(FAILURES)
        if other is not None or known is None:
            raise
        return _fail("\n".join(dict.fromkeys(str(error) for error in leaves(known))))


async def _until_terminated(work: Coroutine[Any, Any, Any]) -> Any:
    """A service manager's SIGTERM stops us as Ctrl-C does: everything is committed and closed."""
    this = asyncio.current_task()
    assert this is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, this.cancel)
    return await work


def _serve(work: Coroutine[Any, Any, None]) -> None:
    """Run until somebody stops it, which is the normal end."""
    try:
        _run(work)
    except typer.Exit as ended:
        if ended.exit_code != STOPPED:
            raise
        _tell("stopped / 已停止")
