"""A whole Floorwatch in one process: the sites' sources, streams, gateways, and the ticker between."""

import asyncio
import gc
import logging
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, replace
from pathlib import Path

from alerts.courier import Courier
from alerts.incident_store import IncidentStoreError
from dashboard import assets
from dashboard.assets import Assets
from dashboard.desks import Desks
from dashboard.export import ensure_exported
from dashboard.gateway import Gateway
from dashboard.roads import Behind
from floorwatch import invented, wiring
from floorwatch.access_wiring import Access, access
from floorwatch.alert_file import AlertSetup
from floorwatch.alert_wiring import alerting, memory, setup_of
from floorwatch.alerting import Alerting
from floorwatch.archive_wiring import archiving, shelf
from floorwatch.command_wiring import Backstage, backstage
from floorwatch.daybook_wiring import daybook
from floorwatch.desk_wiring import Ground, desk_file, desks
from floorwatch.last_figures_wiring import Shown, shown
from floorwatch.report_wiring import reports
from floorwatch.settings_types import Settings, SiteSettings, SourceSettings
from ingest.events import Millis
from ingest.ports import Clock
from simulators.training import Desk
from stream.deadletters import FileDeadLetters
from stream.ports import Journal
from stream.runner import Recovery, Runner

log = logging.getLogger(__name__)

OUTBOX_AGAIN_S = 5.0
FRAME_S = 0.2
"""Five frames a second: what a person sees as at once."""

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """What the process gives to everything in it; a `desk` only where there is but one floor, a
    simulated one."""

    clock: Clock
    environ: Mapping[str, str]
    tell: Tell
    desk: Desk | None = None


async def up(
    settings: Settings, around: Surroundings, extra: tuple[SourceSettings, ...] = ()
) -> None:
    """Run every site until cancelled.

    `extra` sources are added to the first site. Raises what a source, a journal or a gateway
    cannot mend by itself: `MqttRefusedError`, `JournalError`, `GatewayError`, `SecretError`,
    `IncidentStoreError`; and `SettingsError` of an alerts file.
    """
    _settle_memory()
    folder = wiring.data_folder(settings.stores)
    around.tell("preparing the pages / 正在准备页面 …")
    setups = [setup_of(site, around.environ) for site in settings.sites]
    pages = assets.load(await asyncio.to_thread(ensure_exported, folder), settings.gateway.root)
    async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
        who = stack.enter_context(access(settings, folder, around.environ))
        if who.advice:
            around.tell(who.advice)
        house = House(settings, around, folder, pages, who, stack, tasks)
        for number, site in enumerate(settings.sites):
            sources = site.sources + (extra if number == 0 else ())
            await open_site(house, number, replace(site, sources=sources), setups[number])


@dataclass(frozen=True, slots=True)
class House:
    """What the sites of one process share, and how long it lives."""

    settings: Settings
    around: Surroundings
    folder: Path
    pages: Assets
    access: Access
    stack: AsyncExitStack
    tasks: asyncio.TaskGroup


@dataclass(frozen=True, slots=True)
class Running:
    """One site that runs."""

    runner: Runner
    gateway: Gateway
    recovery: Recovery


