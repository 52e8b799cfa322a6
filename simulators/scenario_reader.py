"""Makes a scenario of what TOML yields: each table, what it may name, and what was there before.

Everything is read before anything is complained about, so that one reading finds every mistake.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from simulators import scenario_keys as keys
from simulators import scenario_tables as tables
from simulators import scenario_values as values
from simulators.plans import DAY_MIN, AgentPlan, Profile, QueuePlan
from simulators.scenario import Scenario, ScenarioError, busier
from simulators.scenario_faults import PlannedFault, planned
from simulators.scenario_keys import Ids
from simulators.scenario_mistakes import Mistake, MistakesError, did_you_mean, each, mistaken
from simulators.scenario_people import Levels, agents_of, serving

T = TypeVar("T")

TABLES = (
    *("profile", "wander", "habits", "teams", "queues", "shifts", "agents"),
    *("trunks", "locations", "meetings", "faults"),
)
_TOP = (*keys.SITE, "like", "busier", *TABLES)
_NEEDED = ("site", "profile", "teams", "queues", "shifts", "agents")
_EMPTY = Scenario(
    site="nowhere",
    names={},
    time_zone="UTC",
    queues=(),
    teams={},
    shifts=(),
    agents=(),
    profile=Profile(step_min=DAY_MIN, weights=(1.0,)),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A scenario of which another can be made: it still knows people's skills, and faults' hours."""

    scenario: Scenario
    skills: Mapping[str, Levels]
    faults: tuple[PlannedFault, ...]

    def finished(self) -> Scenario:
        """The scenario with its faults; raises `ScenarioError` if its start is no date."""
        faults = tuple(fault.on(self.scenario) for fault in self.faults)
        return replace(self.scenario, faults=faults)


def draft_of(document: Mapping[str, Any], like: Callable[[object], Draft]) -> Draft:
    """What a whole file says; `like` finds what it says it is like.

    Raises `MistakesError` with all that is wrong.
    """
    reading = _Reading(document)
    return reading.draft(reading.section("like", like, None))


