"""The machine's own clock."""

import asyncio
import time

from ingest.events import Millis


class SystemClock:
    """Wall clock and real sleep: the only place that asks the machine what time it is."""

    def now(self) -> Millis:
        return time.time_ns() // 1_000_000

    async def sleep(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds)
