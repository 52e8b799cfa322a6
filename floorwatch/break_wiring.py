"""The desks of breaks and moves, put together, with the adviser behind them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from zoneinfo import ZoneInfo

from dashboard.break_desk import BreakDesk, Lane
from dashboard.breaks_sqlite import SqliteBreaks
from dashboard.command_sight import FloorSight
from dashboard.desk_file import DeskFile
from dashboard.desks import Desk
from dashboard.move_desk import MoveDesk
from floorwatch import shift_file
from floorwatch.advising import Adviser
from floorwatch.command_wiring import Start
from floorwatch.curves import Outlook
from floorwatch.floor_sight import Allowed, Known, look, sums_of
from floorwatch.settings_types import SiteSettings
from ingest.events import Millis
from ingest.ports import Clock
from planning.advice import Sight
from planning.break_day import Asked, plan_day
from planning.shifts import Shift, overlapping
from simulators.scenario import Scenario
from simulators.timetable import Timetable
from stream.floor import Floor
from stream.metrics import overflowed
from stream.runner import Runner

_HANDLING_S, _PATIENCE_S = 180.0, 180.0
_SMALL_REASON, _MEAL = "break", "meal"


def break_desks(  # noqa: PLR0913 - what the desks stand on
    site: SiteSettings,
    runner: Runner,
    file: DeskFile,
    clock: Clock,
    start: Start,
    outlook: Outlook,
    allowed: Allowed,
    scenario: Scenario | None,
) -> list[Desk]:
    """The break board and the moves, at work from now on. Raises `SettingsError` of a shift file."""
    zone, now = ZoneInfo(site.site.time_zone), clock.now()
    shifts = shift_file.read(site.shifts, zone) if site.shifts is not None else ()
    by_end = sorted(shifts, key=lambda shift: shift.end_at)
    skills = _skills(shifts) if scenario is None else invented_skills(scenario)
    kept, sight = SqliteBreaks(file), FloorSight(lambda: runner.floor)

    def lanes(at: Millis) -> Sequence[Lane]:
        day = runner.floor.calendar.day(at)
        end = runner.floor.calendar.next_day(at)
        if shifts or scenario is None:
            return planned_lanes(shifts, outlook.expected, day, end)
        return invented_lanes(scenario, at)

    def seen(at: Millis) -> Sight:
        known = Known(
            expected=outlook.expected,
            allowed=allowed,
            skills=skills,
            shifts=by_end,
            leaving=breaks.leaving,
            moved=moves.moved,
            limits=dict.fromkeys(runner.floor.agents.members, site.breaks),
        )
        return look(runner.floor, known, at)

    adviser = Adviser(clock, seen, lanes)
    breaks = BreakDesk(kept, sight, lambda: adviser.latest, adviser.plan, now)
    moves = MoveDesk(
        kept,
        sight,
        lambda: adviser.latest,
        lambda queue, at: lost_today(runner.floor, queue, at),
        now,
    )
    start(adviser.run())
    return [breaks, moves]


def lost_today(floor: Floor, queue: str, now: Millis) -> int:
    """Callers of this queue who left without an answer since the business day began."""
    sums = sums_of(floor, queue, floor.calendar.day(now), now)
    return sums["abandoned"] - sums["abandoned_short"] + overflowed(sums)


def planned_lanes(
    shifts: Collection[Shift],
    expected: Callable[[str, Millis, Millis], float | None],
    day: Millis,
    end: Millis,
) -> list[Lane]:
    """The plan of the shifts that begin on this business day, by expected calls as far as known."""
    own = [shift for shift in shifts if day <= shift.start_at < end]
    if not own:
        return []
    others = [shift for shift in overlapping(shifts, day, end) if shift.start_at < day]
    asked = Asked(handling_s=_HANDLING_S, patience_s=_PATIENCE_S)
    plans = plan_day(own, others, lambda *what: expected(*what) or 0.0, asked)
    found = [
        Lane(
            agent=each.agent,
            pause=each.pause.value,
            start_at=each.start_at,
            end_at=each.start_at + each.length_ms,
        )
        for plan in plans
        for each in plan.breaks
        if each.start_at is not None
    ]
    return sorted(found, key=lambda lane: (lane.start_at, lane.agent))


def _skills(shifts: Collection[Shift]) -> Mapping[str, tuple[str, ...]]:
    """Every queue that a shift file has ever named for an agent."""
    found: dict[str, dict[str, None]] = {}
    for shift in shifts:
        found.setdefault(shift.agent, {}).update(dict.fromkeys(shift.queues))
    return {agent: tuple(queues) for agent, queues in found.items()}


def invented_skills(scenario: Scenario) -> Mapping[str, tuple[str, ...]]:
    """On an invented floor whoever serves one queue could serve any."""
    every = tuple(queue.id for queue in scenario.queues)
    return {plan.id: every for plan in scenario.agents if len(plan.queues) == 1}


def invented_lanes(scenario: Scenario, now: Millis) -> list[Lane]:
    """When the people of an invented floor go to meal and break, in the shifts that run now."""
    timetable, found = Timetable(scenario), []
    shifts = {shift.id: shift for shift in scenario.shifts}
    for plan in scenario.agents:
        shift = shifts[plan.shift]
        began = timetable.running(shift, now)
        if began is None:
            continue
        found += [
            Lane(
                agent=plan.id,
                pause="meal" if off.reason == _MEAL else "break",
                start_at=at,
                end_at=at + off.minutes * 60_000,
            )
            for at, off in timetable.breaks(plan, shift, began)
            if off.reason in (_MEAL, _SMALL_REASON)
        ]
    return sorted(found, key=lambda lane: (lane.start_at, lane.agent))
