"""What a floor walk asks of a site: its places, and where its people belong."""

from collections.abc import Iterator
from dataclasses import dataclass

from msgspec import structs

from dashboard.walk_choices import Choice, WalkChoices
from dashboard.walks import Ways, Whereabouts
from floorwatch.plan_file import Plan
from stream.floor import Floor


@dataclass(frozen=True, slots=True)
class Floorplan:
    """The ways about one site: `areas` are those of its seating plan, by id."""

    floor: Floor
    own: WalkChoices
    areas: tuple[Choice, ...] = ()

    @property
    def ways(self) -> Ways:
        return Ways(choices=self.choices, agent=self.agent)

    def choices(self) -> WalkChoices:
        """What can be chosen now: the site's own places, its areas, teams and queues.

        An area that is called as a team is where the team sits: one button is enough.
        """
        teams = tuple(self._teams())
        areas = (area for area in self.areas if area.names not in [team.names for team in teams])
        return structs.replace(self.own, places=(*self.own.places, *areas, *teams, *self._queues()))

    def agent(self, id: str) -> Whereabouts | None:
        """Where an agent belongs; None if we never heard of him."""
        card = self.floor.site.agents.get(id)
        known = self.floor.state.agents.agents.get(id)
        if card is None and known is None:
            return None
        return Whereabouts(
            team=card.team if card else "", queues=tuple(known.queues) if known else ()
        )

    def _teams(self) -> Iterator[Choice]:
        for id, names in self.floor.site.teams.items():
            yield Choice(id=f"team:{id}", names=_named(names, id), group="team")

    def _queues(self) -> Iterator[Choice]:
        for id, card in self.floor.site.queues.items():
            yield Choice(id=f"queue:{id}", names=_named(card.names, id), group="queue")


def areas_of(plan: Plan | None) -> tuple[Choice, ...]:
    """The areas of a seating plan, as places to walk to."""
    return tuple(
        Choice(id=f"area:{area.id}", names=_named(area.names, area.id), group="area")
        for area in (plan.areas if plan is not None else ())
    )


def _named(names: object, id: str) -> dict[str, str]:
    return dict(names) if isinstance(names, dict) and names else {"zh": id, "en": id}
