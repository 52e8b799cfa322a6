"""What the sections of a report are made from: who asked for what, the sums, and what happened."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

import polars as pl

from alerts.budget_report import BudgetReport
from alerts.incident import Incident
from alerts.rules import Rule
from ingest.events import Millis
from reports.model import Cell
from reports.source import Kept
from reports.span import Period
from reports.tallies import Chosen, Tallies, added, by
from stream.intervals import Calendar
from stream.metrics import NAMES, Sums
from stream.sites import QueueCard, ServiceLevel, Site

HOUR_MS = 3_600_000
AGAIN_MS = 2 * HOUR_MS
"""How long after he gave up a caller is looked for again."""
MOST_ROWS = 1_000


class Focus(StrEnum):
    """What the reader asked about: all of the site, some queues, or some people."""

    SITE = "site"
    QUEUES = "queues"
    PEOPLE = "people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What is wanted. `queues` and `agents` limit what the reader may see, or wants; None is all.

    `focus` PEOPLE leaves out what is of queues alone; QUEUES counts people's calls for these queues
    alone, and leaves out their time. `most` rows of a list are told, and how many there are besides.
    """

    period: Period
    now: Millis
    queues: frozenset[str] | None = None
    agents: frozenset[str] | None = None
    focus: Focus = Focus.SITE
    again_ms: Millis = AGAIN_MS
    most: int = MOST_ROWS

    @property
    def chosen(self) -> Chosen:
        return Chosen(self.queues, self.agents, self.focus is Focus.QUEUES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """What the site's alerts have to say of the span; `budget` None where nobody may know."""

    incidents: Sequence[Incident] = ()
    budget: BudgetReport | None = None
    rules: Mapping[str, Rule] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """An earlier span to compare with: `previous`, or `weekdays`, with the same days of the week.

    `sums` is None where nothing is kept of it; `lacking` counts its days of which nothing is.
    """

    key: str
    period: Period
    sums: Sums | None
    targets: pl.DataFrame | None = None
    lacking: int = 0


@dataclass(frozen=True, kw_only=True)
class Basis:
    """All that a section may tell of. `end` is exclusive; `as_of` how far the figures go.

    What several sections ask for is added up once; leave it as it is.
    """

    request: Request
    site: Site
    calendar: Calendar
    start: Millis
    end: Millis
    as_of: Millis
    rows: pl.LazyFrame
    """The facts of the span, of all queues and people."""
    facts: Callable[[date, date], pl.LazyFrame]
    """The same of any other days, both ends included."""
    tallies: Tallies
    kept: Sequence[Kept]
    earlier: Sequence[Earlier] = ()
    happened: Happened = field(default_factory=Happened)

    @property
    def period(self) -> Period:
        return self.request.period

    @property
    def live(self) -> bool:
        return self.as_of < self.end

    @property
    def one_day(self) -> bool:
        return self.period.first == self.period.last

    def begun(self) -> list[Kept]:
        """The days that have begun, and where the facts of each are."""
        return [kept for kept in self.kept if self.calendar.begin(kept.day) < self.as_of]

    def days(self) -> list[date]:
        """The days that have begun."""
        return [kept.day for kept in self.begun()]

    def queues(self) -> list[str]:
        """The queues that are set up or had something to count, in the order of the site."""
        return self._queues

    @cached_property
    def _queues(self) -> list[str]:
        order = {name: i for i, name in enumerate(self.site.queues)}
        counted = {name for name, sums in self.sums_by("queue").items() if any(sums.values())}
        chosen = self.request.queues
        return sorted(
            (name for name in {*order, *map(str, counted)} if chosen is None or name in chosen),
            key=lambda name: (order.get(name, len(order)), name),
        )

    def sums(self, queue: str | None = None) -> Sums:
        """The sums of a queue, or of all that were asked for."""
        return self._whole if queue is None else self.tallies.sums(queue)

    @cached_property
    def _whole(self) -> Sums:
        return self.tallies.sums()

    def sums_by(self, key: str) -> Mapping[object, Sums]:
        """The sums by a column of the queues' tally."""
        if key not in self._by:
            rows = by(self.tallies.queues, [key])
            self._by[key] = {row.pop(key): row for row in rows.rows(named=True)}
        return self._by[key]

    @cached_property
    def _by(self) -> dict[str, dict[object, Sums]]:
        return {}

    def queue_name(self, queue: str) -> Cell:
        card = self.site.queue(queue)
        return dict(card.names) if card.id == queue and card.names else queue

    def agent_name(self, agent: str) -> Cell:
        card = self.site.agents.get(agent)
        return dict(card.names) if card is not None and card.names else agent

    def team_of(self, agent: str) -> str:
        card = self.site.agents.get(agent)
        return card.team if card is not None else ""

    def team_name(self, team: str) -> Cell:
        return dict(self.site.teams.get(team, {})) or team or None

    def common(self) -> QueueCard | None:
        """A card that speaks for every queue with calls, if they share formula, target, threshold."""
        return common(self.tallies.targets)


def common(targets: pl.DataFrame) -> QueueCard | None:
    """A card with the one target, threshold and formula that held for all these waits; else None."""
    held = targets.select("target_ms", "short_ms", "level").unique().rows()
    if len(held) != 1:
        return None
    ((target_ms, short_ms, level),) = held
    return QueueCard(
        id="", target_ms=target_ms, short_ms=short_ms, service_level=ServiceLevel(level)
    )


def waits_sums(targets: pl.DataFrame) -> Sums:
    """The sums over waits of a table of targets."""
    return added(targets, [name for name in NAMES if name in targets.columns])
