"""The floor: whatever the order, the repeats, the cuts and the restarts, the same figures."""

import copy
import random
from collections.abc import Sequence
from typing import Any

import msgspec
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.events import (
    Abandoned,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Dropped,
    Event,
    Held,
    Overflowed,
    QualityScored,
    Queued,
    Retrieved,
    RingEnded,
    Ringing,
    SurveyScored,
    Transferred,
)
from ingest.stamp import Stamp
from ingest.words import AgentStatus, Origin, Overflow, Phase
from stream.facts import (
    ArrivalFact,
    BlockFact,
    Fact,
    HandleFact,
    RingFact,
    ScoreFact,
    SpanFact,
    WaitFact,
)
from stream.figure_row import COUNTED, diff
from stream.figures import Figures
from stream.floor import Floor
from stream.ledger import add_up
from stream.metrics import TERMS, waits_ended
from stream.sites import QueueCard, Site
from stream.tables import sums, table, time_in_state
from stream.today import COURSE

T0 = 1_795_301_800_000
SITE = Site(id="hq", queues={"sales": QueueCard(id="sales", target_ms=10_000, short_ms=3_000)})


def scores(call: str, queue: str, agent: str) -> st.SearchStrategy[list[Any]]:
    """What callers and reviewers may say of a call."""
    of: dict[str, Any] = {"call": st.just(call), "queue": st.just(queue), "agent": st.just(agent)}
    of["score"] = st.integers(1, 5)
    said = st.one_of(st.builds(SurveyScored, **of), st.builds(QualityScored, **of))
    return st.lists(said, max_size=2)


@st.composite
def days(draw: st.DrawFn) -> list[Event]:
    """A plausible hour, as one source tells it: calls of every fate, agents in every state."""
    told: list[tuple[int, Any]] = []
    for n in range(draw(st.integers(0, 12))):
        queue = draw(st.sampled_from(["sales", "support"]))
        name: dict[str, Any] = {"visit": f"c{n}/{queue}/1", "queue": queue, "call": f"c{n}"}
        at = draw(st.integers(0, 3_600_000))
        told.append((at, Queued(**name)))
        at += draw(st.integers(0, 40_000))
        if draw(st.booleans()):
            told.append((at, Ringing(**name, agent="ann")))
            at += draw(st.integers(0, 9_000))
            told.append((at, RingEnded(**name, agent="ann")))
        fate = draw(st.sampled_from(["abandon", "timeout", "drop", "answer", "answer", "wait"]))
        if fate == "abandon":
            told.append((at, Abandoned(**name)))
        elif fate == "timeout":
            told.append((at, Overflowed(**name, reason=draw(st.sampled_from(list(Overflow))))))
        elif fate == "drop":
            told.append((at, Dropped(**name, phase=Phase.WAITING)))
        elif fate == "answer":
            agent = draw(st.sampled_from(["ann", "bob"]))
            told.append((at, Answered(**name, agent=agent)))
            if draw(st.booleans()):
                told.append((at + 1_000, Held(**name, agent=agent)))
                told.append((at + 3_000, Retrieved(**name, agent=agent)))
            at += draw(st.integers(3_000, 400_000))
            end = draw(st.sampled_from([Completed, Transferred, Dropped, None]))
            told.extend((at, score) for score in draw(scores(f"c{n}", queue, agent)))
            if end is Dropped:
                told.append((at, Dropped(**name, phase=Phase.TALKING, agent=agent)))
            elif end is not None:
                told.append((at, end(**name, agent=agent)))
    for agent in ("ann", "bob"):
        for at in draw(st.lists(st.integers(0, 4_000_000), max_size=8, unique=True)):
            state = draw(st.sampled_from(list(AgentStatus)))
            reason = "meal" if state is AgentStatus.NOT_READY else ""
            queue = "sales" if state is AgentStatus.ACW else ""
            told.append((at, AgentState(agent=agent, state=state, reason=reason, queue=queue)))
    told.extend((n, Blocked(call=f"b{n}", queue="sales")) for n in range(draw(st.integers(0, 2))))
    stamp = Stamp("/acd/hq/pbx", "1")
    return [
        stamp.event(data, time=T0 + at, recvtime=T0 + at)
        for at, data in sorted(told, key=lambda pair: pair[0])
    ]


def replayed(events: Sequence[Event], **kwargs: Any) -> Floor:
    floor = Floor(SITE, **kwargs)
    for event in events:
        floor.apply(event)
    return floor


