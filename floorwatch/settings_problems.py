"""What is wrong in a settings file: where it stands, what it is, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether Floorwatch can run in spite of it."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One mistake. `line` and `column` count from 1, as editors do; `key` is the path to the key."""

    severity: Severity
    file: str
    line: int | None = None
    column: int | None = None
    key: str = ""
    what: str
    mend: str

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part)
        key = f"{self.key}: " if self.key else ""
        return f"{place}: {self.severity}: {key}{self.what}. {self.mend}"


class SettingsError(ValueError):
    """The settings cannot be used. It holds every problem found, warnings too, in file order."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def in_file_order(problems: Iterable[Problem]) -> list[Problem]:
    """The problems from the top of the file to its end; those without a place come first."""
    return sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))
