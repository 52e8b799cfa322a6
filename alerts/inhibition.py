"""What mutes what: the tree of causes and effects, as data.

feed lost ⊃ everything of its queues
line or component down ⊃ drops, cut-offs, collapse, silence, no answers; redials after it
calls cut off at once ⊃ drops; redials after it
agents leave at once ⊃ no answers, service level and waits; their own agent alerts
surge ⊃ service level and waits of the same queue; of the floor ⊃ those of its queues
"""

from collections.abc import Mapping
from enum import StrEnum
from fnmatch import fnmatchcase

from msgspec import Struct

from alerts.alert import Alert
from alerts.words import Kind, Station
from ingest.events import Millis

_MINUTE_MS = 60_000

REDIAL_MS = 20 * _MINUTE_MS
"""So long after a fault's end more calls than usual are those who ring again."""
ECHO_MS = 45 * _MINUTE_MS
"""What began in that time is held for the same thing until so long after the fault's end."""
AFTER_MS = 30_000
"""So long after a cause's end its effects may still be noticed."""
GUESS_MS = 60 * _MINUTE_MS
"""Where it is not known which queues a cause concerns, it is taken for the cause of what begins so
long after it; a line that stays dead for days must not mute the floor for days."""
_LATER_MS = 3 * _MINUTE_MS
_BEFORE_MS = 2 * _MINUTE_MS


class Reach(StrEnum):
    """How far a cause goes."""

    ALWAYS = "always"
    """Its own queues, or everything if it is not known which they are."""
    NEAR = "near"
    """The same, but where the queues are not known only what begins near it in time."""
    COVERED = "covered"
    """Scopes that lie within its own."""
    LATER = "later"
    """As `near`, but what begins within minutes of the cause has another one: callers who were not
    served need some time to ring again."""
    SAME_NAME = "same_name"
    """Scopes of another kind with the same name: a trunk and its registration."""


class Who(Struct, frozen=True):
    """Alerts of these kinds and scopes, of whose evidence `key` matches one of `words`.

    No kinds are all kinds; a cause names its own.
    """

    kinds: tuple[Kind, ...] = ()
    scopes: tuple[str, ...] = ("*",)
    key: str = ""
    words: tuple[str, ...] = ("*",)

    def are(self, alert: Alert) -> bool:
        if self.kinds and alert.kind not in self.kinds:
            return False
        if not any(fnmatchcase(alert.scope, pattern) for pattern in self.scopes):
            return False
        word = str(alert.evidence.get(self.key, "")) if self.key else ""
        return any(fnmatchcase(word, pattern) for pattern in self.words)


class Mutes(Struct, frozen=True):
    """One branch. With `after_ms` the effect begins after the cause, or until so long after its end."""

    cause: Who
    effect: Who
    reach: Reach = Reach.NEAR
    after_ms: Millis = 0


_FED = (
    *("queue", "group", "team", "agent"),
    *("trunk", "registration", "link", "node", "endpoint"),
)
_FEED = Who((Kind.ADAPTER,))
_PHONES = "endpoint:[*]"
"""Many phones at once, told under the name `endpoint:*`; one phone is one agent's matter."""
_HUB = Who((Kind.COMPONENT,), ("node:*", "link:*"))
_LINE = Who((Kind.COMPONENT,), ("trunk:*", "registration:*", "link:*", "node:*", _PHONES))
_CUT = Who((Kind.DROPPED, Kind.MASS_END, Kind.COLLAPSE, Kind.SILENCE, Kind.NO_ANSWER))
_WAITS = Who(
    (Kind.THRESHOLD,), key="metric", words=("*wait*", "service_level", "asa_ms", "*aband*")
)
_UNREACHABLE = Who((Kind.AGENT,), key="what", words=("unreachable",))
_SURGE = Who((Kind.SURGE,))
_FLOORWIDE = (Kind.SURGE, Kind.COLLAPSE, Kind.SILENCE, Kind.NO_ANSWER)

