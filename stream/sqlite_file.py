"""How a SQLite file of ours is opened and written: durable, of one format, a damaged one moved aside."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FormatError(Exception):
    """The file is of another release, and was left alone; the message says so."""


def opened(
    path: Path, tables: str, version: int, *, checked: bool
) -> tuple[sqlite3.Connection, str]:
    """The file, for any one thread at a time, with these tables in this format.

    A damaged one is begun anew; then the second is a sentence that says what became of the old one.
    With `checked` all of it is read first, which takes as long as the file is large. Raises
    FormatError, sqlite3.Error, OSError.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        return _connected(path, tables, version, checked=checked), ""
    except sqlite3.OperationalError:
        raise  # locked, full, not allowed: nothing is wrong with the file
    except sqlite3.DatabaseError as error:
        damage = f"{path} is damaged ({error}): it was moved to {_moved_aside(path)}"
        return _connected(path, tables, version, checked=checked), damage


def read_only(path: Path, version: int) -> sqlite3.Connection:
    """The file beside its writer, for any one thread at a time. Raises FormatError, sqlite3.Error."""
    address = f"{path.absolute().as_uri()}?mode=ro"
    db = sqlite3.connect(address, uri=True, timeout=5, check_same_thread=False)
    try:
        _same_format(path, db, version)
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    """All that is written inside is written, or nothing of it."""
    db.execute("begin immediate")
    try:
        yield db
        db.execute("commit")
    except BaseException:
        if db.in_transaction:
            db.execute("rollback")
        raise


def _connected(path: Path, tables: str, version: int, *, checked: bool) -> sqlite3.Connection:
    db = sqlite3.connect(path, timeout=5, isolation_level=None, check_same_thread=False)
    try:
        path.chmod(0o600)  # what is told of people is in it
        db.execute("pragma journal_mode = wal")
        db.execute("pragma synchronous = full")
        if checked:
            (verdict,) = db.execute("pragma quick_check(1)").fetchone()
            if verdict != "ok":
                raise sqlite3.DatabaseError(verdict)
        (found,) = db.execute("pragma user_version").fetchone()
        (many,) = db.execute("select count(*) from sqlite_master").fetchone()
        if not found and not many:
            db.executescript(f"begin; {tables} pragma user_version = {version}; commit")
        else:
            _same_format(path, db, version)
    except BaseException:
        db.close()
        raise
    return db


def _same_format(path: Path, db: sqlite3.Connection, version: int) -> None:
    (found,) = db.execute("pragma user_version").fetchone()
    if found != version:
        raise FormatError(
            f"{path} is of format {found}, this release reads {version}: start the release that "
            "wrote it, or move the file away to begin anew"
        )


def _moved_aside(path: Path) -> Path:
    number = 1
    while (aside := path.with_name(f"{path.name}.damaged-{number}")).exists():
        number += 1
    for end in ("", "-wal", "-shm"):
        beside = path.with_name(path.name + end)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + end))
    return aside
