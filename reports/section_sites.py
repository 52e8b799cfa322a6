"""The section `sites`: several sites side by side, each over its own business days."""

from collections.abc import Sequence

from reports.basis import Basis
from reports.figures import Row, cells, columns
from reports.model import Column, Kind, Section, Table
from stream.metrics import NAMES, served

_NAMES = (
    *("offered", "answered", "abandoned", "overflowed", "blocked"),
    *("answer_rate", "abandon_rate", "asa", "aht"),
)
_SERVICE = Column(key="service", kind=Kind.SHARE, of="service")


def section(every: Sequence[Basis]) -> Section:
    """A row per site. Counts add up; a service level only where all are held to the same."""
    rows = [_row(basis) for basis in every]
    total = {name: sum(basis.sums()[name] for basis in every) for name in NAMES}
    first, *others = [basis.common() for basis in every]
    card = first if all(other == first for other in others) else None
    service = list(served(total, card.service_level)) if card is not None else None
    return Section(
        key="sites",
        tables=[
            Table(
                key="sites",
                columns=[Column(key="site", kind=Kind.TEXT), *columns(_NAMES), _SERVICE],
                rows=rows,
                total={**cells(total, _NAMES), "service": service},
            )
        ],
    )


def _row(basis: Basis) -> Row:
    site, card = basis.site, basis.common()
    return {
        "id": site.id,
        "site": dict(site.names) or site.id,
        **cells(basis.sums(), _NAMES),
        "service": list(served(basis.sums(), card.service_level)) if card is not None else None,
    }
