"""The section `people`: by team and by agent, calls and time, with every denominator named."""

from reports.basis import Basis
from reports.layout import DAY
from reports.model import Column, Kind, Note, Section, Table
from reports.people import Doings

_AGENT = Column(key="agent", kind=Kind.TEXT)
_TEAM = Column(key="team", kind=Kind.TEXT)


def section(basis: Basis) -> Section:
    """Calls, talk, hold, after-call work, unanswered offers; occupancy 占用率 and utilisation 工时利用率."""
    doings = Doings(basis)
    tables = [_teams(basis, doings), _agents(basis, doings)]
    if not basis.one_day:
        tables.append(_days(doings))
    notes = [Note(key="occupancy"), Note(key="utilisation")] if doings.timed else []
    if basis.live and doings.timed:
        notes.append(Note(key="open_states"))
    return Section(
        key="people", tables=[table for table in tables if table is not None], notes=notes
    )


def _agents(basis: Basis, doings: Doings) -> Table:
    every = doings.by("agent")
    order = {id: i for i, id in enumerate(basis.site.agents)}
    rows = [
        {
            "id": agent,
            "agent": basis.agent_name(agent),
            "team": basis.team_name(basis.team_of(agent)),
            **doings.row(*every[agent]),
        }
        for agent in sorted(every, key=lambda agent: (order.get(agent, len(order)), agent))
    ]
    return Table(
        key="agents",
        columns=[_AGENT, _TEAM, *doings.columns],
        rows=rows,
        total=doings.total(every.values()) if rows else None,
    )


def _teams(basis: Basis, doings: Doings) -> Table | None:
    if not basis.site.teams:
        return None
    every = doings.by_team()
    order = {id: i for i, id in enumerate(basis.site.teams)}
    rows = [
        {"id": team, "team": basis.team_name(team), **doings.total(every[team])}
        for team in sorted(every, key=lambda team: (order.get(team, len(order)), team))
    ]
    return Table(key="teams", columns=[_TEAM, *doings.columns], rows=rows)


def _days(doings: Doings) -> Table:
    every = doings.by("day")
    rows = [{"day": day.isoformat(), **doings.row(*every[day])} for day in sorted(every)]
    return Table(key="people_days", columns=[DAY, *doings.columns], rows=rows)
