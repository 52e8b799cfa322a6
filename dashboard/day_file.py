"""A day as a file for a spreadsheet: CSV in the reader's language, figures as plain numbers."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from dashboard.catalogue import catalogues
from ingest.events import Millis
from stream.figure_row import Row

COUNTS = (
    *("offered", "answered", "answered_in_target", "abandoned", "abandoned_short", "overflowed"),
    *("blocked", "dropped_waiting", "dropped_talking", "completed", "transferred"),
)
SHARES = ("service_level", "abandon_rate")
MEANS = ("asa_ms", "average_abandon_ms", "att_ms", "aht_ms")
_MARK = "\ufeff"
"""Without it, spreadsheets take Chinese for something else."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_UNIX = datetime(1970, 1, 1, tzinfo=ZoneInfo("UTC"))


def by_queue(queues: Mapping[str, Row], totals: Row, language: str) -> bytes:
    """One line for each queue, and one for all."""
    words = catalogues("reports")[language]
    lines = [
        [_plain(id), _plain(row.get("names", {}).get(language, "") or id), *_figures(row)]
        for id, row in queues.items()
    ]
    lines.append(["", words["file.total"], *_figures(totals)])
    return _written([words["file.queue"], words["file.name"], *_heads(language)], lines)


def by_interval(rows: Sequence[Row], time_zone: str, language: str) -> bytes:
    """One line for each interval."""
    words = catalogues("reports")[language]
    tell = teller(time_zone)
    lines = [[tell(row["at"]), *_figures(row)] for row in rows]
    return _written([words["file.interval"], *_heads(language)], lines)


def teller(time_zone: str, pattern: str = "%Y-%m-%d %H:%M") -> Callable[[Millis], str]:
    """What writes an instant as the clock on that site's wall showed it."""
    zone = ZoneInfo(time_zone)
    return lambda at: (_UNIX + timedelta(milliseconds=at)).astimezone(zone).strftime(pattern)


def _heads(language: str) -> list[str]:
    figures, words = catalogues("drill")[language], catalogues("reports")[language]
    heads = [figures[f"figure.{name}"] for name in (*COUNTS, *SHARES)]
    unit = words["file.seconds"]
    return heads + [f"{figures[f'figure.{name}']} ({unit})" for name in MEANS]


def _figures(row: Row) -> list[str]:
    counts = [str(row.get(name, "")) for name in COUNTS]
    shares = ["" if row.get(name) is None else f"{row[name]:.4f}" for name in SHARES]
    means = ["" if row.get(name) is None else f"{row[name] / 1000:.1f}" for name in MEANS]
    return counts + shares + means


def _plain(text: str) -> str:
    """A name that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _written(heads: Sequence[str], lines: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heads)
    writer.writerows(lines)
    return (_MARK + text.getvalue()).encode()
