"""The shift file: read with every mistake at once, over midnight and on nights of changed clocks."""

from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from floorwatch import settings as settings_file
from floorwatch import shift_file
from floorwatch.commands import app
from floorwatch.settings_problems import SettingsError, Severity
from planning.shifts import Pause, Shift, fits, overlapping

EXAMPLE = Path(__file__).parents[2] / "deploy" / "shifts.example.csv"
SHANGHAI = ZoneInfo("Asia/Shanghai")
HEAD = "agent,date,start,end,meal_min,meal_hours,break_min\n"


def at(text: str, zone: ZoneInfo = SHANGHAI) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=zone).timestamp()) * 1_000


def local(millis: int, zone: ZoneInfo = SHANGHAI) -> str:
    return f"{datetime.fromtimestamp(millis / 1_000, UTC).astimezone(zone):%d %H:%M}"


def one(row: str, zone: ZoneInfo = SHANGHAI) -> Shift:
    shifts, problems = shift_file.parse(HEAD + row, "shifts.csv", zone)
    assert problems == []
    (shift,) = shifts
    return shift


def mistakes(text: str) -> list[tuple[int | None, str, str]]:
    _, problems = shift_file.parse(text, "shifts.csv", SHANGHAI)
    return [(problem.line, problem.key, problem.what) for problem in problems]


