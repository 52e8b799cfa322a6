"""The faults of a scenario file: what goes wrong, when by the site's clock, and how badly."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from simulators import scenario_values as values
from simulators.faults import SCOPES, SIZED, Fault, FaultKind
from simulators.local_time import next_start, start_of
from simulators.plans import DAY_MIN
from simulators.scenario import Scenario
from simulators.scenario_keys import Ids
from simulators.scenario_mistakes import Mistake, MistakesError, mistaken
from simulators.scenario_parts import Key, fields

_DURATIONS = (FaultKind.CLOCK_SKEW, FaultKind.CLOCK_JUMP)
"""The kinds whose size is a duration, so that it is written as one."""


@dataclass(frozen=True, slots=True)
class PlannedFault:
    """A fault; with `at_min` it begins at the first such local time of day from the start on.

    So it keeps its time of day when the scenario is begun at another hour.
    """

    fault: Fault
    at_min: int | None = None

    def on(self, scenario: Scenario) -> Fault:
        """The fault as this scenario has it, by its start; raises `ScenarioError` if it has none."""
        if self.at_min is None:
            return self.fault
        begins = start_of(scenario)
        at = next_start(scenario.zone, self.at_min, DAY_MIN, begins - 1)
        return replace(self.fault, after_ms=at - begins)


def planned(value: object, ids: Ids, *, started: bool) -> PlannedFault:
    """The fault of one `[[faults]]`; `started` says whether the scenario has a start."""
    read = fields(value, _keys(ids), required=("kind", "for"))
    mistakes = []
    if ("at" in read) == ("after_ms" in read):
        what = "a fault begins at a time of day, or after a while"
        mistakes.append(Mistake((), what, 'Write either at = "10:30" or after = "2h"'))
    if "at" in read and not started:
        what = "without a start there is no first day"
        mistakes.append(
            Mistake(("at",), what, 'Add start = "2026-11-23 08:00", or write after = …')
        )
    mistakes += _size(read)
    if mistakes:
        raise MistakesError(*mistakes)
    at_min = read.pop("at", None)
    return PlannedFault(Fault(**({"after_ms": 0} | read)), at_min)


def _keys(ids: Ids) -> dict[str, Key]:
    return {
        "kind": Key("kind", values.word(FaultKind)),
        "at": Key("at", values.clock_min),
        "after": Key("after_ms", values.duration_ms),
        "for": Key("length_ms", values.some_ms),
        "scope": Key("scope", lambda value: _scope(value, ids)),
        "size": Key("size", _any_size),
        "ramp": Key("ramp_ms", values.duration_ms),
    }


def _scope(value: object, ids: Ids) -> str:
    if value == "":
        return ""
    what, colon, name = (scope := values.text(value)).partition(":")
    if what not in SCOPES or not colon:
        raise mistaken(
            f'"{values.shown(scope)}" is not a scope',
            f"Write {', '.join(f'{what}:…' for what in SCOPES)}, or take it out for all",
        )
    known: dict[str, Collection[str]] = {
        "queue": ids.queues,
        "trunk": ids.trunks,
        "agent": ids.agents,
        "team": ids.teams,
        "location": ids.locations,
    }
    values.known(what, known[what])(name)
    return scope


def _any_size(value: object) -> float | str:
    """A number; or a text, which is a duration where the kind has one."""
    return value if isinstance(value, str) else values.number(-1e9, 1e9)(value)


def _size(read: dict[str, Any]) -> list[Mistake]:
    """Puts the size in order, by the kind of the fault; or says what is wrong with it."""
    kind, size = read["kind"], read.get("size")
    if kind not in SIZED:
        wrong = Mistake(("size",), f"{kind} has no size", "Take it out")
        return [] if size is None else [wrong]
    if size is None:
        return [Mistake((), "size is missing", f"Add size = …, which is {_MEANING[kind]}")]
    try:
        if kind in _DURATIONS:
            size = float(values.signed_ms(size))
        low, high = SIZED[kind]
        read["size"] = values.number(low, high)(size)
    except MistakesError as error:
        return [
            Mistake(("size",), wrong.what, f"{wrong.mend}. The size is {_MEANING[kind]}")
            for wrong in error.mistakes
        ]
    return []


_SHARE = "a share from 0 to 1"
_MEANING = {
    FaultKind.PEAK: "how many times the calls: 3 is three times as many",
    FaultKind.DROPS: _SHARE,
    FaultKind.SIGN_OUT: _SHARE,
    FaultKind.FLAPPING: "how many times the feed goes away",
    FaultKind.DUPLICATE: _SHARE,
    FaultKind.LATE: _SHARE,
    FaultKind.REORDERED: _SHARE,
    FaultKind.LOST: _SHARE,
    FaultKind.CLOCK_SKEW: 'how much the clock gains per hour: "2s", or loses: "-2s"',
    FaultKind.CLOCK_JUMP: 'how much the clock is fast: "90s", or slow: "-90s"',
    FaultKind.GARBAGE: "how many pieces a minute",
}
