"""The plan-breaks command: who goes when, who has no place and why, and what is wrong in its files."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console
from typer.testing import CliRunner

from floorwatch.break_table import Wishes, planned, run
from floorwatch.commands import app
from floorwatch.settings_values import ValueMistakeError
from floorwatch.staffing_table import Form

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = 1_795_406_400_000
"""2026-11-23 12:00 in Shanghai."""
BEFORE = NOON - 12 * 3_600_000
HEAD = "agent,date,start,end,team,queues,meal_min,meal_hours,break_min"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    forecast, roster = tmp_path / "forecast.csv", tmp_path / "roster.csv"
    calls = {hour: 60 if hour in (10, 11) else 30 for hour in range(8, 18)}
    rows = [f"sales,2026-11-23 {hour:02}:00,{count}" for hour, count in calls.items()]
    forecast.write_text("\n".join(["queue,start,calls", *rows]))
    people = [
        f"{1001 + n},2026-11-23,08:00,16:30,early,sales,45,11:00-13:30,15+15" for n in range(8)
    ]
    roster.write_text("\n".join([HEAD, *people]))
    return forecast, roster


def wishes(files: tuple[Path, Path], **known: object) -> Wishes:
    return Wishes(forecast=files[0], roster=files[1], handling_s=300, patience_s=180, **known)  # type: ignore[arg-type]  # what a test says


def test_everybody_goes_within_the_limits(files: tuple[Path, Path]) -> None:
    (plan,) = planned(wishes(files, cap=2), SHANGHAI, BEFORE)
    assert any(each.start_at is None for each in plan.breaks)
    (plan,) = planned(wishes(files, cap=3), SHANGHAI, BEFORE)
    assert all(each.start_at is not None for each in plan.breaks)
    away: Counter[tuple[str, int]] = Counter()
    for each in plan.breaks:
        assert each.start_at is not None
        for at in range(each.start_at, each.start_at + each.length_ms, 900_000):
            away[each.agent, at] += 1
    assert max(away.values()) == 1, "nobody has two breaks at once"
    at_once = Counter(at for _, at in away)
    assert max(at_once.values()) <= 3
    assert plan.lost_without < plan.lost < plan.lost_early
    exact = planned(wishes(files, cap=3, exact=True), SHANGHAI, BEFORE)
    assert exact[0].lost <= plan.lost * 1.001
    assert plan.lost <= exact[0].lost * 1.05


def test_who_has_no_place_is_told_why(files: tuple[Path, Path]) -> None:
    def why(**known: object) -> set[str]:
        now = int(str(known.pop("now", BEFORE)))
        (plan,) = planned(wishes(files, **known), SHANGHAI, now)
        return {each.why.value for each in plan.breaks if each.why is not None}

    assert why(cap=0) == {"full"}
    assert why(least={"sales": 8}) == {"least"}
    assert "late" in why(now=NOON + 2 * 3_600_000)
    (plan,) = planned(wishes(files, notice_min=30), SHANGHAI, NOON)
    starts = [each.start_at for each in plan.breaks if each.start_at is not None]
    assert min(starts) >= NOON + 1_800_000


def test_the_three_forms_say_the_same(files: tuple[Path, Path]) -> None:
    def printed(**known: object) -> str:
        out = Console(file=io.StringIO(), width=120)
        run(wishes(files, cap=2, **known), BEFORE, out)
        assert isinstance(out.file, io.StringIO)
        return out.file.getvalue()

    rows = list(csv.DictReader(io.StringIO(printed(form=Form.CSV))))
    told = json.loads(printed(form=Form.JSON))
    assert [row["start"] or None for row in rows] == [each["start"] for each in told["breaks"]]
    assert rows[0]["start"].startswith("2026-11-23T")
    assert rows[0]["end"] > rows[0]["start"]
    assert max(told["groups"][0]["away"]) == 2
    table, chinese = printed(), printed(language="zh")
    assert "sales: " in table
    assert "no place: as many are away" in table
    assert "同时离席人数已满" in chinese
    assert "用餐" in chinese


def test_mistakes_are_named(files: tuple[Path, Path]) -> None:
    forecast, roster = files
    with pytest.raises(ValueMistakeError, match="no shift that begins then"):
        planned(wishes(files, date="2026-11-24"), SHANGHAI, BEFORE)
    with pytest.raises(ValueMistakeError, match=r"nobody of roster\.csv is in such a group"):
        planned(wishes(files, least={"sale": 2}), SHANGHAI, BEFORE)
    roster.write_text(f"{HEAD}\n1001,2026-11-23,08:00,16:30,early,slaes,,,\n")
    with pytest.raises(ValueMistakeError, match=r'queue "slaes" of agent 1001.*mean "sales"'):
        planned(wishes(files), SHANGHAI, BEFORE)
    roster.write_text(f"{HEAD}\n1001,2026-11-23,08:00,morning,early,sales,,,\n")
    command = ["plan-breaks", str(forecast), str(roster), "--handling", "300"]
    result = CliRunner().invoke(app, command)
    assert result.exit_code == 1
    assert f'{roster}:2: error: end: "morning" is no time of day' in result.output
    result = CliRunner().invoke(app, [*command, "--min", "sales"])
    assert "Write a group and a number: sales=12" in result.output
