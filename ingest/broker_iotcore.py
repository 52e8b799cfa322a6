"""The broker of the demo: rumqttd from the `iotcore` wheel, as a child process on loopback.

It needs no installation and keeps nothing on disk: what waits in it is lost with it. A real floor
wants a broker such as Mosquitto or EMQX.
Two traps: it hangs up on a client with keep-alive 0, and it has at most 100 unacknowledged messages
under way to a client, whatever the client allows: so commit often.
"""

import asyncio
import socket
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any, Self

SEGMENT_BYTES = 8 << 20
SEGMENTS = 4
"""The default sizes let its memory grow to gigabytes."""
LARGEST_PAYLOAD = 262_144

_CONFIG = """\
id = 0

[router]
id = 0
max_connections = 1000
max_outgoing_packet_count = 200
max_segment_size = {segment_bytes}
max_segment_count = {segments}

[v5.1]
name = "floorwatch"
listen = "127.0.0.1:{port}"
next_connection_delay_ms = 1

[v5.1.connections]
connection_timeout_ms = 10000
max_payload_size = {largest}
max_inflight_count = 100
dynamic_filters = true
"""


class IotcoreError(Exception):
    """The demo's broker cannot run; the message says what to do."""


class IotcoreBroker:
    """The broker, for as long as the `async with` lasts. It speaks MQTT 5 only.

    `port` 0 chooses a free one; `port` and `url` say which. Raises `IotcoreError` if the wheel is
    missing, the port is taken, or the broker does not start.
    """

    def __init__(self, port: int = 0) -> None:
        self.port = port or _free_port()
        self.url = f"mqtt://127.0.0.1:{self.port}"
        self._broker: Any = None

    async def __aenter__(self) -> Self:
        try:
            self._broker = await asyncio.to_thread(_started, self.port)
        except (OSError, RuntimeError) as error:
            raise IotcoreError(
                f"the demo's broker does not start on port {self.port} ({error}): "
                "choose another port"
            ) from None
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self._broker.stop)


def _started(port: int) -> Any:
    try:
        import iotcore
    except ImportError:
        raise IotcoreError(
            "the demo's broker is not installed: pip install 'floorwatch[demo]', "
            "or name a broker of your own: mqtt://host:1883"
        ) from None
    config = _CONFIG.format(
        port=port, segment_bytes=SEGMENT_BYTES, segments=SEGMENTS, largest=LARGEST_PAYLOAD
    )
    with tempfile.TemporaryDirectory(prefix="floorwatch-broker-") as folder:
        path = Path(folder) / "rumqttd.toml"
        path.write_text(config)
        # It has read its file once it listens.
        return iotcore.Broker(port=port, listen="127.0.0.1", config_path=str(path)).start()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
