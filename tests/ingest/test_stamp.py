"""The stamp numbers the events of one run without holes."""

from ingest.events import Adapter
from ingest.stamp import Stamp
from ingest.words import AdapterStatus, Clock, Origin

UP = Adapter(status=AdapterStatus.UP)


def test_numbers_start_at_one_and_have_no_holes() -> None:
    stamp = Stamp("/acd/hq/a", "1800000000")
    events = [stamp.event(UP, time=1, recvtime=2) for _ in range(3)]
    assert [event.seq for event in events] == [1, 2, 3]
    assert {event.epoch for event in events} == {"1800000000"}


def test_ids_are_made_of_source_run_and_number_unless_the_source_has_its_own() -> None:
    stamp = Stamp("/acd/hq/a", "7", seq=41)
    assert stamp.event(UP, time=1, recvtime=2).id == "/acd/hq/a.7.42"
    assert stamp.event(UP, time=1, recvtime=2, id="own").id == "own"


def test_clock_and_origin_are_carried() -> None:
    event = Stamp("s", "e").event(
        UP, time=1, recvtime=2, clock=Clock.ESTIMATED, origin=Origin.BACKFILL
    )
    assert (event.time, event.recvtime) == (1, 2)
    assert (event.clock, event.origin) == (Clock.ESTIMATED, Origin.BACKFILL)
