"""The sender's frames are MQTT, and dated ones do not depend on when they are sent."""

import mqtt5
import pytest

from bench import mix, sender
from bench.mix import Mix
from ingest.wire import decode


@pytest.mark.parametrize("size", [1, 100, 127, 128, 16_000, 17_000])
def test_a_frame_has_its_topic_packet_id_and_payload(size: int) -> None:
    frame = sender.frame("acd/v1/bench/evt/call/q", b"x" * size, 258)
    head = 1 + next(n for n in range(1, 5) if frame[n] < 0x80)
    # MQTT 5 has a length of properties before the payload, 3.1.1 has none: put an empty one in.
    name_end = head + 2 + len("acd/v1/bench/evt/call/q")
    rest = frame[head : name_end + 2] + b"\0" + frame[name_end + 2 :]
    length, digits = len(rest), bytearray()
    while True:
        length, digit = divmod(length, 128)
        digits.append(digit | (0x80 if length else 0))
        if not length:
            break
    packet, taken = mqtt5.read(memoryview(frame[:1] + bytes(digits) + rest))
    assert isinstance(packet, mqtt5.PublishPacket)
    assert taken == 1 + len(digits) + len(rest)
    assert (packet.topic, packet.packet_id) == ("acd/v1/bench/evt/call/q", 258)
    assert packet.payload == b"x" * size
    assert packet.qos is mqtt5.QoS.AT_LEAST_ONCE


def test_dated_messages_keep_their_times() -> None:
    messages = sender.dated(list(Mix("1").events(21)), 1_800_000_000_000, 10_000)
    assert [decode(payload, 0).time - 1_800_000_000_000 for _, payload in messages[::10]] == [
        0,
        1,
        2,
    ]
    assert not any(mix.PLACEHOLDER in payload for _, payload in messages)