def shown(floor: Floor) -> dict[str, Any]:
    """All that a reader can see, as of one instant."""
    document = whole(Figures(floor), T0 + 5_000_000)
    document.pop("feeds")
    for row in document["queues"].values():
        row.pop("state_since", None)
    document["health"].pop("repeated")
    document["ledger"] = {
        "queues": {
            queue: {at: cell for at, cell in account.cells.items() if any(cell)}
            for queue, account in floor.state.ledger.queues.items()
        },
        "spans": {
            n: {day: {k: ms for k, ms in spans.items() if ms} for day, spans in a.spans.items()}
            for n, a in floor.state.ledger.agents.items()
        },
    }
    return document


def whole(figures: Figures, now: int) -> dict[str, Any]:
    figures.patch(now)
    return copy.deepcopy(figures.document)


def law_holds(floor: Floor) -> bool:
    for queue, waiting in floor.visits.waiting.items():
        account = floor.state.ledger.queues[queue]
        total = add_up(account.cells.values())
        if total["offered"] != waits_ended(total) + len(waiting):
            return False
    return True


@settings(max_examples=60, deadline=None)
@given(days())
def test_the_law_of_visits_holds_at_every_event(day: list[Event]) -> None:
    floor = Floor(SITE)
    for event in day:
        floor.apply(event)
        assert law_holds(floor)
    assert floor.state.visits.out_of_step == 0


