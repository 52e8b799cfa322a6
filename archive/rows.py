"""The facts of a business day as one table: a row per fact, all kinds together. Pure.

Spans are cut at the interval ends, as the ledger cuts them, so that a row lies in one interval and
one day, and sums over rows are the ledger's. Rows are in one order whatever order the facts had:
two days are the same if their tables are.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple, get_args

import polars as pl

from ingest.events import Millis
from stream.facts import DEFINITION, Fact
from stream.intervals import Calendar
from stream.tables import table

KINDS: Mapping[str, type[Fact]] = {
    kind.__name__.removesuffix("Fact").lower(): kind for kind in get_args(Fact)
}
"""The kinds of facts by what the column `kind` calls them, in the order of the rows."""

_FIRST = ("kind", "at", "interval_at", "start_at", "queue", "visit", "agent", "call")
_OWN = {"kind": pl.String(), "caller": pl.String(), "definition": pl.Int64()}


def _fields() -> dict[str, pl.DataType]:
    nobody: list[Fact] = []
    found: dict[str, pl.DataType] = {}
    for kind in KINDS.values():
        for name, type in table(kind, nobody, Calendar("UTC")).schema.items():
            if found.setdefault(name, type) != type:
                raise TypeError(f"{kind.__name__}.{name} is {type}, and {found[name]} elsewhere")
    return found


def _schema() -> pl.Schema:
    fields = _fields() | _OWN
    further = [name for name in fields if name not in {*_FIRST, *_OWN}]
    return pl.Schema({n: fields[n] for n in (*_FIRST, *further, "caller", "definition")})


SCHEMA: pl.Schema = _schema()
"""Instants and durations are Int64 milliseconds; what a kind does not have is null."""
FACTS: tuple[str, ...] = tuple(name for name in SCHEMA if name not in ("caller", "definition"))
"""The columns that make a fact what it is."""


def frame(
    facts: Iterable[Fact],
    callers: Mapping[str, str],
    calendar: Calendar,
    definition: int = DEFINITION,
) -> pl.DataFrame:
    """These facts as a table of `SCHEMA`, in order. `callers` are masked, by visit."""
    kinds: dict[type[Fact], list[Fact]] = {kind: [] for kind in KINDS.values()}
    for fact in facts:
        kinds[type(fact)].append(fact)
    return together(part(kind, told, callers, calendar, definition) for kind, told in kinds.items())


def part(
    kind: type[Fact],
    facts: Iterable[Fact],
    callers: Mapping[str, str],
    calendar: Calendar,
    definition: int = DEFINITION,
) -> pl.DataFrame:
    """Facts of one kind, with all columns of `SCHEMA`, in no order."""
    rows = table(kind, facts, calendar)
    name = name_of(kind)
    known = rows.with_columns(
        kind=pl.lit(name), definition=pl.lit(definition, dtype=pl.Int64), caller=None
    )
    if name == "arrival":
        told = [callers.get(visit) or None for visit in rows["visit"]]
        known = known.with_columns(caller=pl.Series(told, dtype=pl.String))
    return _conformed(known)


def together(parts: Iterable[pl.DataFrame]) -> pl.DataFrame:
    """Tables of `SCHEMA` as one, its rows in order."""
    return in_order(pl.concat([SCHEMA.to_frame(), *parts]))


def in_order(rows: pl.DataFrame) -> pl.DataFrame:
    """By kind, then by time; what is left to chance is ordered by all other columns."""
    order = pl.col("kind").replace_strict(
        {name: number for number, name in enumerate(KINDS)},
        default=len(KINDS),
        return_dtype=pl.Int8,
    )
    rest = [name for name in SCHEMA if name not in ("kind", "at")]
    return rows.sort(order, "at", *rest)


def within(rows: pl.DataFrame, start: Millis, end: Millis) -> pl.DataFrame:
    """The rows of the intervals that begin in a span: of a span over midnight, one day's part."""
    return rows.filter(pl.col("interval_at").is_between(start, end, closed="left"))


def only(kind: type[Fact], rows: pl.LazyFrame) -> pl.LazyFrame:
    """The rows of one kind, to be summed by the terms of that kind (`stream.tables.sums`)."""
    return rows.filter(pl.col("kind") == name_of(kind))


def name_of(kind: type[Fact]) -> str:
    """What the column `kind` calls this kind of fact."""
    return next(name for name, known in KINDS.items() if known is kind)


class Change(NamedTuple):
    """What one table has more than another, and less, in rows."""

    added: int
    taken_back: int


def change(old: pl.DataFrame, new: pl.DataFrame) -> Change:
    """How the facts of two tables differ; who called is no fact, nor is the definition."""
    signed = [old.with_columns(sign=pl.lit(-1)), new.with_columns(sign=pl.lit(1))]
    rows = pl.concat([each.select(*FACTS, "sign") for each in signed])
    left = rows.group_by(FACTS).agg(pl.col("sign").sum())["sign"]
    return Change(int(left.clip(0, None).sum()), int(-left.clip(None, 0).sum()))


def _conformed(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.select(
        pl.col(name).cast(type) if name in rows.columns else pl.lit(None, type).alias(name)
        for name, type in SCHEMA.items()
    )
