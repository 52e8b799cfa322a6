"""What callers and agents do, as shares and durations, counted from a record. Pure.

What the events do not tell is left out, not guessed: a log without rings gives a floor whose phones
are answered at once.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from math import erf, log, sqrt

from ingest.events import Millis
from simulators.fit_record import Record, Seen
from simulators.plans import MINUTE, Habits, Length

SHORT_MS = 10_000
"""A conversation shorter than this is a short call, if there are more of them than there should be."""
_AGAIN_MS = 10 * MINUTE
"""Who calls again within this after giving up, calls again because of it."""
_MASKS = 1_000
"""Masked callers that can be told apart: the mask leaves three digits."""
_NEXT_CALL_MS = 2 * MINUTE
"""An agent who takes a waiting caller later than this after a call did something else between."""
_LIKE_CHANCE = 2.0
_USUAL = Habits()


def length(times: Iterable[Millis]) -> Length:
    """Mean and variation of such durations; 0 of none."""
    times = list(times)
    if not times:
        return Length(0)
    mean = sum(times) / len(times)
    variance = sum((time - mean) ** 2 for time in times) / len(times)
    return Length(round(mean), round(sqrt(variance) / mean, 3) if mean else 0.0)


def share(part: int, whole: int) -> float:
    """A probability, 0 where nothing was seen; of a whole thousandth's tenth."""
    return round(min(part / whole, 1.0), 4) if whole else 0.0


def habits(record: Record) -> Habits:
    """The habits that the record shows; people come and go on time, for `staff` has the rest."""
    told, lengths = record.habits, record.lengths
    talks = [seen for seen in record.visits.values() if seen.talk_ms is not None]
    waits = record.waits()
    rings = told["rings"] or len(lengths.get("ring", ()))
    transfers, out = told["transfers"], told["transfers_out"]
    by_caller, by_agent = told["ended_by_caller"], told["ended_by_agent"]
    left = Counter(seen.left for seen in waits)
    short = short_calls(talks)
    again, again_ms = redials(record)
    key = lengths.get("key", ())
    return Habits(
        menu_ms=_middle(lengths.get("menu", ())),
        menu_quit_share=share(menu_quits(record), len(record.offered)),
        misdial_share=0.0,
        key_share=share(left["key"], len(waits)),
        key_after_ms=length(key).mean_ms or _USUAL.key_after_ms,
        redial_share=share(again, sum(bool(seen.left) for seen in waits)),
        redial_after_ms=again_ms,
        drop_waiting_share=share(left["dropped"], len(waits)),
        drop_talking_share=share(sum(seen.dropped for seen in talks), len(talks)),
        ring=length(lengths.get("ring", ())),
        no_answer_share=share(told["no_answer"], rings),
        busy_share=share(told["busy"], rings),
        ring_timeout_ms=length(lengths.get("ring_timeout", ())).mean_ms or _USUAL.ring_timeout_ms,
        hold_share=share(len(lengths.get("hold", ())), len(talks)),
        hold=length(lengths.get("hold", ())),
        short_call_share=short[0],
        short_call=short[1],
        transfer_share=share(transfers, len(talks)),
        transfer_out_share=share(out, transfers),
        attended_share=share(told["attended"], out),
        caller_hangs_up_share=share(by_caller, by_caller + by_agent)
        if by_caller + by_agent
        else _USUAL.caller_hangs_up_share,
        break_variation=0.0,
        late_ms=(0, 0),
        csat_share=share(told["csat"], len(talks)),
        quality_share=share(told["quality"], len(talks)),
    )


def menu_quits(record: Record) -> int:
    """Calls that reached the system, and no queue."""
    return sum(call not in record.entered for call in record.offered)


def short_calls(talks: Sequence[Seen]) -> tuple[float, Length]:
    """The share of conversations that are no conversations, and how long these take."""
    lengths = [_talk_ms(seen) for seen in talks if not seen.dropped]
    short = [ms for ms in lengths if ms < SHORT_MS]
    long = [log(ms) for ms in lengths if ms >= SHORT_MS]
    if not short or len(long) < 2:
        return 0.0, _USUAL.short_call
    mean = sum(long) / len(long)
    deviation = sqrt(sum((x - mean) ** 2 for x in long) / len(long)) or 1.0
    chance = 0.5 * (1 + erf((log(SHORT_MS) - mean) / deviation / sqrt(2)))
    found = len(short) / len(lengths)
    if found < _LIKE_CHANCE * chance:
        return 0.0, _USUAL.short_call
    return share(len(short), len(lengths)), length(short)


