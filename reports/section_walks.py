"""The section `walks`: who was on the floor against his duty, and the patrol log."""

from collections import Counter

from reports.figures import Row
from reports.model import Column, Kind, Note, Report, Section, Table
from reports.section_findings import found, measures
from reports.walk_duty import Done, done, in_order, per_day
from reports.walk_records import NOTHING_FOUND, Walk
from reports.walked import Walked
from stream.facts import DEFINITION

_PERSON = Column(key="person", kind=Kind.TEXT)
_DUTY = (
    Column(key="role", kind=Kind.TEXT),
    _PERSON,
    Column(key="duty", kind=Kind.DURATION),
    Column(key="per", kind=Kind.WORD),
    Column(key="duty_met", kind=Kind.SHARE, of="duties"),
    *(Column(key=key, kind=Kind.DURATION) for key in ("floor_time", "duty_time", "duty_missing")),
)
_DAYS = (
    Column(key="day", kind=Kind.DATE),
    _PERSON,
    Column(key="floor_time", kind=Kind.DURATION),
    *(Column(key=key, kind=Kind.COUNT) for key in ("walks", "findings")),
)
_LOG = (
    Column(key="began", kind=Kind.INSTANT),
    Column(key="ended_at", kind=Kind.INSTANT),
    _PERSON,
    Column(key="floor_time", kind=Kind.DURATION),
    *(Column(key=key, kind=Kind.COUNT) for key in ("places", "findings", "nothing_found")),
)


def report(walked: Walked) -> Report:
    """巡视记录分析报告 of a period."""
    site, (start, end) = walked.site, walked.bounds
    return Report(
        title="walks",
        site=site.id,
        site_names=dict(site.names),
        time_zone=site.time_zone,
        first=walked.period.first.isoformat(),
        last=walked.period.last.isoformat(),
        start=start,
        end=end,
        as_of=walked.as_of,
        live=walked.now < end,
        definition=DEFINITION,
        sections=[section(walked), found(walked), measures(walked)],
    )


def section(walked: Walked) -> Section:
    """Minutes on the floor against the duty, by person and by day; and every walk."""
    tables, notes = [_by_day(walked), _log(walked)], [Note(key="floor_time")]
    if walked.whole:
        told = done(walked.duties, walked.walks, walked.calendar, walked.span, walked.shifts)
        tables.insert(0, _duties(told))
        notes.append(Note(key="duty") if told else Note(key="no_duty", tone="warn"))
    else:
        notes.append(Note(key="some_walks", tone="warn"))
    return Section(key="walks", tables=tables, notes=notes)


def _duties(told: list[Done]) -> Table:
    rows: list[Row] = [
        {
            "id": each.person.id,
            "role": dict(each.duty.names) or each.duty.id,
            "person": each.person.name or None,
            "duty": each.duty.owed_ms,
            "per": f"report.state.per_{each.duty.per.value}",
            "duty_met": [each.met, each.owed],
            "floor_time": each.floor_ms,
            "duty_time": each.owed_ms,
            "duty_missing": each.missing_ms,
        }
        for each in told
    ]
    return Table(key="walk_duties", columns=_DUTY, rows=rows)


def _by_day(walked: Walked) -> Table:
    spent = per_day(walked.walks, walked.calendar, walked.span)
    day_of = walked.calendar.date_of
    walks = Counter(
        (walk.by_id, walk.by, day_of(max(walk.began_at, walked.bounds[0])))
        for walk in walked.own_walks()
    )
    noted = Counter((each.by_id, each.by, day_of(each.at)) for each in walked.found())
    rows: list[Row] = [
        {
            "id": person.id,
            "day": day.isoformat(),
            "person": person.name or None,
            "floor_time": spent[person].get(day, 0),
            "walks": walks[(*person, day)],
            "findings": noted[(*person, day)],
        }
        for day in sorted({day for own in spent.values() for day in own})
        for person in in_order(spent)
        if day in spent[person]
    ]
    total: Row | None = None
    if rows:
        total = {key: sum(row[key] for row in rows) for key in ("floor_time", "walks", "findings")}
    return Table(key="walk_days", columns=_DAYS, rows=rows, total=total)


def _log(walked: Walked) -> Table:
    start, end = walked.bounds
    rows: list[Row] = []
    for walk in walked.own_walks():
        own = [each for each in walked.findings if each.walk == walk.id and start <= each.at < end]
        nothing = sum(each.kind == NOTHING_FOUND for each in own)
        rows.append(
            {
                "id": walk.id,
                "began": walk.began_at,
                "ended_at": walk.until if _over(walk, walked) else None,
                "person": walk.by or None,
                "floor_time": max(0, min(walk.until, end) - max(walk.began_at, start)),
                "places": len({each.place for each in own}),
                "findings": len(own) - nothing,
                "nothing_found": nothing,
            }
        )
    return Table(key="walk_log", columns=_LOG, rows=rows)


def _over(walk: Walk, walked: Walked) -> bool:
    return walk.ended_at is not None and walk.until <= walked.as_of
