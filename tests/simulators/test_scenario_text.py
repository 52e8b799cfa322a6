"""Scenarios written as files, and read back: nothing may change on the way."""

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.words import CauseClass
from simulators.demo import DEMO, OFFICE
from simulators.faults import SIZED, Fault, FaultKind
from simulators.plans import (
    AgentPlan,
    Break,
    Cause,
    Habits,
    Length,
    Location,
    Meeting,
    Patience,
    Profile,
    QueuePlan,
    Shift,
    Trunk,
    Wander,
)
from simulators.scenario import Scenario
from simulators.scenario_file import parse, preset
from simulators.scenario_presets import PRESETS
from simulators.scenario_text import text

TEXTS = st.text(
    st.sampled_from(string.ascii_letters + string.digits + " \"\\'\t\n#=[]{}坐席é\x7f\x01"),
    min_size=1,
    max_size=12,
).filter(str.strip)
NAMES = st.dictionaries(st.sampled_from(("zh", "en")), TEXTS)
MS = st.integers(0, 10**8)
SOME_MS = st.integers(1, 10**8)
SHARES = st.floats(0, 1)
SPANS = st.tuples(MS, MS).map(sorted).map(tuple)
LENGTHS = st.builds(Length, MS, st.none() | st.floats(0, 5))
HAZARDS = st.lists(st.tuples(SOME_MS, st.floats(0, 10)), unique_by=lambda pair: pair[0]).map(
    lambda pairs: ((0, 0.25), *sorted(pairs)) if pairs else ()
)
PATIENCE = st.builds(Patience, st.none() | SOME_MS, HAZARDS)
PROFILES = st.builds(
    Profile,
    step_min=st.just(720),
    weights=st.sampled_from((2, 14)).flatmap(lambda n: st.tuples(*[st.floats(0, 1_000)] * n)),
    weekdays=st.tuples(*[st.floats(0, 9)] * 7),
)
WEEKDAYS = st.sets(st.integers(0, 6), min_size=1).map(sorted).map(tuple)
HABITS = st.builds(
    Habits,
    menu_ms=SPANS,
    menu_quit_share=SHARES,
    key_after_ms=MS,
    callback_ms=SPANS,
    redials_most=st.integers(0, 9),
    causes=st.tuples(st.builds(Cause, TEXTS, st.sampled_from(CauseClass))),
    ring=LENGTHS,
    hold=LENGTHS,
    extensions=st.lists(TEXTS, max_size=2).map(tuple),
    csat_weights=st.tuples(*[st.floats(0.1, 9)] * 5),
)
FAULTS = st.builds(
    lambda kind, after_ms, length_ms, part: Fault(
        kind=kind,
        after_ms=after_ms,
        length_ms=length_ms,
        scope="queue:one" if part < 0.5 else "",
        size=round(SIZED[kind][0] + part * (SIZED[kind][1] - SIZED[kind][0]))
        if kind in SIZED
        else 0.0,
    ),
    st.sampled_from(FaultKind),
    MS,
    SOME_MS,
    SHARES,
)


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    queue = st.builds(
        QueuePlan,
        id=st.just("one"),
        names=NAMES,
        calls_per_hour=st.floats(0, 10_000),
        patience=PATIENCE,
        talk=LENGTHS,
        wrap_up=LENGTHS,
        did=TEXTS | st.just(""),
        skills=st.lists(TEXTS, max_size=2).map(tuple),
        priority=st.integers(-9, 9),
        timeout_ms=st.none() | SOME_MS,
        overflow_to=st.sampled_from(("", "two")),
        transfer_to=st.sampled_from(((), ("two",))),
        profile=st.none() | PROFILES,
        target_ms=MS,
    )
    one = draw(queue)
    shift = st.builds(
        Shift,
        id=st.just("early"),
        start_min=st.integers(0, 1_439),
        length_min=st.integers(1, 2_000),
        period_min=st.integers(1, 2_000),
        breaks=st.lists(
            st.builds(Break, reason=TEXTS, at_min=st.integers(0, 900), minutes=st.integers(1, 900)),
            max_size=2,
        ).map(tuple),
        weekdays=WEEKDAYS,
    )
    agent = st.builds(
        AgentPlan,
        id=TEXTS,
        names=NAMES,
        team=st.just("north"),
        queues=st.sampled_from((("one",), ("two", "one"))),
        shift=st.just("early"),
        interface=TEXTS,
        offset_min=st.integers(0, 90),
        talk_factor=st.floats(0.1, 10),
        no_answer_share=st.none() | SHARES,
    )
    return Scenario(
        site="hq",
        names=draw(NAMES),
        about=draw(st.none() | NAMES),
        time_zone="Asia/Shanghai",
        queues=(one, replace(one, id="two")),
        teams={"north": draw(NAMES)},
        shifts=(draw(shift),),
        agents=tuple(
            draw(st.lists(agent, min_size=1, max_size=3, unique_by=lambda agent: agent.id))
        ),
        profile=draw(PROFILES),
        trunks=(Trunk(name="a", share=draw(st.floats(0, 9))),),
        locations=(Location(id="house", names=draw(NAMES), teams=("north",), trunks=("a",)),),
        meetings=(Meeting(team="north", at_min=600, minutes=20, weekdays=draw(WEEKDAYS)),),
        habits=draw(HABITS),
        wander=draw(st.builds(Wander, day_variation=SHARES, step_correlation=SHARES)),
        faults=tuple(draw(st.lists(FAULTS, max_size=3))),
        day_start_min=draw(st.integers(0, 1_439)),
        start=draw(st.sampled_from(("", "2026-11-23", "2026-11-23 08:00"))),
        heartbeat_ms=draw(SOME_MS),
        grain_ms=draw(st.sampled_from((1, 1_000))),
    )


@given(scenarios())
def test_what_is_written_is_read_back_as_it_was(scenario: Scenario) -> None:
    assert parse(text(scenario), "written.toml") == scenario


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_written_and_read_back(name: str) -> None:
    scenario = preset(name)
    assert parse(text(scenario), name) == scenario


@pytest.mark.parametrize("scenario", [DEMO, OFFICE], ids=["demo", "office"])
def test_the_demo_is_written_and_read_back(scenario: Scenario) -> None:
    assert parse(text(scenario), "demo.toml") == scenario