def talk(talks: Iterable[Seen], habits: Habits) -> Length:
    """The conversations of a queue apart from its short calls, so that all together last as long.

    The site's short calls fall on every queue alike: what is left makes up for the difference.
    """
    all_of_it = length(_talk_ms(seen) for seen in talks if not seen.dropped)
    if not all_of_it.mean_ms:
        return all_of_it
    short, part = habits.short_call, habits.short_call_share
    if not part or short.mean_ms >= all_of_it.mean_ms:
        return all_of_it
    mean = (all_of_it.mean_ms - part * short.mean_ms) / (1 - part)
    square = _square(all_of_it) - part * _square(short)
    variance = max(square / (1 - part) - mean * mean, 0.0)
    return Length(round(mean), round(sqrt(variance) / mean, 3))


def wrap_ups(record: Record) -> Mapping[str, Length]:
    """The after-call work by queue: told by the agents' states, or else estimated.

    An agent who is rid of a call while callers wait takes the next one as soon as he can: how long
    that takes him is his after-call work. The estimate is the same for all queues, under `""`.
    """
    told = {queue: length(times) for queue, times in record.wrap_ups.items() if queue}
    if told:
        every = [time for times in record.wrap_ups.values() for time in times]
        return told | {"": length(every)}
    by_agent: dict[str, list[Seen]] = {}
    for seen in record.visits.values():
        if seen.agent and seen.answered_at is not None:
            by_agent.setdefault(seen.agent, []).append(seen)
    gaps: list[Millis] = []
    for agent in sorted(by_agent):
        ordered = sorted(by_agent[agent], key=lambda seen: seen.answered_at or 0)
        for before, after in pairwise(ordered):
            free_at, next_at = before.ended_at, after.answered_at
            if free_at and next_at and after.queued_at <= free_at <= next_at:
                gaps.append(next_at - free_at)
    return {"": length(gap for gap in gaps if gap <= _NEXT_CALL_MS)}


def redials(record: Record) -> tuple[int, Millis]:
    """How many called again because they had given up, and how long after, on the average.

    Callers are known by their masked numbers only, so some agree by chance: so many are taken off.
    """
    entries: dict[str, list[Seen]] = {}
    for seen in record.visits.values():
        if seen.first and seen.caller:
            entries.setdefault(seen.caller, []).append(seen)
    gaps: list[Millis] = []
    gave_up = 0
    for caller in sorted(entries):
        ordered = sorted(entries[caller], key=lambda seen: seen.queued_at)
        gave_up += sum(bool(seen.left) for seen in ordered)
        for before, after in pairwise(ordered):
            gap_ms = after.queued_at - (before.ended_at or after.queued_at)
            if before.left and 0 < gap_ms <= _AGAIN_MS:
                gaps.append(gap_ms)
    known = sum(map(len, entries.values()))
    span_ms = max(record.last_at - record.first_at, 1)
    by_chance = gave_up * known / span_ms * _AGAIN_MS / _MASKS
    again = round(len(gaps) - by_chance)
    if again <= 0 or len(gaps) < 2 * by_chance:
        return 0, _USUAL.redial_after_ms
    return again, round(sum(gaps) / len(gaps))


def _talk_ms(seen: Seen) -> Millis:
    return max((seen.talk_ms or 0) - seen.hold_ms, 0)


def _square(length: Length) -> float:
    variation = 1.0 if length.variation is None else length.variation
    return length.mean_ms**2 * (1 + variation**2)


def _middle(times: Sequence[Millis]) -> tuple[Millis, Millis]:
    """Between what such times lie evenly: of their mean and deviation."""
    if not times:
        return 0, 0
    ordered = sorted(times)
    kept = ordered[: max(1, len(ordered) * 98 // 100)]
    mean = sum(kept) / len(kept)
    deviation = sqrt(sum((time - mean) ** 2 for time in kept) / len(kept))
    half = min(deviation * sqrt(3), mean)
    return round(mean - half), round(mean + half)
