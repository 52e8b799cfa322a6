"""The roads by which pages wish something: `/desk`, `/alerts` and `/training`. One message, one answer."""

from dataclasses import dataclass

import msgspec
from websockets.asyncio.server import ServerConnection

from dashboard import alerting, training
from dashboard.access import Caller, Role
from dashboard.admission import Refusal
from dashboard.alerting import AlertDesk
from dashboard.concern import concerns, own_agents, own_part
from dashboard.desks import Desks, Wish
from dashboard.frames import Body, part_of
from dashboard.guests import Guest, Guests
from dashboard.screen import messages
from dashboard.usher import shut_out
from ingest.ports import Clock
from simulators.training import Desk

DESK_BYTES = 1_024 * 1_024
"""A wish may carry a photograph."""
STRANGER_BYTES = 4 * 1_024
"""What somebody may say who has not signed in."""
_TRAINING_BYTES = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class Behind:
    """Who stands behind a gateway: the training desk, that of the alerts, and all the others."""

    training: Desk | None = None
    alerts: AlertDesk | None = None
    desks: Desks | None = None


NOBODY_BEHIND = Behind()


class Sight:
    """What of the alerts a caller sees, in the body as it is now."""

    def __init__(self, caller: Caller, body: Body) -> None:
        self._scope = caller.scope
        self._alerts = part_of(body, "alerts")
        self._agents = own_agents(caller.scope, part_of(body, "agents"))

    def sees(self, place: str) -> bool:
        return concerns(self._scope, place, self._agents)

    def reach(self, incident: str) -> tuple[str, str] | None:
        known = part_of(self._alerts, "incidents").get(incident)
        if not isinstance(known, dict) or own_part(known, self.sees) is None:
            return None
        return str(known.get("rule", "")), str(known.get("scope", ""))

    def silenced(self, silence: str) -> str | None:
        known = part_of(part_of(self._alerts, "silences"), silence)
        return str(part_of(known, "matcher").get("scope", "")) if known else None


class Roads:
    """Serves each road for as long as its guest may be there. `body` is what screens are shown."""

    def __init__(self, clock: Clock, guests: Guests, behind: Behind) -> None:
        self.body: Body = {}
        self._clock = clock
        self._guests = guests
        self._training = behind.training
        self._alerts = behind.alerts
        self._desks = behind.desks
        there = {
            "/training": behind.training,
            "/alerts": behind.alerts,
            "/desk": behind.desks,
        }
        self.paths = frozenset(path for path, desk in there.items() if desk is not None)

    def refusal(self, path: str, caller: Caller) -> Refusal | None:
        """Why a caller may not take this road. To the desks anybody may: to knock, at least."""
        return shut_out(caller, Role.SUPERVISOR) if path in {"/training", "/alerts"} else None

    def sight(self, caller: Caller) -> Sight:
        """What he sees of the alerts now."""
        return Sight(caller, self.body)

    async def serve(self, path: str, connection: ServerConnection, guest: Guest) -> None:
        """Answer what comes by a road, until its guest goes or is signed out."""
        most_bytes = {
            "/training": _TRAINING_BYTES,
            "/alerts": alerting.MESSAGE_BYTES,
            "/desk": STRANGER_BYTES if guest.caller.role is Role.NOBODY else DESK_BYTES,
        }[path]
        async for message in messages(connection, most_bytes):
            now = self._clock.now()
            caller = self._guests.acting(guest, now)
            if caller is None or self.refusal(path, caller) is not None:
                return
            if path == "/desk":
                assert self._desks is not None
                answer = await self._desks.obey(caller, message, now, guest.address)
            elif path == "/alerts":
                answer = self._alerted(caller, message, guest)
            else:
                assert self._training is not None
                answer = training.obeyed(self._training, message, now)
            await connection.send(answer, text=True)

    def _alerted(self, caller: Caller, message: bytes, guest: Guest) -> bytes:
        assert self._alerts is not None
        now = self._clock.now()
        answer, wish = alerting.obeyed(self._alerts, caller, message, now, self.sight(caller))
        if self._desks is not None and wish:
            deed = f"alert.{wish.get('do')}"
            data = {str(key): value for key, value in wish.items() if key != "do"}
            noted = Wish(caller=caller, deed=deed, data=data, now=now, address=guest.address)
            self._desks.note(noted, bool(answer.get("done")), str(answer.get("why", "")))
        return msgspec.json.encode(answer)
