"""Where floor walks and what was found on them are kept."""

from typing import Protocol

from ingest.events import Millis
from reports.walk_records import Finding, Walk


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
