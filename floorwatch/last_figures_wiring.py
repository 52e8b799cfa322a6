"""Keeps what was last on the walls: a witness of the frames, and a thread that writes."""

import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from ingest.events import Millis
from stream.figure_row import Row
from stream.figures import Figures
from stream.last_figures import LastFigures, Witness, encoded
from stream.last_figures_sqlite import LastFiguresError, LastFiguresFile
from stream.runner import Runner

log = logging.getLogger(__name__)

FILE = "last-figures.db"


class Shown:
    """Brings the figures up to date, and keeps what they said before each interval was over."""

    def __init__(self, runner: Runner, file: LastFiguresFile) -> None:
        self.figures = Figures(runner.floor)
        self._runner, self._file = runner, file
        self._witness = Witness(runner.floor.calendar)
        self._thread = ThreadPoolExecutor(1, "last-figures")

    def patch(self, now: Millis) -> Row:
        """See `Figures.patch`."""
        self._keep(self._witness.before(now, self.figures.document))
        patch = self.figures.patch(now)
        self._witness.shown(now, self._runner.position)
        return patch

    def close(self) -> None:
        """Keep what is on the walls now."""
        self._keep(self._witness.last(self.figures.document))
        self._thread.shutdown()

    def _keep(self, last: LastFigures | None) -> None:
        if last is not None:
            # Encoded here, not in the thread: the rows are the document's own, and it changes now.
            self._thread.submit(self._write, last, encoded(last))

    def _write(self, last: LastFigures, payload: bytes) -> None:
        try:
            self._file.keep(last, payload)
        except LastFiguresError as error:
            log.error("what was last on the walls is not kept: %s", error)


@contextmanager
def shown(runner: Runner, folder: Path) -> Iterator[Shown]:
    """The figures of a recovered floor, which keep what they showed. Raises LastFiguresError."""
    file = LastFiguresFile(folder / FILE)
    try:
        for warning in file.warnings:
            log.warning("%s", warning)
        made = Shown(runner, file)
        try:
            yield made
        finally:
            made.close()
    finally:
        file.close()
