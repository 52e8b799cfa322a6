"""The rows of Asterisk's queue_log: one type per kind of line, durations in milliseconds.

A field that the line does not tell is `None`, or empty if it is text.
"""

from msgspec import Struct

from ingest.events import Millis
from ingest.words import EndedBy, Overflow, TransferKind


class Row(Struct, frozen=True, gc=False):
    """What every line has. `at` is the line's whole second; what Asterisk calls NONE is empty."""

    at: Millis
    call: str
    queue: str
    agent: str
    verb: str


class Entered(Row, frozen=True, gc=False):
    """ENTERQUEUE."""

    caller: str = ""
    position: int | None = None


class Connected(Row, frozen=True, gc=False):
    """CONNECT."""

    wait_ms: Millis | None = None
    ring_ms: Millis | None = None


class RingFailed(Row, frozen=True, gc=False):
    """RINGNOANSWER, RINGCANCELED, AGENTDUMP."""

    ring_ms: Millis | None = None


class Gone(Row, frozen=True, gc=False):
    """ABANDON (`why` is None) and the exits by rule. An agent is named if his phone had answered."""

    why: Overflow | None = None
    wait_ms: Millis | None = None
    position: int | None = None


class Completed(Row, frozen=True, gc=False):
    """COMPLETECALLER, COMPLETEAGENT."""

    ended_by: EndedBy = EndedBy.UNKNOWN
    wait_ms: Millis | None = None
    talk_ms: Millis | None = None


class Transferred(Row, frozen=True, gc=False):
    """BLINDTRANSFER, ATTENDEDTRANSFER, TRANSFER. `to` is empty if the log does not say whereto."""

    kind: TransferKind = TransferKind.UNKNOWN
    to: str = ""
    wait_ms: Millis | None = None
    talk_ms: Millis | None = None


class Incompatible(Row, frozen=True, gc=False):
    """SYSCOMPAT: the two channels had no codec in common; the call is over."""


class Paused(Row, frozen=True, gc=False):
    """PAUSE, UNPAUSE; with ALL the queue is empty, and lines for each queue come as well."""

    paused: bool = True
    reason: str = ""


class Member(Row, frozen=True, gc=False):
    """ADDMEMBER, REMOVEMEMBER. `paused` says that he was added paused."""

    added: bool = True
    paused: bool = False


class Login(Row, frozen=True, gc=False):
    """AGENTLOGIN, AGENTLOGOFF and their callback forms: signed in for no queue in particular."""

    signed_in: bool = True


class WrapUp(Row, frozen=True, gc=False):
    """WRAPUPSTART, written by Wazo: after-call work of a known length begins."""

    wrap_up_ms: Millis = 0


class Started(Row, frozen=True, gc=False):
    """QUEUESTART: Asterisk began anew; every call of before is over."""


class Other(Row, frozen=True, gc=False):
    """Any other verb, with its data as written. `known` says that it is one of Asterisk's own."""

    data: tuple[str, ...] = ()
    known: bool = False
