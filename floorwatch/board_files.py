"""The boards of a site as a folder of files, one for each: `<id>.toml`.

People may write there while we run: `look` reads what changed. A file that cannot be read stops no
other: its board stays as it was read last, and what is wrong is told.
"""

import os
import re
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from dashboard.board import MAIN, Board
from dashboard.boards import BoardMistake, BoardsError
from floorwatch import toml_file
from floorwatch.board_file import parse, written
from floorwatch.settings_problems import Problem, SettingsError, Severity
from floorwatch.settings_types import SiteSettings
from stream.segments import sync_directory

SUFFIX = ".toml"
_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_MISSING = "Check the rights of the folder"


def boards_folder(site: SiteSettings, folder: Path) -> Path:
    """Where a site keeps its boards: as its settings say, else in the site's own folder."""
    return site.screens.boards or folder / "boards"


class _Read(NamedTuple):
    stamp: tuple[int, ...]
    board: Board | None
    problems: tuple[Problem, ...]


class BoardFiles:
    """The boards of one folder; one that does not exist yet has none. Never raises for what it finds."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._read: dict[str, _Read] = {}
        self._problems: tuple[Problem, ...] = ()
        self._boards: Mapping[str, Board] = {MAIN.id: MAIN}
        self.look()

    @property
    def boards(self) -> Mapping[str, Board]:
        """By id. The same object until something changed. `main` is always there."""
        return self._boards

    @property
    def made(self) -> frozenset[str]:
        """The ids that have a file, also one that cannot be read."""
        return frozenset(self._read)

    @property
    def mistakes(self) -> tuple[BoardMistake, ...]:
        """What is wrong in the folder, as screens tell it."""
        return tuple(map(_mistake, self._problems))

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The same as the settings' own, with whole paths."""
        return self._problems

    def look(self) -> None:
        """Read what changed since the last look."""
        found, problems = self._found()
        for id in self._read.keys() - found.keys():
            del self._read[id]
        for id, stamp in found.items():
            if id not in self._read or self._read[id].stamp != stamp:
                self._read[id] = self._taken(id, stamp)
        problems += [each for id in sorted(self._read) for each in self._read[id].problems]
        boards = {id: read.board for id, read in sorted(self._read.items()) if read.board}
        self._problems = tuple(problems)
        now = {MAIN.id: MAIN, **boards}
        if now != self._boards:
            self._boards = now

    def keep(self, board: Board) -> None:
        """Write its file: whole or not at all, and on the disk when this returns. Raises BoardsError.

        A file that could not be read is kept beside it: somebody may be in the middle of writing it.
        """
        path = self._folder / f"{board.id}{SUFFIX}"
        fresh = self._folder / f".{board.id}.writing"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            with fresh.open("wb") as file:
                file.write(written(board).encode())
                file.flush()
                os.fsync(file.fileno())
            if board.id in self._read and self._read[board.id].problems:
                shutil.copyfile(path, path.with_name(f"{path.name}.broken"))
            os.replace(fresh, path)
            sync_directory(self._folder)
        except OSError as error:
            raise BoardsError(f"{path}: {error.strerror or error}") from error
        self.look()

    def remove(self, id: str) -> None:
        """Take its file away, for good when this returns. Raises BoardsError."""
        path = self._folder / f"{id}{SUFFIX}"
        try:
            path.unlink(missing_ok=True)
            sync_directory(self._folder)
        except OSError as error:
            raise BoardsError(f"{path}: {error.strerror or error}") from error
        self.look()

    def _found(self) -> tuple[dict[str, tuple[int, ...]], list[Problem]]:
        found: dict[str, tuple[int, ...]] = {}
        problems = []
        try:
            entries = sorted(os.scandir(self._folder), key=lambda entry: entry.name)
        except FileNotFoundError:
            return {}, []
        except OSError as error:
            what = f"the folder cannot be read: {error.strerror}"
            return {}, [_problem(self._folder, what, _MISSING)]
        for entry in entries:
            id, suffix = os.path.splitext(entry.name)
            if suffix != SUFFIX or entry.name.startswith("."):
                continue
            if not _ID.fullmatch(id):
                mend = "Rename it: up to 40 of a-z, 0-9 and -, for instance lobby.toml"
                problems.append(_problem(Path(entry.path), "this name is no board's id", mend))
                continue
            found[id] = _stamp(entry)
        return found, problems

    def _taken(self, id: str, stamp: tuple[int, ...]) -> _Read:
        path = self._folder / f"{id}{SUFFIX}"
        try:
            return _Read(stamp, parse(toml_file.text_of(path, _MISSING), id, str(path)), ())
        except SettingsError as error:
            before = self._read.get(id)
            return _Read(stamp, before.board if before else None, error.problems)


def _stamp(entry: "os.DirEntry[str]") -> tuple[int, ...]:
    """What differs once a file was written to; nothing, if it went in this moment."""
    try:
        state = entry.stat()
    except OSError:
        return ()
    return state.st_mtime_ns, state.st_ctime_ns, state.st_size, state.st_ino


def _problem(path: Path, what: str, mend: str) -> Problem:
    return Problem(severity=Severity.ERROR, file=str(path), what=what, mend=mend)


def _mistake(problem: Problem) -> BoardMistake:
    return BoardMistake(
        file=Path(problem.file).name,  # where it lies is no matter of those who look at a page
        line=problem.line or 0,
        key=problem.key,
        what=problem.what,
        mend=problem.mend,
    )
