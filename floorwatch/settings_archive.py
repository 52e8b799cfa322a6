"""Reads `[archive]`: where past days are kept, and what of them for how long."""

from dataclasses import dataclass, field
from pathlib import Path

from archive.care import VERSIONS, Keeping
from floorwatch.settings_reader import Table
from floorwatch.settings_values import ValueMistakeError

FOLDER = "archive"
_MOST_DAYS = 36_525
_MOST_VERSIONS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveSettings:
    """`folder` None is the one among the data."""

    folder: Path | None = None
    keeping: Keeping = field(default_factory=Keeping)

    def root(self, data: Path) -> Path:
        """Where the archive lies, in an installation that keeps its files in `data`."""
        return self.folder or data / FOLDER


def read_archive(table: Table) -> ArchiveSettings:
    """The archive of this table; problems go to its findings."""
    folder = table.text("folder", longest=4_096)
    default = Keeping()
    keeping = Keeping(
        callers_days=table.read("callers_days", _days, default.callers_days),
        keep_days=table.read("keep_days", _days, default.keep_days),
        versions=table.read("versions", _versions, default.versions),
    )
    if keeping.keep_days and 0 < keeping.keep_days < keeping.callers_days:
        table.warn(
            "keep_days",
            f"days are gone after {keeping.keep_days} days, before their callers are erased",
            "Make callers_days the shorter of the two, or leave it out",
        )
    return ArchiveSettings(
        folder=table.findings.folder / folder if folder else None, keeping=keeping
    )


def _days(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_DAYS:
        raise ValueMistakeError(
            "this is not a number of days", "Write a whole number, 0 for ever: 90"
        )
    return value


def _versions(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _MOST_VERSIONS:
        raise ValueMistakeError(
            "this is not a number of versions",
            f"Write a whole number up to {_MOST_VERSIONS}: {VERSIONS}",
        )
    return value
