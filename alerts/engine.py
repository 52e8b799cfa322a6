"""The engine: puts the floor before the watches, and what they hold before the life of alerts.

    each new event --take--> watches --> board --+
    time           --tick--> watches --> board --+--> Life --> entries, notices

It is pure: told every event and the time. Who runs it saves what comes out (`outcome`) and what it
has learnt (`dump`).
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from alerts.adapters import AdapterWatch
from alerts.agent_watch import AgentWatch
from alerts.arrivals import ArrivalsWatch
from alerts.breach import CLEAR, Board, Breach, Sight, Watch
from alerts.care import Care
from alerts.components import ComponentWatch
from alerts.drops import DropWatch
from alerts.forecast import Forecast
from alerts.life import Life, Outcome
from alerts.life_state import LifeState
from alerts.mass_end import MassEndWatch
from alerts.mass_sign_out import MassSignOutWatch
from alerts.no_answer import NoAnswerWatch
from alerts.rules import (
    AdapterRule,
    AgentRule,
    CollapseRule,
    ComponentRule,
    DroppedRule,
    MassEndRule,
    MassSignOutRule,
    NoAnswerRule,
    Rule,
    ShortCallsRule,
    SilenceRule,
    SurgeRule,
    ThresholdRule,
)
from alerts.short_calls import ShortCallsWatch
from alerts.sight import sight
from alerts.thresholds import ThresholdWatch
from alerts.words import Kind
from ingest.events import Event, Millis
from stream.floor import Floor

TICK_MS = 1_000
_MINUTE_MS = 60_000
_HOUR_MS = 3_600_000
_R = TypeVar("_R", bound=Rule)
_Makers = Mapping[str, tuple[tuple[type[Rule], ...], Callable[[Floor, Any, Board], Watch]]]

WATCHES: _Makers = {
    "drops": ((DroppedRule,), DropWatch),
    "short_calls": ((ShortCallsRule,), ShortCallsWatch),
    "no_answer": ((NoAnswerRule,), NoAnswerWatch),
    "mass_end": ((MassEndRule,), MassEndWatch),
    "mass_sign_out": ((MassSignOutRule,), MassSignOutWatch),
    "components": ((ComponentRule,), ComponentWatch),
    "adapters": ((AdapterRule,), AdapterWatch),
    "thresholds": ((ThresholdRule,), ThresholdWatch),
    "agents": ((AgentRule,), AgentWatch),
}
"""Which rules each watch is for; `arrivals` is made apart, since it takes a forecast."""
ARRIVALS = (SurgeRule, CollapseRule, SilenceRule)


class Engine:
    """Watches one floor by these rules.

    `take` every new event after the floor has taken it, `tick` about once a second.
    """

    def __init__(
        self,
        floor: Floor,
        rules: Sequence[Rule],
        care: Care,
        *,
        state: LifeState | None = None,
        forecast: Forecast | None = None,
    ) -> None:
        self.floor = floor
        self.rules = {rule.id: rule for rule in rules}
        self.board = Board()
        self.life = Life(floor.site, self.rules, care, state)
        self.arrivals = ArrivalsWatch(floor, _of(rules, ARRIVALS), self.board, forecast)
        self.watches: dict[str, Watch] = {"arrivals": self.arrivals}
        for name, (types, make) in WATCHES.items():
            mine = _of(rules, types)
            if mine:
                self.watches[name] = make(floor, mine, self.board)
        self.now: Millis = 0
        self._ticked_at: Millis = 0
        self._heard_at: Millis = 0
        self._sight: Sight = CLEAR
        self._channels: frozenset[str] = frozenset()

    def take(self, event: Event) -> None:
        """A new event, which the floor has taken already."""
        now = self.now = self._heard_at = max(self.now, event.recvtime)
        for watch in self.watches.values():
            watch.take(event, now)
        if self.board.changed:
            self._judge()

    def count(self, queue: str, at: Millis, calls: int = 1) -> None:
        """So many calls came, where nothing else is known of them than that."""
        self.now = self._heard_at = max(self.now, at)
        self.arrivals.count(queue, self.now, calls)
        if self.board.changed:
            self._judge()

    def tick(self, now: Millis, seen: Sight | None = None) -> None:
        """Time has passed. What can be seen is judged by the floor's feeds, if it is not given."""
        now = self.now = max(self.now, now)
        self._ticked_at = now
        self._sight = sight(self.floor, now) if seen is None else seen
        for watch in self.watches.values():
            watch.tick(now, self._sight)
        self.life.learning = self.arrivals.streams[""].pace.learning
        self._judge()

    def catch_up(self, now: Millis) -> None:
        """Tick through the time up to `now`, as a clock would have: for a replay, before each event.

        Second by second while something happened lately, in larger steps through nights.
        """
        if not self._ticked_at:
            self._ticked_at = now
        while (due := self._ticked_at + self._step()) <= now:
            self.tick(due)

    def _step(self) -> Millis:
        quiet = self._ticked_at - self._heard_at
        if quiet < 3 * _MINUTE_MS:
            return TICK_MS
        return 10 * TICK_MS if quiet < _HOUR_MS else _MINUTE_MS

    def channels(self, failing: Mapping[str, tuple[Millis, str]]) -> None:
        """Which of our own channels fail, since when and why: that is an alert too."""
        for rule in self.rules.values():
            if rule.kind is not Kind.COMPONENT:
                continue
            for name, (since, why) in failing.items():
                if rule.speaks_of(scope := f"channel:{name}"):
                    self.board.hold(_channel_fails(rule, scope, since, self.now, why))
            for name in self._channels - failing.keys():
                self.board.free(rule.id, f"channel:{name}")
        self._channels = frozenset(failing)

    def act(self, now: Millis, wish: Mapping[str, object]) -> dict[str, object]:
        """What a person wishes (docs/alerts.md). Raises `ActionError`."""
        self.now = max(self.now, now)
        return self.life.act(self.now, wish)

    def outcome(self) -> Outcome:
        """What is to be written down and sent since the last call."""
        return self.life.outcome()

    def dump(self) -> dict[str, bytes]:
        """What each watch has learnt and where it stands."""
        return {name: watch.dump() for name, watch in self.watches.items()}

    def load(self, learnt: Mapping[str, bytes], now: Millis) -> list[str]:
        """Go on from `dump`; names the watches whose memory was of another release, and begin anew."""
        anew = []
        for name, watch in self.watches.items():
            if name not in learnt:
                continue
            try:
                watch.load(learnt[name], now)
            except msgspec.MsgspecError:
                anew.append(name)
        return anew

    def _judge(self) -> None:
        self.life.judge(self.now, self.board, self._sight)


def _channel_fails(rule: Rule, scope: str, since: Millis, now: Millis, why: str) -> Breach:
    return Breach(
        rule=rule.id,
        kind=Kind.COMPONENT,
        scope=scope,
        since=since,
        at=now,
        evidence={
            "component": "channel",
            "name": scope.partition(":")[2],
            "status": "down",
            "cause": why,
        },
    )


def _of(rules: Sequence[Rule], types: tuple[type[Rule], ...]) -> tuple[Any, ...]:
    return tuple(rule for rule in rules if isinstance(rule, types))
