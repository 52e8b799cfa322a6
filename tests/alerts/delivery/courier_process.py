"""A courier in a process of its own, to be killed: python courier_process.py STORE URL.

Sends what the store holds to one webhook until nothing is left.
"""

import asyncio
import sys
from pathlib import Path

from alerts.channel_webhook import WebhookChannel
from alerts.channels import Hidden, WebhookSettings
from alerts.courier import Courier
from alerts.incidents_sqlite import SqliteIncidents
from ingest.clock import SystemClock


async def main(store: Path, url: str) -> None:
    clock = SystemClock()
    with SqliteIncidents(store) as outbox:
        channel = WebhookChannel(WebhookSettings(name="floor", url=Hidden(url)), clock)
        courier = asyncio.create_task(Courier(outbox, {"floor": channel}, clock).run())
        while outbox.due(2**62):
            await clock.sleep(0.01)
        courier.cancel()


asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
