"""The rules of the alerts file: `[knobs]` and `[[rule]]`.

The rules of `alerts.defaults` are there unless the file changes them or switches them off.
docs/rules.md describes each key.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from msgspec import Struct

from alerts.defaults import DEFAULTS
from alerts.hours import ALWAYS, Hours
from alerts.rules import Budget, Rule, SurgeRule, ThresholdRule
from alerts.words import Severity
from floorwatch.rule_file_kinds import FIELDS, TYPES, fields
from floorwatch.rule_file_values import budget, more, one_of
from floorwatch.settings_hours import hours
from floorwatch.settings_reader import Table, flag
from floorwatch.settings_values import duration_ms, identifier, suggestion

RULE_ROOT = ("knobs", "rule")
_COMMON = (
    "id",
    "like",
    "kind",
    "off",
    "names",
    "severity",
    "scopes",
    "for",
    "keep",
    "policy",
    "playbook",
)
RULE_KEYS: Mapping[str, tuple[str, ...]] = {
    "knobs": ("false_alarms", "surge_from", "open"),
    "rule": (*_COMMON, *dict.fromkeys(key for keys in FIELDS.values() for key in keys)),
}
"""What the alerts file's keys are joined with, at its top level and by table."""
_KIND_OF = {type: kind for kind, type in TYPES.items()}


class Knobs(Struct, frozen=True, kw_only=True):
    """What the operator said in sentences, for all rules at once; None where he said nothing."""

    budget: Budget | None = None
    surge_from: float | None = None
    hours: Hours = ALWAYS


class RuleSet(Struct, frozen=True, kw_only=True):
    """The rules that are in force, and what was said of all of them."""

    rules: tuple[Rule, ...] = DEFAULTS
    knobs: Knobs = Knobs()


def read_rules(table: Table, zone: str, policies: Iterable[str] | None = None) -> RuleSet:
    """The rules of this file; mistakes go to the table's findings. `zone` is the site's, `policies`
    the names of all there are (None: anything goes)."""
    knobs = _knobs(table.table("knobs"), zone)
    rules = {rule.id: _turned(rule, knobs) for rule in DEFAULTS}
    given: set[str] = set()
    for each in table.tables("rule"):
        found = _rule(each, rules, knobs, zone)
        if found is None:
            continue
        id, rule = found
        if id in given:
            each.add("id" if each.has("id") else "like", f'"{id}" is given twice', "Take one out")
        given.add(id)
        if rule is None:
            rules.pop(id, None)
        else:
            rules[id] = rule
            _check_policy(each, rule, policies)
    return RuleSet(rules=tuple(rules.values()), knobs=knobs)


def _knobs(table: Table, zone: str) -> Knobs:
    return Knobs(
        budget=table.read("false_alarms", budget, None),
        surge_from=table.read("surge_from", more, None),
        hours=table.read("open", lambda value: hours(value, zone), ALWAYS),
    )


def _turned(rule: Rule, knobs: Knobs) -> Rule:
    """The rule as the knobs have it."""
    told: dict[str, Any] = {}
    keys = FIELDS[type(rule)]
    if knobs.budget is not None and "false_alarms" in keys:
        told["budget"] = knobs.budget
    if knobs.hours.spans and "open" in keys:
        told["hours"] = knobs.hours
    if knobs.surge_from is not None and isinstance(rule, SurgeRule):
        told["from_ratio"] = knobs.surge_from
    return msgspec.structs.replace(rule, **told)


def _rule(
    table: Table, rules: Mapping[str, Rule], knobs: Knobs, zone: str
) -> tuple[str, Rule | None] | None:
    """The id and the rule of one table, None as the rule if it is switched off."""
    before = _before(table, rules)
    kind = _kind(table, before)
    if kind is None:
        return None
    id = table.read("id", identifier, "") or (before.id if before is not None else "")
    if not id:
        if not table.has("id"):
            table.required("id", "long-wait")
        return None
    if before is None and id in {rule.id for rule in DEFAULTS}:
        table.add("id", f'"{id}" is there already', f'Write like = "{id}" to change it')
    if table.read("off", flag, False):
        return id, None
    for key in table.values:
        if key in RULE_KEYS["rule"] and key not in (*_COMMON, *FIELDS[kind]):
            own = ", ".join(FIELDS[kind]) or "none of its own"
            table.add(key, f'a "{_KIND_OF[kind]}" rule has no "{key}"', f"Its keys are {own}")
    found = {**_common(table), **fields(table, kind, before, zone)}
    if before is not None:
        return id, msgspec.structs.replace(before, id=id, **found)
    fresh = _FRESH if kind is ThresholdRule else kind(id=id)
    return id, msgspec.structs.replace(_turned(fresh, knobs), id=id, **found)


_FRESH = ThresholdRule(id="", metric="", limit=0.0, scopes=("queue:*",))


def _before(table: Table, rules: Mapping[str, Rule]) -> Rule | None:
    """The rule that this one changes, or begins with."""
    like = table.text("like")
    if like and like not in rules:
        mend = f"{suggestion(like, tuple(rules))}Known are {', '.join(rules)}"
        table.add("like", f'there is no rule "{like}"', mend)
    return rules.get(like)


def _kind(table: Table, before: Rule | None) -> type[Rule] | None:
    if before is not None:
        if table.has("kind"):
            table.add("kind", "the kind is that of the rule it is like", "Take it out")
        return type(before)
    if table.has("like"):
        return None
    if not table.has("kind"):
        table.required("kind", "threshold")
        return None
    word = table.read("kind", lambda value: one_of(value, tuple(TYPES), "kind of rule"), "")
    return TYPES.get(word)


def _common(table: Table) -> dict[str, Any]:
    """The fields that every rule has, as far as the table gives them."""
    found: dict[str, Any] = {}
    if table.has("names"):
        found["names"] = table.names()
    if table.has("severity"):
        levels = tuple(Severity)
        word = table.read("severity", lambda value: one_of(value, levels, "severity"), "")
        if word:
            found["severity"] = Severity(word)
    if table.has("scopes"):
        found["scopes"] = tuple(scope for _, scope in _scopes(table))
    for key, field in (("for", "for_ms"), ("keep", "keep_ms")):
        if table.has(key):
            found[field] = table.read(key, duration_ms, 0)
    for key in ("policy", "playbook"):
        if table.has(key):
            found[key] = table.text(key)
    return found


_SCOPES = (
    *("queue", "group", "trunk", "team", "agent", "feed", "channel"),
    *("registration", "endpoint", "link", "node"),
)
FLOOR = "floor"
"""How a file names the whole floor, whose scope is empty."""


def _scopes(table: Table) -> Iterable[tuple[Any, str]]:
    for path, scope in table.texts("scopes"):
        kind = scope.partition(":")[0]
        if scope == FLOOR:
            yield path, ""
        elif scope == "*" or (":" in scope and kind in _SCOPES):
            yield path, scope
        else:
            hint = suggestion(kind, _SCOPES)
            mend = f'{hint}Write "floor", "queue:sales", "queue:*", "trunk:*", "agent:*", "team:a"'
            table.findings.add(path, f'"{scope}" is no scope', mend)


def _check_policy(table: Table, rule: Rule, policies: Iterable[str] | None) -> None:
    known = None if policies is None else ("default", *policies)
    if known is not None and rule.policy not in known and table.has("policy"):
        mend = f"{suggestion(rule.policy, known)}Known are {', '.join(dict.fromkeys(known))}"
        table.add("policy", f'there is no policy "{rule.policy}"', mend)
