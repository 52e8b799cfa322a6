"""A day as managers are told of it: the wall's own figures today, and the daybook's ever after."""

import csv
import io
import random
from typing import Any

import msgspec
import pytest

from dashboard import charts
from dashboard.access import Caller, Role, Scope
from dashboard.day_file import by_queue
from dashboard.desks import RefusedError
from dashboard.formulas import COUNTS
from stream.floor import Floor
from tests.stream import morning

DAY_MS = 86_400_000
ADDITIVE = (
    *("offered", "answered", "answered_in_target", "abandoned", "abandoned_short", "overflowed"),
    *("blocked", "dropped_waiting", "dropped_talking", "completed", "transferred"),
)


async def yesterday_and_today(office: Any) -> None:
    """Yesterday's calls are told too, by another source, before today's go on."""
    earlier = morning.told(random.Random(8), 120, office.now - DAY_MS - 4 * 3_600_000)
    office.tell([_renamed(event) for event in earlier])
    assert await office.book.keep()


def _renamed(event: Any) -> Any:
    return msgspec.structs.replace(event, source="/acd/hq/old", id=f"old-{event.id}")


async def test_today_is_what_the_wall_shows_at_the_same_moment_exactly(office: Any) -> None:
    office.figures.patch(office.now)
    document = office.figures.document
    day = await office.ask("/day")
    assert day["live"]
    assert day["date"] == "2026-11-22"
    assert day["queues"].keys() == document["queues"].keys()
    pairs = [(day["queues"][name], row) for name, row in document["queues"].items()]
    for told, shown in [*pairs, (day["totals"], document["totals"])]:
        same = told.keys() & shown.keys()
        assert {"offered", "asa_ms", "aht_ms", "abandon_rate", "overflowed_by"} <= same
        assert {key: told[key] for key in same} == {key: shown[key] for key in same}
    assert "service_level" not in day["totals"], "two formulas have no common level"
    assert day["queues"]["sales"]["service_level"] == document["queues"]["sales"]["service_level"]


async def test_a_day_is_the_sum_of_its_intervals_and_of_its_queues(office: Any) -> None:
    day = await office.ask("/day")
    for name in ADDITIVE:
        assert sum(row[name] for row in day["intervals"]) == day["totals"][name]
        assert sum(row[name] for row in day["queues"].values()) == day["totals"][name]
    sales = await office.ask("/day", queue="sales")
    assert sum(row["answered"] for row in sales["intervals"]) == day["queues"]["sales"]["answered"]
    starts = [row["at"] for row in day["intervals"]]
    assert starts == list(range(starts[0], starts[-1] + 1, day["step_ms"])), "no hole in it"


async def test_a_day_that_is_over_says_what_it_said_when_it_ran(office: Any) -> None:
    running = await office.ask("/day")
    assert await office.book.keep()
    office.now += DAY_MS
    over = await office.ask("/day", date="2026-11-22")
    assert not over["live"]
    assert over["totals"] == running["totals"]
    assert over["queues"] == running["queues"]
    assert over["intervals"] == running["intervals"]
    days = await office.ask("/days")
    assert [each["date"] for each in days["days"]] == ["2026-11-23", "2026-11-22"]
    today = await office.ask("/day")
    assert today["intervals"] == []
    assert today["compared"][0]["kind"] == "day_before"


async def test_a_running_day_is_compared_with_as_much_of_the_day_before(office: Any) -> None:
    await yesterday_and_today(office)
    day = await office.ask("/day")
    [before] = day["compared"]
    assert before["kind"] == "day_before"
    assert before["date"] == "2026-11-21"
    assert before["end_at"] == office.now - DAY_MS
    whole = await office.ask("/day", date="2026-11-21")
    assert 0 < before["totals"]["offered"] <= whole["totals"]["offered"]
    counted = await office.ask(
        "/calls", what="offered", from_=whole["start_at"], to=whole["end_at"]
    )
    assert counted["count"] == whole["totals"]["offered"]
    for name in COUNTS.keys() & set(ADDITIVE):
        span = {"from_": before["start_at"], "to": before["end_at"], "queue": "sales"}
        counted = await office.ask("/calls", what=name, **span)
        assert counted["count"] == before["queues"]["sales"][name], name


async def test_what_comes_late_corrects_the_day_that_it_belongs_to(office: Any) -> None:
    await yesterday_and_today(office)
    before = await office.ask("/day", date="2026-11-21")
    late = morning.told(random.Random(4), 6, office.now - DAY_MS - 3_600_000)
    office.tell(
        [
            msgspec.structs.replace(
                event, source="/acd/hq/log", id=f"log-{event.id}", origin="replay"
            )
            for event in late
        ]
    )
    after = await office.ask("/day", date="2026-11-21")
    assert after["totals"]["offered"] > before["totals"]["offered"]


