"""The adviser: looks at the floor every few seconds, and works out beside the stream what to do now.

    loop: look (milliseconds) --> thread: advise (tenths of a second) --> latest, for the desks

What it costs is paced: after a look that took long the next one waits so long that no more than a
tenth of a processor goes into advice.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from dashboard.break_desk import Lane
from ingest.events import Millis
from ingest.ports import Clock
from planning.advice import Advice, Sight, advise

log = logging.getLogger(__name__)

PACE_S = 10.0
_SHARE = 0.1
_HOUR_MS: Millis = 3_600_000
"""The day's plan is made anew each hour: other shifts may run by then."""
Lanes = Callable[[Millis], Sequence[Lane]]


@dataclass(slots=True)
class Adviser:
    """`look` reads the floor, on the loop; `lanes` makes the day's plan, in the thread."""

    clock: Clock
    look: Callable[[Millis], Sight]
    lanes: Lanes
    latest: Advice | None = None
    took_ms: float = 0.0
    _lanes: Sequence[Lane] = ()
    _lanes_of: Millis | None = field(default=None)

    def plan(self, now: Millis) -> Sequence[Lane]:
        """The day's plan, as it was made last."""
        return self._lanes

    async def run(self) -> None:
        """Advise until cancelled. What goes wrong is logged, and the last advice stands."""
        while True:
            try:
                await self.once()
            except Exception:
                log.exception("no advice could be given; trying again")
            await self.clock.sleep(max(PACE_S, self.took_ms / 1_000 / _SHARE))

    async def once(self) -> None:
        """One look, and what it says."""
        now = self.clock.now()
        if (hour := now // _HOUR_MS) != self._lanes_of:
            self._lanes = await asyncio.to_thread(self.lanes, now)
            self._lanes_of = hour
        sight = self.look(now)
        begun = time.perf_counter()
        self.latest = await asyncio.to_thread(advise, sight)
        self.took_ms = (time.perf_counter() - begun) * 1_000
