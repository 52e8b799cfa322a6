"""A report as data: sections of tables of typed cells. Every form of it, page, file or mail, shows this.

A number is never a text here, and a share is never a quotient: it keeps both of its sums, so that
whoever reads it can check it, and whoever adds it up adds the sums. Titles are keys of the catalogue
`report`; what people and queues are called is text, by language.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from msgspec import Struct

from ingest.events import Millis


class Kind(StrEnum):
    """What the cells of a column are. Durations and instants are integer milliseconds (UTC)."""

    TEXT = "text"
    """As it is, or by language: `"sales"`, `{"zh": "销售", "en": "Sales"}`."""
    WORD = "word"
    """A key of the catalogue, e.g. `report.end.abandoned`."""
    COUNT = "count"
    NUMBER = "number"
    """A float: agents, erlangs, calls of a forecast."""
    DURATION = "duration"
    INSTANT = "instant"
    DATE = "date"
    """ISO, the business day's: `2026-11-22`."""
    SHARE = "share"
    """`[numerator, denominator]`, two integers; shown as per cent, and as "—" of 0."""
    MEAN = "mean"
    """`[sum of milliseconds, how many]`; shown as a duration, and as "—" of none."""
    SCORE = "score"
    """`[sum of scores, how many]`; shown with two decimals."""


Cell = Any
"""As its column says; None is "not known", shown as n/a, and is not 0."""


class Column(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`key` is that of the row's cell; the title is the word `report.column.<key>`.

    `of` says what a share or a mean is taken of (the word `report.of.<of>`): a denominator is named.
    """

    key: str
    kind: Kind
    of: str = ""


class Chart(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How a table is drawn: `x` a column, `bars` and `lines` columns over it."""

    x: str
    bars: Sequence[str] = ()
    lines: Sequence[str] = ()


class Table(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Title: the word `report.table.<key>`. `total` is the row that adds all up, if they add up.

    `more` counts rows that were left out because a page must end somewhere; files have all.
    """

    key: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Cell]]
    total: Mapping[str, Cell] | None = None
    chart: Chart | None = None
    more: int = 0


class Note(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sentence: the word `report.note.<key>`, with `{places}` for its values.

    What a value is, the end of its place's name says: `…_ms` a duration, `…_at` an instant, `…_date`
    a date; else an int is a count, a float a number, `[part, whole]` a share (`…_ms`: a mean), a text
    that begins with `report.` a word, and anything else a text or a name by language.
    """

    key: str
    values: Mapping[str, Cell] = {}
    tone: str = "info"
    """`info`, `good` or `warn`."""


class Section(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Title: the word `report.section.<key>`."""

    key: str
    tables: Sequence[Table] = ()
    notes: Sequence[Note] = ()


class Span(StrEnum):
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class Report(Struct, frozen=True, kw_only=True):
    """A report of one site. `first` and `last` are business days, both included; `end` is exclusive.

    `title` is the word `report.title.<title>`: `day` `week` `month` `year` `brief_before` `brief_after`
    `walks`. `live` says that the span is not over: figures up to `as_of`. `definition` is the version
    of the metrics.
    """

    title: str
    site: str
    site_names: Mapping[str, str]
    time_zone: str
    first: str
    last: str
    start: Millis
    end: Millis
    as_of: Millis
    live: bool
    definition: int
    sections: Sequence[Section]
