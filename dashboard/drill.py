"""Drill-down: from any figure to the calls behind it, and to its formula with the sums put in.

/calls?what=abandoned&queue=sales&from=MS&to=MS   the calls, exactly as many as the figure says
/formula?name=service_level&queue=sales&...       what it means here, and what it was made of
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from dashboard import formulas
from dashboard.access import Caller, Role
from dashboard.desks import FORBIDDEN, UNREADABLE, Desk, Inquiry, Question, RefusedError
from dashboard.drill_words import Said, definition, sentence
from dashboard.formulas import COUNTS, LIVE, SERVICE_LEVEL, Formula, missed
from dashboard.period import Instant
from stream.daybook import hidden
from stream.daybook_day import Narrowed, Share, Told
from stream.daybook_past import MOST_DAYS, Past, sums_of
from stream.daybook_sqlite import DaybookError
from stream.floor import Floor
from stream.metrics import Sums
from stream.sites import QueueCard
from stream.visit import Visit

MOST = 500
"""Calls told at once."""
MISSED = "missed"
"""The calls that were not served in time, as the service level of the queue counts them."""
BEHIND: Mapping[str, Share] = {
    "unanswered": {"ring_no_answer": 1},
    "talk_ms": {"completed": 1, "transferred": 1},
    "hold_ms": {"completed": 1, "transferred": 1},
}
"""Figures of a person by the names that they have in the feed, and the calls behind them."""
_MOST_MS = (MOST_DAYS - 1) * 86_400_000


class _Query(Struct, frozen=True, kw_only=True):
    what: str = ""
    name: str = ""
    queue: str = ""
    agent: str = ""
    start: Instant | None = field(name="from", default=None)
    end: Instant | None = field(name="to", default=None)
    order: Literal["time", "wait", "talk"] = "time"


class Drill(Desk):
    """The desk of the drill-down. Whoever asks sees the calls of his queues and his people only."""

    def __init__(self, floor: Callable[[], Floor], past: Past) -> None:
        self._floor = floor
        self._past = past

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {
            "/calls": (Role.SUPERVISOR, self._calls),
            "/formula": (Role.SUPERVISOR, self._formula),
        }

    async def _calls(self, question: Question) -> object | None:
        query, narrowed = self._read(question)
        variant = self._card(query.queue).service_level
        if query.what in LIVE:
            calls = self._live(query.what, narrowed)
            count, calls = len(calls), sorted(calls, key=_ORDERS[query.order])[:MOST]
        else:
            of = formulas.formula(SERVICE_LEVEL if query.what == MISSED else query.what, variant)
            share = missed(of) if of and query.what == MISSED else _counted(query.what, of)
            if share is None:
                return None
            try:
                count, calls = await self._past.calls(share, narrowed, _ORDERS[query.order], MOST)
            except DaybookError as error:
                raise RefusedError("not_read") from error
        site = self._floor().site
        return {
            "what": query.what,
            "from": narrowed.start,
            "to": narrowed.end,
            "count": count,
            "more": count > len(calls),
            "whole": self._past.book.whole,
            "calls": calls,
            "queues": {name: dict(site.queue(name).names) for name in {c.queue for c in calls}},
            "agents": {
                id: dict(site.agents[id].names)
                for id in {call.agent for call in calls}
                if id in site.agents
            },
        }

    async def _formula(self, question: Question) -> object | None:
        query, narrowed = self._read(question)
        if query.name not in formulas.NAMES or query.agent:
            return None  # sums are of queues: of a person there are calls, but no formula
        try:
            ledger = await self._past.ledger(narrowed.start, narrowed.end, question.now)
        except DaybookError as error:
            raise RefusedError("not_read") from error
        queues = narrowed.queues
        sums = sums_of(ledger, narrowed.start, narrowed.end, queues)
        offered = {
            name
            for name in ledger.queues
            if (queues is None or name in queues)
            and sums_of(ledger, narrowed.start, narrowed.end, {name})["offered"]
        }
        cards = [self._card(name) for name in ([query.queue] if query.queue else sorted(offered))]
        return self._told(query.name, sums, cards or [self._card("")], narrowed)

    def _told(
        self, name: str, sums: Sums, cards: list[QueueCard], narrowed: Narrowed
    ) -> dict[str, Any]:
        """A figure's formula; queues that are held to different targets have no common level."""
        card = cards[0]
        same = len({(c.target_ms, c.short_ms, c.service_level) for c in cards}) == 1
        told: dict[str, Any] = {"name": name, "from": narrowed.start, "to": narrowed.end}
        of = formulas.formula(name, card.service_level)
        said = Said(name, card.service_level.value, card.target_ms, card.short_ms)
        if name == SERVICE_LEVEL and not same:
            return told | {"definition": definition(said, mixed=True), "terms": []}
        if of is None:
            count = len(self._live(name, narrowed))
            return told | {
                "unit": "count",
                "value": count,
                "definition": definition(said),
                "terms": [],
            }
        if name == SERVICE_LEVEL:
            told |= {"variant": card.service_level.value, "goal": card.goal}
        return told | {
            "unit": of.unit,
            "value": of.of(sums),
            # What depends on T and S is said with them only where all queues share them.
            **({"target_ms": card.target_ms, "short_ms": card.short_ms} if same else {}),
            "definition": definition(said if same else Said(name)),
            **({"sentence": sentence(said if same else Said(name), of, sums)} if of.under else {}),
            "terms": _terms(name, of, sums),
        }

    def _read(self, question: Question) -> tuple[_Query, Narrowed]:
        try:
            query = msgspec.convert(dict(question.query), type=_Query, strict=False)
        except msgspec.ValidationError as error:
            raise RefusedError(UNREADABLE) from error
        calendar = self._past.calendar
        start = query.start if query.start is not None else calendar.day(question.now)
        end = query.end if query.end is not None else calendar.next_day(start)
        if end - start > _MOST_MS:
            raise RefusedError("too_long")
        queues = self._queues(question.caller, query)
        return query, Narrowed(start, end, queues, query.agent)

    def _queues(self, caller: Caller, query: _Query) -> frozenset[str] | None:
        """The queues that he may ask about in this question. Raises RefusedError."""
        scope = caller.scope
        if query.queue and not scope.has_queue(query.queue):
            raise RefusedError(FORBIDDEN)
        if query.agent:
            floor = self._floor()
            card, state = floor.site.agents.get(query.agent), floor.state.agents.agents
            known = state.get(query.agent)
            team = card.team if card is not None else ""
            if not scope.has_agent(team, known.queues if known is not None else ()):
                raise RefusedError(FORBIDDEN)
            return frozenset([query.queue]) if query.queue else None
        # Without a queue it is the number that he is shown: over all queues of his own.
        return frozenset([query.queue]) if query.queue else scope.queues

    def _card(self, queue: str) -> QueueCard:
        return self._floor().site.queue(queue)

    def _live(self, what: str, narrowed: Narrowed) -> list[Told]:
        """The visits that wait or talk now."""
        floor = self._floor()
        by_queue = floor.visits.waiting if what == "waiting" else floor.visits.talking
        told = [
            _now(visit, what)
            for queue, keys in by_queue.items()
            if narrowed.queues is None or queue in narrowed.queues
            for key in keys
            if (visit := floor.state.visits.open.get(key)) is not None
        ]
        return [call for call in told if not narrowed.agent or call.agent == narrowed.agent]


