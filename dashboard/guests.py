"""Guests: who is at the other end of each open connection, and whether he still may be."""

from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from websockets.asyncio.server import ServerConnection

from dashboard.access import Caller
from dashboard.doors import Doors
from ingest.events import Millis

LOOK_AGAIN_MS = 1_000
ASK_ALL_MS = 60_000
"""By so much a session may outlive its time on a connection that is open."""


@dataclass(slots=True)
class Guest:
    """Who he is, and the address that he comes from."""

    caller: Caller
    address: str


class Guests:
    """Asks the doors again and again, and sends away whoever may not stay as he came."""

    def __init__(self, doors: Doors) -> None:
        self._doors = doors
        self._expected: WeakKeyDictionary[ServerConnection, Guest] = WeakKeyDictionary()
        self._here: dict[ServerConnection, Guest] = {}
        self._looked_at: Millis = 0
        self._asked_at: Millis = 0
        self._version: object = None
        self._is_new = False

    def expect(self, connection: ServerConnection, caller: Caller, address: str) -> None:
        """This connection is let in as soon as its handshake is done."""
        self._expected[connection] = Guest(caller, address)

    def arrived(self, connection: ServerConnection) -> Guest:
        """It is here now."""
        guest = self._here[connection] = self._expected.pop(connection)
        self._is_new = True  # what changed during its handshake is not looked at yet
        return guest

    def left(self, connection: ServerConnection) -> None:
        self._here.pop(connection, None)

    def acting(self, guest: Guest, now: Millis) -> Caller | None:
        """Who he is now that he wishes something; None if he has been signed out."""
        return self._doors.still(guest.caller, now, acting=True)

    def look_again(self, now: Millis) -> None:
        """Once a second: hang up on those who have been signed out, or are another than they were.

        Who is another comes again by himself, and is shown what is his then. Nobody is asked for
        while nothing has changed: hundreds of displays would be as many queries.
        """
        if self._doors.open or 0 <= now - self._looked_at < LOOK_AGAIN_MS:
            return
        self._looked_at = now
        version = self._doors.version
        is_same = version == self._version and not self._is_new
        if is_same and 0 <= now - self._asked_at < ASK_ALL_MS:
            return
        self._asked_at, self._version, self._is_new = now, version, False
        for connection in list(self._changed(now)):
            connection.transport.close()

    def _changed(self, now: Millis) -> Iterator[ServerConnection]:
        known: dict[Caller, bool] = {}
        for connection, guest in self._here.items():
            caller = guest.caller
            if caller not in known:
                known[caller] = self._doors.still(caller, now) == caller
            if not known[caller]:
                yield connection
