"""The desk where an admin reads the audit."""

from collections.abc import Mapping

from dashboard.access import Role
from dashboard.audit_sqlite import SqliteAudit
from dashboard.desks import UNREADABLE, Deed, Inquiry, Question, RefusedError
from ingest.events import Millis

DAY_MS: Millis = 86_400_000
LIMIT = 500
_LONGEST_TIME = 16


class AuditDesk:
    """`/audit?from=&to=&who=&deed=`: times in ms, by default the last day; `deed` may be a beginning."""

    def __init__(self, audit: SqliteAudit) -> None:
        self._audit = audit

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {}

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/audit": (Role.ADMIN, self._entries)}

    def document(self, now: Millis) -> Mapping[str, object]:
        return {}

    async def _entries(self, question: Question) -> object:
        query = question.query
        end = _time(query.get("to", ""), question.now + 1)
        found = self._audit.entries(
            _time(query.get("from", ""), end - DAY_MS),
            end,
            who=query.get("who", ""),
            deed=query.get("deed", ""),
            limit=LIMIT + 1,
        )
        return {"entries": found[:LIMIT], "more": len(found) > LIMIT}


def _time(text: str, default: Millis) -> Millis:
    if not text:
        return default
    if len(text) > _LONGEST_TIME or not text.isascii() or not text.isdigit():
        raise RefusedError(UNREADABLE)
    return int(text)
