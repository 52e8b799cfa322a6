"""The MQTT topics of a site: where each event is published, and what the stream listens to.

    acd/v1/<site>/evt/call/<queue>        what happened to calls ("-": before or without any queue)
    acd/v1/<site>/evt/agent/<agent>       what agents do
    acd/v1/<site>/evt/system/<kind>       the telephone system, the sources, snapshots
    acd/v1/<site>/adapter/<id>/status     retained: the adapter's birth, and its will
    acd/v1/<site>/adapter/<id>/heartbeat  retained: its last sign of life

Queue and agent stand in the topic for filters and access rules only: the payload decides.
"""

import hashlib
import unicodedata
from functools import lru_cache
from urllib.parse import quote

from ingest.events import (
    Adapter,
    AgentMembership,
    AgentState,
    Blocked,
    Component,
    Data,
    Gap,
    Heartbeat,
    Offered,
    QualityScored,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SurveyScored,
    VisitData,
)

ROOT = "acd/v1"
LONGEST = 64
"""Bytes in one segment of a topic."""
NONE = "-"
"""The segment of a call that is in no queue."""

_RESERVED = frozenset("/+#%")
_UNSAFE_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})


@lru_cache(maxsize=65_536)
def segment(name: str) -> str:
    """This name as one segment of a topic: NFC, at most 64 bytes, without `/ + # %` or blanks.

    What may not stand there is percent-encoded. A name that is too long keeps its beginning and
    ends in a digest of the whole, so that two long names stay apart. An empty name is `-`.
    """
    text = unicodedata.normalize("NFC", name)
    pieces = [_encoded(character) for character in text]
    if sum(len(piece.encode()) for piece in pieces) <= LONGEST:
        return "".join(pieces) or NONE
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    kept, room = [], LONGEST - len(digest) - 1
    for piece in pieces:
        room -= len(piece.encode())
        if room < 0:
            break
        kept.append(piece)
    return f"{''.join(kept)}~{digest}"


def topic_of(data: Data, site: str) -> str:
    """The topic on which an event with this data is published."""
    base = f"{ROOT}/{segment(site)}/evt"
    match data:
        case VisitData() | Blocked() | SurveyScored() | QualityScored():
            return f"{base}/call/{segment(data.queue)}"
        case Offered():
            return f"{base}/call/{NONE}"
        case AgentState() | AgentMembership() | SnapshotAgent() | SnapshotMember():
            return f"{base}/agent/{segment(data.agent)}"
        case Component():
            return f"{base}/system/{data.kind.value}"
        case Adapter():
            return f"{base}/system/adapter"
        case Heartbeat():
            return f"{base}/system/heartbeat"
        case Gap():
            return f"{base}/system/gap"
        case SnapshotBegin() | SnapshotEnd():
            return f"{base}/system/snapshot"
        case _:
            return f"{base}/system/other"


def unreadable_topic(site: str) -> str:
    """Where a bridge passes on what it could not read, so that the stream keeps and counts it."""
    return f"{ROOT}/{segment(site)}/evt/system/unreadable"


def status_topic(site: str, adapter: str) -> str:
    """Where the adapter's birth is retained, and where its will is published."""
    return f"{ROOT}/{segment(site)}/adapter/{segment(adapter)}/status"


def heartbeat_topic(site: str, adapter: str) -> str:
    """Where the adapter's last sign of life is retained for half a minute."""
    return f"{ROOT}/{segment(site)}/adapter/{segment(adapter)}/heartbeat"


def event_filter(site: str) -> str:
    """The filter that matches all events of the site."""
    return f"{ROOT}/{segment(site)}/evt/#"


def status_filter(site: str) -> str:
    """The filter that matches the births and wills of all adapters of the site."""
    return f"{ROOT}/{segment(site)}/adapter/+/status"


def _encoded(character: str) -> str:
    if character in _RESERVED or unicodedata.category(character) in _UNSAFE_CATEGORIES:
        return quote(character, safe="", errors="replace")
    return character
