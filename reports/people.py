"""What people did: calls and time in state, by agent, by team and by day."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from reports import ratios
from reports.basis import Basis, Focus
from reports.figures import Row, cells, columns
from reports.model import Column, Kind
from reports.tallies import by
from stream.metrics import AGENT_NAMES, Sums

CALLS = ("answered", "handled", "talk", "hold", "acw", "ring_no_answer", "att", "aht")
_TIMES = (
    Column(key="signed_in", kind=Kind.DURATION),
    Column(key="ready", kind=Kind.DURATION),
    Column(key="not_ready", kind=Kind.DURATION),
    Column(key="occupancy", kind=Kind.SHARE, of="busy_and_ready"),
    Column(key="utilisation", kind=Kind.SHARE, of="signed_in"),
)


Done = tuple[Sums, dict[str, int]]
"""Sums, and times in state."""


class Doings:
    """Sums and times of people, added up by agent, by team and by day."""

    def __init__(self, basis: Basis) -> None:
        self.timed = basis.request.focus is not Focus.QUEUES
        """Whether times are told: an agent's day is not one queue's."""
        self._basis = basis

    def by(self, key: str) -> dict[Any, Done]:
        """By `agent` or `day`; those with nothing are left out."""
        tallies = self._basis.tallies
        found: dict[Any, Done] = {}
        for row in by(tallies.agents, [key], AGENT_NAMES).rows(named=True):
            found[row.pop(key)] = (row, {})
        if self.timed:
            times = tallies.states.group_by(key, "state").agg(pl.col("ms").sum())
            for each, state, ms in times.rows():
                _, spent = found.setdefault(each, (dict.fromkeys(AGENT_NAMES, 0), {}))
                spent[state] = ms
        return {
            each: (sums, spent)
            for each, (sums, spent) in found.items()
            if any(sums.values()) or ratios.signed_in_ms(spent)
        }

    def by_team(self) -> dict[str, list[Done]]:
        """What the members of each team did."""
        teams: dict[str, list[Done]] = {}
        for agent, done in self.by("agent").items():
            teams.setdefault(self._basis.team_of(agent), []).append(done)
        return teams

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

    def total(self, parts: Iterable[Done]) -> Row:
        """All of these together."""
        sums, times = dict.fromkeys(AGENT_NAMES, 0), dict[str, int]()
        for each, spent in parts:
            for name in AGENT_NAMES:
                sums[name] += each[name]
            for state, ms in spent.items():
                times[state] = times.get(state, 0) + ms
        return self.row(sums, times)
