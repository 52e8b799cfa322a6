"""Agents who leave all at once; breaks, meetings and shifts are no such thing."""

import random
from typing import Any

import pytest

from alerts.chance import crowd, poisson, spread
from alerts.mass_sign_out import MassSignOutWatch
from alerts.rules import MassSignOutRule
from ingest.events import Adapter, AgentMembership, AgentState
from ingest.words import AdapterStatus, AgentStatus, MembershipAction
from stream.sites import AgentCard, Site

RULE = MassSignOutRule(id="mass_sign_out")
WEEK_MIN = 7 * 24 * 60
TEAMS = {"red": range(8), "blue": range(8, 30)}
SITE = Site(
    id="hq",
    agents={f"a{n}": AgentCard(id=f"a{n}", team=t) for t, who in TEAMS.items() for n in who},
)


class People:
    """Thirty people, eight of team red who alone answer `vip`; the others answer `sales`."""

    def __init__(self, watched: Any, hours: float = 2) -> None:
        self.floor = watched(MassSignOutWatch, [RULE], SITE)
        self.draw = random.Random(3)
        for team, who in TEAMS.items():
            for n in who:
                queue = "vip" if team == "red" else "sales"
                added = MembershipAction.ADDED
                self.floor.tell(AgentMembership(agent=f"a{n}", queue=queue, action=added))
                self.are([n], AgentStatus.READY)
        self.go_on(hours)

    def are(self, who: Any, state: AgentStatus, reason: str = "") -> None:
        for n in who:
            self.floor.tell(AgentState(agent=f"a{n}", state=state, reason=reason))

    def go_on(self, hours: float) -> None:
        """Everybody pauses every two hours for five minutes, at any time."""
        away: dict[int, float] = {}
        for _ in range(int(hours * 360)):
            self.floor.until(self.floor.second + 10)
            for n in [n for n, until in away.items() if until <= self.floor.second]:
                del away[n]
                self.are([n], AgentStatus.READY)
            for n in range(30):
                if n not in away and self.draw.random() < 10 / 7_200:
                    away[n] = self.floor.second + 300
                    self.are([n], AgentStatus.NOT_READY, "break")
        self.are(away, AgentStatus.READY)
        self.floor.until(self.floor.second + 70)


@pytest.fixture
def people(watched: Any) -> People:
    people = People(watched)
    assert people.floor.story == []
    return people


@pytest.mark.parametrize(("agents", "least"), [(5, 3), (10, 4), (20, 4), (50, 6), (100, 8)])
def test_so_many_within_a_minute_come_by_chance_once_a_week(agents: int, least: int) -> None:
    """One leaves per agent and two hours: the reference values."""
    assert crowd(agents * WEEK_MIN / 120, agents / 120, 1.0) == least


def test_the_less_is_known_the_more_it_takes() -> None:
    counts = [crowd(4_200, 0.417, 1.0, shape) for shape in (1.0, 5.0, 1e6)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] > counts[2] == crowd(4_200, 0.417, 1.0)


def test_the_probabilities_add_up() -> None:
    assert sum(poisson(n, 3.7) for n in range(60)) == pytest.approx(1)
    assert sum(spread(n, 3.7, 2.0) for n in range(400)) == pytest.approx(1)
    assert sum(n * spread(n, 3.7, 2.0) for n in range(400)) == pytest.approx(3.7)


def test_a_third_of_the_floor_signs_out_at_once(people: People) -> None:
    people.are(range(0, 30, 3), AgentStatus.SIGNED_OUT)
    people.floor.until(people.floor.second + 1)
    assert people.floor.scopes == [""]
    breach = people.floor.breach("")
    assert breach.kind == "mass_sign_out"
    assert {**breach.evidence} == {"agents": 10, "of": 30, "over_ms": 1_000, "reason": "signed_out"}
    assert breach.queues == ("sales", "vip")


