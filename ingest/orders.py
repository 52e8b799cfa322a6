"""What a telephone system can be told to do, and what it answers.

Who may order what, and what became of it, is not decided here: an order has been checked before.
"""

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What can be ordered. To take a call over and to hang it up are two acts, never one."""

    PAUSE = "pause"
    UNPAUSE = "unpause"
    MOVE = "move"
    """Out of one queue, into another."""
    SIGN_OUT = "sign_out"
    """Out of all queues."""
    HANG_UP = "hang_up"
    """强制挂断: the call ends, for the caller and for the agent."""
    TAKE_OVER = "take_over"
    """强拆接管: the orderer's phone gets the caller, the agent is dropped out."""
    LISTEN = "listen"
    """The orderer's phone hears both, unheard."""
    WHISPER = "whisper"
    """The same, and the agent hears the orderer."""
    BARGE = "barge"
    """The same, and both hear the orderer."""


BY_PHONE = frozenset({Act.TAKE_OVER, Act.LISTEN, Act.WHISPER, Act.BARGE})
"""Acts for which the orderer's own phone rings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One act. `phones` are the agent's, as members of queues bear them (`PJSIP/1001`).

    `queue` is the only queue to pause in (empty: all of his), or the one to move out of; `to` the one
    to move into. `call` is the telephone system's own id of the call, `own_phone` the orderer's.
    """

    id: str
    act: Act
    agent: str = ""
    phones: tuple[str, ...] = ()
    queue: str = ""
    to: str = ""
    call: str = ""
    own_phone: str = ""
    reason: str = ""


class Outcome(StrEnum):
    """What is known of an order."""

    DONE = "done"
    """The telephone system says that it did it."""
    REFUSED = "refused"
    """It did not, and will not."""
    UNKNOWN = "unknown"
    """It may have, or not: nobody answered."""


AWAY, PHONE_UNANSWERED, HALF = "away", "phone_unanswered", "half"
"""Why: no link to the telephone system, nothing was sent; the orderer's phone was not answered; only a
part was done, and could not be taken back."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to an order. `why` is one of the words above, or empty; `said` is what the telephone
    system itself said, in its own words."""

    outcome: Outcome
    why: str = ""
    said: str = ""
