"""Scores: each counts once, when it was given, for the visit that was judged."""

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.events import Answered, Completed, Data, QualityScored, Queued, SurveyScored
from ingest.stamp import Stamp
from simulators.floor_sim import FloorSim, stamped
from simulators.scenario_file import preset
from stream import metrics
from stream.daybook import Turn, standing
from stream.daybook_sqlite import _turns
from stream.facts import ArrivalFact, Fact, HandleFact, RingFact, ScoreFact, SpanFact, WaitFact
from stream.floor import UNSCORED, Floor
from stream.ledger import add_up
from stream.metrics import AGENT_NAMES, NAMES, TERMS
from stream.sites import Site
from stream.tables import sums, table

T0 = 1_795_301_800_000
DAY_MS = 86_400_000
HOUR_MS = 3_600_000


def floor_told(*told: tuple[int, Data]) -> tuple[Floor, list[tuple[int, Fact]]]:
    log: list[tuple[int, Fact]] = []
    floor = Floor(Site(id="hq"), log=log, keep_days=None)
    stamp = Stamp("/acd/hq/pbx", "1")
    for at, data in told:
        floor.apply(stamp.event(data, time=T0 + at, recvtime=T0 + at))
    return floor, log


def call(queue: str, agent: str, at: int) -> list[tuple[int, Data]]:
    name: dict[str, Any] = {"call": "c", "visit": f"c/{queue}", "queue": queue}
    return [
        (at, Queued(**name)),
        (at + 1_000, Answered(**name, agent=agent)),
        (at + 9_000, Completed(**name, agent=agent)),
    ]


def scores(log: list[tuple[int, Fact]]) -> list[ScoreFact]:
    return standing([(sign, fact) for sign, fact in log if isinstance(fact, ScoreFact)])


@pytest.mark.parametrize(
    ("score", "low", "high", "satisfied", "points"),
    [
        (4, 1, 5, 1, 750),
        (3, 1, 5, 0, 500),
        (5, 1, 5, 1, 1000),
        (1, 1, 5, 0, 0),
        (8, 1, 10, 1, 778),
        (7, 1, 10, 0, 667),
        (8, 0, 10, 1, 800),
        (2, 1, 2, 1, 1000),
        (-1, -2, 2, 0, 250),
    ],
)
def test_a_score_on_its_scale(score: int, low: int, high: int, satisfied: int, points: int) -> None:
    survey = ScoreFact(0, "q", "a", "c", True, score, low, high)
    review = msgspec.structs.replace(survey, survey=False)
    names = [term.__name__ for _, terms in TERMS[ScoreFact] for term in terms]
    terms = [term for _, terms in TERMS[ScoreFact] for term in terms]
    assert dict(zip(names, (int(t(survey)) for t in terms), strict=True)) == {
        **{"surveys": 1, "surveys_satisfied": satisfied, "survey_points": points},
        **{"reviews": 0, "review_points": 0},
    }
    assert [int(t(review)) for t in terms] == [0, 0, 0, 1, points]


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.integers(-3, 100), st.integers(0, 9), st.integers(1, 99)))
)
def test_a_table_of_scores_adds_up_to_the_same(given_: list[tuple[bool, int, int, int]]) -> None:
    facts = [
        ScoreFact(T0, "q", "a", "c", survey, min(low + over, low + scale), low, low + scale)
        for survey, low, over, scale in given_
    ]
    floor, _ = floor_told()
    for fact in facts:
        floor.books.enter(fact)
    live = add_up(floor.state.ledger.queues["q"].cells.values()) if facts else {}
    rows = sums(ScoreFact, table(ScoreFact, facts, floor.calendar).lazy(), by=("queue",)).collect()
    for row in rows.iter_rows(named=True):
        assert {name: live[name] for name in row if name != "queue"} == {
            name: value for name, value in row.items() if name != "queue"
        }
    assert metrics.csat(dict.fromkeys(NAMES, 0)) is None


def test_a_score_that_names_its_call_alone_is_of_the_visit_that_was_answered_last() -> None:
    visits = [*call("sales", "ann", 0), *call("support", "bob", 20_000)]
    score = SurveyScored(call="c", score=5)
    _, log = floor_told(*visits, (60_000, score))
    assert [(fact.queue, fact.agent, fact.call) for fact in scores(log)] == [
        ("support", "bob", "c")
    ]
    _, log = floor_told(*visits, (60_000, msgspec.structs.replace(score, agent="ann")))
    assert [(fact.queue, fact.agent) for fact in scores(log)] == [("sales", "ann")]
    _, log = floor_told(*visits, (60_000, msgspec.structs.replace(score, queue="sales")))
    assert [(fact.queue, fact.agent) for fact in scores(log)] == [("sales", "ann")]


