"""What a site's reports tell of people besides the figures: scores, and attendance by its shift file."""

from collections.abc import Iterable, Sequence
from zoneinfo import ZoneInfo

from floorwatch import shift_file
from floorwatch.settings_types import SiteSettings
from planning.shifts import Shift
from planning.stretches import Stretch
from reports import section_scores
from reports.build import Further
from reports.presence import Presence
from reports.section_attendance import attendance
from reports.source import Source
from stream.floor import Floor
from stream.sites import Site


def further(
    sites: Iterable[tuple[SiteSettings, Source]], floor: Floor | None = None
) -> Sequence[Further]:
    """Sections for `reports.build`. With a `floor`, of one site, states that have not ended are known.

    Raises SettingsError of a shift file that cannot be read.
    """
    known = {site.site.id: (source, presence(site, source, floor)) for site, source in sites}
    return (section_scores.section, attendance(known))


def presence(site: SiteSettings, source: Source, floor: Floor | None = None) -> Presence:
    """What is known of who is there. Raises SettingsError."""
    if floor is None:
        return Presence(shifts=shifts(site, source.site), rules=site.attendance)
    states = floor.state.agents.agents
    open_ = {
        id: (agent.now.time, agent.now.state, agent.now.reason)
        for id, agent in states.items()
        if agent.now is not None
    }
    gaps: list[Stretch] = [
        (start, end) for feed in floor.state.feeds.values() for start, end, _ in feed.gaps
    ]
    rules = site.attendance
    return Presence(shifts=shifts(site, source.site), open=open_, gaps=gaps, rules=rules)


def shifts(site: SiteSettings, known: Site) -> tuple[Shift, ...] | None:
    """The shifts of a site; None if it has no shift file. Raises SettingsError."""
    if site.shifts is None:
        return None
    return shift_file.read(site.shifts, ZoneInfo(known.time_zone))
