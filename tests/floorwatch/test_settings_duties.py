"""`[[site.walks.duty]]` and `[site.attendance]`: roles keep what we know of them."""

import pytest

from floorwatch.settings import parse
from floorwatch.settings_problems import SettingsError
from planning.attendance import Rules
from reports.walk_duty import DUTIES, WORKDAYS, Duty, Per

HOUR = 3_600_000


def test_without_a_word_nobody_owes_anything_and_a_minute_is_forgiven() -> None:
    site = parse("").sites[0]
    assert site.duties == DUTIES
    assert not any(duty.people for duty in site.duties)
    assert site.attendance == Rules() == Rules(grace_ms=60_000)


def test_a_role_of_ours_keeps_what_it_owes_and_another_says_it() -> None:
    read = parse("""
        [[site.walks.duty]]
        id = "senior"
        people = ["gao", "gao"]
        [[site.walks.duty]]
        id = "trainer"
        names = { zh = "培训", en = "Trainer" }
        owed = "90min"
        weekdays = ["Saturday", "sunday"]
        [site.attendance]
        grace = "3min"
        meals = ["canteen"]
    """)
    senior, trainer = read.sites[0].duties
    assert (senior.per, senior.owed_ms, senior.people) == (Per.WEEK, 2 * HOUR, ("gao",))
    assert senior.weekdays == WORKDAYS
    assert trainer == Duty(
        id="trainer",
        names={"zh": "培训", "en": "Trainer"},
        owed_ms=HOUR * 3 // 2,
        weekdays=frozenset({5, 6}),
    )
    rules = read.sites[0].attendance
    assert (rules.grace_ms, rules.meals, rules.breaks) == (180_000, {"canteen"}, Rules().breaks)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('duty = [{ people = ["a"] }]', "id is missing"),
        ('duty = [{ id = "lead" }, { id = "lead" }]', "is given twice"),
        ('duty = [{ id = "lead", per = "month" }]', "no span of a duty"),
        ('duty = [{ id = "lead", owed = "0s" }]', "this is nothing"),
        ('duty = [{ id = "lead", weekdays = ["mon"] }]', "is no weekday"),
        ('duty = [{ id = "lead", weekdays = "monday" }]', "this is a text"),
    ],
)
def test_mistakes_in_duties_are_told(text: str, what: str) -> None:
    with pytest.raises(SettingsError, match=what):
        parse(f"[site.walks]\n{text}")


def test_no_reason_is_a_meal_and_a_break() -> None:
    with pytest.raises(SettingsError, match="is a meal and a break"):
        parse('[site.attendance]\nmeals = ["tea"]\nbreaks = ["tea"]')
