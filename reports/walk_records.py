"""Floor walks 巡视 as they are kept: what was found where, and how long somebody was on the floor."""

from collections.abc import Collection, Iterable

from msgspec import Struct

from ingest.events import Millis

NOTHING_FOUND = "none"
"""The finding that nothing was found: it needs no measure."""
AGAIN_MS = 7 * 86_400_000
"""The same finding at the same place within this time is a repeat."""


class Walk(Struct, frozen=True, kw_only=True):
    """One walk of one person. `last_at` is its last finding; `ended_at` is None while nobody ended it."""

    id: str
    by_id: str
    by: str
    began_at: Millis
    last_at: Millis
    ended_at: Millis | None = None

    @property
    def until(self) -> Millis:
        """Until when he was on the floor, as far as it is known."""
        return max(self.last_at, self.ended_at or 0)


class Finding(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was found at a place, and what was done about it.

    Names are those of the day, where a site names its own. `agent` is the person concerned, `photo`
    the name of a file. `open` is a measure that somebody must still see to; `settled` is what he says
    became of it.
    """

    id: str
    walk: str
    at: Millis
    by_id: str
    by: str
    place: str
    kind: str
    measure: str = ""
    place_names: dict[str, str] = {}
    kind_names: dict[str, str] = {}
    measure_names: dict[str, str] = {}
    note: str = ""
    agent: str = ""
    photo: str = ""
    open: bool = False
    settled: str = ""
    settled_at: Millis | None = None
    settled_by: str = ""


def again(finding: Finding, around: Collection[Finding]) -> int:
    """How often the same was found at the same place in the week before."""
    if finding.kind == NOTHING_FOUND:
        return 0
    return sum(
        (each.place, each.kind) == (finding.place, finding.kind)
        and finding.at - AGAIN_MS <= each.at <= finding.at
        and (each.at, each.id) < (finding.at, finding.id)
        for each in around
    )


def floor_ms(walks: Iterable[Walk], start: Millis, end: Millis) -> dict[tuple[str, str], Millis]:
    """How long each person (id and name) was on the floor from `start` to `end`; no moment twice."""
    spans: dict[tuple[str, str], list[tuple[Millis, Millis]]] = {}
    for walk in walks:
        span = (max(walk.began_at, start), min(walk.until, end))
        spans.setdefault((walk.by_id, walk.by), []).append(span)
    return {person: _covered(each) for person, each in spans.items()}


def _covered(spans: list[tuple[Millis, Millis]]) -> Millis:
    covered, reached = 0, 0
    for begin, end in sorted(spans):
        covered += max(0, end - max(begin, reached))
        reached = max(reached, end)
    return covered
