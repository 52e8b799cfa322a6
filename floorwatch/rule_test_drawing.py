"""A floor drawn as text: `arrivals."queue:sales" = "10x30 40x10"`, and the events that it means.

Each word of a series holds for one step, or with `xN` behind it for N steps. Where a series of states
has ended the last one goes on; where one of numbers has ended there is nothing any more.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from alerts.forecast import Forecast, Row
from floorwatch.settings_values import ValueMistakeError, suggestion
from ingest.events import (
    Abandoned,
    Adapter,
    AgentState,
    Answered,
    Completed,
    Component,
    Data,
    Dropped,
    Event,
    Heartbeat,
    Millis,
    Queued,
    RingEnded,
)
from ingest.stamp import Stamp
from ingest.words import (
    AdapterStatus,
    AgentStatus,
    CauseClass,
    ComponentKind,
    ComponentStatus,
    Phase,
)

COUNTS = ("arrivals", "answers", "dropped", "waiting", "usual")
"""Series of numbers, each of one `queue:ID`."""
STATES: Mapping[str, tuple[str, ...]] = {
    **{kind.value: tuple(ComponentStatus) for kind in ComponentKind},
    "agent": tuple(AgentStatus),
    "feed": ("up", "down", "resync", "silent"),
}
"""Series of states, each of one name, and the words they may hold."""
SERIES = (*COUNTS, *STATES, "unanswered")
SOURCE = "drawn"
LONGEST = 20_000
"""Steps of a drawing."""
MOST = 100_000
"""Calls of one step."""
ANSWER_MS, TALK_MS, PATIENCE_MS = 5_000, 120_000, 60_000
"""A drawn caller is answered after the first, talks for the second, or gives up after the third."""
BEAT_MS = 10_000
_WORD = re.compile(r"(\S+?)(?:\s*[x×](\d+))?(?:\s+|$)")
_Told = tuple[Millis, Data]


def steps(text: object) -> tuple[str, ...]:
    """The words of a series, one for each step. Raises `ValueMistakeError`."""
    if not isinstance(text, str) or not text.strip():
        raise ValueMistakeError(
            "this is no series", 'Write for instance "10x30 40x10", "up x5 down"'
        )
    found: list[str] = []
    for word, times in _WORD.findall(text.strip()):
        found += [word] * min(int(times or 1), LONGEST + 1)
        if len(found) > LONGEST:
            raise ValueMistakeError("this is too long", f"Draw at most {LONGEST} steps")
    return tuple(found)


def series(kind: str, text: object) -> tuple[str, ...]:
    """The steps of a series of this kind, each of them a word that it may hold."""
    found = steps(text)
    for word in dict.fromkeys(found):
        if kind in STATES:
            state = word.partition(":")[0] if kind == "agent" else word
            if state not in STATES[kind]:
                known = STATES[kind]
                mend = f"{suggestion(state, known)}Known are {', '.join(known)}"
                raise ValueMistakeError(f'"{word}" is no state here', mend)
        elif not (word.isascii() and word.isdigit() and int(word[:7]) <= MOST):
            raise ValueMistakeError(f'"{word}" is no number of calls', "Write whole numbers: 10x30")
    return found


@dataclass(slots=True)
class Drawing:
    """What was drawn: series by kind and name, of steps of `step_ms` from `start_at` on."""

    start_at: Millis
    step_ms: Millis
    series: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)

    @property
    def end_at(self) -> Millis:
        longest = max((len(s) for named in self.series.values() for s in named.values()), default=0)
        return self.start_at + longest * self.step_ms

    def forecast(self) -> Forecast | None:
        """What `usual` says of each queue."""
        rows: dict[str, list[Row]] = {}
        for name, words in self.series.get("usual", {}).items():
            starts = range(self.start_at, self.end_at, self.step_ms)
            rows[name] = [
                (at, at + self.step_ms, float(word))
                for at, word in zip(starts, words, strict=False)
            ]
        return Forecast(rows) if rows else None

    def events(self, until: Millis) -> Iterator[Event]:
        """All events up to this time, in order, as a source would have told them."""
        told: list[_Told] = [(self.start_at, Adapter(status=AdapterStatus.UP))]
        told += [(at, Heartbeat()) for at in range(self.start_at, until, BEAT_MS)]
        for kind, named in self.series.items():
            draw = _DRAW.get(kind)
            if draw is not None:
                for name, words in named.items():
                    told += draw(self, name, words)
            elif kind in STATES and kind != "feed":
                for name, words in named.items():
                    told += self._turns(kind, name, words)
        silent = set[int]()
        for words in self.series.get("feed", {}).values():
            told += self._feed(words)
            silent |= {n for n, word in enumerate(words) if word in ("silent", "down")}
        stamp = Stamp(SOURCE, "1")
        for at, data in sorted(told, key=lambda each: each[0]):
            step = (at - self.start_at) // self.step_ms
            if at <= until and (step not in silent or isinstance(data, Adapter)):
                yield stamp.event(data, time=at, recvtime=at)

    def _turns(self, kind: str, name: str, words: tuple[str, ...]) -> Iterator[_Told]:
        """A state told where it changes."""
        before = ""
        for number, word in enumerate(words):
            if word != before:
                before = word
                yield self.start_at + number * self.step_ms, _state(kind, name, word)

    def _feed(self, words: tuple[str, ...]) -> Iterator[_Told]:
        before = "up"
        for number, word in enumerate(words):
            if word != before and "silent" not in (word, before):
                at = self.start_at + number * self.step_ms
                yield at, Adapter(status=AdapterStatus(word), reason="" if word == "up" else SOURCE)
            before = word

    def _within(self, number: int, count: int) -> Iterator[Millis]:
        """So many moments of one step, evenly spread."""
        for each in range(count):
            part = Fraction(2 * each + 1, 2 * count)
            yield self.start_at + number * self.step_ms + int(part * self.step_ms)

    def arrivals(self, name: str, words: tuple[str, ...]) -> Iterator[_Told]:
        """Calls that are answered, as far as `answers` lets them, and cut off as `dropped` says."""
        answers = self.series.get("answers", {}).get(name)
        dropped = self.series.get("dropped", {}).get(name, ())
        for number, word in enumerate(words):
            count = int(word)
            served = count if answers is None else min(count, _number(answers, number))
            cut = min(served, _number(dropped, number))
            for each, at in enumerate(self._within(number, count), 1):
                # Spread over the step, so that a half that is answered is every second call.
                nth = each * served // count
                taken = nth > (each - 1) * served // count
                lost = taken and nth * cut // served > (nth - 1) * cut // served
                yield from _call(f"{name}-{number}-{each}", name, at, taken=taken, lost=lost)

    def waiting(self, name: str, words: tuple[str, ...]) -> Iterator[_Told]:
        """Callers who wait from a step on until a step asks for fewer: then the oldest is answered."""
        queue: list[str] = []
        for number, word in enumerate((*words, "0")):
            at, wanted = self.start_at + number * self.step_ms, int(word)
            for each in range(len(queue), wanted):
                queue.append(f"{name}-w{number}-{each}")
                yield at, Queued(visit=queue[-1], queue=name, call=queue[-1])
            while len(queue) > wanted:
                yield from _served(queue.pop(0), name, at)

    def unanswered(self, name: str, words: tuple[str, ...]) -> Iterator[_Told]:
        """Offers that an agent lets ring, of calls that wait in a queue of their own."""
        queue = f"{name}-rings"
        for number, word in enumerate(words):
            for each, at in enumerate(self._within(number, int(word))):
                visit = f"{queue}-{number}-{each}"
                yield at, Queued(visit=visit, queue=queue, call=visit)
                yield at, RingEnded(visit=visit, queue=queue, call=visit, agent=name)
                yield from _served(visit, queue, at + ANSWER_MS)


def _number(words: tuple[str, ...], number: int) -> int:
    return int(words[number]) if number < len(words) else 0


def _call(visit: str, queue: str, at: Millis, *, taken: bool, lost: bool) -> Iterator[_Told]:
    yield at, Queued(visit=visit, queue=queue, call=visit)
    if not taken:
        yield at + PATIENCE_MS, Abandoned(visit=visit, queue=queue, call=visit)
    elif lost:
        yield at + ANSWER_MS, Answered(visit=visit, queue=queue, call=visit, agent=f"{queue}-agent")
        yield (
            at + 2 * ANSWER_MS,
            Dropped(
                visit=visit,
                queue=queue,
                call=visit,
                phase=Phase.TALKING,
                cause="38",
                cause_class=CauseClass.NETWORK,
                agent=f"{queue}-agent",
            ),
        )
    else:
        yield from _served(visit, queue, at + ANSWER_MS)


def _served(visit: str, queue: str, at: Millis) -> Iterator[_Told]:
    agent = f"{queue}-agent"
    yield at, Answered(visit=visit, queue=queue, call=visit, agent=agent)
    yield at + TALK_MS, Completed(visit=visit, queue=queue, call=visit, agent=agent)


def _state(kind: str, name: str, word: str) -> Data:
    if kind == "agent":
        state, _, reason = word.partition(":")
        return AgentState(agent=name, state=AgentStatus(state), reason=reason)
    status = ComponentStatus(word)
    cause = "" if status is ComponentStatus.UP else SOURCE
    return Component(kind=ComponentKind(kind), name=name, status=status, cause=cause)


_DRAW: Mapping[str, Callable[[Drawing, str, tuple[str, ...]], Iterator[_Told]]] = {
    "arrivals": Drawing.arrivals,
    "waiting": Drawing.waiting,
    "unanswered": Drawing.unanswered,
}
