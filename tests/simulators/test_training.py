"""The training desk: what is asked for befalls the floor, ends, and is given away to nobody."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from ingest.events import Component, Millis, Queued
from ingest.words import ComponentStatus
from simulators.demo import DEMO
from simulators.faults import Fault, FaultKind, FaultTruth
from simulators.floor_sim import FloorSim
from simulators.local_time import day_start
from simulators.training import KEPT, MOST_AT_ONCE, Desk, Refusal, TrainingError, Verdict

NOON = day_start(DEMO, 1_790_006_400_000) + 2 * 3_600_000


@dataclass
class Notebook:
    """A floor that only writes down what it is asked."""

    now: Millis = NOON
    faults: list[tuple[Fault, FaultTruth]] = field(default_factory=list)

    def inject(self, fault: Fault) -> FaultTruth:
        truth = FaultTruth(kind=fault.kind, scope=fault.scope, started_at=self.now, size=fault.size)
        self.faults.append((fault, truth))
        return truth

    def relieve(self, truth: FaultTruth) -> None:
        truth.ended_at = self.now

    def pass_on(self, desk: Desk, ms: Millis) -> None:
        """Let time pass: faults end when their time is up."""
        self.now += ms
        for fault, truth in self.faults:
            if truth.ended_at is None and self.now >= truth.started_at + fault.length_ms:
                truth.ended_at = truth.started_at + fault.length_ms
        desk.apply(self, self.now)


@pytest.fixture
def floor() -> Notebook:
    return Notebook()


@pytest.fixture
def desk() -> Desk:
    return Desk(DEMO, seed=1)


def shown(desk: Desk) -> list[dict[str, Any]]:
    faults: list[dict[str, Any]] = desk.document()["faults"]
    return faults


def test_what_is_offered_names_every_queue_team_and_trunk_in_both_languages(desk: Desk) -> None:
    offers = {offer["kind"]: offer for offer in desk.document()["offers"]}
    assert list(offers) == ["peak", "trunk_down", "drops", "silent", "sign_out"]
    assert offers["peak"]["sizes"] == [2.0, 4.0]
    places = {scope["id"]: scope["names"] for scope in offers["peak"]["scopes"]}
    assert places.keys() == {"", *(f"queue:{queue.id}" for queue in DEMO.queues)}
    assert places["queue:sales"] == {"zh": "销售", "en": "Sales"}
    assert [scope["id"] for scope in offers["trunk_down"]["scopes"]] == [
        f"trunk:{trunk.name}" for trunk in DEMO.trunks
    ]
    assert {scope["id"] for scope in offers["sign_out"]["scopes"]} == {
        "",
        *(f"team:{team}" for team in DEMO.teams),
    }
    assert all(offer["length_ms"] > 0 for offer in offers.values())


def test_every_offer_is_a_fault_that_can_be(desk: Desk) -> None:
    for offer in desk.offers.values():
        for scope in offer.scopes:
            for size in offer.sizes:
                assert offer.fault(scope, size).kind is offer.kind


def test_a_fault_begins_with_the_next_look_and_ends_when_its_time_is_up(
    desk: Desk, floor: Notebook
) -> None:
    desk.inject("peak", "queue:sales", 4.0)
    assert shown(desk) == [
        {
            "number": 1,
            "secret": False,
            "wrong": 0,
            "kind": "peak",
            "scope": "queue:sales",
            "size": 4.0,
        }
    ]
    floor.pass_on(desk, 500)
    (fault, _), began = floor.faults[0], floor.now
    assert (fault.kind, fault.scope, fault.size) == (FaultKind.PEAK, "queue:sales", 4.0)
    row = shown(desk)[0]
    assert (row["since"], row["until"]) == (began, began + 300_000)
    floor.pass_on(desk, 299_999)
    assert "ended_at" not in shown(desk)[0]
    floor.pass_on(desk, 1)
    assert shown(desk)[0]["ended_at"] == began + 300_000
    assert len(floor.faults) == 1


def test_without_a_size_the_smallest_is_taken(desk: Desk, floor: Notebook) -> None:
    desk.inject("peak", "", 0.0)
    desk.inject("drops", "trunk:trunk-a", 0.0)
    floor.pass_on(desk, 0)
    assert [fault.size for fault, _ in floor.faults] == [2.0, 0.4]


def test_a_fault_can_be_ended_early_and_begun_again(desk: Desk, floor: Notebook) -> None:
    desk.inject("trunk_down", "trunk:trunk-a", 0.0)
    floor.pass_on(desk, 0)
    desk.relieve(1)
    floor.pass_on(desk, 7_000)
    assert shown(desk)[0]["ended_at"] == floor.now
    with pytest.raises(TrainingError) as refused:
        desk.relieve(1)
    assert refused.value.why is Refusal.OVER
    desk.inject("trunk_down", "trunk:trunk-a", 0.0)
    floor.pass_on(desk, 0)
    assert len(floor.faults) == 2


@pytest.mark.parametrize(
    ("kind", "scope", "size", "why"),
    [
        ("flood", "", 0.0, Refusal.NOT_OFFERED),
        ("outage", "", 0.0, Refusal.NOT_OFFERED),
        ("peak", "queue:nowhere", 2.0, Refusal.NOT_OFFERED),
        ("peak", "trunk:trunk-a", 2.0, Refusal.NOT_OFFERED),
        ("peak", "", 3.0, Refusal.NOT_OFFERED),
        ("trunk_down", "", 0.0, Refusal.NOT_OFFERED),
        ("silent", "queue:sales", 0.0, Refusal.NOT_OFFERED),
        ("peak", "queue:vip", 4.0, Refusal.RUNNING),
    ],
)
def test_what_cannot_be_had_is_refused_and_leaves_no_trace(
    desk: Desk, kind: str, scope: str, size: float, why: Refusal
) -> None:
    desk.inject("peak", "queue:vip", 2.0)
    with pytest.raises(TrainingError) as refused:
        desk.inject(kind, scope, size)
    assert refused.value.why is why
    assert len(shown(desk)) == 1


def test_more_than_a_few_at_once_are_refused(desk: Desk, floor: Notebook) -> None:
    places = [scope for scope in desk.offers[FaultKind.PEAK].scopes][:4]
    for scope in places:
        desk.inject("peak", scope, 2.0)
    for scope in list(desk.offers[FaultKind.DROPS].scopes)[:2]:
        desk.inject("drops", scope, 0.4)
    assert len(shown(desk)) == MOST_AT_ONCE
    for ask in (desk.surprise, lambda: desk.inject("silent", "", 0.0)):
        with pytest.raises(TrainingError) as refused:
            ask()
        assert refused.value.why is Refusal.TOO_MANY


def test_a_silent_feed_is_the_players_business_and_not_the_floors(
    desk: Desk, floor: Notebook
) -> None:
    assert not desk.silent
    desk.inject("silent", "", 0.0)
    floor.pass_on(desk, 0)
    began = floor.now
    assert desk.silent
    floor.pass_on(desk, 44_000)
    assert desk.silent
    floor.pass_on(desk, 1_000)
    assert not desk.silent
    assert floor.faults == []
    assert shown(desk)[0]["ended_at"] == began + 45_000
    desk.inject("silent", "", 0.0)
    floor.pass_on(desk, 0)
    desk.relieve(2)
    floor.pass_on(desk, 3_000)
    assert not desk.silent
    assert shown(desk)[1]["ended_at"] == floor.now


def test_old_drills_are_forgotten_and_running_ones_never(desk: Desk, floor: Notebook) -> None:
    desk.inject("peak", "", 2.0)
    for _ in range(KEPT + 3):
        desk.inject("trunk_down", "trunk:trunk-a", 0.0)
        floor.pass_on(desk, 0)
        desk.relieve(desk.drills[-1].number)
        floor.pass_on(desk, 1_000)
    assert [row["kind"] for row in shown(desk)] == ["peak"] + ["trunk_down"] * KEPT


@pytest.mark.parametrize("seed", range(40))
def test_a_surprise_gives_nothing_away_until_it_is_found(seed: int, floor: Notebook) -> None:
    desk = Desk(DEMO, seed)
    desk.surprise()
    floor.pass_on(desk, 0)
    drill, began = desk.drills[0], floor.now
    kind, scope = drill.fault.kind, drill.fault.scope
    assert shown(desk) == [{"number": 1, "secret": True, "wrong": 0, "since": began}]
    wrong = "peak" if kind is not FaultKind.PEAK else "silent"
    place = next(iter(desk.offers[FaultKind(wrong)].scopes))
    assert desk.find(1, wrong, place, floor.now) is Verdict.WRONG
    elsewhere = [other for other in desk.offers[kind].scopes if other != scope]
    if elsewhere:
        assert desk.find(1, kind, elsewhere[0], floor.now) is Verdict.PLACE
        assert shown(desk)[0]["guess"] == {
            "kind": kind,
            "scope": elsewhere[0],
            "verdict": Verdict.PLACE,
        }
    assert shown(desk)[0].keys() == {"number", "secret", "wrong", "since", "guess"}
    floor.pass_on(desk, 12_000)
    assert desk.find(1, kind, scope, floor.now) is Verdict.RIGHT
    row = shown(desk)[0]
    assert (row["kind"], row["scope"], row["found_at"]) == (kind, scope, began + 12_000)
    assert row["wrong"] == 1 + bool(elsewhere)
    assert "ended_at" not in row
    with pytest.raises(TrainingError) as refused:
        desk.find(1, kind, scope, floor.now)
    assert refused.value.why is Refusal.OVER


def test_every_kind_of_fault_comes_as_a_surprise_and_no_seed_is_another(floor: Notebook) -> None:
    def first(seed: int) -> tuple[str, str]:
        desk = Desk(DEMO, seed)
        desk.surprise()
        return desk.drills[0].fault.kind, desk.drills[0].fault.scope

    drawn = [first(seed) for seed in range(60)]
    assert {kind for kind, _ in drawn} == set(Desk(DEMO, 0).offers)
    assert drawn == [first(seed) for seed in range(60)]


def test_a_surprise_that_nobody_found_is_told_when_it_is_over(desk: Desk, floor: Notebook) -> None:
    desk.surprise()
    floor.pass_on(desk, 0)
    with pytest.raises(TrainingError) as refused:
        desk.surprise()
    assert refused.value.why is Refusal.RUNNING
    floor.pass_on(desk, 600_000)
    row = shown(desk)[0]
    assert row["kind"] == desk.drills[0].fault.kind
    assert "ended_at" in row
    assert "found_at" not in row
    with pytest.raises(TrainingError):
        desk.find(1, row["kind"], row["scope"], floor.now)


def test_no_refusal_tells_what_is_hidden(floor: Notebook) -> None:
    """Whoever asks for every fault in turn is refused none of them because it is the hidden one."""
    for seed in range(20):
        desk = Desk(DEMO, seed)
        desk.surprise()
        floor.pass_on(desk, 0)
        desk.inject(desk.drills[0].fault.kind, desk.drills[0].fault.scope, 0.0)


def world(desk: Desk, sim: FloorSim, until: Millis) -> list[Any]:
    """What happens on a real simulated floor, with the desk looked at every second."""
    told: list[Any] = []
    for now in range(sim.now, until + 1, 1_000):
        desk.apply(sim, now)
        while sim.next_at <= now:
            told.extend(data for _, data in sim.step())
    return told


@pytest.fixture
def sim() -> FloorSim:
    sim = FloorSim(DEMO, 7, NOON - 3_600_000)
    while sim.next_at <= NOON:
        sim.step()
    return sim


def queued(told: list[Any]) -> int:
    return sum(isinstance(data, Queued) for data in told)


def test_a_peak_brings_the_real_floor_so_many_times_the_calls(desk: Desk, sim: FloorSim) -> None:
    before = queued(world(desk, sim, NOON + 280_000))
    desk.inject("peak", "", 4.0)
    told = world(desk, sim, sim.now + 280_000)
    assert before * 2.5 < queued(told) < before * 6
    [truth] = sim.truth.faults
    assert shown(desk)[0]["hit"] == truth.hit > before * 2.5


def test_a_trunk_that_is_cut_takes_its_calls_with_it_and_comes_back(
    desk: Desk, sim: FloorSim
) -> None:
    desk.inject("trunk_down", "trunk:trunk-b", 0.0)
    told = world(desk, sim, sim.now + 130_000)
    states = [(data.name, data.status) for data in told if isinstance(data, Component)]
    assert states == [("trunk-b", ComponentStatus.DOWN), ("trunk-b", ComponentStatus.UP)]
    assert shown(desk)[0]["hit"] > 0
    assert "ended_at" in shown(desk)[0]


def test_calls_of_a_disturbed_world_never_have_the_ids_of_the_undisturbed_one(
    desk: Desk, sim: FloorSim
) -> None:
    """A program that starts anew wakes up in the undisturbed world, and in the same journal."""
    desk.inject("peak", "", 4.0)
    other = FloorSim(DEMO, 7, NOON - 3_600_000)
    while other.next_at <= sim.now:
        other.step()
    told = world(desk, sim, sim.now + 300_000)
    plain = world(Desk(DEMO, 1), other, other.now + 900_000)
    ours = {data.visit for data in told if isinstance(data, Queued)}
    theirs = {data.visit for data in plain if isinstance(data, Queued)}
    # Who was in the menu already when the fault began is the same caller in both worlds.
    assert len(ours & theirs) <= 5
    assert len(ours) > 50
