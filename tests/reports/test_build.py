"""What the sections say of facts that are made up, so that every figure is known beforehand."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from alerts.words import Severity
from archive.about import About, Why
from archive.rows import frame, within
from archive.shelf import Shelf
from ingest.words import Overflow
from reports.as_csv import as_csv
from reports.as_json import as_json
from reports.basis import Focus, Request
from reports.build import build, build_sites
from reports.model import Report, Section, Table
from reports.source import Source, Where
from reports.span import parsed
from reports.words import Wording
from stream.facts import (
    DEFINITION,
    ArrivalFact,
    BlockFact,
    Fact,
    HandleFact,
    RingFact,
    SpanFact,
    WaitFact,
)
from stream.intervals import Calendar
from stream.sites import AgentCard, QueueCard, ServiceLevel, Site

DAY = date(2026, 11, 20)
CALENDAR = Calendar("Asia/Shanghai")
START = CALENDAR.begin(DAY)
S, MIN, HOUR, WHOLE = 1_000, 60_000, 3_600_000, 86_400_000
LATER = START + 40 * WHOLE
SITE = Site(
    id="hq",
    time_zone="Asia/Shanghai",
    queues={"sales": QueueCard(id="sales", names={"en": "Sales"}), "vip": QueueCard(id="vip")},
    agents={
        "ann": AgentCard(id="ann", team="red", names={"en": "Ann"}),
        "bob": AgentCard(id="bob", team="blue", lead=True),
    },
    teams={"red": {"en": "Red"}, "blue": {"en": "Blue"}},
)


def wait(at: int, ms: int, queue: str = "sales", visit: str = "", **more: Any) -> WaitFact:
    told: dict[str, Any] = {"target_ms": 20 * S, "short_ms": 5 * S, "answered": True, **more}
    if told.get("abandoned") or told.get("overflowed"):
        told["answered"] = False
    agent = told.pop("agent", "ann" if told["answered"] else "")
    return WaitFact(START + at, queue, visit or f"{queue}-{at}", agent, ms, **told)


@pytest.fixture
def shelved(tmp_path: Path) -> Callable[..., Source]:
    """Facts as they lie in an archive, day by day."""

    def made(
        facts: Sequence[Fact],
        callers: Mapping[str, str] | None = None,
        days: Sequence[date] = (DAY,),
        site: Site = SITE,
    ) -> Source:
        shelf = Shelf(tmp_path / site.id)
        calendar = Calendar(site.time_zone, site.day_start_min)
        whole = frame(facts, callers or {}, calendar)
        for day in days:
            start = calendar.begin(day)
            end = calendar.next_day(start)
            about = About(
                site=site.id,
                day=day,
                start=start,
                end=end,
                time_zone=site.time_zone,
                day_start_min=site.day_start_min,
                interval_ms=site.interval_ms,
                definition=DEFINITION,
                written_at=end,
                why=Why.CLOSED,
            )
            shelf.write(about, within(whole, start, end))
        return Source(site, shelf, None)

    return made


def told(source: Source, span: str = "2026-11-20", now: int = LATER, **more: Any) -> Report:
    return build(Request(period=parsed(span), now=now, **more), source)


def section(report: Report, key: str) -> Section:
    return next(section for section in report.sections if section.key == key)


def table(report: Report, key: str) -> Table:
    return next(t for s in report.sections for t in s.tables if t.key == key)


def rows(report: Report, key: str, by: str = "id") -> dict[Any, Mapping[str, Any]]:
    return {row[by]: row for row in table(report, key).rows}


def test_rates_are_taken_of_all_requests(shelved: Callable[..., Source]) -> None:
    facts = [
        wait(1 * MIN, 10 * S),
        wait(2 * MIN, 30 * S),
        wait(3 * MIN, 3 * S, abandoned=True),
        wait(4 * MIN, 60 * S, abandoned=True),
        wait(5 * MIN, 60 * S, overflowed=True, reason="timeout"),
        BlockFact(START + 6 * MIN, "sales", "c", "full"),
    ]
    report = told(shelved(facts))
    row = rows(report, "rates")["sales"]
    assert row["requests"] == 6
    assert row["answer_rate"] == [2, 6]
    assert row["loss_rate"] == [4, 6]
    assert row["abandon_rate"] == [2, 5]
    assert row["in_twenty"] == [1, 6]
    level = rows(report, "levels")["sales"]
    assert (level["served"], level["served_of"]) == (1, 3)
    assert rows(report, "overflows")["sales"]["overflowed_timeout"] == 1
    assert rows(report, "outcomes")["vip"]["offered"] == 0


def test_twenty_seconds_are_twenty_whatever_the_target(shelved: Callable[..., Source]) -> None:
    facts = [wait(1 * MIN, 25 * S, target_ms=30 * S), wait(2 * MIN, 15 * S, target_ms=10 * S)]
    report = told(shelved(facts))
    assert rows(report, "rates")["sales"]["in_twenty"] == [1, 2]


def test_a_changed_target_is_told_part_by_part(shelved: Callable[..., Source]) -> None:
    facts = [wait(1 * MIN, 25 * S), wait(WHOLE + MIN, 25 * S, target_ms=30 * S)]
    report = told(shelved(facts, days=(DAY, date(2026, 11, 21))), "2026-W47")
    parts = [row for row in table(report, "levels").rows if row["id"] == "sales"]
    assert [(part["target"], part["service"], part["first"]) for part in parts] == [
        (20 * S, [0, 1], "2026-11-20"),
        (30 * S, [1, 1], "2026-11-21"),
    ]
    assert table(report, "levels").total is None
    notes = {note.key: note for note in section(report, "service").notes}
    assert notes["targets_changed"].values["parts"] == 2
    assert "no_common_service" in notes


@given(st.lists(st.integers(0, 400_000), min_size=1, max_size=40))
@settings(max_examples=10, deadline=None)
def test_percentiles_are_those_of_nearest_rank(
    tmp_path_factory: pytest.TempPathFactory, waits: list[int]
) -> None:
    facts = [wait(MIN + n, ms, visit=str(n)) for n, ms in enumerate(waits)]
    shelf = Shelf(tmp_path_factory.mktemp("waits"))
    about = About(
        site="hq",
        day=DAY,
        start=START,
        end=START + WHOLE,
        time_zone="Asia/Shanghai",
        day_start_min=0,
        interval_ms=900_000,
        definition=DEFINITION,
        written_at=LATER,
        why=Why.CLOSED,
    )
    shelf.write(about, frame(facts, {}, CALENDAR))
    row = rows(told(Source(SITE, shelf, None)), "waits_answered")["sales"]
    for percent in (50, 80, 90, 95):
        shorter = [ms for ms in waits if ms <= row[f"p{percent}"]]
        fewer = [ms for ms in waits if ms < row[f"p{percent}"]]
        assert 100 * len(shorter) >= percent * len(waits) > 100 * len(fewer)
    assert row["longest_wait"] == max(waits)


def test_who_gave_up_and_called_again_is_told_as_likely_only(
    shelved: Callable[..., Source],
) -> None:
    def came(at: int, visit: str) -> ArrivalFact:
        return ArrivalFact(START + at, "sales", visit)

    facts: list[Fact] = [
        *(came(0, "a"), came(0, "b"), came(0, "c"), came(0, "d")),
        *(wait(n * MIN, n * MIN, visit=visit, abandoned=True) for n, visit in enumerate("abcd", 1)),
        *(came(90 * MIN, "a2"), wait(91 * MIN, MIN, visit="a2")),
        came(5 * HOUR, "b2"),
    ]
    callers = {"a": "•••001", "a2": "•••001", "b": "•••002", "b2": "•••002", "c": "•••"}
    report = told(shelved(facts, callers))
    found = rows(report, "abandoned_callers", "visit")
    assert list(found) == ["d", "c", "b", "a"]
    state = {visit: row["called_again"].rpartition(".")[2] for visit, row in found.items()}
    assert state == {"a": "likely", "b": "not_again", "c": "no_number", "d": "no_number"}
    assert found["a"]["again_at"] == START + 90 * MIN
    assert found["a"]["again_end"] == "report.state.answered"
    assert found["d"]["equal_numbers"] is None
    counts = rows(report, "called_again", "called_again")
    assert counts["report.state.no_number"]["share"] == [2, 4]
    assert table(told(shelved(facts, callers), most=1), "abandoned_callers").more == 3


def test_an_equal_number_says_little_where_many_call(shelved: Callable[..., Source]) -> None:
    facts: list[Fact] = [
        ArrivalFact(START, "sales", "a"),
        wait(MIN, MIN, visit="a", abandoned=True),
    ]
    facts += [ArrivalFact(START + 2 * MIN + n, "sales", f"n{n}") for n in range(300)]
    callers = {"a": "•••001", **{f"n{n}": f"•••{n:03}" for n in range(300)}}
    (row,) = table(told(shelved(facts, callers)), "abandoned_callers").rows
    assert row["called_again"] == "report.state.possible"


def test_people_are_told_with_their_denominators(shelved: Callable[..., Source]) -> None:
    def span(start: int, end: int, state: str, reason: str = "", agent: str = "ann") -> SpanFact:
        return SpanFact(START + end, START + start, agent, "", state, reason)

    facts: list[Fact] = [
        span(0, 30 * MIN, "ready"),
        span(30 * MIN, 40 * MIN, "talking"),
        span(40 * MIN, 42 * MIN, "ringing"),
        span(42 * MIN, 43 * MIN, "acw"),
        span(43 * MIN, 44 * MIN, "hold"),
        span(44 * MIN, 64 * MIN, "not_ready", "meal"),
        span(70 * MIN, 75 * MIN, "not_ready", "meal"),
        span(75 * MIN, 95 * MIN, "signed_out"),
        wait(40 * MIN, 8 * S),
        wait(41 * MIN, 8 * S, agent="bob"),
        HandleFact(START + 42 * MIN, "sales", "v", "ann", 10 * MIN, MIN),
        RingFact(START + 43 * MIN, "sales", "v", "ann", "no_answer", 9_000),
    ]
    report = told(shelved(facts))
    ann = rows(report, "agents")["ann"]
    assert ann["occupancy"] == [12 * MIN, 42 * MIN]
    assert ann["utilisation"] == [12 * MIN, 69 * MIN]
    assert (ann["answered"], ann["ring_no_answer"], ann["att"]) == (1, 1, [10 * MIN, 1])
    meal = rows(report, "break_reasons", "reason")["meal"]
    # Twenty minutes over the end of an interval are one break.
    assert (meal["breaks"], meal["longest_break"]) == (2, 20 * MIN)
    assert meal["break_rate"] == [25 * MIN, 69 * MIN]
    assert rows(report, "lead_queues")["sales"]["lead_share"] == [1, 2]
    assert set(rows(report, "teams")) == {"red", "blue"}


def test_a_running_day_is_compared_with_as_much_of_the_one_before(
    shelved: Callable[..., Source],
) -> None:
    at = (MIN, 2 * HOUR, 5 * HOUR)
    facts = [
        ArrivalFact(START + day * WHOLE + each, "sales", f"{day}{each}")
        for day in (0, 1)
        for each in at[: 3 - day]
    ]
    source = shelved(facts, days=(DAY, date(2026, 11, 21)))
    now = START + WHOLE + 3 * HOUR
    report = told(source, "2026-11-21", now)
    assert report.live
    offered = table(report, "headline_counts").rows[0]
    assert (offered["now"], offered["previous"], offered["previous_change"]) == (2, 2, 0)
    assert "weekdays" not in offered
    notes = [note.key for note in section(report, "summary").notes]
    assert "compared_previous_so_far" in notes
    assert "nothing_weekdays" in notes


def test_a_day_of_which_nothing_is_kept_is_not_told_as_nought(
    shelved: Callable[..., Source],
) -> None:
    report = told(shelved([ArrivalFact(START, "sales", "a")]), "2026-W47")
    days = rows(report, "outcomes_days", "day")
    assert days["2026-11-20"]["offered"] == 1
    assert "offered" not in days["2026-11-19"]
    assert rows(report, "origin", "day")["2026-11-19"]["where"] == "report.where.nowhere"
    (note,) = [note for note in section(report, "origin").notes if note.key == "days_missing"]
    assert note.values == {"days": 6, "of": 7}


def test_a_reader_is_told_what_he_asked_for_alone(shelved: Callable[..., Source]) -> None:
    facts = [wait(MIN, S), wait(2 * MIN, S, queue="vip", agent="bob")]
    source = shelved(facts)
    one = told(source, queues=frozenset({"vip"}), focus=Focus.QUEUES)
    assert list(rows(one, "outcomes")) == ["vip"]
    assert list(rows(one, "agents")) == ["bob"]
    assert "occupancy" not in [column.key for column in table(one, "agents").columns]
    people = told(source, agents=frozenset({"ann"}), focus=Focus.PEOPLE)
    assert [each.key for each in people.sections] == ["people", "breaks", "origin"]
    assert list(rows(people, "agents")) == ["ann"]


def test_sites_stand_side_by_side_each_over_its_own_day(shelved: Callable[..., Source]) -> None:
    london = Site(id="london", time_zone="Europe/London", queues=SITE.queues)
    begins = Calendar("Europe/London").begin(DAY)
    fact = ArrivalFact(begins + 23 * HOUR, "sales", "a")
    ended = WaitFact(begins + 23 * HOUR, "sales", "a", "ann", S, 20 * S, 5 * S, answered=True)
    hq = [ArrivalFact(START, "sales", "a"), wait(MIN, 30 * S)]
    sources = [shelved(hq), shelved([fact, ended], site=london)]
    requests = [Request(period=parsed("2026-11-20"), now=LATER)] * 2
    reports = build_sites(requests, sources, {})
    assert [report.site for report in reports] == ["hq", "london"]
    sites = table(reports[0], "sites")
    assert [row["offered"] for row in sites.rows] == [1, 1]
    assert sites.total is not None
    assert sites.total["offered"] == 2
    assert sites.total["service"] == [1, 2]


def test_queues_of_two_formulas_have_no_common_level(shelved: Callable[..., Source]) -> None:
    site = Site(
        id="hq",
        time_zone="Asia/Shanghai",
        queues={
            "sales": QueueCard(id="sales"),
            "vip": QueueCard(id="vip", service_level=ServiceLevel.ALL_COUNT),
        },
    )
    report = told(shelved([wait(MIN, S), wait(2 * MIN, S, queue="vip")], site=site))
    assert table(report, "levels").total is None
    levels = rows(report, "levels")
    assert levels["vip"]["variant"] == "report.variant.all_count"
    (service,) = [r for r in table(report, "headline_shares").rows if "service" in r["figure"]]
    assert service["now"] is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_everything_has_its_word_in_both_languages(
    language: str, shelved: Callable[..., Source]
) -> None:
    facts = [wait(MIN, 30 * S), wait(2 * MIN, 4 * S, abandoned=True)]
    source = shelved([*facts, wait(WHOLE + MIN, S)], days=(DAY, date(2026, 11, 21)))
    words = Wording(language, "Asia/Shanghai")
    for span in ("2026-11-21", "2026-W47", "2026-11", "2026"):
        report = told(source, span)
        keys = {f"report.title.{report.title}"}
        for each in report.sections:
            keys |= {f"report.section.{each.key}", *(f"report.note.{n.key}" for n in each.notes)}
            for one in each.tables:
                keys.add(f"report.table.{one.key}")
                keys |= {f"report.column.{column.key}" for column in one.columns}
                keys |= {f"report.of.{column.of}" for column in one.columns if column.of}
                texts = [cell for row in one.rows for cell in row.values()]
                keys |= {t for t in texts if isinstance(t, str) and t.startswith("report.")}
        assert {key for key in keys if not words.has(key)} == set()
        assert as_csv(report, language).decode().count("\n") > 100
        assert as_json(report).startswith(b"{")


def test_a_csv_keeps_both_sums_and_makes_no_formula(shelved: Callable[..., Source]) -> None:
    site = Site(id="hq", time_zone="Asia/Shanghai", queues={"=1+1": QueueCard(id="=1+1")})
    report = told(shelved([wait(MIN, 30 * S, queue="=1+1")], site=site))
    head, row, total = as_csv(report, "en", "rates").decode().removeprefix("\ufeff").splitlines()
    assert row.startswith("'=1+1,1,1,1.000000,1,1,0.000000,0,1")
    assert total.startswith("Total,1,1,1.000000,1,1")
    assert len(head.split(",")) == len(row.split(","))


def test_a_changed_formula_is_told_part_by_part(
    shelved: Callable[..., Source], tmp_path: Path
) -> None:
    days = (DAY, date(2026, 11, 21))
    facts = [wait(MIN, S), wait(2 * MIN, 2 * S, abandoned=True), wait(WHOLE + MIN, S)]
    source = shelved(facts, days=days)
    shelf = Shelf(tmp_path / "hq")
    about = shelf.about("hq", DAY)
    assert about is not None
    held = structs.replace(about, levels='{"": "all_count"}')
    shelf.write(held, shelf.load("hq", DAY))
    parts = [r for r in table(told(source, "2026-W47"), "levels").rows if r["id"] == "sales"]
    assert [(part["variant"], part["service"]) for part in parts] == [
        ("report.variant.all_count", [1, 2]),
        ("report.variant.short_excluded", [1, 1]),
    ]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_of_a_closed_list_is_said(language: str) -> None:
    keys = {f"report.column.overflowed_{reason}" for reason in Overflow}
    keys |= {f"report.why.{why.name.lower()}" for why in Why}
    keys |= {f"report.where.{where}" for where in Where}
    keys |= {f"report.severity.{severity}" for severity in Severity}
    for level in ServiceLevel:
        keys |= {f"report.{kind}{level}" for kind in ("variant.", "of.", "note.formula_")}
    words = Wording(language, "Asia/Shanghai")
    assert {key for key in keys if not words.has(key)} == set()
