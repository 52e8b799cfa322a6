"""The section `accuracy` of the plan: how far forecasts were off, beside what chance alone leaves."""

from collections.abc import Mapping, Sequence

from planning.forecast_accuracy import Accuracy
from reports.figures import Row
from reports.model import Column, Kind, Note, Section, Table
from reports.plan import Plan
from reports.plan_kept import Held

_QUEUE = Column(key="queue", kind=Kind.TEXT)
_ACCURACY = (
    _QUEUE,
    *(Column(key=key, kind=Kind.COUNT) for key in ("tried_days", "came")),
    *(Column(key=key, kind=Kind.SHARE, of="came") for key in ("interval_off", "interval_chance")),
    *(Column(key=key, kind=Kind.SHARE, of="came") for key in ("day_off", "day_chance", "bias")),
    Column(key="within_bounds", kind=Kind.SHARE, of="intervals"),
)
_FINE = 10_000


def section(plan: Plan, queues: Sequence[str], kept: Mapping[str, Held]) -> Section:
    """What was off, beside what chance alone leaves: as it was told, and tried on past days."""
    tried = [
        _accuracy(plan, queue, outlook.tried, outlook.within)
        for queue in queues
        for outlook in [plan.outlooks[queue]]
    ]
    told = [_accuracy(plan, queue, *kept[queue]) for queue in queues if queue in kept]
    notes = [Note(key="accuracy")]
    if not told:
        notes.append(Note(key="none_kept"))
    return Section(
        key="accuracy",
        tables=[
            Table(key="plan_kept", columns=_ACCURACY, rows=told),
            Table(key="plan_accuracy", columns=_ACCURACY, rows=tried),
        ],
        notes=notes,
    )


def _accuracy(plan: Plan, queue: str, found: Accuracy | None, within: float | None) -> Row:
    row: Row = {"id": queue, "queue": plan.queue_name(queue)}
    if found is not None:
        calls = round(found.calls)
        shares = {
            "interval_off": found.interval,
            "interval_chance": found.interval_floor,
            "day_off": found.day,
            "day_chance": found.day_floor,
            "bias": found.bias,
        }
        row |= {"tried_days": found.days, "came": calls}
        row |= {key: [round(share * calls), calls] for key, share in shares.items()}
    if within is not None:
        row["within_bounds"] = [round(within * _FINE), _FINE]
    return row
