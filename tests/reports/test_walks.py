"""巡视记录分析报告: minutes against duty, and every finding counted once in each table."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.as_json import as_json
from reports.model import Section, Table
from reports.section_walks import report
from reports.span import parsed
from reports.walk_duty import DUTIES, Done, Duty, Per, Span, done
from reports.walk_records import NOTHING_FOUND, Finding, Walk
from reports.walked import Walked, reach
from reports.words import Wording
from stream.intervals import Calendar
from stream.sites import AgentCard, Site
from tests.reports.keys import said

SITE = Site(
    id="hq",
    time_zone="Asia/Shanghai",
    agents={"1001": AgentCard(id="1001", team="early", names={"zh": "安", "en": "Ann"})},
    teams={"early": {"en": "Early"}},
)
CALENDAR = Calendar(SITE.time_zone)
MONDAY = date(2026, 11, 16)
MIN = 60_000
HOUR = 60 * MIN


def at(day: int, hours: float) -> int:
    return CALENDAR.begin(MONDAY + timedelta(days=day)) + round(hours * HOUR)


def walk(id: str, by: str, day: int, hours: float, minutes: int) -> Walk:
    began = at(day, hours)
    until = began + minutes * MIN
    return Walk(id=id, by_id=by, by=by.title(), began_at=began, last_at=began, ended_at=until)


def finding(id: str, when: int, kind: str, place: str = "area:a", **told: Any) -> Finding:
    names = {"zh": "一区", "en": "Area A"}
    return Finding(
        **{"id": id, "walk": "w1", "at": when, "by_id": "lee", "by": "Lee", "place": place}
        | {"kind": kind, "place_names": names, "measure": "reminded"}
        | told
    )


WALKS = [
    *(walk("w1", "lee", 0, 9, 90), walk("w2", "lee", 0, 10, 60), walk("w3", "lee", 1, 9, 119)),
    *(walk("w4", "wang", 1, 14, 70), walk("w5", "lee", 2, 9, 130), walk("w6", "gao", 3, 9, 60)),
    walk("w7", "gao", 4, 9, 60),
]
FINDINGS = [
    finding("f0", at(-3, 10), "noise"),
    finding("f1", at(0, 9.2), "noise", measure="repair", open=True),
    finding("f2", at(0, 9.3), NOTHING_FOUND, measure=""),
    finding("f3", at(1, 9.5), "noise", settled="moved", settled_by="Wang", settled_at=at(2, 9)),
    finding("f4", at(1, 14.1), "posture", "team:early", place_names={"en": "Early"}),
    finding("f5", at(2, 9.5), "script", agent="1001", note="read it out"),
]
ROLES = [
    Duty(id="lead", names={"en": "Shift lead"}, people=("lee", "zhao")),
    Duty(id="manager", owed_ms=HOUR, people=("wang",)),
    Duty(id="senior", per=Per.WEEK, people=("gao",)),
]


def walked(text: str = "2026-W47", now: int = at(30, 0), **given: Any) -> Walked:
    told: dict[str, Any] = {
        **{"site": SITE, "calendar": CALENDAR, "period": parsed(text), "now": now},
        **{"walks": WALKS, "findings": FINDINGS, "left": [FINDINGS[1]], "duties": ROLES},
        "ours": lambda family, id: f"{family}.{id}",
    }
    return Walked(**(told | given))


def table(sections: Any, key: str) -> Table:
    return next(table for section in sections for table in section.tables if table.key == key)


def by_person(told: list[Done]) -> dict[str, Done]:
    return {each.person.id: each for each in told}


def test_a_week_of_duties() -> None:
    asked = walked()
    told = by_person(done(ROLES, WALKS, CALENDAR, asked.span))
    # Monday 2 h without counting the half-hour of both walks twice, Wednesday 2 h 10; five days owed.
    assert (told["lee"].met, told["lee"].owed) == (2, 5)
    assert told["lee"].floor_ms == (120 + 119 + 130) * MIN
    assert told["lee"].missing_ms == (1 + 2 * 120) * MIN
    assert (told["zhao"].met, told["zhao"].owed, told["zhao"].floor_ms) == (0, 5, 0)
    assert (told["wang"].met, told["wang"].missing_ms) == (1, 4 * HOUR)
    assert (told["gao"].met, told["gao"].owed) == (1, 1)


def test_what_is_not_over_counts_only_once_it_is_done() -> None:
    now = at(2, 9.5)
    asked = walked(now=now)
    told = by_person(done(ROLES, WALKS, CALENDAR, asked.span))
    assert (told["lee"].met, told["lee"].owed) == (1, 2)
    assert (told["gao"].met, told["gao"].owed) == (0, 0)


def test_a_day_within_a_week_asks_nothing_for_the_week_but_tells_what_is_done() -> None:
    told = by_person(done(ROLES, WALKS, CALENDAR, walked("2026-11-20").span))
    assert (told["gao"].met, told["gao"].owed, told["gao"].floor_ms) == (1, 1, HOUR)
    told = by_person(done(ROLES, WALKS, CALENDAR, walked("2026-11-19").span))
    assert (told["gao"].met, told["gao"].owed) == (0, 0)


def test_whoever_is_in_the_shift_file_owes_it_on_the_days_of_his_shifts() -> None:
    shifts = {"lee": {MONDAY, MONDAY + timedelta(days=5)}}
    told = by_person(done(ROLES, WALKS, CALENDAR, walked().span, shifts))
    assert (told["lee"].met, told["lee"].owed) == (1, 2)


def test_where_nobody_signs_in_people_are_known_by_the_names_they_gave() -> None:
    walks = [Walk(id="w", by_id="open", by="李", began_at=at(0, 9), last_at=at(0, 12))]
    duty = Duty(id="lead", people=("李",))
    [told] = done([duty], walks, CALENDAR, walked().span)
    assert (told.met, told.person.name) == (1, "李")


def test_findings_are_counted_once_in_every_table() -> None:
    told = report(walked())
    for key in ("found_kinds", "found_places", "found_teams", "found_hours"):
        rows = table(told.sections, key).rows
        assert sum(row["findings"] for row in rows) == 4, key
        assert sum(row["still_open"] for row in rows) == 1, key
    kinds = {row["finding"]: row for row in table(told.sections, "found_kinds").rows}
    assert (kinds["finding.noise"]["findings"], kinds["finding.noise"]["repeats"]) == (2, 2)
    [again] = table(told.sections, "found_again").rows
    assert (again["times"], again["first_at"]) == (3, at(-3, 10))
    teams = {str(row["team"]): row["findings"] for row in table(told.sections, "found_teams").rows}
    assert sorted(teams.values()) == [2, 2]


def test_the_patrol_log_and_the_days_tell_the_same_time() -> None:
    told = report(walked())
    log = table(told.sections, "walk_log")
    first = log.rows[0]
    assert (first["floor_time"], first["findings"], first["nothing_found"]) == (90 * MIN, 4, 1)
    days = table(told.sections, "walk_days")
    assert days.total is not None
    assert days.total["floor_time"] == (120 + 119 + 70 + 130 + 60 + 60) * MIN
    assert days.total["walks"] == len(WALKS)


def test_an_open_measure_has_its_age() -> None:
    now = at(9, 9.2)
    [left] = table(report(walked(now=now)).sections, "measures_open").rows
    assert (left["found_at"], left["age_days"]) == (at(0, 9.2), 9)
    assert left["measure"] == "measure.repair"


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("duties", [ROLES, DUTIES])
def test_every_word_is_there(language: str, duties: list[Duty]) -> None:
    told = report(walked(duties=duties))
    words = Wording(language, SITE.time_zone)
    for section in told.sections:
        assert isinstance(section, Section)
        for key in said(section):
            assert words.has(key), key
    assert words.has("report.title.walks")
    assert as_json(told)


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from("ab"), st.integers(0, 13), st.integers(0, 23), st.integers(1, 90))
    ),
    st.integers(0, 14),
)
def test_days_add_up_to_the_span_and_nothing_is_missing_that_was_done(
    drawn: list[tuple[str, int, int, int]], now: int
) -> None:
    walks = [walk(f"w{n}", by, day, hour, long) for n, (by, day, hour, long) in enumerate(drawn)]
    span = Span(MONDAY, MONDAY + timedelta(days=13), at(now, 0))
    duties = [Duty(id="d", people=("a", "b")), Duty(id="w", per=Per.WEEK, people=("a",))]
    minutes = Counter[str]()
    for by in "ab":
        seen = {
            minute
            for each in walks
            if each.by_id == by
            for minute in range(each.began_at // MIN, min(each.until, span.as_of) // MIN)
        }
        minutes[by] = len(seen)
    for told in done(duties, walks, CALENDAR, span):
        assert told.floor_ms == minutes[told.person.id] * MIN
        assert 0 <= told.met <= told.owed
        assert (told.missing_ms == 0) == (told.met == told.owed)
        assert told.owed_ms == told.owed * told.duty.owed_ms


def test_a_report_reads_back_to_the_monday_and_a_week() -> None:
    start, end = reach(parsed("2026-11-20"), CALENDAR)
    assert (start, end) == (at(-3, 0), at(5, 0))
    start, _ = reach(parsed("2026-11"), CALENDAR)
    assert start == CALENDAR.begin(date(2026, 10, 25))
