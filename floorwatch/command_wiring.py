"""Which telephone systems of a site supervisors may act on, and the desk that has it done."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.command_desk import CommandDesk
from dashboard.command_ports import Exchange
from dashboard.command_sight import FloorSight
from dashboard.commands_sqlite import SqliteCommands
from dashboard.desk_file import DeskFile
from floorwatch.settings_types import SiteSettings, SourceSettings
from floorwatch.simulated_telephony import SimulatedTelephony
from floorwatch.wiring import ami_address
from ingest.ami_protocol import AmiProtocol
from ingest.commands_ami import AmiTelephony
from ingest.ports import Clock
from simulators.interventions import Interventions
from stream.runner import Runner

Start = Callable[[Coroutine[Any, Any, None]], object]
"""Runs something as long as the site is open."""


def never(work: Coroutine[Any, Any, None]) -> None:
    """For who wants the desk without its work in the background."""
    work.close()


@dataclass(frozen=True, slots=True, kw_only=True)
class Backstage:
    """What works behind the desk: how it is started, and the simulated floors, by their source."""

    start: Start = never
    interventions: Mapping[str, Interventions] = field(default_factory=dict)


def backstage(site: SiteSettings, start: Start) -> Backstage:
    """What the actions of a site need besides its desk."""
    floors = [s.name for s in site.sources if s.actions and s.url.scheme == "simulate"]
    return Backstage(start=start, interventions={name: Interventions() for name in floors})


def command_desk(
    site: SiteSettings,
    runner: Runner,
    file: DeskFile,
    clock: Clock,
    environ: Mapping[str, str],
    behind: Backstage,
) -> CommandDesk:
    """The desk, at work from now on; of a site whose settings name no actions it can do nothing."""
    exchanges = {
        f"/acd/{site.site.id}/{source.name}": exchange
        for source in site.sources
        if (exchange := _exchange(source, clock, environ, behind)) is not None
    }
    journal = SqliteCommands(file)
    desk = CommandDesk(exchanges, FloorSight(lambda: runner.floor), journal, clock)
    behind.start(desk.run())
    return desk


def _exchange(
    source: SourceSettings, clock: Clock, environ: Mapping[str, str], behind: Backstage
) -> Exchange | None:
    actions = source.actions
    if actions is None or not actions.allow:
        return None
    if source.url.scheme == "simulate":
        floor = behind.interventions.get(source.name)
        if floor is None:
            return None
        return Exchange(telephony=SimulatedTelephony(floor, actions.allow), phones=actions.phones)
    address = ami_address(source.url, actions.user, actions.secret.reveal(environ))

    def greet(protocol: AmiProtocol) -> None:
        # What happens on the floor is told on the other link; here only answers are wanted.
        md5 = address.login != "plain"
        protocol.login(address.username, address.secret, events="off", md5=md5)

    telephony = AmiTelephony(
        address.host, address.port, greet, clock, actions.allow, tls=address.context()
    )
    behind.start(telephony.run())
    return Exchange(telephony=telephony, phones=actions.phones)
