"""The rules of the alerts file: what it says is what is watched, and each mistake has its place."""

from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.defaults import DEFAULTS
from alerts.rules import DAY_MS, WEEK_MS, Budget, Rule
from alerts.sentences_of_rules import (
    consequence,
    false_alarms_a_week,
    open_hours,
    rule_name,
    rule_sentence,
)
from alerts.words import Severity
from floorwatch.alert_file import KEYS, AlertSetup, check, load, parse
from floorwatch.rule_file_kinds import FIELDS, TYPES
from floorwatch.rule_file_values import budget, fewer, limit, more, share
from floorwatch.settings_problems import SettingsError
from floorwatch.settings_values import ValueMistakeError
from stream.sites import QueueCard, Site

ROOT = Path(__file__).parents[2]
SITE = Site(id="hq", time_zone="Asia/Shanghai", queues={"sales": QueueCard(id="sales")})
PAGE = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")


def rules_of(text: str) -> dict[str, Any]:
    return {rule.id: rule for rule in parse(text, SITE).rules.rules}


def problems_of(text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        parse(text, SITE)
    return [str(problem) for problem in caught.value.problems]


def test_without_a_file_the_rules_are_there() -> None:
    assert AlertSetup().rules.rules == DEFAULTS
    assert parse("", SITE).rules.rules == DEFAULTS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 a week for the whole floor", Budget(1, WEEK_MS)),
        ("1 per week for each queue", Budget(1, WEEK_MS, each_scope=True)),
        ("At most 2 false alarms a month.", Budget(2, 30 * DAY_MS)),
        ("one a quarter", Budget(1, 91 * DAY_MS)),
        ("0.5 per day, for every queue", Budget(0.5, DAY_MS, each_scope=True)),
        ("全场每周最多1次误报", Budget(1, WEEK_MS)),
        ("每个队列每月最多 2 次", Budget(2, 30 * DAY_MS, each_scope=True)),
        ("每天两次", Budget(2, DAY_MS)),
    ],
)
def test_promises_are_sentences(text: str, expected: Budget) -> None:
    assert budget(text) == expected


@pytest.mark.parametrize("text", ["", "never", "1 a fortnight", "0 a week", "-1 a week", 1, None])
def test_what_promises_nothing_is_a_mistake(text: object) -> None:
    with pytest.raises(ValueMistakeError) as caught:
        budget(text)
    assert caught.value.mend


