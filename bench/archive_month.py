"""A month of a large floor, drawn with numpy, as files of the archive."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from archive import rows
from archive.about import About, Why
from archive.shelf import Shelf
from ingest.events import Millis
from stream.facts import DEFINITION
from stream.intervals import Calendar
from stream.sites import Site

SITE = Site(id="bench", time_zone="Asia/Shanghai")
FIRST, DAYS = date(2026, 10, 1), 31
FACTS = 10_000_000
QUEUES, AGENTS = 50, 1_000
SHARES = {
    "arrival": 0.19,
    "wait": 0.19,
    "handle": 0.16,
    "ring": 0.04,
    "block": 0.002,
    "score": 0.02,
}
"""Of all facts; the rest are spans of agents' time."""
_INTERVAL_MS = 900_000
_STEPS, _SHIFT_STEPS = 96, 32
_NOT_READY = 0.1
"""How much of all spans."""


def drawn(root: Path, facts: int, days: int, seed: int = 1) -> None:
    """A month of so many facts, as files of the archive."""
    rng, shelf, calendar = np.random.default_rng(seed), Shelf(root), Calendar(SITE.time_zone)
    for n in range(days):
        day = FIRST + timedelta(days=n)
        start = calendar.begin(day)
        about = About(
            site=SITE.id,
            day=day,
            start=start,
            end=calendar.next_day(start),
            time_zone=SITE.time_zone,
            day_start_min=0,
            interval_ms=_INTERVAL_MS,
            definition=DEFINITION,
            written_at=0,
            why=Why.CLOSED,
        )
        shelf.write(about, _day(rng, start, facts // days))


def _day(rng: np.random.Generator, start: Millis, facts: int) -> pl.DataFrame:
    many = {kind: int(facts * share) for kind, share in SHARES.items()}
    spans = _spans(rng, start, facts - sum(many.values()))
    many["arrival"] += facts - sum(many.values()) - spans.height  # shifts are whole
    parts = [_drawn_kind(rng, kind, start, count) for kind, count in many.items()]
    return rows.in_order(pl.concat([*parts, spans]))


def _drawn_kind(rng: np.random.Generator, kind: str, start: Millis, many: int) -> pl.DataFrame:
    at = start + (rng.beta(2.2, 2.0, many) * 86_399_999).astype(np.int64)
    chance = rng.random(many)
    wait_ms = rng.exponential(30_000, many).astype(np.int64)
    fields = {
        "arrival": {},
        "wait": {
            "wait_ms": wait_ms,
            "target_ms": np.full(many, 20_000),
            "short_ms": np.full(many, 5_000),
            "answered": chance < 0.85,
            "abandoned": (chance >= 0.85) & (chance < 0.96),
            "overflowed": chance >= 0.96,
            "dropped": np.zeros(many, bool),
            "ghost": np.zeros(many, bool),
            "reason": np.where(chance >= 0.96, "timeout", ""),
        },
        "handle": {
            "talk_ms": rng.exponential(240_000, many).astype(np.int64),
            "hold_ms": rng.exponential(9_000, many).astype(np.int64),
            "transferred": chance < 0.1,
            "dropped": np.zeros(many, bool),
            "ghost": np.zeros(many, bool),
            "reason": np.full(many, ""),
            "ended_by": np.where(chance < 0.5, "caller", "agent"),
        },
        "ring": {
            "result": np.where(chance < 0.9, "no_answer", "cancelled"),
            "ring_ms": rng.integers(1_000, 30_000, many),
        },
        "block": {"reason": np.full(many, "full")},
        "score": {
            "survey": chance < 0.8,
            "score": rng.integers(1, 6, many),
            "low": np.full(many, 1),
            "high": np.full(many, 5),
        },
    }[kind]
    told = {"at": at, "interval_at": start + (at - start) // _INTERVAL_MS * _INTERVAL_MS, **fields}
    people = kind in ("wait", "handle", "ring", "score")
    return _table(rng, kind, told, many, people=people)


def _spans(rng: np.random.Generator, start: Millis, many: int) -> pl.DataFrame:
    """Everybody's shift of eight hours, one state after the other, cut at the intervals' ends."""
    people = min(AGENTS, many // _SHIFT_STEPS)
    rounds = many // (people * _SHIFT_STEPS)
    agent = np.repeat(np.arange(people), _SHIFT_STEPS)
    first = rng.integers(0, _STEPS - _SHIFT_STEPS, people)
    step = np.repeat(first, _SHIFT_STEPS) + np.tile(np.arange(_SHIFT_STEPS), people)
    cuts = np.sort(rng.integers(1, _INTERVAL_MS, (len(step), rounds - 1)), axis=1)
    edge = np.zeros((len(step), 1), np.int64)
    begin, end = np.hstack([edge, cuts]), np.hstack([cuts, edge + _INTERVAL_MS])
    interval_at = np.repeat(start + step * _INTERVAL_MS, rounds)
    drawn = rng.random(len(interval_at))
    resting = drawn < _NOT_READY
    state = np.array(["ready", "acw", "talking"])[rng.integers(0, 3, len(drawn))]
    reason = np.array(["training", "break", "meal"])[rng.integers(0, 3, len(drawn))]
    told = {
        "at": interval_at + end.ravel(),
        "start_at": interval_at + begin.ravel(),
        "interval_at": interval_at,
        "state": np.where(resting, "not_ready", state),
        "reason": np.where(resting, reason, ""),
        "agent": pl.Series([f"agent-{n}" for n in range(people)]).gather(np.repeat(agent, rounds)),
    }
    return _table(rng, "span", told, len(drawn), people=False)


def _table(
    rng: np.random.Generator, kind: str, told: dict[str, Any], many: int, *, people: bool
) -> pl.DataFrame:
    queues = pl.Series([f"queue-{n}" for n in range(QUEUES)])
    agents = pl.Series([f"agent-{n}" for n in range(AGENTS)])
    known = {"queue": queues.gather(rng.integers(0, QUEUES, many))}
    if people:
        known["agent"] = agents.gather(rng.integers(0, AGENTS, many))
    name = "call" if kind in ("block", "score") else "visit"
    if kind != "span":
        ids = pl.Series(rng.integers(0, 1 << 40, many))
        known[name] = pl.Series("c" + ids.cast(pl.String))
    frame = pl.DataFrame({**known, **told}).with_columns(
        kind=pl.lit(kind), definition=pl.lit(DEFINITION, dtype=pl.Int64)
    )
    if kind == "wait":
        frame = frame.with_columns(agent=pl.when("answered").then("agent").otherwise(pl.lit("")))
    return frame.select(
        (pl.col(name) if name in frame.columns else pl.lit(None)).cast(type).alias(name)
        for name, type in rows.SCHEMA.items()
    )