def test_who_signs_out_after_his_call_is_counted_with_the_others(people: People) -> None:
    for n in range(9, 29, 2):
        people.are([n], AgentStatus.SIGNED_OUT)
        people.floor.until(people.floor.second + 28)
    assert people.floor.scopes == [""]


def test_breaks_one_after_the_other_are_none(people: People) -> None:
    for n in range(0, 30, 3):
        people.are([n], AgentStatus.NOT_READY, "break")
        people.floor.until(people.floor.second + 28)
    assert people.floor.story == []


def test_a_queue_that_is_left_by_all_is_named(people: People) -> None:
    people.are(range(8), AgentStatus.NOT_READY, "Team meeting")
    people.floor.until(people.floor.second + 1)
    assert people.floor.scopes == ["queue:vip"]
    assert people.floor.breach("queue:vip").evidence["reason"] == "Team meeting"


def test_phones_that_cannot_be_reached(people: People) -> None:
    people.are(range(8, 30), AgentStatus.UNREACHABLE)
    people.floor.until(people.floor.second + 1)
    assert people.floor.board.held
    assert next(iter(people.floor.board.held.values())).evidence["agents"] == 22


def test_paused_in_the_queue_is_gone_too(people: People) -> None:
    for n in range(8):
        paused = MembershipAction.PAUSED
        people.floor.tell(AgentMembership(agent=f"a{n}", queue="vip", action=paused, reason="x"))
    people.floor.until(people.floor.second + 1)
    assert people.floor.scopes == ["queue:vip"]


def test_it_ends_when_most_are_back_or_after_long(people: People) -> None:
    people.are(range(10), AgentStatus.SIGNED_OUT)
    people.floor.until(people.floor.second + 30)
    people.are(range(5), AgentStatus.READY)
    people.floor.until(people.floor.second + 1)
    assert len(people.floor.scopes) == 1
    people.are(range(5, 7), AgentStatus.READY)
    people.floor.until(people.floor.second + 1)
    assert people.floor.scopes == []
    people.floor.until(people.floor.second + 120)
    people.are(range(10, 24), AgentStatus.SIGNED_OUT)
    people.floor.until(people.floor.second + 2)
    people.floor.restart()
    assert len(people.floor.scopes) == 1
    people.floor.until(people.floor.second + 3_700)
    assert people.floor.scopes == []


def test_a_wave_of_breaks_is_none(people: People) -> None:
    people.are(range(12, 17), AgentStatus.NOT_READY, "break")
    people.floor.until(people.floor.second + 5)
    assert people.floor.story == []


def test_who_comes_makes_up_for_who_goes(people: People) -> None:
    people.are(range(10, 20), AgentStatus.NOT_READY, "break")
    people.floor.until(people.floor.second + 1)
    people.are(range(10, 20), AgentStatus.READY)
    before = list(people.floor.story)
    people.floor.until(people.floor.second + 120)
    people.are(range(20, 22), AgentStatus.SIGNED_OUT)
    people.are(range(10, 12), AgentStatus.READY)
    people.floor.until(people.floor.second + 60)
    assert [said for _, said, _ in people.floor.story[len(before) :]] in ([], ["freed"])


def test_the_end_of_a_shift_is_none(watched: Any) -> None:
    people = People(watched, hours=5)
    people.are(range(30), AgentStatus.SIGNED_OUT)
    people.floor.until(people.floor.second + 60)
    assert people.floor.story == []


def test_the_link_to_the_switch_is_not_the_people(people: People) -> None:
    people.are(range(30), AgentStatus.UNREACHABLE)
    people.floor.tell(Adapter(status=AdapterStatus.DOWN))
    people.floor.until(people.floor.second + 60)
    people.floor.tell(Adapter(status=AdapterStatus.UP))
    people.are(range(30), AgentStatus.READY)
    people.floor.until(people.floor.second + 60)
    assert people.floor.story == []