def _counted(what: str, of: Formula | None) -> Share | None:
    if what in BEHIND:
        return BEHIND[what]
    return of.over[0].share if of is not None and what in COUNTS else None


def _terms(name: str, of: Formula, sums: Sums) -> list[dict[str, Any]]:
    """The sums of a ratio, each with what it counts if it counts calls."""
    if not of.under:
        return []
    both = {term.name: term for term in (*of.over, *of.under)}
    terms = [
        {"name": name, "value": term.of(sums), "calls": term.calls} for name, term in both.items()
    ]
    if name == SERVICE_LEVEL:
        short = sum(sign * sums[each] for each, sign in missed(of).items())
        terms.append({"name": MISSED, "value": short, "calls": True})
    return terms


def _now(visit: Visit, what: str) -> Told:
    wait = visit.wait
    return Told(
        at=visit.joined_at if wait is None else wait.at,
        queue=visit.queue,
        end=what,
        visit=visit.key,
        since=visit.joined_at,
        caller=hidden(visit.caller),
        wait_ms=wait.wait_ms if wait is not None else None,
        agent=wait.agent if wait is not None else "",
    )


_ORDERS: Mapping[str, Callable[[Told], int]] = {
    "time": lambda call: -call.at,
    "wait": lambda call: -(call.wait_ms or 0),
    "talk": lambda call: -(call.talk_ms or 0),
}
