"""What to do on one AMI connection, and when: greet, log in, ask, ping, notice silence. No socket in it.

data, ticks --> AmiLink --> events for the stream; bytes for the PBX; `over` when it must be given up
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from ingest.ami_message import Message
from ingest.ami_protocol import AmiProtocol, AmiProtocolError, State
from ingest.ami_translate import Translator
from ingest.events import Event, Millis

PING_MS = 15_000
SILENT_MS = 30_000
"""Two pings without an answer: the link is dead, whatever TCP says."""

HEARTBEAT_MS = 10_000
BOOT_MS = 3_000
"""An account that may not read `system` is never told FullyBooted: ask without it after this long."""

LOGIN_MS = 10_000
REVIEW_MS = 60_000
"""How often members are asked for anew: a reload changes them without an event."""

QUESTIONS = (
    "CoreStatus",
    "QueueStatus",
    "CoreShowChannels",
    "PJSIPShowEndpoints",
    "PJSIPShowContacts",
    "PJSIPShowRegistrationsOutbound",
    "IAXpeerlist",
    "IAXregistry",
)
"""What is asked after each login. What we may not ask, or what is not loaded, is answered by an error."""


class Over(StrEnum):
    """Why a connection is given up."""

    REFUSED = "refused"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The connection is over: of what sort the reason is, and the reason."""

    over: Over
    why: str


class AmiLink:
    """One connection. Each method gives the events that follow; look at `verdict` after each."""

    def __init__(
        self, translator: Translator, number: int, login: Callable[[AmiProtocol], None], now: Millis
    ) -> None:
        """`login` queues the login on the protocol once the server has greeted."""
        self.verdict: Verdict | None = None
        self.synced = False
        self._translator = translator
        self._protocol = AmiProtocol(f"fw{number}")
        self._login = login
        self._began_at = self._heard_at = self._beat_at = now
        self._login_at: Millis | None = None
        self._asked_at: Millis | None = None
        self._pinged_at = now
        self._ping_id = ""
        self._offset_ms: Millis | None = None
        self._lag_ms: Millis = 0

    @property
    def counters(self) -> dict[str, int]:
        """Messages of this connection, and how many of them said nothing about the floor."""
        return {"messages": self._protocol.received, "skipped": self._protocol.skipped}

    def data_to_send(self) -> bytes:
        """What has to go to the PBX now."""
        return self._protocol.data_to_send()

    def receive(self, data: bytes, now: Millis) -> list[Event]:
        """Bytes came in at `now`."""
        self._heard_at = max(self._heard_at, now)
        try:
            messages = self._protocol.receive_data(data)
        except AmiProtocolError as error:
            self.verdict = Verdict(Over.BROKEN, str(error))
            return []
        if self._protocol.state is State.READY:
            self._login(self._protocol)
        if self._protocol.state is State.REFUSED:
            self.verdict = Verdict(Over.REFUSED, f"login refused: {self._protocol.refusal}")
            return []
        if self._login_at is None and self._protocol.state in (State.LOGGED_IN, State.BOOTED):
            self._login_at = self._pinged_at = now
        events: list[Event] = []
        for message in messages:
            events += self._take(message, now)
        self._translator.heard(now)
        return events

    def ended(self) -> None:
        """The PBX closed the connection."""
        if self.verdict is None:
            self.verdict = Verdict(Over.BROKEN, "the PBX closed the connection")

    def tick(self, now: Millis, backlog: int = 0) -> list[Event]:
        """Time passes: ping, heartbeat, timers. `backlog` is how many chunks wait to be read by us."""
        if backlog == 0 and now - self._heard_at >= SILENT_MS:
            self.verdict = Verdict(Over.BROKEN, f"silent for {SILENT_MS // 1000} s")
            return self._translator.tick(now)
        if self._login_at is None:
            if now - self._began_at >= LOGIN_MS:
                self.verdict = Verdict(
                    Over.BROKEN, "no answer to the login; is this the manager port?"
                )
            return self._translator.tick(now)
        events: list[Event] = []
        if self._asked_at is None and now - self._login_at >= BOOT_MS:
            events += self._link(now)
        if now - self._pinged_at >= PING_MS:
            self._pinged_at = now
            self._ping_id = self._protocol.request("Ping")
        if self._asked_at is not None and now - self._asked_at >= REVIEW_MS:
            self._asked_at = now
            self._protocol.request("QueueStatus")
        if self._asked_at is not None and now - self._beat_at >= HEARTBEAT_MS:
            self._beat_at = now
            events += self._translator.heartbeat(
                now, self.counters, lag_ms=self._lag_ms, offset_ms=self._offset_ms, backlog=backlog
            )
        return events + self._translator.tick(now)

    def _take(self, message: Message, now: Millis) -> list[Event]:
        events: list[Event] = []
        if message.event == "FullyBooted":
            events += self._link(now)
        elif message.event == "Reload" and self._asked_at is not None:
            self._protocol.request("QueueStatus")
        elif message.event == "QueueStatusComplete":
            self.synced = True
        elif self._ping_id and message.text("actionid") == self._ping_id:
            self._ponged(message, now)
        return events + self._translator.receive(message, now)

    def _link(self, now: Millis) -> list[Event]:
        """Logged in and booted: ask who is there. A second boot on one link asks once more."""
        self._asked_at = now
        for question in QUESTIONS:
            self._protocol.request(question)
        return self._translator.linked(now)

    def _ponged(self, message: Message, now: Millis) -> None:
        self._ping_id = ""
        self._lag_ms = max(0, now - self._pinged_at)
        told_at = message.timestamp_at
        if told_at is not None:
            self._offset_ms = told_at - (self._pinged_at + now) // 2
