"""Rule unit tests: a drawn floor gives the events that it means, and verdicts that are right."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from floorwatch.rule_test_drawing import STATES, Drawing, series, steps
from floorwatch.rule_test_file import load
from floorwatch.rule_tests import run
from floorwatch.rules_command import app
from floorwatch.settings_problems import SettingsError
from floorwatch.settings_values import ValueMistakeError
from ingest.events import Abandoned, Answered, Completed, Dropped, Heartbeat, Queued
from stream.floor import Floor
from stream.ledger import add_up
from stream.sites import Site

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "deploy" / "alerts.test.toml"
START = 1_795_312_800_000
MINUTE = 60_000


def test_a_series_has_a_word_for_each_step() -> None:
    assert steps("10x3 40 x2 7") == ("10", "10", "10", "40", "40", "7")
    assert steps("up x2 not_ready:meal ×3") == ("up", "up", *["not_ready:meal"] * 3)
    assert series("arrivals", "0 5x2") == ("0", "5", "5")


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("arrivals", "ten"),
        ("arrivals", "-1"),
        ("arrivals", ""),
        ("arrivals", "1x30000"),
        ("arrivals", "999999"),
        ("trunk", "upp"),
        ("agent", "meal"),
        ("feed", "degraded"),
        ("trunk", 5),
    ],
)
def test_what_cannot_be_drawn_is_a_mistake(kind: str, text: object) -> None:
    with pytest.raises(ValueMistakeError) as caught:
        series(kind, text)
    assert caught.value.mend


@given(st.text(max_size=40), st.sampled_from(["arrivals", "waiting", *STATES]))
def test_any_text_is_drawn_or_refused(text: str, kind: str) -> None:
    try:
        drawn = series(kind, text)
    except ValueMistakeError:
        return
    assert len(drawn) >= 1
    assert "" not in drawn


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 12), st.integers(0, 12)), min_size=1),
    st.lists(st.integers(0, 9), min_size=1, max_size=8),
)
def test_the_drawn_floor_counts_what_was_drawn(
    rows: list[tuple[int, int, int]], waiting: list[int]
) -> None:
    rows = [(n, min(n, a), min(n, a, d)) for n, a, d in rows[:6]]
    drawing = Drawing(
        START,
        MINUTE,
        {
            "arrivals": {"sales": tuple(str(n) for n, _, _ in rows)},
            "answers": {"sales": tuple(str(a) for _, a, _ in rows)},
            "dropped": {"sales": tuple(str(d) for _, _, d in rows)},
            "waiting": {"support": tuple(map(str, waiting))},
        },
    )
    floor = Floor(Site(id="hq"))
    events = list(drawing.events(drawing.end_at + 10 * MINUTE))
    assert [event.recvtime for event in events] == sorted(event.recvtime for event in events)
    for event in events:
        assert floor.apply(event)
        if not (event.recvtime - START) % MINUTE and isinstance(event.data, Heartbeat):
            step = (event.recvtime - START) // MINUTE
            if 0 < step <= len(waiting):
                # The beat of a step comes first of all in it: the step before still stands.
                assert len(floor.visits.waiting.get("support", ())) == waiting[step - 1]
    account = floor.state.ledger.queues.get("sales")
    sums = add_up(account.cells.values() if account is not None else [])
    assert sums["offered"] == sum(n for n, _, _ in rows)
    assert sums["answered"] == sum(a for _, a, _ in rows)
    assert sums["abandoned"] == sums["offered"] - sums["answered"]
    assert sums["dropped_talking"] == sum(d for _, _, d in rows)


def test_a_silent_feed_tells_nothing_and_a_call_is_told_whole() -> None:
    drawn = {"arrivals": {"sales": ("1",)}, "feed": {"pbx": ("up",) * 5 + ("silent",) * 2}}
    drawing = Drawing(START, MINUTE, drawn)
    events = list(drawing.events(drawing.end_at))
    assert [type(event.data) for event in events if not isinstance(event.data, Heartbeat)][1:] == [
        Queued,
        Answered,
        Completed,
    ]
    assert max(event.recvtime for event in events if event.recvtime < drawing.end_at) < (
        START + 5 * MINUTE
    )
    other = Drawing(
        START,
        MINUTE,
        {
            "arrivals": {"sales": ("2",)},
            "answers": {"sales": ("1",)},
            "dropped": {"sales": ("1",)},
        },
    )
    kinds = [type(event.data) for event in other.events(START + 5 * MINUTE)]
    assert kinds.count(Dropped) == kinds.count(Abandoned) == kinds.count(Answered) == 1


def test_the_example_passes() -> None:
    tests = load(EXAMPLE, {})
    verdicts = list(run(tests))
    assert [verdict.found for verdict in verdicts if not verdict.ok] == []
    assert len(verdicts) == sum(len(test.expectations) for test in tests.tests) >= 16


def test_what_is_not_met_is_told_with_what_was_found(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text(
        """
        [[test]]
        name = "a trunk"
        [test.series]
        trunk."a" = "up x2 down x3 up"
        [[test.expect]]
        at = "3 min"
        rule = "component"
        state = "none"
        [[test.expect]]
        at = "3 min"
        rule = "component"
        scope = "trunk:b"
        state = "firing"
        [[test.expect]]
        at = "6 min"
        rule = "component"
        state = "never"
        [[test.expect]]
        by = "6 min"
        rule = "component"
        scope = "trunk:a"
        state = "firing"
        """,
        encoding="utf-8",
    )
    result = CliRunner().invoke(app, ["test", str(file)])
    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert [line[:6] for line in lines if line[:2] in ("FA", "ok")] == ["FAILED"] * 3 + ["ok    "]
    assert "a trunk: line 6: at 3 min: component none" in lines[0]
    assert "component trunk:a is firing" in lines[1]
    assert "component trunk:a fired at 2:00 min" in lines[5]
    assert lines[-1].endswith("4 expectations, 3 failed")


def test_effects_that_a_cause_mutes_are_seen_to_be_muted(tmp_path: Path) -> None:
    file = tmp_path / "t.toml"
    file.write_text(
        """
        [[test]]
        [test.series]
        trunk."a" = "up x2 down x30"
        node."pbx" = "up x4 down x30"
        [[test.expect]]
        at = "3 min"
        rule = "component"
        scope = "trunk:a"
        state = "firing"
        [[test.expect]]
        at = "5 min"
        rule = "component"
        scope = "trunk:a"
        state = "muted"
        """,
        encoding="utf-8",
    )
    assert [verdict.ok for verdict in run(load(file, {}))] == [True, True]


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ("", ":1:1", "[[test]]"),
        ("[[test]]\n[test.series]\n", ":1:", "[[test.expect]]"),
        ('[[test]]\n[test.series]\narrival."queue:s" = "1"', ":3:", 'Did you mean "arrivals"'),
        ('[[test]]\n[test.series]\narrivals."sales" = "1"', ":3:", 'arrivals."queue:sales"'),
        ('[[test]]\n[test.series]\ntrunk."a" = "dwn"', ":3:", 'Did you mean "down"'),
        ('[[test]]\nstep = "0s"', ":2:", '"1 min"'),
        ('[[test]]\n[[test.expect]]\nat = "1 min"\nrule = "surg"', ":4:", 'Did you mean "surge"'),
        ('[[test]]\n[[test.expect]]\nrule = "surge"', ":2:", "by ="),
        ('start = "tomorrow"\n[[test]]', ":1:", "2026-11-23 09:00"),
    ],
)
def test_mistakes_of_a_test_file_have_their_place(
    tmp_path: Path, text: str, place: str, hint: str
) -> None:
    file = tmp_path / "t.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(file, {})
    assert any(place in str(p) and hint in str(p) for p in caught.value.problems), caught.value


def test_the_commands_show_and_check(tmp_path: Path) -> None:
    rules = str(ROOT / "deploy" / "alerts.example.toml")
    shown = CliRunner().invoke(app, ["show", rules, "--language", "zh", "--rate", "60"])
    assert shown.exit_code == 0
    assert "突发话务高峰" in shown.output.replace("\n", "")
    assert "全场每周最多 6 次误报" in shown.output
    assert CliRunner().invoke(app, ["check", rules]).exit_code == 0
    wrong = tmp_path / "a.toml"
    wrong.write_text('[[rule]]\nlike = "x"\n', encoding="utf-8")
    checked = CliRunner().invoke(app, ["check", str(wrong)])
    assert checked.exit_code == 1
    assert "rule[1].like" in checked.output
    assert CliRunner().invoke(app, ["show", str(wrong)]).exit_code == 1
