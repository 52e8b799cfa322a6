"""Who gave up, and whether he likely called again: by what is left of his number.

A masked number is shared by many callers, so an equal one is a sign and no proof. How good a sign it
is depends on how many calls come: `chance` is how likely somebody else with these last digits calls
in that time, if callers have nothing to do with one another.
"""

from collections.abc import Sequence

import polars as pl

from archive.rows import only
from ingest.events import Millis
from stream.facts import ArrivalFact, WaitFact

NUMBERS = 1_000
"""What three last digits can tell apart (`ingest.masking`)."""
SURE = 0.1
"""Up to this chance an equal number is told as a likely sign; above it as a possible one."""
_DIGITS = 3


_KEY = 1 << 44
"""Above any instant in milliseconds: a number and an instant make one integer, in their order."""


def abandoned(
    rows: pl.LazyFrame, later: pl.LazyFrame, within_ms: Millis, queues: frozenset[str] | None
) -> pl.DataFrame:
    """A row for each abandoned wait of these queues, by when it ended: at, queue, visit, caller,
    wait_ms, short, again (how many visits with an equal number began in `within_ms` after it),
    again_at and again_visit (the first of them), chance.

    `caller` is null where the source gave none, or it is erased; what follows is then null, too, and
    where the number is hidden whole. `later` are the facts of the same days and as much time after them.
    """
    lost = only(WaitFact, rows).filter(pl.col("abandoned"))
    if queues is not None:
        lost = lost.filter(pl.col("queue").is_in(sorted(queues)))
    gone, came = pl.collect_all(
        [
            lost.select("at", "queue", "visit", "wait_ms", "short_ms"),
            only(ArrivalFact, later).select("at", "visit", "caller", number=_number()),
        ]
    )
    whose = came.join(gone, on="visit", how="semi").select("visit", "caller", "number")
    gone = gone.join(whose.unique("visit"), on="visit", how="left").sort("at", "visit")
    return _looked_for(gone, came, within_ms)


def _number() -> pl.Expr:
    return pl.col("caller").str.extract(rf"(\d{{{_DIGITS}}})$", 1).cast(pl.Int64)


def _looked_for(gone: pl.DataFrame, came: pl.DataFrame, within_ms: Millis) -> pl.DataFrame:
    """Calls of a number between two instants lie side by side in the order of number and instant."""
    calls = came.filter(pl.col("number").is_not_null()).select(
        "at", "visit", key=pl.col("number") * _KEY + pl.col("at")
    )
    ordered = calls.sort("key")
    keys, every = ordered["key"], calls["at"].sort()
    known = gone.with_columns(key=pl.col("number") * _KEY + pl.col("at"))
    own = known["key"].fill_null(0)
    first, end = (keys.search_sorted(own + far, side="right") for far in (0, within_ms))
    start, stop = (every.search_sorted(known["at"] + far, side="right") for far in (0, within_ms))
    found = known.with_columns(
        again=(end - first).cast(pl.Int64),
        chance=1 - (-(stop - start).cast(pl.Float64) / NUMBERS).exp(),
        place=first,
    )
    numbered, again = pl.col("number").is_not_null(), pl.col("again") > 0
    places = ordered.select(again_at="at", again_visit="visit").with_row_index("place")
    places = places.with_columns(pl.col("place").cast(first.dtype))
    return found.join(places, on="place", how="left", maintain_order="left").select(
        *("at", "queue", "visit", "caller", "wait_ms"),
        short=pl.col("wait_ms") < pl.col("short_ms"),
        again=pl.when(numbered).then("again"),
        again_at=pl.when(numbered & again).then("again_at"),
        again_visit=pl.when(numbered & again).then("again_visit"),
        chance=pl.when(numbered).then("chance"),
    )


def answered(rows: pl.LazyFrame, visits: Sequence[str]) -> set[str]:
    """Which of these visits were answered."""
    waits = only(WaitFact, rows).filter(pl.col("answered") & pl.col("visit").is_in(visits))
    return set(waits.select("visit").collect()["visit"])
