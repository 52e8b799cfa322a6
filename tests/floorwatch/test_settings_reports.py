"""`[site.reports]`: read whole, and every mistake named with its line and its cure."""

import pytest

from floorwatch import settings
from floorwatch.settings_problems import SettingsError
from reports.schedule import Form

WHOLE = """
[site.reports]
channel = "mail"
domains = ["example.com", "@Branch.example.com"]
[[site.reports.mail]]
id = "weekly"
report = "week"
at = "08:05"
weekdays = ["friday"]
language = "en"
forms = ["pdf", "xlsx"]
to = ["boss@example.com", "boss@example.com"]
[[site.reports.mail]]
id = "monthly"
report = "month"
at = "07:30"
day = 3
channel = "group"
"""


def test_what_the_file_says() -> None:
    read = settings.parse(WHOLE).sites[0].reports
    assert read.domains == ("example.com", "branch.example.com")
    weekly, monthly = read.mailings
    assert (weekly.report, weekly.at_min, weekly.weekdays) == ("week", 485, (4,))
    assert (weekly.language, weekly.forms) == ("en", (Form.PDF, Form.XLSX))
    assert weekly.to == ("boss@example.com",)
    assert (monthly.day, monthly.channel, monthly.to) == (3, "group", ())
    assert settings.parse("").sites[0].reports.mailings == ()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"week"', '"weak"', 'Did you mean "week"'),
        ('"08:05"', '"8 o\'clock"', "not a time of day"),
        ('["friday"]', '["friday", "monday"]', "once a week"),
        ('["friday"]', '["freitag"]', "no weekday"),
        ("day = 3", "day = 31", "1 to 28"),
        ("day = 3", 'weekdays = ["monday"]', "Write day = 1"),
        ('"boss@example.com", "', '"the boss", "', "not a mail address"),
        ('channel = "group"', "", "nobody is named"),
        ('channel = "mail"', "", "no channel carries"),
        ('"example.com", ', '"example", ', "not a domain"),
        ('["pdf", "xlsx"]', '["docx"]', "no form"),
        ('id = "monthly"', 'id = "weekly"', "given twice"),
        ("day = 3", 'secret = "x"', "secret_env"),
    ],
)
def test_every_mistake_is_named(old: str, new: str, told: str) -> None:
    assert old in WHOLE
    with pytest.raises(SettingsError, match="reports") as caught:
        settings.parse(WHOLE.replace(old, new, 1))
    assert told in str(caught.value)
