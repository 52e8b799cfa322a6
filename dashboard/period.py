"""The time that a question is about, and what instants we take from outside."""

from collections.abc import Mapping
from typing import Annotated

from msgspec import Meta

from dashboard.desks import UNREADABLE, RefusedError
from ingest.events import Millis

LATEST_MS = 4_102_444_800_000
Instant = Annotated[int, Meta(ge=0, le=LATEST_MS)]
"""Milliseconds (UTC), from 1970 to 2100."""


def period(query: Mapping[str, str], now: Millis, back_ms: Millis) -> tuple[Millis, Millis]:
    """`from` and `to` of a question, half-open; without them, the `back_ms` up to now, and what comes.

    Raises RefusedError if they are no numbers.
    """
    start = _instant(query.get("from", ""), now - back_ms)
    return start, _instant(query.get("to", ""), LATEST_MS)


def _instant(word: str, default: Millis) -> Millis:
    if not word:
        return default
    if not (word.isascii() and word.isdigit()):
        raise RefusedError(UNREADABLE)
    return min(int(word[:16]), LATEST_MS)
