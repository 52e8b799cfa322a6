"""The invented site of the demo: what its settings would be if it were real."""

from dataclasses import replace

from simulators.demo import DEMO
from simulators.scenario import Scenario
from stream.sites import AgentCard, QueueCard, Site

SEED = 20_261


def scenario_for(site: Site) -> Scenario:
    """The demo's day, told in the name of this site and in its time zone."""
    return replace(DEMO, site=site.id, time_zone=site.time_zone, day_start_min=site.day_start_min)


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
