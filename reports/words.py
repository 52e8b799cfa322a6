"""A report in words: its titles from the catalogue `report`, its cells in the habit of a language."""

from collections.abc import Iterable, Mapping
from datetime import date as Date
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width
from zoneinfo import ZoneInfo

from babel import Locale, dates, numbers
from babel.messages.pofile import read_po

from ingest.events import Millis
from reports.model import Cell, Column, Kind, Report

LANGUAGES = ("zh", "en")
LOCALE = Path(__file__).parents[1] / "dashboard" / "locale"
"""All words of ours lie in one folder, that of the pages: translators look nowhere else."""
NOTHING = "—"
"""A share or a mean of none: there is no such number."""

_LOCALES = {"zh": Locale("zh", "CN", "Hans"), "en": Locale("en", "GB")}
_RIGHT = frozenset(Kind) - {Kind.TEXT, Kind.WORD, Kind.INSTANT, Kind.DATE}
_LONGEST = 400
"""Letters of a text from outside: names are shorter, and a page must stay one."""


class Wording:
    """One language and one clock on the wall. `dated` says that an instant needs its day told."""

    def __init__(self, language: str, time_zone: str, *, dated: bool = True) -> None:
        self.language = language
        self.zone = ZoneInfo(time_zone)
        self._dated = dated
        self._locale = _LOCALES[language]
        self._words = catalogue(language)

    def word(self, key: str, **values: str) -> str:
        """The word of a key; of one that nobody translated, its last part."""
        words = self._words.get(key)
        if words is None:
            return plain(key.rpartition(".")[2].replace("_", " "))
        for place, value in values.items():
            words = words.replace(f"{{{place}}}", value)
        return words

    def has(self, key: str) -> bool:
        """Whether the catalogue knows this key."""
        return key in self._words

    @property
    def unknown(self) -> str:
        return self.word("report.form.unknown")

    def name(self, names: object) -> str:
        """A text as it is, or the one in this language; else in the other."""
        if isinstance(names, Mapping):
            known = [names.get(language) for language in (self.language, *LANGUAGES)]
            return plain(next((str(each) for each in known if each), ""))
        return plain(str(names))

    def column(self, column: Column) -> str:
        return self.word(f"report.column.{column.key}")

    def of(self, column: Column) -> str:
        """What a share or a mean is taken of; "" if the column does not say."""
        return self.word(f"report.of.{column.of}") if column.of else ""

    def taken_of(self, column: Column) -> str:
        """The same as it stands beside a ratio: `of offered`, `mean of answered`."""
        of = self.of(column)
        share = "of" if not is_change(column) else "relative_to"
        key = share if column.kind is Kind.SHARE else "mean_of"
        return self.word(f"report.form.{key}", of=of) if of else ""

    def cells(self, column: Column, values: Iterable[Cell]) -> list[str]:
        """The cells of a column, instants of whole minutes without their seconds."""
        values = list(values)
        fine = column.kind is Kind.INSTANT and not whole_minutes(values)
        told = [self.cell(column.kind, value, seconds=fine) for value in values]
        if not is_change(column):
            return told
        return [
            f"+{each}" if _rises(column.kind, value) and each.strip("0.,:%") else each
            for each, value in zip(told, values, strict=True)
        ]

    def cell(self, kind: Kind, value: Cell, *, seconds: bool = True) -> str:
        """One cell in words."""
        if value is None:
            return self.unknown
        match kind:
            case Kind.TEXT:
                return self.name(value)
            case Kind.WORD:
                return self.word(str(value))
            case Kind.COUNT:
                return self._decimal(value, "#,##0")
            case Kind.NUMBER:
                return self._decimal(value, "#,##0.0")
            case Kind.DURATION:
                return duration(value)
            case Kind.INSTANT:
                return self.instant(value, seconds=seconds)
            case Kind.DATE:
                return self.date(value)
            case Kind.SHARE:
                return self._share(*value)
            case Kind.MEAN:
                total, many = value
                return duration(rounded(total, many)) if many else NOTHING
            case Kind.SCORE:
                total, many = value
                return self._decimal(total / many, "#,##0.00") if many else NOTHING

    def instant(self, at: Millis, *, seconds: bool = False, dated: bool | None = None) -> str:
        """The time of day, and the day where it is to be told."""
        local = datetime.fromtimestamp(at / 1_000, self.zone)
        clock = f"{local:%H:%M:%S}" if seconds else f"{local:%H:%M}"
        if not (self._dated if dated is None else dated):
            return clock
        return f"{local:%Y-%m-%d} {clock}"

    def date(self, iso: str) -> str:
        """`2026-11-22 周日`, `Sun 22 Nov 2026`; what is no date as it is."""
        try:
            day = Date.fromisoformat(iso)
        except ValueError:
            return plain(iso)
        form = "yyyy-MM-dd EEE" if self.language == "zh" else "EEE d MMM yyyy"
        return dates.format_date(day, form, locale=self._locale)

    def span(self, report: Report) -> str:
        """The days of a report: one, or the first and the last."""
        first, last = self.date(report.first), self.date(report.last)
        return first if report.first == report.last else f"{first} – {last}"

    def note(self, key: str, values: Mapping[str, Cell]) -> str:
        """The sentence `report.note.<key>`. What a value is, its name and its form say: see `Note`."""
        told = {place: self._value(place, value) for place, value in values.items()}
        return self.word(f"report.note.{key}", **told)

    def _value(self, place: str, value: Cell) -> str:
        return self.cell(_kind(place, value), value)

    def _share(self, part: int, whole: int) -> str:
        if not whole:
            return NOTHING
        return self._decimal(rounded(part * 1_000, whole) / 10, "#,##0.0") + "%"

    def _decimal(self, value: float, form: str) -> str:
        said: str = numbers.format_decimal(value, form, locale=self._locale)
        return said.replace("-", "−")


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """The words of reports in this language, by key."""
    path = LOCALE / language / "LC_MESSAGES" / "report.po"
    with path.open("rb") as file:
        found = read_po(file, locale=language, domain="report", abort_invalid=True)
    return {str(message.id): str(message.string) for message in found if message.id}


