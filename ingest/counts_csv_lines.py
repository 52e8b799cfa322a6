"""A table of calls per interval: `start,calls` and, if it has several queues, `queue`. Pure.

A row tells of the time from its `start` to the queue's next row, but of no longer than the interval,
which is the commonest distance between two rows: where rows are missing, the queue was closed. What
a person's spreadsheet makes of such a table is taken, too: `;` or tabs between the fields, a decimal
comma with them, a byte order mark, columns in any order and others among them.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from msgspec import Struct

from ingest.events import Millis
from ingest.wire import LARGEST

REQUIRED = ("start", "calls")
OPTIONAL = ("queue",)

_BOM = b"\xef\xbb\xbf"
_TIME = re.compile(
    r"(\d{4})([-/])(\d{1,2})\2(\d{1,2})[T ](\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?"
    r" ?(Z|([+-])(0\d|1[0-4]):?([0-5]\d))?",
    re.ASCII,
)
_NUMBER = re.compile(r"(\d{1,9})(?:\.(\d{1,9}))?", re.ASCII)
_YEARS = range(1970, 2200)
_LONGEST = 255
"""Letters of a queue's name; the events take no longer ones."""
_SHOWN = 40
_SURELY = 10
_MIXED_SHARE = 1 / 3
"""A distance other than the commonest is a closing time, unless it is so common among so many."""


class CountsCsvError(ValueError):
    """The table cannot be taken: the message names file, line and column, and says what to do."""


class Count(Struct, frozen=True, gc=False):
    """So many calls came in this queue (empty: the whole floor) from `start_at` to before `end_at`."""

    start_at: Millis
    end_at: Millis
    queue: str
    calls: float


class _Row(Struct, frozen=True, gc=False):
    line: int
    start_at: Millis
    calls: float


def counts(lines: Iterable[bytes], name: str, zone: ZoneInfo, *, whole: bool = True) -> list[Count]:
    """The table's rows in order of time, then of queue.

    `name` is the file's, for the messages. A `start` without an offset from UTC is of `zone`; of an
    hour that comes twice it is the first, unless the queue's rows have passed that. `whole` demands
    whole numbers of calls. Raises `CountsCsvError`.
    """
    table = _Table(name, zone, whole)
    for number, line in enumerate(lines, 1):
        table.take(number, line)
    if not table.rows:
        raise CountsCsvError(f"{name}: it holds no row. Give it lines of {','.join(REQUIRED)}")
    told = [count for queue, rows in table.rows.items() for count in _counts(name, queue, rows)]
    return sorted(told, key=lambda count: (count.start_at, count.queue))


