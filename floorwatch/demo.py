"""The demo: a whole Floorwatch around an invented floor, with nothing but Python."""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from floorwatch import invented, settings, urls
from floorwatch.app import Surroundings, Tell, up
from floorwatch.settings_types import (
    GatewaySettings,
    Settings,
    SiteSettings,
    SourceSettings,
    StoreSettings,
)
from floorwatch.settings_values import Address
from ingest.broker_iotcore import IotcoreBroker, IotcoreError
from ingest.clock import SystemClock
from simulators.training import Desk

SITE = """
[site]
id = "demo"
names = { zh = "示范呼叫中心", en = "Demo call centre" }
time_zone = "Asia/Shanghai"
[[site.source]]
name = "simulator"
url = "simulate:demo"
[site.source.actions]
allow = ["pause", "unpause", "move", "sign_out", "hang_up", "take_over", "listen", "whisper", "barge"]
phones = { open = "PJSIP/2001" }
"""


async def run(listen: Address, mqtt_port: int, data: Path, past: int, tell: Tell) -> None:
    """Run the demo until cancelled, with so many days of a past.

    A broker's port that is taken is replaced by a free one.
    """
    clock = SystemClock()
    sites = settings.parse(SITE).sites
    desk = Desk(invented.scenario_for(sites[0].site), seed=clock.now())
    around = Surroundings(clock=clock, environ=os.environ, tell=tell, desk=desk)
    async with AsyncExitStack() as stack:
        broker = await _broker(mqtt_port, stack, tell)
        mqtt = SourceSettings(name="mqtt", url=urls.parse(broker.url, urls.SOURCES))
        tell(f"MQTT: {broker.url}  (acd/v1/demo/evt/#, see docs/send-events.md)")
        if past:
            await stack.enter_async_context(_past(data, past))
        await up(_settings(sites, _free(listen, tell), data), around, extra=(mqtt,))


@asynccontextmanager
async def _past(data: Path, days: int) -> AsyncIterator[None]:
    """Have the days before today invented beside us; what is not done when we end, stays undone."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "floorwatch.invented_past", str(data), str(days))
    )
    try:
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _free(listen: Address, tell: Tell) -> Address:
    """The address as asked for, or a free port of it: a demo starts beside anything."""
    with socket.socket(socket.AF_INET6 if ":" in listen.host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((listen.host, listen.port))
        except OSError:
            tell(f"port {listen.port} is taken: using a free one")
            return Address(listen.host, 0)
    return listen


async def _broker(port: int, stack: AsyncExitStack, tell: Tell) -> IotcoreBroker:
    try:
        return await stack.enter_async_context(IotcoreBroker(port))
    except IotcoreError as error:
        tell(str(error))
        return await stack.enter_async_context(IotcoreBroker(0))


def _settings(sites: tuple[SiteSettings, ...], listen: Address, data: Path) -> Settings:
    return Settings(
        sites=sites,
        stores=StoreSettings(journal=urls.parse(f"file:{data}", urls.JOURNALS)),
        gateway=GatewaySettings(listen=listen),
    )
