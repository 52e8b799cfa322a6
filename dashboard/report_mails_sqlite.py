"""Which reports are mailed, and the letters under way, in the desks' file."""

from collections.abc import Mapping

import msgspec

from dashboard.desk_file import DeskFile, told
from ingest.events import Millis
from reports.schedule import Fate, Letter, Mailing, Waiting

KEPT = 500
"""Letters that are done with are kept up to so many."""

_TABLES = """
create table if not exists report_mailings (id text primary key, told text not null);
create table if not exists report_mailings_done (mailing text primary key, done integer not null);
create table if not exists report_letters (
    seq integer primary key autoincrement,
    id text not null unique,
    mailing text not null,
    state text not null,
    at integer not null,
    due_at integer not null,
    tries integer not null,
    trouble text not null,
    told text not null
);
create index if not exists report_letters_due on report_letters (state, due_at);
create index if not exists report_letters_of on report_letters (mailing, seq);
"""


class SqliteReportMails:
    """Raises DeskFileError, from every method."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        file.create(_TABLES)

    def mailings(self) -> list[Mailing]:
        """Those that were set from the page."""
        return self._file.records(Mailing, "select told from report_mailings order by id")

    def put(self, mailing: Mailing, now: Millis) -> None:
        """Set it, from now on."""
        with self._file.transaction():
            self._file.write(
                "insert or replace into report_mailings values (?, ?)", (mailing.id, told(mailing))
            )
            self._deal(mailing.id, now)

    def end(self, id: str) -> None:
        """It goes no more; what of it is under way still does."""
        with self._file.transaction():
            self._file.write("delete from report_mailings where id = ?", (id,))
            self._file.write("delete from report_mailings_done where mailing = ?", (id,))

    def done(self) -> Mapping[str, Millis]:
        """Up to when each mailing's slots are dealt with."""
        rows = self._file.rows("select mailing, done from report_mailings_done")
        return {row["mailing"]: row["done"] for row in rows}

    def begin(self, mailing: str, now: Millis) -> None:
        """It counts from now on, if it does not yet."""
        self._file.write("insert or ignore into report_mailings_done values (?, ?)", (mailing, now))

    def hand_in(self, letter: Letter, now: Millis) -> None:
        """A letter to be sent; its slot is dealt with in the same moment, so that it is sent once."""
        with self._file.transaction():
            self._file.write(
                "insert or ignore into report_letters"
                " (id, mailing, state, at, due_at, tries, trouble, told)"
                " values (?, ?, 'waiting', ?, ?, 0, '', ?)",
                (letter.id, letter.mailing.id, now, now, told(letter)),
            )
            if not letter.trial:
                self._deal(letter.mailing.id, letter.slot)
            self._file.write(
                "delete from report_letters where state <> 'waiting' and seq <="
                " (select max(seq) from report_letters) - ?",
                (KEPT,),
            )

    def waiting(self, now: Millis) -> list[Waiting]:
        """The letters to be tried now, in order."""
        query = (
            "select told, tries from report_letters"
            " where state = 'waiting' and due_at <= ? order by seq"
        )
        return [
            Waiting(msgspec.json.decode(row["told"], type=Letter), row["tries"])
            for row in self._file.rows(query, (now,))
        ]

    def sent(self, id: str, now: Millis) -> None:
        """It was taken."""
        self._end("sent", id, now, "")

    def again(self, id: str, due_at: Millis, trouble: str) -> None:
        """It was not; it is tried again then."""
        self._file.write(
            "update report_letters set due_at = ?, tries = tries + 1, trouble = ? where id = ?",
            (due_at, trouble, id),
        )

    def given_up(self, id: str, now: Millis, trouble: str) -> None:
        """It never will be."""
        self._end("given_up", id, now, trouble)

    def last(self, mailing: str) -> Fate | None:
        """What became of its latest letter."""
        rows = self._file.rows(
            "select state, at, trouble, told from report_letters"
            " where mailing = ? order by seq desc limit 1",
            (mailing,),
        )
        for row in rows:
            letter = msgspec.json.decode(row["told"], type=Letter)
            return Fate(
                slot=letter.slot,
                state=row["state"],
                at=row["at"],
                late=letter.late,
                trial=letter.trial,
                trouble=row["trouble"],
            )
        return None

    def _deal(self, mailing: str, until: Millis) -> None:
        self._file.write(
            "insert or replace into report_mailings_done values (?, ?)", (mailing, until)
        )

    def _end(self, state: str, id: str, now: Millis, trouble: str) -> None:
        self._file.write(
            "update report_letters set state = ?, at = ?, trouble = ? where id = ?",
            (state, now, trouble, id),
        )
