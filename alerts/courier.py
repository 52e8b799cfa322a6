"""Carries notices from the outbox to their channels: each at least once, none by way of another.

    outbox -> due notices -> one lane per channel -> channel -> sent | again | given up

A lane sends its notices oldest first. Where more wait than its bucket has tokens, they become one
message. A failure holds up the whole lane for a while, so that what began is not told after its end,
and no other lane.
"""

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence

from alerts.channels import Channel, ChannelError
from alerts.courier_bucket import Bucket, wait_ms
from alerts.notices import Outbox, Waiting
from ingest.events import Millis
from ingest.ports import Clock

POLL_S = 0.5
"""How often the outbox is asked; `Courier.wake` asks at once."""
GIVE_UP_MS = 24 * 3_600_000
"""A notice this old tells nobody anything."""
OVER_MS = 3_600_000
"""So long after its incident's end nobody needs to be told that it began or ended."""
FAILING_TRIES = 3
"""Failures in a row after which a channel is said to fail."""
LAST_IN_LINE = 8
"""Tries after which a notice lets the others pass: it may be the one that the service cannot take."""
MOST_AT_ONCE = 200
"""Notices in one message."""

_FIRST_LOOK = 200
_DEEPEST_LOOK = 100_000
_LONGEST_PAUSE_MS = 3_600_000
_log = logging.getLogger(__name__)

Over = Callable[[str], Millis | None]
"""When an incident ended, or None if it goes on or is not known."""


