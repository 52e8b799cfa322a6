"""The file of a daybook: SQLite, pages of facts by business day, with the position reached.

Whatever is written is written in one durable transaction with the position that it reaches, and
only beyond the one reached before: writing twice writes once.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from functools import cache, cached_property
from itertools import chain
from pathlib import Path
from typing import Any

import msgspec

from ingest.events import Millis
from stream import daybook, sqlite_file
from stream.daybook import PLACES, F, Taken, Turn
from stream.facts import DEFINITION
from stream.intervals import Calendar
from stream.ports import Position
from stream.sites import Site

VERSION = 1
KEPT_DAYS = 60
"""So many business days stay; older ones are for the archive."""
_DAY_MS = 86_400_000
_TABLES = """
create table pages (
    id integer primary key, day integer not null, first integer not null, last integer not null,
    definition integer not null, facts blob not null, callers blob not null
);
create index pages_day on pages (day);
create table reached (position integer not null);
insert into reached values (0);
"""
_ENCODER = msgspec.msgpack.Encoder()
_TURNS = msgspec.msgpack.Decoder(list[Turn])
_CALLERS = msgspec.msgpack.Decoder(dict[str, str])


class DaybookError(Exception):
    """The daybook cannot be opened, written or read; the message says why, and what to do."""


@cache
def _turns(kinds: frozenset[type]) -> msgspec.msgpack.Decoder[list[Turn]]:
    """Reads turns, and of them the entries of these kinds: all others stay as bytes."""
    places: list[tuple[str, Any, Any]] = [
        (
            place,
            list[tuple[int, kind]] if kind in kinds else msgspec.Raw,  # type: ignore[valid-type]
            msgspec.field(default_factory=list),
        )
        for kind, place in PLACES.items()
    ]
    turn = msgspec.defstruct("Turn", [("position", int), *places], array_like=True)
    return msgspec.msgpack.Decoder(list[turn])  # type: ignore[valid-type]  # a turn, in part


class DaybookPages:
    """The pages of a file, for whoever reads it beside its writer. Every method raises DaybookError."""

    def __init__(self, path: Path, site: Site) -> None:
        self._path, self._site = path, site

    def reached(self) -> Position:
        """The position up to which everything is here."""
        with self._reading() as db:
            return _reached(db)

    def days(self) -> list[Millis]:
        """When the business days began of which something is here."""
        days: list[Millis] = []
        with self._reading() as db:
            # From one day to the next by the index: there are a million pages, and sixty days.
            query = "select min(day) from pages where day > ?"
            while (day := db.execute(query, (days[-1] if days else -1,)).fetchone()[0]) is not None:
                days.append(int(day))
        return days

    def marks(self, days: Sequence[Millis]) -> dict[Millis, int]:
        """A mark of the newest page of each of these days, and of no page of another book; 0 for none."""
        query = "select id, last from pages where day = ? order by id desc limit 1"
        with self._reading() as db:
            found = {day: db.execute(query, (day,)).fetchone() for day in days}
        return {day: (page[0] << 32) + page[1] if page else 0 for day, page in found.items()}

    def pages(
        self, day: Millis, reached: Position, kinds: Collection[type]
    ) -> Iterator[list[Turn]]:
        """A day as it stood at position `reached`, page by page; of its entries, those of some kinds."""
        decode = _turns(frozenset(kinds)).decode
        for (facts,) in self._column("facts", day, reached):
            yield decode(facts)

    def callers(self, day: Millis, reached: Position) -> Iterator[dict[str, str]]:
        """The callers of a day, masked, by visit."""
        for (told,) in self._column("callers", day, reached):
            yield _CALLERS.decode(told)

    def _column(self, name: str, day: Millis, reached: Position) -> Iterator[tuple[bytes]]:
        query = f"select {name} from pages where day = ? and last <= ? order by id"
        with self._reading() as db:
            yield from db.execute(query, (day, reached))

    def fresh_calendar(self) -> Calendar:
        """A calendar of the site's for another thread: each one learns."""
        return Calendar(self._site.time_zone, self._site.day_start_min, self._site.interval_ms)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        """A connection for one reader: it sees one moment, and locks nobody out."""
        with self._explained(), closing(sqlite_file.read_only(self._path, VERSION)) as db:
            yield db

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite_file.FormatError as error:
            raise DaybookError(str(error)) from error
        except (sqlite3.Error, OSError, msgspec.MsgspecError) as error:
            text = str(error)
            if "full" in text or "disk I/O" in text:
                advice = "free some space there; nothing is lost, it is tried again"
            elif "locked" in text:
                advice = "another process writes it: stop that one"
            else:
                advice = "may this user write there?"
            raise DaybookError(f"{self._path}: {text}: {advice}") from error


