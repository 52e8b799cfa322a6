"""What stands of a day, from what its file has and what the daybook tells. Pure."""

import polars as pl

from archive.rows import FACTS, SCHEMA, in_order

_COUNTS = ("archived", "stated", "taken")


def restated(old: pl.DataFrame, stated: pl.DataFrame, taken: pl.DataFrame) -> pl.DataFrame:
    """The rows that stand: those stated and not taken back, and of `old` those not taken back.

    A daybook that is whole has stated all of `old` itself. One that was begun anew has not: then a
    row goes only if somebody took it back, and a day is never written over by a part of it. Callers
    are those of `old` where it has them.
    """
    if old.is_empty() and taken.is_empty():
        return in_order(stated)
    counted = [
        each.with_columns(
            *(pl.lit(int(name == count), dtype=pl.Int64).alias(count) for count in _COUNTS)
        )
        for name, each in zip(_COUNTS, (old, stated, taken), strict=True)
    ]
    first = pl.col("caller").filter(pl.col("caller").is_not_null()).first()
    counts = (
        pl.concat(counted)
        .group_by(FACTS, maintain_order=True)
        .agg(first, pl.col("definition").first(), *(pl.col(name).sum() for name in _COUNTS))
        .with_columns(stands=pl.max_horizontal("archived", "stated") - pl.col("taken"))
    )
    most = counts["stands"].max()
    times = range(most if isinstance(most, int) else 0)
    rows = [counts.filter(pl.col("stands") > n).select(SCHEMA.names()) for n in times]
    return in_order(pl.concat([SCHEMA.to_frame(), *rows]))


def with_callers_of(old: pl.DataFrame, new: pl.DataFrame) -> pl.DataFrame:
    """`new`, where a visit that `old` knows has the caller that it has there, erased or not."""
    known = old.filter(pl.col("kind") == "arrival").select("visit").unique()
    kept = old.filter(pl.col("caller").is_not_null()).select("visit", kept="caller")
    joined = new.join(kept.unique("visit"), on="visit", how="left", maintain_order="left")
    is_known = pl.col("visit").is_in(known["visit"].implode())
    caller = pl.when(is_known).then("kept").otherwise("caller")
    return joined.with_columns(caller=caller).select(SCHEMA.names())


def without_callers(rows: pl.DataFrame) -> pl.DataFrame:
    """The same rows, and nobody who called."""
    return rows.with_columns(caller=pl.lit(None, dtype=pl.String))
