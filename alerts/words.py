"""The closed lists of words that alerts are told in: kinds, severities, stations of their life."""

from enum import StrEnum


class Kind(StrEnum):
    """What sort of trouble an alert speaks of."""

    SURGE = "surge"
    """More calls arrive than the forecast allows for."""
    COLLAPSE = "collapse"
    """Far fewer calls arrive than forecast."""
    SILENCE = "silence"
    """No call arrives at all, for longer than chance explains."""
    DROPPED = "dropped"
    """Calls are cut off more often than is normal."""
    NO_ANSWER = "no_answer"
    """Calls arrive and nobody answers any."""
    MASS_END = "mass_end"
    """Many conversations end in the same moment."""
    MASS_SIGN_OUT = "mass_sign_out"
    """Many agents leave in the same moment."""
    COMPONENT = "component"
    """A part of the telephone system, or one of our own channels, is down."""
    ADAPTER = "adapter"
    """The feed from a source is dead, silent, or misses events."""
    THRESHOLD = "threshold"
    """A figure is beyond the limit that somebody set."""
    AGENT = "agent"
    """One agent needs a look: too long in a state, does not answer, cannot be reached."""


class Severity(StrEnum):
    """How quickly somebody must act."""

    CRITICAL = "critical"
    """Callers are being lost now."""
    WARNING = "warning"
    """Callers will be lost if nobody acts."""
    NOTICE = "notice"
    """Worth a look."""


class Station(StrEnum):
    """Where an alert is in its life. Acknowledged, silenced and inhibited are facts about it."""

    PENDING = "pending"
    """The condition holds, not yet for long enough."""
    FIRING = "firing"
    """It holds."""
    RECOVERING = "recovering"
    """It holds no more, not yet for long enough."""
    ENDED = "ended"
    """It is over."""
