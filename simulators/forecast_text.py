"""The forecast that the planners of a simulated site would have made: what its plan expects.

Known are the profile, the weekday and each queue's calls per hour, what share hangs up in the menu,
and what share of the callers is passed on to another queue. Not known is what the day makes of it:
faults, busier and quieter hours, who gives up and calls again, who is refused.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from ingest.events import Millis
from simulators.local_time import local_ms
from simulators.plans import MINUTE, QueuePlan
from simulators.scenario import Scenario

FILE = "forecast.csv"
INTERVAL_MS = 15 * MINUTE
_HOUR_MS = 60 * MINUTE
_PASSED_MOST = 8
"""So often a caller is passed on at most, and so far the sum is taken."""
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)


def text(scenario: Scenario, start_at: Millis, until: Millis) -> str:
    """CSV of `queue,start,calls`: a row per queue and quarter of an hour from `start_at` on.

    A row lasts to the queue's next one, `start` is the site's own time with its offset from UTC,
    `calls` are entries into the queue. From `until` on, where nobody calls any more, a row says 0.
    """
    rows = _rows(scenario, start_at, until)
    return "queue,start,calls\n" + "".join(
        f"{_quoted(queue.id)},{_shown(scenario, at)},{calls[queue.id]:.3f}\n"
        for at, calls in rows
        for queue in scenario.queues
    )


def _rows(
    scenario: Scenario, start_at: Millis, until: Millis
) -> Iterator[tuple[Millis, Mapping[str, float]]]:
    at = start_at
    while at < until:
        end = min(until, at + INTERVAL_MS - local_ms(scenario.zone, at) % INTERVAL_MS)
        fresh = {queue.id: _fresh(scenario, queue, at, end) for queue in scenario.queues}
        yield at, _with_passed_on(scenario, fresh)
        at = end
    yield at, {queue.id: 0.0 for queue in scenario.queues}


def _fresh(scenario: Scenario, queue: QueuePlan, start_at: Millis, end_at: Millis) -> float:
    """How many call this queue themselves and stay until they are in it."""
    profile, calls, at = scenario.profile_of(queue), 0.0, start_at
    while at < end_at:
        local = local_ms(scenario.zone, at)
        length_ms = min(end_at - at, profile.left_ms(local))
        calls += queue.calls_per_hour * profile.weight(local) * length_ms / _HOUR_MS
        at += length_ms
    return calls * (1.0 - scenario.habits.menu_quit_share)


def _with_passed_on(scenario: Scenario, fresh: Mapping[str, float]) -> dict[str, float]:
    """Every queue's own callers, and those whom the agents of others pass on to it."""
    habits = scenario.habits
    out = habits.transfer_out_share if habits.extensions else 0.0
    share = habits.transfer_share * (1.0 - out)
    entries, coming = dict(fresh), dict(fresh)
    for _ in range(_PASSED_MOST):
        passed = dict.fromkeys(fresh, 0.0)
        for queue in scenario.queues:
            for to in queue.transfer_to:
                passed[to] += coming[queue.id] * share / len(queue.transfer_to)
        entries = {id_: calls + passed[id_] for id_, calls in entries.items()}
        coming = passed
    return entries


def _shown(scenario: Scenario, at: Millis) -> str:
    return (_UNIX + timedelta(milliseconds=at)).astimezone(scenario.zone).isoformat()


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if set(cell) & set(',;"\r\n') else cell
