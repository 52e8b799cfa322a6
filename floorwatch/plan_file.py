"""The seating plan, a TOML file: areas of the floor, and who sits where. docs/settings.md has its keys.

`read` gives the plan or raises `SettingsError` with every mistake of the file at once.
"""

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from floorwatch import toml_file
from floorwatch.settings_problems import Problem, SettingsError, Severity, in_file_order
from floorwatch.settings_reader import Table, kind_of
from floorwatch.settings_values import ValueMistakeError, nearest

KEYS: Mapping[str, tuple[str, ...]] = {
    "": ("area", "seat"),
    "area": ("id", "names", "x", "y", "width", "height"),
    "seat": ("id", "x", "y", "agent", "phone"),
}
"""Every key there is, by its table."""

FARTHEST = 200
"""Places to the right and down, at the most."""
_LONGEST = 255


class Area(Struct, frozen=True, kw_only=True):
    """A part of the floor, in places of the grid; `x` and `y` are of its upper left one."""

    id: str
    names: dict[str, str] = {}
    x: float
    y: float
    width: float
    height: float


class Seat(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One place of the grid. Who sits there is the agent, or whoever uses the phone."""

    id: str
    x: float
    y: float
    agent: str = ""
    phone: str = ""


class Plan(Struct, frozen=True):
    """A floor as one sees it from above."""

    areas: tuple[Area, ...] = ()
    seats: tuple[Seat, ...] = ()


def read(path: Path, agents: Collection[str] = ()) -> Plan:
    """The plan of this file. Raises `SettingsError` with its mistakes."""
    plan, problems = _read(path, agents)
    if plan is None or any(problem.severity is Severity.ERROR for problem in problems):
        raise SettingsError(problems)
    return plan


def check(path: Path, agents: Collection[str] = ()) -> list[Problem]:
    """Every mistake and warning of this file. `agents` are those the site has set up, if it has any."""
    return _read(path, agents)[1]


def parse(text: str, file: str, agents: Collection[str] = ()) -> tuple[Plan, list[Problem]]:
    """The plan of this text, as far as it can be read, and what is wrong with it.

    Raises `SettingsError` if it is not TOML at all.
    """
    values, findings = toml_file.values_of(text, file, Path())
    root = Table("", (), values, findings, KEYS)
    plan = Plan(areas=_areas(root), seats=_seats(root, agents))
    if not plan.seats and not findings.problems:
        mend = 'Add [[seat]] with id = "A1", x = 0, y = 0, agent = "1001"'
        findings.add((), "the plan has no seat", mend)
    return plan, in_file_order(findings.problems)


def _read(path: Path, agents: Collection[str]) -> tuple[Plan | None, list[Problem]]:
    try:
        text = toml_file.text_of(path, "Check the path, or take the key out")
        return parse(text, str(path), agents)
    except SettingsError as error:
        return None, list(error.problems)


def _areas(root: Table) -> tuple[Area, ...]:
    found: dict[str, Area] = {}
    for table in root.tables("area"):
        id = table.required("id", "north")
        _once(table, "id", id, found, f'the area "{id}" is there twice')
        found[id] = Area(
            id=id,
            names=table.names(),
            x=_required(table, "x", _place),
            y=_required(table, "y", _place),
            width=_required(table, "width", _length),
            height=_required(table, "height", _length),
        )
    return tuple(found.values())


def _seats(root: Table, agents: Collection[str]) -> tuple[Seat, ...]:
    found: dict[str, Seat] = {}
    places: dict[tuple[float, float], str] = {}
    sitting: dict[str, str] = {}
    for table in root.tables("seat"):
        id = table.required("id", "A1")
        _once(table, "id", id, found, f'the seat "{id}" is there twice')
        x, y = _required(table, "x", _place), _required(table, "y", _place)
        other = places.setdefault((x, y), id)
        if other != id and table.has("x") and table.has("y"):
            table.add("x", f'the seat "{other}" is in this place already', "Move one of the two")
        agent, phone = table.text("agent"), table.text("phone", longest=_LONGEST)
        if agent and phone:
            table.add("phone", "the seat has an agent and a phone", "Write one of the two")
        for key, who in (("agent", agent), ("phone", phone)):
            if who:
                mend = "Take one of the two out"
                _once(
                    table, key, f"{key} {who}", sitting, f'"{who}" has another seat already', mend
                )
                sitting[f"{key} {who}"] = id
        if agent and agents and agent not in agents:
            near = nearest(agent, list(agents))
            mend = f'Did you mean "{near}"?' if near else "Write an id of [[site.agent]]"
            table.warn("agent", f'the settings have no agent "{agent}"', mend)
        found[id] = Seat(id=id, x=x, y=y, agent=agent, phone=phone)
    return tuple(found.values())


def _once(
    table: Table,
    key: str,
    id: str,
    known: Collection[str],
    what: str,
    mend: str = "Rename one of the two",
) -> None:
    if id and id in known:
        table.add(key, what, mend)


def _required(table: Table, key: str, reader: Callable[[Any], float]) -> float:
    if not table.has(key):
        path = table.path
        table.findings.add(path, f"{key} is missing", f"Add for instance {key} = 2", at_key=True)
    return table.read(key, reader, 1.0)


def _place(value: Any) -> float:
    return _number(value, 0.0)


def _length(value: Any) -> float:
    return _number(value, 0.5)


def _number(value: Any, least: float) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueMistakeError(f"this is {kind_of(value)}", "Write a number of places: 3")
    if not least <= value <= FARTHEST:
        raise ValueMistakeError(f"{value} is outside", f"Write {least:g} to {FARTHEST}")
    return value
