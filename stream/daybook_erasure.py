"""Takes callers out of a daybook's file, also while a floor writes it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec

from ingest.events import Millis
from stream import sqlite_file
from stream.daybook_sqlite import DaybookError

_CALLERS = msgspec.msgpack.Decoder(dict[str, str])
_NONE = msgspec.msgpack.encode({})
_WAIT_S = 30


def erase_callers(
    path: Path, wanted: Callable[[Millis, str], bool], *, before: Millis | None = None
) -> int:
    """Erase each caller (masked) of whom `wanted(day, caller)` is true; how many there were.

    `before` leaves alone the days that begin then or later. Nothing of them stays in the file.
    Raises DaybookError.
    """
    if not path.exists():
        return 0
    gone = 0
    try:
        with closing(sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)) as db:
            db.execute("pragma secure_delete = on")
            with sqlite_file.transaction(db):
                found = db.execute(
                    "select id, day, callers from pages where callers != ? and day < ?",
                    (_NONE, before if before is not None else 1 << 62),
                )
                for id, day, told in found.fetchall():
                    callers = _CALLERS.decode(told)
                    left = {visit: who for visit, who in callers.items() if not wanted(day, who)}
                    if len(left) < len(callers):
                        gone += len(callers) - len(left)
                        new = msgspec.msgpack.encode(left)
                        db.execute("update pages set callers = ? where id = ?", (new, id))
            if gone:
                db.execute("pragma wal_checkpoint(truncate)")
    except (sqlite3.Error, OSError, msgspec.MsgspecError) as error:
        raise DaybookError(f"{path}: {error}: callers are still in it, try again") from error
    return gone