class Courier:
    """Sends what is due until it is cancelled; what it had under way then is sent again later.

    `over` says when an incident ended. `draw` spreads the waits after failures.
    """

    def __init__(
        self,
        outbox: Outbox,
        channels: Mapping[str, Channel],
        clock: Clock,
        *,
        over: Over = lambda incident: None,
        draw: random.Random | None = None,
    ) -> None:
        self._outbox = outbox
        self._clock = clock
        self._over = over
        draw = draw or random.Random()
        self._lanes = {
            name: Lane(name, channel, outbox, clock, draw) for name, channel in channels.items()
        }
        self._woken = asyncio.Event()

    @property
    def failing(self) -> dict[str, tuple[Millis, str]]:
        """The channels that take nothing now: since when, and why. One success ends it."""
        return {name: lane.failing for name, lane in self._lanes.items() if lane.failing}

    def wake(self) -> None:
        """There are new notices: look now."""
        self._woken.set()

    async def run(self) -> None:
        """Carry notices until cancelled."""
        self._resume()
        async with asyncio.TaskGroup() as group:
            while True:
                self._woken.clear()
                self._hand_out(group)
                await self._pause()

    def _resume(self) -> None:
        """Leave a channel alone for as long as it was to be when we were stopped: else the notices
        that have not been tried yet would go before the one that was."""
        now = self._clock.now()
        for waiting in self._outbox.due(now + _LONGEST_PAUSE_MS, _DEEPEST_LOOK):
            lane = self._lanes.get(waiting.notice.channel)
            if lane is not None and 0 < waiting.tries < LAST_IN_LINE:
                lane.resume_at = max(lane.resume_at, waiting.due_at)

    def _hand_out(self, group: asyncio.TaskGroup) -> None:
        now = self._clock.now()
        for name, waiting in self._due(now).items():
            lane = self._lanes.get(name)
            if lane is None:
                for each in waiting:
                    self._outbox.given_up(each.notice.id, now, "no channel has this name")
                continue
            if not self._ready(name, now):
                continue
            hopeful = [each for each in waiting if not self._hopeless(each, now)]
            if hopeful:
                lane.busy = True
                group.create_task(self._carry(lane, hopeful))

    def _due(self, now: Millis) -> dict[str, list[Waiting]]:
        """What is due, by channel. A channel that has piled up hundreds must not hide the others."""
        look = _FIRST_LOOK
        while True:
            found = self._outbox.due(now, look)
            ready = any(self._ready(each.notice.channel, now) for each in found)
            if ready or len(found) < look or look >= _DEEPEST_LOOK:
                break
            look *= 8
        by_channel: dict[str, list[Waiting]] = {}
        for waiting in found:
            by_channel.setdefault(waiting.notice.channel, []).append(waiting)
        return by_channel

    def _ready(self, channel: str, now: Millis) -> bool:
        """Whether something can be done for this channel now: to give up is something, too."""
        lane = self._lanes.get(channel)
        return lane is None or (not lane.busy and now >= lane.resume_at)

    def _hopeless(self, waiting: Waiting, now: Millis) -> bool:
        """Give up what is too old to be of use."""
        notice = waiting.notice
        ended = self._over(notice.incident)
        if now - notice.at > GIVE_UP_MS:
            why = "not taken within a day"
        elif waiting.tries and ended is not None and now - ended > OVER_MS:
            why = "its incident is long over"
        else:
            return False
        self._outbox.given_up(notice.id, now, f"{why}: {waiting.trouble}".rstrip(": "))
        return True

    async def _carry(self, lane: "Lane", waiting: list[Waiting]) -> None:
        try:
            if await lane.carry(waiting):
                self.wake()
        finally:
            lane.busy = False

    async def _pause(self) -> None:
        """Until the next look: a while, or until somebody wakes us."""
        woken = asyncio.ensure_future(self._woken.wait())
        asleep = asyncio.ensure_future(self._clock.sleep(POLL_S))
        try:
            await asyncio.wait((woken, asleep), return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            asleep.cancel()


class Lane:
    """The road to one channel: one message at a time."""

    def __init__(
        self, name: str, channel: Channel, outbox: Outbox, clock: Clock, draw: random.Random
    ) -> None:
        self._name = name
        self._channel = channel
        self._outbox = outbox
        self._clock = clock
        self._draw = draw
        self._bucket = Bucket(channel.per_minute, clock.now())
        self._failures = 0
        self._since: Millis = 0
        self.busy = False
        self.resume_at: Millis = 0
        self.failing: tuple[Millis, str] | None = None

    async def carry(self, waiting: list[Waiting]) -> bool:
        """Send these as far as bucket and channel allow; whether there may be more to send now."""
        waiting.sort(key=lambda each: each.notice.at)
        late = [each for each in waiting if each.tries >= LAST_IN_LINE]
        # Two groups, so that one that cannot be taken never spoils a message with the others.
        for line in ([each for each in waiting if each.tries < LAST_IN_LINE], late):
            while line:
                tokens = self._bucket.left(self._clock.now())
                if tokens == 0:
                    return False
                many = 1 if tokens is None or tokens >= len(line) else MOST_AT_ONCE
                batch, line = line[:many], line[many:]
                self._bucket.take()
                if not await self._send(batch):
                    return False
        return True

    async def _send(self, batch: Sequence[Waiting]) -> bool:
        """Send these as one message, and tell the outbox how it went; whether they were taken."""
        try:
            await self._channel.send([each.notice for each in batch])
        except ChannelError as error:
            self._failed(batch, error)
            return False
        except ValueError as error:
            # A notice that cannot be written down at all must not stop the others.
            why = f"it cannot be written for this channel ({type(error).__name__})"
            self._failed(batch, ChannelError(why, retry=False))
            return False
        except Exception as error:  # noqa: BLE001 - one channel's bug must not stop the others
            _log.exception("channel %s", self._name)
            why = f"this channel has a fault of its own ({type(error).__name__}): see the log"
            self._failed(batch, ChannelError(why, retry=True))
            return False
        now = self._clock.now()
        for each in batch:
            self._outbox.sent(each.notice.id, now)
        self._failures = 0
        self.resume_at = 0
        self.failing = None
        return True

    def _failed(self, batch: Sequence[Waiting], error: ChannelError) -> None:
        now = self._clock.now()
        self._failures += 1
        if self._failures == 1:
            self._since = now
        if self._failures >= FAILING_TRIES or not error.retry:
            self.failing = (self._since, error.why)
        _log.warning("channel %s: %s", self._name, error.why)
        if not error.retry:
            for each in batch:
                self._outbox.given_up(each.notice.id, now, error.why)
            return
        tries = batch[0].tries
        resume_at = now + wait_ms(max(self._failures, tries + 1), self._draw, error.after_s)
        if tries < LAST_IN_LINE:
            self.resume_at = resume_at
        for each in batch:
            self._outbox.again(each.notice.id, resume_at, error.why)