async def test_whoever_looks_after_some_queues_is_told_of_these(office: Any) -> None:
    own = Caller(id="s", role=Role.MANAGER, scope=Scope(queues=frozenset({"sales"})))
    day = await office.ask("/day", own)
    assert day["queues"].keys() == {"sales"}
    whole = await office.ask("/day")
    assert day["totals"]["offered"] == whole["queues"]["sales"]["offered"]
    assert day["totals"]["service_level"] == whole["queues"]["sales"]["service_level"]
    for path in ("/day", "/day/chart", "/day/file"):
        with pytest.raises(RefusedError, match="forbidden"):
            await office.ask(path, own, queue="support")
        with pytest.raises(RefusedError, match="forbidden"):
            await office.ask(path, Caller(id="l", role=Role.SUPERVISOR))


@pytest.mark.parametrize("date", ["tomorrow", "2026-13-01", "2027-01-01", "0001-01-01", "../desk"])
async def test_what_is_no_day_that_was_is_refused(office: Any, date: str) -> None:
    if date == "0001-01-01":
        day = await office.ask("/day", date="1970-01-05")
        assert day["totals"]["offered"] == 0
        assert "asa_ms" not in day["totals"]
        return
    with pytest.raises(RefusedError, match="unreadable"):
        await office.ask("/day", date=date)


@pytest.mark.parametrize("language", ["zh", "en"])
async def test_the_files_hold_the_same_figures(office: Any, language: str) -> None:
    day = await office.ask("/day")
    file = await office.ask("/day/file", form="queues", lang=language)
    assert file.name == "floorwatch-hq-2026-11-22.csv"
    rows = list(csv.reader(io.StringIO(file.body.decode("utf-8-sig"))))
    heads = rows[0]
    offered = {"zh": "呼入", "en": "Offered"}[language]
    column = heads.index(offered)
    assert [int(row[column]) for row in rows[1:]] == [
        *(row["offered"] for row in day["queues"].values()),
        day["totals"]["offered"],
    ]
    assert len({len(row) for row in rows}) == 1
    file = await office.ask("/day/file", form="intervals", lang=language)
    rows = list(csv.reader(io.StringIO(file.body.decode("utf-8-sig"))))
    assert sum(int(row[1]) for row in rows[1:]) == day["totals"]["offered"]
    assert rows[1][0].startswith("2026-11-22 ")
    file = await office.ask("/day/file", form="json")
    assert b'"totals"' in file.body


async def test_a_name_is_no_formula_of_a_spreadsheet(office: Any) -> None:
    text = by_queue({"=1+1": {"names": {"en": "@evil"}}}, {}, "en").decode("utf-8-sig")
    assert "'=1+1,'@evil," in text


@pytest.mark.parametrize("kind", ["arrivals", "level", "waits"])
@pytest.mark.parametrize("theme", ["dark", "light"])
async def test_charts_are_standalone_documents_in_our_own_colours(
    office: Any, kind: str, theme: str
) -> None:
    office.incidents = [
        {
            "scope": "queue:sales",
            "since": office.now - 7_200_000,
            "fired_at": office.now - 7_000_000,
        },
        {"scope": "agent:ann", "fired_at": office.now - 100_000},
    ]
    item = await office.ask("/day/chart", kind=kind, queue="sales", theme=theme, lang="zh")
    document = str(item["doc"])
    assert {"target_id", "root_id", "doc"} <= item.keys()
    assert charts.roles(theme)["soft"] in document
    assert document.count("BoxAnnotation") == 1
    assert "CustomJS" not in document
    assert ":00" in document
    assert "放弃" in document or kind != "arrivals"


async def test_a_chart_marks_what_concerns_whoever_looks_at_it(office: Any) -> None:
    own = Caller(id="m", role=Role.MANAGER, scope=Scope(queues=frozenset({"sales"})))
    over = {"scope": "queue:support", "fired_at": office.now - 100_000}
    for others, many in ([], 0), (["agent:ann"], 0), (["queue:sales"], 1), (["trunk:a"], 1):
        office.incidents = [{**over, "others": others}]
        item = await office.ask("/day/chart", own, queue="sales")
        assert str(item["doc"]).count("BoxAnnotation") == many, others


async def test_without_a_call_there_is_no_chart_and_no_ratio(office: Any) -> None:
    office.floor = Floor(office.site)
    day = await office.ask("/day")
    assert day["intervals"] == []
    assert day["compared"] == []
    assert "asa_ms" not in day["totals"]
    assert await office.ask("/day/chart") is None