def wording(report: Report, language: str) -> Wording:
    """How this report is told in this language: within one day, an instant is a time of day."""
    return Wording(language, report.time_zone, dated=report.first != report.last)


def is_change(column: Column) -> bool:
    """Whether a column tells how much more or less something is: it has its sign."""
    plain_kind = column.kind in (Kind.COUNT, Kind.NUMBER, Kind.DURATION, Kind.SHARE)
    return plain_kind and column.key.endswith(("_change", "_relative", "_points"))


def _rises(kind: Kind, value: Cell) -> bool:
    if value is None:
        return False
    return value[0] > 0 and bool(value[1]) if kind is Kind.SHARE else bool(value > 0)


def right(kind: Kind) -> bool:
    """Whether cells of this kind stand at the right, digit under digit."""
    return kind in _RIGHT


def duration(ms: Millis) -> str:
    """`4:05` or `1:02:03`, to the nearest second."""
    minutes, seconds = divmod(rounded(abs(ms), 1_000), 60)
    hours, minutes = divmod(minutes, 60)
    told = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
    return f"−{told}" if ms < 0 and told != "0:00" else told


def rounded(part: int, whole: int) -> int:
    """The quotient to the nearest integer, halves upwards, exact for integers of any size."""
    return (2 * part + whole) // (2 * whole)


def whole_minutes(instants: Iterable[Millis | None]) -> bool:
    """Whether none of these instants has seconds to tell."""
    return all(at is None or at % 60_000 == 0 for at in instants)


def plain(text: str, longest: int = _LONGEST) -> str:
    """Text from outside on one line, with nothing in it that no file can hold."""
    kept = "".join(letter if letter.isprintable() else " " for letter in text)
    return kept if len(kept) <= longest else kept[: longest - 1] + "…"


def cut(text: str, broadest: int) -> str:
    """The text as far as there is room for so many letters; a Chinese one takes two."""
    kept = plain(text)
    if sum(breadth(letter) for letter in kept) <= broadest:
        return kept
    room, end = broadest - 1, 0
    while (room := room - breadth(kept[end])) >= 0:
        end += 1
    return kept[:end] + "…"


def breadth(letter: str) -> int:
    """How many columns a letter takes."""
    return 2 if east_asian_width(letter) in "WF" else 1


def _kind(place: str, value: Any) -> Kind:
    """What the value of a note is."""
    by_name = {"ms": Kind.DURATION, "at": Kind.INSTANT, "date": Kind.DATE}
    ending = by_name.get(place.rpartition("_")[2])
    if isinstance(value, list | tuple):
        return Kind.MEAN if ending is Kind.DURATION else Kind.SHARE
    if isinstance(value, str):
        return Kind.WORD if value.startswith("report.") else ending or Kind.TEXT
    if isinstance(value, int):
        return ending or Kind.COUNT
    return Kind.NUMBER if isinstance(value, float) else Kind.TEXT
