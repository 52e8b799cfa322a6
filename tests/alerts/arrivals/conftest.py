"""A watch of arrivals on a clock that is moved by hand; what it says is noted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

import pytest

from alerts.arrivals import ArrivalRule, ArrivalsWatch
from alerts.breach import CLEAR, Board, Breach, Sight
from alerts.defaults import DEFAULTS
from alerts.forecast import Forecast
from alerts.rules import CollapseRule, SilenceRule, SurgeRule
from ingest.events import Millis
from stream.floor import Floor
from stream.sites import QueueCard, Site

RULES: tuple[ArrivalRule, ...] = tuple(
    rule for rule in DEFAULTS if isinstance(rule, SurgeRule | CollapseRule | SilenceRule)
)


@dataclass
class Told:
    """One breach, from when until when it was held."""

    breach: Breach
    at: Millis
    until: Millis | None = None


class Watching:
    """Arrivals and time for a watch. `told` is all that it ever held."""

    def __init__(
        self,
        zone: str = "UTC",
        forecast: Forecast | None = None,
        rules: Sequence[ArrivalRule] = RULES,
        groups: dict[str, str] | None = None,
    ) -> None:
        cards = {id: QueueCard(id=id, group=group) for id, group in (groups or {}).items()}
        self.floor = Floor(Site(id="hq", time_zone=zone, queues=cards))
        self.board = Board()
        self.watch = ArrivalsWatch(self.floor, rules, self.board, forecast)
        self.sight: Sight = CLEAR
        self.now: Millis = 0
        self.told: list[Told] = []

    def start(self, at: Millis) -> None:
        """Begin to look."""
        self.now = at
        self.watch.tick(at, self.sight)

    def until(self, at: Millis, step_ms: Millis = 1_000) -> None:
        """Let time pass."""
        while self.now + step_ms <= at:
            self.now += step_ms
            self.watch.tick(self.now, self.sight)
            self.note(self.now)

    def call(self, queue: str, at: Millis, calls: int = 1) -> None:
        """Calls come."""
        self.watch.count(queue, at, calls)
        self.note(at)

    def note(self, now: Millis) -> None:
        """Keep what changed on the board."""
        for key in self.board.news():
            breach = self.board.held.get(key)
            running = [one for one in self.told if one.breach.key == key and one.until is None]
            if breach is None:
                for one in running:
                    one.until = now
            elif not running:
                self.told.append(Told(breach, now))

    def poisson(
        self, rates: dict[str, float], until: Millis, draw: Random, step_ms: Millis = 1_000
    ) -> None:
        """Calls by chance, so many an hour into each queue, while time passes."""
        total = sum(rates.values())
        at = float(self.now)
        while total > 0:
            at += draw.expovariate(total / 3_600_000)
            if at >= until:
                break
            self.until(int(at), step_ms)
            queue = draw.choices(list(rates), list(rates.values()))[0]
            self.call(queue, int(at))
        self.until(until, step_ms)

    @property
    def names(self) -> list[tuple[str, str]]:
        """What was told: rules and scopes, in their order."""
        return [(one.breach.rule, one.breach.scope) for one in self.told]


@pytest.fixture
def watching() -> Callable[..., Watching]:
    return Watching
