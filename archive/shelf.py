"""Where the archive lies: a parquet file for each site and business day, and its earlier versions.

    ROOT/facts/site=<id>/day=<date>/facts.parquet
    ROOT/superseded/site=<id>/day=<date>/v<N>.parquet

A version replaces the one before as a whole: a reader sees the one or the other.
"""

import fcntl
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date
from io import BytesIO
from pathlib import Path

import polars as pl
from msgspec import structs

from archive import rows
from archive.about import About, AboutError, metadata, parsed

FILE = "facts.parquet"
GROUP = 32_768
"""Rows that a reader takes or leaves at once; as they are in order, of nearly always one kind."""
SCHEMA: pl.Schema = pl.Schema({**rows.SCHEMA, "day": pl.Date()})
"""What `Shelf.read` gives: the rows, and the business day that each is of."""
_LOCK = ".lock"
_FRESH = ".facts.parquet.new"


class ShelfError(Exception):
    """The archive cannot be read or written; the message names the file and says what to do."""


class Shelf:
    """The archive in a folder, which need not exist yet. Any thread and process may read and write.

    Every method raises ShelfError.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._one_thread = threading.RLock()
        self._depth = 0
        self._known: dict[Path, tuple[tuple[int, ...], About]] = {}

    def sites(self) -> list[str]:
        """The sites of which something is here."""
        return sorted(_named("site", self.root / "facts"))

    def days(self, site: str) -> list[date]:
        """The business days of a site that are here, the oldest first."""
        folder = self.root / "facts" / f"site={site}"
        return sorted(
            _day(folder / f"day={name}", name)
            for name in _named("day", folder)
            if (folder / f"day={name}" / FILE).exists()
        )

    def path(self, site: str, day: date) -> Path:
        """The file of a day."""
        return self._folder(site, day) / FILE

    def about(self, site: str, day: date) -> About | None:
        """What the version that stands says of itself; None if the day is not here."""
        path = self.path(site, day)
        with _explained(path):
            return self._about(path) if path.exists() else None

    def read(self, site: str, first: date, last: date) -> pl.LazyFrame:
        """The rows of some days of `SCHEMA`, both ends included; days that are not here have none.

        A column that a file lacks is null, one that only later releases know is left out.
        """
        days = [day for day in self.days(site) if first <= day <= last]
        return self._scan([self.path(site, day) for day in days])

    def load(self, site: str, day: date) -> pl.DataFrame:
        """The rows of a day, without the column `day`."""
        path = self.path(site, day)
        with _explained(path):
            return self._scan([path]).select(rows.SCHEMA.names()).collect()

    def _scan(self, paths: Sequence[Path]) -> pl.LazyFrame:
        if not paths:
            return SCHEMA.to_frame().lazy()
        for path in paths:
            with _explained(path):
                self._about(path)  # what is no file of ours is told by its name, not by polars
        # One scan of all files: of many, each is planned and run apart.
        lazy = pl.scan_parquet(
            list(paths),
            schema=rows.SCHEMA,
            hive_partitioning=True,
            hive_schema={"site": pl.String(), "day": pl.Date()},
            glob=False,
            missing_columns="insert",
            extra_columns="ignore",
        )
        return lazy.select(SCHEMA.names())

    def write(self, about: About, frame: pl.DataFrame) -> int:
        """Put a new version of a day in the place of the one that stands; its number.

        What it says of itself is `about` but for the version. The one before is kept.
        """
        folder, path = self._folder(about.site, about.day), self.path(about.site, about.day)
        with self.locked(), _explained(path):
            version = self._latest(about.site, about.day) + 1
            content = _content(structs.replace(about, version=version), frame)
            _made(folder)
            fresh = folder / _FRESH
            _written(fresh, content)
            if path.exists():
                self._supersede(about.site, about.day)
            os.replace(fresh, path)
            _settled(folder)
        return version

    def put(self, path: Path, about: About, frame: pl.DataFrame) -> None:
        """Replace one file of the shelf, as a whole: for what must not stay in a version."""
        with self.locked(), _explained(path):
            fresh = path.parent / _FRESH
            _written(fresh, _content(about, frame))
            os.replace(fresh, path)
            _settled(path.parent)

    def drop(self, path: Path) -> int:
        """Delete a file of the shelf, and the folders that it leaves empty; how many bytes it had."""
        with self.locked(), _explained(path):
            size = path.stat().st_size
            path.unlink()
            _settled(path.parent)
            for folder in path.relative_to(self.root).parents[:-1]:
                if any((self.root / folder).iterdir()):
                    break
                (self.root / folder).rmdir()
        return size

    def leftovers(self) -> list[Path]:
        """What writers left behind that were killed."""
        with _explained(self.root):
            return sorted(self.root.rglob(_FRESH))

    def _latest(self, site: str, day: date) -> int:
        standing = self.about(site, day)
        if standing is not None:
            return standing.version
        return max((number for number, _ in self.versions(site, day)), default=0)

    def _supersede(self, site: str, day: date) -> None:
        """Give the version that stands its place among the earlier ones too."""
        path, version = self.path(site, day), self._latest(site, day)
        folder = self._old_folder(site, day)
        _made(folder)
        old = folder / f"v{version}.parquet"
        old.unlink(missing_ok=True)  # from a writer that was killed between this and the next step
        try:
            os.link(path, old)
        except OSError:
            _written(folder / _FRESH, path.read_bytes())
            os.replace(folder / _FRESH, old)
        _settled(folder)

    def versions(self, site: str, day: date) -> list[tuple[int, Path]]:
        """The superseded versions of a day that are kept, the oldest first."""
        folder = self._old_folder(site, day)
        found = []
        with _explained(folder):
            for path in folder.glob("v*.parquet"):
                with suppress(ValueError):
                    found.append((int(path.stem.removeprefix("v")), path))
        standing = self.about(site, day)
        last = (
            standing.version if standing is not None else max((n for n, _ in found), default=0) + 1
        )
        return sorted((number, path) for number, path in found if number < last)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Nobody else writes meanwhile: what is read here may be written back."""
        with self._one_thread:
            self._depth += 1
            try:
                if self._depth > 1:
                    yield
                    return
                with _explained(self.root):
                    _made(self.root)
                    lock = os.open(self.root / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX)
                    yield
                finally:
                    os.close(lock)
            finally:
                self._depth -= 1

    def _about(self, path: Path) -> About:
        status = path.stat()
        mark = (status.st_mtime_ns, status.st_size, status.st_ino)
        known = self._known.get(path)
        if known is None or known[0] != mark:
            known = self._known[path] = mark, about_of(path)
        return known[1]

    def _folder(self, site: str, day: date) -> Path:
        return self.root / "facts" / f"site={site}" / f"day={day.isoformat()}"

    def _old_folder(self, site: str, day: date) -> Path:
        return self.root / "superseded" / f"site={site}" / f"day={day.isoformat()}"


