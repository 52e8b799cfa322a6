"""What the console is told of the house itself: the seating plan, and how long a state may last."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from alerts.rules import Rule
from dashboard.desks import Desk
from floorwatch.allowed import Allowed, allowed, merged
from floorwatch.plan_file import Plan
from ingest.events import Millis
from stream.floor import Floor

LOOK_MS = 2_000


class Premises(Desk):
    """A desk that does no deeds. `planned` is what holds where the rules say nothing of a state."""

    def __init__(
        self,
        floor: Floor,
        plan: Plan | None,
        rules: Callable[[], Iterable[Rule]],
        planned: Allowed | None = None,
    ) -> None:
        self._floor = floor
        self._rules = rules
        self._planned = planned or {}
        self._looked_at: Millis = -LOOK_MS
        self._reasons: set[str] = set()
        self._allowed: Allowed = {}
        self._plan = plan
        self._seated: dict[str, Any] = {}

    def document(self, now: Millis) -> Mapping[str, object]:
        """`plan` and `allowed`; the same objects until something of them is different."""
        if not 0 <= now - self._looked_at < LOOK_MS:
            self._looked_at = now
            self._look()
        told = {"plan": self._seated, "allowed": self._allowed}
        return {key: value for key, value in told.items() if value}

    def away_ms(self, reason: str) -> Millis | None:
        """How long somebody may be away for this reason; None if nobody says."""
        limits = self._allowed.get("not_ready", {})
        return limits.get(reason, limits.get(""))

    def _look(self) -> None:
        people = self._floor.state.agents.agents.values()
        self._reasons |= {agent.changes[-1].reason for agent in people if agent.changes}
        found = merged(allowed(self._rules(), self._reasons), self._planned)
        if found != self._allowed:
            self._allowed = found
        if self._plan is not None:
            seated = {key: list(parts) for key, parts in msgspec.to_builtins(self._plan).items()}
            for seat in seated["seats"]:
                if "phone" in seat:
                    self._find(seat)
            if seated != self._seated:
                self._seated = seated

    def _find(self, seat: dict[str, Any]) -> None:
        """Whoever uses the phone of a seat now sits there."""
        interfaces = self._floor.state.agents.interfaces
        if seat["phone"] in interfaces:
            seat["agent"] = interfaces[seat["phone"]]
