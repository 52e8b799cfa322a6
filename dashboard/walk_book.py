"""Floor walks and what was found on them: plain records, and how long somebody was on the floor."""

from collections.abc import Iterable
from typing import Protocol

from msgspec import Struct

from ingest.events import Millis


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


class WalkBook(Protocol):
    """Where walks are kept, each change for good before it returns.

    What is told twice, or out of order, changes nothing: phones send it again.
    """

    def walk(self, id: str) -> Walk | None: ...

    def put_walk(self, walk: Walk) -> None:
        """Keep a walk, or its new form."""
        ...

    def add(self, finding: Finding, walk: Walk) -> bool:
        """Keep a finding and its walk together; False, and nothing done, if its id is there already."""
        ...

    def finding(self, id: str) -> Finding | None: ...

    def settle(self, finding: Finding) -> None:
        """Keep a finding's new form."""
        ...

    def walks(self, start: Millis, end: Millis) -> list[Walk]:
        """Those that went on in this time, the first begun first."""
        ...

    def findings(self, start: Millis, end: Millis) -> list[Finding]:
        """Those of this time, the first first."""
        ...

    def open_findings(self) -> list[Finding]:
        """All whose measure is open, the first first."""
        ...

    def without_photos(self, before: Millis) -> list[str]:
        """Forget the photos of findings before this; the names of the files that go with it."""
        ...


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
