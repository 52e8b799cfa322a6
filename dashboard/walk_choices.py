"""What can be chosen on a floor walk: places, findings, measures. A site may name its own."""

from msgspec import Struct


class Choice(Struct, frozen=True, kw_only=True):
    """One button. Ours have no names here: the page knows them by their ids.

    A measure that `stays_open` is only begun: it is open until somebody says what became of it.
    `group` is the kind of a place: `place`, `area`, `team`, `queue`.
    """

    id: str
    names: dict[str, str] = {}
    stays_open: bool = False
    group: str = ""


KINDS = tuple(
    Choice(id=id)
    for id in (
        *("wording", "script", "posture", "away", "attendance", "phone"),
        *("equipment", "cleanliness", "noise", "manner"),
    )
)
MEASURES = (
    *(Choice(id=id) for id in ("reminded", "corrected", "praised", "noted")),
    *(Choice(id=id, stays_open=True) for id in ("coaching", "repair", "reported", "follow_up")),
)


class WalkChoices(Struct, frozen=True, kw_only=True):
    """Places are by id with their group before it (`team:a`). Photos are kept for `photos_ms`."""

    places: tuple[Choice, ...] = ()
    kinds: tuple[Choice, ...] = KINDS
    measures: tuple[Choice, ...] = MEASURES
    photos_ms: int = 90 * 86_400_000
