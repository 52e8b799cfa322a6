"""What a site has to say about its queue_log, because the log itself does not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from ingest.events import Millis
from ingest.masking import masked
from ingest.words import Block

BLOCKED: Mapping[str, Block] = {
    "FULL": Block.FULL,
    "JOINEMPTY": Block.NO_AGENTS,
    "CLOSED": Block.CLOSED,
    "DIVERT_CA_RATIO": Block.OTHER,
    "DIVERT_HOLDTIME": Block.OTHER,
}
"""Verbs of products that say a call was refused entry; Asterisk itself writes no such line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueLogMapping:
    """How names and verbs of one log are to be taken.

    `wrap_up_ms` gives each queue's after-call time (no entry: none). `aliases` names the agent that
    an interface in the log belongs to (`PJSIP/1001`). `blocked` names the verbs that mean a refused
    call. `mask` says what is kept of a caller's number. `node` is the Asterisk as a component.
    """

    wrap_up_ms: Mapping[str, Millis] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    blocked: Mapping[str, Block] = field(default_factory=lambda: BLOCKED)
    mask: Callable[[str], str] = masked
    node: str = "asterisk"
