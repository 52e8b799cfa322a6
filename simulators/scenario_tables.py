"""The tables of a scenario file, made into plans: whole ones, changed ones, and lists of them.

A table whose id is there already changes only what it gives; any other adds to the list.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from simulators import scenario_keys as keys
from simulators import scenario_parts as parts
from simulators.plans import Location, Meeting, Profile, QueuePlan, Shift, Trunk
from simulators.scenario_keys import Ids
from simulators.scenario_mistakes import MistakesError, each, mistaken
from simulators.scenario_parts import Key, Keys, fields
from simulators.scenario_values import kind_of

T = TypeVar("T")
Names = Mapping[str, str]


def rows(name: str, value: object) -> list[Any]:
    """The tables of this name."""
    if not isinstance(value, list):
        raise mistaken(f"this is {kind_of(value)}", f"Begin each one with [[{name}]]")
    return value


def ids_of(value: object, before: Iterable[str], key: str = "id") -> tuple[str, ...]:
    """The ids of such tables, whatever else may be wrong with them, after those from `before`."""
    tables = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    found = [row[key] for row in tables if isinstance(row.get(key), str)]
    return tuple(dict.fromkeys([*before, *found]))


def changed(value: object, table: Keys, was: T) -> T:
    """What was there, with what this table gives."""
    read = fields(value, table)
    return replace(was, **read)  # type: ignore[type-var]  # T is one of the plans


def profile(value: object, was: Profile | None) -> Profile:
    """A profile, or what this table changes of one."""
    if was is None:
        return parts.profile(value)
    made = changed(value, parts.PROFILE, was)
    parts.fits(made)
    return made


@dataclass(frozen=True, slots=True)
class Row:
    """How a table of a list is made into a plan.

    `required` keys must be given where nothing of this id was there; `default` are the fields that
    the plan itself has no default for.
    """

    make: Callable[..., Any]
    table: Keys
    required: Collection[str] = ()
    default: Mapping[str, Any] = field(default_factory=dict)
    key: str = "id"

    def merged(self, name: str, value: object, before: Iterable[T]) -> tuple[T, ...]:
        """The plans from before, changed and added to by these tables."""
        plans: dict[str, T] = {getattr(plan, self.key): plan for plan in before}
        given: set[str] = set()

        def read(row: object) -> None:
            new = not set(ids_of([row], (), self.key)) & plans.keys()
            given_fields = fields(row, self.table, (self.key, *self.required) if new else ())
            distinct(given, id_ := given_fields[self.key], self.key)
            if new:
                plans[id_] = self.make(**{**self.default, **given_fields})
            else:
                plans[id_] = replace(plans[id_], **given_fields)  # type: ignore[type-var]

        each(enumerate(rows(name, value)), read)
        return tuple(plans.values())


def distinct(given: set[str], id_: str, key: str = "id") -> None:
    """Notes the id as given; raises `MistakesError` if it was already."""
    if id_ in given:
        error = mistaken(f'"{id_}" was given before', f"Give each one a {key} of its own")
        raise MistakesError(*error.within(key))
    given.add(id_)


def row_kinds(ids: Ids) -> dict[str, Row]:
    """How each list of tables is read in a scenario that has these `ids`."""
    wanted = ("calls_per_hour", "patience", "talk", "wrap_up")
    named: dict[str, Any] = {"names": {}}
    return {
        "queues": Row(QueuePlan, keys.queue(ids), wanted, {"did": "", **named}),
        "shifts": Row(Shift, keys.SHIFT, ("start", "length")),
        "trunks": Row(Trunk, keys.TRUNK, key="name"),
        "locations": Row(Location, keys.location(ids), default=named),
    }


def teams(value: object, before: Mapping[str, Names]) -> dict[str, Names]:
    """The teams from before, changed and added to by these tables."""
    merged, given = dict(before), set[str]()

    def read(row: object) -> None:
        team = fields(row, keys.TEAM, ("id",))
        distinct(given, id_ := team["id"])
        merged[id_] = team.get("names", merged.get(id_, {}))

    each(enumerate(rows("teams", value)), read)
    return merged


def meetings(value: object, ids: Ids) -> tuple[Meeting, ...]:
    """These meetings, instead of all from before."""
    table: Mapping[str, Key] = keys.meeting(ids)

    def read(row: object) -> Meeting:
        return Meeting(**fields(row, table, ("team", "at", "for")))

    return tuple(each(enumerate(rows("meetings", value)), read))
