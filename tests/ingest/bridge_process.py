"""A bridge in a process of its own, for the tests that kill it.

Its source is a file of events, one a line, which goes on where the last committed line was: as a
source that can be asked again, such as a queue_log.
"""

import asyncio
import sys
from pathlib import Path

from ingest.bridge import Bridge
from ingest.clock import SystemClock
from ingest.mqtt_address import MqttAddress
from ingest.outlet_mqtt import MqttOutlet
from ingest.ports import Batch, Inbox
from ingest.spool import Spool

NAME = "/acd/hq/pbx-1"


class Lines:
    """Ten lines at a time; `done` remembers how many were committed."""

    def __init__(self, file: Path, pause_s: float) -> None:
        self._lines = file.read_bytes().splitlines()
        self._done = file.with_suffix(".done")
        self._pause_s = pause_s

    async def run(self, inbox: Inbox, /) -> None:
        start = int(self._done.read_text()) if self._done.exists() else 0
        clock = SystemClock()
        for first in range(start, len(self._lines), 10):
            lines = self._lines[first : first + 10]

            def committed(upto: int = first + len(lines)) -> None:
                fresh = self._done.with_suffix(".new")
                fresh.write_text(str(upto))
                fresh.replace(self._done)

            await inbox.put(Batch(lines, clock.now(), "file", committed))
            await clock.sleep(self._pause_s)


async def main(url: str, file: str, folder: str, epoch: str, pause_s: str) -> None:
    clock = SystemClock()
    spool = Spool(Path(folder))
    outlet = MqttOutlet(MqttAddress.parse(url), clock, source=NAME, epoch=epoch, will_delay_s=1)
    bridge = Bridge(Lines(Path(file), float(pause_s)), spool, outlet, clock, name=NAME, epoch=epoch)
    try:
        await bridge.run()
    finally:
        spool.close()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