async def open_site(house: House, number: int, site: SiteSettings, setup: AlertSetup) -> Running:
    """Start everything of one site: journal, stream, alerts, desks, gateway, sources."""
    around, stack, tasks = house.around, house.stack, house.tasks
    folder, clock = house.folder / site.site.id, around.clock
    journal = wiring.journal(house.settings.stores, site.site.id, clock, around.environ)
    kept = await stack.enter_async_context(journal)
    letters = FileDeadLetters(folder / "rejected")
    stack.enter_context(closing(letters))
    furnished = invented.as_it_runs(site)
    facts = stack.enter_context(daybook(folder, furnished, clock))
    runner = Runner(furnished, kept, letters, clock, facts)
    recovery = await runner.recover()
    _tell_recovery(recovery, kept, around.tell)
    for warning in facts.warnings:
        around.tell(f"daybook: {warning}")
    incidents = stack.enter_context(memory(folder))
    base_url = house.settings.gateway.public_url
    alerts, courier = alerting(site, setup, runner.floor, incidents, clock, base_url)
    for warning in incidents.warnings:
        around.tell(f"alerts: {warning}")
    runner.told = alerts.take
    on_walls = stack.enter_context(shown(runner, folder))
    behind = backstage(site, tasks.create_task)
    ground = Ground(
        site=site,
        folder=folder,
        file=stack.enter_context(desk_file(folder)),
        runner=runner,
        facts=facts,
        archive=shelf(house.settings),
        alerts=alerts,
        clock=clock,
        environ=around.environ,
        behind=behind,
    )
    told = reports(house.settings, setup, ground)
    every = Desks([*house.access.desks, *desks(ground), *told.desks], house.access.audit)
    gateway = _gateway(house, number, alerts, every)
    gateway.group_by(on_walls.figures)
    await stack.enter_async_context(gateway)
    around.tell(f"{site.site.id}: {gateway.url}")
    around.tell(f"{site.site.id}: {gateway.url}floor  (supervisors 班长)")
    tasks.create_task(runner.run())
    tasks.create_task(facts.run())
    tasks.create_task(archiving(house.settings, furnished, facts, clock).run())
    tasks.create_task(tick(on_walls, runner, alerts, gateway, clock))
    tasks.create_task(alerts.run())
    tasks.create_task(_carried(courier, clock))
    tasks.create_task(told.mailing.run())
    tasks.create_task(told.plans.run(clock))
    for source in site.sources:
        for made in wiring.sources(_place(source, runner, folder, around, behind)):
            tasks.create_task(made.run(runner.inbox))
    return Running(runner, gateway, recovery)


def _gateway(house: House, number: int, alerts: Alerting, desks: Desks) -> Gateway:
    listen = house.settings.gateway.listen
    return Gateway(
        house.around.clock,
        listen.host,
        listen.port + number if listen.port else 0,
        house.pages,
        allowed_origins=house.settings.gateway.allowed_origins,
        behind=Behind(training=house.around.desk, alerts=alerts, desks=desks),
        doors=house.access.doors,
    )


def _settle_memory() -> None:
    """What a floor keeps lives for hours: looking through all of it for cycles only costs time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000)


async def tick(
    on_walls: Shown, runner: Runner, alerts: Alerting, gateway: Gateway, clock: Clock
) -> None:
    """Judge and show what changed, five times a second, until cancelled."""
    figures = on_walls.figures
    on_walls.patch(clock.now())

    def whole() -> dict[str, object]:
        return {**figures.document, "alerts": alerts.document}

    loop_time = asyncio.get_running_loop().time
    due = loop_time()
    while True:
        figures.rejected = runner.rejected
        now = clock.now()
        news = alerts.tick(now)
        gateway.publish(whole, {**on_walls.patch(now), **news})
        # Paced by the clock, not by the pause: the work of a frame does not lengthen the period.
        due = max(due + FRAME_S, loop_time())
        await clock.sleep(due - loop_time())


async def _carried(courier: Courier, clock: Clock) -> None:
    """Carry notices until cancelled. A full disk delays them; it must not put out the walls."""
    while True:
        try:
            await courier.run()
        except* IncidentStoreError:
            log.exception("the outbox cannot be read or written; trying again")
        await clock.sleep(OUTBOX_AGAIN_S)


def _place(
    source: SourceSettings,
    runner: Runner,
    folder: Path,
    around: Surroundings,
    behind: Backstage,
) -> wiring.Place:
    return wiring.Place(
        site=runner.site,
        source=source,
        folder=folder,
        clock=around.clock,
        environ=around.environ,
        fresh=_nothing_today(runner, around.clock.now()),
        desk=around.desk,
        interventions=behind.interventions.get(source.name),
    )


def _nothing_today(runner: Runner, now: Millis) -> bool:
    """True if the journal tells nothing of this business day yet."""
    feeds = runner.floor.state.feeds.values()
    return max((feed.high_at for feed in feeds), default=0) < runner.floor.calendar.day(now)


def _tell_recovery(recovery: Recovery, journal: Journal, tell: Tell) -> None:
    for warning in journal.warnings:
        tell(f"journal: {warning}")
    if recovery.position:
        tell(
            f"journal: {recovery.position} events, {recovery.replayed} read again since the checkpoint"
        )
    if recovery.unreadable:
        tell(f"journal: {recovery.unreadable} events of an older release could not be read")
