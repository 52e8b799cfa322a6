"""The figures that a threshold can be set on, by name, each per scope and span of time.

Their formulas are those of `stream.metrics`, their sums those of the ledger: nothing is counted here.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from alerts.breach import Sight
from ingest.events import Millis
from ingest.words import AgentStatus
from stream.floor import Floor
from stream.ledger import Account, Cell, add_up
from stream.metrics import (
    AGENT_NAMES,
    NAMES,
    Sums,
    abandon_rate,
    aht_ms,
    asa_ms,
    att_ms,
    average_abandon_ms,
    overflowed,
    service_level,
    waits_ended,
)
from stream.sites import QueueCard

NOW, INTERVAL, DAY = "now", "interval", "day"


class Reading(NamedTuple):
    """A figure, and how many calls (or people) it is of."""

    value: float
    of: int


class Ratio(NamedTuple):
    """A quotient of sums, and what it is of."""

    value: Callable[[Sums], float | None]
    of: Callable[[Sums], int]


def _handled(sums: Sums) -> int:
    return sums["completed"] + sums["transferred"]


RATIOS: Mapping[str, Ratio] = {
    "abandon_rate": Ratio(abandon_rate, waits_ended),
    "asa_ms": Ratio(asa_ms, lambda sums: sums["answered"]),
    "average_abandon_ms": Ratio(average_abandon_ms, lambda sums: sums["abandoned"]),
    "att_ms": Ratio(att_ms, _handled),
    "aht_ms": Ratio(aht_ms, _handled),
}
"""Those whose formula is the same in every queue; the service level's is the queue's own."""
SERVICE_LEVEL = "service_level"
COUNTS: tuple[str, ...] = (*(name for name in NAMES if "_ms" not in name), "overflowed")
"""Sums of calls, as they are."""
AGENT_RATIOS = ("att_ms", "aht_ms")
AGENT_COUNTS = tuple(name for name in AGENT_NAMES if "_ms" not in name)
STATES = tuple(status.value for status in AgentStatus if status is not AgentStatus.SIGNED_OUT)
STAFFED = "staffed"
"""Agents who are signed in, whatever they do."""
OF_NOW = ("waiting", "longest_wait_ms", *STATES, STAFFED)
"""What has a value at an instant; `talking` and the other states count agents."""
OF_SPANS = (SERVICE_LEVEL, *RATIOS, *COUNTS)
METRICS = (*OF_NOW, *OF_SPANS)

_AWAY = (AgentStatus.SIGNED_OUT.value, AgentStatus.UNKNOWN.value)


class Gauge:
    """Reads figures off one floor. Sums are added up once per instant: ask for all of one first."""

    def __init__(self, floor: Floor) -> None:
        self._floor = floor
        self._now: Millis = -1
        self._sums: dict[tuple[str, str], Sums] = {}
        self._queues: dict[str, tuple[str, ...]] = {}
        self._older: dict[str, tuple[tuple[int, int, int], Cell]] = {}

    def scopes(self) -> list[str]:
        """All scopes that there are now: the floor, queues, groups, teams, agents."""
        floor = self._floor
        site, state = floor.site, floor.state
        queues = {*site.queues, *state.ledger.queues, *floor.visits.waiting}
        groups = {site.queue(queue).group for queue in queues} - {""}
        return [
            "",
            *sorted(f"queue:{queue}" for queue in queues),
            *sorted(f"group:{group}" for group in groups),
            *sorted(f"team:{team}" for team in site.teams),
            *sorted(f"agent:{agent}" for agent in state.agents.agents),
        ]

    def at(self, now: Millis) -> None:
        """Time has come to this instant: what was added up for another one is forgotten."""
        if now != self._now:
            self._now = now
            self._sums.clear()
            self._queues.clear()

    def queues(self, scope: str) -> tuple[str, ...]:
        """The queues of the floor, of a group, or the queue itself; none for people."""
        found = self._queues.get(scope)
        if found is None:
            found = self._queues[scope] = tuple(sorted(self._queues_of(scope)))
        return found

    def _queues_of(self, scope: str) -> Iterator[str]:
        kind, _, name = scope.partition(":")
        if kind == "queue":
            yield name
        elif kind in ("", "group"):
            floor = self._floor
            for queue in {*floor.site.queues, *floor.state.ledger.queues, *floor.visits.waiting}:
                if not kind or floor.site.queue(queue).group == name:
                    yield queue

    def blind(self, scope: str, sight: Sight) -> bool:
        """Whether something of this scope cannot be seen now."""
        if not sight.blind_sources:
            return False
        if scope.startswith(("agent:", "team:")):
            people = self._floor.state.agents.agents
            mine = (people[id].source for id in self._members(scope) if id in people)
            return not sight.blind_sources.isdisjoint(mine)
        return not sight.blind_queues.isdisjoint(self.queues(scope))

    def read(self, metric: str, scope: str, over: str, now: Millis) -> Reading | None:
        """The figure; None where nothing is known, where there were no calls, or where the scope
        has no such figure. `over` matters to sums only, of which `now` is the running interval."""
        self.at(now)
        if metric in ("waiting", "longest_wait_ms"):
            return self._waiting(metric, scope, now)
        if metric in STATES or metric == STAFFED:
            return self._people(metric, scope)
        if scope.startswith(("agent:", "team:")):
            return self._of_people(metric, scope, over, now)
        sums = self._of_queues(scope, over, now)
        if metric == SERVICE_LEVEL:
            return self._service_level(scope, sums)
        return _of_sums(metric, sums)

    def _waiting(self, metric: str, scope: str, now: Millis) -> Reading | None:
        if scope.startswith(("agent:", "team:")):
            return None
        waiting = self._floor.visits.waiting
        began = [at for queue in self.queues(scope) for at in waiting.get(queue, {}).values()]
        if metric == "waiting":
            return Reading(len(began), len(began))
        return Reading(max(0, now - min(began)) if began else 0, len(began))

    def _people(self, metric: str, scope: str) -> Reading:
        """Agents in a state. One paused in this queue alone is not ready here."""
        agents, kind = self._floor.agents, scope.partition(":")[0]
        counts: Mapping[str, int]
        if kind == "":
            counts = agents.counts
        elif kind == "queue":
            counts = agents.queue_counts.get(scope.partition(":")[2], {})
        else:
            counts = self._counted(self._members(scope))
        staffed = sum(count for state, count in counts.items() if state not in _AWAY)
        return Reading(staffed if metric == STAFFED else counts.get(metric, 0), staffed)

    def _counted(self, people: Iterable[str]) -> dict[str, int]:
        counts: dict[str, int] = {}
        for id in people:
            agent = self._floor.state.agents.agents.get(id)
            if agent is not None and agent.now is not None:
                counts[agent.now.state] = counts.get(agent.now.state, 0) + 1
        return counts

    def _members(self, scope: str) -> set[str]:
        """The people of a group's queues, of a team, or the one."""
        kind, _, name = scope.partition(":")
        if kind == "agent":
            return {name}
        if kind == "team":
            return {card.id for card in self._floor.site.agents.values() if card.team == name}
        members = self._floor.agents.members
        return {id for queue in self.queues(scope) for id in members.get(queue, ())}

    def _of_people(self, metric: str, scope: str, over: str, now: Millis) -> Reading | None:
        if metric not in (*AGENT_RATIOS, *AGENT_COUNTS):
            return None
        accounts, people = self._floor.state.ledger.agents, self._members(scope)
        return _of_sums(metric, self._added(accounts, people, scope, over, now))

    def _of_queues(self, scope: str, over: str, now: Millis) -> Sums:
        accounts = self._floor.state.ledger.queues
        return self._added(accounts, self.queues(scope), scope, over, now)

    def _added(
        self,
        accounts: Mapping[str, Account],
        mine: Iterable[str],
        scope: str,
        over: str,
        now: Millis,
    ) -> Sums:
        sums = self._sums.get((scope, over))
        if sums is None:
            people = accounts is self._floor.state.ledger.agents
            calendar, names = self._floor.calendar, AGENT_NAMES if people else NAMES
            start = calendar.interval(now) if over != DAY else calendar.day(now)
            cells: list[Cell] = []
            for name in mine:
                account = accounts.get(name)
                if account is not None and over == DAY:
                    cells += self._day(account, f"{people}:{name}", start, names)
                elif account is not None and start in account.cells:
                    cells.append(account.cells[start])
            sums = self._sums[scope, over] = add_up(cells, names)
        return sums

    def _day(
        self, account: Account, key: str, day: Millis, names: tuple[str, ...]
    ) -> Iterator[Cell]:
        """The newest interval, and all before it of the day: those are added up when one changes."""
        stand = (account.newest, account.corrected, day)
        kept = self._older.get(key)
        if kept is None or kept[0] != stand:
            before = [cell for at, cell in account.cells.items() if day <= at < account.newest]
            kept = self._older[key] = (stand, list(add_up(before, names).values()))
        yield kept[1]
        if account.newest >= day:
            yield account.cells[account.newest]

    def _service_level(self, scope: str, sums: Sums) -> Reading | None:
        """Queues that are held to different targets have no common service level."""
        site, accounts = self._floor.site, self._floor.state.ledger.queues
        used = [site.queue(queue) for queue in self.queues(scope) if queue in accounts]
        if len({_target(card) for card in used}) != 1:
            return None
        value = service_level(sums, used[0].service_level)
        return None if value is None else Reading(value, waits_ended(sums))


def _of_sums(metric: str, sums: Sums) -> Reading | None:
    ratio = RATIOS.get(metric)
    if ratio is None:
        count = overflowed(sums) if metric == "overflowed" else sums[metric]
        return Reading(count, count)
    value = ratio.value(sums)
    return None if value is None else Reading(value, ratio.of(sums))


def _target(card: QueueCard) -> tuple[Millis, Millis, str]:
    return card.target_ms, card.short_ms, card.service_level.value
