"""The section `scores`: what callers and reviewers said, by queue, team and agent, and how many said it.

Scores of several scales are brought to one of 0 to 100; as they were given, they are counted by scale.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import polars as pl

from archive.rows import only
from reports import ratios
from reports.basis import Basis, Focus
from reports.figures import Row
from reports.layout import QUEUE
from reports.model import Cell, Chart, Column, Kind, Note, Section, Table
from reports.tallies import added
from stream.facts import ScoreFact
from stream.metrics import AGENT_NAMES, TERMS, Sums
from stream.tables import sums

_NAMES = [term.__name__ for _, terms in TERMS[ScoreFact] for term in terms]
_AGENT = Column(key="agent", kind=Kind.TEXT)
_TEAM = Column(key="team", kind=Kind.TEXT)
_COLUMNS = (
    Column(key="surveys", kind=Kind.COUNT),
    Column(key="response", kind=Kind.SHARE, of="handled"),
    Column(key="csat", kind=Kind.SHARE, of="surveys"),
    Column(key="survey_mean", kind=Kind.SCORE, of="surveys"),
    Column(key="reviews", kind=Kind.COUNT),
    Column(key="review_mean", kind=Kind.SCORE, of="reviews"),
)
_GIVEN = (
    Column(key="judged_by", kind=Kind.WORD),
    Column(key="scale", kind=Kind.TEXT),
    Column(key="band", kind=Kind.TEXT),
    Column(key="given", kind=Kind.COUNT),
    Column(key="given_share", kind=Kind.SHARE, of="scores"),
)
_LOW = (
    Column(key="scored_at", kind=Kind.INSTANT),
    QUEUE,
    _AGENT,
    Column(key="call", kind=Kind.TEXT),
    Column(key="scale", kind=Kind.TEXT),
    Column(key="score", kind=Kind.COUNT),
)
TENTHS = 10
LOW = 4
"""A survey score in the lowest quarter of its scale is listed with its call: 1 or 2 of 1 to 5."""


def section(basis: Basis) -> Section:
    """Satisfaction (CSAT) and quality; scores belong to the day on which they were given."""
    rows = _rows(basis)
    tables = [
        _by_queue(basis, rows),
        _by_team(basis, rows),
        _by_agent(basis, rows),
        _given(rows),
        _low(basis, rows),
    ]
    notes = [Note(key="csat"), Note(key="quality"), Note(key="scored_when")] if rows.height else []
    unplaced = rows.filter(pl.col("queue") == "").height
    if unplaced:
        notes.append(Note(key="scores_unplaced", values={"scores": unplaced}, tone="warn"))
    return Section(
        key="scores", tables=[table for table in tables if table is not None], notes=notes
    )


def _rows(basis: Basis) -> pl.DataFrame:
    """The scores that were asked for, one by one."""
    queues, agents, within = basis.request.chosen
    rows = only(ScoreFact, basis.rows)
    if queues is not None and (within or agents is None):
        rows = rows.filter(pl.col("queue").is_in(sorted(queues)))
    elif queues is not None and agents is not None:
        # A reader's own people and his own queues: what concerns either of them.
        own = pl.col("queue").is_in(sorted(queues)) | pl.col("agent").is_in(sorted(agents))
        rows = rows.filter(own)
    elif agents is not None:
        rows = rows.filter(pl.col("agent").is_in(sorted(agents)))
    return rows.collect()


def _sums(rows: pl.DataFrame, key: str) -> dict[str, Sums]:
    found = sums(ScoreFact, rows.lazy(), (key,)).collect()
    return {row.pop(key): row for row in found.rows(named=True)}


def _by_queue(basis: Basis, rows: pl.DataFrame) -> Table | None:
    if basis.request.focus is Focus.PEOPLE:
        return None
    chosen = basis.request.queues
    every = _sums(rows.filter(pl.col("queue").is_in(sorted(chosen))) if chosen else rows, "queue")
    talks = {str(queue): ratios.handled(each) for queue, each in basis.sums_by("queue").items()}
    told: list[Row] = [
        {
            "id": queue,
            "queue": basis.queue_name(queue),
            **_cells(every.get(queue, _NONE), talks.get(queue, 0)),
        }
        for queue in basis.queues()
    ]
    if "" in every:
        told.append({"queue": None, **_cells(every[""], None)})
    total = _cells(_added(every.values()), sum(talks.values()))
    return Table(key="scores_queues", columns=[QUEUE, *_COLUMNS], rows=told, total=total)


def _by_agent(basis: Basis, rows: pl.DataFrame) -> Table:
    every = _of_agents(basis, rows, lambda agent: agent)
    order = {id: i for i, id in enumerate(basis.site.agents)}
    told: list[Row] = [
        {
            "id": agent,
            "agent": basis.agent_name(agent),
            "team": basis.team_name(basis.team_of(agent)),
            **_cells(*every[agent]),
        }
        for agent in sorted(every, key=lambda agent: (order.get(agent, len(order)), agent))
        if any(every[agent][0].values())
    ]
    return Table(key="scores_agents", columns=[_AGENT, _TEAM, *_COLUMNS], rows=told)


def _by_team(basis: Basis, rows: pl.DataFrame) -> Table | None:
    if not basis.site.teams:
        return None
    every = _of_agents(basis, rows, basis.team_of)
    told: list[Row] = [
        {"id": team, "team": basis.team_name(team), **_cells(*every[team])}
        for team in (*basis.site.teams, "")
        if team in every and (team or any(every[team][0].values()))
    ]
    return Table(key="scores_teams", columns=[_TEAM, *_COLUMNS], rows=told)


def _of_agents(
    basis: Basis, rows: pl.DataFrame, key: Callable[[str], str]
) -> dict[str, tuple[Sums, int]]:
    """Scores and conversations by agent, or by what an agent belongs to."""
    chosen = basis.request.agents
    scores = _sums(rows.filter(pl.col("agent") != ""), "agent")
    people = basis.tallies.agents.group_by("agent").agg(pl.col(list(AGENT_NAMES)).sum())
    talks = {row["agent"]: ratios.handled(row) for row in people.rows(named=True)}
    found: dict[str, tuple[Sums, int]] = {}
    for agent in sorted({*scores, *talks}):
        if chosen is None or agent in chosen:
            before, talked = found.get(key(agent), (dict(_NONE), 0))
            own = _added([before, scores.get(agent, _NONE)])
            found[key(agent)] = (own, talked + talks.get(agent, 0))
    return found


_NONE: Mapping[str, int] = dict.fromkeys(_NAMES, 0)


def _added(parts: Iterable[Mapping[str, int]]) -> Sums:
    rows = pl.DataFrame(list(parts), schema=dict.fromkeys(_NAMES, pl.Int64))
    return added(rows, _NAMES)


def _cells(sums: Mapping[str, int], talks: int | None) -> Row:
    """`talks` counts the conversations that might have been judged; None: nobody knows which."""
    surveys, reviews = sums["surveys"], sums["reviews"]
    return {
        "surveys": surveys,
        "response": None if talks is None else [surveys, talks],
        "csat": [sums["surveys_satisfied"], surveys],
        # In thousandths of their scales, ten of which are one of a hundred.
        "survey_mean": [sums["survey_points"], 10 * surveys],
        "reviews": reviews,
        "review_mean": [sums["review_points"], 10 * reviews],
    }


def _given(rows: pl.DataFrame) -> Table:
    """How often each score was given, by scale: nothing is averaged here. Long scales are in tenths."""
    scales = ["survey", "low", "high"]
    step = ((pl.col("high") - pl.col("low")) // TENTHS).clip(1)
    whole = pl.col("high") - pl.col("low") <= TENTHS
    width = pl.when(whole).then(1).otherwise(step)
    least = pl.col("low") + (pl.col("score") - pl.col("low")) // width * width
    # The very highest score is of the last band.
    least = (
        pl.when(whole)
        .then(least)
        .otherwise(pl.min_horizontal(least, pl.col("low") + (TENTHS - 1) * step))
    )
    banded = rows.with_columns(least=least, width=width)
    counted = banded.group_by(*scales, "least", "width").agg(given=pl.len().cast(pl.Int64))
    told: list[Row] = [
        {
            "judged_by": f"report.end.{'survey' if row['survey'] else 'review'}",
            "scale": _scale(row),
            "band": _band(row),
            "given": row["given"],
            "given_share": [row["given"], row["of"]],
        }
        for row in counted.with_columns(of=pl.col("given").sum().over(scales))
        .sort(*scales, "least", descending=[True, False, False, True])
        .rows(named=True)
    ]
    return Table(
        key="scores_given",
        columns=_GIVEN,
        rows=told,
        chart=Chart(x="band", bars=("given",)) if _one_scale(told) else None,
    )


def _band(row: Mapping[str, Any]) -> str:
    least, width = row["least"], row["width"]
    if width == 1:
        return str(least)
    most = least + width - 1
    return f"{least}–{row['high'] if row['high'] - most <= width else most}"


def _one_scale(told: Sequence[Row]) -> bool:
    return len({(row["judged_by"], row["scale"]) for row in told}) == 1


def _low(basis: Basis, rows: pl.DataFrame) -> Table:
    """The calls whose callers were least satisfied, the latest first."""
    scale, over = pl.col("high") - pl.col("low"), pl.col("score") - pl.col("low")
    low = rows.filter(pl.col("survey") & (over * LOW <= scale)).sort("at", "call", descending=True)
    most = basis.request.most
    told: list[Row] = [
        {
            "scored_at": row["at"],
            "queue": _known(row["queue"], basis.queue_name),
            "agent": _known(row["agent"], basis.agent_name),
            "call": row["call"],
            "scale": _scale(row),
            "score": row["score"],
        }
        for row in low.head(most).rows(named=True)
    ]
    return Table(key="scores_low", columns=_LOW, rows=told, more=max(0, low.height - most))


def _known(id: str, name: Callable[[str], Cell]) -> Cell:
    return name(id) if id else None


def _scale(row: Mapping[str, Any]) -> str:
    return f"{row['low']}–{row['high']}"
