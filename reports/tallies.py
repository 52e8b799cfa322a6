"""The sums that every section of a report is made of: taken once, in one reading of the facts.

Facts are a lazy table (`reports.source`); what comes out is small. All arithmetic on facts is that of
`stream.metrics`, through `stream.tables.sums`: so a report says what the wall said. Percentiles and
breaks, which do not add up, are taken from the facts themselves.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date
from typing import Any, NamedTuple

import polars as pl

from archive.rows import name_of, only
from ingest.events import Millis
from ingest.words import AgentStatus
from stream.facts import Fact, ScoreFact, SpanFact, WaitFact
from stream.metrics import AGENT_NAMES, AGENT_TERMS, NAMES, TERMS, Sums
from stream.tables import sums, time_in_state

TWENTY_MS = 20_000
PERCENTS = (50, 80, 90, 95)
_WAIT = pl.Int32()
"""Of a wait in milliseconds: 24 days."""
_ACW, _NOT_READY = AgentStatus.ACW.value, AgentStatus.NOT_READY.value
_KEYS = ("day", "interval_at", "queue")
_TARGETS = ("day", "queue", "target_ms", "short_ms")


class Chosen(NamedTuple):
    """Queue figures of these queues alone, people's figures of these agents alone; None is all.

    With `within` what people did counts only as far as it was for these queues.
    """

    queues: frozenset[str] | None = None
    agents: frozenset[str] | None = None
    within: bool = False


class Tallies(NamedTuple):
    """Small tables, each with a row per group and a column per sum.

    `queues`   day, interval_at, queue, and every sum of `metrics.NAMES`
    `targets`  day, queue, target_ms, short_ms, and the sums over waits: what held when; `formulas`
               adds `level`, the formula of the service level
    `twenty`   day, queue, answered_in_target: with a target of 20 s, whatever the queue's own was
    `agents`   day, agent, and every sum of `metrics.AGENT_NAMES`
    `takers`   queue, agent, answered: who took whose calls
    `states`   day, agent, state, reason, ms
    `breaks`   day, agent, reason, number, ms, longest_ms: not ready, a break over an interval's end once
    `waits`    queue, or day, or neither (None: all), outcome, calls, p50 …, longest_ms
    """

    queues: pl.DataFrame
    targets: pl.DataFrame
    twenty: pl.DataFrame
    agents: pl.DataFrame
    takers: pl.DataFrame
    states: pl.DataFrame
    breaks: pl.DataFrame
    waits: pl.DataFrame

    def sums(self, queue: str | None = None) -> Sums:
        """The sums of a queue, or of all."""
        return added(self.queues if queue is None else self.queues.filter(queue=queue), NAMES)


def formulas(targets: pl.DataFrame, held: Mapping[date, Mapping[str, str]]) -> pl.DataFrame:
    """The same with the formula that held on each day, by queue; "" is that of all others."""
    level = [
        held[day].get(queue, held[day][""])
        for day, queue in targets.select("day", "queue").iter_rows()
    ]
    return targets.with_columns(level=pl.Series(level, dtype=pl.String))


def added(rows: pl.DataFrame, names: Collection[str]) -> dict[str, int]:
    """The columns of these names, added up."""
    (row,) = rows.select(pl.col(list(names)).sum()).rows(named=True)
    return row


def by(rows: pl.DataFrame, keys: Collection[str], names: Collection[str] = NAMES) -> pl.DataFrame:
    """These sums again, by fewer keys."""
    return rows.group_by(list(keys)).agg(pl.col(list(names)).sum()).sort(list(keys))


def until(rows: pl.LazyFrame, end: Millis) -> pl.LazyFrame:
    """What had become final before `end`, and spans up to it."""
    return rows.filter(pl.coalesce("start_at", "at") < end).with_columns(
        at=pl.when(pl.col("kind") == name_of(SpanFact))
        .then(pl.min_horizontal("at", pl.lit(end)))
        .otherwise("at")
    ).filter(pl.col("at") <= end)  # fmt: skip


def counted(rows: pl.LazyFrame, chosen: Chosen) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The sums by queue, and `Tallies.targets`: all that a comparison needs."""
    waits = sums(WaitFact, _queues(only(WaitFact, rows), chosen), _TARGETS)
    *of_queues, targets = _collected([*_of_queues(rows, chosen, ("queue",)), waits])
    return _together(of_queues, ("queue",), NAMES), targets


def taken(parts: Iterable[pl.LazyFrame], chosen: Chosen) -> Tallies:
    """All tallies of these facts, which lie in parts of whole days: one is read at a time."""
    first, *others = (_of_part(rows, chosen) for rows in parts)
    whole = first
    for part in others:
        whole = Tallies(*(pl.concat(pair) for pair in zip(whole, part, strict=True)))
    takers = by(whole.takers, ("queue", "agent"), ("answered",))
    return whole._replace(takers=takers, waits=_percentiles(whole.waits))


