"""The queues of a record as plans: their calls, their callers, their rules. Pure."""

from collections import Counter

from ingest.events import Millis
from ingest.words import Block, Overflow
from simulators import fit_demand as demand
from simulators import fit_habits
from simulators.fit_days import STEP_MS, STEPS, Days
from simulators.fit_patience import patience
from simulators.fit_record import Record, Seen
from simulators.fit_teams import priorities
from simulators.plans import Habits, Length, Patience, Profile, QueuePlan

_FEW = 5
"""A queue of which fewer callers gave up has the patience of the site's callers."""
_PLACES = 50
_RULE = 3
"""A rule is one if it was seen so often."""
_PART = 0.05
"""A queue is one that calls are passed to if it gets this share of them."""
_DID = 4005550000


def entries(record: Record) -> list[tuple[str, Millis]]:
    """The queue and the time of each call from outside: when it reached the system, if that is told."""
    return [
        *record.entered.values(),
        *((seen.queue, seen.queued_at) for seen in record.visits.values() if not seen.call),
    ]


def counts(entries: list[tuple[str, Millis]], days: Days) -> dict[str, demand.Counts]:
    """The calls of each queue, and of all together under `""`, by day and step."""
    names = ["", *sorted({queue for queue, _ in entries})]
    found = {name: [[0] * STEPS for _ in range(days.count)] for name in names}
    for queue, at in entries:
        day, local = days.place(at)
        if 0 <= day < days.count:
            for name in ("", queue):
                found[name][day][local // STEP_MS] += 1
    return found


def queues(
    record: Record,
    days: Days,
    habits: Habits,
    target_ms: Millis,
) -> tuple[Profile, tuple[QueuePlan, ...]]:
    """The site's profile, and all queues that a call was seen in, the busiest first."""
    entered = entries(record)
    by_queue = counts(entered, days)
    _, site = demand.profile(by_queue.pop(""), days)
    again, _ = fit_habits.redials(record)
    # Who quits in the menu, or only calls again, is counted apart: the rest come by themselves.
    comes = (1 - again / max(len(entered), 1)) / (1 - min(habits.menu_quit_share, 0.99))
    every = patience(_waits(record.waits()))
    wrap_ups, before = fit_habits.wrap_ups(record), priorities(record)
    waits: dict[str, list[Seen]] = {}
    for seen in record.waits():
        waits.setdefault(seen.queue, []).append(seen)
    for queue in waits.keys() - by_queue.keys():
        by_queue[queue] = [[0] * STEPS for _ in range(days.count)]
    most = Counter({queue: sum(map(sum, rows)) for queue, rows in by_queue.items()})
    plans = []
    for n, (queue, _) in enumerate(sorted(most.items(), key=lambda item: (-item[1], item[0]))):
        per_hour, profile = demand.profile(by_queue[queue], days)
        own = demand.own_profile(by_queue[queue])
        if not own:
            per_hour = demand.scale(by_queue[queue], days, site)
        seen_waits = waits.get(queue, [])
        timeout_ms, overflow_to = _rule(record, seen_waits, queue, Overflow.TIMEOUT)
        plans.append(
            QueuePlan(
                id=queue,
                names={"en": queue, "zh": queue},
                calls_per_hour=round(per_hour * comes, 3),
                patience=_patience(seen_waits, every),
                talk=fit_habits.talk((s for s in seen_waits if s.talk_ms is not None), habits),
                wrap_up=wrap_ups.get(queue, wrap_ups.get("", Length(0))),
                did=str(_DID + 101 + n),
                priority=before.get(queue, 0),
                capacity=_capacity(record, seen_waits, queue),
                timeout_ms=timeout_ms,
                overflow_to=overflow_to,
                empty_to=_rule(record, seen_waits, queue, Overflow.EMPTY)[1],
                transfer_to=_passed_to(record, queue),
                profile=profile if own else None,
                target_ms=target_ms,
            )
        )
    return site, tuple(plans)


def _waits(waits: list[Seen]) -> list[tuple[Millis, bool]]:
    return [(seen.wait_ms or 0, seen.left == "abandoned") for seen in waits]


def _patience(waits: list[Seen], every: Patience) -> Patience:
    if sum(seen.left == "abandoned" for seen in waits) < _FEW:
        return every
    return patience(_waits(waits))


def _rule(
    record: Record, waits: list[Seen], queue: str, reason: Overflow
) -> tuple[Millis | None, str]:
    """After how long this rule takes callers out, if it does, and where to."""
    taken = sorted(seen.wait_ms or 0 for seen in waits if seen.left == reason)
    if len(taken) < _RULE:
        return None, ""
    to = Counter(
        {
            to: count
            for (from_, why, to), count in record.to_queues.items()
            if (from_, why) == (queue, reason)
        }
    )
    where = min(to, key=lambda name: (-to[name], name)) if to else ""
    return max(taken[len(taken) // 2] // 1_000, 1) * 1_000, where


def _passed_to(record: Record, queue: str) -> tuple[str, ...]:
    to = {
        to: count
        for (from_, why, to), count in record.to_queues.items()
        if (from_, why) == (queue, "transfer") and to in {s.queue for s in record.visits.values()}
    }
    enough = _PART * sum(to.values())
    return tuple(sorted(name for name, count in to.items() if count >= enough))


def _capacity(record: Record, waits: list[Seen], queue: str) -> int:
    """How many may wait: as many as ever did, if callers found it full; else more than ever did."""
    steps = sorted(
        step
        for seen in waits
        if seen.wait_ms
        for step in ((seen.queued_at, 1), (seen.queued_at + seen.wait_ms, -1))
    )
    most = waiting = 0
    for _, step in steps:
        waiting += step
        most = max(most, waiting)
    if record.blocked.get((queue, Block.FULL)):
        return max(most, 1)
    return max(_PLACES, 2 * most)
