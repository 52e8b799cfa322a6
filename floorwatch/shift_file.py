"""The shift file (`shifts.csv`): who works when, and which meals and breaks are owed.

One row per shift: `agent,date,start,end`, and as wanted `team,queues,meal_min,meal_hours,break_min`.
`read` gives the shifts or raises `SettingsError` with every mistake at once. docs/breaks.md describes
each column.
"""

import csv
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

from floorwatch.settings_problems import Problem, SettingsError, Severity, in_file_order
from floorwatch.settings_values import nearest, suggestion
from planning.shifts import Owed, Shift, breaks, fits, meal

REQUIRED = ("agent", "date", "start", "end")
OPTIONAL = ("team", "queues", "meal_min", "meal_hours", "break_min")
COLUMNS = (*REQUIRED, *OPTIONAL)
"""Every column there is; a file may have others, which are passed over."""

LARGEST = 16 * 2**20
"""Bytes: more than a year of shifts of a thousand people."""
_CHINESE = {
    **{"工号": "agent", "坐席": "agent", "日期": "date", "开始": "start", "上班": "start"},
    **{"结束": "end", "下班": "end", "班组": "team", "队列": "queues", "技能": "queues"},
    **{"用餐分钟": "meal_min", "用餐时段": "meal_hours", "小休分钟": "break_min"},
}
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})", re.ASCII)
_TIME = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::00)?", re.ASCII)
_HOURS = re.compile(r"\s*(\S+?)\s*[-–~—]\s*(\S+)\s*")
_YEARS = range(1970, 2200)
_DAY_MIN = 1_440
_LONGEST_PAUSE_MIN = 240
_LONGEST = 255
_MOST_PROBLEMS = 100
"""Whoever has given the wrong file need not read of each of its lines."""


def read(path: Path, zone: ZoneInfo) -> tuple[Shift, ...]:
    """The shifts of this file, in order of their begin; its times are of this zone.

    Raises `SettingsError` with its mistakes, each with the line and the column's name.
    """
    shifts, problems = _read(path, zone)
    if any(problem.severity is Severity.ERROR for problem in problems):
        raise SettingsError(problems)
    return shifts


def check(path: Path, zone: ZoneInfo, agents: Collection[str] = ()) -> list[Problem]:
    """Every mistake and warning of this file. `agents` are those the site has set up, if it has any."""
    return _read(path, zone, agents)[1]


def parse(
    text: str, file: str, zone: ZoneInfo, agents: Collection[str] = ()
) -> tuple[tuple[Shift, ...], list[Problem]]:
    """The shifts of this text, as far as it can be read, and what is wrong with it."""
    table = _Table(file=file, zone=zone, agents=agents)
    for line, raw in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
        table.take(line, raw)
    if not table.shifts and not table.problems:
        table.add(None, "", "it holds no shift", f"Give it lines of {','.join(REQUIRED)}")
    table.look_for_overlaps()
    shifts = sorted(
        (shift for shift, _ in table.shifts), key=lambda shift: (shift.start_at, shift.agent)
    )
    return tuple(shifts), in_file_order(table.problems)


def _read(
    path: Path, zone: ZoneInfo, agents: Collection[str] = ()
) -> tuple[tuple[Shift, ...], list[Problem]]:
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST + 1)
        text = raw.decode("utf-8-sig")
    except OSError as error:
        what, mend = f"it cannot be read: {error.strerror}", "Check the path"
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        what, mend = f"line {line} is no UTF-8", 'Save the table as "CSV UTF-8"'
    else:
        if len(raw) <= LARGEST:
            return parse(text, str(path), zone, agents)
        what, mend = f"it is longer than {LARGEST // 2**20} MiB", "Leave the oldest shifts out"
    return (), [Problem(severity=Severity.ERROR, file=str(path), what=what, mend=mend)]


class _MistakeError(Exception):
    """A field that cannot be meant."""

    def __init__(self, column: str, what: str, mend: str) -> None:
        super().__init__(what)
        self.column, self.what, self.mend = column, what, mend


