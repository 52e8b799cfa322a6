"""The values of a scenario file that are tables themselves: lengths, patience, profiles, breaks.

Pure: what TOML makes of the text in, plans out; `MistakesError` with all that is wrong in it.
"""

from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

from ingest.events import Millis
from ingest.words import CauseClass
from simulators import scenario_values as values
from simulators.plans import DAY_MIN, WEEK_MIN, Break, Cause, Length, Patience, Profile
from simulators.scenario_mistakes import Mistake, MistakesError, did_you_mean, mistaken
from simulators.scenario_values import Reader

_MOST = 1_000_000.0


class Key(NamedTuple):
    """The field that a key sets, and how its value is read."""

    field: str
    reader: Callable[[Any], Any]


Keys = Mapping[str, Key]


def fields(value: object, keys: Keys, required: Collection[str] = ()) -> dict[str, Any]:
    """The fields that a table sets. Unknown and missing keys are mistakes."""
    if not isinstance(value, dict):
        raise mistaken(f"this is {values.kind_of(value)}", "Write a table: { key = value, … }")
    mistakes = [
        Mistake((), f"{key} is missing", f"Add {key} = …") for key in required if key not in value
    ]
    for key in (key for key in value if key not in keys):
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


_BREAK: Keys = {
    "reason": Key("reason", values.text),
    "after": Key("at_min", values.duration_min),
    "for": Key("minutes", values.some_min),
}


def off(value: object) -> Break:
    """A break of a shift."""
    return Break(**fields(value, _BREAK, required=_BREAK))


_CAUSE: Keys = {
    "cause": Key("cause", values.text),
    "class": Key("cause_class", values.word(CauseClass)),
}


def cause(value: object) -> Cause:
    """A fault that cuts calls off."""
    return Cause(**fields(value, _CAUSE, required=_CAUSE))


def score_weights(value: object) -> tuple[float, ...]:
    """How often each score is given."""
    weights = values.listed(values.number(0, _MOST))(value)
    if len(weights) != 5 or not sum(weights):
        raise mistaken("these are not five weights", "Write how often each score 1 to 5 is given")
    return weights


def some(reader: Reader[tuple[Any, ...]]) -> Reader[tuple[Any, ...]]:
    """Reads a list that is not empty."""

    def read(value: object) -> tuple[Any, ...]:
        if not (items := reader(value)):
            raise mistaken("this list is empty", "Name at least one")
        return items

    return read
