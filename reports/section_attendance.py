"""The section `attendance` 考勤: who came when, against the shift file; without one, hours alone."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date

from ingest.events import Millis
from planning.attendance import Attended, Verdict
from reports.basis import Basis, Focus
from reports.figures import Row
from reports.model import Column, Kind, Note, Section, Table
from reports.presence import Day, Presence, Roster, days_of, present, roster
from reports.source import Source

_AGENT = Column(key="agent", kind=Kind.TEXT)
_TEAM = Column(key="team", kind=Kind.TEXT)
_DAY = Column(key="day", kind=Kind.DATE)
_SUMS = (
    *(Column(key=key, kind=Kind.COUNT) for key in ("shifts", "on_time", "late", "left_early")),
    *(Column(key=key, kind=Kind.COUNT) for key in ("absent", "not_known")),
    Column(key="attendance_rate", kind=Kind.SHARE, of="shifts_known"),
    *(Column(key=key, kind=Kind.DURATION) for key in ("late_time", "early_time")),
    *(Column(key=key, kind=Kind.DURATION) for key in ("planned_time", "worked_time", "over_time")),
    *(Column(key=key, kind=Kind.DURATION) for key in ("meal_time", "meal_owed")),
    *(Column(key=key, kind=Kind.DURATION) for key in ("break_taken", "break_owed")),
)
_SHIFT = (
    _DAY,
    _AGENT,
    _TEAM,
    *(Column(key=key, kind=Kind.INSTANT) for key in ("shift_start", "shift_end")),
    Column(key="verdict", kind=Kind.WORD),
    *(Column(key=key, kind=Kind.INSTANT) for key in ("signed_in_at", "signed_out_at")),
    *(Column(key=key, kind=Kind.DURATION) for key in ("late_time", "early_time", "away_time")),
    *(Column(key=key, kind=Kind.DURATION) for key in ("worked_time", "over_time")),
    *(Column(key=key, kind=Kind.DURATION) for key in ("meal_time", "meal_owed")),
    *(Column(key=key, kind=Kind.COUNT) for key in ("breaks_number", "breaks_owed")),
    *(Column(key=key, kind=Kind.DURATION) for key in ("break_taken", "break_owed")),
)
_OUTSIDE = (
    _AGENT,
    _TEAM,
    *(Column(key=key, kind=Kind.INSTANT) for key in ("signed_in_at", "signed_out_at")),
    Column(key="worked_time", kind=Kind.DURATION),
)
_HOURS = (
    _DAY,
    _AGENT,
    _TEAM,
    *(Column(key=key, kind=Kind.INSTANT) for key in ("signed_in_at", "signed_out_at")),
    *(Column(key=key, kind=Kind.DURATION) for key in ("worked_time", "meal_time", "break_taken")),
)
_ON_TIME = frozenset({Verdict.PRESENT})
_LATE = frozenset({Verdict.LATE, Verdict.LATE_AND_LEFT_EARLY})
_EARLY = frozenset({Verdict.LEFT_EARLY, Verdict.LATE_AND_LEFT_EARLY})
_CAME = _ON_TIME | _LATE | _EARLY
_WORST = (
    *(Verdict.ABSENT, Verdict.MISSING, Verdict.LATE_AND_LEFT_EARLY, Verdict.LATE),
    *(Verdict.LEFT_EARLY, Verdict.UNKNOWN, Verdict.RUNNING, Verdict.PRESENT, Verdict.PLANNED),
)


def attendance(
    sites: Mapping[str, tuple[Source, Presence]],
) -> Callable[[Basis], Section | None]:
    """A section for `reports.build`, by site: it reads a day more at both ends, for nights."""

    def section(basis: Basis) -> Section | None:
        if basis.request.focus is Focus.QUEUES or basis.site.id not in sites:
            return None  # a day at work is not one queue's
        source, presence = sites[basis.site.id]
        known = present(basis, source, presence)
        if presence.shifts is None:
            return _without_shifts(basis, days_of(basis, known))
        return _with_shifts(basis, roster(basis, known, presence))

    return section


def _with_shifts(basis: Basis, told: Roster) -> Section:
    tables = [_teams(basis, told), _agents(basis, told), _shifts(basis, told.attended)]
    if told.outside:
        tables.append(_outside(basis, told))
    notes = [Note(key="attendance", values={"grace_ms": told.grace_ms})]
    blind = sum(each.verdict is Verdict.UNKNOWN for each in told.attended)
    if blind:
        notes.append(Note(key="attendance_unknown", values={"shifts": blind}, tone="warn"))
    if not told.attended:
        notes.append(Note(key="attendance_no_shift", tone="warn"))
    return Section(key="attendance", tables=tables, notes=notes)


def _teams(basis: Basis, told: Roster) -> Table:
    teams: dict[str, list[Attended]] = {}
    for each in told.attended:
        teams.setdefault(_team(basis, each), []).append(each)
    order = {team: i for i, team in enumerate(basis.site.teams)}
    rows: list[Row] = [
        {"id": team, "team": basis.team_name(team), **_cells(teams[team])}
        for team in sorted(teams, key=lambda team: (order.get(team, len(order)), team))
    ]
    total = _cells(told.attended) if rows else None
    return Table(key="attendance_teams", columns=[_TEAM, *_SUMS], rows=rows, total=total)


def _agents(basis: Basis, told: Roster) -> Table:
    people: dict[str, list[Attended]] = {}
    for each in told.attended:
        people.setdefault(each.shift.agent, []).append(each)
    order = {id: i for i, id in enumerate(basis.site.agents)}
    rows: list[Row] = [
        {"id": agent, **_who(basis, agent, people[agent][0].shift.team), **_cells(people[agent])}
        for agent in sorted(people, key=lambda agent: (order.get(agent, len(order)), agent))
    ]
    total = _cells(told.attended) if rows else None
    columns = [_AGENT, _TEAM, *_SUMS]
    return Table(key="attendance_agents", columns=columns, rows=rows, total=total)


def _cells(told: Sequence[Attended]) -> Row:
    over = [each for each in told if each.verdict in _CAME or each.verdict is Verdict.ABSENT]
    count = Counter(each.verdict for each in told)
    return {
        "shifts": len(told),
        "on_time": sum(count[verdict] for verdict in _ON_TIME),
        "late": sum(count[verdict] for verdict in _LATE),
        "left_early": sum(count[verdict] for verdict in _EARLY),
        "absent": count[Verdict.ABSENT],
        "not_known": count[Verdict.UNKNOWN],
        "attendance_rate": [sum(each.verdict in _CAME for each in over), len(over)],
        "late_time": sum(each.late_ms or 0 for each in told if each.verdict in _LATE),
        "early_time": sum(each.early_ms or 0 for each in told if each.verdict in _EARLY),
        "planned_time": sum(each.shift.end_at - each.shift.start_at for each in told),
        "worked_time": sum(each.worked_ms for each in told),
        "over_time": sum(each.over_ms for each in told),
        **_pauses(told),
    }


def _pauses(told: Iterable[Attended]) -> Row:
    every = list(told)
    return {
        "meal_time": sum(each.meals.ms for each in every),
        "meal_owed": sum(each.meals.owed_ms for each in every),
        "break_taken": sum(each.breaks.ms for each in every),
        "break_owed": sum(each.breaks.owed_ms for each in every),
    }


def _shifts(basis: Basis, told: Sequence[Attended]) -> Table:
    """A row per shift; what needs a word with somebody comes first where not all rows are shown."""
    most = basis.request.most
    shown = list(told)
    if len(shown) > most:
        shown = sorted(shown, key=lambda each: _WORST.index(each.verdict))[:most]
    shown.sort(key=lambda each: (each.shift.start_at, each.shift.agent))
    rows = [_shift(basis, each) for each in shown]
    # A day's report need not say which.
    columns = _SHIFT[1:] if basis.one_day else _SHIFT
    return Table(key="attendance_shifts", columns=columns, rows=rows, more=len(told) - len(rows))


def _shift(basis: Basis, told: Attended) -> Row:
    shift = told.shift
    return {
        "id": shift.agent,
        "day": basis.calendar.date_of(shift.start_at).isoformat(),
        **_who(basis, shift.agent, shift.team),
        "shift_start": shift.start_at,
        "shift_end": shift.end_at,
        "verdict": f"report.state.{told.verdict.value}",
        "signed_in_at": told.in_at,
        "signed_out_at": told.out_at,
        "late_time": told.late_ms,
        "early_time": told.early_ms,
        "away_time": told.away_ms,
        "worked_time": told.worked_ms,
        "over_time": told.over_ms,
        "breaks_number": told.meals.number + told.breaks.number,
        "breaks_owed": told.meals.owed + told.breaks.owed,
        **_pauses([told]),
    }


def _outside(basis: Basis, told: Roster) -> Table:
    every = sorted((part, agent) for agent, parts in told.outside.items() for part in parts)
    most = basis.request.most
    rows: list[Row] = [
        {
            "id": agent,
            **_who(basis, agent, ""),
            "signed_in_at": None if _edge(told, part.start_at) else part.start_at,
            "signed_out_at": part.end_at if part.end_at < told.as_of else None,
            "worked_time": part.end_at - part.start_at,
        }
        for part, agent in every[:most]
    ]
    more = max(0, len(every) - most)
    return Table(key="attendance_outside", columns=_OUTSIDE, rows=rows, more=more)


def _edge(told: Roster, at: Millis) -> bool:
    """Whether sight came back just then: he may have been there before."""
    return any(end == at for _, end in told.unknown)


def _without_shifts(basis: Basis, days: Sequence[tuple[date, str, Day]]) -> Section:
    most = basis.request.most
    rows: list[Row] = [
        {
            "id": agent,
            "day": day.isoformat(),
            **_who(basis, agent, ""),
            "signed_in_at": told.in_at,
            "signed_out_at": told.out_at,
            "worked_time": told.worked_ms,
            "meal_time": told.meal_ms,
            "break_taken": told.break_ms,
        }
        for day, agent, told in days[:most]
    ]
    more = len(days) - len(rows)
    table = Table(key="attendance_days", columns=_HOURS, rows=rows, more=more)
    return Section(key="attendance", tables=[table], notes=[Note(key="attendance_no_file")])


def _who(basis: Basis, agent: str, team: str) -> Row:
    own = basis.team_of(agent) or team
    return {"agent": basis.agent_name(agent), "team": basis.team_name(own)}


def _team(basis: Basis, told: Attended) -> str:
    return basis.team_of(told.shift.agent) or told.shift.team
