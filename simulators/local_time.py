"""The site's own clock: local time of day, and the days of business."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from ingest.events import Millis
from simulators.plans import DAY_MIN, MINUTE
from simulators.scenario import Scenario, ScenarioError

_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


def local_ms(zone: ZoneInfo, at: Millis) -> Millis:
    """What the clock on the wall shows at `at`: milliseconds since its own midnight of 1970."""
    offset = (_UNIX + timedelta(milliseconds=at)).astimezone(zone).utcoffset()
    return at + round((offset or timedelta()).total_seconds()) * 1_000


def from_local_ms(zone: ZoneInfo, local: Millis) -> Millis:
    """When the clock on the wall shows `local`; across a change of the clock, the nearer side."""
    at = local - (local_ms(zone, local) - local)
    return at - (local_ms(zone, at) - local)


def last_start(zone: ZoneInfo, start_min: int, period_min: int, at: Millis) -> Millis:
    """The last time up to `at` when something began that begins `start_min` after local midnight
    and every `period_min` minutes from there."""
    period_ms = period_min * MINUTE
    local = local_ms(zone, at)
    start = (local - start_min * MINUTE) // period_ms * period_ms + start_min * MINUTE
    began = from_local_ms(zone, start)
    return began if began <= at else from_local_ms(zone, start - period_ms)


def next_start(zone: ZoneInfo, start_min: int, period_min: int, at: Millis) -> Millis:
    """The first time after `at` when such a thing begins."""
    period_ms = period_min * MINUTE
    local = local_ms(zone, at)
    start = ((local - start_min * MINUTE) // period_ms + 1) * period_ms + start_min * MINUTE
    begins = from_local_ms(zone, start)
    return begins if begins > at else from_local_ms(zone, start + period_ms)


def day_start(scenario: Scenario, now: Millis) -> Millis:
    """When the business day of `now` began at this site."""
    return last_start(scenario.zone, scenario.day_start_min, DAY_MIN, now)


def start_of(scenario: Scenario) -> Millis:
    """When the scenario's own day begins: its `start`, a local date or date and time.

    Raises `ScenarioError` if there is none, or it is not a date.
    """
    try:
        begins = datetime.fromisoformat(scenario.start)
    except ValueError:
        begins = None
    if begins is None or begins.tzinfo is not None:
        raise ScenarioError(
            f"start is {scenario.start!r}: give a local date, or date and time: 2026-11-23 08:00"
        )
    since = begins.replace(tzinfo=UTC) - _UNIX
    local = round(since.total_seconds()) * 1_000
    if len(scenario.start.strip()) <= len("2026-11-23"):
        local += scenario.day_start_min * MINUTE
    return from_local_ms(scenario.zone, local)
