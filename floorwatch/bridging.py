"""The bridge: one source near its PBX, a spool, a broker."""

import asyncio
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from floorwatch import wiring
from floorwatch.app import Tell
from floorwatch.settings_types import BridgeSettings, Settings, SiteSettings, SourceSettings
from floorwatch.settings_values import ValueMistakeError
from ingest.bridge import Bridge
from ingest.outlet_mqtt import MqttOutlet
from ingest.ports import Clock, Source
from ingest.spool import Spool


async def run(
    settings: Settings, name: str, clock: Clock, environ: Mapping[str, str], tell: Tell
) -> None:
    """Carry one source's events to the broker until cancelled, or until a finite source ends."""
    bridge = settings.bridge
    if bridge is None:
        raise ValueMistakeError(
            "the settings have no [bridge]", 'Add [bridge] with broker = "mqtt://host:1883"'
        )
    site, source = _chosen(settings, name)
    folder = bridge.spool / site.site.id
    place = wiring.Place(
        site=site.site, source=source, folder=folder, clock=clock, environ=environ, fresh=True
    )
    made = wiring.sources(place)
    async with asyncio.TaskGroup() as tasks:
        # A source that fills gaps is a source of its own: it has its own numbers, so its own spool.
        for number, one in enumerate(made):
            own = place.name if number == 0 else f"{place.name}-log"
            tell(f"{own} → {bridge.broker}, spool {folder}")
            tasks.create_task(_carry(one, own, bridge, folder, place))


async def _carry(
    source: Source, name: str, bridge: BridgeSettings, folder: Path, place: wiring.Place
) -> None:
    address = wiring.broker_address(bridge.broker, bridge.secret.reveal(place.environ))
    epoch = place.epoch
    outlet = MqttOutlet(address, place.clock, source=name, epoch=epoch)
    spool_folder = folder / name.rpartition("/")[2]
    spool_folder.mkdir(parents=True, exist_ok=True)
    with closing(Spool(spool_folder)) as spool:
        await Bridge(source, spool, outlet, place.clock, name=name, epoch=epoch).run()


def _chosen(settings: Settings, name: str) -> tuple[SiteSettings, SourceSettings]:
    """The source of this name, or the only one."""
    found = [(site, source) for site in settings.sites for source in site.sources]
    known = ", ".join(source.name for _, source in found)
    if name:
        found = [(site, source) for site, source in found if source.name == name]
    if len(found) != 1:
        raise ValueMistakeError(
            f'there is no source "{name}"' if name else "there are several sources",
            f"Name one of them: --source NAME, out of {known}",
        )
    return found[0]
