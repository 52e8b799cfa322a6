"""The incidents' memory as one SQLite file: every commit is one durable transaction."""

import sqlite3
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec

from alerts.incident import Incident
from alerts.incident_store import IncidentStoreError
from alerts.life_state import LifeState
from alerts.notices import Entry, Notice, Waiting
from ingest.events import Millis
from stream import sqlite_file

VERSION = 1
KEEP_SENT = 10_000
"""Notices that were sent are kept up to so many, so that none is ever taken for new."""

_TABLES = """
create table journal (
    seq integer primary key autoincrement, at integer not null, incident text not null,
    what text not null, who text not null, rule text not null, scope text not null,
    details text not null
);
create index journal_incident on journal (incident);
create index journal_at on journal (at);
create trigger journal_is_not_changed before update on journal
    begin select raise(abort, 'the incident journal is never changed'); end;
create trigger journal_is_not_shortened before delete on journal
    begin select raise(abort, 'the incident journal is never shortened'); end;
create table incidents (
    id text primary key, fired_at integer not null, verdict text not null, body blob not null
);
create index incidents_fired_at on incidents (fired_at);
create table outbox (
    seq integer primary key autoincrement, id text not null unique, state text not null,
    due_at integer not null, tries integer not null, trouble text not null, body blob not null
);
create index outbox_due on outbox (state, due_at);
create table state (name text primary key, body blob not null);
"""
_LIFE = "life"
_BLOB = "watch:"


