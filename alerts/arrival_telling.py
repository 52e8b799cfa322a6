"""Whom to name: one trouble is told once, under the scopes that explain it.

- One queue explains what the whole floor sees, the others being as usual: the queue alone is named.
- Several queues at once, with the floor: the floor alone is named.
- A queue that was named already stays; the floor joins it only if the others are odd as well.
- The floor that was named already stays until all of them are calm, or one queue turns out to explain it.
- A group is named only if neither the floor nor one of its queues is.
"""

from collections.abc import Mapping, Sequence

from alerts.arrival_judge import Alarm
from alerts.arrival_stream import ArrivalStream, counted_since
from alerts.rules import Rule, SilenceRule, SurgeRule
from ingest.events import Millis

_MOST = 0.6
_USUAL = 0.25
_CHANCE = 1.5

Scopes = Mapping[str, tuple[str, ...]]
"""By queue, the scopes that it belongs to."""


def named(
    rule: Rule,
    alarms: Mapping[str, Alarm],
    before: Sequence[str],
    streams: Mapping[str, ArrivalStream],
    scopes: Scopes,
) -> dict[str, Alarm]:
    """The scopes to name, each with its alarm, of all that hold and those that were named."""
    queues = {scope: alarm for scope, alarm in alarms.items() if scope.startswith("queue:")}
    groups = {scope: alarm for scope, alarm in alarms.items() if scope.startswith("group:")}
    floor = alarms.get("")
    if "" in before and (floor or queues):
        began = floor or min(queues.values(), key=lambda alarm: alarm.since)
        one = explains(rule, began.since, streams)
        if one in queues:
            return {one: queues[one]}
        kept = {scope: alarm for scope, alarm in queues.items() if scope in before}
        return {"": floor or next(iter(queues.values())), **kept}
    told = dict(queues) if floor is None else _with_floor(rule, floor, queues, before, streams)
    for scope, alarm in groups.items():
        members = {f"queue:{queue}" for queue, of in scopes.items() if scope in of}
        if "" not in told and not members & set(told):
            told[scope] = alarm
    return told


def _with_floor(
    rule: Rule,
    floor: Alarm,
    queues: Mapping[str, Alarm],
    before: Sequence[str],
    streams: Mapping[str, ArrivalStream],
) -> dict[str, Alarm]:
    stayed = {scope: queues.get(scope, floor) for scope in before if scope.startswith("queue:")}
    # When the floor is silent, every queue is.
    one = None if isinstance(rule, SilenceRule) else explains(rule, floor.since, streams)
    if one is not None and rule.speaks_of(one) and set(queues) <= {one, *stayed}:
        return {**stayed, one: queues.get(one, floor)}
    if stayed and len(queues) <= len(stayed):
        return stayed
    return {**stayed, "": floor}


def explains(rule: Rule, since: Millis, streams: Mapping[str, ArrivalStream]) -> str | None:
    """The one queue without which the floor would be as usual since then."""
    up = 1 if isinstance(rule, SurgeRule) else -1
    calls, expected = counted_since(streams[""].recent, since)
    odd = {
        scope: (up * (told[0] - told[1]), told)
        for scope, stream in streams.items()
        if scope.startswith("queue:")
        for told in (counted_since(stream.recent, since),)
    }
    if not odd:
        return None
    one = max(odd, key=lambda scope: odd[scope][0])
    excess, (own_calls, own_expected) = odd[one]
    rest_calls, rest_expected = calls - own_calls, max(expected - own_expected, 0.0)
    slack = _USUAL * rest_expected + _CHANCE * max(rest_expected, 1.0) ** 0.5
    usual = up * (rest_calls - rest_expected) <= slack
    return one if usual and excess > 0 and excess >= _MOST * up * (calls - expected) else None
