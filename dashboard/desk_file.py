"""The file that desks keep their things in: SQLite, every change one durable transaction.

Each store on it brings its own tables. What a person did is answered only once it is on the disk.
"""

import logging
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import msgspec

log = logging.getLogger(__name__)

T = TypeVar("T")
Values = Sequence[object]


class DeskFileError(Exception):
    """The file cannot be read or written; the message names it and says what to do."""


class DeskFile:
    """`with DeskFile(path) as file`: one connection for all stores of a process, on its loop's thread.

    Raises DeskFileError, also from every method.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._db = sqlite3.connect(path, isolation_level=None)
            path.chmod(0o600)  # passwords' hashes and notes about people are in it
            self._db.row_factory = sqlite3.Row
            for pragma in ("journal_mode = wal", "synchronous = full", "foreign_keys = on"):
                self._db.execute(f"pragma {pragma}")
        except (sqlite3.Error, OSError) as error:
            raise self._explained(error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._db.close()

    def create(self, tables: str) -> None:
        """Make a store's tables, by statements that change nothing where they are there already."""
        try:
            self._db.executescript(tables)
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def write(self, statement: str, values: Values = ()) -> int:
        """Carry out one statement, durably unless a `transaction` is open; how many rows it changed."""
        try:
            return self._db.execute(statement, values).rowcount
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def note(self, statement: str, values: Values = ()) -> None:
        """The same for what may as well be lost: a full disk is no reason to stop for it."""
        try:
            self.write(statement, values)
        except DeskFileError as error:
            log.warning("not written: %s", error)

    def rows(self, query: str, values: Values = ()) -> list[dict[str, Any]]:
        """The rows that a query finds, by the names of their columns."""
        try:
            return [dict(row) for row in self._db.execute(query, values)]
        except sqlite3.Error as error:
            raise self._explained(error) from error

    def records(self, form: type[T], query: str, values: Values = ()) -> list[T]:
        """The records that a query finds, of which it names the column `told`: see `told`."""
        return [msgspec.json.decode(row["told"], type=form) for row in self.rows(query, values)]

    @property
    def version(self) -> object:
        """Another value after every change of the file, by us or by another process."""
        [[told]] = [row.values() for row in self.rows("pragma data_version")]
        return self._db.total_changes, told

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All that is written inside is written, or nothing of it."""
        self.write("begin immediate")
        try:
            yield
        except BaseException:
            self.write("rollback")
            raise
        self.write("commit")

    def _explained(self, error: Exception) -> DeskFileError:
        return DeskFileError(
            f"{self._path}: {error}; is the disk full, or does another process hold the file?"
        )


def told(record: msgspec.Struct) -> str:
    """A record as it is kept: whole, beside the columns that it is looked for by."""
    return msgspec.json.encode(record).decode()
