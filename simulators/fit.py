"""A scenario learnt from a real floor's past: a day like ours, to be replayed with 20 % more.

Calls, patience and conversations are measured; what agents did between the calls mostly is not told,
so the number of those there is corrected until the simulated floor waits as long as the real one
did. docs/fit.md says what is learnt how, and what is assumed.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ingest.events import Event
from simulators import fit_demand, fit_habits, fit_presence
from simulators.fit_days import DAY_MS, Days
from simulators.fit_queues import counts, entries, queues
from simulators.fit_record import Record, record
from simulators.fit_staff import House, Staff, staffed
from simulators.fit_staffing import ROUNDS, calibrated
from simulators.fit_teams import teams
from simulators.plans import Trunk
from simulators.scenario import Scenario

TARGET_MS = 20_000
_LINES = (Trunk(name="SIP/trunk-a"),)


class FitError(ValueError):
    """Nothing can be learnt from these events; the message says what they lack."""


def fit(
    events: Iterable[Event],
    *,
    site: str,
    time_zone: str,
    names: Mapping[str, str] | None = None,
    rounds: int = ROUNDS,
) -> Scenario:
    """The scenario of these events, which tell whole days of one site.

    `rounds` is how often the floor is simulated to correct the number of agents; 0 leaves it as it
    was seen. Agents, callers and numbers are invented. Raises `FitError` if no call was answered.
    """
    return learnt(record(events), site=site, time_zone=time_zone, names=names, rounds=rounds)


def learnt(
    seen: Record,
    *,
    site: str,
    time_zone: str,
    names: Mapping[str, str] | None = None,
    rounds: int = ROUNDS,
) -> Scenario:
    """The scenario of a record, as `fit`."""
    days = Days.spanning(ZoneInfo(time_zone), seen.first_at, seen.last_at)
    there = fit_presence.spans(seen)
    found = teams(seen, there)
    if not found:
        raise FitError(
            "no agent answered a call in these events: give a time in which people worked"
        )
    habits = fit_habits.habits(seen)
    profile, plans = queues(seen, days, habits, TARGET_MS)
    lines = tuple(Trunk(name=name, kind=kind) for name, kind in sorted(seen.lines.items()))
    start = datetime.fromtimestamp(days.first * DAY_MS / 1_000, UTC)
    house = House(
        site=site,
        names=names or {"en": f"A day like at {site}", "zh": f"{site} 的一天"},
        time_zone=time_zone,
        start=start.strftime("%Y-%m-%d"),
        profile=profile,
        wander=fit_demand.wander(counts(entries(seen), days)[""], days),
        queues=plans,
        habits=habits,
        trunks=lines or _LINES,
    )
    presence = fit_presence.presence(there, days)
    staff = []
    for kind in fit_presence.kinds(presence, days):
        curves = [
            fit_presence.mean_curve(
                fit_presence.presence((s for s in there if s[0] in team.agents), days), days, kind
            )
            for team in found
        ]
        staff.append(Staff(kind, tuple(zip((team.queues for team in found), curves, strict=True))))
    if rounds and any(seen.left == "abandoned" for seen in seen.visits.values()):
        told = fit_presence.agents_told(seen)
        staff = calibrated(house, staff, seen, days, rounds=rounds, told=told)
    scenario = staffed(house, staff)
    if not scenario.agents:
        raise FitError("nobody worked for longer than a few minutes: give whole days")
    return scenario
