"""Plans of breaks: as good as an exact solver's, and never beyond a limit."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from math import pi, sin
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.breaks import BreakPlan, BreaksError, Calls, Due, Slot, plan
from planning.erlang import erlang_a

HALF_HOURS = Calls(slot_s=1_800, handling_s=240, patience_s=180)


def lost(slot: Slot, calls: Calls, off: int) -> float:
    """By the definition: who gives up in this slot, if so many are off."""
    found = erlang_a(
        per_hour=slot.per_hour,
        handling_s=calls.handling_s,
        agents=slot.agents - off,
        patience_s=calls.patience_s,
    )
    return found.abandons * slot.per_hour * calls.slot_s / 3_600


def optimum(
    solver: Any, slots: Sequence[Slot], due: Sequence[Due], calls: Calls
) -> tuple[float, int]:
    """The fewest abandons that an exact solver finds, and how many breaks it leaves out."""
    left_out = 1e4
    kinds = Counter(
        (each.first, min(each.last, len(slots) - each.length), each.length) for each in due
    )
    columns: list[tuple[Any, int | None, float, int]] = []
    for kind, number in kinds.items():
        columns += [(kind, at, 0.0, number) for at in range(kind[0], kind[1] + 1)]
        columns.append((kind, None, left_out, number))
    for at, slot in enumerate(slots):
        costs = [lost(slot, calls, off) for off in range(slot.room + 1)]
        # Convex: the cheaper parts are filled first by themselves.
        columns += [("off", at, costs[n + 1] - costs[n], 1) for n in range(slot.room)]
    rows = [[float(column[0] == kind) for column in columns] for kind in kinds]
    for at in range(len(slots)):
        rows.append([_covers(column, at) for column in columns])
    totals = [*kinds.values(), *([0] * len(slots))]
    found = solver.milp(
        [column[2] for column in columns],
        constraints=solver.LinearConstraint(rows, totals, totals),
        integrality=[column[0] != "off" for column in columns],
        bounds=solver.Bounds(0, [column[3] for column in columns]),
        options={"mip_rel_gap": 1e-6, "time_limit": 60},
    )
    assert found.status == 0, found.message
    nowhere = sum(
        value
        for value, column in zip(found.x, columns, strict=True)
        if column[0] != "off" and column[1] is None
    )
    base = sum(lost(slot, calls, 0) for slot in slots)
    return base + found.fun - left_out * nowhere, round(nowhere)


def _covers(column: tuple[Any, int | None, float, int], at: int) -> float:
    what, start, _, _ = column
    if what == "off":
        return -float(start == at)
    return float(start is not None and start <= at < start + what[2])


def drawn(rng: Random) -> tuple[list[Slot], list[Due], Calls]:
    """A day of a group of 6 to 45: peaks, up to five shifts' windows, breaks of one to three slots."""
    number, staff = rng.randint(6, 14), rng.randint(6, 45)
    handling_s = rng.uniform(90, 400)
    calls = Calls(
        slot_s=rng.choice([900, 1_800]), handling_s=handling_s, patience_s=rng.uniform(60, 600)
    )
    load, peak = staff * rng.uniform(0.65, 0.98), rng.random()
    cap = rng.choice([None, max(1, staff // rng.randint(3, 8))])
    slots = [
        Slot(
            agents=max(1, staff + rng.randint(-staff // 8, staff // 8)),
            per_hour=load * 3_600 / handling_s * (1 + 0.25 * sin(2 * pi * (n / number + peak))),
            most_off=cap,
            least=staff // 3,
        )
        for n in range(number)
    ]
    windows = []
    for _ in range(rng.randint(1, 5)):
        first = rng.randint(0, number - 2)
        windows.append((first, rng.randint(first, number - 1), rng.choice([1, 1, 2, 2, 3])))
    due = []
    for n in range(round(staff * rng.uniform(0.3, 1))):
        first, last, length = rng.choice(windows)
        due.append(Due(id=f"{n}", first=first, last=last, length=length))
    return slots, due, calls


def test_no_plan_of_an_exact_solver_is_a_hundredth_better(solver: Any) -> None:
    """On 200 drawn days where all breaks have a place, tight ones (a slot is full) and slack ones.

    Where they have not all a place, it leaves out hardly more.
    """
    rng, gaps, spare, tight = Random(20261123), [], [], 0
    while len(gaps) < 200:
        slots, due, calls = drawn(rng)
        best, left_out = optimum(solver, slots, due, calls)
        found = plan(slots, due, calls)
        spare.append(len(found.left_out) - left_out)
        if not left_out:
            gaps.append(found.abandons / best - 1)
            assert not found.left_out
            tight += any(off >= slot.room for off, slot in zip(found.off, slots, strict=True))
    assert 40 <= tight <= 160
    assert max(gaps) <= 0.01
    assert min(gaps) >= -1e-4
    assert 0 <= min(spare) <= max(spare) <= 2
    assert sum(spare) <= len(spare) / 50


def test_three_waves_lose_more_calls_than_a_plan() -> None:
    """Sixty agents at nine tenths of their load, a break of half an hour each within three hours."""
    slots = [Slot(agents=60, per_hour=0.9 * 60 * 15) for _ in range(6)]
    due = [Due(id=f"{n}", first=0, last=5) for n in range(60)]
    found = plan(slots, due, HALF_HOURS)
    assert found.off == (10,) * 6
    waves = sum(lost(slots[0], HALF_HOURS, off) for off in (20, 0, 20, 0, 20, 0))
    assert found.without_breaks < found.abandons < waves * 0.75


def test_breaks_keep_clear_of_the_peak() -> None:
    calls = [300, 300, 560, 560, 300, 300]
    slots = [Slot(agents=40, per_hour=each, least=30) for each in calls]
    found = plan(slots, [Due(id=f"{n}", first=0, last=5) for n in range(24)], HALF_HOURS)
    assert found.off[2:4] == (0, 0)
    assert sum(found.off) == 24


def test_who_has_worked_longest_goes_first() -> None:
    slots = [Slot(agents=10, per_hour=100, most_off=1) for _ in range(4)]
    worked = {"li": 30, "wang": 120, "zhao": 60, "qian": 90}
    due = [Due(id=name, first=0, last=3, worked_ms=min_ * 60_000) for name, min_ in worked.items()]
    found = plan(slots, due, HALF_HOURS)
    assert sorted(found.starts, key=found.starts.__getitem__) == ["wang", "qian", "zhao", "li"]
    fewer = plan(slots[:2], due, HALF_HOURS)
    assert fewer.starts == {"wang": 0, "qian": 1}
    assert set(fewer.left_out) == {"li", "zhao"}
    later = plan(slots, [replace(due[0], last=1), *due[1:]], HALF_HOURS)
    assert later.starts == {"wang": 0, "li": 1, "qian": 2, "zhao": 3}


def test_nobody_goes_without_notice() -> None:
    slots = [Slot(agents=10, per_hour=10 * n) for n in range(6)]
    due = [Due(id="early", first=0, last=5), Due(id="missed", first=0, last=1)]
    found = plan(slots, due, HALF_HOURS, not_before=2)
    assert found.starts == {"early": 2}
    assert found.left_out == ("missed",)


kinds = st.tuples(st.integers(-1, 6), st.integers(-1, 9), st.integers(1, 4), st.integers(0, 3))


@settings(deadline=None)
@given(
    st.lists(
        st.builds(
            Slot,
            agents=st.integers(0, 8),
            per_hour=st.floats(0, 200),
            most_off=st.none() | st.integers(0, 4),
            least=st.integers(0, 9),
        ),
        max_size=7,
    ),
    st.lists(kinds, max_size=10),
    st.integers(0, 3),
)
def test_no_limit_is_ever_broken(
    slots: list[Slot], wanted: list[tuple[int, int, int, int]], not_before: int
) -> None:
    due = [
        Due(id=f"{n}", first=first, last=last, length=length, worked_ms=worked)
        for n, (first, last, length, worked) in enumerate(wanted)
    ]
    found = plan(slots, due, HALF_HOURS, not_before=not_before)
    off = Counter(
        at
        for each in due
        if each.id in found.starts
        for at in range(found.starts[each.id], found.starts[each.id] + each.length)
    )
    assert list(found.off) == [off[at] for at in range(len(slots))]
    for at, slot in enumerate(slots):
        assert off[at] == 0 or slot.agents - off[at] >= slot.least
        assert slot.most_off is None or off[at] <= slot.most_off
    for each in due:
        if each.id in found.starts:
            start = found.starts[each.id]
            assert max(each.first, not_before) <= start <= each.last
            assert start + each.length <= len(slots)
    assert {*found.starts, *found.left_out} == {each.id for each in due}
    assert len(found.starts) + len(found.left_out) == len(due)
    assert found.abandons == pytest.approx(
        sum(lost(slot, HALF_HOURS, off[at]) for at, slot in enumerate(slots))
    )
    _fair(due, found, not_before)
    _nobody_left_out_could_go(slots, due, found, not_before)


def _fair(due: list[Due], found: BreakPlan, not_before: int) -> None:
    """Nobody could have the earlier break of somebody who has worked less, if that one could his."""
    for one in due:
        for other in due:
            if one.worked_ms > other.worked_ms and one.length == other.length:
                mine, his = (found.starts.get(each.id) for each in (one, other))
                if mine is not None and his is not None and his < mine:
                    assert max(one.first, not_before) > his or mine > other.last


def _nobody_left_out_could_go(
    slots: list[Slot], due: list[Due], found: BreakPlan, not_before: int
) -> None:
    for each in due:
        if each.id in found.left_out:
            for at in range(
                max(each.first, not_before), min(each.last, len(slots) - each.length) + 1
            ):
                covered = range(at, at + each.length)
                assert any(found.off[n] >= slots[n].room for n in covered)


def test_the_same_day_gives_the_same_plan() -> None:
    slots, due, calls = drawn(Random(7))
    assert plan(slots, due, calls) == plan(slots, due, calls)


@pytest.mark.parametrize(
    ("slot", "due", "words"),
    [
        (Slot(agents=-1, per_hour=1), [], "slot 0"),
        (Slot(agents=1, per_hour=float("nan")), [], "slot 0"),
        (Slot(agents=1, per_hour=1), [Due(id="li", first=0, last=0)] * 2, "li: two"),
        (Slot(agents=1, per_hour=1), [Due(id="li", first=0, last=0, length=0)], "li: it must"),
    ],
)
def test_what_makes_no_plan_is_said(slot: Slot, due: list[Due], words: str) -> None:
    with pytest.raises(BreaksError, match=words):
        plan([slot], due, HALF_HOURS)
