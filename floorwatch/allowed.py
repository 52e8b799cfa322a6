"""How long a state may last, as the site's agent rules say it: beyond it somebody is over time."""

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase

from alerts.rules import AgentRule, Rule
from ingest.events import Millis

Allowed = dict[str, dict[str, Millis]]
"""By state and reason; the reason "" is any that is not named."""
_EVERYBODY = ("agent:*", "team:*", "queue:*")


def allowed(rules: Iterable[Rule], reasons: Iterable[str]) -> Allowed:
    """What the rules allow, for these reasons as people give them. Where several speak, the shortest.

    A rule that is for some people only says nothing of the others, and is left out.
    """
    found: Allowed = {}
    known = tuple(reasons)
    for rule in rules:
        if not isinstance(rule, AgentRule) or not rule.state:
            continue
        if not any(map(rule.speaks_of, _EVERYBODY)):
            continue
        limits = found.setdefault(rule.state, {})
        for reason in _reasons(rule, known):
            limits[reason] = min(limits.get(reason, rule.longer_ms), rule.longer_ms)
    for limits in found.values():
        # What holds for any reason holds for each of them.
        general = limits.get("")
        for reason, ms in limits.items():
            limits[reason] = ms if general is None else min(ms, general)
    return {state: limits for state, limits in found.items() if limits}


def planned(breaks: Iterable[tuple[str, Millis]]) -> Allowed:
    """The same from the breaks of a plan, by reason; the longest of each."""
    limits: dict[str, Millis] = {}
    for reason, ms in breaks:
        limits[reason] = max(limits.get(reason, 0), ms)
    return {"not_ready": limits} if limits else {}


def _reasons(rule: AgentRule, known: tuple[str, ...]) -> Iterable[str]:
    if rule.reason == "*":
        return ("",)
    if not set("*?[") & set(rule.reason):
        known = (*known, rule.reason)
    pattern = rule.reason.casefold()
    return [reason for reason in known if reason and fnmatchcase(reason.casefold(), pattern)]


def merged(rules: Mapping[str, Mapping[str, Millis]], plan: Allowed) -> Allowed:
    """What the rules say, and the plan where they say nothing of a state."""
    return {**plan, **{state: dict(limits) for state, limits in rules.items()}}
