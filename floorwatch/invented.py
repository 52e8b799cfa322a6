"""The invented site of the demo: what its settings would be if it were real."""

from dataclasses import replace

from floorwatch.allowed import Allowed, planned
from floorwatch.plan_file import Area, Plan, Seat
from floorwatch.settings_types import SiteSettings
from simulators.demo import DEMO
from simulators.plans import MINUTE
from simulators.scenario import Scenario
from stream.sites import AgentCard, QueueCard, Site

SEED = 20_261
WEEKDAYS = (1.0, 0.97, 0.96, 0.96, 0.99, 0.92, 0.88)
"""Calls of a Monday, a Tuesday …: each lively, and none as another."""
_ACROSS, _AISLE, _WALL = 4, 1.5, 0.5
"""Seats in a row of an island, the aisle between two islands, and the room around its seats."""


def scenario_for(site: Site) -> Scenario:
    """The demo's day, told in the name of this site and in its time zone."""
    return replace(
        DEMO,
        site=site.id,
        time_zone=site.time_zone,
        day_start_min=site.day_start_min,
        profile=replace(DEMO.profile, weekdays=WEEKDAYS),
    )


def as_it_runs(site: SiteSettings) -> Site:
    """A site of the simulator needs no settings of its own: its people and queues are known."""
    if any(source.url.scheme == "simulate" for source in site.sources):
        return furnished(site.site, scenario_for(site.site))
    return site.site


def furnished(site: Site, scenario: Scenario) -> Site:
    """The site with the scenario's queues, people and teams wherever it names none itself."""
    queues = {
        plan.id: QueueCard(
            id=plan.id, names=plan.names, target_ms=plan.target_ms, short_ms=plan.short_ms
        )
        for plan in scenario.queues
    }
    agents = {
        plan.id: AgentCard(
            id=plan.id, names=plan.names, team=plan.team, interfaces=(plan.interface,)
        )
        for plan in scenario.agents
    }
    return replace(
        site,
        names=site.names or scenario.names,
        queues=site.queues or queues,
        agents=site.agents or agents,
        teams=site.teams or scenario.teams,
    )


def seated(site: Site, scenario: Scenario) -> Plan:
    """Where the scenario's people sit: an island for each team, two of them side by side."""
    areas, seats = [], []
    top = deepest = 0.0
    for number, team in enumerate(scenario.teams):
        people = [plan.id for plan in scenario.agents if plan.team == team]
        rows = -(-len(people) // _ACROSS)
        if number and number % 2 == 0:
            top, deepest = top + deepest + _AISLE, 0.0
        left = number % 2 * (_ACROSS + 2 * _WALL + _AISLE)
        width, height = _ACROSS + 2 * _WALL, rows + 2 * _WALL
        deepest = max(deepest, height)
        names = dict(site.teams.get(team) or scenario.teams[team])
        areas.append(Area(id=team, names=names, x=left, y=top, width=width, height=height))
        for place, id in enumerate(people):
            down, across = divmod(place, _ACROSS)
            x, y = left + _WALL + across, top + _WALL + down
            seats.append(Seat(id=f"{chr(65 + number)}{place + 1}", x=x, y=y, agent=id))
    return Plan(tuple(areas), tuple(seats))


def allowed_breaks(scenario: Scenario) -> Allowed:
    """How long the breaks of its shifts are meant to last."""
    return planned(
        (each.reason, each.minutes * MINUTE) for shift in scenario.shifts for each in shift.breaks
    )