@dataclass(slots=True, kw_only=True)
class _Table:
    """The rows so far, each shift with its line, and what is wrong with them."""

    file: str
    zone: ZoneInfo
    agents: Collection[str]
    shifts: list[tuple[Shift, int]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    _separator: str = ","
    _names: list[str] = field(default_factory=list)
    _unreadable: bool = False
    _strangers: set[str] = field(default_factory=set)

    def add(
        self,
        line: int | None,
        column: str,
        what: str,
        mend: str,
        severity: Severity = Severity.ERROR,
    ) -> None:
        """A problem in this line, at this column."""
        self.problems.append(
            Problem(severity=severity, file=self.file, line=line, key=column, what=what, mend=mend)
        )

    def take(self, line: int, raw: str) -> None:
        """The next line."""
        if not raw.strip() or self._unreadable or len(self.problems) >= _MOST_PROBLEMS:
            return
        try:
            if not self._names:
                self._name_columns(raw)
            else:
                shift = self._shift(self._row(raw))
                self.shifts.append((shift, line))
                self._know(shift.agent, line)
        except _MistakeError as mistake:
            # Without its columns nothing of a table can be understood.
            self._unreadable = not self._names
            self.add(line, mistake.column, mistake.what, mistake.mend)

    def look_for_overlaps(self) -> None:
        """A mistake for each shift that begins while the same agent has another."""
        rows: dict[str, list[tuple[Shift, int]]] = {}
        for shift, line in self.shifts:
            rows.setdefault(shift.agent, []).append((shift, line))
        for own in rows.values():
            own.sort(key=lambda row: (row[0].start_at, row[1]))
            for (before, first), (after, line) in pairwise(own):
                if after.start_at < before.end_at:
                    what = f"{after.agent} is still at work then, by line {first}"
                    self.add(line, "start", what, "End the one before the other begins")

    def _name_columns(self, raw: str) -> None:
        self._separator = max(",;\t", key=raw.count)
        names = [cell.strip().lower() for cell in self._cells(raw)]
        names = [_CHINESE.get(name, name) for name in names]
        for column in REQUIRED:
            if column not in names:
                hint = suggestion(column, [name for name in names if name not in COLUMNS])
                raise _MistakeError(
                    column,
                    "the first line must name the columns, and this one is not there",
                    f"{hint}Write {','.join(REQUIRED)} there; more are {','.join(OPTIONAL)}",
                )
        for column in COLUMNS:
            if names.count(column) > 1:
                raise _MistakeError(column, "two columns have this name", "Rename one of them")
        self._names = names

    def _cells(self, raw: str) -> list[str]:
        # By itself: a quote that is never closed must not swallow the lines after it.
        try:
            (cells,) = csv.reader([raw], strict=True, delimiter=self._separator)
        except (csv.Error, ValueError) as error:
            raise _MistakeError("", f"no line of a table: {error}", "Mend or remove it") from None
        return cells

    def _row(self, raw: str) -> Mapping[str, str]:
        cells = self._cells(raw)
        if len(cells) != len(self._names):
            raise _MistakeError(
                "",
                f"{len(cells)} fields, where the first line has {len(self._names)}",
                "Write one field for each column, and quote one that holds the separator",
            )
        return {name: cell.strip() for name, cell in zip(self._names, cells, strict=True) if name}

    def _shift(self, row: Mapping[str, str]) -> Shift:
        agent = row["agent"]
        if not agent or len(agent) > _LONGEST:
            raise _MistakeError("agent", "nobody is named", "Write the agent's id, as in 1001")
        day = _day(row["date"])
        start, end = _minute("start", row["start"]), _minute("end", row["end"])
        start_at = self._at(day, start)
        # Over midnight: a shift that ends no later than it begins ends on the next day.
        end_at = self._at(day, end if end > start else end + _DAY_MIN)
        if end_at <= start_at:
            raise _MistakeError("end", f"not after the start, {row['start']}", "Write a later one")
        return Shift(
            agent=agent,
            day=day,
            start_at=start_at,
            end_at=end_at,
            team=row.get("team", ""),
            queues=tuple(dict.fromkeys(re.split(r"[\s|+/、]+", row.get("queues", "").strip())))
            if row.get("queues")
            else (),
            owed=tuple(self._owed(row, day, start_at, end_at)),
        )

    def _owed(
        self, row: Mapping[str, str], day: date, start_at: int, end_at: int
    ) -> Iterator[Owed]:
        for length in _lengths("meal_min", row.get("meal_min", "")):
            hours = self._hours(row.get("meal_hours", ""), day, start_at)
            yield _fitting("meal_min", meal(start_at, end_at, length, hours))
        for owed in breaks(start_at, end_at, _lengths("break_min", row.get("break_min", ""))):
            yield _fitting("break_min", owed)

    def _hours(self, cell: str, day: date, start_at: int) -> tuple[int, int] | None:
        """The hours of a meal, on the shift's day, or on the next one if they are over by its begin."""
        if not cell:
            return None
        match = _HOURS.fullmatch(cell)
        if match is None:
            raise _MistakeError("meal_hours", f"{_shown(cell)} are no hours", "Write 11:00-13:30")
        since, until = (_minute("meal_hours", part) for part in match.groups())
        until += _DAY_MIN if until <= since else 0
        if self._at(day, until) <= start_at:
            since, until = since + _DAY_MIN, until + _DAY_MIN
        return self._at(day, since), self._at(day, until)

    def _at(self, day: date, minute: int) -> int:
        days, minute = divmod(minute, _DAY_MIN)
        day += timedelta(days=days)
        local = datetime(day.year, day.month, day.day, *divmod(minute, 60), tzinfo=self.zone)
        return round(local.timestamp()) * 1_000

    def _know(self, agent: str, line: int) -> None:
        if not self.agents or agent in self.agents or agent in self._strangers:
            return
        self._strangers.add(agent)
        near = nearest(agent, list(self.agents))
        mend = f'Did you mean "{near}"?' if near else "Write an id of [[site.agent]]"
        what = f'the settings have no agent "{agent}"'
        self.add(line, "agent", what, mend, Severity.WARNING)


def _day(cell: str) -> date:
    match = _DATE.fullmatch(cell)
    try:
        day = date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise _MistakeError("date", f"{_shown(cell)} is no day", "Write it as 2026-11-23")
    return day


def _minute(column: str, cell: str) -> int:
    match = _TIME.fullmatch(cell)
    minute = int(match[1]) * 60 + int(match[2]) if match else _DAY_MIN + 1
    if minute > _DAY_MIN:
        raise _MistakeError(
            column, f"{_shown(cell)} is no time of day", "Write hours and minutes, as in 08:30"
        )
    return minute


def _lengths(column: str, cell: str) -> Sequence[int]:
    """Milliseconds of "45", or of "15+15": two of them; none of "" and "0"."""
    found = []
    for part in re.split(r"\s*\+\s*", cell) if cell else ():
        if not part.isascii() or not part.isdigit() or int(part[:9]) > _LONGEST_PAUSE_MIN:
            raise _MistakeError(
                column,
                f"{_shown(cell)} are no minutes up to {_LONGEST_PAUSE_MIN}",
                "Write 45, or 15+15 for two",
            )
        if minutes := int(part[:9]):
            found.append(minutes * 60_000)
    return found


def _fitting(column: str, owed: Owed) -> Owed:
    if not fits(owed):
        room = max(owed.until_at - owed.since_at, 0) // 60_000
        raise _MistakeError(
            column,
            f"{owed.length_ms // 60_000} min do not fit: the shift has {room} min for it",
            "Make the shift or the hours longer, or the break shorter",
        )
    return owed


def _shown(cell: str) -> str:
    return f'"{cell}"' if len(cell) <= 40 else f'"{cell[:40]}…"'
