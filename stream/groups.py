"""Groups: totals over some of a site's queues and people, kept up to date as the floor's own are.

A person counts once. With teams, people are those of the teams and whoever serves one of the queues;
of queues alone, whoever serves one; of teams alone, their people, and the queues are all.
"""

from collections.abc import Collection, Iterable, Mapping

from stream.figure_row import SIGNED_IN, Row, known, of_sums, rounded
from stream.floor import Floor
from stream.metrics import service_level
from stream.today import Today, Total


class _Group:
    """One group: its queues' total, and its people by state. None is all."""

    def __init__(
        self, queues: frozenset[str] | None, teams: frozenset[str] | None, total: Total
    ) -> None:
        self.queues = queues
        self.teams = teams
        self.total = total
        self.stale = True
        self.counts: dict[str, int] = {}
        self._states: dict[str, str] = {}

    def has_agent(self, team: str, queues: Collection[str]) -> bool:
        if self.teams is not None and team in self.teams:
            return True
        if self.queues is None:
            return self.teams is None
        return not self.queues.isdisjoint(queues)

    def count(self, agent: str, state: str) -> None:
        """This agent is in this state now; in none, if he is not of the group."""
        was = self._states.get(agent, "")
        if was == state:
            return
        self.stale = True
        if was:
            self.counts[was] -= 1
            del self._states[agent]
        if state:
            self.counts[state] = self.counts.get(state, 0) + 1
            self._states[agent] = state


class Groups:
    """The groups of a floor by name, and the row of each."""

    def __init__(self, floor: Floor, today: Today) -> None:
        self._floor = floor
        self._today = today
        self._groups: dict[str, _Group] = {}
        self._shown: set[str] = set()

    def group(
        self, name: str, queues: Collection[str] | None, teams: Collection[str] | None
    ) -> None:
        """Keep the totals of these queues and teams; what had this name before is replaced."""
        self.ungroup(name)
        own = None if queues is None else frozenset(queues)
        made = _Group(own, None if teams is None else frozenset(teams), self._today.gather(own))
        self._groups[name] = made
        for id in self._floor.state.agents.agents:
            self._count(id, (made,))

    def ungroup(self, name: str) -> None:
        """Keep the group of this name no more, if there is one."""
        gone = self._groups.pop(name, None)
        if gone is not None:
            self._today.drop(gone.total)

    def touch(self, queues: Iterable[str], agents: Iterable[str]) -> None:
        """These queues and agents have changed."""
        if not self._groups:
            return
        for id in agents:
            self._count(id, self._groups.values())
        for queue in queues:
            for group in self._groups.values():
                group.stale = group.stale or group.total.has(queue)

    def changed(self, rows: Mapping[str, Row], trend: Row) -> dict[str, Row | None]:
        """The rows of the groups that have changed since the last time; None for one that is gone.

        `rows` are those of the queues, `trend` what every trend begins with.
        """
        new: dict[str, Row | None] = dict.fromkeys(self._shown - self._groups.keys())
        self._shown = set(self._groups)
        for name, group in self._groups.items():
            if group.stale:
                group.stale = False
                new[name] = self._row(group, rows, trend)
        return new

    def _count(self, id: str, groups: Iterable[_Group]) -> None:
        floor = self._floor
        agent, card = floor.state.agents.agents.get(id), floor.site.agents.get(id)
        if agent is None or not agent.changes:
            return
        state, team = agent.changes[-1].state, card.team if card is not None else ""
        for group in groups:
            group.count(id, state if group.has_agent(team, agent.queues) else "")

    def _row(self, group: _Group, rows: Mapping[str, Row], trend: Row) -> Row:
        total = group.total
        own = [row for queue, row in rows.items() if total.has(queue)]
        row = total_row(self._floor, self._today, total)
        return row | known(
            waiting=sum(row["waiting"] for row in own),
            longest_since=min(
                (r["longest_since"] for r in own if "longest_since" in r), default=None
            ),
            talking=sum(row["talking"] for row in own),
            agents={state: group.counts.get(state, 0) for state in SIGNED_IN},
            trend={**trend, **total.course},
        )


def total_row(floor: Floor, today: Today, total: Total) -> Row:
    """What follows from the sums of some queues together."""
    sums = total.sums
    used = [floor.site.queue(name) for name in today.used() if total.has(name)]
    shared = {(card.target_ms, card.short_ms, card.service_level) for card in used}
    # Queues that are held to different targets have no common service level.
    same = shared.pop() if len(shared) == 1 else None
    return known(
        target_ms=same[0] if same else None,
        variant=same[2].value if same else None,
        service_level=rounded(service_level(sums, same[2])) if same else None,
        **of_sums(sums),
    )
