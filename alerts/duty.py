"""Who is on duty, and on which channels they are told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from alerts.care import LEAD, MANAGER, ON_DUTY, Care, Person, Shift, Step
from ingest.events import Millis


@dataclass(slots=True)
class Addressees:
    """Channels to be told, each with the names that it shall call, and the persons meant."""

    channels: dict[str, list[str]] = field(default_factory=dict)
    persons: list[str] = field(default_factory=list)

    def add_channels(self, channels: Iterable[str]) -> None:
        for channel in channels:
            self.channels.setdefault(channel, [])

    def add_person(self, person: Person, otherwise: Sequence[str] = ()) -> None:
        """On his own channels; on these with a mention if he has none."""
        if person.id not in self.persons:
            self.persons.append(person.id)
        for channel in person.channels or otherwise:
            mentions = self.channels.setdefault(channel, [])
            mention = person.mentions.get(channel, "")
            if mention and mention not in mentions:
                mentions.append(mention)


def on_duty(
    care: Care, teams: frozenset[str], queues: frozenset[str], now: Millis
) -> tuple[Shift, ...]:
    """The shifts that look after these teams and queues now, else all that are on duty."""
    present = [shift for shift in care.shifts if shift.hours.holds(now)]
    fitting = [shift for shift in present if shift.looks_after(teams, queues)]
    return tuple(fitting or present)


def addressees(care: Care, step: Step, shifts: Sequence[Shift]) -> Addressees:
    """Whom this step tells. Every channel there is, if it finds nobody: better all than none."""
    found = Addressees()
    for whom in step.tell:
        _add(found, care, whom, shifts)
    if not found.channels:
        found.add_channels(care.channels)
    return found


def _add(found: Addressees, care: Care, whom: str, shifts: Sequence[Shift]) -> None:
    sort, _, id = whom.partition(":")
    if sort == "channel":
        found.add_channels((id,))
    elif sort == "person" and id in care.persons:
        found.add_person(care.persons[id])
    for shift in shifts:
        named = {ON_DUTY: shift.persons, LEAD: (shift.lead,), MANAGER: (shift.manager,)}
        if whom == ON_DUTY:
            found.add_channels(shift.channels)
        for person in named.get(whom, ()):
            if person in care.persons:
                found.add_person(care.persons[person], shift.channels)
