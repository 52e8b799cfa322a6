"""Figures: the calls that wait, an agent's day, and totals over some of the floor."""

from typing import Any

import pytest

from ingest.events import (
    Abandoned,
    AgentMembership,
    AgentState,
    Answered,
    Completed,
    Queued,
    RingEnded,
    Ringing,
)
from ingest.words import AgentStatus, MembershipAction, RingEnd
from stream.calls_shown import SHOWN
from stream.figures import Figures
from stream.floor import Floor
from stream.sites import AgentCard, QueueCard, Site

T0 = 1_795_301_800_000
CALL: dict[str, Any] = {"visit": "c1/sales", "queue": "sales", "call": "c1"}


@pytest.fixture
def site() -> Site:
    return Site(
        id="hq",
        queues={"sales": QueueCard(id="sales"), "support": QueueCard(id="support")},
        agents={
            "ann": AgentCard(id="ann", names={"en": "Ann"}, team="a", interfaces=("PJSIP/1",)),
            "bob": AgentCard(id="bob", team="b"),
        },
    )


def told(floor: Floor, *events: Any) -> None:
    for event in events:
        floor.apply(event)


def test_a_call_is_shown_while_it_waits_with_the_phones_that_ring(
    floor: Floor, teller: Any
) -> None:
    figures = Figures(floor)
    assert figures.patch(T0)["calls"] == {}
    told(floor, teller.at(0, Queued(**CALL, caller="…123", priority=2)))
    row = {"queue": "sales", "since": T0, "caller": "…123", "priority": 2}
    assert figures.patch(T0 + 200)["calls"] == {"c1/sales": row}
    told(floor, teller.at(1, Ringing(**CALL, agent="PJSIP/1")))
    assert figures.patch(T0 + 1_200)["calls"] == {"c1/sales": {"ringing": ["ann"]}}
    told(floor, teller.at(9, RingEnded(**CALL, agent="PJSIP/1")))
    assert figures.patch(T0 + 9_200)["calls"] == {"c1/sales": {"ringing": None}}
    assert "calls" not in figures.patch(T0 + 9_400)
    told(floor, teller.at(10, Answered(**CALL, agent="ann")))
    assert figures.patch(T0 + 10_200)["calls"] == {"c1/sales": None}
    assert figures.document["calls"] == {}


def test_a_word_of_an_offer_after_the_word_of_its_end_makes_no_phone_ring(
    floor: Floor, teller: Any
) -> None:
    ringing = teller.at(1, Ringing(**CALL, agent="ann"), recv=3)
    told(
        floor,
        teller.at(0, Queued(**CALL)),
        teller.at(2, RingEnded(**CALL, agent="ann", result=RingEnd.REJECTED)),
        ringing,
    )
    figures = Figures(floor)
    figures.patch(T0 + 4_000)
    assert "ringing" not in figures.document["calls"]["c1/sales"]
    told(floor, teller.at(5, Ringing(**CALL, agent="ann")))
    assert figures.patch(T0 + 5_200)["calls"] == {"c1/sales": {"ringing": ["ann"]}}


def test_the_longest_waits_are_shown_and_the_next_ones_take_their_place(
    floor: Floor, teller: Any
) -> None:
    figures = Figures(floor)
    for n in range(SHOWN + 2):
        told(floor, teller.at(n, Queued(visit=f"v{n}", queue="sales", call=f"c{n}")))
    figures.patch(T0 + 300_000)
    assert set(figures.document["calls"]) == {f"v{n}" for n in range(SHOWN)}
    told(floor, teller.at(300, Abandoned(visit="v7", queue="sales")))
    patch = figures.patch(T0 + 300_200)["calls"]
    assert patch == {
        "v7": None,
        f"v{SHOWN}": {"queue": "sales", "since": T0 + SHOWN * 1_000},
    }


