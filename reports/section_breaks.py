"""The section `breaks`: not ready by reason, by agent and by day; 小休率 of the time signed in."""

import polars as pl

from reports import ratios
from reports.basis import Basis
from reports.figures import Row
from reports.layout import DAY
from reports.model import Column, Kind, Note, Section, Table
from reports.people import Doings

_COLUMNS = (
    Column(key="breaks", kind=Kind.COUNT),
    Column(key="break_time", kind=Kind.DURATION),
    Column(key="mean_break", kind=Kind.MEAN, of="breaks"),
    Column(key="longest_break", kind=Kind.DURATION),
)
_RATE = Column(key="break_rate", kind=Kind.SHARE, of="signed_in")
_REASON = Column(key="reason", kind=Kind.TEXT)
_AGENT = Column(key="agent", kind=Kind.TEXT)


def section(basis: Basis) -> Section:
    """How often, how long, the longest; a break that lasts over an interval's end is one."""
    doings = Doings(basis)
    breaks = basis.tallies.breaks
    spent = doings.by("agent")
    signed_in = sum(ratios.signed_in_ms(times) for _, times in spent.values())
    total = _cells(breaks, signed_in)
    reasons = [
        {"reason": reason or None, **_cells(part, signed_in)}
        for (reason,), part in _parts(breaks, "reason")
    ]
    agents = [
        {
            "id": agent,
            "agent": basis.agent_name(str(agent)),
            **_cells(part, ratios.signed_in_ms(spent[agent][1])),
        }
        for (agent,), part in _parts(breaks, "agent")
    ]
    tables = [
        Table(key="break_reasons", columns=[_REASON, *_COLUMNS, _RATE], rows=reasons, total=total),
        Table(key="break_agents", columns=[_AGENT, *_COLUMNS, _RATE], rows=agents, total=total),
    ]
    if not basis.one_day:
        tables.append(_days(breaks, doings, total))
    return Section(key="breaks", tables=tables, notes=[Note(key="breaks")])


def _days(breaks: pl.DataFrame, doings: Doings, total: Row) -> Table:
    """A break counts on the day on which it began; the time is that of the day."""
    daily = doings.by("day")
    rows = []
    for day in sorted(daily):
        away, signed_in = ratios.break_rate(daily[day][1])
        cells = _cells(breaks.filter(day=day), signed_in)
        rows.append(
            {
                "day": day.isoformat(),
                **cells,
                "break_time": away,
                "break_rate": [away, signed_in],
            }
        )
    return Table(key="break_days", columns=[DAY, *_COLUMNS, _RATE], rows=rows, total=total)


def _parts(breaks: pl.DataFrame, key: str) -> list[tuple[tuple[object, ...], pl.DataFrame]]:
    return list(breaks.sort(key).group_by(key, maintain_order=True))


def _cells(breaks: pl.DataFrame, signed_in_ms: int) -> Row:
    number, spent = int(breaks["number"].sum()), int(breaks["ms"].sum())
    return {
        "breaks": number,
        "break_time": spent,
        "mean_break": [spent, number],
        "longest_break": breaks["longest_ms"].max(),
        "break_rate": [spent, signed_in_ms],
    }