def test_of_a_call_that_nobody_knows_the_agent_alone_has_the_score() -> None:
    floor, log = floor_told((0, QualityScored(call="x", score=80, agent="ann")))
    assert [fact.queue for fact in scores(log)] == [""]
    assert floor.state.ledger.queues == {}
    ann = add_up(floor.state.ledger.agents["ann"].cells.values(), AGENT_NAMES)
    assert (ann["reviews"], ann["review_points"]) == (1, 800)


def test_a_score_belongs_to_the_day_on_which_it_was_given() -> None:
    floor, _ = floor_told(
        *call("sales", "ann", 0),
        (3 * DAY_MS, QualityScored(call="c", score=90, queue="sales", agent="ann")),
    )
    cells = floor.state.ledger.queues["sales"].cells
    reviews = NAMES.index("reviews")
    assert [(at - floor.calendar.day(T0)) // DAY_MS for at in cells if cells[at][reviews]] == [3]


def test_a_score_handed_in_late_sets_no_clock_back() -> None:
    floor, log = floor_told(*call("sales", "ann", 0))
    stamp = Stamp("/acd/hq/pbx", "1", seq=3)
    late = stamp.event(SurveyScored(call="c", score=4), time=T0 - 9 * HOUR_MS, recvtime=T0 + 10_000)
    floor.apply(late)
    assert [fact.at for fact in scores(log)] == [T0 - 9 * HOUR_MS]
    assert floor.state.feeds["/acd/hq/pbx"].off_ms == 0


def test_handed_in_again_in_another_run_it_is_the_same_score() -> None:
    floor, log = floor_told()
    for epoch in ("1", "2"):
        stamp = Stamp("/acd/hq/survey", epoch)
        for id in ("s1", "s2"):
            score = SurveyScored(call="c", score=4, queue="sales", agent="ann")
            for _ in range(2):
                event = stamp.event(score, time=T0, recvtime=T0, id=id)
                assert floor.apply(event)
                assert not floor.apply(event)
    assert len(scores(log)) == 2


@pytest.mark.parametrize(("score", "low", "high"), [(6, 1, 5), (0, 1, 5), (3, 3, 3), (3, 5, 1)])
def test_what_lies_beyond_its_scale_is_no_score(score: int, low: int, high: int) -> None:
    floor, log = floor_told((0, SurveyScored(call="c", score=score, low=low, high=high)))
    assert scores(log) == []
    assert floor.state.visits.out_of_step == 1


def test_a_checkpoint_of_before_scores_is_still_read() -> None:
    floor, _ = floor_told(*call("sales", "ann", 0))
    state = floor.state
    state.definition = UNSCORED
    for accounts, names in ((state.ledger.queues, NAMES), (state.ledger.agents, AGENT_NAMES)):
        for account in accounts.values():
            for cell in account.cells.values():
                del cell[len(names) - 5 :]
    again = Floor(Site(id="hq"), Floor.load(floor.dump()))
    again.books.enter(ScoreFact(T0 + 9_000, "sales", "ann", "c", True, 5, 1, 5))
    told = add_up(again.state.ledger.queues["sales"].cells.values())
    assert (told["offered"], told["completed"], told["surveys"]) == (1, 1, 1)


def test_a_daybook_of_before_scores_is_still_read() -> None:
    arrival = ArrivalFact(T0, "sales", "v")
    old = msgspec.msgpack.encode([[7, [[1, arrival]], [], [], [], [], []]])
    [turn] = msgspec.msgpack.decode(old, type=list[Turn])
    assert (turn.arrivals, turn.scores) == ([(1, arrival)], [])
    for kinds in (
        {ArrivalFact, ScoreFact},
        {ScoreFact},
        {WaitFact, HandleFact, RingFact, SpanFact},
    ):
        [part] = _turns(frozenset(kinds)).decode(old)
        assert part.position == 7
        assert list(getattr(part, "scores", [])) == []


def test_our_sums_are_what_a_simulated_floor_says_was_given() -> None:
    sim = FloorSim(preset("quiet-day"), 3, T0 // DAY_MS * DAY_MS)
    floor = Floor(Site(id="hq"), keep_days=None)
    stamp = Stamp("/acd/hq/simulator", "1")
    while sim.next_at < sim.start_at + 6 * HOUR_MS:
        for event in stamped(sim.step(), stamp):
            floor.apply(event)
    found = sum(sum(truth.csat.values()) for truth in sim.truth.queues.values())
    assert found > 20
    for name, truth in sim.truth.queues.items():
        told = add_up(floor.state.ledger.queues[name].cells.values())
        assert told["surveys"] == sum(truth.csat.values())
        assert told["surveys_satisfied"] == truth.csat.get(4, 0) + truth.csat.get(5, 0)
        assert told["survey_points"] == sum((s - 1) * 250 * n for s, n in truth.csat.items())
        assert told["reviews"] == sum(truth.quality.values())
        assert told["review_points"] == sum(s * 10 * n for s, n in truth.quality.items())
