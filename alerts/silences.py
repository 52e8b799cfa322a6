"""Silences: somebody wants no notices about some alerts until some time. The alerts stay."""

from fnmatch import fnmatchcase

from msgspec import Struct

from ingest.events import Millis


class Silence(Struct, frozen=True, kw_only=True):
    """`rule` and `scope` are patterns. With `maintenance` the alerts themselves are muted: planned
    work that somebody began."""

    id: str
    rule: str
    scope: str
    until: Millis
    reason: str
    by: str
    at: Millis
    maintenance: bool = False

    def matches(self, rule: str, scope: str) -> bool:
        return fnmatchcase(rule, self.rule) and fnmatchcase(scope, self.scope)