def about_of(path: Path) -> About:
    """What this file says of itself. Raises ShelfError."""
    with _explained(path):
        return parsed(pl.read_parquet_metadata(path))


def raw(path: Path) -> pl.DataFrame:
    """All that is in a file, columns of later releases included. Raises ShelfError."""
    with _explained(path):
        return pl.read_parquet(path, hive_partitioning=False, glob=False)


def column(path: Path, name: str) -> pl.DataFrame:
    """One column of a file. Raises ShelfError."""
    with _explained(path):
        return pl.read_parquet(path, columns=[name], hive_partitioning=False, glob=False)


def _content(about: About, frame: pl.DataFrame) -> bytes:
    file = BytesIO()
    frame.write_parquet(file, compression="zstd", row_group_size=GROUP, metadata=metadata(about))
    return file.getvalue()


def _written(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _made(folder: Path) -> None:
    """Make a folder that is there after a power cut, too."""
    if not folder.is_dir():
        _made(folder.parent)
        folder.mkdir(0o750, exist_ok=True)  # people are in it: not for everybody on this machine
        _settled(folder.parent)


def _settled(folder: Path) -> None:
    """What is in a folder now is in it after a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _named(key: str, folder: Path) -> Sequence[str]:
    """The values of the folders `key=value` in a folder."""
    with _explained(folder):
        if not folder.exists():
            return []
        return [each.name.partition("=")[2] for each in folder.glob(f"{key}=*") if each.is_dir()]


def _day(folder: Path, name: str) -> date:
    try:
        day = date.fromisoformat(name)
    except ValueError:
        day = None
    if day is None or day.isoformat() != name:
        raise ShelfError(f"{folder}: this is no day: move it out of the archive")
    return day


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except AboutError as error:
        raise ShelfError(f"{path}: {error}: move it away, it is not of this archive") from None
    except OSError as error:
        text = (error.strerror or str(error)).lower()
        advice = "free some space there" if "space" in text else "may this user read and write it?"
        raise ShelfError(f"{path}: {text}: {advice}") from error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        told = str(error).splitlines()[0]
        raise ShelfError(
            f"{path}: this is no whole parquet file ({told}): move it away, and the day is written"
            " again where the daybook still has it"
        ) from error
