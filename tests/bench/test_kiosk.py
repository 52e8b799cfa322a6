"""What grows is found, what only wavers is not; and the made-up week is a week."""

from dataclasses import replace

from bench import week
from bench.kiosk import Sample, faults, slope
from dashboard.frames import difference

MONDAY = week.day_start(1_790_000_000_000)
FIRST = Sample(
    page="main", days=0, heap=14_000_000, nodes=990, listeners=44, memory=800 << 20, frames=0
)


def week_of(**grows: int) -> list[Sample]:
    """A sample a quarter of a day of both pages, what is named growing by so much with each."""
    found = []
    for number in range(28):
        more = {name: getattr(FIRST, name) + number * by for name, by in grows.items()}
        wavers = FIRST.heap + 300_000 * (number % 3)
        for page in ("main", "turns"):
            one = replace(FIRST, page=page, days=number / 4, heap=wavers)
            found.append(replace(one, **more))
    return found


def test_what_wavers_is_flat() -> None:
    assert faults(week_of()) == []


def test_what_grows_is_named() -> None:
    assert "heap" in faults(week_of(heap=60_000))[0]
    assert "nodes" in faults(week_of(nodes=5))[0]
    assert "listeners" in faults(week_of(listeners=1))[0]
    assert "memory" in faults(week_of(memory=4 << 20))[0]


def test_the_slope_is_that_of_the_nearest_line() -> None:
    assert slope([(0, 1), (1, 3), (2, 5)]) == 2
    assert slope([(0, 1), (1, 1), (2, 1)]) == 0
    assert slope([(1, 1)]) == 0


def test_the_week_has_days_alerts_notices_edits_and_queues_that_come_and_go() -> None:
    hours = [week.document(MONDAY + hour * week.HOUR_MS, hour) for hour in range(48)]
    assert len({body["site"]["day_start_at"] for body in hours}) == 2  # type: ignore[index]
    assert len({len(body["queues"]) for body in hours}) > 2  # type: ignore[arg-type]
    for part in ("notices", "boards", "alerts"):
        assert len({str(body[part]) for body in hours}) > 2, part


def test_every_frame_has_news_and_a_calm_floor_is_always_the_same_to_draw() -> None:
    now = MONDAY + 10 * week.HOUR_MS
    assert difference(week.document(now, 1), week.document(now + 50, 2))
    for at in (now, now + 3 * week.DAY_MS + 7 * week.HOUR_MS):
        calm = week.document(at, 5, calm=True)
        assert (len(calm["queues"]), calm["notices"]) == (8, {})  # type: ignore[arg-type]
        assert calm["boards"] == week.document(now, 1, calm=True)["boards"]