def test_an_agents_day_counts_calls_and_times_up_to_its_moment(floor: Floor, teller: Any) -> None:
    def state(second: float, status: AgentStatus, reason: str = "", queue: str = "") -> Any:
        return teller.at(second, AgentState(agent="ann", state=status, reason=reason, queue=queue))

    told(
        floor,
        teller.at(0, Queued(**CALL)),
        state(0, AgentStatus.READY),
        teller.at(10, Ringing(**CALL, agent="ann")),
        teller.at(20, RingEnded(**CALL, agent="ann")),
        state(30, AgentStatus.NOT_READY, "meal"),
        state(90, AgentStatus.TALKING, "", "sales"),
        teller.at(90, Answered(**CALL, agent="ann")),
    )
    figures = Figures(floor)
    figures.patch(T0 + 90_200)
    told(
        floor,
        state(150, AgentStatus.ACW, "", "sales"),
        teller.at(150, Completed(**CALL, agent="ann")),
        state(160, AgentStatus.READY),
    )
    figures.patch(T0 + 160_200)
    assert figures.document["agents"]["ann"]["day"] == {
        "at": T0 + 160_000,
        "answered": 1,
        "transferred": 0,
        "unanswered": 1,
        "talk_ms": 60_000,
        "hold_ms": 0,
        "acw_ms": 10_000,
        "signed_in_ms": 160_000,
        "ready_ms": 30_000,
        "not_ready_ms": 60_000,
        "not_ready_by": {"meal": 60_000},
    }
    told(floor, state(170, AgentStatus.READY))  # the same again: the state began at 160 still
    figures.patch(T0 + 170_200)
    row = figures.document["agents"]["ann"]
    assert (row["since"], row["day"]["at"]) == (T0 + 160_000, T0 + 170_000)
    assert row["day"]["ready_ms"] == 40_000


def test_a_new_business_day_begins_an_agents_day_anew(floor: Floor, teller: Any) -> None:
    told(floor, teller.at(0, AgentState(agent="ann", state=AgentStatus.READY)))
    told(floor, teller.at(60, AgentState(agent="ann", state=AgentStatus.NOT_READY)))
    figures = Figures(floor)
    figures.patch(T0 + 60_200)
    assert figures.document["agents"]["ann"]["day"]["ready_ms"] == 60_000
    midnight = floor.calendar.next_day(T0)
    figures.patch(midnight + 100)
    day = figures.document["agents"]["ann"]["day"]
    assert (day["at"], day["ready_ms"], day["signed_in_ms"]) == (midnight, 0, 0)


def test_a_person_counts_once_in_a_group_and_only_where_he_belongs(
    floor: Floor, teller: Any
) -> None:
    for agent, queues in (
        ("ann", ("sales", "support")),
        ("bob", ("support",)),
        ("eve", ("sales",)),
    ):
        for queue in queues:
            action = MembershipAction.ADDED
            told(floor, teller.at(0, AgentMembership(agent=agent, queue=queue, action=action)))
        told(floor, teller.at(1, AgentState(agent=agent, state=AgentStatus.READY)))
    figures = Figures(floor)
    figures.group("both", {"sales", "support"}, None)
    figures.group("sales", {"sales"}, None)
    figures.group("team b or sales", {"sales"}, {"b"})
    figures.group("team a", None, {"a"})
    figures.patch(T0 + 2_000)

    def ready() -> dict[str, int]:
        return {name: row["agents"]["ready"] for name, row in figures.document["groups"].items()}

    assert ready() == {"both": 3, "sales": 2, "team b or sales": 3, "team a": 1}
    told(floor, teller.at(3, AgentMembership(agent="eve", queue="sales", action=GONE)))
    told(floor, teller.at(3, AgentState(agent="ann", state=AgentStatus.TALKING)))
    figures.patch(T0 + 3_200)
    assert ready() == {"both": 1, "sales": 0, "team b or sales": 1, "team a": 0}
    figures.ungroup("both")
    figures.group("sales", {"support"}, None)
    patch = figures.patch(T0 + 3_400)
    assert patch["groups"]["both"] is None
    assert ready() == {"sales": 1, "team b or sales": 1, "team a": 0}


def test_a_group_has_a_service_level_if_its_queues_hold_to_the_same_target(teller: Any) -> None:
    queues = {"a": QueueCard(id="a"), "b": QueueCard(id="b"), "c": QueueCard(id="c", target_ms=9)}
    floor = Floor(Site(id="hq", queues=queues))
    for queue in queues:
        told(floor, teller.at(0, Queued(visit=queue, queue=queue)))
        told(floor, teller.at(1, Answered(visit=queue, queue=queue, agent="ann")))
    figures = Figures(floor)
    figures.group("same", {"a", "b"}, None)
    figures.group("other", {"b", "c"}, None)
    figures.patch(T0 + 2_000)
    groups = figures.document["groups"]
    assert groups["same"]["service_level"] == 1.0
    assert groups["same"]["target_ms"] == 20_000
    assert "service_level" not in groups["other"]


GONE = MembershipAction.REMOVED
