"""AMI alone, and the queue_log alone: the same calls, apart from what each says itself it missed."""

import pytest


def test_ami_alone_tells_each_call_that_touches_no_gap_like_the_queue_log(recording, referee):
    played = recording.played("ami")
    both, only_log, only_ours = referee.pairs(recording.log, played)
    outside = [pair for pair in both if not pair[0].touches(played.gaps)]
    assert [v for v in only_log if not v.touches(played.gaps)] == []
    assert referee.differing(outside) == []
    assert [(v, one) for v, one in outside if one.agent != v.agent] == []
    assert len(outside) > 50
    # Callers of a gap may be known only by what ended them; nobody else is made up.
    ends = [(one.joined_at, max(one.ended_at, one.joined_at)) for one in only_ours]
    assert [
        (start, end)
        for start, end in ends
        if not any(start <= stop + 2_000 and end >= begin - 2_000 for begin, stop in played.gaps)
    ] == []


def test_ami_alone_waits_and_talks_to_the_second_outside_its_gaps(recording, referee):
    played = recording.played("ami")
    both, _, _ = referee.pairs(recording.log, played)
    for logged, one in both:
        if logged.touches(played.gaps):
            continue
        if logged.wait_s is not None:
            assert abs(one.wait_ms / 1000 - logged.wait_s) <= 1, (logged, one)
        if logged.talk_s is not None:
            assert abs(one.talk_ms / 1000 - logged.talk_s) <= 1, (logged, one)


def test_ami_alone_gives_the_same_sums_where_it_declares_no_gap(recording):
    alone, both = recording.played("ami"), recording.played()
    if alone.gaps:
        pytest.skip("it declares a gap; the calls outside of it are compared one by one")
    assert alone.report["queues"] == both.report["queues"]


def test_a_gap_is_declared_wherever_the_link_was_down(recording):
    """Of the recorder's own marks, and of nothing else: a whole recording declares none."""
    marks = [(line["t"], line["mark"]) for line in recording.lines() if line.get("mark")]
    logins = [at for at, mark in marks if mark == "login"]
    gaps = recording.played("ami").gaps
    for at in logins[1:]:
        assert any(end / 1000 >= at - 1 and start / 1000 <= at for start, end in gaps), at
    assert len(gaps) <= max(0, len(logins) - 1)


def test_the_queue_log_alone_tells_each_call_as_it_stands(recording, referee):
    played = recording.played("log")
    both, only_log, only_ours = referee.pairs(recording.log, played)
    assert (only_log, only_ours) == ([], [])
    assert referee.differing(both) == []
    for logged, one in both:
        assert one.agent == logged.agent
        assert one.joined_at == logged.joined_s * 1000
        if logged.wait_s is not None:
            assert one.wait_ms == logged.wait_s * 1000
        if logged.talk_s is not None:
            assert one.talk_ms == logged.talk_s * 1000


def test_the_queue_log_alone_gives_the_counts_that_it_can_know(recording):
    """It cannot know refused joins, redirected callers and drops: those are abandons or nothing."""
    alone = recording.played("log").report["queues"]
    both = recording.played().report["queues"]
    for queue, row in alone.items():
        other = both[queue]
        for key in ("offered", "answered", "completed", "transferred", "waiting"):
            assert row[key] == other[key], (queue, key)
        for reason in ("timeout", "empty", "key", "withdrawn"):
            assert row["overflowed"].get(reason) == other["overflowed"].get(reason), queue
        gone = other["abandoned"] + other["overflowed"].get("redirected", 0)
        gone += other["overflowed"].get("other", 0) + other["dropped"]["waiting"]
        assert row["abandoned"] + row["dropped"]["waiting"] == gone, queue
        assert row["blocked"] == 0
