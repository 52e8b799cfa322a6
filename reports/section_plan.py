"""The report `plan`: the calls of the next two weeks, whom they need, and how far forecasts were off."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from ingest.events import Millis
from planning.shifts import Shift, overlapping
from planning.staffing import Hiring, hiring
from reports import section_accuracy
from reports.figures import Row
from reports.model import Cell, Chart, Column, Kind, Note, Report, Section, Table
from reports.plan import AHEAD_DAYS, Plan, Slot, rostered_at
from reports.plan_kept import Held
from stream.facts import DEFINITION
from stream.intervals import Calendar
from stream.sites import Site

SHIFT_S = 8 * 3_600.0
OPEN_DAYS, WORK_DAYS = 7.0, 5.0
DETAIL_DAYS = 2
"""Of so many days each interval is told on the page; files have all of them."""
_DAY = timedelta(days=1)
_QUEUE = Column(key="queue", kind=Kind.TEXT)
_CALLS = tuple(Column(key=key, kind=Kind.NUMBER) for key in ("calls", "calls_low", "calls_high"))
_DAYS = (
    Column(key="day", kind=Kind.DATE),
    _QUEUE,
    *_CALLS,
    Column(key="known_day", kind=Kind.WORD),
)
_NEED = (
    Column(key="interval", kind=Kind.INSTANT),
    Column(key="calls", kind=Kind.NUMBER),
    *(Column(key=key, kind=Kind.COUNT) for key in ("agents_needed", "roster_needed")),
    *(Column(key=key, kind=Kind.COUNT) for key in ("rostered", "roster_gap")),
)
_BY_QUEUE = (
    Column(key="interval", kind=Kind.INSTANT),
    _QUEUE,
    *_CALLS,
    *(Column(key=key, kind=Kind.COUNT) for key in ("agents_needed", "roster_needed", "rostered")),
)
_HIRING = (
    Column(key="day", kind=Kind.DATE),
    *(Column(key=key, kind=Kind.COUNT) for key in ("peak_agents", "peak_roster", "shifts_needed")),
    Column(key="shifts_used", kind=Kind.SHARE, of="shift_time"),
    Column(key="payroll", kind=Kind.COUNT),
)
_HABITS = (
    _QUEUE,
    *(Column(key=key, kind=Kind.DURATION) for key in ("handling", "patience", "target")),
    Column(key="goal", kind=Kind.SHARE),
)
_FINE = 10_000
Roster = Mapping[Millis, Sequence[Shift]]


def report(
    plan: Plan,
    now: Millis,
    *,
    shifts: Sequence[Shift] | None = None,
    signed_in: int | None = None,
    queues: frozenset[str] | None = None,
    whole: bool = False,
    kept: Mapping[str, Held] | None = None,
) -> Report:
    """The plan as a report, of these queues; `whole` tells each interval of every day.

    `shifts` None: there is no shift file. `signed_in` counts who is at work at `now`. `kept` says how
    the forecasts did that were made night by night.
    """
    chosen = [q for q in _order(plan) if queues is None or q in queues]
    slots = [slot for slot in plan.slots if slot.queue in chosen]
    roster = None if shifts is None else _roster(plan, slots, shifts)
    sections = [
        _forecast(plan, chosen),
        _people(plan, slots, (now, signed_in), roster, whole=whole),
        section_accuracy.section(plan, chosen, kept or {}),
    ]
    return _framed(plan.site, plan.calendar, (plan.first, plan.last), now, sections)


def _roster(plan: Plan, slots: Sequence[Slot], shifts: Sequence[Shift]) -> Roster:
    """The shifts at the begin of each interval: a shift file may have a year of them."""
    end = plan.calendar.begin(plan.last + _DAY)
    near = overlapping(shifts, plan.calendar.begin(plan.first), end)
    times = {slot.start_at for slot in slots}
    return {at: [each for each in near if each.start_at <= at < each.end_at] for at in times}


def nothing_yet(site: Site, calendar: Calendar, now: Millis) -> Report:
    """The plan of a site of which no whole day is kept yet."""
    today = calendar.date_of(now)
    return _framed(
        site,
        calendar,
        (today, today + (AHEAD_DAYS - 1) * _DAY),
        now,
        [Section(key="forecast", notes=[Note(key="plan_nothing", tone="warn")])],
    )


def _framed(
    site: Site,
    calendar: Calendar,
    days: tuple[date, date],
    now: Millis,
    sections: Sequence[Section],
) -> Report:
    first, last = days
    return Report(
        title="plan",
        site=site.id,
        site_names=dict(site.names),
        time_zone=site.time_zone,
        first=first.isoformat(),
        last=last.isoformat(),
        start=calendar.begin(first),
        end=calendar.begin(last + _DAY),
        as_of=now,
        live=False,
        definition=DEFINITION,
        sections=sections,
    )


def _order(plan: Plan) -> list[str]:
    order = {name: i for i, name in enumerate(plan.site.queues)}
    return sorted(plan.outlooks, key=lambda queue: (order.get(queue, len(order)), queue))


def _forecast(plan: Plan, queues: Sequence[str]) -> Section:
    days: dict[str, float] = {}
    rows: list[Row] = []
    for queue in queues:
        for day in plan.days(queue):
            days[day.day.isoformat()] = days.get(day.day.isoformat(), 0.0) + day.total
            rows.append(
                {
                    "id": queue,
                    "day": day.day.isoformat(),
                    "queue": plan.queue_name(queue),
                    "calls": day.total,
                    "calls_low": day.total_low,
                    "calls_high": day.total_high,
                    "known_day": "report.state.usual_day"
                    if day.factor == 1.0
                    else "report.state.special_day",
                }
            )
    rows.sort(key=lambda row: str(row["day"]))
    together = Table(
        key="plan_days",
        columns=[Column(key="day", kind=Kind.DATE), _CALLS[0]],
        rows=[{"day": day, "calls": calls} for day, calls in sorted(days.items())],
        total={"calls": sum(days.values())} if days else None,
        chart=Chart(x="day", bars=("calls",)),
    )
    by_queue = Table(key="plan_queues", columns=_DAYS, rows=rows)
    notes = [Note(key="forecast_from", values={"days": plan.learnt_from})]
    return Section(key="forecast", tables=[together, by_queue], notes=notes)


def _people(
    plan: Plan,
    slots: Sequence[Slot],
    here: tuple[Millis, int | None],
    roster: Roster | None,
    *,
    whole: bool,
) -> Section:
    until = plan.calendar.begin(plan.first + DETAIL_DAYS * _DAY)
    near = [slot for slot in slots if whole or slot.start_at < until]
    values: dict[str, Cell] = {
        "shrinkage": [round(plan.shrinkage * _FINE), _FINE],
        "occupancy": [round(plan.occupancy * _FINE), _FINE],
    }
    notes = [Note(key="need", values=values)]
    now, signed_in = here
    running = [slot for slot in slots if slot.start_at <= now < slot.start_at + plan.interval_ms]
    agents, _ = _needed(running)
    if signed_in is not None and agents is not None:
        told: dict[str, Cell] = {"agents": agents, "here": signed_in}
        tone = "good" if signed_in >= agents else "warn"
        notes.append(Note(key="need_now", values=told, tone=tone))
    if roster is None:
        notes.append(Note(key="plan_no_file"))
    if any(slot.need is None for slot in slots):
        notes.append(Note(key="need_unknown", tone="warn"))
    hired = _hiring(plan, slots)
    if hired.rows:
        most = max(hired.rows, key=lambda row: row["payroll"])
        values = {
            "payroll": most["payroll"],
            "worst_date": most["day"],
            "hours": int(SHIFT_S) // 3600,
        }
        notes.append(Note(key="hiring", values=values))
    tables = [
        _together(near, roster),
        hired,
        _habits(plan, sorted({slot.queue for slot in slots})),
    ]
    if whole:
        tables.append(_each(plan, near, roster))
    return Section(key="need", tables=tables, notes=notes)


def _together(slots: Sequence[Slot], roster: Roster | None) -> Table:
    """All queues together: whoever serves several is counted once, and needed by each."""
    rows: list[Row] = []
    queues = frozenset(slot.queue for slot in slots)
    for at, own in _by_time(slots).items():
        agents, needed = _needed(own)
        there = None if roster is None else rostered_at(roster[at], at, queues)
        rows.append(
            {
                "interval": at,
                "calls": sum(slot.calls for slot in own),
                "agents_needed": agents,
                "roster_needed": needed,
                "rostered": there,
                "roster_gap": None if there is None or needed is None else there - needed,
            }
        )
    lines = () if roster is None else ("rostered",)
    chart = Chart(x="interval", bars=("roster_needed",), lines=lines)
    return Table(key="plan_need", columns=_NEED, rows=rows, chart=chart)


def _each(plan: Plan, slots: Sequence[Slot], roster: Roster | None) -> Table:
    rows: list[Row] = [
        {
            "id": slot.queue,
            "interval": slot.start_at,
            "queue": plan.queue_name(slot.queue),
            "calls": slot.calls,
            "calls_low": slot.low,
            "calls_high": slot.high,
            "agents_needed": slot.need.agents if slot.need else None,
            "roster_needed": slot.need.rostered if slot.need else None,
            "rostered": None
            if roster is None
            else rostered_at(roster[slot.start_at], slot.start_at, frozenset({slot.queue})),
        }
        for slot in slots
    ]
    return Table(key="plan_need_queues", columns=_BY_QUEUE, rows=rows)


def _by_time(slots: Sequence[Slot]) -> dict[Millis, list[Slot]]:
    found: dict[Millis, list[Slot]] = {}
    for slot in slots:
        found.setdefault(slot.start_at, []).append(slot)
    return dict(sorted(found.items()))


def _needed(slots: Sequence[Slot]) -> tuple[int | None, int | None]:
    needs = [slot.need for slot in slots]
    known = [need for need in needs if need is not None]
    if not known:
        return None, None
    return sum(need.agents for need in known), sum(need.rostered for need in known)


def _hiring(plan: Plan, slots: Sequence[Slot]) -> Table:
    """For each day the shifts that cover it, and the people for days like it."""
    days: dict[str, list[int]] = {}
    before = 0
    for at, own in _by_time(slots).items():
        agents, _ = _needed(own)
        needed = days.setdefault(plan.calendar.date_of(at).isoformat(), [])
        if needed:
            # A shift goes on over hours in which nothing is open.
            needed += [0] * ((at - before) // plan.interval_ms - 1)
        needed.append(agents or 0)
        before = at
    rows: list[Row] = [
        {"day": day, **_hired(_of_day(agents, plan))} for day, agents in sorted(days.items())
    ]
    return Table(key="plan_hiring", columns=_HIRING, rows=rows)


def _of_day(agents: Sequence[int], plan: Plan) -> Hiring:
    return hiring(
        agents,
        interval_s=plan.interval_ms / 1_000,
        shift_s=SHIFT_S,
        shrinkage=min(plan.shrinkage, 0.9),
        open_days=OPEN_DAYS,
        work_days=WORK_DAYS,
    )


def _hired(told: Hiring) -> Mapping[str, Cell]:
    return {
        "peak_agents": told.peak,
        "peak_roster": told.rostered_peak,
        "shifts_needed": told.shifts,
        "shifts_used": [round(told.used * _FINE), _FINE if told.shifts else 0],
        "payroll": told.payroll,
    }


def _habits(plan: Plan, queues: Sequence[str]) -> Table:
    rows: list[Row] = []
    for queue in queues:
        habit, card = plan.habits.get(queue), plan.site.queue(queue)
        rows.append(
            {
                "id": queue,
                "queue": plan.queue_name(queue),
                "handling": _ms(habit.handling_s if habit else None),
                "patience": _ms(habit.patience_s if habit else None),
                "target": card.target_ms,
                "goal": [round((card.goal or 0) * _FINE), _FINE],
            }
        )
    return Table(key="plan_habits", columns=_HABITS, rows=rows)


def _ms(seconds: float | None) -> int | None:
    return None if seconds is None else round(seconds * 1_000)
