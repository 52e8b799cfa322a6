"""The audit as one table that is never changed and never shortened: who did what, when, from where."""

from collections.abc import Mapping

import msgspec

from dashboard.access import Role
from dashboard.desk_file import DeskFile
from dashboard.desks import Wish
from ingest.events import Millis

LONGEST_DATA = 4_096
_LONGEST_WORD = 200
STRANGERS, STRANGERS_MS = 100, 60_000
"""So many refusals of people whom we do not know are written down in this time, the rest counted:
a table that is never shortened must not be filled from the street."""
UNTOLD = "audit.left_out"
_POLLED = frozenset({"display.ask", "display.wait"})
"""What a screen asks again and again, and changes nothing that lasts."""

_TABLES = """
create table if not exists audit (
    seq integer primary key autoincrement, at integer not null, who text not null,
    name text not null, role text not null, address text not null, deed text not null,
    data text not null, done integer not null, why text not null
);
create index if not exists audit_at on audit (at);
create trigger if not exists audit_is_not_changed before update on audit
    begin select raise(abort, 'the audit is never changed'); end;
create trigger if not exists audit_is_not_shortened before delete on audit
    begin select raise(abort, 'the audit is never shortened'); end;
create trigger if not exists audit_is_not_replaced before insert on audit
    when exists (select 1 from audit where seq = new.seq)
    begin select raise(abort, 'the audit is never replaced'); end;
"""


class SqliteAudit:
    """See `dashboard.desks.Audit`."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        file.create(_TABLES)
        self._since: Millis = 0
        self._strangers = 0

    def note(self, wish: Wish, done: bool, why: str, data: Mapping[str, object]) -> None:
        """Write it down, unless it changed nothing, or is one more of a flood."""
        if done and wish.deed in _POLLED:
            return
        if not done and wish.caller.role is Role.NOBODY and self._is_flood(wish):
            return
        self._write(wish, done, why, _text(data))

    def entries(
        self, start: Millis, end: Millis, *, who: str = "", deed: str = "", limit: int = 500
    ) -> list[dict[str, object]]:
        """What happened in this time, the latest first; of one person, or of deeds that begin so."""
        query = "select * from audit where at >= ? and at < ?"
        values: list[object] = [start, end]
        if who:
            query += " and who = ?"
            values.append(who)
        if deed:
            query += " and substr(deed, 1, ?) = ?"
            values += [len(deed), deed]
        rows = self._file.rows(f"{query} order by seq desc limit ?", [*values, limit])
        return [{**row, "done": bool(row["done"])} for row in rows]

    def _is_flood(self, wish: Wish) -> bool:
        if not 0 <= wish.now - self._since < STRANGERS_MS:
            if (untold := self._strangers - STRANGERS) > 0:
                self._write(
                    msgspec.structs.replace(wish, deed=UNTOLD), False, "", _text({"count": untold})
                )
            self._since, self._strangers = wish.now, 0
        self._strangers += 1
        return self._strangers > STRANGERS

    def _write(self, wish: Wish, done: bool, why: str, data: str) -> None:
        caller = wish.caller
        self._file.write(
            "insert into audit (at, who, name, role, address, deed, data, done, why)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(wish.now, caller.id, caller.name, caller.role.value, wish.address),
                *(wish.deed[:_LONGEST_WORD], data, int(done), why[:_LONGEST_WORD]),
            ),
        )


def _text(data: Mapping[str, object]) -> str:
    whole = msgspec.json.encode(data).decode() if data else ""
    return whole if len(whole) <= LONGEST_DATA else whole[: LONGEST_DATA - 1] + "…"
