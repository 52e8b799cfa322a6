"""What people did: calls and time in state, by agent, by team and by day."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import polars as pl

from reports import ratios
from reports.basis import Basis, Focus
from reports.figures import Row, cells, columns
from reports.model import Column, Kind
from stream.metrics import AGENT_NAMES, Sums

CALLS = ("answered", "handled", "talk", "hold", "acw", "ring_no_answer", "att", "aht")
_TIMES = (
    Column(key="signed_in", kind=Kind.DURATION),
    Column(key="ready", kind=Kind.DURATION),
    Column(key="not_ready", kind=Kind.DURATION),
    Column(key="occupancy", kind=Kind.SHARE, of="busy_and_ready"),
    Column(key="utilisation", kind=Kind.SHARE, of="signed_in"),
)


class Doings:
    """Sums and times of people, added up by whatever a person and a day belong to."""

    def __init__(self, basis: Basis) -> None:
        tallies = basis.tallies
        self.timed = basis.request.focus is not Focus.QUEUES
        """Whether times are told: an agent's day is not one queue's."""
        self._calls: list[dict[str, Any]] = tallies.agents.rows(named=True)
        times = tallies.states.group_by("day", "agent", "state").agg(pl.col("ms").sum())
        self._times: list[dict[str, Any]] = times.rows(named=True)

    def by(self, key: Callable[[Mapping[str, Any]], Any]) -> dict[Any, tuple[Sums, dict[str, int]]]:
        """Sums and times in state by a key of agent and day; those with nothing are left out."""
        found: dict[Any, tuple[Sums, dict[str, int]]] = {}
        for row in self._calls:
            sums, _ = found.setdefault(key(row), (dict.fromkeys(AGENT_NAMES, 0), {}))
            for name in AGENT_NAMES:
                sums[name] += row[name]
        for row in self._times if self.timed else ():
            _, times = found.setdefault(key(row), (dict.fromkeys(AGENT_NAMES, 0), {}))
            times[row["state"]] = times.get(row["state"], 0) + row["ms"]
        return {
            each: (sums, times)
            for each, (sums, times) in found.items()
            if any(sums.values()) or ratios.signed_in_ms(times)
        }

    @property
    def columns(self) -> list[Column]:
        return [*columns(CALLS), *(_TIMES if self.timed else ())]

    def row(self, sums: Sums, times: Mapping[str, int]) -> Row:
        """The cells of some sums and times."""
        row = cells(sums, CALLS)
        if self.timed:
            row |= {
                "signed_in": ratios.signed_in_ms(times),
                "ready": times.get("ready", 0),
                "not_ready": times.get("not_ready", 0),
                "occupancy": list(ratios.occupancy(times)),
                "utilisation": list(ratios.utilisation(times)),
            }
        return row

    def total(self, parts: Iterable[tuple[Sums, Mapping[str, int]]]) -> Row:
        """All of these together."""
        sums, times = dict.fromkeys(AGENT_NAMES, 0), dict[str, int]()
        for each, spent in parts:
            for name in AGENT_NAMES:
                sums[name] += each[name]
            for state, ms in spent.items():
                times[state] = times.get(state, 0) + ms
        return self.row(sums, times)
