"""The wire to one display, or to one page that says something: neither may cost us memory."""

import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass

from websockets.asyncio.server import ServerConnection
from websockets.frames import CloseCode

_SEND_BUFFER_BYTES = 64 * 1024


@dataclass(slots=True, eq=False)
class Screen:
    """One connected display.

    `behind` means that its next frame must be a full one; `room_bytes` is how much may lie unsent
    before it is behind.
    """

    connection: ServerConnection
    room_bytes: int
    behind: bool = True

    @property
    def unsent_bytes(self) -> int:
        """What the network has not taken yet."""
        return self.connection.transport.get_write_buffer_size()

    def write(self, wire: bytes) -> None:
        """Send a frame that is already on its wire form, without waiting."""
        # Not `connection.send`: that would encode the frame again for each screen, and wait.
        self.connection.transport.write(wire)


async def messages(connection: ServerConnection, most_bytes: int) -> AsyncIterator[bytes]:
    """What a client says, until it goes (ConnectionClosed) or says too much at once."""
    while True:
        message = await connection.recv(decode=False)
        if len(message) > most_bytes:
            await connection.close(CloseCode.MESSAGE_TOO_BIG)
            return
        yield message


def bound_backlog(connection: ServerConnection) -> None:
    """Let old frames pile up with us, where they are counted, for a screen that does not read."""
    # Left alone, the kernel would keep megabytes of them.
    wire = connection.transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER_BYTES)
