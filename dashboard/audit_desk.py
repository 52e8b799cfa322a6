"""The desk where an admin reads the audit."""

from collections.abc import Mapping

from dashboard.access import Role
from dashboard.audit_sqlite import SqliteAudit
from dashboard.desks import Desk, Inquiry, Question
from dashboard.period import period
from ingest.events import Millis

DAY_MS: Millis = 86_400_000
LIMIT = 500


class AuditDesk(Desk):
    """`/audit?from=&to=&who=&deed=`: times in ms, by default the last day; `deed` may be a beginning."""

    def __init__(self, audit: SqliteAudit) -> None:
        self._audit = audit

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/audit": (Role.ADMIN, self._entries)}

    async def _entries(self, question: Question) -> object:
        query = question.query
        start, end = period(query, question.now, DAY_MS)
        found = self._audit.entries(
            start,
            end,
            who=query.get("who", ""),
            deed=query.get("deed", ""),
            limit=LIMIT + 1,
        )
        return {"entries": found[:LIMIT], "more": len(found) > LIMIT}
