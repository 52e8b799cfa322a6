"""Who went and who came lately, against a list of all that was ever told."""

from hypothesis import given
from hypothesis import strategies as st

from alerts.moves import Moves

TIMES = st.integers(0, 60)
TOLD = st.lists(st.tuples(st.sampled_from("abcd"), TIMES, st.booleans()))


@given(TOLD, TIMES, TIMES)
def test_of_all_moves_the_last_ones_tell_who_went_and_who_only_came(
    told: list[tuple[str, int, bool]], since: int, forgotten: int
) -> None:
    moves = Moves()
    for agent, at, gone in told:
        moves.note(agent, at, gone=gone)
    moves.forget(min(since, forgotten))
    lately = [(agent, gone) for agent, at, gone in told if at >= since]
    went = {agent for agent, gone in lately if gone}
    assert moves.since(since) == (went, {agent for agent, _ in lately} - went)
    moves.clear()
    assert moves.since(0) == (set(), set())


def test_who_moves_all_day_takes_no_more_room() -> None:
    moves = Moves()
    for at in range(10_000):
        moves.note("a", at, gone=at % 2 == 0)
    assert (len(moves.gone), len(moves.moved)) == (1, 1)
    moves.forget(10_000)
    assert not moves.gone
    assert not moves.moved
