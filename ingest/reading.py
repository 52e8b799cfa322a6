"""How the reading of a file went: lines taken, and lines that could not be, with their reasons."""

from dataclasses import dataclass, field

from ingest.wire import LARGEST

REMEMBERED = 1000
"""Bad lines of one reading that are kept with their reasons; further ones are only counted."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that could not be taken. `number` counts from 1."""

    number: int
    reason: str
    line: bytes


@dataclass(slots=True)
class Reading:
    """How far a reading got: to be looked at while it goes on, and after it.

    `unknown` counts what was understood, but meant nothing to us, by name.
    """

    lines: int = 0
    rejected: int = 0
    bad: list[BadLine] = field(default_factory=list)
    unknown: dict[str, int] = field(default_factory=dict)

    def reject(self, reason: str, line: bytes) -> None:
        """Count the line at hand as bad, and keep it if there is room."""
        self.rejected += 1
        if len(self.bad) < REMEMBERED:
            self.bad.append(BadLine(self.lines, reason, line[:LARGEST]))
