"""The settings of a simulated site: so that whoever replays its day sees names, teams and targets."""

from collections.abc import Iterator, Mapping

from floorwatch.template import quoted
from ingest.events import Millis
from simulators.plans import AgentPlan, QueuePlan
from simulators.scenario import Scenario

FILE = "floorwatch.toml"


def text(scenario: Scenario, events: str) -> str:
    """A settings file for this scenario's site, whose source is the file of `events` beside it."""
    return "".join(_lines(scenario, events))


def _lines(scenario: Scenario, events: str) -> Iterator[str]:
    start = divmod(scenario.day_start_min, 60)
    yield "# Of a simulated day: what its site has set up. 模拟站点的配置。\n"
    yield f"[site]\nid = {quoted(scenario.site)}\n{_names(scenario.names)}"
    yield f"time_zone = {quoted(scenario.time_zone)}\n"
    yield f'business_day_start = "{start[0]:02}:{start[1]:02}"\n'
    for queue in scenario.queues:
        yield _queue(queue)
    for id_, names in scenario.teams.items():
        yield f"\n[[site.team]]\nid = {quoted(id_)}\n{_names(names)}"
    for agent in scenario.agents:
        yield _agent(agent)
    yield f"\n[[site.source]]\nurl = {quoted(f'events+file:{events}')}\n"


def _queue(queue: QueuePlan) -> str:
    targets = f"target = {_span(queue.target_ms)}\nshort_abandon = {_span(queue.short_ms)}\n"
    return f"\n[[site.queue]]\nid = {quoted(queue.id)}\n{_names(queue.names)}{targets}"


def _agent(agent: AgentPlan) -> str:
    return (
        f"\n[[site.agent]]\nid = {quoted(agent.id)}\n{_names(agent.names)}"
        f"team = {quoted(agent.team)}\ninterfaces = [{quoted(agent.interface)}]\n"
    )


def _names(names: Mapping[str, str]) -> str:
    if not names:
        return ""
    inside = ", ".join(f"{language} = {quoted(name)}" for language, name in names.items())
    return f"names = {{ {inside} }}\n"


def _span(ms: Millis) -> str:
    return f'"{ms // 1_000}s"' if ms % 1_000 == 0 else f'"{ms}ms"'
