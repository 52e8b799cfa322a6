"""The doctor: can what the settings name be reached, and is it as it must be?

Every check ends within its time and never raises: what goes wrong is a finding, with its cure.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from floorwatch import doctor_actions as second
from floorwatch import doctor_stores as stores
from floorwatch.doctor_findings import Finding, Subject
from floorwatch.doctor_pbx import CLASSES, PbxProbeError, PbxReport, probe
from floorwatch.settings_actions import ActionSettings
from floorwatch.settings_secret import Secret, SecretError
from floorwatch.settings_types import BridgeSettings, Settings, SiteSettings, SourceSettings
from floorwatch.urls import Url
from ingest.events import Millis
from ingest.ports import Clock

EARLIEST: Millis = 1_767_225_600_000
"""The start of 2026: no clock that shows less can be right."""

Check = Callable[[], Awaitable[list[Finding]]]


class PbxProbe(Protocol):
    """Asks a PBX; raises `PbxProbeError`, whose message says why it could not."""

    async def __call__(self, url: Url, secret: str, clock: Clock, /) -> PbxReport: ...


@dataclass(frozen=True, slots=True)
class Tools:
    """What the checks work with."""

    clock: Clock
    environ: Mapping[str, str]
    pbx: PbxProbe


async def examine(
    settings: Settings,
    clock: Clock,
    environ: Mapping[str, str],
    *,
    pbx: PbxProbe = probe,
    timeout_s: float = 20.0,
) -> list[Finding]:
    """Look at everything the settings name, all at once, each for at most `timeout_s`.

    The findings come in the order of the settings: first the file itself, last the port.
    """
    tools = Tools(clock, environ, pbx)
    checks = list(_checks(settings, tools))
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(_bounded(subject, check, timeout_s)) for subject, check in checks
        ]
    return [*_file(settings), *(finding for task in tasks for finding in task.result())]


def _file(settings: Settings) -> list[Finding]:
    subject = Subject("settings")
    found = [
        subject.warn(f"line {problem.line}, {problem.key}: {problem.what}", problem.mend)
        for problem in settings.warnings
    ]
    return found or [subject.ok("no mistakes")]


async def _bounded(subject: Subject, check: Check, timeout_s: float) -> list[Finding]:
    try:
        async with asyncio.timeout(timeout_s):
            return await check()
    except TimeoutError:
        return [
            subject.fail(f"no answer within {timeout_s:g} s", "Is the network there? Try again")
        ]
    except SecretError as error:
        return [subject.fail(error.what, error.mend)]
    except Exception as error:  # noqa: BLE001 - one failing check must not hide what the others found
        what = f"the check itself failed ({type(error).__name__}: {error})"
        return [subject.fail(what, "Report it to the makers of Floorwatch")]


def _checks(settings: Settings, tools: Tools) -> Iterator[tuple[Subject, Check]]:
    clock = Subject("clock")
    yield clock, partial(_own_clock, clock, tools)
    journal = Subject(f"journal {settings.stores.journal.scheme}")
    yield journal, partial(_journal, journal, settings, tools)
    for site in settings.sites:
        for source in site.sources:
            subject = Subject(f"source {site.site.id}/{source.name}")
            yield subject, partial(SOURCES[source.url.scheme], subject, site, source, tools)
            if source.actions and source.url.scheme == "ami":
                subject = Subject(f"actions {site.site.id}/{source.name}")
                yield subject, partial(_actions, subject, source, source.actions, tools)
            if source.backfill:
                subject = Subject(f"backfill {site.site.id}/{source.name}")
                yield subject, partial(_in_thread, stores.log_file, subject, source.backfill)
    if settings.bridge:
        subject = Subject("bridge")
        yield subject, partial(_bridge, subject, settings.bridge, tools)
    port = Subject("gateway")
    yield port, partial(stores.port, port, settings.gateway.listen)


async def _own_clock(subject: Subject, tools: Tools) -> list[Finding]:
    if tools.clock.now() < EARLIEST:
        mend = "Set it, and run chrony or another NTP client"
        return [subject.fail("this machine's clock is years behind", mend)]
    return [subject.ok("this machine's clock is plausible")]


async def _journal(subject: Subject, settings: Settings, tools: Tools) -> list[Finding]:
    url, secret = settings.stores.journal, settings.stores.secret
    if url.port:
        return await stores.redis(subject, url, await _secret(secret, tools), tools.clock)
    return await asyncio.to_thread(stores.folder, subject, Path(url.path))


async def _bridge(subject: Subject, bridge: BridgeSettings, tools: Tools) -> list[Finding]:
    room = await asyncio.to_thread(stores.folder, subject, bridge.spool)
    secret = await _secret(bridge.secret, tools)
    return [*room, *await stores.broker(subject, bridge.broker, secret)]


async def _secret(secret: Secret, tools: Tools) -> str:
    return await asyncio.to_thread(secret.reveal, tools.environ)


async def _in_thread(
    look: Callable[[Subject, Path], list[Finding]], subject: Subject, url: Url
) -> list[Finding]:
    return await asyncio.to_thread(look, subject, Path(url.path))


async def _queue_log(
    subject: Subject, site: SiteSettings, source: SourceSettings, tools: Tools
) -> list[Finding]:
    return await _in_thread(stores.log_file, subject, source.url)


async def _recording(
    subject: Subject, site: SiteSettings, source: SourceSettings, tools: Tools
) -> list[Finding]:
    return await _in_thread(stores.readable, subject, source.url)


async def _broker(
    subject: Subject, site: SiteSettings, source: SourceSettings, tools: Tools
) -> list[Finding]:
    return await stores.broker(subject, source.url, await _secret(source.secret, tools))


async def _simulator(
    subject: Subject, site: SiteSettings, source: SourceSettings, tools: Tools
) -> list[Finding]:
    return [subject.ok("invented calls, nothing to reach")]


async def _pbx(
    subject: Subject, site: SiteSettings, source: SourceSettings, tools: Tools
) -> list[Finding]:
    secret = await _secret(source.secret, tools)
    try:
        report = await tools.pbx(source.url, secret, tools.clock)
    except PbxProbeError as error:
        return [subject.fail(error.what, error.mend)]
    found = [subject.ok(f"{report.banner}: logged in as {source.url.user}")]
    found += [*_rights(subject, report), *_time(subject, report), *_queues(subject, site, report)]
    return found


async def _actions(
    subject: Subject, source: SourceSettings, actions: ActionSettings, tools: Tools
) -> list[Finding]:
    secret = await _secret(actions.secret, tools)
    try:
        report = await tools.pbx(second.account_of(source.url, actions), secret, tools.clock)
    except PbxProbeError as error:
        return [second.unreachable(subject, error)]
    return list(second.judged(subject, actions, report))


def _rights(subject: Subject, report: PbxReport) -> Iterator[Finding]:
    wanted = "read=system,call,agent,dialplan and write=reporting in manager.conf"
    if not report.booted:
        yield subject.fail(
            "no FullyBooted came: it still starts, or may not be read", f"Set {wanted}"
        )
    unseen = CLASSES - report.seen - {"system"}
    if unseen:
        yield subject.warn(
            f"no event of class {', '.join(sorted(unseen))} came: a quiet floor, or no right to read",
            f"Check {wanted}",
        )
    else:
        yield subject.ok("it may read what it needs")
    if not report.may_show_channels:
        yield subject.warn("it may not list channels, which a resync needs", f"Set {wanted}")
    if report.may_act:
        yield subject.warn(
            f"it may act on the PBX ({', '.join(report.may_act)})", f"It only watches: set {wanted}"
        )


def _time(subject: Subject, report: PbxReport) -> Iterator[Finding]:
    if report.timestamps is None:
        yield subject.warn(
            "no event came, so timestamps are not known", "Ask again when calls come"
        )
    elif not report.timestamps:
        mend = "Set timestampevents=yes in [general] of manager.conf, then: manager reload"
        yield subject.fail("its events carry no time of their own", mend)
    else:
        yield subject.ok("its events carry their time (timestampevents)")
    if report.offset_ms is not None:
        yield subject.clock(report.offset_ms)


def _queues(subject: Subject, site: SiteSettings, report: PbxReport) -> Iterator[Finding]:
    known = {queue.name for queue in report.queues}
    yield subject.ok(f"it has {len(known)} queues")
    unknown = [id for id in site.site.queues if id not in known]
    if unknown and known:
        names = ", ".join(f'"{id}"' for id in unknown[:5])
        yield subject.warn(
            f"the settings name queues that it does not have: {names}",
            "Write them as the PBX does; another source may have them",
        )


SOURCES: Mapping[
    str, Callable[[Subject, SiteSettings, SourceSettings, Tools], Awaitable[list[Finding]]]
] = {
    "ami": _pbx,
    "mqtt": _broker,
    "mqtts": _broker,
    "queue_log": _queue_log,
    "queue_log+file": _queue_log,
    "ami+file": _recording,
    "events+file": _recording,
    "calls+csv": _recording,
    "journal": _recording,
    "simulate": _simulator,
}
"""How to look at a source, by its URL's scheme."""
