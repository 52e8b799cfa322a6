"""Who is told of alerts, as the alerts file says it."""

import tomllib
from pathlib import Path

import pytest

from alerts.care import DEFAULT_POLICY, Care, Grouping, Step
from alerts.hours import EVERY_DAY, Hours, Span
from floorwatch.alert_care import CARE_KEYS, CARE_ROOT, read_care
from floorwatch.settings_hours import hours
from floorwatch.settings_positions import Positions
from floorwatch.settings_problems import Problem
from floorwatch.settings_reader import Findings, Table
from floorwatch.settings_values import ValueMistakeError
from stream.sites import QueueCard, Site

SITE = Site(
    id="hq",
    time_zone="Asia/Shanghai",
    queues={"sales": QueueCard(id="sales"), "support": QueueCard(id="support")},
    teams={"red": {"zh": "红组"}},
)
CHANNELS = ("wecom", "mail")
EXAMPLE = """
languages = ["en", "zh"]

[[person]]
id = "li"
names = { zh = "李娜" }
channels = ["wecom"]
mentions = { wecom = "13800138000", mail = "li@example.com" }

[[person]]
id = "chen"

[[duty]]
hours = ["Mon-Fri 08:00-20:00", "周六、周日 09:00-18:00"]
teams = ["red"]
queues = ["sales*"]
persons = ["li"]
channels = ["wecom"]
lead = "li"
manager = "chen"

[[policy]]
id = "vip"
repeat = "10 min"
step = [
  { after = "0s", tell = ["duty", "channel:mail"] },
  { after = "2 min", tell = ["lead", "manager", "person:chen"] },
]

[[maintenance]]
rule = "component"
scope = "trunk:*"
from = 2026-05-01T22:00:00
until = 2026-05-02T01:00:00+08:00
reason = "new card"

[[maintenance]]
hours = "Sun 02:00-04:00"

[quiet]
hours = "22:00-07:00"

[grouping]
wait = "30s"
settle = "2 min"
"""


def read(text: str) -> tuple[Care, list[Problem]]:
    findings = Findings("alerts.toml", Path(), Positions.of(text))
    keys = {"": CARE_ROOT, **CARE_KEYS}
    table = Table("", (), tomllib.loads(text), findings, keys)
    return read_care(table, SITE, CHANNELS), findings.problems


def test_an_empty_file_arranges_the_usual() -> None:
    care, problems = read("")
    assert problems == []
    assert care == Care(channels=CHANNELS)
    assert care.policy("default") == DEFAULT_POLICY
    assert [step.after_ms for step in DEFAULT_POLICY.steps] == [0, 180_000, 600_000]


def test_everything_that_can_be_said() -> None:
    care, problems = read(EXAMPLE)
    assert problems == []
    assert care.languages == ("en", "zh")
    assert care.persons["li"].mentions == {"wecom": "13800138000", "mail": "li@example.com"}
    assert care.persons["li"].channels == ("wecom",)
    (shift,) = care.shifts
    assert (shift.teams, shift.queues, shift.persons) == (("red",), ("sales*",), ("li",))
    assert (shift.lead, shift.manager, shift.channels) == ("li", "chen", ("wecom",))
    weekend = Span(540, 1_080, frozenset((5, 6)))
    assert shift.hours == Hours((Span(480, 1_200, frozenset(range(5))), weekend), "Asia/Shanghai")
    assert care.policy("vip").repeat_ms == 600_000
    assert care.policy("vip").steps == (
        Step(0, ("duty", "channel:mail")),
        Step(120_000, ("lead", "manager", "person:chen")),
    )
    card, weekly = care.maintenance
    assert (card.end - card.start, card.start) == (3 * 3_600_000, 1_777_644_000_000)
    assert card.holds("component", "trunk:a", card.start)
    assert not card.holds("component", "trunk:a", card.end)
    assert weekly.hours.spans == (Span(120, 240, frozenset((6,))),)
    assert care.quiet == Hours((Span(1_320, 420),), "Asia/Shanghai")
    assert care.grouping == Grouping(wait_ms=30_000, settle_ms=120_000)


@pytest.mark.parametrize(
    ("text", "key", "what"),
    [
        ('[[duty]]\nlead = "li"', "duty[1].lead", 'there is no person "li"'),
        ('[[duty]]\nteams = ["rde"]', "duty[1].teams[1]", 'there is no team "rde"'),
        ('[[duty]]\nchannels = ["x"]', "duty[1].channels[1]", 'there is no channel "x"'),
        ('[[duty]]\nqueues = ["sale"]', "duty[1].queues[1]", 'no queue is called "sale"'),
        ('[[duty]]\nhours = "8-20"', "duty[1].hours", '"8-20" is not hours of a week'),
        ('[[person]]\nid = "a"\n[[person]]\nid = "a"', "person[2].id", "given twice"),
        ('[[person]]\nnames = { en = "A" }', "person[1]", "id is missing"),
        ('[[person]]\nid = "a"\nmentions = { x = "1" }', "person[1].mentions.x", "no channel"),
        ('[[policy]]\nid = "p"\nstep = [{ after = "1s" }]', "policy[1].step[1]", "tell is missing"),
        (
            '[[policy]]\nid = "p"\nstep = [{ tell = ["boss"] }]',
            "policy[1].step[1].tell[1]",
            '"boss" is nobody',
        ),
        (
            '[[policy]]\nid = "p"\n[[policy.step]]\nafter = "1s"\ntell = ["duty"]\n'
            '[[policy.step]]\nafter = "1s"\ntell = ["lead"]',
            "policy[1].step[2].after",
            "not later",
        ),
        ('[[policy]]\nid = "p"\nrepeat = 30', "policy[1].repeat", "no unit"),
        ('[[maintenance]]\nscope = "trunk:*"', "maintenance[1]", "for ever"),
        ("[[maintenance]]\nuntil = 2026-05-01", "maintenance[1].until", "a day without a time"),
        (
            "[[maintenance]]\nfrom = 2026-05-01T03:00:00\nuntil = 2026-05-01T02:00:00",
            "maintenance[1].until",
            "not after from",
        ),
        ("[quiet]", "quiet", "hours is missing"),
        ('[grouping]\nwiat = "3s"', "grouping.wiat", "no such key"),
        ('languages = ["fr"]', "languages[1]", 'there is no language "fr"'),
    ],
)
def test_a_mistake_is_told_where_it_stands(text: str, key: str, what: str) -> None:
    (problem,) = read(text)[1]
    assert problem.key == key
    assert what in problem.what
    assert problem.line


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("08:00-20:00", Span(480, 1_200, EVERY_DAY)),
        ("Fri-Mon 22:00-06:00", Span(1_320, 360, frozenset((4, 5, 6, 0)))),
        ("monday 00:00-24:00", Span(0, 1_440, frozenset((0,)))),
        ("Mon, Wed-Thu 9:00 – 12:30", Span(540, 750, frozenset((0, 2, 3)))),
        ("周一至周五 08:00至20:00", Span(480, 1_200, frozenset(range(5)))),
        ("星期天 08:00~20:00", Span(480, 1_200, frozenset((6,)))),
    ],
)
def test_hours(text: str, span: Span) -> None:
    assert hours(text, "UTC") == hours([text], "UTC") == Hours((span,), "UTC")


@pytest.mark.parametrize(
    "value",
    ["", "always", 5, [], [8], "25:00-26:00", "08:60-09:00", "08:00-08:00", "Xyz 08:00-09:00"],
)
def test_no_hours(value: object) -> None:
    with pytest.raises(ValueMistakeError):
        hours(value, "UTC")
