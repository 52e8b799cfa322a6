"""A report, from the facts of a site: what is asked for, the sums, and the sections made of them."""

from collections.abc import Callable, Mapping, Sequence

import polars as pl

from reports import (
    section_abandoned,
    section_breaks,
    section_handling,
    section_incidents,
    section_leads,
    section_origin,
    section_people,
    section_service,
    section_sites,
    section_summary,
    section_volumes,
    section_waits,
)
from reports.basis import Basis, Earlier, Focus, Happened, Request
from reports.model import Report, Section
from reports.source import Kept, Source, Where, levels
from reports.span import Period, as_far, bounds, pieces, previous, same_weekdays
from reports.tallies import added, counted, formulas, taken, until
from stream.facts import DEFINITION
from stream.metrics import NAMES

Further = Callable[[Basis], Section | None]
"""A section that others add; None where it has nothing to say."""

_OF_QUEUES: Sequence[Further] = (
    section_summary.section,
    section_volumes.section,
    section_service.section,
    section_waits.section,
    section_handling.section,
)
_OF_ALL: Sequence[Further] = (section_leads.section, section_abandoned.section)
NOTHING = Happened()


def build(
    request: Request,
    source: Source,
    happened: Happened = NOTHING,
    further: Sequence[Further] = (),
) -> Report:
    """The report of one site. Raises ShelfError, DaybookError."""
    basis = basis_of(request, source, happened)
    return _report(basis, sections(basis, further))


def build_sites(
    requests: Sequence[Request],
    sources: Sequence[Source],
    happened: Mapping[str, Happened],
    further: Sequence[Further] = (),
) -> list[Report]:
    """A report of each site, all beginning with the sites side by side. Raises as `build`."""
    every = [
        basis_of(request, source, happened.get(source.site.id, NOTHING))
        for request, source in zip(requests, sources, strict=True)
    ]
    together = section_sites.section(every)
    return [_report(basis, [together, *sections(basis, further)]) for basis in every]


def basis_of(request: Request, source: Source, happened: Happened = NOTHING) -> Basis:
    """What every section is made from: the facts are read here, once."""
    period, calendar = request.period, source.calendar
    start, end = bounds(period, calendar)
    kept = source.kept(period.first, period.last)
    tallies = taken((source.rows(*piece) for piece in pieces(period)), request.chosen)
    return Basis(
        request=request,
        site=source.site,
        calendar=calendar,
        start=start,
        end=end,
        as_of=max(start, min(request.now, end)),
        rows=source.rows(period.first, period.last),
        facts=source.rows,
        tallies=tallies._replace(targets=_with_formulas(tallies.targets, kept, source)),
        kept=kept,
        earlier=_earlier(request, source),
        happened=happened,
    )


def _with_formulas(targets: pl.DataFrame, kept: Sequence[Kept], source: Source) -> pl.DataFrame:
    return formulas(targets, {each.day: levels(each, source.site) for each in kept})


def _earlier(request: Request, source: Source) -> list[Earlier]:
    spans = {"previous": previous(request.period), "weekdays": same_weekdays(request.period)}
    return [
        _compared(request, source, key, span) for key, span in spans.items() if span is not None
    ]


def _compared(request: Request, source: Source, key: str, span: Period) -> Earlier:
    """As much of an earlier span as has passed of this one."""
    end = as_far(request.period, span, request.now, source.calendar)
    start, over = bounds(span, source.calendar)
    last = source.calendar.date_of(end - 1) if end > start else span.first
    kept = source.kept(span.first, last)
    lacking = sum(each.where is Where.NOWHERE for each in kept)
    shown = Period(span.span, span.first, last)
    if lacking == len(kept) or end <= start:
        return Earlier(key=key, period=shown, sums=None, lacking=lacking)
    rows = source.rows(span.first, last)
    queues, targets = counted(rows if end == over else until(rows, end), request.chosen)
    targets = _with_formulas(targets, kept, source)
    return Earlier(
        key=key, period=shown, sums=added(queues, NAMES), targets=targets, lacking=lacking
    )


def sections(basis: Basis, further: Sequence[Further] = ()) -> list[Section]:
    """The sections that this reader asked for, in their order; those of others before the origin."""
    made: list[Further] = []
    focus = basis.request.focus
    if focus is not Focus.PEOPLE:
        made += _OF_QUEUES
    made.append(section_people.section)
    if focus is not Focus.QUEUES:
        made.append(section_breaks.section)
    if focus is not Focus.PEOPLE:
        made += _OF_ALL
    if focus is Focus.SITE:
        made.append(section_incidents.section)
    made += [*further, section_origin.section]
    return [section for make in made if (section := make(basis)) is not None]


def _report(basis: Basis, told: Sequence[Section]) -> Report:
    period, site = basis.period, basis.site
    return Report(
        title=period.span.value,
        site=site.id,
        site_names=dict(site.names),
        time_zone=site.time_zone,
        first=period.first.isoformat(),
        last=period.last.isoformat(),
        start=basis.start,
        end=basis.end,
        as_of=basis.as_of,
        live=basis.live,
        definition=DEFINITION,
        sections=told,
    )
