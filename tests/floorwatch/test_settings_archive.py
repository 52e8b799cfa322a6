"""`[archive]`: where past days are kept, and for how long."""

from pathlib import Path

import pytest

from archive.care import Keeping
from floorwatch.settings import parse
from floorwatch.settings_problems import SettingsError


def test_without_a_word_about_it_the_archive_lies_among_the_data() -> None:
    archive = parse("").archive
    assert archive.root(Path("/srv/data")) == Path("/srv/data/archive")
    assert archive.keeping == Keeping(callers_days=90, keep_days=0, versions=20)


def test_all_of_it_can_be_said() -> None:
    text = '[archive]\nfolder = "past"\ncallers_days = 30\nkeep_days = 1100\nversions = 0'
    archive = parse(text, folder=Path("/etc/floorwatch")).archive
    assert archive.root(Path("/srv/data")) == Path("/etc/floorwatch/past")
    assert archive.keeping == Keeping(callers_days=30, keep_days=1100, versions=0)


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("callers_days = -1", "not a number of days"),
        ("keep_days = true", "not a number of days"),
        ('keep_days = "90"', "not a number of days"),
        ("versions = 5000", "not a number of versions"),
        ("days = 5", "knows no such key"),
    ],
)
def test_a_mistake_is_named_with_its_line(line: str, what: str) -> None:
    with pytest.raises(SettingsError, match=what) as caught:
        parse(f"[archive]\n{line}")
    assert caught.value.problems[-1].line == 2


def test_days_that_go_before_their_callers_are_hardly_meant() -> None:
    warnings = parse("[archive]\nkeep_days = 30").warnings
    assert "before their callers are erased" in str(warnings[-1])