class SqliteIncidents:
    """`with SqliteIncidents(path) as store`. One process may write it at a time.

    A damaged file is moved aside, and told in `warnings`; one of another release is left alone, and
    opening it raises `IncidentStoreError`. With `reading` it must be there, and nothing is written,
    beside whoever writes it.
    """

    def __init__(self, path: Path, *, reading: bool = False) -> None:
        self._path = path
        self._warnings: list[str] = []
        # The stream and the courier may live in different threads.
        self._lock = threading.Lock()
        try:
            if reading:
                self._db, damage = sqlite_file.read_only(path, VERSION), ""
            else:
                self._db, damage = sqlite_file.opened(path, _TABLES, VERSION, checked=True)
        except sqlite_file.FormatError as error:
            raise IncidentStoreError(str(error)) from error
        except (sqlite3.Error, OSError) as error:
            raise _explained(path, error) from error
        if damage:
            self._warnings.append(f"{damage}, and the alerts begin anew")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the file; everything is in it."""
        with self._lock:
            self._db.close()

    @property
    def warnings(self) -> Sequence[str]:
        """See `IncidentStore.warnings`."""
        return tuple(self._warnings)

    def commit(
        self,
        life_state: bytes,
        entries: Sequence[Entry],
        notices: Sequence[Notice],
        incidents: Sequence[Incident] = (),
    ) -> None:
        """See `IncidentStore.commit`."""
        with self._transaction() as db:
            db.executemany(
                "insert into journal (at, incident, what, who, rule, scope, details)"
                " values (?, ?, ?, ?, ?, ?, ?)",
                [
                    (e.at, e.incident, e.what, e.who, e.rule, e.scope, _json(e.details))
                    for e in entries
                ],
            )
            db.executemany(
                "insert into incidents values (?, ?, ?, ?) on conflict (id) do update"
                " set verdict = excluded.verdict, body = excluded.body",
                [(i.id, i.fired_at, i.verdict, msgspec.msgpack.encode(i)) for i in incidents],
            )
            db.executemany(
                "insert or ignore into outbox (id, state, due_at, tries, trouble, body)"
                " values (?, 'waiting', ?, 0, '', ?)",
                [(n.id, n.at, msgspec.msgpack.encode(n)) for n in notices],
            )
            _put(db, _LIFE, life_state)

    def load(self) -> LifeState | None:
        """See `IncidentStore.load`."""
        rows = self._rows("select body from state where name = ?", _LIFE)
        try:
            return LifeState.load(rows[0][0]) if rows else None
        except msgspec.MsgspecError as error:
            self._warnings.append(
                f"{self._path}: the state of the alerts is of another release ({error}): "
                "they begin anew; journal and notices are whole"
            )
            return None

    def save_blob(self, name: str, blob: bytes) -> None:
        """See `IncidentStore.save_blob`."""
        with self._transaction() as db:
            _put(db, _BLOB + name, blob)

    def blobs(self) -> dict[str, bytes]:
        """See `IncidentStore.blobs`."""
        rows = self._rows("select name, body from state where name like ? || '%'", _BLOB)
        return {name.removeprefix(_BLOB): body for name, body in rows}

    def due(self, now: Millis, limit: int = 100) -> list[Waiting]:
        """See `Outbox.due`."""
        return self._waiting("state = 'waiting' and due_at <= ? order by seq limit ?", now, limit)

    def sent(self, id: str, now: Millis) -> None:
        """See `Outbox.sent`."""
        with self._transaction() as db:
            db.execute("update outbox set state = 'sent', due_at = ? where id = ?", (now, id))
            db.execute(
                "delete from outbox where state = 'sent'"
                " and seq < (select max(seq) from outbox) - ?",
                (KEEP_SENT,),
            )

    def again(self, id: str, due_at: Millis, trouble: str) -> None:
        """See `Outbox.again`."""
        self._change("due_at = ?, tries = tries + 1, trouble = ?", due_at, trouble, id)

    def given_up(self, id: str, now: Millis, trouble: str) -> None:
        """See `Outbox.given_up`."""
        change = "state = 'given up', due_at = ?, tries = tries + 1, trouble = ?"
        self._change(change, now, trouble, id)

    def undelivered(self, limit: int = 100) -> list[Waiting]:
        """See `IncidentStore.undelivered`."""
        return self._waiting("state = 'given up' order by seq desc limit ?", limit)

    def story(self, incident: str) -> list[Entry]:
        """See `IncidentStore.story`."""
        return self._entries("incident = ?", incident)

    def journal(self, start: Millis, end: Millis) -> list[Entry]:
        """See `IncidentStore.journal`."""
        return self._entries("at >= ? and at < ?", start, end)

    def incident(self, id: str) -> Incident | None:
        """See `IncidentStore.incident`."""
        rows = self._rows("select body from incidents where id = ?", id)
        return _incident(rows[0][0]) if rows else None

    def incidents(self, start: Millis, end: Millis) -> list[Incident]:
        """See `IncidentStore.incidents`."""
        rows = self._rows(
            "select body from incidents where fired_at >= ? and fired_at < ?"
            " order by fired_at desc, id desc",
            start,
            end,
        )
        found = (_incident(body) for (body,) in rows)
        return [incident for incident in found if incident is not None]

    def verdicts(self, start: Millis, end: Millis) -> Mapping[str, str]:
        """See `IncidentStore.verdicts`."""
        return dict(
            self._rows(
                "select id, verdict from incidents"
                " where verdict <> '' and fired_at >= ? and fired_at < ?",
                start,
                end,
            )
        )

    def _change(self, change: str, *values: object) -> None:
        with self._transaction() as db:
            db.execute(f"update outbox set {change} where id = ?", values)

    def _waiting(self, which: str, *values: object) -> list[Waiting]:
        rows = self._rows(f"select body, tries, due_at, trouble from outbox where {which}", *values)
        return [
            Waiting(
                notice=msgspec.msgpack.decode(body, type=Notice),
                tries=tries,
                due_at=due_at,
                trouble=trouble,
            )
            for body, tries, due_at, trouble in rows
        ]

    def _entries(self, which: str, *values: object) -> list[Entry]:
        rows = self._rows(
            "select at, incident, what, who, rule, scope, details from journal"
            f" where {which} order by seq",
            *values,
        )
        return [
            Entry(
                at=at,
                incident=incident,
                what=what,
                who=who,
                rule=rule,
                scope=scope,
                details=msgspec.json.decode(details),
            )
            for at, incident, what, who, rule, scope, details in rows
        ]

    def _rows(self, query: str, *values: object) -> list[Any]:
        with self._lock:
            try:
                return self._db.execute(query, values).fetchall()
            except sqlite3.Error as error:
                raise _explained(self._path, error) from error

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            try:
                with sqlite_file.transaction(self._db) as db:
                    yield db
            except sqlite3.Error as error:
                raise _explained(self._path, error) from error


def _put(db: sqlite3.Connection, name: str, body: bytes) -> None:
    db.execute(
        "insert into state values (?, ?) on conflict (name) do update set body = excluded.body",
        (name, body),
    )


def _incident(body: bytes) -> Incident | None:
    """An incident of a list; None if it was written by another release: its story is whole."""
    try:
        return msgspec.msgpack.decode(body, type=Incident)
    except msgspec.MsgspecError:
        return None


def _json(details: Mapping[str, object]) -> str:
    return msgspec.json.encode(details).decode()


def _explained(path: Path, error: Exception) -> IncidentStoreError:
    text = str(error)
    if "full" in text:
        advice = "free some space there; nothing that waits is lost"
    elif "locked" in text:
        advice = "another process writes it: stop that one, or give this one a folder of its own"
    elif "readonly" in text or "unable to open" in text or isinstance(error, PermissionError):
        advice = "give this user the right to write there"
    else:
        advice = "mend that, and start again"
    return IncidentStoreError(f"{path}: {text}: {advice}")
