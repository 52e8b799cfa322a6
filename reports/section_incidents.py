"""The section `incidents`: what went wrong, how fast somebody was there, and the alerts' own budget."""

from collections.abc import Sequence

from alerts.budget_report import BudgetReport
from alerts.incident import Incident
from alerts.naming import Names
from alerts.notices import Told
from alerts.sentence_facts import scope_name
from alerts.sentences import sentence
from ingest.events import Millis
from reports.basis import Basis
from reports.figures import Row
from reports.model import Column, Kind, Note, Section, Table

LANGUAGES = ("zh", "en")
_LIST = (
    Column(key="fired", kind=Kind.INSTANT),
    Column(key="severity", kind=Kind.WORD),
    Column(key="incident", kind=Kind.TEXT),
    Column(key="scope", kind=Kind.TEXT),
    Column(key="what", kind=Kind.TEXT),
    Column(key="to_acknowledge", kind=Kind.DURATION),
    Column(key="to_end", kind=Kind.DURATION),
    Column(key="acknowledged_by", kind=Kind.TEXT),
    Column(key="cause", kind=Kind.TEXT),
    Column(key="measure", kind=Kind.TEXT),
)
_SEVERITIES = ("critical", "warning", "notice")


def section(basis: Basis) -> Section:
    """By severity, one by one, and whether the alerts kept what they promise."""
    incidents = sorted(basis.happened.incidents, key=lambda each: -each.fired_at)
    shown = incidents[: basis.request.most]
    names = Names(basis.site, basis.happened.rules)
    tables = [
        _reactions(incidents),
        Table(
            key="incidents",
            columns=_LIST,
            rows=[_row(basis, each, names) for each in shown],
            more=len(incidents) - len(shown),
        ),
    ]
    if basis.happened.budget is not None:
        tables += _budget(basis.happened.budget, names)
    return Section(key="incidents", tables=tables, notes=[Note(key="reaction")])


def _reactions(incidents: Sequence[Incident]) -> Table:
    rows: list[Row] = []
    for severity in _SEVERITIES:
        some = [each for each in incidents if each.severity.value == severity]
        if some:
            rows.append({"severity": f"report.severity.{severity}", **_reaction(some)})
    return Table(
        key="reactions",
        columns=[
            Column(key="severity", kind=Kind.WORD),
            Column(key="incidents", kind=Kind.COUNT),
            Column(key="acknowledged", kind=Kind.COUNT),
            Column(key="mean_to_acknowledge", kind=Kind.MEAN, of="acknowledged"),
            Column(key="longest_to_acknowledge", kind=Kind.DURATION),
            Column(key="ended", kind=Kind.COUNT),
            Column(key="mean_to_end", kind=Kind.MEAN, of="ended"),
        ],
        rows=rows,
        total=_reaction(incidents) if rows else None,
    )


def _reaction(incidents: Sequence[Incident]) -> Row:
    acks = [ms for each in incidents if (ms := _to_acknowledge(each)) is not None]
    ends = [ms for each in incidents if (ms := _to_end(each)) is not None]
    return {
        "incidents": len(incidents),
        "acknowledged": len(acks),
        "mean_to_acknowledge": [sum(acks), len(acks)],
        "longest_to_acknowledge": max(acks, default=None),
        "ended": len(ends),
        "mean_to_end": [sum(ends), len(ends)],
    }


def _to_acknowledge(incident: Incident) -> Millis | None:
    return None if incident.acked is None else max(incident.acked.at - incident.fired_at, 0)


def _to_end(incident: Incident) -> Millis | None:
    return None if incident.ended_at is None else max(incident.ended_at - incident.fired_at, 0)


def _row(basis: Basis, incident: Incident, names: Names) -> Row:
    told = Told(
        rule=incident.rule,
        kind=incident.kind,
        scope=incident.scope,
        severity=incident.severity,
        since=incident.since,
        fired_at=incident.fired_at,
        evidence=incident.peak,
        ended_at=incident.ended_at,
        rule_names=names.rule(incident.rule),
        scope_names=names.scope(incident.scope),
        learning=incident.learning,
    )
    closed = incident.closed
    return {
        "id": incident.id,
        "fired": incident.fired_at,
        "severity": f"report.severity.{incident.severity.value}",
        "incident": names.rule(incident.rule) or incident.rule,
        "scope": {language: scope_name(told, language) for language in LANGUAGES},
        "what": {each: sentence(told, each, basis.site.time_zone) for each in LANGUAGES},
        "to_acknowledge": _to_acknowledge(incident),
        "to_end": _to_end(incident),
        "acknowledged_by": incident.acked.by if incident.acked is not None else None,
        "cause": closed.cause if closed is not None else None,
        "measure": closed.measure if closed is not None else None,
    }


def _budget(budget: BudgetReport, names: Names) -> list[Table]:
    told = Table(
        key="alert_budget",
        columns=[
            Column(key="alerts", kind=Kind.COUNT),
            Column(key="alarms", kind=Kind.COUNT),
            Column(key="alarms_per_hour", kind=Kind.NUMBER),
            Column(key="busiest_alarms", kind=Kind.COUNT),
            Column(key="median_to_acknowledge", kind=Kind.DURATION),
            Column(key="escalations", kind=Kind.COUNT),
            Column(key="flaps", kind=Kind.COUNT),
        ],
        rows=[
            {
                "alerts": budget.alerts,
                "alarms": budget.alarms,
                "alarms_per_hour": budget.alarms_per_hour,
                "busiest_alarms": budget.busiest,
                "median_to_acknowledge": budget.median_ack_ms,
                "escalations": budget.escalations,
                "flaps": budget.flaps,
            }
        ],
    )
    rules = [
        {
            "rule": names.rule(id) or id,
            "alerts": rule.alerts,
            "alarms": rule.alarms,
            "useful": rule.useful,
            "false_alarms": rule.false,
            "unjudged": rule.unjudged,
            "promised": rule.promised,
        }
        for id, rule in sorted(budget.rules.items())
        if rule.alerts or rule.alarms
    ]
    by_rule = Table(
        key="alert_rules",
        columns=[
            Column(key="rule", kind=Kind.TEXT),
            Column(key="alerts", kind=Kind.COUNT),
            Column(key="alarms", kind=Kind.COUNT),
            Column(key="useful", kind=Kind.COUNT),
            Column(key="false_alarms", kind=Kind.COUNT),
            Column(key="unjudged", kind=Kind.COUNT),
            Column(key="promised", kind=Kind.NUMBER),
        ],
        rows=rules,
    )
    return [told, by_rule] if rules else [told]
