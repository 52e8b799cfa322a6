"""The row of numbers: new, repeated, missing, and come in late."""

from hypothesis import given
from hypothesis import strategies as st

from ingest.events import Event, Heartbeat
from stream.sequence import JOINED_LATE, REMEMBERED_HOLES, Sequences

T0 = 1_795_301_800_000


def numbered(seq: int, at: int = T0, *, epoch: str = "1", id: str = "") -> Event:
    return Event(
        data=Heartbeat(),
        time=at,
        recvtime=at,
        source="/acd/hq/pbx",
        id=id or str(seq),
        epoch=epoch,
        seq=seq,
    )


@given(st.lists(st.integers(1, 60), max_size=120))
def test_each_number_is_new_exactly_once(order: list[int]) -> None:
    sequences, seen = Sequences(), set[int]()
    for seq in order:
        assert sequences.admit(numbered(seq)) == (seq not in seen)
        seen.add(seq)
    missing = set(range(1, max(seen, default=0) + 1)) - seen
    assert sequences.lost(T0 + 1) == len(missing)


def test_a_hole_is_told_only_after_the_lateness_and_no_more_once_it_fills() -> None:
    sequences = Sequences()
    sequences.admit(numbered(1))
    sequences.admit(numbered(5, T0 + 1_000))
    assert sequences.lost(before=T0 + 1_000) == 0
    assert (sequences.lost(before=T0 + 1_001), sequences.holes(before=T0 + 1_001)) == (3, 1)
    assert sequences.admit(numbered(3, T0 + 2_000))
    assert (sequences.lost(before=T0 + 1_001), sequences.holes(before=T0 + 1_001)) == (2, 2)
    assert sequences.admit(numbered(2, T0 + 2_000))
    assert sequences.admit(numbered(4, T0 + 2_000))
    assert not sequences.admit(numbered(4, T0 + 2_000))
    assert sequences.lost(before=T0 + 9_000) == 0


def test_what_was_sent_before_we_listened_is_not_lost_but_may_still_come() -> None:
    sequences = Sequences()
    sequences.admit(numbered(JOINED_LATE + 10))
    assert sequences.lost(T0 + 1) == 0
    assert sequences.admit(numbered(JOINED_LATE + 9))
    assert not sequences.admit(numbered(JOINED_LATE + 9))


def test_a_new_run_counts_anew_and_the_old_one_is_still_known() -> None:
    sequences = Sequences()
    assert sequences.admit(numbered(1, epoch="1"))
    assert sequences.admit(numbered(1, epoch="2"))
    assert not sequences.admit(numbered(1, epoch="1"))
    assert not sequences.admit(numbered(1, epoch="2"))


def test_without_a_number_the_id_decides() -> None:
    sequences = Sequences()
    assert sequences.admit(numbered(0, id="a"))
    assert not sequences.admit(numbered(0, id="a"))
    assert sequences.admit(numbered(0, id="b"))


def test_holes_without_end_cost_no_memory_without_end_and_stay_counted() -> None:
    sequences = Sequences()
    for seq in range(1, 3 * REMEMBERED_HOLES * 2, 2):
        sequences.admit(numbered(seq))
    (runs,) = sequences.runs.values()
    assert len(runs[0].holes) == REMEMBERED_HOLES
    assert sequences.lost(T0 + 1) == 3 * REMEMBERED_HOLES - 1
