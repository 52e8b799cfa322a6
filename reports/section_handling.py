"""The section `handling`: how long calls took, by queue and over time."""

from reports.basis import Basis
from reports.layout import by_queue, over_time
from reports.model import Section

NAMES = ("handled", "talk", "hold", "acw", "att", "mean_hold", "mean_acw", "aht", "transfer_rate")


def section(basis: Basis) -> Section:
    """Talk (hold is part of it), hold, after-call work, and their means per conversation."""
    return Section(
        key="handling",
        tables=[
            by_queue(basis, "handling", NAMES),
            over_time(basis, "handling", NAMES, chart=((), ("att", "aht"))),
        ],
    )
