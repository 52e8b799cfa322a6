"""A day as a manager reads it: the row of each queue, of all together, and of each interval.

Pure. The rows are those of the wall (`stream.figure_row`): what is not known is left out, and every
ratio is taken from sums.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from ingest.events import Millis
from stream.daybook_past import sums_of
from stream.figure_row import Row, known, of_sums, rounded
from stream.ledger import Ledger
from stream.metrics import Sums, service_level
from stream.sites import QueueCard, Site


class Span(NamedTuple):
    """The time that is told of, and the sums in it. `queues` None is all of them."""

    site: Site
    ledger: Ledger
    start: Millis
    end: Millis
    queues: frozenset[str] | None = None

    def sums(self, queues: Collection[str] | None = None) -> Sums:
        return sums_of(self.ledger, self.start, self.end, self.queues if queues is None else queues)

    def names(self) -> list[str]:
        """The queues that are set up or had a call, in the order of the site."""
        order = {name: i for i, name in enumerate(self.site.queues)}
        called = {name for name in self.ledger.queues if any(self.sums([name]).values())}
        every = sorted({*order, *called}, key=lambda name: (order.get(name, len(order)), name))
        return [name for name in every if self.queues is None or name in self.queues]


def queue_rows(span: Span) -> dict[str, Row]:
    """The row of each queue."""
    return {name: _queue_row(span, name, order) for order, name in enumerate(span.names())}


def _queue_row(span: Span, name: str, order: int) -> Row:
    card, sums = span.site.queue(name), span.sums([name])
    return known(
        names=dict(card.names) if card.id == name else {},
        order=order,
        goal=card.goal,
        short_ms=card.short_ms,
        **_measured(sums, card),
        **of_sums(sums),
    )


def total_row(span: Span) -> Row:
    """The row of all queues together; held to different targets, they have no common level."""
    sums, card = span.sums(), common(span)
    goals = {span.site.queue(name).goal for name in _used(span)}
    return known(
        goal=goals.pop() if card is not None and len(goals) == 1 else None,
        **(_measured(sums, card) if card is not None else {}),
        **of_sums(sums),
    )


def common(span: Span) -> QueueCard | None:
    """A card that speaks for every queue with calls, if they share target, threshold and formula."""
    cards = [span.site.queue(name) for name in _used(span)]
    shared = {(card.target_ms, card.short_ms, card.service_level) for card in cards}
    return cards[0] if len(shared) == 1 else None


def _used(span: Span) -> list[str]:
    return [name for name in span.names() if span.sums([name])["offered"]]


def _measured(sums: Sums, card: QueueCard) -> Row:
    return {
        "target_ms": card.target_ms,
        "variant": card.service_level.value,
        "service_level": rounded(service_level(sums, card.service_level)),
    }


def interval_rows(span: Span, card: QueueCard | None, starts: Iterable[Millis]) -> list[Row]:
    """A row for each interval, by when it begins; without calls there are noughts, and no ratios."""
    rows = []
    for start in starts:
        sums = span._replace(start=start, end=start + 1).sums()
        rows.append(
            known(at=start, **(_measured(sums, card) if card is not None else {}), **of_sums(sums))
        )
    return rows


def starts_of(span: Span, step_ms: Millis) -> list[Millis]:
    """When the intervals begin, from the first to the last in which anything was counted."""
    used = {
        at
        for name, account in span.ledger.queues.items()
        if span.queues is None or name in span.queues
        for at, cell in account.cells.items()
        if span.start <= at < span.end and any(cell)
    }
    if not used:
        return []
    return list(range(min(used), max(used) + 1, step_ms))
