"""`floorwatch forecast`: what it writes is what alerts and wall read, and it says how sure it is."""

import csv
import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from typer.testing import CliRunner

from floorwatch import forecast_file
from floorwatch.commands import app

RUN = CliRunner()
SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MONDAY = date(2026, 1, 5)
HOUR = 3_600_000


def at(zone: ZoneInfo, *moment: int) -> int:
    return round(datetime(*moment, tzinfo=zone).timestamp()) * 1_000


def calls_of(queue: str, weekday: int, hour: int) -> int:
    return {"sales": 40, "vip": 6}[queue] + 2 * hour - 10 * (weekday >= 5 and queue == "sales")


def table(path: Path, days: int, first: date = MONDAY, until: int = 18) -> Path:
    """Two queues, half-hours from eight to six; of the last day until the hour `until`."""
    rows = ["queue,start,calls"]
    for number in range(days):
        day = first + timedelta(days=number)
        for half in range(16, 2 * (until if number == days - 1 else 18)):
            for queue in ("sales", "vip"):
                calls = calls_of(queue, day.weekday(), half // 2)
                rows.append(f"{queue},{day}T{half // 2:02}:{half % 2 * 30:02},{calls}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def ran(*arguments: object) -> str:
    result = RUN.invoke(app, ["forecast", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.output


def refused(*arguments: object) -> str:
    result = RUN.invoke(app, ["forecast", *map(str, arguments)])
    assert result.exit_code == 1, result.output
    return result.output


@pytest.fixture
def past(tmp_path: Path) -> Path:
    return table(tmp_path / "past.csv", 42)


def test_what_is_written_is_read_as_the_forecast_of_the_alerts(past: Path, tmp_path: Path) -> None:
    out = tmp_path / "forecast.csv"
    ran(f"counts+csv:{past}", "--out", out)
    told = forecast_file.read(out, SHANGHAI)
    for day, hour in ((16, 9), (17, 14), (21, 9)):
        start = at(SHANGHAI, 2026, 2, day, hour)
        for queue in ("sales", "vip"):
            due = 2 * calls_of(queue, date(2026, 2, day).weekday(), hour)
            assert told.expected(queue, start, start + HOUR) == pytest.approx(due, rel=0.03)
    night = at(SHANGHAI, 2026, 2, 16, 3)
    assert told.expected("sales", night, night + HOUR) is None
    assert told.weekly("") == pytest.approx(
        sum(
            2 * calls_of(q, d, h) for q in ("sales", "vip") for d in range(7) for h in range(8, 18)
        ),
        rel=0.1,
    )
    assert not list(tmp_path.glob("*.new"))


def test_the_rows_have_bounds_around_them(past: Path, tmp_path: Path) -> None:
    out = tmp_path / "forecast.csv"
    ran(f"counts+csv:{past}", "--days", "2", "--out", out)
    with out.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 2 * 2 * 20
    assert rows[0]["start"] == "2026-02-16T08:00:00+08:00"
    assert all(0 <= float(r["low"]) <= float(r["calls"]) <= float(r["high"]) for r in rows)


def test_it_says_how_well_it_has_worked_beside_chance(past: Path) -> None:
    text = ran(f"counts+csv:{past}")
    assert "2026-02-16 Mon" in text
    assert "sales, each of 21 past days from those before it: off by" in text
    assert "chance alone" in text


def test_json_holds_all_of_it(past: Path) -> None:
    told: dict[str, Any] = json.loads(ran(f"counts+csv:{past}", "--days", "1", "--json"))
    assert told["interval_ms"] == HOUR // 2
    assert told["known_until"] == "2026-02-15"
    sales = told["queues"]["sales"]
    assert sales["accuracy"]["interval"] < sales["accuracy"]["interval_floor"]
    [day] = sales["days"]
    assert day["date"] == "2026-02-16"
    assert sum(one["calls"] for one in day["intervals"]) == pytest.approx(day["calls"], abs=0.2)


def test_a_special_day_is_multiplied_and_an_unknown_one_told(past: Path, tmp_path: Path) -> None:
    special = tmp_path / "special.csv"
    special.write_text(
        "date,name,factor\n2026-02-17,春节,0.5\n2026-02-18,sale,\n", encoding="utf-8"
    )
    url = f"counts+csv:{past}"
    plain = json.loads(ran(url, "--days", "3", "--json"))["queues"]["sales"]["days"]
    result = RUN.invoke(app, ["forecast", url, "--days", "3", "--special", str(special), "--json"])
    days = json.loads(result.stdout)["queues"]["sales"]["days"]
    assert days[1]["calls"] == pytest.approx(plain[1]["calls"] / 2, abs=0.01)
    assert (days[1]["special"], days[1]["factor"]) == ("春节", 0.5)
    assert days[2]["calls"] == pytest.approx(plain[2]["calls"], abs=0.01)
    assert "2026-02-18 sale: no earlier day of this name" in result.stderr
    assert "春节 ×0.50" in ran(url, "--days", "3", "--special", special)


def test_of_a_day_begun_the_rest_is_told_first(tmp_path: Path) -> None:
    past = table(tmp_path / "past.csv", 42, until=12)
    out = tmp_path / "forecast.csv"
    text = ran(f"counts+csv:{past}", "--days", "1", "--out", out)
    assert "the rest of the day" in text
    with out.open(newline="") as file:
        starts = [row["start"] for row in csv.DictReader(file) if row["queue"] == "vip"]
    assert starts[0] == "2026-02-15T12:00:00+08:00"
    assert len(starts) == 12 + 20


@pytest.mark.parametrize(("sunday", "hours"), [((2026, 3, 29), 23), ((2026, 10, 25), 25)])
def test_the_day_of_a_clock_change_is_written_by_the_wall_clock(
    sunday: tuple[int, int, int], hours: int, tmp_path: Path
) -> None:
    first = date(*sunday) - timedelta(days=21)
    rows = [
        f"{first + timedelta(days=n)}T{hour:02}:00,{100 + 10 * hour}"
        for n in range(21)
        for hour in range(24)
    ]
    past, out = tmp_path / "past.csv", tmp_path / "forecast.csv"
    past.write_text("\n".join(["start,calls", *rows]) + "\n")
    ran(
        *(f"counts+csv:{past}", "--zone", "Europe/Berlin"),
        *("--interval", "60", "--days", "2", "--out", out),
    )
    assert len(out.read_text().splitlines()) == 1 + hours + 24
    told = forecast_file.read(out, BERLIN)
    for hour in (0, 1, 4, 23):
        start = at(BERLIN, *sunday, hour)
        assert told.expected("", start, start + HOUR) == pytest.approx(100 + 10 * hour, rel=0.02)
    # The hours since midnight are as many as the day has.
    since, until = at(BERLIN, *sunday), at(BERLIN, *sunday) + hours * HOUR
    skipped = 120 if hours == 23 else -120
    due = sum(100 + 10 * hour for hour in range(24)) - skipped
    assert told.expected("", since, until) == pytest.approx(due, rel=0.02)


HEAD = (
    "vru+line,call_id,priority,type,date,vru_entry,vru_exit,vru_time,"
    "q_start,q_exit,q_time,outcome,ser_start,ser_exit,ser_time,server\n"
)


def test_single_calls_are_counted_by_queue(tmp_path: Path) -> None:
    rows = []
    for number in range(14):
        for hour in range(9, 17):
            for nth in range(6):
                clock = f"{hour}:{nth * 10:02}:0"
                rows.append(
                    f"L1,{len(rows)},0,{'NW' if nth % 3 else 'PS'},9902{number + 1:02},"
                    f"{clock}0,{clock}5,5,{clock}5,{clock}9,4,AGENT,{clock}9,{clock}9,0,A1"
                )
    past, out = tmp_path / "calls.csv", tmp_path / "forecast.csv"
    past.write_text(HEAD + "\n".join(rows) + "\n")
    ran(f"calls+csv:{past}", "--zone", "Asia/Jerusalem", "--days", "1", "--out", out)
    told = forecast_file.read(out, ZoneInfo("Asia/Jerusalem"))
    ten = at(ZoneInfo("Asia/Jerusalem"), 1999, 2, 15, 10)
    assert told.expected("NW", ten, ten + HOUR) == pytest.approx(4, rel=0.05)
    assert told.expected("PS", ten, ten + HOUR) == pytest.approx(2, rel=0.05)
    assert told.expected("", ten, ten + HOUR) == pytest.approx(6, rel=0.05)


def test_one_day_is_enough(tmp_path: Path) -> None:
    past = table(tmp_path / "past.csv", 1)
    text = ran(f"counts+csv:{past}", "--days", "1")
    assert "too few past days" in text
    assert "2026-01-06 Tue" in text


def test_mistakes_name_file_line_and_option(past: Path, tmp_path: Path) -> None:
    url = f"counts+csv:{past}"
    assert "--interval 7" in refused(url, "--interval", 7)
    assert "past.csv: its intervals are of 30 minutes, longer than --interval 15" in refused(
        url, "--interval", 15
    )
    assert "--zone" in refused(url, "--zone", "Nowhere")
    assert "that is the past itself" in refused(url, "--out", past)
    assert "there is no folder" in refused(url, "--out", tmp_path / "absent" / "f.csv")
    assert "named twice" in refused(url, url)
    special = tmp_path / "special.csv"
    special.write_text("date,name\n2026-02-30,x\n")
    assert "special.csv:2: date: '2026-02-30'" in refused(url, "--special", special)
    special.write_bytes("date,name\n2026-02-01,春节\n".encode("gbk"))
    assert "special.csv: byte" in refused(url, "--special", special)
    assert "absent.csv" in refused("counts+csv:absent.csv")
    past.write_text("start,calls\n2026-01-05T09:00,x\n")
    assert "past.csv:2: calls: 'x'" in refused(url)


def test_the_same_times_in_two_files_are_no_more_calls(past: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    again.write_text(past.read_text())
    text = refused(f"counts+csv:{past}", f"counts+csv:{again}")
    assert "again.csv: 2026-01-05T08:00:00+08:00 is in past.csv, too" in text
    mixed = refused(f"counts+csv:{past}", f"calls+csv:{again}")
    assert "one kind at a time" in mixed


def test_where_nothing_opens_nothing_is_written(tmp_path: Path) -> None:
    past, out = tmp_path / "past.csv", tmp_path / "forecast.csv"
    rows = [
        f"{MONDAY + timedelta(days=7 * week + day)}T{hour:02}:00,30"
        for week in range(4)
        for day in range(5)
        for hour in range(8, 18)
    ]
    past.write_text("\n".join(["start,calls", *rows]) + "\n")
    url, wanted = f"counts+csv:{past}", ("--interval", 60, "--out", out)
    assert "no queue is open" in refused(url, "--days", 2, *wanted)
    assert not out.exists()
    ran(url, "--days", 3, *wanted)
    assert len(out.read_text().splitlines()) == 11


def test_a_queue_open_for_few_intervals_a_day_can_be_read_back(tmp_path: Path) -> None:
    past, out = tmp_path / "past.csv", tmp_path / "forecast.csv"
    days = [MONDAY + timedelta(days=number) for number in range(28)]
    rows = [f"{day}T{hour}:00,30" for day in days for hour in (10, 11, 12)]
    past.write_text("\n".join(["start,calls", *rows]) + "\n")
    ran(f"counts+csv:{past}", "--interval", 60, "--out", out)
    assert len(out.read_text().splitlines()) == 1 + 7 * 4, "an empty one more tells the interval"
    ten = at(SHANGHAI, 2026, 2, 2, 10)
    told = forecast_file.read(out, SHANGHAI)
    assert told.expected("", ten, ten + 4 * HOUR) == pytest.approx(90, rel=0.02)


def test_the_site_says_zone_and_when_its_day_begins(tmp_path: Path) -> None:
    settings, past, out = (tmp_path / name for name in ("floorwatch.toml", "past.csv", "f.csv"))
    assert RUN.invoke(app, ["init", str(settings), "--time-zone", "Europe/Berlin"]).exit_code == 0
    text = settings.read_text(encoding="utf-8")
    start = 'business_day_start = "00:00"'
    settings.write_text(text.replace(start, 'business_day_start = "04:00"'), encoding="utf-8")
    nights = [MONDAY + timedelta(days=number) for number in range(27)]
    rows = [
        f"{night + timedelta(days=hour // 24)}T{hour % 24:02}:00,{10 + hour + 40 * (night.weekday() == 4)}"
        for night in nights
        for hour in range(20, 28)
    ]
    past.write_text("\n".join(["start,calls", *rows]) + "\n")
    url = f"counts+csv:{past}"
    ran(url, "--config", settings, "--interval", 60, "--days", 7, "--out", out)
    told = forecast_file.read(out, BERLIN)
    # The night of a Friday lasts until four on Saturday.
    saturday = at(BERLIN, 2026, 2, 7, 2)
    assert told.expected("", saturday, saturday + HOUR) == pytest.approx(10 + 26 + 40, rel=0.03)
    sunday = at(BERLIN, 2026, 2, 8, 2)
    assert told.expected("", sunday, sunday + HOUR) == pytest.approx(10 + 26, rel=0.05)