class _Table:
    """The rows so far, by queue, each queue's in order of time."""

    def __init__(self, name: str, zone: ZoneInfo, whole: bool) -> None:
        self.rows: dict[str, list[_Row]] = {}
        self._name, self._zone, self._whole = name, zone, whole
        self._where = name
        self._separator = ","
        self._width = 0
        self._places: dict[str, int] = {}

    def take(self, number: int, line: bytes) -> None:
        """The next line. Raises `CountsCsvError`."""
        self._where = f"{self._name}:{number}"
        if len(line) > LARGEST:
            raise self._mistake("longer than any row of counts", "Is this the right file?")
        if not line.strip():
            return
        if not self._places:
            self._name_columns(line)
            return
        cells = self._cells(line)
        if len(cells) != self._width:
            raise self._mistake(
                f"{len(cells)} fields, where the first line has {self._width}",
                "Write one field for each column, and quote one that holds the separator",
            )
        row = {column: cells[place].strip() for column, place in self._places.items()}
        calls, queue = self._number(row["calls"]), self._queue(row.get("queue", ""))
        rows = self.rows.get(queue, [])
        start_at = self._moment(row["start"], rows[-1] if rows else None, calls)
        if start_at is not None:
            rows.append(_Row(number, start_at, calls))
            self.rows[queue] = rows

    def _name_columns(self, line: bytes) -> None:
        line = line.removeprefix(_BOM)
        self._separator = max(",;\t", key=lambda mark: line.count(mark.encode()))
        names = [cell.strip().lower() for cell in self._cells(line)]
        known = (*REQUIRED, *OPTIONAL)
        if absent := [column for column in REQUIRED if column not in names]:
            raise self._mistake(
                f"the first line must name the columns, and {' and '.join(absent)} is not there",
                f"Write {','.join(REQUIRED)} there, and queue if the rows tell of several",
            )
        if twice := [column for column in known if names.count(column) > 1]:
            raise self._mistake(f"{twice[0]}: two columns of this name", "Rename one of them")
        self._width = len(names)
        self._places = {column: names.index(column) for column in known if column in names}

    def _cells(self, line: bytes) -> list[str]:
        # By itself: a quote that is never closed must not swallow the lines after it.
        try:
            text = line.decode().rstrip("\r\n")
            (cells,) = csv.reader([text], strict=True, delimiter=self._separator)
        except UnicodeDecodeError as error:
            raise self._mistake(
                f"byte {error.start + 1} of the line is no UTF-8", 'Save the table as "CSV UTF-8"'
            ) from None
        except (csv.Error, ValueError) as error:
            raise self._mistake(f"no line of a table: {error}", "Mend or remove it") from None
        return cells

    def _queue(self, cell: str) -> str:
        if len(cell) > _LONGEST:
            raise self._mistake(f"queue: longer than {_LONGEST} letters", "Give it a shorter id")
        return cell

    def _number(self, cell: str) -> float:
        # Whose fields are parted by commas writes no comma within them.
        match = _NUMBER.fullmatch(cell if self._separator == "," else cell.replace(",", "."))
        number = float(match[0]) if match else 0.0
        if match is None or (self._whole and not number.is_integer()):
            wanted = "a whole number from 0" if self._whole else "a number from 0"
            raise self._mistake(f"calls: {_shown(cell)} is not {wanted}", "Write one, as in 12")
        return number

    def _moment(self, cell: str, last: _Row | None, calls: float) -> Millis | None:
        """When the row begins; None for a row of an hour that the clock leaps over, without calls."""
        match = _TIME.fullmatch(cell)
        local = _local(match) if match else None
        if match is None or local is None:
            raise self._mistake(
                f"start: {_shown(cell)} is no time since {_YEARS[0]}",
                "Write it as 2026-11-23T08:15, or with its offset: 2026-11-23T08:15+08:00",
            )
        first, second = self._instants(match, local)
        after = last.start_at if last else first - 1
        if second < first:
            if calls:
                raise self._mistake(
                    f"start: {cell} was skipped when the clocks in {self._zone} went forward",
                    "Correct it, name the zone that the table is of, or give its offset from UTC",
                )
            return None
        for at in (first, second):
            if at > after:
                return at
        assert last is not None
        if last.start_at == second:
            raise self._mistake(
                f"start: line {last.line} has this time already", "Keep one of the two, or add them"
            )
        raise self._mistake(
            f"start: earlier than that of line {last.line}", "Sort the rows of each queue by time"
        )

    def _instants(self, match: re.Match[str], local: datetime) -> tuple[Millis, Millis]:
        """When it may have been: at twice where the clock went back, none (later, earlier) where it
        went forward, else twice the same."""
        if match[8]:
            minutes = int(match[10] or 0) * 60 + int(match[11] or 0)
            offset = timedelta(minutes=-minutes if match[9] == "-" else minutes)
            at = _millis(local.replace(tzinfo=UTC) - offset)
            return at, at
        local = local.replace(tzinfo=self._zone)
        return _millis(local), _millis(local.replace(fold=1))

    def _mistake(self, what: str, mend: str) -> CountsCsvError:
        return CountsCsvError(f"{self._where}: {what}. {mend}")


def _local(match: re.Match[str]) -> datetime | None:
    """The clock's time of day, not yet in any zone; None if there is no such day or time."""
    year, month, day = int(match[1]), int(match[3]), int(match[4])
    try:
        local = datetime(year, month, day, int(match[5]), int(match[6]), int(match[7] or 0))  # noqa: DTZ001 - put in its zone later
    except ValueError:
        return None
    return local if year in _YEARS else None


def _millis(at: datetime) -> Millis:
    return round(at.timestamp()) * 1_000


def _shown(cell: str) -> str:
    """A field as a message can bear it."""
    return repr(cell if len(cell) <= _SHOWN else cell[:_SHOWN] + "…")


def _counts(name: str, queue: str, rows: Sequence[_Row]) -> Iterator[Count]:
    interval_ms = _interval_ms(name, queue, rows)
    for row, later in pairwise(rows):
        end_at = min(later.start_at, row.start_at + interval_ms)
        yield Count(row.start_at, end_at, queue, row.calls)
    last = rows[-1]
    yield Count(last.start_at, last.start_at + interval_ms, queue, last.calls)


def _interval_ms(name: str, queue: str, rows: Sequence[_Row]) -> Millis:
    """The commonest distance between two rows; of several as common the first."""
    of = f"queue {_shown(queue)}" if queue else "the table"
    distances = Counter(later.start_at - row.start_at for row, later in pairwise(rows))
    if not distances:
        raise CountsCsvError(
            f"{name}:{rows[0].line}: start: {of} has one row, so its interval is not known."
            " Give it two rows at least"
        )
    (interval_ms, _), *others = distances.most_common(2)
    if others and distances.total() >= _SURELY and others[0][1] > _MIXED_SHARE * distances.total():
        other_ms = others[0][0]
        line = next(b.line for a, b in pairwise(rows) if b.start_at - a.start_at == other_ms)
        raise CountsCsvError(
            f"{name}:{line}: start: {of} has rows {interval_ms // 60_000} and"
            f" {other_ms // 60_000} minutes apart. Give tables of different intervals one by one"
        )
    return interval_ms
