"""Rule unit tests as a file: what is drawn, and what must fire of it. docs/rules.md describes it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from alerts.words import Station
from floorwatch import alert_file, settings, toml_file
from floorwatch.alert_file import AlertSetup
from floorwatch.rule_file_values import one_of
from floorwatch.rule_test_drawing import COUNTS, SERIES, Drawing, series
from floorwatch.settings_problems import SettingsError, Severity, in_file_order
from floorwatch.settings_reader import Table, kind_of
from floorwatch.settings_values import ValueMistakeError, duration_ms, suggestion
from ingest.events import Millis
from stream.sites import Site

KEYS: Mapping[str, tuple[str, ...]] = {
    "": ("rules", "settings", "start", "step", "test"),
    "test": ("name", "start", "step", "series", "expect"),
    "test.series": SERIES,
    "test.expect": ("at", "by", "rule", "scope", "state"),
}
NONE, NEVER, MUTED = "none", "never", "muted"
STATES = (*(s.value for s in Station if s is not Station.ENDED), MUTED, NONE, NEVER)
"""What may be expected: where an alert stands, that another one mutes it, that there is none, or that
none fired until then."""
_START = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - local to the site, whose zone is not known yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """At this time after the start, or `by` it at the latest, an alert is in this state.

    `line` is where it stands in the file. A `scope` of None is any.
    """

    after_ms: Millis
    rule: str
    state: str
    scope: str | None = None
    by: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTest:
    """One drawing, and what is expected of it."""

    name: str
    drawing: Drawing
    expectations: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleTests:
    """A file of tests: the rules that they are of, and the site."""

    site: Site
    setup: AlertSetup
    tests: tuple[RuleTest, ...]


def load(path: Path, environ: Mapping[str, str]) -> RuleTests:
    """The tests of this file; raises `SettingsError` with every problem, those of the rules too."""
    text = toml_file.text_of(path, "docs/rules.md shows how to draw one")
    values, findings = toml_file.values_of(text, str(path), path.absolute().parent)
    root = Table("", (), values, findings, KEYS)
    site, setup = Site(id="test"), AlertSetup()
    if root.has("settings") and (file := root.text("settings", longest=4_096)):
        site = settings.load(findings.folder / file, environ).sites[0].site
    if root.has("rules") and (file := root.text("rules", longest=4_096)):
        setup = alert_file.load(findings.folder / file, site, environ)
    ids = tuple(rule.id for rule in setup.rules.rules)
    zone = ZoneInfo(site.time_zone)
    tests = tuple(_test(table, root, ids, zone) for table in root.tables("test"))
    if not tests:
        findings.add((), "there is no test here", "Begin each one with [[test]]")
    problems = in_file_order(findings.problems)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise SettingsError(problems)
    return RuleTests(site=site, setup=setup, tests=tests)


def _test(table: Table, root: Table, ids: tuple[str, ...], zone: ZoneInfo) -> RuleTest:
    step_ms = table.read("step", _step, root.read("step", _step, 60_000))
    start = table.read("start", _start, root.read("start", _start, _START))
    drawing = Drawing(round(start.replace(tzinfo=zone).timestamp() * 1_000), step_ms)
    drawn = table.table("series")
    for kind in SERIES:
        given = drawn.values.get(kind, {})
        if not isinstance(given, dict):
            drawn.add(kind, f"this is {kind_of(given)}", f'Write {kind}."NAME" = "…"')
            continue
        for name, text in given.items():
            path = (*drawn.path, kind, name)
            try:
                drawing.series.setdefault(kind, {})[_named(kind, name)] = series(kind, text)
            except ValueMistakeError as mistake:
                drawn.findings.add(path, mistake.what, mistake.mend)
    expected = tuple(_expectation(each, ids) for each in table.tables("expect"))
    if not expected:
        mend = 'Add [[test.expect]] with at = "12 min", rule = "surge", state = "firing"'
        table.findings.add(table.path, "nothing is expected", mend, at_key=True)
    return RuleTest(
        name=table.text("name", f"test {int(table.path[-1]) + 1}"),
        drawing=drawing,
        expectations=expected,
    )


def _expectation(table: Table, ids: tuple[str, ...]) -> Expectation:
    by = table.has("by")
    if table.has("at") is by:
        mend = 'Write at = "12 min", or by = "12 min" for that time at the latest'
        table.findings.add(table.path, "one of at and by is needed", mend, at_key=True)
    rule = table.required("rule", "surge")
    if rule and rule not in ids:
        table.add(
            "rule",
            f'there is no rule "{rule}"',
            f"{suggestion(rule, ids)}Known are {', '.join(ids)}",
        )
    table.required("state", "firing")
    scope = table.values.get("scope")
    if scope is not None and not isinstance(scope, str):
        table.add("scope", f"this is {kind_of(scope)}", 'Write "queue:sales", or "" for the floor')
        scope = None
    return Expectation(
        after_ms=table.read("by" if by else "at", duration_ms, 0),
        rule=rule,
        scope="" if scope == "floor" else scope,
        state=table.read("state", lambda value: one_of(value, STATES, "state"), NONE),
        by=by,
        line=table.findings.positions.key(table.path).line or 0,
    )


def _named(kind: str, name: str) -> str:
    """`queue:sales` names the queue sales; parts and people are named as they are."""
    if kind not in COUNTS:
        return name
    sort, colon, queue = name.partition(":")
    if sort != "queue" or not colon or not queue:
        raise ValueMistakeError(f'"{name}" is no queue', f'Write {kind}."queue:sales" = "10x30"')
    return queue


def _step(value: Any) -> Millis:
    step_ms = duration_ms(value)
    if not 1_000 <= step_ms <= 3_600_000:
        raise ValueMistakeError("a step is from 1 s to 1 h", 'Write for instance "1 min"')
    return step_ms


def _start(value: Any) -> datetime:
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            value = None
    if not isinstance(value, datetime) or value.tzinfo is not None:
        raise ValueMistakeError("this is no local time", 'Write "2026-11-23 09:00"')
    return value