@dataclass(slots=True)
class _Reading:
    """One file as it is being read, and what is wrong with it."""

    document: Mapping[str, Any]
    mistakes: list[Mistake] = field(default_factory=list)

    def section(self, name: str, read: Callable[[Any], T], absent: T) -> T:
        """What `read` makes of this key; `absent` if there is none, or there are mistakes in it."""
        if name not in self.document:
            return absent
        try:
            return read(self.document[name])
        except MistakesError as error:
            self.mistakes += error.within(name)
            return absent

    def draft(self, was: Draft | None) -> Draft:
        """All of the file, on top of what it is like."""
        old = was.scenario if was else _EMPTY
        self._keys(new="like" not in self.document)
        site = {key.field: self.section(name, key.reader, None) for name, key in keys.SITE.items()}
        made = {name: value for name, value in site.items() if value is not None}
        ids = self._ids(old)
        made |= self._tables(ids, old, new=was is None)
        people = {agent.id: agent for agent in old.agents}
        skills = dict(was.skills) if was else {}
        self.section("agents", lambda value: _agents(value, ids, people, skills), None)
        self._serve(people, skills, made["queues"])
        ids.agents = people.keys()
        faults = self.section(
            "faults",
            lambda value: _faults(value, ids, started=bool("start" in self.document or old.start)),
            was.faults if was else (),
        )
        factor = self.section("busier", values.number(0.01, 100), 1.0)
        if self.mistakes:
            raise MistakesError(*self.mistakes)
        try:
            scenario = replace(old, **made, agents=tuple(people.values()))
        except ScenarioError as error:
            raise mistaken(str(error), "Change one of them") from None
        return Draft(busier(scenario, factor) if factor != 1.0 else scenario, skills, faults)

    def _keys(self, *, new: bool) -> None:
        """Notes keys that there are not, and those without which there is no scenario."""
        for key in self.document:
            if key not in _TOP:
                mend = did_you_mean(key, _TOP)
                self.mistakes.append(Mistake((key,), "there is no such key here", mend))
        for key in _NEEDED if new else ():
            if key not in self.document:
                mend = 'Add it, or begin the file with like = "quiet-day"'
                self.mistakes.append(Mistake((key,), f"{key} is missing", mend))

    def _ids(self, old: Scenario) -> Ids:
        """What the scenario has, whatever else may be wrong with it."""
        document = self.document

        def ids(name: str, before: Iterable[str], key: str = "id") -> tuple[str, ...]:
            return tables.ids_of(document.get(name), before, key)

        return Ids(
            queues=ids("queues", (queue.id for queue in old.queues)),
            teams=ids("teams", old.teams),
            shifts=ids("shifts", (shift.id for shift in old.shifts)),
            trunks=ids("trunks", (trunk.name for trunk in old.trunks), "name"),
            locations=ids("locations", (location.id for location in old.locations)),
            skills=_skills(old, document.get("queues")),
        )

    def _tables(self, ids: Ids, old: Scenario, *, new: bool) -> dict[str, Any]:
        """Everything but the site, the agents and the faults."""
        profile = None if new else old.profile
        made: dict[str, Any] = {
            "profile": self.section(
                "profile", lambda value: tables.profile(value, profile), old.profile
            ),
            "wander": self.section(
                "wander", lambda value: tables.changed(value, keys.WANDER, old.wander), old.wander
            ),
            "habits": self.section(
                "habits", lambda value: tables.changed(value, keys.HABITS, old.habits), old.habits
            ),
            "teams": self.section("teams", lambda value: tables.teams(value, old.teams), old.teams),
            "meetings": self.section(
                "meetings", lambda value: tables.meetings(value, ids), old.meetings
            ),
        }
        for name, row in tables.row_kinds(ids).items():
            made[name] = self._merged(name, row, getattr(old, name))
        return made

    def _merged(self, name: str, row: tables.Row, before: tuple[T, ...]) -> tuple[T, ...]:
        return self.section(name, lambda value: row.merged(name, value, before), before)

    def _serve(
        self,
        people: dict[str, AgentPlan],
        skills: Mapping[str, Levels],
        queues: tuple[QueuePlan, ...],
    ) -> None:
        """Gives the people with skills their queues; who can serve none is a mistake."""
        idle = []
        for id_, levels in skills.items():
            serves = serving(levels, queues)
            people[id_] = replace(people[id_], queues=serves)
            idle += [] if serves else [id_]
        if idle and not self.mistakes:
            what = f"the skills of agent {idle[0]} are enough for no queue"
            mend = "Give a queue fewer skills, or the agent more"
            self.mistakes.append(Mistake(("agents",), what, mend))


def _skills(old: Scenario, queues: object) -> tuple[str, ...]:
    """The skills that queues need."""
    rows = [row for row in queues if isinstance(row, dict)] if isinstance(queues, list) else []
    lists = [row["skills"] for row in rows if isinstance(row.get("skills"), list)]
    given = [skill for skills in lists for skill in skills if isinstance(skill, str)]
    return tuple(dict.fromkeys([*(s for queue in old.queues for s in queue.skills), *given]))


def _agents(
    value: object, ids: Ids, people: dict[str, AgentPlan], skills: dict[str, Levels]
) -> None:
    """Changes and adds to `people`, and to the `skills` that some of them have."""
    given: set[str] = set()

    def read(row: object) -> None:
        for plan, levels in agents_of(row, ids, people):
            tables.distinct(given, plan.id)
            people[plan.id] = plan
            if levels is not None:
                skills[plan.id] = levels
            elif isinstance(row, dict) and "queues" in row:
                skills.pop(plan.id, None)

    each(enumerate(tables.rows("agents", value)), read)


def _faults(value: object, ids: Ids, *, started: bool) -> tuple[PlannedFault, ...]:
    rows = tables.rows("faults", value)
    return tuple(each(enumerate(rows), lambda row: planned(row, ids, started=started)))
