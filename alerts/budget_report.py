"""The weekly report on the alerts themselves: are they few enough, seen to, and worth it?

Pure over the lines of the incident journal. An *alarm* is an incident that somebody was told of.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from msgspec import Struct, field

from alerts.care import Care
from alerts.notices import Entry
from alerts.rules import Budget, Rule
from ingest.events import Millis

_HOUR_MS = 3_600_000
_CRISIS_MS = 600_000
_STEP_MS = 300_000
NOISIEST = 5


class RuleReport(Struct, kw_only=True):
    """One rule. `promised` false alarms in this time (None: it promises nothing), `false` ones that
    were judged so; those that nobody has judged may be false too."""

    alerts: int = 0
    alarms: int = 0
    useful: int = 0
    false: int = 0
    unjudged: int = 0
    flaps: int = 0
    promised: float | None = None
    each_scope: bool = False


class BudgetReport(Struct, kw_only=True):
    """From `start` to before `end`. Shares are None where there was nothing to take a share of.

    `alarms_per_hour` is for one supervisor on duty; `busiest` counts the alarms in the worst ten
    minutes. The usual limit for one person is one alarm in ten minutes.
    """

    start: Millis
    end: Millis
    alerts: int = 0
    alarms: int = 0
    duty_hours: float = 0.0
    alarms_per_hour: float | None = None
    busiest: int = 0
    acknowledged: float | None = None
    median_ack_ms: Millis | None = None
    useful: float | None = None
    false: float | None = None
    unjudged: float | None = None
    escalations: int = 0
    flaps: int = 0
    noisiest: list[str] = field(default_factory=list)
    rules: dict[str, RuleReport] = field(default_factory=dict)


def budget_report(
    entries: Sequence[Entry], rules: Mapping[str, Rule], care: Care, start: Millis, end: Millis
) -> BudgetReport:
    """The report on [start, end). Lines after `end` are welcome: they may acknowledge or judge
    incidents of that time."""
    inside = [entry for entry in entries if start <= entry.at < end]
    told = {entry.incident: entry for entry in inside if entry.what == "told"}
    count = Counter(entry.what for entry in inside)
    report = BudgetReport(
        start=start,
        end=end,
        alerts=count["fired"],
        alarms=len(told),
        escalations=count["escalated"],
        flaps=count["flapped"],
        busiest=_busiest([entry.at for entry in told.values()]),
    )
    _acknowledged(report, entries, told)
    _rules(report, entries, told, rules)
    _duty(report, told, care)
    return report


def _acknowledged(
    report: BudgetReport, entries: Sequence[Entry], told: Mapping[str, Entry]
) -> None:
    taken: dict[str, Millis] = {}
    for entry in entries:
        if entry.what == "acknowledged" and entry.incident in told:
            taken.setdefault(entry.incident, max(entry.at - told[entry.incident].at, 0))
    report.acknowledged = _share(len(taken), len(told))
    report.median_ack_ms = round(median(taken.values())) if taken else None


def _rules(
    report: BudgetReport,
    entries: Sequence[Entry],
    told: Mapping[str, Entry],
    rules: Mapping[str, Rule],
) -> None:
    found = {id: _promised(rule, report) for id, rule in rules.items()}
    # The rule of an incident is that of its head, which its end and its verdict tell; while it lasts,
    # that of its first alert.
    heads: dict[str, str] = {}
    verdicts: dict[str, str] = {}
    for entry in entries:
        if entry.what == "fired":
            heads.setdefault(entry.incident, entry.rule)
        if entry.what in ("resolved", "judged"):
            heads[entry.incident] = str(entry.details.get("rule", ""))
        if entry.what == "judged":
            verdicts[entry.incident] = str(entry.details.get("verdict", ""))
        if report.start <= entry.at < report.end and entry.what in ("fired", "flapped"):
            rule = found.setdefault(entry.rule, RuleReport())
            rule.alerts += entry.what == "fired"
            rule.flaps += entry.what == "flapped"
    judged = Counter[str]()
    for incident in told:
        rule = found.setdefault(heads.get(incident, ""), RuleReport())
        verdict = verdicts.get(incident, "")
        rule.alarms += 1
        rule.useful += verdict == "useful"
        rule.false += verdict == "false"
        rule.unjudged += not verdict
        judged[verdict] += 1
    report.useful = _share(judged["useful"], len(told))
    report.false = _share(judged["false"], len(told))
    report.unjudged = _share(judged[""], len(told))
    report.rules = found
    noisy = sorted(found, key=lambda id: (-found[id].alerts, id))
    report.noisiest = [id for id in noisy if found[id].alerts][:NOISIEST]


def _promised(rule: Rule, report: BudgetReport) -> RuleReport:
    budget = getattr(rule, "budget", None)
    if not isinstance(budget, Budget):
        return RuleReport()
    spans = (report.end - report.start) / budget.period_ms
    return RuleReport(promised=budget.alarms * spans, each_scope=budget.each_scope)


def _duty(report: BudgetReport, told: Mapping[str, Entry], care: Care) -> None:
    """A supervisor is whoever is on duty; with no shifts, one at any time."""
    steps = range(report.start, report.end, _STEP_MS)
    report.duty_hours = sum(_present(care, at) for at in steps) * _STEP_MS / _HOUR_MS
    heard = 0
    for entry in told.values():
        persons = entry.details.get("persons")
        named = len(persons) if isinstance(persons, list | tuple) else 0
        heard += named or max(_present(care, entry.at), 1)
    if report.duty_hours:
        report.alarms_per_hour = heard / report.duty_hours


def _present(care: Care, at: Millis) -> int:
    if not care.shifts:
        return 1
    people = set[str]()
    for shift in care.shifts:
        if shift.hours.holds(at):
            people.update(shift.persons, (each for each in (shift.lead,) if each))
    return len(people)


def _busiest(times: Sequence[Millis]) -> int:
    """The most alarms within ten minutes."""
    most, first = 0, 0
    ordered = sorted(times)
    for last, at in enumerate(ordered):
        while at - ordered[first] >= _CRISIS_MS:
            first += 1
        most = max(most, last - first + 1)
    return most


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
