"""What follows from a visit: the facts that its slots make true.

`derive` says it for any visit, whatever order its events came in. `advance` says the same for the
steps that nearly all visits take, without looking at the rest.
"""

from ingest.events import Millis
from stream.facts import ArrivalFact, HandleFact, WaitFact
from stream.sites import QueueCard
from stream.visit import GUESS, TOLD, Mark, Visit

Facts = tuple[ArrivalFact, WaitFact | None, HandleFact | None]


def derive(visit: Visit, card: QueueCard) -> Facts:
    """The facts that follow from the slots, by the targets now in force."""
    begin, answer, leave, end = visit.begin, visit.answer, visit.leave, visit.end
    visit.contradicted = False
    if leave is not None and (answer is not None or end is not None):
        served = _better(answer, end)
        visit.contradicted = leave.rank == served.rank
        if leave.beats(served):
            answer = end = None
        else:
            leave = None
    if answer is not None and end is not None and _dates_better(end, answer):
        answer = None
    last = answer or leave or end
    if last is None:
        assert begin is not None
        return ArrivalFact(begin.time, visit.queue, visit.key), None, None
    if answer is None and end is not None:
        # The answer was lost; the end says how long ago it was.
        wait_end, wait_ms = end.time - (end.talk_ms or 0), end.wait_ms
    else:
        wait_end = last.time
        wait_ms = last.wait_ms
        if wait_ms is None and end is not None and not visit.begin_witnessed:
            wait_ms = end.wait_ms
    if begin is not None and (begin.rank > GUESS or wait_ms is None):
        joined = begin.time
    else:
        joined = wait_end - (wait_ms or 0)
    if wait_ms is None:
        wait_ms = max(0, wait_end - joined)
    arrival = ArrivalFact(min(joined, wait_end), visit.queue, visit.key)
    if leave is not None:
        return arrival, _left(visit, leave, wait_ms, card), None
    told = visit.answer.agent if visit.answer is not None else ""
    agent = told or (end.agent if end is not None else "")
    wait = _served(visit, wait_end, wait_ms, agent, card)
    if end is None:
        return arrival, wait, None
    return arrival, wait, _handled(visit, end, wait_end, agent)


def advance(visit: Visit, slot: str, card: QueueCard) -> ArrivalFact | WaitFact | HandleFact | None:
    """The one fact that follows when a visit goes its usual way; None sends it to `derive`.

    It says what `derive` would say, of nearly all events of a floor, in a third of the time.
    """
    begin, answer, leave, end = visit.begin, visit.answer, visit.leave, visit.end
    if slot == "begin":
        if begin is None or visit.arrival is not None or answer or leave or end:
            return None
        visit.arrival = ArrivalFact(begin.time, visit.queue, visit.key)
        return visit.arrival
    arrival = visit.arrival
    if arrival is None or begin is None or begin.rank < TOLD:
        return None
    if slot == "end":
        if visit.wait is None or visit.handle is not None or leave or answer is None:
            return None
        if end is None or answer.rank < TOLD:
            return None
        visit.handle = _handled(visit, end, answer.time, visit.wait.agent)
        return visit.handle
    if visit.wait is not None or end or begin.time != arrival.at:
        return None
    if slot == "answer" and answer is not None and leave is None and answer.time >= begin.time:
        wait_ms = answer.wait_ms
        if wait_ms is None:
            wait_ms = answer.time - begin.time
        visit.wait = _served(visit, answer.time, wait_ms, answer.agent, card)
        return visit.wait
    return None


def _dates_better(end: Mark, answer: Mark) -> bool:
    """True if a witnessed end says better when the answer was than a guess at it."""
    return answer.rank == GUESS < end.rank and end.talk_ms is not None


def _served(visit: Visit, at: Millis, wait_ms: Millis, agent: str, card: QueueCard) -> WaitFact:
    return WaitFact(
        at, visit.queue, visit.key, agent, wait_ms, card.target_ms, card.short_ms, answered=True
    )


def _handled(visit: Visit, end: Mark, answered_at: Millis, agent: str) -> HandleFact:
    hold_ms = end.hold_ms if end.hold_ms is not None else _held_ms(visit.holds or [], end.time)
    talk_ms = end.talk_ms if end.talk_ms is not None else max(0, end.time - answered_at)
    return HandleFact(
        end.time,
        visit.queue,
        visit.key,
        agent,
        talk_ms,
        min(hold_ms, talk_ms),
        end.kind == "transferred",
        end.kind == "dropped",
        end.detail if end.kind == "dropped" else "",
        end.detail if end.kind == "completed" else "",
        end.rank == GUESS,
    )


def _left(visit: Visit, leave: Mark, wait_ms: Millis, card: QueueCard) -> WaitFact:
    return WaitFact(
        leave.time,
        visit.queue,
        visit.key,
        "",
        wait_ms,
        card.target_ms,
        card.short_ms,
        abandoned=leave.kind == "abandoned",
        overflowed=leave.kind == "overflowed",
        dropped=leave.kind == "dropped",
        reason=leave.detail,
        ghost=leave.rank == GUESS,
    )


def _better(one: Mark | None, other: Mark | None) -> Mark:
    if one is None:
        assert other is not None
        return other
    return one if other is None or one.beats(other) or one.rank == other.rank else other


def _held_ms(holds: list[tuple[Millis, int, bool]], end: Millis) -> Millis:
    """Time parked: from each hold to the next retrieve, or to the end of the call."""
    total, since = 0, None
    for at, _, held in holds:
        if held and since is None:
            since = at
        elif not held and since is not None:
            total += max(0, min(at, end) - since)
            since = None
    return total + (max(0, end - since) if since is not None else 0)
