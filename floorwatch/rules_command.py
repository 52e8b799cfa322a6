"""The commands on rules: what they say, whether a file of them is right, and their unit tests."""

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table

from floorwatch import settings
from floorwatch.settings_problems import Problem, SettingsError, Severity
from stream.sites import Site

if TYPE_CHECKING:
    from floorwatch.alert_file import AlertSetup
    from floorwatch.rule_tests import Verdict

app = typer.Typer(
    name="rules",
    help="The rules of the alerts: show, check and test them. 告警规则",
    no_args_is_help=True,
)
console = Console()

Config = Annotated[
    Path | None,
    typer.Option(help="Settings whose first site has the queues and the time zone."),
]
Rules = Annotated[Path, typer.Argument(help="The alerts file (TOML).", metavar="FILE")]


@app.command()
def show(
    file: Annotated[
        Path | None,
        typer.Argument(help="The alerts file; without it, the rules that are there by themselves."),
    ] = None,
    config: Config = None,
    language: Annotated[str, typer.Option(help="zh or en.")] = "en",
    rate: Annotated[
        list[float] | None,
        typer.Option(help="Calls an hour to tell the consequence for; may be repeated.", min=0.1),
    ] = None,
) -> None:
    """Each rule in plain words, and what follows from it."""
    from alerts.sentences_of_rules import (
        EXAMPLE_RATES,
        consequence,
        false_alarms_a_week,
        rule_name,
        rule_sentence,
    )

    setup = _loaded(file, config)
    rates = tuple(rate) if rate else EXAMPLE_RATES
    table = Table(show_lines=True)
    heads = {"zh": ("规则", "内容", "结果"), "en": ("rule", "what it says", "what follows")}
    for head in heads.get(language, heads["en"]):
        table.add_column(head, overflow="fold")
    for rule in setup.rules.rules:
        name = f"{rule_name(rule, language)} ({rule.id}, {rule.severity})"
        table.add_row(name, rule_sentence(rule, language), consequence(rule, language, rates))
    console.print(table, markup=False)
    total = f"{false_alarms_a_week(setup.rules.rules):.3g}"
    texts = {
        "zh": f"全部规则合计：全场每周最多 {total} 次误报",
        "en": f"all of them together: at most {total} false alarms a week for the whole floor",
    }
    _say(texts.get(language, texts["en"]))


@app.command(name="check")
def check_file(file: Rules, config: Config = None) -> None:
    """Name line and key of every mistake in an alerts file."""
    from floorwatch.alert_file import check

    try:
        problems = check(file, _site(config), os.environ)
    except SettingsError as error:
        problems = list(error.problems)
    _say_all(problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise typer.Exit(1)
    _say(f"{file}: no mistakes" + (f", {len(problems)} warnings" if problems else ""))


@app.command(name="test")
def try_file(
    file: Annotated[Path, typer.Argument(help="A file of rule tests (TOML).", metavar="FILE")],
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Tell of what was found even where it is right.")
    ] = False,
) -> None:
    """Draw a floor, and see that the rules fire as expected."""
    from floorwatch import rule_test_file, rule_tests

    try:
        tests = rule_test_file.load(file, os.environ)
    except SettingsError as error:
        _say_all(error.problems)
        raise typer.Exit(1) from None
    verdicts = []
    for verdict in rule_tests.run(tests):
        verdicts.append(verdict)
        _say(f"{'ok    ' if verdict.ok else 'FAILED'} {_expected(verdict)}")
        if verbose or not verdict.ok:
            _say(f"       found: {verdict.found}")
    failed = sum(not verdict.ok for verdict in verdicts)
    _say(f"{file}: {len(verdicts)} expectations, {failed} failed")
    if failed:
        raise typer.Exit(1)


def _expected(verdict: "Verdict") -> str:
    each = verdict.expectation
    scope = "" if each.scope is None else f" {each.scope or 'floor'}"
    when = f"{'by' if each.by else 'at'} {each.after_ms / 60_000:g} min"
    return f"{verdict.test}: line {each.line}: {when}: {each.rule}{scope} {each.state}"


def _loaded(file: Path | None, config: Path | None) -> "AlertSetup":
    from floorwatch.alert_file import AlertSetup, load

    try:
        return AlertSetup() if file is None else load(file, _site(config), os.environ)
    except SettingsError as error:
        _say_all(error.problems)
        raise typer.Exit(1) from None


def _site(config: Path | None) -> Site:
    if config is None:
        return Site(id="main")
    return settings.load(config, os.environ).sites[0].site


def _say_all(problems: Iterable[Problem]) -> None:
    for problem in problems:
        _say(str(problem))


def _say(line: str) -> None:
    console.print(line, markup=False, highlight=False, soft_wrap=True)
