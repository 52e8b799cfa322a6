"""Who has signed in, as one table. What a browser holds is not in it, only its digest."""

from dashboard.desk_file import DeskFile
from dashboard.tokens import digest, is_token, new_token
from ingest.events import Millis

IDLE_MS: Millis = 12 * 3_600_000
WHOLE_MS: Millis = 7 * 86_400_000
_SEEN_MS: Millis = 300_000
"""To write down every request would cost a disk flush each."""

_TABLES = """
create table if not exists sessions (
    digest text primary key, user text not null, made_at integer not null, seen_at integer not null
);
create index if not exists sessions_user on sessions (user);
"""


class SqliteSessions:
    """Sessions end 12 hours after their last use, 7 days after they began, or when revoked."""

    def __init__(self, file: DeskFile) -> None:
        self._file = file
        file.create(_TABLES)

    def begin(self, user: str, now: Millis) -> str:
        """The token of a new session. Sessions that are over are cleared away."""
        token = new_token()
        with self._file.transaction():
            self._file.write(
                "delete from sessions where seen_at <= ? or made_at <= ?",
                (now - IDLE_MS, now - WHOLE_MS),
            )
            self._file.write(
                "insert into sessions values (?, ?, ?, ?)", (digest(token), user, now, now)
            )
        return token

    def user(self, session: str, now: Millis, *, seen: bool = False) -> str:
        """Whose session this digest names, "" if none's; `seen` says that it is used."""
        rows = self._file.rows("select * from sessions where digest = ?", (session,))
        if not rows:
            return ""
        row = rows[0]
        # The clock of a small machine may have been set back since: then it is as new.
        if now - row["seen_at"] >= IDLE_MS or now - row["made_at"] >= WHOLE_MS:
            return ""
        if seen and now - row["seen_at"] >= _SEEN_MS:
            self._file.note("update sessions set seen_at = ? where digest = ?", (now, session))
        return str(row["user"])

    def end(self, session: str) -> bool:
        """Revoke one; whether there was such a one."""
        return bool(self._file.write("delete from sessions where digest = ?", (session,)))

    def end_all(self, user: str, but: str = "") -> int:
        """Revoke all of a user, but for one; how many."""
        return self._file.write("delete from sessions where user = ? and digest <> ?", (user, but))


def session_of(token: str) -> str:
    """The digest that names a session; "" if this is no token."""
    return digest(token) if is_token(token) else ""
