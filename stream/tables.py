"""The report path: the same terms, summed by polars over whole tables of facts."""

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar, cast

import msgspec
import polars as pl

from stream.facts import Fact, SpanFact
from stream.intervals import Calendar
from stream.ledger import cut
from stream.metrics import TERMS, Groups

F = TypeVar("F")

KEYS = ("queue", "interval_at")


class _Columns:
    """Quacks like a fact whose fields are polars columns."""

    def __getattr__(self, name: str) -> pl.Expr:
        return pl.col(name)


def columns(kind: type[F]) -> F:
    """A stand-in for one fact of this kind that makes a term speak for a whole table."""
    return cast(F, _Columns())


def table(kind: type[Fact], facts: Iterable[Fact], calendar: Calendar) -> pl.DataFrame:
    """Facts of one kind as a table: a column per field, and the interval each belongs to.

    Spans are cut at the interval ends, as the ledger cuts them.
    """
    whole = [fact for fact in facts if type(fact) is kind]
    if kind is SpanFact:
        whole = [part for fact in whole for part in cut(cast(SpanFact, fact), calendar)]
    fields = [field.name for field in msgspec.structs.fields(kind)]
    data: dict[str, list[Any]] = {name: [getattr(fact, name) for fact in whole] for name in fields}
    start = "start_at" if kind is SpanFact else "at"
    data["interval_at"] = [calendar.interval(at) for at in data[start]]
    types = {f.name: _TYPES[f.type] for f in msgspec.structs.fields(kind)}
    return pl.DataFrame(data, schema={**types, "interval_at": pl.Int64})


_TYPES: dict[Any, Any] = {int: pl.Int64, str: pl.String, bool: pl.Boolean}


def sums(
    kind: type[Fact],
    rows: pl.LazyFrame,
    by: tuple[str, ...] = KEYS,
    told: Mapping[type, Groups] = TERMS,
) -> pl.LazyFrame:
    """One row per group, one summed column per term of this kind of fact. Never a ratio.

    `told` are the terms: a queue's, or `metrics.AGENT_TERMS`.
    """
    expressions = {
        term.__name__: cast(pl.Expr, term(columns(kind))).sum().cast(pl.Int64)
        for _, terms in told[kind]
        for term in terms
    }
    return rows.group_by(*by).agg(**expressions).sort(*by)


def time_in_state(rows: pl.LazyFrame, by: tuple[str, ...] = ("agent",)) -> pl.LazyFrame:
    """Milliseconds per agent, state and reason, from a table of spans."""
    return (
        rows.group_by(*by, "state", "reason")
        .agg(ms=(pl.col("at") - pl.col("start_at")).sum())
        .sort(*by, "state", "reason")
    )
