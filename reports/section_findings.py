"""The sections `found` and `measures`: what was found on walks, what was found again, and what is open.

Texts alone: photos stay with the findings, where whoever may see them looks at them.
"""

from collections.abc import Callable, Hashable, Iterable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from reports.figures import Row
from reports.model import Cell, Chart, Column, Kind, Note, Section, Table
from reports.walk_records import AGAIN_MS, Finding, again
from reports.walked import Walked

DAY_MS = 86_400_000
DRAWN = 4
"""Rows from which on a drawing says more than the table."""
_NONE = "—"
_PLACE = Column(key="place", kind=Kind.TEXT)
_KIND = Column(key="finding", kind=Kind.TEXT)
_TEAM = Column(key="team", kind=Kind.TEXT)
_COUNTS = (
    Column(key="findings", kind=Kind.COUNT),
    Column(key="findings_share", kind=Kind.SHARE, of="findings"),
    Column(key="repeats", kind=Kind.COUNT),
    Column(key="still_open", kind=Kind.COUNT),
)
_AGAIN = (
    _PLACE,
    _KIND,
    Column(key="times", kind=Kind.COUNT),
    *(Column(key=key, kind=Kind.INSTANT) for key in ("first_at", "last_at")),
    Column(key="still_open", kind=Kind.COUNT),
)
_OF_ONE = (
    _PLACE,
    _KIND,
    _TEAM,
    Column(key="agent", kind=Kind.TEXT),
    Column(key="note", kind=Kind.TEXT),
    Column(key="measure", kind=Kind.TEXT),
    Column(key="found_by", kind=Kind.TEXT),
)
_LIST = (
    Column(key="found_at", kind=Kind.INSTANT),
    *_OF_ONE,
    Column(key="times_before", kind=Kind.COUNT),
    Column(key="became", kind=Kind.WORD),
    Column(key="settled", kind=Kind.TEXT),
    Column(key="settled_by", kind=Kind.TEXT),
    Column(key="settled_at", kind=Kind.INSTANT),
)
_OPEN = (
    Column(key="found_at", kind=Kind.INSTANT),
    Column(key="age_days", kind=Kind.COUNT),
    *_OF_ONE,
)


def found(walked: Walked) -> Section:
    """By kind, place, team and hour; what was found again within a week; and one by one."""
    findings = walked.found()
    tables = [
        _by(walked, "found_kinds", _KIND, lambda each: (each.kind, walked.kind(each))),
        _by(walked, "found_places", _PLACE, lambda each: (each.place, walked.place(each))),
        _by_team(walked),
        _by_hour(walked),
        _again(walked),
        Table(key="found_list", columns=_LIST, rows=[_one(walked, each) for each in findings]),
    ]
    notes = [Note(key="repeats", values={"days": AGAIN_MS // DAY_MS})]
    return Section(
        key="found", tables=[table for table in tables if table is not None], notes=notes
    )


def measures(walked: Walked) -> Section:
    """Every measure that somebody must still see to, the oldest first, however old."""
    left = sorted(walked.left, key=lambda each: (each.at, each.id))
    rows: list[Row] = [
        {
            "found_at": each.at,
            "age_days": max(0, walked.now - each.at) // DAY_MS,
            **_of_one(walked, each),
        }
        for each in left
    ]
    old = sum(walked.now - each.at > AGAIN_MS for each in left)
    notes = [Note(key="measures_open", values={"open": len(left), "old": old})]
    return Section(
        key="measures", tables=[Table(key="measures_open", columns=_OPEN, rows=rows)], notes=notes
    )


def _by(
    walked: Walked, key: str, column: Column, of: Callable[[Finding], tuple[Hashable, Cell]]
) -> Table:
    """A row per kind, place, …, the most frequent first."""
    findings = walked.found()
    names: dict[Hashable, Cell] = {}
    groups: dict[Hashable, list[Finding]] = {}
    for each in findings:
        id, name = of(each)
        names[id] = name
        groups.setdefault(id, []).append(each)
    rows: list[Row] = [
        {column.key: names[id], **_counts(walked, groups[id], len(findings))}
        for id in sorted(groups, key=lambda id: (-len(groups[id]), str(id)))
    ]
    return Table(
        key=key,
        columns=[column, *_COUNTS],
        rows=rows,
        total=_counts(walked, findings, len(findings)) if rows else None,
        chart=Chart(x=column.key, bars=("findings",)) if len(rows) >= DRAWN else None,
    )


def _by_team(walked: Walked) -> Table | None:
    if not walked.site.teams:
        return None
    return _by(
        walked,
        "found_teams",
        _TEAM,
        lambda each: (walked.team(each), walked.team_name(walked.team(each)) or _NONE),
    )


def _by_hour(walked: Walked) -> Table:
    zone = ZoneInfo(walked.site.time_zone)
    findings = walked.found()
    hours: dict[int, list[Finding]] = {}
    for each in findings:
        hour = datetime.fromtimestamp(each.at / 1000, UTC).astimezone(zone).hour
        hours.setdefault(hour, []).append(each)
    begins = walked.site.day_start_min // 60
    rows: list[Row] = [
        {"hour": f"{hour:02}:00", **_counts(walked, hours[hour], len(findings))}
        for hour in sorted(hours, key=lambda hour: (hour - begins) % 24)
    ]
    return Table(
        key="found_hours",
        columns=[Column(key="hour", kind=Kind.TEXT), *_COUNTS],
        rows=rows,
        chart=Chart(x="hour", bars=("findings",)) if len(rows) >= DRAWN else None,
    )


def _counts(walked: Walked, findings: Iterable[Finding], of: int) -> Row:
    own = list(findings)
    return {
        "findings": len(own),
        "findings_share": [len(own), of],
        "repeats": sum(again(each, walked.findings) > 0 for each in own),
        "still_open": sum(each.open for each in own),
    }


def _again(walked: Walked) -> Table:
    """What was found at the same place more than once: a measure that did not help."""
    groups: dict[tuple[str, str], list[Finding]] = {}
    for each in walked.found():
        groups.setdefault((each.place, each.kind), []).append(each)
    for own in groups.values():
        # With the week before, in which it may have been found first.
        own += [
            each
            for each in walked.findings
            if (each.place, each.kind) == (own[0].place, own[0].kind)
            and each.at < own[0].at
            and again(own[0], [each])
        ]
    repeated = [own for own in groups.values() if len(own) > 1]
    rows: list[Row] = [
        {
            "place": walked.place(own[0]),
            "finding": walked.kind(own[0]),
            "times": len(own),
            "first_at": min(each.at for each in own),
            "last_at": max(each.at for each in own),
            "still_open": sum(each.open for each in own),
        }
        for own in sorted(repeated, key=lambda own: (-len(own), own[0].at))
    ]
    return Table(key="found_again", columns=_AGAIN, rows=rows)


def _one(walked: Walked, each: Finding) -> Row:
    became = "open" if each.open else "settled" if each.settled else "done"
    return {
        "found_at": each.at,
        **_of_one(walked, each),
        "times_before": again(each, walked.findings),
        "became": f"report.state.measure_{became}" if each.measure else None,
        "settled": each.settled,
        "settled_by": each.settled_by,
        "settled_at": each.settled_at,
    }


def _of_one(walked: Walked, each: Finding) -> Row:
    return {
        "id": each.id,
        "place": walked.place(each),
        "finding": walked.kind(each),
        "team": walked.team_name(walked.team(each)) or _NONE,
        "agent": walked.agent(each.agent) or "",
        "note": each.note,
        "measure": walked.measure(each) or "",
        "found_by": each.by,
    }
