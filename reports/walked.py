"""What a report of floor walks is made from, and how its things are called."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from ingest.events import Millis
from reports.model import Cell
from reports.span import Period, bounds
from reports.walk_duty import DUTIES, Duty, Span
from reports.walk_records import AGAIN_MS, NOTHING_FOUND, Finding, Walk
from stream.intervals import Calendar
from stream.sites import Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Walked:
    """Walks and findings of a site, as far as the reader may see them.

    `walks` reach back to the Monday before the period, `findings` a week, for what is found again;
    `left` are the findings whose measure is open, however old. `ours` names what we brought: a
    finding or a measure, by id. `shifts` are the days on which somebody works, by his id.
    """

    site: Site
    calendar: Calendar
    period: Period
    now: Millis
    walks: Sequence[Walk]
    findings: Sequence[Finding]
    left: Sequence[Finding]
    ours: Callable[[str, str], Cell]
    duties: Sequence[Duty] = DUTIES
    shifts: Mapping[str, Collection[date]] = field(default_factory=dict)
    whole: bool = True
    """False where the reader may see some walks only: then nothing is said of anybody's duty."""

    @property
    def bounds(self) -> tuple[Millis, Millis]:
        return bounds(self.period, self.calendar)

    @property
    def as_of(self) -> Millis:
        start, end = self.bounds
        return max(start, min(self.now, end))

    @property
    def span(self) -> Span:
        return Span(self.period.first, self.period.last, self.as_of)

    def own_walks(self) -> list[Walk]:
        """Those that went on within the period."""
        start, end = self.bounds
        return [walk for walk in self.walks if walk.began_at < end and walk.until >= start]

    def found(self) -> list[Finding]:
        """What was found within the period; that nothing was found is no finding."""
        start, end = self.bounds
        return [
            each for each in self.findings if start <= each.at < end and each.kind != NOTHING_FOUND
        ]

    def place(self, finding: Finding) -> Cell:
        return dict(finding.place_names) or finding.place.partition(":")[2]

    def kind(self, finding: Finding) -> Cell:
        return dict(finding.kind_names) or self.ours("finding", finding.kind)

    def measure(self, finding: Finding) -> Cell:
        if not finding.measure:
            return None
        return dict(finding.measure_names) or self.ours("measure", finding.measure)

    def team(self, finding: Finding) -> str:
        """Whose matter it is: the person's team, or the team whose place it is; "" for nobody's."""
        card = self.site.agents.get(finding.agent)
        if card is not None and card.team:
            return card.team
        group, _, id = finding.place.partition(":")
        return id if group == "team" else ""

    def team_name(self, team: str) -> Cell:
        return dict(self.site.teams.get(team, {})) or team or None

    def agent(self, id: str) -> Cell:
        card = self.site.agents.get(id)
        return dict(card.names) if card is not None and card.names else id or None


def reach(period: Period, calendar: Calendar) -> tuple[Millis, Millis]:
    """Since when walks and findings are wanted for a report of this period, and until when."""
    start, end = bounds(period, calendar)
    monday = period.first - timedelta(days=period.first.weekday())
    return min(calendar.begin(monday), start - AGAIN_MS), end
