"""Scores and attendance in a report: from an archive on disk, through to words in both languages."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from archive.about import About, Why
from archive.rows import frame
from archive.shelf import Shelf
from floorwatch.shift_file import parse
from reports import section_scores
from reports.basis import Basis, Focus, Request
from reports.build import basis_of
from reports.model import Section, Table
from reports.presence import Presence
from reports.section_attendance import attendance
from reports.source import Source
from reports.span import parsed
from reports.words import Wording
from stream.facts import DEFINITION, ArrivalFact, Fact, HandleFact, ScoreFact, SpanFact
from stream.intervals import Calendar
from stream.sites import AgentCard, QueueCard, Site
from tests.reports.keys import said

SITE = Site(
    id="hq",
    time_zone="Asia/Shanghai",
    queues={"sales": QueueCard(id="sales"), "vip": QueueCard(id="vip")},
    agents={
        "ann": AgentCard(id="ann", team="early", names={"zh": "安", "en": "Ann"}),
        "bob": AgentCard(id="bob", team="late"),
    },
    teams={"early": {"en": "Early"}, "late": {"en": "Late"}},
)
CALENDAR = Calendar(SITE.time_zone)
DAY = date(2026, 11, 20)
START = CALENDAR.begin(DAY)
MIN = 60_000
HOUR = 60 * MIN
LATER = START + 3 * 24 * HOUR
SHIFTS = """agent,date,start,end,meal_min,meal_hours,break_min
ann,2026-11-20,08:00,16:00,45,11:00-13:30,15
bob,2026-11-20,08:00,12:00,,,
bob,2026-11-20,22:00,06:00,,,
cat,2026-11-20,08:00,16:00,,,
"""


def score(
    at: int, agent: str, given: int, *, queue: str = "sales", survey: bool = True, high: int = 5
) -> ScoreFact:
    low = 1 if high == 5 else 0
    return ScoreFact(START + at, queue, agent, f"c{at}", survey, given, low, high)


def here(agent: str, since: float, until: float, state: str = "ready", why: str = "") -> SpanFact:
    return SpanFact(START + round(until * HOUR), START + round(since * HOUR), agent, "", state, why)


FACTS: Sequence[Fact] = [
    ArrivalFact(START + 1, "sales", "v"),
    *(HandleFact(START + n, "sales", f"v{n}", "ann", 60_000, 0) for n in range(4)),
    *(HandleFact(START + n, "vip", f"w{n}", "bob", 60_000, 0) for n in range(2)),
    *(score(HOUR, "ann", 5), score(2 * HOUR, "ann", 4), score(3 * HOUR, "bob", 1, queue="vip")),
    score(4 * HOUR, "ann", 7, high=10),
    score(5 * HOUR, "ann", 90, survey=False, high=100),
    score(6 * HOUR, "ann", 3, survey=False),
    score(7 * HOUR, "bob", 2, queue=""),
    here("ann", 8.25, 11),
    *(here("ann", 11, 11.75, "not_ready", "meal"), here("ann", 11.75, 16.5)),
    here("ann", 16.5, 32, "signed_out"),
    *(here("bob", 8, 12), here("bob", 12, 21.9, "signed_out"), here("bob", 21.9, 28)),
    *(here("bob", 28, 33, "signed_out"),),
]


Report = Callable[..., tuple[Basis, Source]]


@pytest.fixture
def report(tmp_path: Path) -> Report:
    """What a report of 20 November is made from, as somebody asks for it."""
    shelf = Shelf(tmp_path)
    for n in range(2):
        day = DAY + timedelta(days=n)
        start, end = CALENDAR.begin(day), CALENDAR.begin(day + timedelta(days=1))
        rows = frame(FACTS, {}, CALENDAR)
        rows = rows.filter((rows["interval_at"] >= start) & (rows["interval_at"] < end))
        about = About(
            site="hq",
            day=day,
            start=start,
            end=end,
            time_zone=SITE.time_zone,
            day_start_min=0,
            interval_ms=900_000,
            definition=DEFINITION,
            written_at=end,
            why=Why.CLOSED,
        )
        shelf.write(about, rows)
    source = Source(SITE, shelf, None)

    def made(now: int = LATER, **asked: Any) -> tuple[Basis, Source]:
        request = Request(period=parsed("2026-11-20"), now=now, **asked)
        return basis_of(request, source), source

    return made


def table(section: Section, key: str) -> Table:
    return next(table for table in section.tables if table.key == key)


def row(of: Table, id: str) -> Mapping[str, Any]:
    return next(row for row in of.rows if row.get("id") == id)


def test_scores_by_queue_add_up(report: Report) -> None:
    told = section_scores.section(report()[0])
    queues = table(told, "scores_queues")
    sales = row(queues, "sales")
    assert (sales["surveys"], sales["response"], sales["csat"]) == (3, [3, 4], [2, 3])
    assert sales["survey_mean"] == [1000 + 750 + 700, 30]
    assert sales["review_mean"] == [900 + 500, 20]
    assert row(queues, "vip")["csat"] == [0, 1]
    assert queues.rows[-1]["queue"] is None
    assert queues.rows[-1]["response"] is None
    assert queues.total is not None
    assert queues.total["surveys"] == 5
    assert queues.total["reviews"] == 2
    assert [note.key for note in told.notes][-1] == "scores_unplaced"


def test_scores_by_agent_and_team_and_as_they_were_given(report: Report) -> None:
    told = section_scores.section(report()[0])
    assert row(table(told, "scores_agents"), "ann")["csat"] == [2, 3]
    assert row(table(told, "scores_agents"), "bob")["surveys"] == 2
    assert row(table(told, "scores_teams"), "late")["csat"] == [0, 2]
    given = [
        (row["judged_by"], row["scale"], row["band"], row["given_share"])
        for row in table(told, "scores_given").rows
    ]
    assert given == [
        *(("report.end.survey", "0–10", "7", [1, 1]), ("report.end.survey", "1–5", "5", [1, 4])),
        *(("report.end.survey", "1–5", "4", [1, 4]), ("report.end.survey", "1–5", "2", [1, 4])),
        *(
            ("report.end.survey", "1–5", "1", [1, 4]),
            ("report.end.review", "0–100", "90–100", [1, 1]),
        ),
        ("report.end.review", "1–5", "3", [1, 1]),
    ]
    low = table(told, "scores_low")
    assert [(each["score"], each["queue"]) for each in low.rows] == [(2, None), (1, "vip")]


def test_whoever_sees_one_queue_or_some_people_sees_their_scores_alone(report: Report) -> None:
    sales = section_scores.section(report(queues=frozenset({"sales"}), focus=Focus.QUEUES)[0])
    assert [each["queue"] for each in table(sales, "scores_queues").rows] == ["sales"]
    assert table(sales, "scores_low").rows == []
    bob = section_scores.section(report(agents=frozenset({"bob"}), focus=Focus.PEOPLE)[0])
    assert [each["id"] for each in table(bob, "scores_agents").rows] == ["bob"]
    assert "scores_queues" not in {table.key for table in bob.tables}


def shifts() -> Presence:
    told, problems = parse(SHIFTS, "shifts.csv", ZoneInfo(SITE.time_zone))
    assert not problems
    return Presence(shifts=told, open={})


def test_attendance_against_the_shift_file(report: Report) -> None:
    basis, source = report()
    told = attendance({"hq": (source, shifts())})(basis)
    assert told is not None
    rows = table(told, "attendance_shifts").rows
    found = {(row["id"], row["shift_start"]): row for row in rows}
    ann = found["ann", START + 8 * HOUR]
    assert (ann["verdict"], ann["late_time"]) == ("report.state.late", 15 * MIN)
    assert (ann["signed_in_at"], ann["signed_out_at"]) == (
        START + round(8.25 * HOUR),
        START + round(16.5 * HOUR),
    )
    assert (ann["over_time"], ann["meal_time"]) == (HOUR / 2, 45 * MIN)
    assert (ann["breaks_number"], ann["breaks_owed"]) == (1, 2)
    assert found["bob", START + 8 * HOUR]["verdict"] == "report.state.present"
    # Over midnight: what he did on the next day is looked up there.
    night = found["bob", START + 22 * HOUR]
    assert (night["verdict"], night["early_time"]) == ("report.state.left_early", 2 * HOUR)
    assert found["cat", START + 8 * HOUR]["verdict"] == "report.state.absent"
    total = table(told, "attendance_teams").total
    assert total is not None
    assert (total["shifts"], total["attendance_rate"], total["absent"]) == (4, [3, 4], 1)


def test_while_the_day_goes_on_nothing_is_said_of_what_is_to_come(report: Report) -> None:
    basis, source = report(now=START + 10 * HOUR)
    presence = shifts()
    told = attendance({"hq": (source, presence)})(basis)
    assert told is not None
    verdicts = {row["id"]: row["verdict"] for row in table(told, "attendance_shifts").rows[:3]}
    assert verdicts["cat"] == "report.state.missing"


def test_what_no_source_told_is_unknown_and_not_absence(report: Report) -> None:
    basis, source = report()
    gap = (START + 7 * HOUR, START + 9 * HOUR)
    presence = shifts()
    blind = Presence(shifts=presence.shifts, open={}, gaps=[gap])
    told = attendance({"hq": (source, blind)})(basis)
    assert told is not None
    total = table(told, "attendance_teams").total
    assert total is not None
    assert (total["absent"], total["late"], total["not_known"]) == (0, 0, 2)
    assert "attendance_unknown" in {note.key for note in told.notes}


def test_without_a_shift_file_hours_alone(report: Report) -> None:
    basis, source = report()
    told = attendance({"hq": (source, Presence(open={}))})(basis)
    assert told is not None
    days = table(told, "attendance_days")
    assert [row["id"] for row in days.rows] == ["ann", "bob"]
    assert row(days, "ann")["worked_time"] == 8.25 * HOUR
    assert row(days, "ann")["meal_time"] == 45 * MIN
    assert row(days, "bob")["signed_in_at"] == START + 8 * HOUR
    assert row(days, "bob")["worked_time"] == 4 * HOUR + round(2.1 * HOUR)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_these_sections_is_there(report: Report, language: str) -> None:
    basis, source = report()
    presence = shifts()
    told = [
        section_scores.section(basis),
        attendance({"hq": (source, presence)})(basis),
        attendance({"hq": (source, Presence())})(basis),
    ]
    words = Wording(language, SITE.time_zone)
    for section in told:
        assert section is not None
        for key in said(section):
            assert words.has(key), key
