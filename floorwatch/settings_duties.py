"""Reads `[[site.walks.duty]]` and `[site.attendance]`: what people owe to the floor and to their shifts."""

from typing import Any

from floorwatch.settings_reader import Table, kind_of
from floorwatch.settings_reports import WEEKDAYS
from floorwatch.settings_values import ValueMistakeError, duration_ms, identifier, suggestion
from planning.attendance import Rules
from reports.walk_duty import DUTIES, Duty, Per

DAY_MS = 86_400_000


def read_duties(table: Table) -> tuple[Duty, ...]:
    """The duties of `[site.walks]`; ours, which nobody has, without a word about them."""
    ours = {duty.id: duty for duty in DUTIES}
    found: dict[str, Duty] = {}
    for each in table.tables("duty"):
        each.required("id", "lead")
        id = each.read("id", identifier, "")
        if id in found:
            each.add("id", f'the id "{id}" is given twice', "Give each its own")
        if not id or id in found:
            continue
        own = ours.get(id, Duty(id=id, names={"zh": id, "en": id}))
        found[id] = Duty(
            id=id,
            names=each.names() or own.names,
            owed_ms=each.read("owed", _owed, own.owed_ms),
            per=each.read("per", _per, own.per),
            weekdays=frozenset(each.read("weekdays", _weekdays, own.weekdays)),
            people=tuple(dict.fromkeys(name for _, name in each.texts("people"))),
        )
    return tuple(found.values()) or DUTIES


def read_attendance(table: Table) -> Rules:
    """How attendance is judged."""
    default = Rules()
    meals = frozenset(reason for _, reason in table.texts("meals"))
    breaks = frozenset(reason for _, reason in table.texts("breaks"))
    rules = Rules(
        grace_ms=table.read("grace", duration_ms, default.grace_ms),
        meals=meals or default.meals,
        breaks=breaks or default.breaks,
    )
    both = sorted(rules.meals & rules.breaks)
    if both:
        what = f'"{both[0]}" is a meal and a break'
        table.add("breaks", what, "Write each reason into one of both lists")
    return rules


def _owed(value: Any) -> int:
    owed = duration_ms(value)
    if not 0 < owed <= 7 * DAY_MS:
        raise ValueMistakeError("this is nothing, or more than a week", 'Write "2h"')
    return owed


def _per(value: Any) -> Per:
    if not isinstance(value, str) or value not in set(Per):
        shown = value if isinstance(value, str) else kind_of(value)
        raise ValueMistakeError(f'"{shown}" is no span of a duty', "Known are day, week")
    return Per(value)


def _weekdays(value: Any) -> frozenset[int]:
    if not isinstance(value, list) or not value:
        raise ValueMistakeError(f"this is {kind_of(value)}", 'Write ["monday", "tuesday"]')
    found = set()
    for day in value:
        if not isinstance(day, str) or day.lower() not in WEEKDAYS:
            shown = day if isinstance(day, str) else kind_of(day)
            mend = f"{suggestion(str(day), WEEKDAYS)}Known are {', '.join(WEEKDAYS)}"
            raise ValueMistakeError(f'"{shown}" is no weekday', mend)
        found.add(WEEKDAYS.index(day.lower()))
    return frozenset(found)
