"""Shares and means as their two sums: what is counted, and of what.

Each is a quotient of `stream.metrics` where there is one; a report keeps both sums, so that whoever
reads it can check it. Times in state are by state, in milliseconds.
"""

from collections.abc import Mapping

from ingest.words import AgentStatus
from stream.metrics import Sums, waits_ended

Pair = tuple[int, int]
"""Numerator and denominator."""
Times = Mapping[str, int]

_BUSY = (AgentStatus.TALKING.value, AgentStatus.HOLD.value, AgentStatus.ACW.value)
_AWAY = (AgentStatus.SIGNED_OUT.value, AgentStatus.UNKNOWN.value)


def requests(sums: Sums) -> int:
    """人工请求量: calls that wanted an agent and whose wait is over, and those refused entry."""
    return waits_ended(sums) + sums["blocked"]


def answer_rate(sums: Sums) -> Pair:
    """接通率: answered, of all requests."""
    return sums["answered"], requests(sums)


def loss_rate(sums: Sums) -> Pair:
    """呼损率: not answered for whatever reason, of all requests. With the answer rate it makes 100 %."""
    return requests(sums) - sums["answered"], requests(sums)


def abandon_rate(sums: Sums) -> Pair:
    return sums["abandoned"], waits_ended(sums)


def transfer_rate(sums: Sums) -> Pair:
    return sums["transferred"], handled(sums)


def handled(sums: Sums) -> int:
    """Conversations that ended."""
    return sums["completed"] + sums["transferred"]


def asa(sums: Sums) -> Pair:
    return sums["wait_ms_answered"], sums["answered"]


def average_abandon(sums: Sums) -> Pair:
    return sums["wait_ms_abandoned"], sums["abandoned"]


def att(sums: Sums) -> Pair:
    return sums["talk_ms"], handled(sums)


def mean_hold(sums: Sums) -> Pair:
    return sums["hold_ms"], handled(sums)


def mean_acw(sums: Sums) -> Pair:
    return sums["acw_ms"], handled(sums)


def aht(sums: Sums) -> Pair:
    return sums["talk_ms"] + sums["acw_ms"], handled(sums)


def busy_ms(times: Times) -> int:
    """Talking, on hold or in after-call work."""
    return sum(times.get(state, 0) for state in _BUSY)


def signed_in_ms(times: Times) -> int:
    return sum(ms for state, ms in times.items() if state not in _AWAY)


def occupancy(times: Times) -> Pair:
    """占用率: busy, of busy and ready. Ringing is in neither: nobody can work faster than it rings."""
    busy = busy_ms(times)
    return busy, busy + times.get(AgentStatus.READY.value, 0)


def utilisation(times: Times) -> Pair:
    """工时利用率: busy, of the time signed in."""
    return busy_ms(times), signed_in_ms(times)


def break_rate(times: Times) -> Pair:
    """小休率: not ready, of the time signed in."""
    return times.get(AgentStatus.NOT_READY.value, 0), signed_in_ms(times)
