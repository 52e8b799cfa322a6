"""What we know of a site before any event: its queues, its people, its clock, its targets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from ingest.events import Millis


class ServiceLevel(StrEnum):
    """Which abandoned calls the service level holds us to; five usages of the trade, each named.

    With A answered, Ab abandoned, T the target, S the short-abandon threshold:
    """

    SHORT_EXCLUDED = "short_excluded"
    """answered within T / (A + Ab at or after S): our default."""
    ANSWERED_ONLY = "answered_only"
    """answered within T / A: abandons are ignored (Asterisk `ServicelevelPerf`)."""
    ALL_COUNT = "all_count"
    """answered within T / (A + Ab): every abandon hurts."""
    IN_TARGET_EXCLUDED = "in_target_excluded"
    """answered within T / (A + Ab after T): abandons within T are taken out."""
    IN_TARGET_MET = "in_target_met"
    """(answered + abandoned within T) / (A + Ab): quick abandons count as met (`ServicelevelPerf2`)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueCard:
    """One queue as the site has set it up. Durations in milliseconds.

    `names` maps a language (`zh`, `en`) to the name on screen. `wrap_up_ms` is the after-call time
    that the ACD grants; it drives our ACW timer where the source has no such event. Small queues of
    one `group` are also judged together.
    """

    id: str
    names: Mapping[str, str] = field(default_factory=dict)
    target_ms: Millis = 20_000
    short_ms: Millis = 5_000
    service_level: ServiceLevel = ServiceLevel.SHORT_EXCLUDED
    goal: float = 0.8
    wrap_up_ms: Millis = 0
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentCard:
    """One agent: `id` is the name that events carry; `interfaces` are his phones (e.g. `PJSIP/1001`).

    A `lead` leads others 班长, and should take few calls himself.
    """

    id: str
    names: Mapping[str, str] = field(default_factory=dict)
    team: str = ""
    interfaces: tuple[str, ...] = ()
    lead: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """One site: what one writer looks after.

    `day_start_min` is when the business day begins, in minutes after midnight in `time_zone` (IANA).
    A queue without a card of its own gets `default_queue`'s targets.
    """

    id: str
    names: Mapping[str, str] = field(default_factory=dict)
    time_zone: str = "UTC"
    day_start_min: int = 0
    interval_ms: Millis = 900_000
    stale_ms: Millis = 10_000
    queues: Mapping[str, QueueCard] = field(default_factory=dict)
    default_queue: QueueCard = field(default_factory=lambda: QueueCard(id=""))
    agents: Mapping[str, AgentCard] = field(default_factory=dict)
    teams: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def queue(self, name: str) -> QueueCard:
        """The card of this queue, or the defaults for one that nobody configured."""
        return self.queues.get(name, self.default_queue)
