"""Backtest: the rules over past days, through the very floor and engine that run live.

What fires is what would have fired. Muted alerts are told apart: nobody would have been called.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import cast

import msgspec

from alerts.breach import Evidence
from alerts.care import Care
from alerts.engine import Engine
from alerts.forecast import Forecast
from alerts.notices import Entry
from alerts.rules import WEEK_MS, Rule
from alerts.words import Severity
from floorwatch.alarms import Alarm
from ingest.events import Event, Millis
from ingest.words import Origin
from stream.floor import Floor
from stream.intervals import Calendar
from stream.sites import Site

AFTER_MS = 20 * 60_000
"""How long after the last event what recovers then has to be over."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """By what a floor is watched."""

    site: Site
    rules: tuple[Rule, ...]
    care: Care = field(default_factory=Care)
    forecast: Forecast | None = None

    @property
    def calendar(self) -> Calendar:
        """The site's days."""
        return Calendar(self.site.time_zone, self.site.day_start_min, self.site.interval_ms)

    def only(self, types: tuple[type[Rule], ...]) -> "Guard":
        """The same, with the rules of these types alone."""
        return replace(self, rules=tuple(r for r in self.rules if isinstance(r, types)))

    def engine(self) -> Engine:
        """A new floor, and what watches it."""
        floor = Floor(self.site)
        return Engine(floor, self.rules, self.care, forecast=self.forecast)


class Log:
    """Collects what an engine fires. The engine's outcomes come here and nowhere else."""

    def __init__(self, engine: Engine) -> None:
        self.alarms: list[Alarm] = []
        self.muted: dict[str, int] = {}
        self._engine = engine
        self._open: dict[tuple[str, str], Alarm] = {}

    def note(self) -> None:
        """Take down what happened since the last call."""
        if not self._engine.life.has_news:
            return
        for entry in self._engine.outcome().entries:
            key = (entry.rule, entry.scope)
            if entry.what == "fired":
                self._open[key] = _alarm(entry)
                self.alarms.append(self._open[key])
            elif entry.what == "inhibited" and key not in self._open:
                self.muted[entry.rule] = self.muted.get(entry.rule, 0) + 1
            elif entry.what == "ended" and key in self._open:
                self._open.pop(key).ended_at = entry.at


@dataclass(slots=True, kw_only=True)
class Found:
    """What a backtest came to. Instants in milliseconds since 1970; `muted` alerts by rule."""

    alarms: list[Alarm]
    muted: dict[str, int]
    started_at: Millis
    ended_at: Millis

    @property
    def weeks(self) -> float:
        """How long it was watched."""
        return max(self.ended_at - self.started_at, 0) / WEEK_MS


def watched(guard: Guard, events: Iterable[Event]) -> Found:
    """Put every event through a floor and its watches, second by second of its own time."""
    engine = guard.engine()
    log = Log(engine)
    started_at: Millis = 0
    now: Millis = 0
    for event in as_told(events):
        if event.recvtime > now:
            now = event.recvtime
            started_at = started_at or now
            engine.catch_up(now)
        if engine.floor.apply(event):
            engine.take(event)
        log.note()
    # Nothing is known of the time after the tape: what holds then holds, what recovers may end.
    engine.life.judge(now + AFTER_MS, engine.board)
    log.note()
    return Found(alarms=log.alarms, muted=log.muted, started_at=started_at, ended_at=now)


def as_told(events: Iterable[Event]) -> Iterator[Event]:
    """Events as they came in. Where nobody noted when that was, it is taken to be at once; what
    only fills a gap was no news to anybody."""
    for event in events:
        if event.origin is Origin.BACKFILL:
            continue
        yield event if event.recvtime else msgspec.structs.replace(event, recvtime=event.time)


def _alarm(entry: Entry) -> Alarm:
    told = entry.details
    return Alarm(
        rule=entry.rule,
        kind=str(told["kind"]),
        scope=entry.scope,
        started_at=entry.at,
        since=cast(Millis, told["since"]),
        evidence=cast(Evidence, told["evidence"]),
        incident=entry.incident,
        learning=bool(told["learning"]),
        severity=Severity(str(told["severity"])),
    )
