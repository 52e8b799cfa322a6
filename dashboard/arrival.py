"""A connection that has just come: it has to say soon what it wants."""

import asyncio

from websockets.asyncio.server import ServerConnection

REQUEST_S = 10.0
"""How long a request may take to be read, whatever its answer takes: who says nothing, or a letter
now and then, holds a place that others need."""


class Arrival(ServerConnection):
    """Hangs up on who has not made his request by then."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._patience = self.loop.call_later(REQUEST_S, self._hang_up_on_the_slow)

    def connection_lost(self, exc: Exception | None) -> None:
        self._patience.cancel()
        super().connection_lost(exc)

    def _hang_up_on_the_slow(self) -> None:
        if self.request is None:
            self.transport.abort()
