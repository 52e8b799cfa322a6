"""The replay command: reads, shows how far it is, and prints what came out."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
from rich.console import Console
from rich.table import Table

from dashboard import assets
from dashboard.export import ensure_exported
from dashboard.gateway import Gateway
from floorwatch import replay, wiring
from floorwatch.bar import bar
from floorwatch.report import report
from floorwatch.settings_values import Address
from floorwatch.urls import Url
from ingest.events import Millis
from ingest.ports import Clock
from stream.figures import Figures
from stream.floor import Floor
from stream.sites import Site

FRAME_MS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for on the command line. `speed` None is as fast as it goes."""

    url: Url
    backfill: Url | None = None
    speed: float | None = None
    json: bool = False
    site: Site | None = None
    listen: Address | None = None


async def run(wishes: Wishes, clock: Clock, out: Console, errors: Console) -> None:
    """Replay and print. With `listen`, the wallboard shows it and stays until Ctrl-C."""
    site = wishes.site or Site(id="replay")
    reading = replay.Reading()
    with bar(errors, "replaying") as progress:
        tape = wiring.Tape(
            url=wishes.url,
            site=site,
            recvtime=clock.now(),
            reading=reading,
            progress=progress,
        )
        events = wiring.replayed(tape)
        if wishes.backfill is not None:
            fill = wiring.Tape(url=wishes.backfill, site=site, reading=reading)
            events = replay.merged(events, wiring.filling(fill))
        if wishes.listen is None:
            floor, as_of = await replay.run(site, events, clock, speed=wishes.speed)
        else:
            floor, as_of = await _on_the_wall(wishes, wishes.listen, site, events, clock, errors)
    result = report(floor, as_of, reading.rejected)
    if wishes.json:
        sys.stdout.write(msgspec.json.encode(result).decode() + "\n")
    else:
        _print(result, out)
    for reason in reading.reasons:
        errors.print(f"rejected: {reason}", markup=False, highlight=False, soft_wrap=True)


async def _on_the_wall(
    wishes: Wishes,
    listen: Address,
    site: Site,
    events: Iterator[Any],
    clock: Clock,
    errors: Console,
) -> tuple[Floor, Millis]:
    pages = assets.load(await asyncio.to_thread(ensure_exported, wiring.DATA))
    replayed = _ReplayClock(clock)
    async with Gateway(replayed, listen.host, listen.port, pages) as gateway:
        errors.print(f"wall: {gateway.url}", highlight=False)
        shown = _Shown(gateway, replayed)
        floor, as_of = await replay.run(site, events, clock, speed=wishes.speed, shown=shown)
        errors.print("the replay is over; the wall stays until Ctrl-C", highlight=False)
        while True:
            shown.publish()
            try:
                await clock.sleep(FRAME_MS / 1_000)
            except asyncio.CancelledError:
                return floor, as_of


class _ReplayClock:
    """The recording's time of day, so that the wall shows waits as they were."""

    def __init__(self, clock: Clock) -> None:
        self.at: Millis = 0
        self._clock = clock

    def now(self) -> Millis:
        return self.at

    async def sleep(self, seconds: float, /) -> None:
        await self._clock.sleep(seconds)


class _Shown:
    """Publishes the floor's figures, five times per second of the recording."""

    def __init__(self, gateway: Gateway, clock: _ReplayClock) -> None:
        self._gateway = gateway
        self._clock = clock
        self._figures: Figures | None = None

    def __call__(self, floor: Floor, as_of: Millis) -> None:
        if as_of - self._clock.at < FRAME_MS:
            return
        if self._figures is None:
            self._figures = Figures(floor)
        self._clock.at = as_of
        self.publish()

    def publish(self) -> None:
        figures = self._figures
        if figures is not None:
            patch = figures.patch(self._clock.at)
            self._gateway.publish(lambda: figures.document, patch)


def _print(result: dict[str, Any], out: Console) -> None:
    """The queues as a table; everything else is in --json."""
    columns = {
        "queue": "left",
        "offered": "right",
        "answered": "right",
        "abandoned": "right",
        "overflow": "right",
        "dropped": "right",
        "waiting": "right",
        "level": "right",
        "ASA": "right",
    }
    table = Table(box=None, padding=(0, 1))
    for name, justify in columns.items():
        table.add_column(name, justify=justify, overflow="fold")  # type: ignore[arg-type]
    for name, row in result["queues"].items():
        level, asa = row["service_level"], row["asa_ms"]
        table.add_row(
            name,
            *(str(row[key]) for key in ("offered", "answered", "abandoned")),
            str(sum(row["overflowed"].values())),
            str(sum(row["dropped"].values())),
            str(row["waiting"]),
            "—" if level is None else f"{level:.1%}",
            "—" if asa is None else f"{asa / 1000:.1f} s",
        )
    out.print(table)
    out.print(", ".join(f"{name} {n}" for name, n in result["events"].items()), highlight=False)
