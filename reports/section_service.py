"""The section `service`: how much was served in time, by the formula that the site chose.

What held when a wait ended stands with it: where a target was changed within the span, each part is
told by itself, and nothing is said of both together.
"""

from collections.abc import Mapping
from typing import Any

import polars as pl

from reports.basis import Basis, waits_sums
from reports.figures import Row, columns
from reports.layout import QUEUE, by_queue, over_time
from reports.model import Column, Kind, Note, Section, Table
from reports.tallies import TWENTY_MS, by
from stream.metrics import Sums, served
from stream.sites import ServiceLevel

_RATES = ("requests", "answered", "answer_rate", "loss_rate", "abandon_rate")
_SERVICE = Column(key="service", kind=Kind.SHARE, of="service")
_TWENTY = Column(key="in_twenty", kind=Kind.SHARE, of="requests")


def section(basis: Basis) -> Section:
    """Service level, 接通率, 呼损率 and 20 秒接通率, with their sums."""
    table, changed = _levels(basis)
    card = basis.common()
    tables = [table, _rates(basis)]
    if card is not None:
        level = card.service_level

        def cell(sums: Sums) -> Row:
            return {"service": list(served(sums, level))}

        lines = ((), ("service", "answer_rate"))
        more = ([_SERVICE], cell)
        tables.append(over_time(basis, "service", _RATES, chart=lines, more=more))
    else:
        tables.append(over_time(basis, "service", _RATES, chart=((), ("answer_rate",))))
    return Section(key="service", tables=tables, notes=[*changed, *_notes(basis)])


def _levels(basis: Basis) -> tuple[Table, list[Note]]:
    """A row per queue and what it was held to; the notes say where that changed."""
    targets = basis.tallies.targets
    rows: list[Row] = []
    notes = []
    for queue in basis.queues():
        held = targets.filter(queue=queue)
        parts = held.group_by("target_ms", "short_ms", "level").agg(
            first=pl.col("day").min(), last=pl.col("day").max()
        )
        for part in parts.sort("first", "target_ms", "short_ms", "level").rows(named=True):
            rows.append(_level(basis, queue, held, part, whole=parts.height == 1))
        if parts.height > 1:
            changed = {"queue": basis.queue_name(queue), "parts": parts.height}
            notes.append(Note(key="targets_changed", values=changed, tone="warn"))
        if not parts.height:
            rows.append(_not_used(basis, queue))
    columns = _columns(parted=bool(notes))
    return Table(key="levels", columns=columns, rows=rows, total=_total(basis)), notes


def _columns(*, parted: bool) -> list[Column]:
    since = [Column(key="first", kind=Kind.DATE), Column(key="last", kind=Kind.DATE)]
    return [
        QUEUE,
        Column(key="target", kind=Kind.DURATION),
        Column(key="short", kind=Kind.DURATION),
        Column(key="variant", kind=Kind.WORD),
        Column(key="goal", kind=Kind.SHARE),
        *(since if parted else ()),
        Column(key="served", kind=Kind.COUNT),
        Column(key="served_of", kind=Kind.COUNT),
        _SERVICE,
    ]


def _level(
    basis: Basis, queue: str, held: pl.DataFrame, part: Mapping[str, Any], *, whole: bool
) -> Row:
    same = held.filter(target_ms=part["target_ms"], short_ms=part["short_ms"], level=part["level"])
    level = ServiceLevel(part["level"])
    over, under = served(waits_sums(same), level)
    first, last = (
        (basis.period.first, basis.period.last) if whole else (part["first"], part["last"])
    )
    return {
        "id": queue,
        "queue": basis.queue_name(queue),
        "target": part["target_ms"],
        "short": part["short_ms"],
        "variant": f"report.variant.{level.value}",
        "goal": _goal(basis, queue),
        "first": first.isoformat(),
        "last": last.isoformat(),
        "served": over,
        "served_of": under,
        "service": [over, under],
    }


def _goal(basis: Basis, queue: str) -> list[int]:
    return [round(basis.site.queue(queue).goal * 1_000), 1_000]


def _not_used(basis: Basis, queue: str) -> Row:
    card = basis.site.queue(queue)
    return {
        "id": queue,
        "queue": basis.queue_name(queue),
        "target": card.target_ms,
        "short": card.short_ms,
        "variant": f"report.variant.{card.service_level.value}",
        "goal": _goal(basis, queue),
        "first": basis.period.first.isoformat(),
        "last": basis.period.last.isoformat(),
        "served": 0,
        "served_of": 0,
        "service": [0, 0],
    }


def _total(basis: Basis) -> Row | None:
    card = basis.common()
    if card is None:
        return None
    over, under = served(basis.sums(), card.service_level)
    return {
        "target": card.target_ms,
        "short": card.short_ms,
        "variant": f"report.variant.{card.service_level.value}",
        "served": over,
        "served_of": under,
        "service": [over, under],
    }


def _rates(basis: Basis) -> Table:
    """接通率, 呼损率, 20 秒接通率: of all requests, so that they can be compared between queues."""
    table = by_queue(basis, "rates", _RATES)
    twenty = by(basis.tallies.twenty, ["queue"], ["answered_in_target"])
    within = dict(twenty.rows())
    rows = [{**row, "in_twenty": [within.get(row["id"], 0), row["requests"]]} for row in table.rows]
    total = {**(table.total or {})}
    total["in_twenty"] = [sum(within.values()), total["requests"]]
    return Table(key="rates", columns=[QUEUE, *columns(_RATES), _TWENTY], rows=rows, total=total)


def _notes(basis: Basis) -> list[Note]:
    used = set(basis.tallies.targets["level"])
    notes = [Note(key=f"formula_{level}") for level in sorted(used)]
    notes.append(Note(key="requests", values={"twenty_ms": TWENTY_MS}))
    if len(used) > 1 or (basis.common() is None and used):
        notes.append(Note(key="no_common_service"))
    return notes