def test_the_example_says_who_works_when() -> None:
    shifts = shift_file.read(EXAMPLE, SHANGHAI)
    assert [shift.agent for shift in shifts] == ["1001", "1002", "1003", "1002", "1004"]
    first, night = shifts[0], shifts[-1]
    assert (first.day, first.team, first.queues) == (date(2026, 11, 23), "early", ("sales", "vip"))
    assert (first.start_at, first.end_at) == (at("2026-11-23 08:00"), at("2026-11-23 16:30"))
    assert [(owed.pause, owed.length_ms // 60_000) for owed in first.owed] == [
        (Pause.MEAL, 45),
        (Pause.BREAK, 15),
        (Pause.BREAK, 15),
    ]
    windows = [(local(owed.since_at), local(owed.until_at)) for owed in first.owed]
    assert windows == [
        ("23 11:00", "23 13:30"),
        ("23 08:30", "23 12:15"),
        ("23 12:15", "23 16:00"),
    ]
    assert (night.day, local(night.end_at)) == (date(2026, 11, 23), "24 06:00")
    assert [local(night.owed[0].since_at), local(night.owed[0].until_at)] == [
        "24 01:00",
        "24 03:30",
    ]
    early, late = at("2026-11-23 12:00"), at("2026-11-23 14:00")
    assert [shift.agent for shift in overlapping(shifts, early, late)] == ["1001", "1003"]


def test_a_spreadsheet_of_ours_is_taken() -> None:
    text = "\ufeff姓名;工号;日期;上班;下班;班组;小休分钟\n李娜;1001;2026/11/3;8:00:00;24:00;早班;10\n\n"
    (shift,), problems = shift_file.parse(text, "班次.csv", SHANGHAI)
    assert problems == []
    assert (shift.agent, shift.team, local(shift.end_at)) == ("1001", "早班", "04 00:00")


def test_every_mistake_is_named_with_line_and_column() -> None:
    text = HEAD + (
        "1001,2026-02-30,08:00,16:00,,,\n"
        "1001,2026-11-23,8.00,16:00,,,\n"
        ",2026-11-23,08:00,16:00,,,\n"
        "1001,2026-11-23,08:00,16:00,45,noon,\n"
        "1001,2026-11-23,08:00,16:00,45,15:30-17:00,\n"
        "1001,2026-11-23,08:00,16:00,a lot,,\n"
        "1001,2026-11-23,08:00,09:00,,,15\n"
        "1001,2026-11-23,08:00\n"
        '1001,2026-11-23,08:00,16:00,,,"15\n'
        "1002,2026-11-23,08:00,16:00,,,\n"
        "1002,2026-11-23,15:30,20:00,,,\n"
        "1002,2026-11-23,20:00,22:00,,,\n"
    )
    assert mistakes(text) == [
        (2, "date", '"2026-02-30" is no day'),
        (3, "start", '"8.00" is no time of day'),
        (4, "agent", "nobody is named"),
        (5, "meal_hours", '"noon" are no hours'),
        (6, "meal_min", "45 min do not fit: the shift has 30 min for it"),
        (7, "meal_min", '"a lot" are no minutes up to 240'),
        (8, "break_min", "15 min do not fit: the shift has 0 min for it"),
        (9, "", "3 fields, where the first line has 7"),
        (10, "", "no line of a table: unexpected end of data"),
        (12, "start", "1002 is still at work then, by line 11"),
    ]
    ((line, column, _),) = mistakes("agent,day,start,end\n1,2,3,4\n")
    assert (line, column) == (1, "date")
    assert mistakes("") == [(None, "", "it holds no shift")]
    assert mistakes("agent,date,start,end,end\n")[0][1] == "end"
    assert len(mistakes(HEAD + "x\n" * 5_000)) == 100


def test_a_file_that_cannot_be_read_is_told_in_words(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        shift_file.read(tmp_path / "none.csv", SHANGHAI)
    (tmp_path / "gbk.csv").write_bytes("agent,date,start,end\n李,".encode("gbk"))
    with pytest.raises(SettingsError, match="line 2 is no UTF-8"):
        shift_file.read(tmp_path / "gbk.csv", SHANGHAI)


def test_hours_are_those_of_the_clock_on_the_wall() -> None:
    berlin = ZoneInfo("Europe/Berlin")
    spring = one("1001,2026-03-28,22:00,06:00,30,03:00-05:00,", berlin)
    assert spring.end_at - spring.start_at == 7 * 3_600_000
    assert local(spring.owed[0].since_at, berlin) == "29 03:00"
    autumn = one("1001,2026-10-24,22:00,06:00,30,03:00-05:00,", berlin)
    assert autumn.end_at - autumn.start_at == 9 * 3_600_000


clock = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")


@settings(max_examples=30)
@given(st.dates(date(2026, 3, 20), date(2026, 11, 10)), clock, clock, st.sampled_from((15, 45)))
def test_what_is_owed_lies_in_its_shift(day: date, start: str, end: str, minutes: int) -> None:
    text = f"{HEAD}1,{day},{start},{end},{minutes},,{minutes}+{minutes}\n"
    shifts, problems = shift_file.parse(text, "f", ZoneInfo("Europe/London"))
    assert len(shifts) + len(problems) == 1
    for shift in shifts:
        assert 0 < shift.end_at - shift.start_at <= 25 * 3_600_000
        assert len(shift.owed) == 3
        for owed in shift.owed:
            assert shift.start_at <= owed.since_at < owed.until_at <= shift.end_at
            assert fits(owed)


def test_settings_name_it_and_check_looks_into_it(tmp_path: Path) -> None:
    file, shifts = tmp_path / "floorwatch.toml", tmp_path / "shifts.csv"
    told = '[site]\nid = "north"\nshifts = "shifts.csv"\n[[site.agent]]\nid = "1001"\n'
    file.write_text(told)
    shifts.write_text("agent,date,start,end\n1O01,2026-11-23,08:00,16:00\n1001,2026-11-23,8,16\n")
    assert settings_file.load(file).sites[0].shifts == shifts
    result = CliRunner().invoke(app, ["check", str(file)])
    assert result.exit_code == 1
    assert f'{shifts}:2: warning: agent: the settings have no agent "1O01"' in result.output
    assert f'{shifts}:3: error: start: "8" is no time of day' in result.output
    shifts.unlink()
    problems = settings_file.check(file)
    assert (Severity.WARNING, "site.shifts") in [
        (problem.severity, problem.key) for problem in problems
    ]


def test_limits_of_breaks_are_read() -> None:
    site = settings_file.parse("[site.breaks]\ncap = 3\nleast = 2\n").sites[0]
    assert (site.breaks.cap, site.breaks.least) == (3, 2)
    assert (settings_file.parse("").sites[0].breaks.cap) is None
    with pytest.raises(SettingsError, match="Write a whole number of people"):
        settings_file.parse('[site.breaks]\ncap = "few"\n')
