"""Reads `[site.walks]`: what can be chosen on a floor walk. What is left out is as we bring it."""

from dashboard.walk_choices import Choice, WalkChoices
from floorwatch.settings_reader import Table, flag
from floorwatch.settings_values import duration_ms, identifier
from reports.walk_records import NOTHING_FOUND


def read_walks(table: Table) -> WalkChoices:
    """The choices of this table; problems go to its findings."""
    default = WalkChoices()
    return WalkChoices(
        places=tuple(
            Choice(id=f"place:{each.id}", names=each.names, group="place")
            for each in _choices(table, "place", "area-a")
        ),
        kinds=_choices(table, "kind", "cleanliness") or default.kinds,
        measures=_choices(table, "measure", "reminded") or default.measures,
        photos_ms=table.read("photos_kept", duration_ms, default.photos_ms),
    )


def _choices(table: Table, key: str, example: str) -> tuple[Choice, ...]:
    found: dict[str, Choice] = {}
    for each in table.tables(key):
        each.required("id", example)
        id = each.read("id", identifier, "")
        if not id:
            continue
        if id in found or id == NOTHING_FOUND:
            what = f'the id "{id}" is given twice' if id in found else f'"{id}" is ours already'
            each.add("id", what, "Take another id")
            continue
        # The ids that we bring have names of ours; any other is shown as it is.
        names = each.names() or ({} if id in _OURS[key] else {"zh": id, "en": id})
        found[id] = Choice(
            id=id, names=names, stays_open=each.read("stays_open", flag, id in _OPEN)
        )
    return tuple(found.values())


_OURS = {
    "place": frozenset[str](),
    "kind": frozenset(choice.id for choice in WalkChoices().kinds),
    "measure": frozenset(choice.id for choice in WalkChoices().measures),
}
_OPEN = frozenset(choice.id for choice in WalkChoices().measures if choice.stays_open)