@settings(max_examples=60, deadline=None)
@given(days(), st.randoms())
def test_repeats_change_nothing(day: list[Event], rng: random.Random) -> None:
    twice = sorted([*day, *day], key=lambda event: (event.seq, rng.random()))
    again = [*twice, *rng.sample(day, k=len(day) // 2)]
    assert shown(replayed(again)) == shown(replayed(day))
    assert replayed(again).state.counters.repeated == len(again) - len(day)


def disordered(day: list[Event], rng: random.Random, lateness_ms: int) -> list[Event]:
    """Each event comes up to `lateness_ms` after it happened."""
    late = [
        (event.time + rng.randrange(lateness_ms), msgspec.structs.replace(event)) for event in day
    ]
    return [
        msgspec.structs.replace(event, recvtime=at)
        for at, event in sorted(late, key=lambda pair: (pair[0], rng.random()))
    ]


@settings(max_examples=150, deadline=None)
@given(days(), st.randoms())
def test_any_order_within_the_lateness_gives_the_same_figures(
    day: list[Event], rng: random.Random
) -> None:
    floor = Floor(SITE)
    for event in disordered(day, rng, 4_900):
        floor.apply(event)
        assert law_holds(floor)
    assert shown(floor) == shown(replayed(day))


@settings(max_examples=60, deadline=None)
@given(days(), st.randoms())
def test_what_comes_very_late_corrects_its_own_interval_and_is_counted(
    day: list[Event], rng: random.Random
) -> None:
    held_back = rng.sample(day, k=min(len(day), 5))
    last = max((event.time for event in day), default=T0)
    rest = [event for event in day if event not in held_back]
    late = [msgspec.structs.replace(event, recvtime=last + 60_000) for event in held_back]
    floor, whole = replayed([*rest, *late]), replayed(day)
    one, other = shown(floor), shown(whole)
    counted = floor.state.counters.late
    one["health"].pop("late")
    other["health"].pop("late")
    assert one == other
    high = max((event.time for event in rest), default=0)
    expected = 0
    for event in late:
        expected += event.time < high - 5_000
        high = max(high, event.time)
    assert counted == expected


@settings(max_examples=60, deadline=None)
@given(days(), st.integers(0, 100))
def test_a_checkpoint_and_the_tail_are_as_good_as_the_whole(day: list[Event], cut: int) -> None:
    at = min(cut, len(day))
    floor = Floor(SITE, Floor.load(replayed(day[:at]).dump()))
    for event in day[at:]:
        floor.apply(event)
    whole = replayed(day)
    assert floor.state == whole.state
    assert shown(floor) == shown(whole)


@settings(max_examples=60, deadline=None)
@given(days(), st.randoms())
def test_patches_build_up_to_the_whole_document(day: list[Event], rng: random.Random) -> None:
    floor = Floor(SITE)
    figures = Figures(floor)
    built = whole(figures, T0)
    for event in day:
        floor.apply(event)
        if rng.random() < 0.2:
            built = merged(built, msgspec.to_builtins(figures.patch(event.time)))
    built = merged(built, msgspec.to_builtins(figures.patch(T0 + 5_000_000)))
    fresh = whole(Figures(floor), T0 + 5_000_000)
    assert diff(built, fresh) == diff(fresh, built) == {}


def merged(target: Any, patch: Any) -> Any:
    """RFC 7396, as its own pseudo-code has it."""
    if not isinstance(patch, dict):
        return patch
    result = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            result.pop(key, None)
        else:
            result[key] = merged(result.get(key), value)
    return result


KINDS: list[type[Fact]] = [ArrivalFact, WaitFact, HandleFact, BlockFact, RingFact, ScoreFact]


@settings(max_examples=60, deadline=None)
@given(days(), st.randoms())
def test_live_and_polars_agree_exactly(day: list[Event], rng: random.Random) -> None:
    log: list[tuple[int, Fact]] = []
    floor = replayed(disordered(day, rng, 60_000), log=log)
    standing = stands(log)
    for kind in KINDS:
        rows = sums(kind, table(kind, standing, floor.calendar).lazy()).collect()
        names = [term.__name__ for _, terms in TERMS[kind] for term in terms]
        live = {
            (queue, at): {name: total[name] for name in names}
            for queue, account in floor.state.ledger.queues.items()
            for at, cell in account.cells.items()
            if any((total := add_up([cell]))[name] for name in names)
        }
        report = {
            (row["queue"], row["interval_at"]): {name: row[name] for name in names}
            for row in rows.iter_rows(named=True)
            if any(row[name] for name in names)
        }
        assert report == live
    assert acw(standing, floor) == sum(
        add_up(account.cells.values())["acw_ms"] for account in floor.state.ledger.queues.values()
    )
    assert spans(standing, floor) == {
        (agent, key): ms
        for agent, account in floor.state.ledger.agents.items()
        for key, ms in added(account.spans.values()).items()
        if ms
    }


def stands(log: list[tuple[int, Fact]]) -> list[Fact]:
    """The facts that were stated and not taken back."""
    standing: list[Fact] = []
    for sign, fact in log:
        if sign > 0:
            standing.append(fact)
        else:
            standing.remove(fact)
    return standing


def acw(standing: list[Fact], floor: Floor) -> int:
    rows = table(SpanFact, standing, floor.calendar).lazy()
    rows = rows.filter(pl.col("queue") != "")
    return int(sums(SpanFact, rows, by=("queue",)).collect()["acw_ms"].sum())


def spans(standing: list[Fact], floor: Floor) -> dict[tuple[str, str], int]:
    rows = time_in_state(table(SpanFact, standing, floor.calendar).lazy()).collect()
    return {
        (r["agent"], f"{r['state']}:{r['reason']}" if r["reason"] else r["state"]): r["ms"]
        for r in rows.iter_rows(named=True)
    }


def added(days: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for day in days:
        for key, ms in day.items():
            total[key] = total.get(key, 0) + ms
    return total


@pytest.mark.parametrize("origin", [Origin.BACKFILL, Origin.LIVE])
def test_an_abandon_after_an_answer_is_out_of_step(origin: Origin) -> None:
    stamp = Stamp("/acd/hq/pbx", "1")
    name: dict[str, Any] = {"visit": "v", "queue": "sales", "call": "c"}
    floor = Floor(SITE)
    floor.apply(stamp.event(Queued(**name), time=T0, recvtime=T0))
    floor.apply(stamp.event(Answered(**name, agent="a"), time=T0 + 1000, recvtime=T0 + 1000))
    floor.apply(stamp.event(Abandoned(**name), time=T0 + 2000, recvtime=T0 + 2000, origin=origin))
    floor.finish()
    total = add_up(floor.state.ledger.queues["sales"].cells.values())
    assert (total["answered"], total["abandoned"]) == (1, 0)
    assert floor.state.visits.out_of_step == (1 if origin is Origin.LIVE else 0)


ADDITIVE = ("waiting", "talking", "overflowed", *COUNTED)


@settings(max_examples=40, deadline=None)
@given(days(), st.randoms())
def test_groups_are_totals_of_their_queues_however_they_came_about(
    day: list[Event], rng: random.Random
) -> None:
    floor = Floor(SITE)
    figures = Figures(floor)
    figures.group("all", {"sales", "support"}, None)
    figures.group("everybody", None, None)
    cut = rng.randrange(len(day) + 1)
    for event in day[:cut]:
        floor.apply(event)
        if rng.random() < 0.2:
            figures.patch(event.time)
    figures.group("sales", {"sales"}, None)
    figures.group("support", {"support"}, None)
    for event in day[cut:]:
        floor.apply(event)
        if rng.random() < 0.2:
            figures.patch(event.time)
    groups = whole(figures, T0 + 5_000_000)["groups"]
    totals = figures.document["totals"]
    # Nobody is a member of a queue here: people of no queue are the whole floor's alone.
    assert {**groups["all"], "agents": totals["agents"]} == totals
    assert groups["everybody"] == totals
    for name in ADDITIVE:
        assert groups["sales"][name] + groups["support"][name] == totals[name]
    for name in COURSE:
        parts = [groups[queue]["trend"][name] for queue in ("sales", "support")]
        numbers = parts[0].keys() | parts[1].keys()
        assert {n: parts[0].get(n, 0) + parts[1].get(n, 0) for n in numbers} == totals["trend"][
            name
        ]
