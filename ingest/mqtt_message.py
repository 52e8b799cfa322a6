"""What goes over an MQTT connection, and what can go wrong with it."""

from dataclasses import dataclass

from ingest.events import Millis

LARGEST_PACKET = 262_144
"""Bytes in one packet that we take: four times our largest event."""


class MqttError(Exception):
    """The connection to the broker failed or ended; the message says why and what to do."""


class MqttRefusedError(MqttError):
    """The broker said no: to the user, to a subscription, or to a message."""


@dataclass(slots=True)
class Arrival:
    """Messages that came in together; `packet_ids` are of those that want an acknowledgement."""

    payloads: list[bytes]
    packet_ids: list[int]
    recvtime: Millis


@dataclass(frozen=True, slots=True)
class Publication:
    """One message to publish. `mark` is what `settled` will be told; None: nobody waits for it.

    A `lossy` one goes at QoS 0: it is not acknowledged, and takes no room.
    """

    topic: str
    payload: bytes
    mark: int | None = None
    retain: bool = False
    lossy: bool = False
    expiry_s: int | None = None
    content_type: str = ""
    properties: tuple[tuple[str, str], ...] = ()


def expect_more(head: bytes, available: int) -> None:
    """Raise `ValueError` if the packet that begins with `head` is whole, hence wrong, or too large."""
    length = 0
    for index, byte in enumerate(head[1:]):
        length |= (byte & 0x7F) << (7 * index)
        if byte < 0x80:
            whole = 2 + index + length
            if whole > LARGEST_PACKET:
                raise ValueError(f"a packet of {whole} bytes: we take {LARGEST_PACKET}")
            if available >= whole:
                raise ValueError("a packet that ends too early")
            return


def said(name: str, reason: str | None) -> str:
    """A reason code in words, e.g. `not authorized`, and what the broker added to it."""
    words = name.replace("_", " ").lower()
    return f"{words}: {reason}" if reason else words
