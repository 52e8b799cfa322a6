"""The weekly report, over journals that the life of alerts has written."""

import pytest

from alerts.budget_report import budget_report
from alerts.care import Care, Person, Shift
from alerts.hours import Hours, Span
from alerts.notices import Entry

HOUR = 3_600_000


@pytest.fixture
def week(line):
    """Three alarms: one acknowledged and useful, one false, one that nobody looked at."""
    line.start = line.now
    line.hold("silence", "queue:sales")
    line.go(65)
    line.do("acknowledge", incident=line.only_id)
    line.free("silence", "queue:sales")
    line.go(600)
    line.do("verdict", incident=line.only_id, verdict="false")
    line.do("verdict", incident=line.only_id, verdict="useful")
    line.hold("component", "trunk:a")
    line.go(200)
    line.free("component", "trunk:a")
    line.go(3_600, step=10)
    line.do("verdict", incident=list(line.incidents)[-1], verdict="false")
    line.hold("surge", "queue:sales")
    line.go(100)
    line.free("surge", "queue:sales")
    line.go(10)
    line.hold("surge", "queue:sales")
    line.go(10)
    line.free("surge", "queue:sales")
    line.go(1_000, step=10)
    return line


def test_a_week(week) -> None:
    report = budget_report(week.entries, week.rules, Care(), week.start, week.start + 7 * 24 * HOUR)
    assert (report.alerts, report.alarms, report.escalations, report.flaps) == (3, 3, 1, 1)
    assert report.acknowledged == pytest.approx(1 / 3)
    assert report.median_ack_ms == 60_000
    assert report.useful == report.false == report.unjudged == pytest.approx(1 / 3)
    assert report.alarms_per_hour == pytest.approx(3 / 168)
    assert report.busiest == 1
    assert report.noisiest == ["component", "silence", "surge"]
    assert report.rules["silence"].useful == 1
    assert report.rules["component"].false == 1
    assert report.rules["component"].promised is None
    assert report.rules["surge"].promised == pytest.approx(1.0)
    assert report.rules["surge"].unjudged == 1
    assert report.rules["surge"].flaps == 1
    assert report.rules["collapse"].alarms == 0


def test_a_day_without_alarms_has_no_shares(line) -> None:
    report = budget_report([], line.rules, Care(), 0, 24 * HOUR)
    assert report.alarms_per_hour == 0
    assert report.acknowledged is report.useful is report.median_ack_ms is None
    assert report.noisiest == []
    assert report.rules["surge"].promised == pytest.approx(1 / 7)


def test_alarms_are_shared_among_those_on_duty() -> None:
    """Two supervisors for 12 hours, one for the other 12; an alarm heard by both, one by one."""
    day, night = Hours((Span(0, 720),)), Hours((Span(720, 1_440),))
    care = Care(
        persons={id: Person(id=id) for id in ("li", "wu", "xu")},
        shifts=(
            Shift(hours=day, persons=("li",), lead="wu"),
            Shift(hours=night, persons=("xu",)),
        ),
    )
    entries = [
        Entry(at=HOUR, incident="1", what="told", details={"channels": ["a"], "persons": []}),
        Entry(at=HOUR + 599_999, incident="2", what="told", details={"persons": ["li"]}),
        Entry(at=HOUR + 600_000, incident="3", what="told", details={"persons": ["li"]}),
        Entry(at=25 * HOUR, incident="1", what="acknowledged", who="Li"),
    ]
    report = budget_report(entries, {}, care, 0, 24 * HOUR)
    assert report.duty_hours == 36
    assert report.alarms_per_hour == pytest.approx(4 / 36)
    assert report.busiest == 2
    assert report.acknowledged == pytest.approx(1 / 3)
    assert report.median_ack_ms == 24 * HOUR


def test_the_head_of_an_incident_answers_for_it(line) -> None:
    """The cut-off calls fired first, but the trunk was the cause."""
    start = line.now
    line.hold("mass_end")
    line.go(20)
    line.hold("component", "trunk:a")
    line.go(60)
    line.free("mass_end")
    line.free("component", "trunk:a")
    line.go(600, step=10)
    report = budget_report(line.entries, line.rules, line.care, start, start + 24 * HOUR)
    assert {id: rule.alarms for id, rule in report.rules.items() if rule.alarms} == {"component": 1}
    assert report.alerts == 2