class DaybookFile(DaybookPages):
    """One thread writes it; any thread may read. Every method raises DaybookError.

    A damaged file is moved aside, told in `warnings`, and begun anew.
    """

    def __init__(self, path: Path, site: Site) -> None:
        self.warnings: list[str] = []
        super().__init__(path, site)
        self._calendar = self.fresh_calendar()
        self._swept_day: Millis = 0
        with self._explained():
            self._db, damage = sqlite_file.opened(path, _TABLES, VERSION, checked=False)
        if damage:
            self.warnings.append(f"{damage}, and is filled anew")

    def close(self) -> None:
        """Let go of the file; everything is in it."""
        self._db.close()

    def write(self, held: Sequence[Taken], position: Position, now: Millis) -> None:
        """Write what was made beyond the position reached, up to this one; forget the oldest days."""
        with self._transaction():
            reached = _reached(self._db)
            if position <= reached:
                return
            new = [each for each in held if each.position > reached]
            callers: dict[str, str] = {}
            for each in new:
                callers |= each.callers
            for day, turns in daybook.by_day(new, self._calendar).items():
                self._insert(day, turns, callers)
            self._db.execute("update reached set position = ?", (position,))
            self._sweep(self._calendar.day(now))

    def _insert(self, day: Millis, turns: list[Turn], callers: dict[str, str]) -> None:
        arrived = [fact.visit for turn in turns for _, fact in turn.arrivals]
        own = {visit: callers[visit] for visit in arrived if visit in callers}
        facts, told = _ENCODER.encode(turns), _ENCODER.encode(own)
        self._db.execute(
            "insert into pages (day, first, last, definition, facts, callers)"
            " values (?, ?, ?, ?, ?, ?)",
            (day, turns[0].position, turns[-1].position, DEFINITION, facts, told),
        )

    def _sweep(self, today: Millis) -> None:
        if today != self._swept_day:
            before = self._calendar.day(today - KEPT_DAYS * _DAY_MS)
            self._db.execute("delete from pages where day < ?", (before,))
            self._swept_day = today

    def cut(self, position: Position) -> None:
        """Drop what was made by anything later than `position`."""
        with self._transaction():
            self._db.execute("delete from pages where first > ?", (position,))
            across = self._db.execute(
                "select id, facts from pages where last > ?", (position,)
            ).fetchall()
            for id, facts in across:
                turns = [turn for turn in _TURNS.decode(facts) if turn.position <= position]
                self._db.execute(
                    "update pages set facts = ?, last = ? where id = ?",
                    (_ENCODER.encode(turns), turns[-1].position, id),
                )
            self._db.execute("update reached set position = min(position, ?)", (position,))

    def settle(self) -> None:
        """Let all that is here stand, and begin at position 0: there is another journal."""
        with self._transaction():
            self._db.execute("update pages set first = 0, last = 0")
            self._db.execute("update reached set position = 0")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._explained(), sqlite_file.transaction(self._db):
            yield


def _reached(db: sqlite3.Connection) -> Position:
    (position,) = db.execute("select position from reached").fetchone()
    return int(position)


class Reading:
    """The book as it stood at one moment, for one thread. Raises DaybookError.

    It goes through the pages one by one: a day of a large floor has a million facts.
    """

    def __init__(self, file: DaybookPages, held: Sequence[Taken], reached: Position) -> None:
        self._file, self._held, self.reached = file, held, reached

    @cached_property
    def calendar(self) -> Calendar:
        return self._file.fresh_calendar()

    @cached_property
    def _late(self) -> dict[Millis, list[Turn]]:
        return daybook.by_day(self._held, self.calendar)

    def entries(self, day: Millis, kinds: Collection[type[F]]) -> Iterator[tuple[int, F]]:
        """What was entered of these kinds into a day."""
        places = [place for kind, place in PLACES.items() if kind in kinds]
        for page in self._pages(day, kinds):
            for place in places:
                for turn in page:
                    yield from getattr(turn, place)

    def _pages(self, day: Millis, kinds: Collection[type]) -> Iterator[list[Turn]]:
        yield from self._file.pages(day, self.reached, kinds)
        yield self._late.get(day, [])

    def facts(
        self, days: Sequence[Millis], kinds: Collection[type[F]], wanted: Callable[[F], bool]
    ) -> list[F]:
        """The facts that stand and are wanted, of any kinds but spans: these may be on several days."""
        return daybook.standing(
            [entry for day in days for entry in self.entries(day, kinds) if wanted(entry[1])]
        )

    def callers(self, days: Sequence[Millis], visits: Collection[str]) -> dict[str, str]:
        """The callers of these visits, masked, where they are known."""
        kept = (page for day in days for page in self._file.callers(day, self.reached))
        return {
            visit: caller
            for page in chain(kept, (each.callers for each in self._held))
            for visit, caller in page.items()
            if visit in visits
        }
