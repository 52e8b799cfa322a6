"""Opens MQTT connections, and says in plain words why one could not be opened."""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass

from mqtt5 import ConnAckPacket, ConnectPacket, Will

from ingest.mqtt_address import MqttAddress
from ingest.mqtt_flight import LAST_ID
from ingest.mqtt_message import MqttError
from ingest.mqtt_protocol import MqttProtocol
from ingest.ports import Clock

KEEP_ALIVE_S = 20
OPENING_S = 10.0
BACK_OFF_S = (0.2, 0.5, 1.0, 2.0, 5.0, 10.0)
"""How long to wait before the next try; the last one again and again."""
SETTLED_MS = 10_000
"""A connection that lasted so long was a good one: the back-off begins anew."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """Who we are to the broker, and what it keeps for us while we are away."""

    client_id: str
    expiry_s: int
    receive_max: int = 65_535
    will: Will | None = None


@dataclass(slots=True)
class BackOff:
    """How long to wait before the next try, by how the last one went."""

    tries: int = 0

    def wait_s(self, lasted_ms: int) -> float:
        """The seconds to wait after a connection that lasted so long."""
        if lasted_ms >= SETTLED_MS:
            self.tries = 0
        wait_s = BACK_OFF_S[min(self.tries, len(BACK_OFF_S) - 1)]
        self.tries += 1
        return wait_s


async def open_link(
    address: MqttAddress,
    session: Session,
    clock: Clock,
    *,
    settled: Callable[[int], None] | None = None,
    hold_unheard: bool = False,
    window: int = LAST_ID,
) -> tuple[MqttProtocol, ConnAckPacket]:
    """Connect and wait for the broker's welcome, at most ten seconds. The caller closes the link.

    Raises `MqttRefusedError` if the broker does not want us, `MqttError` if it cannot be reached,
    and `MqttAddressError` for a bad certificate file.
    """
    connect = ConnectPacket(
        session.client_id,
        username=address.username,
        password=None if address.password is None else address.password.encode(),
        clean_start=False,
        will=session.will,
        keep_alive=KEEP_ALIVE_S,
        session_expiry_interval=session.expiry_s,
        receive_max=session.receive_max,
    )
    context = address.tls_context()
    link = MqttProtocol(connect, clock, settled=settled, hold_unheard=hold_unheard, window=window)
    try:
        async with asyncio.timeout(OPENING_S):
            await asyncio.get_running_loop().create_connection(
                lambda: link,
                address.host,
                address.port,
                ssl=context,
                server_hostname=address.host if context else None,
            )
            return link, await link.opened()
    except BaseException as error:
        link.abort()
        said = _translated(error, address)
        if said is None:
            raise
        raise said from None


def _translated(error: BaseException, address: MqttAddress) -> MqttError | None:
    """The error in our words, or None for one that is not about the connection."""
    match error:
        case MqttError():
            return type(error)(f"{address}: {error}")
        case TimeoutError():
            return MqttError(
                f"{address}: no answer within {OPENING_S:.0f} s: is it an MQTT broker?"
            )
        case ssl.SSLError():
            return MqttError(f"{address}: TLS failed: {error.reason or error}: check the ca_file")
        case OSError():
            return MqttError(
                f"{address}: cannot be reached ({error.strerror or error}): "
                "is the broker running, and is this its port?"
            )
        case _:
            return None
