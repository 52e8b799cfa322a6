"""AMI filled from the queue_log gives the PBX's own counts, per queue and call by call."""

import pytest

NETWORK = {"network", "congestion", "device", "protocol", "system"}


def test_each_queue_has_the_counts_of_the_queue_log(recording, referee):
    log, queues = recording.log, recording.played().report["queues"]
    assert set(queues) >= log.queues
    for queue, row in queues.items():
        assert referee.our_counts(row) == referee.logged_counts(log, queue), queue


def test_each_queue_has_the_transfers_and_completions_of_the_queue_log(recording):
    log, queues = recording.log, recording.played().report["queues"]
    for queue, row in queues.items():
        ends = (
            len(log.of(queue, "completed", "cut while talking")),
            len(log.of(queue, "BLINDTRANSFER", "ATTENDEDTRANSFER")),
        )
        assert (row["completed"], row["transferred"]) == ends, queue


def test_each_visit_tells_the_story_of_the_queue_log(recording, referee):
    both, only_log, only_ours = referee.pairs(recording.log, recording.played())
    assert (only_log, only_ours) == ([], [])
    assert len(both) == len(recording.log.visits) > 50
    assert referee.differing(both) == []


def test_the_agent_who_answered_is_the_one_of_the_queue_log(recording, referee):
    both, _, _ = referee.pairs(recording.log, recording.played())
    wrong = [(logged, one) for logged, one in both if one.agent != logged.agent]
    assert wrong == []


def test_waits_are_those_of_the_queue_log_to_its_second(recording, referee):
    both, _, _ = referee.pairs(recording.log, recording.played())
    told = [(v, one) for v, one in both if v.wait_s is not None]
    assert len(told) > 50
    errors = [one.wait_ms / 1000 - v.wait_s for v, one in told]
    assert [pair for pair, error in zip(told, errors, strict=True) if abs(error) > 1] == []
    # Seconds cut from two clock readings are off by nothing in the mean.
    assert abs(sum(errors)) / len(errors) < 4 * 0.41 / len(errors) ** 0.5 + 0.05


def test_talks_are_those_of_the_queue_log_to_its_second(recording, referee):
    both, _, _ = referee.pairs(recording.log, recording.played())
    told = [(v, one) for v, one in both if v.talk_s is not None]
    assert len(told) > 20
    errors = [one.talk_ms / 1000 - v.talk_s for v, one in told]
    assert [pair for pair, error in zip(told, errors, strict=True) if abs(error) > 1] == []
    assert abs(sum(errors)) / len(errors) < 4 * 0.41 / len(errors) ** 0.5 + 0.05


def test_sums_of_waits_and_talks_are_within_the_clock_of_the_queue_log(recording):
    log, queues = recording.log, recording.played().report["queues"]
    for queue, row in queues.items():
        answered = [v for v in log.visits if v.queue == queue and v.answered]
        handled = [v for v in answered if v.talk_s is not None]
        wait_ms = sum(v.wait_s for v in answered) * 1000
        talk_ms = sum(v.talk_s for v in handled) * 1000
        assert abs(row["wait_ms_answered"] - wait_ms) <= 1000 * (1 + len(answered) * 0.2), queue
        assert abs(row["talk_ms"] - talk_ms) <= 1000 * (1 + len(handled) * 0.2), queue


def test_refused_joins_are_those_on_the_wire(recording):
    queues = recording.played().report["queues"]
    assert {
        q: row["blocked"] for q, row in queues.items() if row["blocked"]
    } == recording.wire.refused


def test_a_redirected_caller_lives_on_and_an_abandoned_one_does_not(recording, referee):
    both, _, _ = referee.pairs(recording.log, recording.played())
    wire, wrong = recording.wire, []
    gaps = recording.played().gaps
    for logged, one in both:
        if logged.verb != "ABANDON" or logged.touches(gaps):
            continue
        lives = wire.lives_on(one.call, one.ended_at / 1000)
        if (one.outcome == "redirected") is not lives:
            wrong.append((logged, one))
    assert wrong == []


def test_a_caller_dropped_while_waiting_was_cut_off_by_the_network(recording, referee):
    both, _, _ = referee.pairs(recording.log, recording.played())
    for logged, one in both:
        if one.outcome == "dropped" and not logged.cut:
            assert one.dropped in NETWORK, one
            assert recording.wire.hung_up[one.call][1] not in (0, 16, 17), one


@pytest.mark.parametrize("how", ["both", "ami", "log"])
def test_nothing_is_rejected_or_out_of_step(recording, how):
    events = recording.played(how).report["events"]
    assert events["rejected"] == events["repeated"] == events["out_of_step"] == 0
    assert events["taken"] > 100
