"""The keys that a rule has by its kind, and how each is read."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from alerts.hours import Hours
from alerts.rules import (
    AdapterRule,
    AgentRule,
    CollapseRule,
    ComponentRule,
    DroppedRule,
    MassEndRule,
    MassSignOutRule,
    NoAnswerRule,
    Rule,
    ShortCallsRule,
    SilenceRule,
    SurgeRule,
    ThresholdRule,
)
from floorwatch.rule_file_values import (
    budget,
    fewer,
    limit,
    metric,
    more,
    one_of,
    share,
    whole,
)
from floorwatch.settings_hours import hours
from floorwatch.settings_reader import Table, flag
from floorwatch.settings_values import ValueMistakeError, duration_ms
from ingest.words import AgentStatus, ComponentKind

TYPES: Mapping[str, type[Rule]] = {
    "surge": SurgeRule,
    "collapse": CollapseRule,
    "silence": SilenceRule,
    "dropped": DroppedRule,
    "short_calls": ShortCallsRule,
    "no_answer": NoAnswerRule,
    "mass_end": MassEndRule,
    "mass_sign_out": MassSignOutRule,
    "component": ComponentRule,
    "adapter": AdapterRule,
    "threshold": ThresholdRule,
    "agent": AgentRule,
}
"""What a rule may be, by its `kind` in the file."""

_PROMISE = {"false_alarms": "budget"}
_OPEN = {"open": "hours"}
FIELDS: Mapping[type[Rule], Mapping[str, str]] = {
    SurgeRule: {"from": "from_ratio", **_PROMISE, **_OPEN},
    CollapseRule: {"to": "to_ratio", **_PROMISE, **_OPEN},
    SilenceRule: {**_PROMISE, **_OPEN},
    DroppedRule: {"normal_share": "normal_share", **_PROMISE},
    ShortCallsRule: {"short": "short_ms", "normal_share": "normal_share", **_PROMISE},
    NoAnswerRule: {**_PROMISE, **_OPEN},
    MassEndRule: {"within": "within_ms", **_PROMISE},
    MassSignOutRule: {"within": "within_ms", **_PROMISE},
    ComponentRule: {"kinds": "kinds", "degraded": "degraded"},
    AdapterRule: {},
    ThresholdRule: {
        "metric": "metric",
        "above": "limit",
        "below": "limit",
        "recover": "recover",
        "over": "over",
        "least": "least",
        "once": "once",
        **_OPEN,
    },
    AgentRule: {
        "state": "state",
        "reason": "reason",
        "longer": "longer_ms",
        "unanswered": "unanswered",
        "unreachable": "unreachable",
    },
}
"""The keys of each kind, and the fields of the rule that they fill."""

_OVER = ("now", "interval", "day")
_READERS: Mapping[str, Callable[[Any], Any]] = {
    "from": more,
    "to": fewer,
    "false_alarms": budget,
    "normal_share": share,
    "short": duration_ms,
    "within": duration_ms,
    "degraded": flag,
    "metric": metric,
    "over": lambda value: one_of(value, _OVER, "span of time"),
    "least": whole,
    "once": flag,
    "state": lambda value: one_of(value, tuple(AgentStatus), "state of an agent"),
    "longer": duration_ms,
    "unanswered": whole,
    "unreachable": flag,
}


def fields(table: Table, kind: type[Rule], before: Rule | None, zone: str) -> dict[str, Any]:
    """The fields that this table gives to a rule of this kind; `before` is what it changes."""
    found: dict[str, Any] = {}
    for key, field in FIELDS[kind].items():
        reader = _READERS.get(key)
        if reader is not None and table.has(key):
            value = table.read(key, reader, None)
            if value is not None:
                found[field] = value
    if table.has("open") and "open" in FIELDS[kind]:
        found["hours"] = table.read("open", lambda value: hours(value, zone), Hours())
    if kind is ComponentRule and table.has("kinds"):
        found["kinds"] = _kinds(table)
    elif kind is AgentRule:
        if table.has("reason"):
            found["reason"] = table.text("reason", "*")
        _check_agent(table, found, before)
    elif kind is ThresholdRule:
        _threshold(table, found, before)
    return found


def _kinds(table: Table) -> tuple[str, ...]:
    known: Sequence[str] = tuple(kind.value for kind in ComponentKind)
    found = []
    for path, word in table.texts("kinds"):
        try:
            found.append(one_of(word, known, "kind of component"))
        except ValueMistakeError as mistake:
            table.findings.add(path, mistake.what, mistake.mend)
    return tuple(found)


def _check_agent(table: Table, found: dict[str, Any], before: Rule | None) -> None:
    old = before if isinstance(before, AgentRule) else AgentRule(id="")
    state, longer = found.get("state", old.state), found.get("longer_ms", old.longer_ms)
    other = found.get("unanswered", old.unanswered) or found.get("unreachable", old.unreachable)
    if not state and not other:
        mend = 'Add state = "not_ready" and longer = "15 min", or unanswered = 3'
        table.findings.add(table.path, "nothing is watched", mend, at_key=True)
    if state and not longer:
        mend = 'Add for instance longer = "15 min"'
        table.findings.add(table.path, "longer is missing", mend, at_key=True)


def _threshold(table: Table, found: dict[str, Any], before: Rule | None) -> None:
    old = before if isinstance(before, ThresholdRule) else None
    name = found.get("metric") or (old.metric if old is not None else "")
    if not table.has("metric") and not name:
        mend = 'Add for instance metric = "waiting"'
        table.findings.add(table.path, "metric is missing", mend, at_key=True)
    if table.has("above") and table.has("below"):
        table.add("below", "a limit is above or below, not both", "Take one out, or make two rules")
    elif not table.has("above") and not table.has("below") and old is None:
        mend = "Add for instance above = 10"
        table.findings.add(table.path, "above or below is missing", mend, at_key=True)
    for key in ("above", "below", "recover"):
        if name and table.has(key):
            value = table.read(key, lambda value: limit(value, name), None)
            if value is not None:
                found["recover" if key == "recover" else "limit"] = value
    if table.has("above") or table.has("below"):
        found["below"] = table.has("below")
    _check_recovery(table, found, old)


def _check_recovery(table: Table, found: dict[str, Any], old: ThresholdRule | None) -> None:
    edge, recover = found.get("limit"), found.get("recover")
    below = found.get("below", old.below if old is not None else False)
    if edge is None or recover is None:
        return
    if (recover < edge) if below else (recover > edge):
        where = "above" if below else "below"
        what = "it would be over before it has begun"
        table.add("recover", what, f"Write a value {where} the limit, or take it out")
