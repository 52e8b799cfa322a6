"""A seeded mix of events like a large floor's: 500 queues, 5,000 agents, some visits to time by.

Payloads are encoded beforehand, with a placeholder where their times go: whoever sends them writes
in the moment of sending, at the price of one `replace`.
"""

import random
from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from ingest import wire
from ingest.events import (
    Abandoned,
    AgentMembership,
    AgentState,
    Answered,
    Completed,
    Data,
    Millis,
    Queued,
)
from ingest.stamp import Stamp
from ingest.topics import topic_of
from ingest.words import AgentStatus, MembershipAction
from stream.sites import QueueCard, Site

SITE = "bench"
QUEUES = 500
AGENTS = 5_000
QUEUES_PER_AGENT = 2
MARKER = "marker"
"""The queue whose visits are timed: `offered` of it on a screen says which of them are shown."""
PLACEHOLDER_AT = 1_111_111_111_111
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)
_STATES = (
    AgentStatus.READY,
    AgentStatus.RINGING,
    AgentStatus.TALKING,
    AgentStatus.ACW,
    AgentStatus.NOT_READY,
)
_ABANDON = 0.086
"""The share of visits that end without an answer."""

Message = tuple[str, bytes]
"""A topic and a payload."""


def stamped(at: Millis) -> bytes:
    """This instant as it stands in a payload: always 27 bytes."""
    moment = _UNIX + timedelta(milliseconds=at)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{at % 1000:03d}000Z".encode()


PLACEHOLDER = stamped(PLACEHOLDER_AT)


def site(now: Millis) -> Site:
    """The site as it is set up. Its business day began twelve hours ago, so that none ends now."""
    noon = now // 60_000 % 1440
    names = [f"q{number:03d}" for number in range(QUEUES)]
    return Site(
        id=SITE,
        day_start_min=(noon + 720) % 1440,
        queues={name: QueueCard(id=name) for name in (*names, MARKER)},
    )


class Mix:
    """An endless floor, the same for the same seed, epoch and sequence of calls."""

    def __init__(self, epoch: str, seed: int = 42) -> None:
        self.markers = 0
        self._dice = random.Random(seed)
        self._stamp = Stamp(f"/acd/{SITE}/mix", epoch)
        self._waiting: deque[tuple[str, str]] = deque()
        self._talking: deque[tuple[str, str, str]] = deque()
        self._visits = 0

    @property
    def source(self) -> str:
        return self._stamp.source

    @property
    def count(self) -> int:
        """How many events were made so far."""
        return self._stamp.seq

    def members(self) -> Iterator[Message]:
        """Every agent joins his queues."""
        for number in range(AGENTS):
            for queue in range(QUEUES_PER_AGENT):
                yield self._message(
                    AgentMembership(
                        agent=f"a{number:04d}",
                        queue=f"q{(number * 7 + queue * 131) % QUEUES:03d}",
                        action=MembershipAction.ADDED,
                    )
                )

    def events(self, count: int, every: int = 0) -> Iterator[Message]:
        """So many events; each `every`-th one is a visit to the queue that is timed (0: none)."""
        for number in range(1, count + 1):
            if every and number % every == 0:
                self.markers += 1
                yield self._message(
                    Queued(visit=f"m{self.markers}", queue=MARKER, call=f"c{self.markers}")
                )
            elif every and number > every and number % every == every // 2:
                # The one before has gone by then: nobody waits there for long.
                yield self._message(Abandoned(visit=f"m{self.markers}", queue=MARKER))
            else:
                yield self._message(self._next())

    def _next(self) -> Data:
        dice = self._dice.random()
        if dice < 0.154:
            return self._arrive()
        if dice < 0.308 and len(self._waiting) > 200:
            return self._leave()
        if dice < 0.445 and len(self._talking) > 2_000:
            visit, queue, agent = self._talking.popleft()
            return Completed(visit=visit, queue=queue, call=f"c-{visit}", agent=agent)
        state = self._dice.choice(_STATES)
        reason = "break" if state is AgentStatus.NOT_READY else ""
        return AgentState(agent=self._agent(), state=state, reason=reason)

    def _arrive(self) -> Data:
        self._visits += 1
        visit = f"v{self._visits:09d}"
        queue = f"q{int(QUEUES * self._dice.random() * self._dice.random()):03d}"
        self._waiting.append((visit, queue))
        return Queued(visit=visit, queue=queue, call=f"c-{visit}", caller="***042", position=1)

    def _leave(self) -> Data:
        visit, queue = self._waiting.popleft()
        if self._dice.random() < _ABANDON:
            return Abandoned(visit=visit, queue=queue, call=f"c-{visit}")
        agent = self._agent()
        self._talking.append((visit, queue, agent))
        return Answered(visit=visit, queue=queue, call=f"c-{visit}", agent=agent)

    def _agent(self) -> str:
        return f"a{self._dice.randrange(AGENTS):04d}"

    def _message(self, data: Data) -> Message:
        event = self._stamp.event(data, time=PLACEHOLDER_AT, recvtime=PLACEHOLDER_AT)
        return topic_of(data, SITE), wire.encode(event)


def at(payload: bytes, moment: Millis) -> bytes:
    """This payload as sent at this moment."""
    return payload.replace(PLACEHOLDER, stamped(moment))
