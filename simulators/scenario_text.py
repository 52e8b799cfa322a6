"""A scenario as the text of a scenario file: what `scenario_file` reads back as the same scenario. Pure.

The keys are those that the reader knows; what is as it would be anyway is left out.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import MISSING, fields
from typing import Any

from ingest.events import Millis
from simulators import scenario_keys as keys
from simulators import scenario_parts as parts
from simulators import scenario_values as values
from simulators.faults import SIZED, Fault, FaultKind
from simulators.plans import MINUTE, Break, Cause, Length, Patience, Profile
from simulators.scenario import Scenario
from simulators.scenario_parts import Keys

_SIGNED = (FaultKind.CLOCK_SKEW, FaultKind.CLOCK_JUMP)
_ROW = 12
"""Numbers in one line of a long list."""
_NOBODY = keys.Ids()


def text(scenario: Scenario) -> str:
    """The whole file. Agents are written one by one, with the queues that they serve."""
    return "\n".join(_lines(scenario)) + "\n"


def _lines(scenario: Scenario) -> Iterator[str]:
    yield from _table(scenario, keys.SITE, always=("site", "time_zone"))
    yield from ("", "[profile]", *_table(scenario.profile, parts.PROFILE))
    for name, part, table in (
        ("wander", scenario.wander, keys.WANDER),
        ("habits", scenario.habits, keys.HABITS),
    ):
        if part != type(part)():
            yield from ("", f"[{name}]", *_table(part, table))
    for id_, names in scenario.teams.items():
        yield from ("", "[[teams]]", f"id = {quoted(id_)}", f"names = {_names(names)}")
    for name, plans, table in (
        ("queues", scenario.queues, keys.queue(_NOBODY)),
        ("shifts", scenario.shifts, keys.SHIFT),
        ("agents", scenario.agents, keys.agent(_NOBODY)),
        ("trunks", scenario.trunks, keys.TRUNK),
        ("locations", scenario.locations, keys.location(_NOBODY)),
        ("meetings", scenario.meetings, keys.meeting(_NOBODY)),
    ):
        if not plans and name in ("queues", "shifts", "agents"):
            yield from ("", f"{name} = []")
        for plan in plans:
            yield from ("", f"[[{name}]]", *_table(plan, table))
    for fault in scenario.faults:
        yield from ("", "[[faults]]", *_fault(fault))


def _table(plan: object, table: Keys, always: tuple[str, ...] = ()) -> Iterator[str]:
    """The keys of a table, one a line, that differ from what they would be if left out."""
    usual = {field.name: field.default for field in fields(plan) if field.default is not MISSING}  # type: ignore[arg-type]  # plans are dataclasses
    for name, key in table.items():
        if not hasattr(plan, key.field):
            continue
        value = getattr(plan, key.field)
        if name in always or key.field not in usual or value != usual[key.field]:
            days = name == "weekdays"
            yield f"{name} = {_weekdays(value) if days else _value(key.reader, value)}"


def _value(reader: Callable[[Any], Any], value: Any) -> str:
    """The value as this reader reads it back."""
    if write := _WRITERS.get(reader):
        return write(value)
    if value is None:
        return quoted(values.NEVER)
    match value:
        case Profile():
            return f"{{ {', '.join(_table(value, parts.PROFILE))} }}"
        case Mapping():
            return _names(value)
        case str():
            return quoted(value)
        case tuple():
            return _listed(_item(item) for item in value)
        case _:
            return repr(value)


def _item(item: Any) -> str:
    """One item of a list."""
    match item:
        case Break():
            pairs = f"reason = {quoted(item.reason)}, after = {_min(item.at_min)}"
            return f"{{ {pairs}, for = {_min(item.minutes)} }}"
        case Cause():
            return f"{{ cause = {quoted(item.cause)}, class = {quoted(item.cause_class.value)} }}"
        case str():
            return quoted(item)
        case _:
            return repr(item)


def _fault(fault: Fault) -> Iterator[str]:
    yield f"kind = {quoted(fault.kind.value)}"
    yield f"after = {_ms(fault.after_ms)}"
    yield f"for = {_ms(fault.length_ms)}"
    if fault.scope:
        yield f"scope = {quoted(fault.scope)}"
    if fault.kind in _SIGNED:
        yield f"size = {quoted('-' * (fault.size < 0) + _duration(round(abs(fault.size))))}"
    elif fault.kind in SIZED:
        yield f"size = {fault.size!r}"
    if fault.ramp_ms:
        yield f"ramp = {_ms(fault.ramp_ms)}"


def quoted(said: str) -> str:
    """A text as TOML has it."""
    letters = (_ESCAPES.get(letter) or _plain(letter) for letter in said)
    return f'"{"".join(letters)}"'


def _plain(letter: str) -> str:
    return letter if letter >= " " and letter != "\x7f" else f"\\u{ord(letter):04x}"


def _names(names: Mapping[str, str]) -> str:
    pairs = ", ".join(f"{language} = {quoted(name)}" for language, name in names.items())
    return f"{{ {pairs} }}" if pairs else "{}"


def _duration(ms: Millis) -> str:
    """In the largest unit that it is a whole number of."""
    for unit, length_ms in (("h", 60 * MINUTE), ("min", MINUTE), ("s", 1_000)):
        if ms and ms % length_ms == 0:
            return f"{ms // length_ms} {unit}"
    return f"{ms} ms"


def _ms(ms: Millis) -> str:
    return quoted(_duration(ms))


def _min(minutes: int) -> str:
    return _ms(minutes * MINUTE)


def _maybe_ms(ms: Millis | None) -> str:
    return quoted(values.NEVER) if ms is None else _ms(ms)


def _clock(minutes: int) -> str:
    return quoted(f"{minutes // 60:02}:{minutes % 60:02}")


def _span(span: tuple[Millis, Millis]) -> str:
    return f"[{_ms(span[0])}, {_ms(span[1])}]"


def _length(length: Length) -> str:
    if length.variation == 0:
        return _ms(length.mean_ms)
    variation = length.variation
    said = quoted(values.EXPONENTIAL) if variation is None else repr(variation)
    return f"{{ mean = {_ms(length.mean_ms)}, variation = {said} }}"


def _patience(patience: Patience) -> str:
    if not patience.hazard:
        return _maybe_ms(patience.mean_ms)
    pairs = _listed(
        f"{{ from = {_ms(since_ms)}, per_min = {per_min!r} }}"
        for since_ms, per_min in patience.hazard
    )
    if patience.mean_ms is None:
        return f"{{ hazard = {pairs} }}"
    return f"{{ mean = {_ms(patience.mean_ms)}, hazard = {pairs} }}"


def _weekdays(days: tuple[int, ...]) -> str:
    return _listed(quoted(values.WEEKDAYS[day]) for day in days)


def _listed(items: Iterable[str]) -> str:
    """A list, in several lines if it is long."""
    whole = list(items)
    if len(whole) <= _ROW:
        return f"[{', '.join(whole)}]"
    rows = (", ".join(whole[at : at + _ROW]) for at in range(0, len(whole), _ROW))
    return "[\n" + "".join(f"  {row},\n" for row in rows) + "]"


_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_WRITERS: Mapping[Callable[[Any], Any], Callable[[Any], str]] = {
    values.duration_ms: _ms,
    values.some_ms: _ms,
    values.maybe_ms: _maybe_ms,
    values.duration_min: _min,
    values.some_min: _min,
    values.clock_min: _clock,
    values.span_ms: _span,
    parts.length: _length,
    parts.patience: _patience,
}
"""How values are written that their reader does not take as they are."""