TREE: tuple[Mutes, ...] = (
    Mutes(
        _FEED,
        Who(scopes=("", *(f"{word}:*" for word in _FED))),
        Reach.ALWAYS,
    ),
    Mutes(_HUB, Who((Kind.COMPONENT,), ("trunk:*", "registration:*", "endpoint:*"))),
    Mutes(
        Who((Kind.COMPONENT,), ("node:*", "link:*", _PHONES)),
        Who((Kind.MASS_SIGN_OUT,)),
    ),
    Mutes(
        Who((Kind.COMPONENT,), ("trunk:*",)),
        Who((Kind.COMPONENT,), ("registration:*", "endpoint:*")),
        Reach.SAME_NAME,
    ),
    Mutes(_LINE, _CUT),
    Mutes(_LINE, _UNREACHABLE),
    Mutes(Who((Kind.COMPONENT,), ("endpoint:*",)), _UNREACHABLE),
    Mutes(_LINE, _SURGE, after_ms=REDIAL_MS),
    Mutes(_LINE, Who((Kind.COLLAPSE,)), after_ms=REDIAL_MS),
    Mutes(Who((Kind.MASS_END,)), Who((Kind.DROPPED,))),
    Mutes(Who((Kind.MASS_END,)), _SURGE, after_ms=REDIAL_MS),
    Mutes(Who((Kind.MASS_SIGN_OUT,)), Who((Kind.NO_ANSWER,))),
    Mutes(Who((Kind.MASS_SIGN_OUT,)), _WAITS),
    Mutes(Who((Kind.MASS_SIGN_OUT,)), _SURGE, Reach.LATER, after_ms=REDIAL_MS),
    Mutes(Who((Kind.MASS_SIGN_OUT,)), Who((Kind.AGENT,))),
    Mutes(Who((Kind.NO_ANSWER,)), _WAITS, Reach.COVERED),
    Mutes(Who((Kind.NO_ANSWER,)), Who((Kind.SILENCE, Kind.COLLAPSE)), Reach.COVERED),
    Mutes(_SURGE, _WAITS, Reach.COVERED),
    Mutes(Who((Kind.SILENCE,)), Who((Kind.COLLAPSE,)), Reach.COVERED),
    *(Mutes(Who((kind,)), Who((kind,)), Reach.COVERED) for kind in _FLOORWIDE),
    Mutes(Who((Kind.DROPPED,), ("trunk:*",)), Who((Kind.DROPPED,), ("", "queue:*", "agent:*"))),
)


_BRANCHES: Mapping[Kind, tuple[Mutes, ...]] = {
    kind: tuple(branch for branch in TREE if kind in branch.cause.kinds) for kind in Kind
}


def may_mute(alert: Alert) -> bool:
    """Whether it can be a cause at all."""
    return alert.station is not Station.PENDING and bool(_BRANCHES[alert.kind])


def mutes(cause: Alert, effect: Alert, now: Millis, linger_ms: Millis) -> bool:
    """Whether `cause` mutes `effect` now: while it is open, and for `linger_ms` after its end."""
    if cause is effect or cause.station is Station.PENDING:
        return False
    since_end: Millis = 0
    if cause.ended_at is not None:
        since_end = now - cause.ended_at
        # Its statistic needs good calls to calm down; only a new drop says that it goes on.
        if effect.kind is Kind.DROPPED and effect.worse_at <= cause.ended_at:
            linger_ms = max(linger_ms, REDIAL_MS)
        if effect.at > cause.ended_at + AFTER_MS:
            # What began when the cause was gone is no effect of it, but for those that come later.
            linger_ms = 0
    return any(
        since_end < max(linger_ms, _lasting_ms(branch, cause, effect))
        and _is_branch(branch, cause, effect)
        for branch in _BRANCHES[cause.kind]
        if branch.effect.are(effect) and branch.cause.are(cause)
    )


def _lasting_ms(branch: Mutes, cause: Alert, effect: Alert) -> Millis:
    if not branch.after_ms or cause.ended_at is None:
        return branch.after_ms
    return ECHO_MS if effect.at < cause.ended_at + branch.after_ms else branch.after_ms


def causes(cause: Alert, effect: Alert) -> bool:
    """Whether one can be the cause of the other at all, whatever the time."""
    return cause is not effect and any(
        _is_branch(branch, cause, effect)
        for branch in _BRANCHES[cause.kind]
        if branch.effect.are(effect) and branch.cause.are(cause)
    )


def _is_branch(branch: Mutes, cause: Alert, effect: Alert) -> bool:
    if branch.after_ms and effect.at < cause.at:
        return False
    match branch.reach:
        case Reach.SAME_NAME:
            return cause.scope.partition(":")[2] == effect.scope.partition(":")[2]
        case Reach.COVERED:
            return covers(cause, effect)
        case Reach.ALWAYS:
            ours, theirs = queues_of(cause), queues_of(effect)
            return not ours or not theirs or not ours.isdisjoint(theirs)
        case Reach.NEAR:
            return _near(cause, effect)
        case Reach.LATER:
            return effect.at >= cause.at + _LATER_MS and _near(cause, effect)


def _near(cause: Alert, effect: Alert) -> bool:
    ours, theirs = queues_of(cause), queues_of(effect)
    if ours and theirs:
        return not ours.isdisjoint(theirs)
    last = cause.at if cause.ended_at is None else cause.ended_at
    return cause.at - _BEFORE_MS <= effect.at <= last + GUESS_MS


def covers(wide: Alert, narrow: Alert) -> bool:
    """Whether the one's scope takes in the other's; two alerts of one scope cover each other, but
    alerts of one rule never have the same."""
    if wide.scope == narrow.scope:
        return wide.kind is not narrow.kind
    if not wide.scope:
        return True
    ours, theirs = queues_of(wide), queues_of(narrow)
    return bool(theirs) and theirs < ours


def queues_of(alert: Alert) -> frozenset[str]:
    """The queues that it concerns; empty if that is not known, or for the whole floor."""
    if alert.queues:
        return frozenset(alert.queues)
    kind, _, id = alert.scope.partition(":")
    return frozenset((id,)) if kind == "queue" else frozenset()