@given(st.text(max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    for reader in (share, more, fewer):
        with suppress(ValueMistakeError):
            assert 0 <= reader(text) <= 20
    with suppress(ValueMistakeError):
        assert budget(text).alarms > 0


def test_shares_times_and_limits() -> None:
    assert share("5 %") == share(0.05) == 0.05
    assert more("x1.5") == more("1.5 倍") == more(1.5) == 1.5
    assert fewer("50 %") == fewer(0.5) == 0.5
    assert limit("3 min", "longest_wait_ms") == 180_000
    assert limit("80 %", "service_level") == 0.8
    assert limit(10, "waiting") == 10
    for wrong, of in ((10, "longest_wait_ms"), (80, "service_level"), ("5", "waiting")):
        with pytest.raises(ValueMistakeError):
            limit(wrong, of)


def test_knobs_turn_every_rule_that_does_not_say_it_itself() -> None:
    rules = rules_of("""
        [knobs]
        false_alarms = "1 a month"
        surge_from = 2
        open = ["Mon-Fri 08:00-20:00"]
        [[rule]]
        like = "silence"
        false_alarms = "1 a day"
        [[rule]]
        id = "wait"
        kind = "threshold"
        metric = "waiting"
        above = 10
        """)
    assert rules["surge"].from_ratio == 2
    assert rules["dropped"].budget == Budget(1, 30 * DAY_MS)
    assert rules["silence"].budget == Budget(1, DAY_MS)
    zone = ZoneInfo("Asia/Shanghai")
    monday = round(datetime(2026, 11, 23, 8, 0, tzinfo=zone).timestamp() * 1000)
    for id in ("surge", "silence", "wait"):
        assert rules[id].hours.holds(monday)
        assert not rules[id].hours.holds(monday - 1)


def test_a_rule_is_changed_copied_added_or_switched_off() -> None:
    rules = rules_of("""
        [[rule]]
        like = "surge"
        from = "x2"
        severity = "critical"
        for = "10s"
        [[rule]]
        id = "surge-vip"
        like = "surge"
        scopes = ["queue:vip", "floor"]
        [[rule]]
        like = "collapse"
        off = true
        [[rule]]
        id = "lunch"
        kind = "agent"
        state = "not_ready"
        reason = "lunch*"
        longer = "45 min"
        names = { zh = "用餐超时" }
        [[rule]]
        id = "sl"
        kind = "threshold"
        metric = "service_level"
        below = "60 %"
        recover = "75 %"
        over = "interval"
        least = 20
        once = true
        [[rule]]
        id = "lines"
        kind = "component"
        kinds = ["trunk", "link"]
        degraded = true
        """)
    assert (rules["surge"].from_ratio, rules["surge"].severity) == (2, Severity.CRITICAL)
    assert rules["surge"].for_ms == 10_000
    assert rules["surge"].names == DEFAULTS[0].names
    assert rules["surge-vip"].scopes == ("queue:vip", "")
    assert rules["surge-vip"].from_ratio == 2
    assert "collapse" not in rules
    assert (rules["lunch"].reason, rules["lunch"].longer_ms) == ("lunch*", 2_700_000)
    level = rules["sl"]
    assert (level.limit, level.below, level.recover) == (0.6, True, 0.75)
    assert (level.over, level.least, level.once, level.scopes) == (
        "interval",
        20,
        True,
        ("queue:*",),
    )
    assert (rules["lines"].kinds, rules["lines"].degraded) == (("trunk", "link"), True)


@pytest.mark.parametrize(
    ("text", "place", "hint"),
    [
        ('[knobs]\nfalse_alarm = "1 a week"', ":2:1: error: knobs.false_alarm", '"false_alarms"'),
        ('[knobs]\nopen = "always"', ":2:8: error: knobs.open", "Mon-Fri"),
        ('[[rule]]\nlike = "surgee"', ":2:8: error: rule[1].like", 'Did you mean "surge"'),
        ('[[rule]]\nid = "surge"\nkind = "surge"', ":2:6", 'Write like = "surge"'),
        ('[[rule]]\nid = "x"', ":1:", 'kind = "threshold"'),
        ('[[rule]]\nid = "x"\nkind = "treshold"', ":3:8", 'Did you mean "threshold"'),
        ('[[rule]]\nkind = "adapter"', ":1:", "id is missing"),
        ('[[rule]]\nlike = "surge"\nabove = 3', ":3:9", "Its keys are from, false_alarms, open"),
        ('[[rule]]\nlike = "surge"\nkind = "surge"', ":3:8", "Take it out"),
        ('[[rule]]\nlike = "surge"\nfrom = 0.5', ":3:8", "half as many again"),
        ('[[rule]]\nlike = "surge"\nscopes = ["quue:*"]', ":3:11", 'Did you mean "queue"'),
        ('[[rule]]\nlike = "surge"\npolicy = "vip"', ":3:10", "Known are default"),
        ('[[rule]]\nlike = "surge"\n[[rule]]\nlike = "surge"', ":4:8", "given twice"),
        (
            '[[rule]]\nid = "x"\nkind = "threshold"\nmetric = "waitin"\nabove = 3',
            ":4:10",
            'Did you mean "waiting"',
        ),
        ('[[rule]]\nid = "x"\nkind = "threshold"\nabove = 3', ":1:", 'metric = "waiting"'),
        ('[[rule]]\nid = "x"\nkind = "threshold"\nmetric = "waiting"', ":1:", "above = 10"),
        (
            '[[rule]]\nid = "x"\nkind = "threshold"\nmetric = "waiting"\nabove = 3\nrecover = 5',
            ":6:11",
            "below the limit",
        ),
        (
            '[[rule]]\nid = "x"\nkind = "threshold"\nmetric = "asa_ms"\nabove = 3',
            ":5:9",
            "its unit",
        ),
        ('[[rule]]\nid = "x"\nkind = "agent"', ":1:", "unanswered = 3"),
        ('[[rule]]\nid = "x"\nkind = "agent"\nstate = "not_ready"', ":1:", 'longer = "15 min"'),
        (
            '[[rule]]\nid = "x"\nkind = "component"\nkinds = ["trunks"]',
            ":4:10",
            'Did you mean "trunk"',
        ),
    ],
)
def test_each_mistake_has_its_place_and_its_cure(text: str, place: str, hint: str) -> None:
    problems = problems_of(text)
    assert len(problems) == 1
    assert place in problems[0]
    assert hint in problems[0]


def test_all_mistakes_are_found_at_once(tmp_path: Path) -> None:
    file = tmp_path / "alerts.toml"
    file.write_text('[[rule]]\nlike = "x"\n[[rule]]\nid = "y"\nkind = "z"\n', encoding="utf-8")
    assert len(check(file, SITE, {})) == 2
    assert check(tmp_path / "none.toml", SITE, {})[0].what.startswith("the file cannot be read")
    file.write_text("[[rule]\n", encoding="utf-8")
    assert "not TOML" in str(check(file, SITE, {})[0])


def test_the_example_is_right_and_the_page_names_every_key() -> None:
    setup = load(ROOT / "deploy" / "alerts.example.toml", SITE, {})
    assert setup.warnings == ()
    assert {"long-wait", "service-level", "break-over"} <= {rule.id for rule in setup.rules.rules}
    keys = {*KEYS["knobs"], *KEYS["rule"], *TYPES, *(rule.id for rule in DEFAULTS)}
    assert [key for key in sorted(keys) if f"`{key}`" not in PAGE] == []


def test_every_kind_of_rule_can_be_said() -> None:
    assert set(FIELDS) == set(TYPES.values())
    rules = load(ROOT / "deploy" / "alerts.example.toml", SITE, {}).rules.rules
    for rule in (*rules, *DEFAULTS, TYPES["short_calls"](id="short")):
        for language in ("zh", "en", "fr"):
            sentence = rule_sentence(rule, language)
            assert sentence
            assert "{" not in sentence + consequence(rule, language) + rule_name(rule, language)


def sentence_of(text: str, id: str, language: str) -> str:
    rule: Rule = rules_of(text)[id]
    return rule_sentence(rule, language)


def test_rules_in_plain_words() -> None:
    text = '[knobs]\nopen = ["Mon-Fri 08:00-20:00", "Sun 09:00-12:00"]'
    english = "At most 1 false alarm a week for the whole floor; from ×1.5; "
    english += "Mon-Fri 08:00-20:00, Sun 09:00-12:00; over once it is gone for 5 min"
    assert sentence_of(text, "surge", "en") == english
    chinese = "全场每周最多 1 次误报；从 1.5 倍起报；周一至周五 08:00-20:00、周日 09:00-12:00；"
    assert sentence_of(text, "surge", "zh").startswith(chinese)
    assert open_hours(rules_of("")["surge"].hours, "en") == ""


def test_consequences_follow_from_the_promise() -> None:
    surge = rules_of("")["surge"]
    assert consequence(surge, "en", (60,)) == "at 60 calls/h a doubling is seen in about 18 min"
    assert consequence(surge, "zh", (60,)) == "每小时 60 通时，来电翻倍约 18 分钟可见"
    rare = rules_of('[knobs]\nfalse_alarms = "1 a year"')["surge"]
    assert consequence(rare, "en", (60,)) > consequence(surge, "en", (60,))
    assert consequence(surge, "en", (60,), scopes=50) == (
        "at 60 calls/h a doubling is seen in about 28 min"
    )
    assert consequence(rules_of("")["adapter"], "en") == ""
    assert false_alarms_a_week(DEFAULTS) == 7
