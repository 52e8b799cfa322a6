"""Who is told, and when: by policy, shift and team."""

import pytest

from alerts.care import Care, Grouping, Person, Policy, Shift, Step
from alerts.hours import Hours, Span
from alerts.rules import SilenceRule
from alerts.words import Severity

# The clock of these tests begins on a Tuesday at 22:13:20 UTC.
EVENING = Hours((Span(14 * 60, 22 * 60 + 20),))
NIGHT = Hours((Span(22 * 60 + 20, 6 * 60),))
PEOPLE = {
    person.id: person
    for person in (
        Person(id="li", channels=("wecom-li",)),
        Person(id="wang", channels=("wecom-red", "mail"), mentions={"wecom-red": "13800138000"}),
        Person(id="chen", channels=("mail",), mentions={"mail": "chen@example.com"}),
        Person(id="zhou", mentions={"wecom-night": "zhou.id"}),
    )
}
SHIFTS = (
    Shift(
        hours=EVENING,
        teams=("red",),
        queues=("sales*",),
        channels=("wecom-red",),
        lead="wang",
        manager="chen",
    ),
    Shift(hours=EVENING, teams=("blue",), queues=("support",), persons=("li",), lead="li"),
    Shift(hours=NIGHT, channels=("wecom-night",), lead="zhou", manager="chen"),
)
CARE = Care(persons=PEOPLE, shifts=SHIFTS, channels=("wecom-red", "wecom-night", "mail"))


def sent(line) -> list[tuple[int, str, str, tuple[str, ...]]]:
    start = line.now - round(line.seconds * 1_000)
    return [((n.at - start) // 1_000, str(n.word), n.channel, n.mentions) for n in line.notices]


def test_the_team_then_its_lead_then_the_manager(make_line) -> None:
    line = make_line(CARE)
    line.hold("silence", "queue:sales")
    line.go(399)
    assert sent(line) == [
        (5, "fired", "wecom-red", ()),
        (180, "escalated", "wecom-red", ("13800138000",)),
        (180, "escalated", "mail", ()),
    ]
    assert line.only["level"] == 1
    assert line.only["next_at"] == line.now + 201_000


def test_a_shift_that_changes_meanwhile_is_the_one_that_is_told(make_line) -> None:
    line = make_line(CARE)
    line.hold("silence", "queue:support")
    line.go(790)
    assert sent(line) == [
        (5, "fired", "wecom-li", ()),
        (180, "escalated", "wecom-li", ()),
        # The night shift is on from second 400.
        (600, "escalated", "mail", ("chen@example.com",)),
    ]
    line.free("silence", "queue:support")
    line.go(100)
    assert [(word, channel) for _, word, channel, _ in sent(line)[3:]] == [
        *(("resolved", "wecom-li"), ("resolved", "mail")),
    ]


def test_an_agent_is_his_teams_business(make_line) -> None:
    line = make_line(CARE)
    line.hold("unreachable", "agent:li", ago=30)
    line.go(20)
    assert sent(line) == [(15, "fired", "wecom-red", ())]


def test_who_has_no_channel_of_his_own_is_called_by_name_on_that_of_his_shift(make_line) -> None:
    line = make_line(CARE)
    line.go(460, step=10)
    line.hold("silence", "queue:sales")
    line.go(200)
    assert sent(line)[-1] == (640, "escalated", "wecom-night", ("zhou.id",))


def test_where_nobody_is_named_every_channel_is_told(make_line) -> None:
    line = make_line(Care(channels=("a", "b")))
    line.hold("silence", "queue:sales")
    line.go(700)
    assert [(word, channel) for _, word, channel, _ in sent(line)] == [
        *(("fired", "a"), ("fired", "b"), ("escalated", "a")),
        *(("escalated", "b"), ("escalated", "a"), ("escalated", "b")),
    ]


def test_it_repeats_while_nobody_takes_it_on(make_line) -> None:
    line = make_line(CARE)
    line.go(460, step=10)
    line.hold("silence", "queue:sales")
    line.go(2 * 3_600, step=10)
    assert [(at - 460, word, channel) for at, word, channel, _ in sent(line)][2:] == [
        (600, "escalated", "mail"),
        *(
            (at, "repeated", name)
            for at in (2_400, 4_200, 6_000)
            for name in ("wecom-night", "mail")
        ),
    ]
    assert sent(line)[-2:] == [
        (6_460, "repeated", "wecom-night", ("zhou.id",)),
        (6_460, "repeated", "mail", ("chen@example.com",)),
    ]


def test_the_policy_is_that_of_the_firing(make_line) -> None:
    line = make_line(CARE)
    line.hold("silence", "queue:sales")
    line.go(10)
    line.care = Care(policies={"default": Policy(steps=())}, channels=("x",))
    line.restart()
    line.go(200)
    assert sent(line)[-1][:2] == (180, "escalated")
    line.hold("mass_sign_out", "team:blue")
    line.go(30)
    assert {notice.incident for notice in line.notices} == {next(iter(line.incidents))}


def test_a_policy_of_its_own(make_line) -> None:
    steps = (Step(60_000, ("channel:pager",)), Step(90_000, ("person:chen", "lead")))
    rules = {"s": SilenceRule(id="s", policy="night", severity=Severity.CRITICAL)}
    care = Care(
        policies={"night": Policy(steps=steps, repeat_ms=0)},
        persons=PEOPLE,
        shifts=SHIFTS,
        grouping=Grouping(critical_wait_ms=0),
    )
    line = make_line(care, rules)
    line.hold("s", "queue:sales")
    line.go(7_200)
    assert sent(line) == [
        (60, "fired", "pager", ()),
        (90, "escalated", "mail", ("chen@example.com",)),
        (90, "escalated", "wecom-red", ("13800138000",)),
    ]


def test_a_failing_channel_is_told_on_the_others(make_line) -> None:
    line = make_line(CARE)
    line.hold("component", "channel:wecom-red")
    line.go(20)
    assert [channel for _, _, channel, _ in sent(line)] == ["wecom-li"]
    line = make_line(Care(channels=("a", "b", "c"), shifts=(Shift(channels=("a",)),)))
    line.hold("component", "channel:a")
    line.go(20)
    assert [channel for _, _, channel, _ in sent(line)] == ["b", "c"]


def test_after_a_long_absence_steps_do_not_come_all_at_once(make_line) -> None:
    line = make_line(CARE)
    line.hold("silence", "queue:sales")
    line.go(10)
    line.seconds += 5_000
    line.restart()
    line.judge()
    line.go(419)
    assert [(word, at) for at, word, _, _ in sent(line)] == [
        *(("fired", 5), ("escalated", 5_010)),
    ]
    line.go(1)
    assert sent(line)[-1] == (5_430, "escalated", "mail", ("chen@example.com",))


@pytest.mark.parametrize("gap", [1, 2, 5])
def test_steps_come_on_time_whatever_the_clock_ticks(make_line, gap: int) -> None:
    line = make_line(Care(channels=("a",)))
    line.hold("silence", "queue:sales")
    line.go(700, step=gap)
    for (at, _, _, _), due in zip(sent(line), (5, 180, 600), strict=True):
        assert due <= at < due + gap
