"""Who is told of alerts, when and how often: the site's arrangements, as data.

Durations are milliseconds. Patterns are as in file names (`queue:*`), as in `alerts.rules`.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from msgspec import Struct

from alerts.hours import ALWAYS, Hours
from ingest.events import Millis

_MINUTE_MS = 60_000

ON_DUTY = "duty"
"""Tell the channels of the team on duty."""
LEAD = "lead"
"""Tell the shift's lead 值班长."""
MANAGER = "manager"
"""Tell the shift's manager."""


class Step(Struct, frozen=True):
    """One step of an escalation: `after_ms` from the firing, if nobody has acknowledged by then.

    `tell` names who: `duty`, `lead`, `manager`, `person:ID`, `channel:NAME`.
    """

    after_ms: Millis
    tell: tuple[str, ...] = (ON_DUTY,)


class Policy(Struct, frozen=True, kw_only=True):
    """Whom an incident calls, step by step, and how often it repeats itself (0: never)."""

    steps: tuple[Step, ...] = (
        Step(0, (ON_DUTY,)),
        Step(3 * _MINUTE_MS, (LEAD,)),
        Step(10 * _MINUTE_MS, (MANAGER,)),
    )
    repeat_ms: Millis = 30 * _MINUTE_MS


DEFAULT_POLICY = Policy()
"""What a site has that arranged nothing: the team at once, the lead, the manager."""


class Person(Struct, frozen=True, kw_only=True):
    """Somebody who can be told: the channels that reach him, and the name that each calls him by
    (a mobile number, a user id, a mail address)."""

    id: str
    names: Mapping[str, str] = {}
    channels: tuple[str, ...] = ()
    mentions: Mapping[str, str] = {}


class Shift(Struct, frozen=True, kw_only=True):
    """Who is on duty in some hours of the week.

    `teams` and `queues` (patterns) are what they look after; none of either means everything.
    `channels` are told as such; `persons` on theirs.
    """

    hours: Hours = ALWAYS
    teams: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    persons: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    lead: str = ""
    manager: str = ""

    def looks_after(self, teams: frozenset[str], queues: frozenset[str]) -> bool:
        """Whether something of these teams and queues (both empty: the whole floor) is theirs."""
        if not self.teams and not self.queues:
            return True
        if not teams and not queues:
            return True
        return bool(teams.intersection(self.teams)) or any(
            fnmatchcase(queue, pattern) for queue in queues for pattern in self.queues
        )


class Maintenance(Struct, frozen=True, kw_only=True):
    """Work that is planned: matching alerts are muted within these hours, and in `start`..`end` if
    those are given."""

    rule: str = "*"
    scope: str = "*"
    hours: Hours = ALWAYS
    start: Millis = 0
    end: Millis = 0
    reason: str = ""

    def holds(self, rule: str, scope: str, now: Millis) -> bool:
        """Whether it mutes this alert now."""
        return (
            fnmatchcase(rule, self.rule)
            and fnmatchcase(scope, self.scope)
            and self.start <= now
            and (not self.end or now < self.end)
            and self.hours.holds(now)
        )


class Grouping(Struct, frozen=True, kw_only=True):
    """How alerts of one cause become one incident.

    Nothing is said before `wait_ms` (`critical_wait_ms` for critical ones) has passed. An alert joins
    an open incident of its kind of trouble within `window_ms`. An incident is over when all its
    alerts have been for `settle_ms`. What was muted by a cause stays so for `linger_ms` after it.
    """

    critical_wait_ms: Millis = 5_000
    wait_ms: Millis = 15_000
    window_ms: Millis = 5 * _MINUTE_MS
    settle_ms: Millis = _MINUTE_MS
    linger_ms: Millis = 2 * _MINUTE_MS


class Care(Struct, frozen=True, kw_only=True):
    """Everything a site has arranged about its alerts.

    `channels` are told where nobody is named, so that an alert is never told to nobody. In `quiet`
    hours (None: never) only critical incidents are told.
    """

    policies: Mapping[str, Policy] = {}
    persons: Mapping[str, Person] = {}
    shifts: tuple[Shift, ...] = ()
    maintenance: tuple[Maintenance, ...] = ()
    quiet: Hours | None = None
    grouping: Grouping = Grouping()
    channels: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("zh", "en")

    def policy(self, name: str) -> Policy:
        """The policy of this name, the default one if there is none."""
        return self.policies.get(name) or self.policies.get("default") or DEFAULT_POLICY

    def is_quiet(self, now: Millis) -> bool:
        return self.quiet is not None and self.quiet.holds(now)
