"""Rules as data: what is watched, where, how surely, and how much it matters.

Durations are milliseconds, shares and ratios plain numbers. `scopes` are patterns as in file names
(`queue:*`, `trunk:carrier-?`, empty for the whole floor): a rule speaks of a scope that matches one.
"""

from collections.abc import Mapping
from fnmatch import fnmatchcase

from msgspec import Struct

from alerts.hours import ALWAYS, Hours
from alerts.words import Kind, Severity
from ingest.events import Millis

DAY_MS = 86_400_000
WEEK_MS = 7 * DAY_MS


class Budget(Struct, frozen=True):
    """The promise: at most `alarms` false ones per `period_ms`, over all scopes of the rule together
    (`each_scope` False: "for the whole floor") or in each of them."""

    alarms: float = 1.0
    period_ms: Millis = WEEK_MS
    each_scope: bool = False


class Rule(Struct, frozen=True, kw_only=True):
    """What every rule has.

    The condition must hold for `for_ms` before the alert fires, and be gone for `keep_ms` before it
    ends. `names` and the playbook's text are by language (`zh`, `en`). `policy` says who is told.
    """

    id: str
    names: Mapping[str, str] = {}
    severity: Severity = Severity.WARNING
    scopes: tuple[str, ...] = ("", "*")
    for_ms: Millis = 0
    keep_ms: Millis = 0
    policy: str = "default"
    playbook: str = ""

    @property
    def kind(self) -> Kind:
        return KINDS[type(self)]

    def speaks_of(self, scope: str) -> bool:
        """Whether this scope is the rule's business."""
        return any(fnmatchcase(scope, pattern) for pattern in self.scopes)


class SurgeRule(Rule, frozen=True, kw_only=True):
    """More arrivals than forecast: "tell me from x1.5, at most one false alarm a week"."""

    from_ratio: float = 1.5
    budget: Budget = Budget()
    hours: Hours = ALWAYS


class CollapseRule(Rule, frozen=True, kw_only=True):
    """Fewer arrivals than forecast, from `to_ratio` of them down."""

    to_ratio: float = 0.5
    budget: Budget = Budget()
    hours: Hours = ALWAYS


class SilenceRule(Rule, frozen=True, kw_only=True):
    """No arrival for longer than chance explains."""

    budget: Budget = Budget()
    hours: Hours = ALWAYS


class DroppedRule(Rule, frozen=True, kw_only=True):
    """Calls cut off by faults, per queue, trunk and agent. `normal_share` of them is nothing to tell."""

    normal_share: float = 0.01
    budget: Budget = Budget()


class ShortCallsRule(Rule, frozen=True, kw_only=True):
    """Conversations shorter than `short_ms`, per agent: somebody, or some phone, hangs up on callers."""

    short_ms: Millis = 10_000
    normal_share: float = 0.03
    budget: Budget = Budget()


class NoAnswerRule(Rule, frozen=True, kw_only=True):
    """Calls arrive and none is answered, though answers were due."""

    budget: Budget = Budget()
    hours: Hours = ALWAYS


class MassEndRule(Rule, frozen=True, kw_only=True):
    """More conversations end within `within_ms` than chance explains."""

    within_ms: Millis = 5_000
    budget: Budget = Budget()


class MassSignOutRule(Rule, frozen=True, kw_only=True):
    """More agents stop being available within `within_ms` than chance explains."""

    within_ms: Millis = 60_000
    budget: Budget = Budget()


class ComponentRule(Rule, frozen=True, kw_only=True):
    """A component is `down` (or `degraded`). `kinds` are of `ComponentKind`, none means all."""

    kinds: tuple[str, ...] = ()
    degraded: bool = False


class AdapterRule(Rule, frozen=True, kw_only=True):
    """A feed is down, silent though it sends heartbeats, or tells of a gap."""


class ThresholdRule(Rule, frozen=True, kw_only=True):
    """A figure of a scope is beyond `limit`, above it or (`below`) under it.

    `over` is the span that the figure is of: `now`, the running `interval`, or the business `day`.
    It is over again only beyond `recover` (None: `limit` itself). Below `least` calls of the
    figure's own denominator nothing is judged. `once` per interval, or at each crossing.
    """

    metric: str
    limit: float
    below: bool = False
    recover: float | None = None
    over: str = "now"
    least: int = 0
    once: bool = False
    hours: Hours = ALWAYS


class AgentRule(Rule, frozen=True, kw_only=True):
    """One agent needs a look.

    With `state` (and `reason`, a pattern): he is in it for longer than `longer_ms`. With
    `unanswered`: so many offers in a row rang unanswered. With `unreachable`: his phone cannot be
    reached while he is signed in.
    """

    state: str = ""
    reason: str = "*"
    longer_ms: Millis = 0
    unanswered: int = 0
    unreachable: bool = False


KINDS: Mapping[type[Rule], Kind] = {
    SurgeRule: Kind.SURGE,
    CollapseRule: Kind.COLLAPSE,
    SilenceRule: Kind.SILENCE,
    DroppedRule: Kind.DROPPED,
    ShortCallsRule: Kind.DROPPED,
    NoAnswerRule: Kind.NO_ANSWER,
    MassEndRule: Kind.MASS_END,
    MassSignOutRule: Kind.MASS_SIGN_OUT,
    ComponentRule: Kind.COMPONENT,
    AdapterRule: Kind.ADAPTER,
    ThresholdRule: Kind.THRESHOLD,
    AgentRule: Kind.AGENT,
}
