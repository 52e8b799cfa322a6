"""The section `leads`: how many of the calls were taken by those who should lead 班长."""

import polars as pl

from reports.basis import Basis
from reports.layout import QUEUE
from reports.model import Column, Kind, Note, Section, Table

_COLUMNS = (
    Column(key="answered", kind=Kind.COUNT),
    Column(key="by_leads", kind=Kind.COUNT),
    Column(key="lead_share", kind=Kind.SHARE, of="answered"),
)


def section(basis: Basis) -> Section:
    """The share of answered calls that leads took, by queue, and who took them."""
    leads = {id for id, card in basis.site.agents.items() if card.lead}
    if not leads:
        return Section(key="leads", notes=[Note(key="no_leads")])
    takers = basis.tallies.takers
    theirs = takers.filter(pl.col("agent").is_in(sorted(leads)))
    queues = []
    for queue in basis.queues():
        every, some = _answered(takers, queue), _answered(theirs, queue)
        cells = {"answered": every, "by_leads": some, "lead_share": [some, every]}
        queues.append({"id": queue, "queue": basis.queue_name(queue), **cells})
    every, some = _answered(takers), _answered(theirs)
    total = {"answered": every, "by_leads": some, "lead_share": [some, every]}
    people = [
        {
            "id": agent,
            "agent": basis.agent_name(agent),
            "by_leads": (taken := int(theirs.filter(agent=agent)["answered"].sum())),
            "lead_share": [taken, every],
        }
        for agent in basis.site.agents
        if agent in leads and (basis.request.agents is None or agent in basis.request.agents)
    ]
    return Section(
        key="leads",
        tables=[
            Table(key="lead_queues", columns=[QUEUE, *_COLUMNS], rows=queues, total=total),
            Table(
                key="lead_people",
                columns=[Column(key="agent", kind=Kind.TEXT), *_COLUMNS[1:]],
                rows=people,
            ),
        ],
    )


def _answered(takers: pl.DataFrame, queue: str | None = None) -> int:
    rows = takers if queue is None else takers.filter(queue=queue)
    return int(rows["answered"].sum())
