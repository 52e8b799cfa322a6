"""Drill-down: each additive figure has exactly as many calls behind it as it says, to whoever may ask."""

from typing import Any

import pytest

from dashboard.access import Caller, Role, Scope
from dashboard.desks import RefusedError
from dashboard.drill import MOST
from dashboard.formulas import COUNTS
from ingest.events import Answered, Queued
from ingest.stamp import Stamp
from stream.daybook_past import sums_of
from stream.metrics import NAMES

SHOWN = (
    *("offered", "answered", "answered_in_target", "abandoned", "abandoned_short", "overflowed"),
    *("dropped_waiting", "dropped_talking", "transferred", "completed", "blocked"),
)


async def test_each_additive_figure_has_so_many_calls_behind_it(office: Any) -> None:
    office.figures.patch(office.now)
    document = office.figures.document
    for queue, row in [*document["queues"].items(), ("", document["totals"])]:
        for what in (*SHOWN, "waiting", "talking"):
            told = await office.ask("/calls", what=what, queue=queue)
            assert told["count"] == len(told["calls"]) == row[what], (queue, what)
    assert document["totals"]["answered"] > 20
    assert document["totals"]["blocked"] > 5
    assert document["totals"]["waiting"] + document["totals"]["talking"] > 0


async def test_also_within_each_interval_on_disk_and_for_every_count(office: Any) -> None:
    assert await office.book.keep()
    ledger = office.floor.state.ledger
    step = office.site.interval_ms
    starts = sorted({at for account in ledger.queues.values() for at in account.cells})
    assert len(starts) > 5
    for queue in ("sales", "support"):
        for at in starts:
            sums = sums_of(ledger, at, at + step, {queue})
            for what, of in COUNTS.items():
                told = await office.ask("/calls", what=what, queue=queue, from_=at, to=at + step)
                assert told["count"] == of.of(sums), (queue, at, what)
                assert all(at <= call["at"] < at + step for call in told["calls"])


async def test_what_was_not_served_in_time_is_told_call_by_call(office: Any) -> None:
    for queue in office.site.queues:
        told = await office.ask("/formula", name="service_level", queue=queue)
        [part] = [term for term in told["terms"] if term["name"] == "missed"]
        calls = await office.ask("/calls", what="missed", queue=queue)
        assert calls["count"] == part["value"] > 0
        assert all(
            call["end"] == "abandoned" or call["wait_ms"] > 20_000 for call in calls["calls"]
        )


async def test_a_call_is_told_with_all_that_is_known_of_it(office: Any) -> None:
    told = await office.ask("/calls", what="completed", queue="sales")
    call = told["calls"][0]
    assert {"at", "since", "queue", "visit", "caller", "wait_ms", "talk_ms", "agent", "end"} <= (
        call.keys()
    )
    assert call["end"] == "completed"
    assert all(call["caller"].startswith("•••") for call in told["calls"] if "caller" in call)
    assert told["queues"] == {"sales": {"en": "Sales", "zh": "销售"}}
    assert told["agents"] == {"ann": {"en": "Ann"}}
    longest = await office.ask("/calls", what="answered", queue="sales", order="wait")
    waits = [call["wait_ms"] for call in longest["calls"]]
    assert waits == sorted(waits, reverse=True)


async def test_a_formula_is_told_with_the_sums_of_this_queue(office: Any) -> None:
    office.figures.patch(office.now)
    for queue in office.site.queues:
        row = office.figures.document["queues"][queue]
        for name in ("service_level", "asa_ms", "abandon_rate", "att_ms", "aht_ms"):
            told = await office.ask("/formula", name=name, queue=queue)
            if name == "service_level" or name == "abandon_rate":
                assert round(told["value"], 4) == row[name]
            else:
                assert round(told["value"]) == row[name]
            assert told["sentence"]["zh"] != told["sentence"]["en"]
            for term in told["terms"]:
                if term["calls"]:
                    calls = await office.ask("/calls", what=term["name"], queue=queue)
                    assert calls["count"] == term["value"], (name, term)
        counted = await office.ask("/formula", name="abandoned", queue=queue)
        assert counted["value"] == row["abandoned"]
    told = await office.ask("/formula", name="service_level", queue="support")
    assert told["variant"] == "in_target_met"
    whole = await office.ask("/formula", name="service_level")
    assert "value" not in whole, "queues of two formulas have no common level"
    assert "queues" in whole["definition"]["en"]


