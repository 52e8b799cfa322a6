"""What Q.850 causes and channel names say: whether a leg was cut off, and which line carried it."""

from ingest.words import CauseClass, RingEnd

CUT_OFF = {
    27: CauseClass.NETWORK,
    38: CauseClass.NETWORK,
    41: CauseClass.NETWORK,
    44: CauseClass.NETWORK,
    34: CauseClass.CONGESTION,
    42: CauseClass.CONGESTION,
    47: CauseClass.CONGESTION,
    58: CauseClass.CONGESTION,
    102: CauseClass.PROTOCOL,
    111: CauseClass.PROTOCOL,
    127: CauseClass.PROTOCOL,
}
"""The causes of a fault in the net. 16 and 26 are normal; 44 is also Asterisk's RTP timeout."""

RING_ENDS = {
    17: RingEnd.BUSY,
    21: RingEnd.REJECTED,
    3: RingEnd.UNREACHABLE,
    20: RingEnd.UNREACHABLE,
    **dict.fromkeys(CUT_OFF, RingEnd.UNREACHABLE),
}
"""What the cause on a rung leg says about the offer; any other is a plain no-answer."""

DIAL_ENDS = {
    "BUSY": RingEnd.BUSY,
    "CHANUNAVAIL": RingEnd.UNREACHABLE,
    "CONGESTION": RingEnd.UNREACHABLE,
}

ENDPOINT_UP = frozenset({"registered", "reachable", "ok", "created", "updated"})
ENDPOINT_DOWN = frozenset({"unregistered", "unreachable", "rejected", "failed"})


def line_of(channel: str) -> str:
    """Technology and peer of a channel: `PJSIP/carrier1` of `PJSIP/carrier1-0000001a`."""
    return channel.rpartition("-")[0] or channel
