"""A floor under watch: events by hand, seconds that pass, and what is held meanwhile."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from alerts.breach import Board, Breach, Watch
from alerts.rules import Rule
from alerts.sight import sight
from ingest.events import Data, Event
from ingest.source_ami_file import events as recorded_events
from ingest.stamp import Stamp
from stream.floor import Floor
from stream.sites import AgentCard, QueueCard, Site

T0 = 1_795_305_600_000
RECORDINGS = Path(__file__).resolve().parents[4] / "shared" / "recordings"
Make = Callable[[Floor, Sequence[Any], Board], Watch]


class Watched:
    """One floor, one watch, and a clock that only the test moves. Seconds count from T0."""

    def __init__(self, make: Make, rules: Sequence[Rule], site: Site | None = None) -> None:
        self.floor = Floor(site or SITE)
        self.board = Board()
        self.make, self.rules = make, rules
        self.watch = make(self.floor, rules, self.board)
        self.second = 0.0
        self.story: list[tuple[float, str, tuple[str, str]]] = []
        """What was held and freed: second, `held` or `freed`, rule and scope."""
        self.stamps: dict[str, Stamp] = {}
        self._held: set[tuple[str, str]] = set()

    def tell(self, data: Data, source: str = "pbx", time: int | None = None) -> Event:
        """An event at this second, of this second if it names no other `time`."""
        stamp = self.stamps.setdefault(source, Stamp(source, "1"))
        now = T0 + round(self.second * 1000)
        event = stamp.event(data, time=now if time is None else time, recvtime=now)
        self.put(event)
        return event

    def put(self, event: Event) -> None:
        if self.floor.apply(event):
            self.watch.take(event, event.recvtime)
            self._note(event.recvtime)

    def tick(self, now: int) -> None:
        self.watch.tick(now, sight(self.floor, now))
        self._note(now)

    def until(self, second: float) -> None:
        """Seconds pass, each with a tick."""
        while self.second + 1 <= second:
            self.second += 1
            self.tick(T0 + round(self.second * 1000))
        self.second = second

    def play(self, events: Sequence[Event]) -> None:
        """Events with a tick for each second between them."""
        now = events[0].recvtime
        for event in events:
            while now + 1000 <= event.recvtime:
                now += 1000
                self.tick(now)
            self.put(event)

    def restart(self) -> None:
        """The program ends and begins anew: a new watch with the state of the old one."""
        state = self.watch.dump()
        self.board = Board()
        self.watch = self.make(self.floor, self.rules, self.board)
        self.watch.load(state, T0 + round(self.second * 1000))

    @property
    def scopes(self) -> list[str]:
        return sorted(scope for _, scope in self.board.held)

    def breach(self, scope: str) -> Breach:
        return next(breach for (_, s), breach in self.board.held.items() if s == scope)

    def times(self, what: str, scope: str) -> list[float]:
        """When this scope was held, or freed."""
        return [at for at, said, key in self.story if said == what and key[1] == scope]

    def _note(self, now: int) -> None:
        at = (now - T0) / 1000
        for key in self.board.news():
            held = key in self.board.held
            if held is not (key in self._held):
                self.story.append((at, "held" if held else "freed", key))
                (self._held.add if held else self._held.discard)(key)


SITE = Site(
    id="hq",
    queues={
        "sales": QueueCard(id="sales", group="front"),
        "support": QueueCard(id="support", group="front"),
        "billing": QueueCard(id="billing", target_ms=60_000),
    },
    teams={"a": {}},
    agents={
        "li": AgentCard(id="li", team="a", interfaces=("PJSIP/1001",)),
        "wang": AgentCard(id="wang", team="a", interfaces=("PJSIP/1002",)),
    },
)


@pytest.fixture
def watched() -> type[Watched]:
    return Watched


@pytest.fixture(scope="session")
def recorded() -> Callable[[str], tuple[list[Event], int]]:
    """The events of a recording of the real Asterisk, and its second 0."""
    begins = {"A": 1_795_301_808_198, "B": 1_795_303_476_117}
    kept: dict[str, list[Event]] = {}

    def read(name: str) -> tuple[list[Event], int]:
        path = RECORDINGS / f"asterisk-{name}" / "ami.jsonl.gz"
        if not path.exists():
            missing = "no recordings beside the checkout"
            pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
        if name not in kept:
            kept[name] = list(recorded_events(path, Stamp("/acd/replay/ami", "0")))
        return kept[name], begins[name]

    return read
