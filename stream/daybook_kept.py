"""A daybook as it lies on the disk: what a start would not tell again, and differently.

For one thread at a time. Every method raises DaybookError.
"""

from collections.abc import Sequence

from ingest.events import Millis
from stream.daybook_sqlite import DaybookPages, Reading


class Kept:
    """The file of a daybook, as it is at each question.

    Ask for the marks first: then a reading has all that they stand for, and at most more.
    """

    def __init__(self, file: DaybookPages) -> None:
        self._file = file

    def days(self) -> list[Millis]:
        """When the business days began of which something is here, the oldest first."""
        return self._file.days()

    def marks(self, days: Sequence[Millis]) -> dict[Millis, int]:
        """A mark for each of these days, another one whenever something was written into it."""
        return self._file.marks(days)

    def reading(self) -> Reading:
        """What was entered, page by page."""
        return Reading(self._file, [], self._file.reached())
