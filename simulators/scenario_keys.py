"""The keys of a scenario file: which there are, which field each one sets, and how it is read.

docs/scenarios.md describes each of them. Keys carry no units, because their values do; apart from
that they are the fields of simulators/plans.py.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ingest.events import Millis
from ingest.words import CauseClass, ComponentKind
from simulators import scenario_values as values
from simulators.plans import (
    DAY_MIN,
    WEEK_MIN,
    Break,
    Cause,
    Length,
    Patience,
    Profile,
)
from simulators.scenario_mistakes import Mistake, MistakesError, did_you_mean, each, mistaken
from simulators.scenario_values import Reader

_ID = values.text
_MOST = 1_000_000.0


class Key(NamedTuple):
    """The field that a key sets, and how its value is read."""

    field: str
    reader: Callable[[Any], Any]


Keys = Mapping[str, Key]


@dataclass(slots=True)
class Ids:
    """What the scenario has, by id: what other parts of the file may name."""

    queues: Collection[str] = ()
    teams: Collection[str] = ()
    shifts: Collection[str] = ()
    trunks: Collection[str] = ()
    locations: Collection[str] = ()
    agents: Collection[str] = ()
    skills: Collection[str] = field(default_factory=set)


def fields(value: object, keys: Keys, required: Collection[str] = ()) -> dict[str, Any]:
    """The fields that a table sets. Unknown and missing keys are mistakes."""
    if not isinstance(value, dict):
        raise mistaken(f"this is {values.kind_of(value)}", "Write a table: { key = value, … }")
    mistakes = [
        Mistake((), f"{key} is missing", f"Add {key} = …") for key in required if key not in value
    ]
    for key in value.keys() - keys.keys():
        mistakes.append(Mistake((key,), "there is no such key here", did_you_mean(key, keys)))
    given = [(key, item) for key, item in value.items() if key in keys]
    read: dict[str, Any] = {}
    for key, item in given:
        try:
            read[keys[key].field] = keys[key].reader(item)
        except MistakesError as error:
            mistakes += error.within(key)
    if mistakes:
        raise MistakesError(*mistakes)
    return read


def length(value: object) -> Length:
    """A length: "20s" is always so long; { mean = "20s", variation = 0.5 } varies."""
    if not isinstance(value, dict):
        return Length(values.duration_ms(value), 0.0)
    keys = {"mean": Key("mean_ms", values.duration_ms)}
    keys["variation"] = Key("variation", values.variation)
    return Length(**fields(value, keys, required=keys))


def patience(value: object) -> Patience:
    """A mean patience, "never" for callers who never give up, or a table with the fitted hazard."""
    if not isinstance(value, dict):
        return Patience(values.maybe_ms(value))
    return Patience(**fields(value, _PATIENCE))


def _hazard(value: object) -> tuple[tuple[Millis, float], ...]:
    pairs = values.listed(_hazard_pair)(value)
    waits = [since_ms for since_ms, _ in pairs]
    if waits and (waits[0] or sorted(set(waits)) != waits):
        raise mistaken(
            "the waits do not rise from nought", 'Write [{ from = "0s", per_min = 0.2 }, …]'
        )
    return pairs


def _hazard_pair(value: object) -> tuple[Millis, float]:
    keys = {
        "from": Key("since", values.duration_ms),
        "per_min": Key("per_min", values.number(0, _MOST)),
    }
    read = fields(value, keys, required=keys)
    return read["since"], read["per_min"]


_PATIENCE = {"mean": Key("mean_ms", values.maybe_ms), "hazard": Key("hazard", _hazard)}

PROFILE: Keys = {
    "step": Key("step_min", values.some_min),
    "weights": Key("weights", values.listed(values.number(0, _MOST))),
    "weekday_factors": Key("weekdays", values.listed(values.number(0, _MOST))),
}


def profile(value: object) -> Profile:
    """A whole profile."""
    made = Profile(**fields(value, PROFILE, required=("step", "weights")))
    fits(made)
    return made


def fits(made: Profile) -> None:
    """Raises `MistakesError` if the weights do not make up a day, a part of one, or a week."""
    length_min = made.step_min * len(made.weights)
    if not length_min or (DAY_MIN % length_min and length_min != WEEK_MIN):
        raise MistakesError(
            Mistake(
                ("weights",),
                f"{len(made.weights)} weights of {made.step_min} min make {length_min} min",
                "Make them up to a day, a whole part of one, or a week",
            )
        )
    if len(made.weekdays) != len(values.WEEKDAYS):
        what = f"there are {len(made.weekdays)} factors"
        raise MistakesError(Mistake(("weekday_factors",), what, "Write 7, Monday first"))


WANDER: Keys = {
    "day_variation": Key("day_variation", values.number(0, 10)),
    "day_correlation": Key("day_correlation", values.number(-1, 1)),
    "step_variation": Key("step_variation", values.number(0, 10)),
    "step_correlation": Key("step_correlation", values.number(-1, 1)),
}


def queue(ids: Ids) -> Keys:
    """The keys of a queue in a scenario that has these `ids`."""
    other = values.known("queue", ids.queues, none=True)
    return {
        "id": Key("id", _ID),
        "names": Key("names", values.names),
        "calls_per_hour": Key("calls_per_hour", values.number(0, _MOST)),
        "patience": Key("patience", patience),
        "talk": Key("talk", length),
        "wrap_up": Key("wrap_up", length),
        "did": Key("did", values.maybe_text),
        "skills": Key("skills", values.listed(values.text)),
        "priority": Key("priority", values.whole(-1_000_000, 1_000_000)),
        "capacity": Key("capacity", values.whole(0, 1_000_000)),
        "full_to": Key("full_to", other),
        "timeout": Key("timeout_ms", values.maybe_ms),
        "overflow_to": Key("overflow_to", other),
        "empty_to": Key("empty_to", other),
        "transfer_to": Key("transfer_to", values.listed(values.known("queue", ids.queues))),
        "profile": Key("profile", profile),
        "target": Key("target_ms", values.duration_ms),
        "short_abandon": Key("short_ms", values.duration_ms),
    }


TEAM: Keys = {"id": Key("id", _ID), "names": Key("names", values.names)}

_BREAK: Keys = {
    "reason": Key("reason", values.text),
    "after": Key("at_min", values.duration_min),
    "for": Key("minutes", values.some_min),
}


def _break(value: object) -> Break:
    return Break(**fields(value, _BREAK, required=_BREAK))


def _some(reader: Reader[tuple[Any, ...]]) -> Reader[tuple[Any, ...]]:
    def read(value: object) -> tuple[Any, ...]:
        if not (items := reader(value)):
            raise mistaken("this list is empty", "Name at least one")
        return items

    return read


SHIFT: Keys = {
    "id": Key("id", _ID),
    "start": Key("start_min", values.clock_min),
    "length": Key("length_min", values.some_min),
    "every": Key("period_min", values.some_min),
    "breaks": Key("breaks", values.listed(_break)),
    "weekdays": Key("weekdays", _some(values.listed(values.weekday))),
}

TRUNK: Keys = {
    "name": Key("name", _ID),
    "kind": Key("kind", values.word(ComponentKind)),
    "share": Key("share", values.number(0, _MOST)),
}


def location(ids: Ids) -> Keys:
    """The keys of a location."""
    return {
        "id": Key("id", _ID),
        "names": Key("names", values.names),
        "teams": Key("teams", values.listed(values.known("team", ids.teams))),
        "trunks": Key("trunks", values.listed(values.known("trunk", ids.trunks))),
    }


def meeting(ids: Ids) -> Keys:
    """The keys of a meeting."""
    return {
        "team": Key("team", values.known("team", ids.teams)),
        "at": Key("at_min", values.clock_min),
        "for": Key("minutes", values.some_min),
        "reason": Key("reason", values.text),
        "weekdays": Key("weekdays", values.listed(values.weekday)),
    }


def agent(ids: Ids) -> Keys:
    """The keys of an agent, or of many alike; `AgentPlan` lacks those that stand for several."""
    return {
        "id": Key("id", _ID),
        "count": Key("count", values.whole(1, 10_000)),
        "names": Key("names", values.names),
        "names_from": Key("names_from", _language),
        "team": Key("team", values.known("team", ids.teams)),
        "queues": Key("queues", _some(values.listed(values.known("queue", ids.queues)))),
        "skills": Key("skills", _levels(ids)),
        "shift": Key("shift", values.known("shift", ids.shifts)),
        "shifts": Key("shifts", _some(values.listed(values.known("shift", ids.shifts)))),
        "interface": Key("interface", values.text),
        "offset": Key("offset_min", values.duration_min),
        "offsets": Key("offsets", _some(values.listed(values.duration_min))),
        "talk_factor": Key("talk_factor", values.number(0.01, 100)),
        "no_answer_share": Key("no_answer_share", values.share),
        "short_call_share": Key("short_call_share", values.share),
    }


def _language(value: object) -> str:
    return values.known("list of names", values.LANGUAGES)(value)


def _levels(ids: Ids) -> Reader[dict[str, int]]:
    skill, level = values.known("queue with the skill", ids.skills), values.whole(1, 99)

    def read(value: object) -> dict[str, int]:
        if not isinstance(value, dict):
            raise mistaken(
                f"this is {values.kind_of(value)}",
                "Write skills and levels, 1 is best: { sales = 1, english = 2 }",
            )
        each(((name, name) for name in value), skill)
        return dict(zip(value, each(value.items(), level), strict=True))

    return read


_CAUSE: Keys = {
    "cause": Key("cause", values.text),
    "class": Key("cause_class", values.word(CauseClass)),
}


def _cause(value: object) -> Cause:
    return Cause(**fields(value, _CAUSE, required=_CAUSE))


def _weights(value: object) -> tuple[float, ...]:
    weights = values.listed(values.number(0, _MOST))(value)
    if len(weights) != 5 or not sum(weights):
        raise mistaken("these are not five weights", "Write how often each score 1 to 5 is given")
    return weights


HABITS: Keys = {
    "menu": Key("menu_ms", values.span_ms),
    "menu_quit_share": Key("menu_quit_share", values.share),
    "misdial_share": Key("misdial_share", values.share),
    "misdial": Key("misdial_ms", values.span_ms),
    "key_share": Key("key_share", values.share),
    "key_after": Key("key_after_ms", values.duration_ms),
    "callback_share": Key("callback_share", values.share),
    "callback_after": Key("callback_after_ms", values.duration_ms),
    "callback": Key("callback_ms", values.span_ms),
    "redial_share": Key("redial_share", values.share),
    "redial_after": Key("redial_after_ms", values.duration_ms),
    "redials_most": Key("redials_most", values.whole(0, 1_000)),
    "drop_waiting_share": Key("drop_waiting_share", values.share),
    "drop_talking_share": Key("drop_talking_share", values.share),
    "causes": Key("causes", _some(values.listed(_cause))),
    "ring": Key("ring", length),
    "no_answer_share": Key("no_answer_share", values.share),
    "busy_share": Key("busy_share", values.share),
    "ring_timeout": Key("ring_timeout_ms", values.some_ms),
    "busy": Key("busy_ms", values.duration_ms),
    "missed": Key("missed_ms", values.duration_ms),
    "missed_reason": Key("missed_reason", values.maybe_text),
    "missed_set_by": Key("missed_set_by", values.maybe_text),
    "hold_share": Key("hold_share", values.share),
    "hold": Key("hold", length),
    "short_call_share": Key("short_call_share", values.share),
    "short_call": Key("short_call", length),
    "transfer_share": Key("transfer_share", values.share),
    "transfer_out_share": Key("transfer_out_share", values.share),
    "attended_share": Key("attended_share", values.share),
    "consult": Key("consult", length),
    "extensions": Key("extensions", values.listed(values.text)),
    "passed_on": Key("passed_on", length),
    "caller_hangs_up_share": Key("caller_hangs_up_share", values.share),
    "break_variation": Key("break_variation", values.number(0, 10)),
    "absent_share": Key("absent_share", values.share),
    "early_leave_share": Key("early_leave_share", values.share),
    "early_leave": Key("early_leave_ms", values.span_ms),
    "late": Key("late_ms", values.span_ms),
    "csat_share": Key("csat_share", values.share),
    "csat_weights": Key("csat_weights", _weights),
    "csat_after": Key("csat_after_ms", values.span_ms),
    "quality_share": Key("quality_share", values.share),
    "quality_mean": Key("quality_mean", values.whole(0, 100)),
    "quality_deviation": Key("quality_deviation", values.whole(0, 100)),
    "quality_after": Key("quality_after_ms", values.span_ms),
}

SITE: Keys = {
    "site": Key("site", values.identifier),
    "names": Key("names", values.names),
    "about": Key("about", values.names),
    "time_zone": Key("time_zone", values.zone),
    "start": Key("start", values.start),
    "day_start": Key("day_start_min", values.clock_min),
    "heartbeat": Key("heartbeat_ms", values.some_ms),
    "grain": Key("grain_ms", values.some_ms),
}
"""The keys that stand before every table."""
