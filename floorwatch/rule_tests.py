"""Runs rule unit tests: drawn events through the very floor and engine that run live."""

from collections.abc import Iterator
from dataclasses import dataclass

from alerts.alert import Alert
from alerts.engine import Engine
from alerts.words import Station
from floorwatch.rule_test_file import MUTED, NEVER, NONE, Expectation, RuleTest, RuleTests
from ingest.events import Millis
from stream.floor import Floor


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What became of one expectation: `found` says what was there instead, or as well."""

    test: str
    expectation: Expectation
    ok: bool
    found: str


class _Story:
    """When which alert fired, by the incident journal."""

    def __init__(self) -> None:
        self.fired: list[tuple[Millis, str, str]] = []

    def note(self, engine: Engine) -> None:
        """Take over what was written down since the last time."""
        for entry in engine.outcome().entries:
            if entry.what == "fired":
                self.fired.append((entry.at, entry.rule, entry.scope))


def run(tests: RuleTests) -> Iterator[Verdict]:
    """A verdict for each expectation, test by test, in the order of time."""
    for test in tests.tests:
        yield from _run(tests, test)


def _run(tests: RuleTests, test: RuleTest) -> Iterator[Verdict]:
    drawing = test.drawing
    engine = Engine(
        Floor(tests.site),
        tests.setup.rules.rules,
        tests.setup.care,
        forecast=drawing.forecast(),
    )
    ordered = sorted(test.expectations, key=lambda each: each.after_ms)
    end_at = drawing.start_at + max((each.after_ms for each in ordered), default=0)
    story = _Story()
    events = drawing.events(max(end_at, drawing.start_at))
    event = next(events, None)
    for expectation in ordered:
        at = drawing.start_at + expectation.after_ms
        while event is not None and event.recvtime <= at:
            engine.catch_up(event.recvtime)
            if engine.floor.apply(event):
                engine.take(event)
            story.note(engine)
            event = next(events, None)
        engine.catch_up(at)
        engine.tick(at)
        story.note(engine)
        yield _judged(test, expectation, engine, story, at)


def _judged(
    test: RuleTest, expected: Expectation, engine: Engine, story: _Story, at: Millis
) -> Verdict:
    now = [a for a in engine.life.state.alerts.values() if a.station is not Station.ENDED]
    mine = [alert for alert in now if _speaks(expected, alert.rule, alert.scope)]
    fired = any(_speaks(expected, rule, scope) for _, rule, scope in story.fired)
    if expected.state == NEVER:
        ok = not fired
    elif expected.state == NONE:
        ok = not mine
    elif expected.by and expected.state == Station.FIRING:
        ok = fired
    else:
        ok = any(_state(alert) == expected.state for alert in mine)
    start = test.drawing.start_at
    found = [f"{alert.rule} {alert.scope or 'floor'} is {_state(alert)}" for alert in now]
    found += [
        f"{rule} {scope or 'floor'} fired at {_clock(when - start)}"
        for when, rule, scope in story.fired
    ]
    return Verdict(
        test=test.name, expectation=expected, ok=ok, found=", ".join(found) or "no alert at all"
    )


def _state(alert: Alert) -> str:
    """Where it stands; `muted` if nobody is told of it because of another one."""
    return MUTED if alert.open and alert.inhibited_by else alert.station.value


def _speaks(expected: Expectation, rule: str, scope: str) -> bool:
    return rule == expected.rule and expected.scope in (None, scope)


def _clock(ms: Millis) -> str:
    minutes, seconds = divmod(ms // 1_000, 60)
    return f"{minutes}:{seconds:02} min"
