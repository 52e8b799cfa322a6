"""How many agents make the simulated floor wait as long as the real one did, by hour of the day. Pure.

First by Erlang A; then the floor itself is simulated and corrected, a few times. How far off a round
is, is told in agents: how many Erlang A wants for the real floor's waits, against those it wants for
the simulated one's. What Erlang A gets wrong, it gets wrong on both sides.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from ingest.events import Data, Millis
from planning.erlang import agents_for
from simulators.fit_days import Days
from simulators.fit_hours import Hour, hours, together
from simulators.fit_record import Reader, Record
from simulators.fit_staff import House, Staff, staffed
from simulators.floor_sim import FloorSim
from simulators.scenario import Scenario

ROUNDS = 5
_SEED = 1999
_CALLS = 8_000
"""Calls that a round simulates at least, if the days have to be repeated for it."""
_MOST_CALLS = 60_000
"""Calls that a round simulates at most, a week of days at least."""
_FEW = 30
"""An hour with fewer visits is corrected as its whole day is."""
_STEP = 1.3
"""One round changes an hour by no more than this factor."""
_BOUNDS = 0.3, 2.0
_QUIET_MS = 3_600_000
_Try = tuple[Sequence[float], Sequence[Hour]]
"""The factors of a round, and what came of them."""


def calibrated(
    house: House, staff: Sequence[Staff], seen: Record, days: Days, *, rounds: int, told: bool
) -> list[Staff]:
    """The people, corrected. With `told`, their number is right to begin with."""
    load = _load(seen)
    real = [hours(seen, days, part.kind.weekdays) for part in staff]
    now = list(staff)
    if not told:
        now = [
            part.corrected(_first(part, there, load))
            for part, there in zip(staff, real, strict=True)
        ]
    tries: list[list[_Try]] = [[] for _ in staff]
    for n in range(rounds):
        made = simulated(staffed(house, now), days, _SEED + n)
        for k, part in enumerate(now):
            tries[k].append((part.factors, sum_hours(made, part.kind.weekdays)))
            now[k] = part.corrected(_wanted(tries[k], real[k], load))
    return now


def simulated(scenario: Scenario, days: Days, seed: int) -> list[tuple[Record, Days]]:
    """What is seen of the scenario on these days, over and over until it is calls enough."""
    quiet = replace(scenario, heartbeat_ms=_QUIET_MS)
    found: list[tuple[Record, Days]] = []
    calls, repeat = 0, 0
    while calls < _CALLS and repeat < 40:
        made = _days(quiet, days, seed + 1_000 * repeat)
        found.append(made)
        calls += len(made[0].visits)
        repeat += 1
    return found


def _days(scenario: Scenario, days: Days, seed: int) -> tuple[Record, Days]:
    sim, reader = FloorSim(scenario, seed, days.start_at), Reader()
    done = 0
    while done < days.count:
        end_at = _end_of(days, done + 1)
        while sim.next_at < end_at:
            for time, data in sim.step():
                if isinstance(data, Data):
                    reader.take(time, data)
        done += 1
        if done >= 7 and sim.truth.arrived >= _MOST_CALLS:
            break
    return reader.finish(), days.whole(done)


def _end_of(days: Days, count: int) -> Millis:
    """When so many of the days are over."""
    return Days(days.zone, days.first + count, 1).start_at


class _Load:
    """What the calls of a site ask of its agents."""

    def __init__(self, handling_s: float, patience_s: float) -> None:
        self.handling_s, self.patience_s = handling_s, patience_s

    def agents(self, hour: Hour) -> float:
        """How many Erlang A wants for what came of this hour.

        The waits tell the same as the givings-up do, and both have their own chance in them.
        """
        gave_up = (hour.abandons + hour.wait_s / self.patience_s) / 2
        return agents_for(
            gave_up,
            per_hour=hour.visits / hour.days,
            handling_s=self.handling_s,
            patience_s=self.patience_s,
        )


def _load(seen: Record) -> _Load:
    waits = [s for s in seen.waits() if s.left in ("", "abandoned")]
    talks = [s.talk_ms for s in waits if s.talk_ms is not None]
    wrap_ups = [ms for times in seen.wrap_ups.values() for ms in times]
    handling_ms = sum(talks) / len(talks) + (sum(wrap_ups) / len(wrap_ups) if wrap_ups else 0)
    waited_ms = sum(s.wait_ms or 0 for s in waits)
    gave_up = sum(s.left == "abandoned" for s in waits)
    return _Load(max(handling_ms, 1_000) / 1_000, max(waited_ms / gave_up, 1_000) / 1_000)


def _first(part: Staff, real: Sequence[Hour], load: _Load) -> list[float]:
    """The factors that Erlang A wants."""
    whole = together(real)
    wanted = sum(load.agents(hour) for hour in real if hour.visits >= _FEW)
    had = sum(part.mean(n) for n, hour in enumerate(real) if hour.visits >= _FEW)
    usual = wanted / had if had and whole.visits else 1.0
    return [
        _bounded(load.agents(hour) / part.mean(n) if part.mean(n) else usual)
        if hour.visits >= _FEW
        else _bounded(usual)
        for n, hour in enumerate(real)
    ]


def _wanted(tries: Sequence[_Try], real: Sequence[Hour], load: _Load) -> list[float]:
    """The factors that would have been right, as far as the rounds tell.

    Each round is off by its own chance, all of them together by less. The first ones are left out
    as soon as there are others, for they are the farthest from what is right.
    """
    last = tries[len(tries) // 3 :]
    factors = [sum(column) / len(last) for column in zip(*(f for f, _ in last), strict=True)]
    made = _added(hours for _, hours in last)
    change = [
        load.agents(want) / load.agents(have) if min(want.visits, have.visits) >= _FEW else 0.0
        for want, have in zip(real, made, strict=True)
    ]
    known = [c for c in change if c]
    usual = sum(known) / len(known) if known else 1.0
    return [
        round(_bounded(factor * min(max(c or usual, 1 / _STEP), _STEP)), 3)
        for factor, c in zip(factors, change, strict=True)
    ]


def _added(tables: Iterable[Sequence[Hour]]) -> list[Hour]:
    """The same hours of several tables together, as of more days."""
    return [
        replace(together(column), days=sum(hour.days for hour in column), a_day=None)
        for column in zip(*tables, strict=True)
    ]


def sum_hours(
    made: Sequence[tuple[Record, Days]], weekdays: Collection[int] = range(7)
) -> list[Hour]:
    """The hours of the day of all that was simulated."""
    return _added(hours(record, days, weekdays) for record, days in made)


def _bounded(factor: float) -> float:
    return min(max(factor, _BOUNDS[0]), _BOUNDS[1])