async def test_at_most_so_many_calls_are_told_at_once(office: Any) -> None:
    stamp, at = Stamp("/acd/hq/other", "1"), office.now - 600_000
    names = [
        {"visit": f"x{n}/sales/1", "queue": "sales", "call": f"x{n}"} for n in range(MOST + 20)
    ]
    office.tell([stamp.event(Queued(**name), time=at, recvtime=at) for name in names])
    office.tell(
        [stamp.event(Answered(**name, agent="bob"), time=at + 1, recvtime=at + 1) for name in names]
    )
    told = await office.ask("/calls", what="answered", agent="bob", queue="sales")
    assert told["count"] >= MOST + 20
    assert len(told["calls"]) == MOST
    assert told["more"]


async def test_everybody_sees_the_calls_of_his_own_queues_and_people_only(office: Any) -> None:
    own = Caller(id="s", role=Role.SUPERVISOR, scope=Scope(queues=frozenset({"sales"})))
    told = await office.ask("/calls", own, what="answered")
    assert {call["queue"] for call in told["calls"]} == {"sales"}
    assert told["count"] == (await office.ask("/calls", what="answered", queue="sales"))["count"]
    whole = await office.ask("/formula", own, name="offered")
    assert whole["value"] == (await office.ask("/formula", name="offered", queue="sales"))["value"]
    for query in ({"what": "answered", "queue": "support"}, {"what": "answered", "agent": "ann"}):
        with pytest.raises(RefusedError, match="forbidden"):
            await office.ask("/calls", own, **query)
    with pytest.raises(RefusedError, match="forbidden"):
        await office.ask("/formula", own, name="asa_ms", queue="support")
    lead = Caller(
        id="l", role=Role.SUPERVISOR, scope=Scope(queues=frozenset(), teams=frozenset("a"))
    )
    mine = await office.ask("/calls", lead, what="answered", agent="ann")
    assert mine["count"] > 0
    for name in ("answered", "service_level", "waiting"):
        told = await office.ask("/formula", lead, name=name, agent="ann")
        assert told is None, "the sums of all queues are not his to see"
    assert {call["agent"] for call in mine["calls"]} == {"ann"}
    with pytest.raises(RefusedError, match="forbidden"):
        await office.ask("/calls", lead, what="answered", agent="bob")
    with pytest.raises(RefusedError, match="forbidden"):
        await office.ask("/calls", Caller(id="a", role=Role.AGENT), what="answered")


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ({"what": "answered", "from": "yesterday"}, "unreadable"),
        ({"what": "answered", "order": "; drop table pages"}, "unreadable"),
        ({"what": "answered", "from": "0", "to": "4000000000000"}, "too_long"),
    ],
)
async def test_nonsense_is_refused(office: Any, query: dict[str, str], why: str) -> None:
    with pytest.raises(RefusedError, match=why):
        await office.ask("/calls", **query)


async def test_there_is_nothing_behind_an_unknown_figure(office: Any) -> None:
    assert await office.ask("/calls", what="happiness") is None
    assert await office.ask("/calls", what="asa_ms") is None
    assert await office.ask("/formula", name="__class__") is None


def test_every_sum_that_counts_calls_is_told_or_part_of_one_that_is() -> None:
    parts = {name for of in COUNTS.values() for term in of.over for name in term.share}
    assert {name for name in NAMES if "_ms" not in name and "_points" not in name} == parts