def _of_part(rows: pl.LazyFrame, chosen: Chosen) -> Tallies:
    """Those of some days; `waits` are the waits themselves, one by one."""
    waits = _queues(only(WaitFact, rows), chosen)
    spans = _agents(only(SpanFact, rows), chosen)
    of_queues = _of_queues(rows, chosen, lacking=WaitFact)
    of_agents = [
        sums(kind, _agents(only(kind, rows), chosen), ("day", "agent"), AGENT_TERMS)
        for kind in AGENT_TERMS
    ]
    others = [
        sums(WaitFact, waits, (*_KEYS, "target_ms", "short_ms")),
        # With a target of 20 s, whatever the queue's own is.
        sums(
            WaitFact,
            waits.filter(pl.col("target_ms") != TWENTY_MS).with_columns(target_ms=TWENTY_MS),
            ("day", "queue"),
        ),
        _takers(waits),
        time_in_state(spans, ("day", "agent")),
        _breaks(spans),
        # Narrow, because the waits of all parts are held at once.
        waits.filter(pl.col("answered") | pl.col("abandoned")).select(
            "day", pl.col("queue").cast(pl.Categorical), "answered", pl.col("wait_ms").cast(_WAIT)
        ),
    ]
    found = _collected([*of_queues, *of_agents, *others])
    some, rest = len(of_queues), len(of_queues) + len(of_agents)
    ended, otherwise, takers, states, breaks, single = found[rest:]
    names = [name for name in NAMES if name in ended.columns]
    targets = by(ended, _TARGETS, names)
    in_twenty = [targets.filter(target_ms=TWENTY_MS), otherwise]
    return Tallies(
        queues=_together([ended, *found[:some]], _KEYS, NAMES),
        targets=targets,
        twenty=_together(in_twenty, ("day", "queue"), ("answered_in_target",)),
        agents=_together(found[some:rest], ("day", "agent"), AGENT_NAMES),
        takers=takers,
        states=states,
        breaks=breaks,
        waits=single,
    )


def _collected(plans: Iterable[pl.LazyFrame]) -> list[pl.DataFrame]:
    """One after the other: together they take as long, and half as much memory again."""
    return [plan.collect(engine="streaming") for plan in plans]


def _queues(rows: pl.LazyFrame, chosen: Chosen) -> pl.LazyFrame:
    if chosen.queues is None:
        return rows
    return rows.filter(pl.col("queue").is_in(sorted(chosen.queues)))


def _agents(rows: pl.LazyFrame, chosen: Chosen) -> pl.LazyFrame:
    rows = rows.filter(pl.col("agent") != "")
    if chosen.agents is not None:
        rows = rows.filter(pl.col("agent").is_in(sorted(chosen.agents)))
    return _queues(rows, chosen) if chosen.within else rows


def _of_queues(
    rows: pl.LazyFrame,
    chosen: Chosen,
    keys: tuple[str, ...] = _KEYS,
    lacking: type[Fact] | None = None,
) -> list[pl.LazyFrame]:
    """The sums of queues, kind by kind, without one kind."""
    found = []
    for kind in TERMS:
        if kind is lacking:
            continue
        facts = _queues(only(kind, rows), chosen)
        if kind is SpanFact:
            # Of an agent's time, only the after-call work is a queue's.
            facts = facts.filter((pl.col("state") == _ACW) & (pl.col("queue") != ""))
        elif kind is ScoreFact:
            facts = facts.filter(pl.col("queue") != "")
        found.append(sums(kind, facts, keys))
    return found


def _together(
    parts: Collection[pl.DataFrame], keys: Collection[str], names: Collection[str]
) -> pl.DataFrame:
    """One row per group, of tables that each know some of the sums."""
    whole = pl.concat(parts, how="diagonal_relaxed")
    return (
        whole.group_by(list(keys))
        .agg(pl.col(list(names)).sum().fill_null(0).cast(pl.Int64))
        .sort(list(keys))
    )


def _takers(waits: pl.LazyFrame) -> pl.LazyFrame:
    return sums(WaitFact, waits.filter("answered"), ("queue", "agent"), AGENT_TERMS)


def _breaks(spans: pl.LazyFrame) -> pl.LazyFrame:
    """Breaks by agent and reason. Spans are cut at the ends of intervals: here they are whole again."""
    away = spans.filter(pl.col("state") == _NOT_READY).sort("agent", "start_at")
    goes_on = (
        (pl.col("start_at") == pl.col("at").shift(1))
        & (pl.col("agent") == pl.col("agent").shift(1))
        & (pl.col("reason") == pl.col("reason").shift(1))
    ).fill_null(value=False)
    return (
        away.with_columns(number=(~goes_on).cast(pl.Int64).cum_sum())
        .group_by("number")
        .agg(
            pl.col("day").first(),
            pl.col("agent").first(),
            pl.col("reason").first(),
            ms=(pl.col("at") - pl.col("start_at")).sum(),
        )
        .group_by("day", "agent", "reason")
        .agg(number=pl.len().cast(pl.Int64), ms=pl.col("ms").sum(), longest_ms=pl.col("ms").max())
        .sort("day", "agent", "reason")
    )


def _percentiles(waits: pl.DataFrame) -> pl.DataFrame:
    """Exact, by nearest rank: the smallest wait that so many per cent of the calls did not exceed."""
    ordered = waits.sort("wait_ms")
    schema = {"queue": waits.schema["queue"], "day": waits.schema["day"]}
    found = [
        ordered.group_by(*keys, "answered", maintain_order=True).agg(**_ranks())
        for keys in ((), ("queue",), ("day",))
    ]
    frame = pl.concat([pl.DataFrame(schema=schema), *found], how="diagonal")
    outcome = pl.when("answered").then(pl.lit("answered")).otherwise(pl.lit("abandoned"))
    return frame.with_columns(pl.col("queue").cast(pl.String), outcome=outcome).drop("answered")


def _ranks() -> dict[str, Any]:
    """Of waits in order."""
    wait, calls = pl.col("wait_ms"), pl.len().cast(pl.Int64)
    ranks = {f"p{percent}": wait.get((calls * percent + 99) // 100 - 1) for percent in PERCENTS}
    return {"calls": calls, **ranks, "longest_ms": wait.last()}
