"""One display as cheap as can be: five hundred of them must not be what a bench measures.

It speaks just enough WebSocket for a gateway: whole messages, no extensions, and an answer to each ping.
"""

import asyncio
import base64
import os
from collections.abc import Callable
from urllib.parse import urlsplit

_PING, _CLOSE = 0x9, 0x8
_PONG = 0x8A
_MASKED = 0x80


def handshake(url: str) -> bytes:
    """What a client says first."""
    place = urlsplit(url)
    key = base64.b64encode(os.urandom(16)).decode()
    return (
        f"GET {place.path}?{place.query} HTTP/1.1\r\nHost: {place.netloc}\r\n"
        "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        f"Sec-WebSocket-Key: {key}\r\n\r\n"
    ).encode()


class Display(asyncio.Protocol):
    """One connection. `take` is given each message; `gone` is done when it ends, with an error."""

    def __init__(self, url: str, take: Callable[[bytes], None]) -> None:
        loop = asyncio.get_running_loop()
        self.open: asyncio.Future[None] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()
        self._url = url
        self._take = take
        self._data = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._wire = transport
        transport.write(handshake(self._url))

    def connection_lost(self, exc: Exception | None) -> None:
        for waited in (self.open, self.gone):
            if not waited.done():
                waited.set_exception(ConnectionError("the product hung up on a display"))

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self.open.done():
            head, found, rest = self._data.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._wire.abort()
                return
            self._data = rest
            self.open.set_result(None)
        while (frame := self._frame()) is not None:
            kind, payload = frame
            if kind == _PING:  # masked with noughts, which is a mask like any other
                self._wire.write(bytes([_PONG, _MASKED | len(payload), 0, 0, 0, 0]) + payload)
            elif kind == _CLOSE:
                self._wire.abort()
            else:
                self._take(payload)

    def _frame(self) -> tuple[int, bytes] | None:
        """The next whole frame, taken out of what has come."""
        data = self._data
        if len(data) < 2:
            return None
        size, start = data[1], 2
        if size >= 126:
            start = 4 if size == 126 else 10
            size = int.from_bytes(data[2:start], "big")
        if len(data) < start or len(data) < start + size:
            return None
        self._data = data[start + size :]
        return data[0] & 0xF, data[start : start + size]
