"""What a file of the archive says of itself, as texts in the metadata of the parquet file."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec
from msgspec import Struct

from ingest.events import Millis

PREFIX = "floorwatch."
"""Every key begins with it: `floorwatch.site`."""


class AboutError(ValueError):
    """The metadata are not ours; the message names the key."""


class Why(StrEnum):
    """Why a version was written."""

    CLOSED = "day closed"
    LATE = "late facts"
    IMPORTED = "import"
    RETENTION = "retention"
    ERASURE = "erasure"


class Erased(StrEnum):
    """Which callers of a day were erased."""

    NONE = ""
    SOME = "some"
    ALL = "all"


class About(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A version of a business day, `start` <= t < `end`; instants in milliseconds (UTC).

    `position` is that of the journal, `mark` that of the daybook when it was read; both 0 of an import,
    whose `origin` names the sources. `added` and `taken_back` count rows against the version before.
    `version` is given by the shelf. `levels` are the formulas of the service level that held, by queue,
    as a JSON object; "" is that of the queues nobody has set up.
    """

    site: str
    day: date
    start: Millis
    end: Millis
    time_zone: str
    day_start_min: int
    interval_ms: Millis
    definition: int
    written_at: Millis
    why: Why
    version: int = 0
    position: int = 0
    mark: int = 0
    added: int = 0
    taken_back: int = 0
    erased: Erased = Erased.NONE
    origin: str = ""
    levels: str = ""


def metadata(about: About) -> dict[str, str]:
    """As texts, every field of them."""
    told = {name: getattr(about, name) for name in About.__struct_fields__}
    return {PREFIX + name: str(value) for name, value in told.items()}


def parsed(metadata: Mapping[str, str]) -> About:
    """The reverse; keys of others, and of later releases, are passed over. Raises AboutError."""
    own: dict[str, Any] = {
        key.removeprefix(PREFIX): text for key, text in metadata.items() if key.startswith(PREFIX)
    }
    if not own:
        raise AboutError(f"it has no {PREFIX}… in its metadata")
    try:
        return msgspec.convert(own, About, strict=False)
    except msgspec.ValidationError as error:
        raise AboutError(f"its metadata cannot be understood: {error}") from None
