"""Each further failure costs more time; nothing costs more memory."""

from hypothesis import given
from hypothesis import strategies as st

from dashboard.attempts import NAME, Attempts, Knocks, Patience

PATIENCE = Patience(free=3, first_ms=1_000, longest_ms=8_000, window_ms=60_000)
times = st.integers(0, 10**13)


def after(failures: int, now: int = 0) -> Attempts:
    attempts = Attempts(PATIENCE)
    for _ in range(failures):
        attempts.tried("li", now)
    return attempts


def test_the_first_failures_cost_nothing_and_each_further_one_twice_as_much() -> None:
    assert [after(n).wait_ms("li", 0) for n in range(9)] == [
        *(0, 0, 0, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000)
    ]


def test_a_million_failures_cost_no_more_than_the_longest_wait() -> None:
    attempts = after(5)
    attempts._records["li"].failures = 10**6
    assert attempts.wait_ms("li", 0) == 8_000


def test_waiting_is_over_to_the_millisecond() -> None:
    attempts = after(4)
    assert attempts.wait_ms("li", 1_999) == 1
    assert attempts.wait_ms("li", 2_000) == 0
    assert attempts.wait_ms("wang", 0) == 0


def test_what_failed_is_forgotten_after_the_window_and_by_success() -> None:
    attempts = after(6)
    assert attempts.wait_ms("li", 60_000) == 0
    assert len(attempts) == 0
    attempts = after(6)
    attempts.succeeded("li")
    assert attempts.wait_ms("li", 0) == 0


def test_who_succeeds_does_not_wipe_out_what_others_at_his_address_failed_at() -> None:
    knocks = Knocks()
    for number in range(40):
        knocks.tried(f"user-{number}", "10.0.0.1", 0)
    waits = knocks.wait_ms("li", "10.0.0.1", 0)
    knocks.tried("li", "10.0.0.1", 0)
    knocks.succeeded("li", "10.0.0.1")
    assert knocks.wait_ms("li", "10.0.0.1", 0) == waits > 0
    assert knocks.wait_ms("li", "10.0.0.2", 0) == 0


def test_one_address_may_fail_for_more_names_than_one_name_may() -> None:
    knocks = Knocks()
    for _ in range(NAME.free):
        knocks.tried("li", "10.0.0.1", 0)
    assert knocks.wait_ms("li", "10.0.0.9", 0) > 0
    assert knocks.wait_ms("wang", "10.0.0.1", 0) == 0


@given(st.lists(st.tuples(st.text(max_size=3), times), max_size=60), st.integers(1, 8))
def test_however_many_fail_so_many_are_remembered(tries: list[tuple[str, int]], most: int) -> None:
    attempts = Attempts(PATIENCE, most)
    for key, now in tries:
        attempts.tried(key, now)
        assert len(attempts) <= most
        assert 0 <= attempts.wait_ms(key, now) <= PATIENCE.longest_ms


@given(st.lists(st.integers(0, 20_000), min_size=1, max_size=40))
def test_no_time_lets_more_through_than_the_patience_says(gaps: list[int]) -> None:
    """Whoever tries as soon as he may fails at most so often within the window."""
    attempts, now, failed_at = Attempts(PATIENCE), 0, []
    for gap in gaps:
        now += gap
        if not attempts.wait_ms("li", now):
            attempts.tried("li", now)
            failed_at.append(now)
    for place in range(len(failed_at) - 7):
        assert failed_at[place + 7] - failed_at[place] >= 1_000 + 2_000 + 4_000 + 8_000


@given(st.integers(0, 20), times, times)
def test_a_clock_that_jumps_locks_nobody_out_for_longer(failures: int, now: int, then: int) -> None:
    attempts = after(failures, now)
    assert 0 <= attempts.wait_ms("li", then) <= PATIENCE.longest_ms
