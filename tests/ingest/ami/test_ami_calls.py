"""What each way through a queue is told as, out of frames written by hand."""

import pytest

from ingest.events import (
    Abandoned,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Dropped,
    Held,
    Overflowed,
    Queued,
    Retrieved,
    RingEnded,
    Ringing,
    Transferred,
    VisitData,
)
from ingest.words import (
    AgentStatus,
    Block,
    CauseClass,
    EndedBy,
    Overflow,
    Phase,
    RingEnd,
    TransferKind,
)


def test_an_answered_call_is_told_step_by_step(pbx):
    pbx.caller("QueueCallerJoin", queue="sales", Position=2, CallerIDNum="0049301234567")
    pbx.at(2)
    pbx.offer()
    pbx.at(5.4)
    pbx.connect(HoldTime=5, RingTime=3)
    pbx.at(65.4)
    pbx.complete(HoldTime=5, TalkTime=60)
    pbx.hangup()
    pbx.leg_hangup()
    whose = {"visit": "100.1/sales/1", "queue": "sales", "call": "100.1"}
    assert [e.data for e in pbx.told if isinstance(e.data, VisitData)] == [
        Queued(**whose, position=2, caller="•••567", trunk="PJSIP/carrier1"),
        Ringing(**whose, agent="Ann", leg="100.11"),
        Answered(**whose, agent="Ann", wait_ms=5_400, ring_ms=3_400, leg="100.11"),
        Completed(**whose, agent="Ann", ended_by=EndedBy.CALLER, talk_ms=60_000, wait_ms=5_400),
    ]
    assert pbx.when(Completed) == 65.4


@pytest.mark.parametrize(
    ("headers", "wait_ms"),
    [({"HoldTime": 4}, 5_000), ({"HoldTime": 2}, 2_000), ({}, 5_000), ({"HoldTime": "x"}, 5_000)],
)
def test_the_wait_is_ours_unless_asterisk_knows_of_another(pbx, headers, wait_ms):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(5)
    pbx.connect(**headers)
    assert pbx.one(Answered).wait_ms == wait_ms


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("TIMEOUT", Overflow.TIMEOUT),
        ("LEAVEEMPTY", Overflow.EMPTY),
        ("LEAVEUNAVAIL", Overflow.EMPTY),
        ("WITHDRAW", Overflow.WITHDRAWN),
    ],
)
def test_an_abandon_with_a_queue_status_is_an_overflow(pbx, value, reason):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(20)
    pbx.abandon(HoldTime=20)
    assert not pbx.of(Overflowed)
    pbx.status("100.1", value)
    pbx.hangup()
    pbx.at(60)
    assert pbx.one(Overflowed) == Overflowed(
        visit="100.1/sales/1", queue="sales", call="100.1", reason=reason, wait_ms=20_000
    )
    assert not pbx.of(Abandoned)


def test_an_abandon_with_a_hangup_is_an_abandon_at_the_leave(pbx):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(7)
    pbx.abandon(HoldTime=7, Position=3)
    pbx.at(7.5)
    pbx.caller("Newexten", Exten="h", Application="NoOp")
    pbx.hangup()
    end = pbx.one(Abandoned)
    assert (end.wait_ms, end.position, end.phase) == (7_000, 3, Phase.WAITING)
    assert pbx.when(Abandoned) == 7


def test_an_abandon_while_a_phone_rings_says_so(pbx):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.offer()
    pbx.at(7)
    pbx.caller("DialEnd", DestUniqueid="100.11", DialStatus="CANCEL")
    pbx.caller("DialEnd", DestUniqueid="100.11", DialStatus="CANCEL")
    pbx.abandon(HoldTime=7)
    pbx.hangup()
    assert pbx.one(RingEnded).result is RingEnd.CANCELLED
    assert pbx.one(Abandoned).phase is Phase.RINGING


def test_a_hangup_handler_is_no_sign_of_life(pbx):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(7)
    pbx.caller("HangupRequest", Cause=16)
    pbx.abandon(HoldTime=7)
    pbx.caller("Newexten", Context="sub-handler", Exten="s", Application="Set")
    assert not pbx.of(Overflowed)
    pbx.at(12)
    assert pbx.one(Abandoned).wait_ms == 7_000


def test_a_waiting_caller_who_goes_on_was_redirected(pbx):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(3)
    pbx.caller("Newexten", Exten="v0", Application="Queue", AppData="sales,tT")
    pbx.abandon(HoldTime=3)
    pbx.caller("Newexten", Exten="v0", Application="Queue", AppData="billing,tT")
    pbx.caller("QueueCallerJoin", queue="billing")
    pbx.at(9)
    pbx.abandon(queue="billing", HoldTime=6)
    pbx.hangup()
    assert pbx.one(Overflowed).reason is Overflow.REDIRECTED
    assert [q.visit for q in pbx.of(Queued)] == ["100.1/sales/1", "100.1/billing/1"]
    assert pbx.one(Abandoned).queue == "billing"


def test_without_channel_events_an_abandon_is_taken_at_its_word(pbx):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(20)
    pbx.abandon(HoldTime=20)
    pbx.at(23)
    assert pbx.one(Abandoned).wait_ms == 20_000


def test_an_abandon_of_a_living_channel_is_not_called_redirected_without_dialplan_events(pbx):
    pbx.caller("Newchannel")
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(20)
    pbx.abandon(HoldTime=20)
    pbx.at(23)
    assert pbx.one(Overflowed).reason is Overflow.OTHER


def test_a_leave_without_abandon_or_answer_is_a_key(pbx):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(3)
    pbx.caller("QueueCallerLeave", queue="sales")
    pbx.at(4)
    assert not pbx.of(Overflowed)
    pbx.at(5.5)
    assert pbx.one(Overflowed).reason is Overflow.KEY
    assert (pbx.one(Overflowed).wait_ms, pbx.when(Overflowed)) == (3_000, 3)


def test_a_gosub_between_leave_and_connect_is_no_key(pbx):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.offer()
    pbx.at(3)
    pbx.caller("DialEnd", DestUniqueid="100.11", DialStatus="ANSWER")
    pbx.caller("QueueCallerLeave", queue="sales")
    pbx.at(11)
    pbx.caller("AgentConnect", queue="sales", Interface="PJSIP/401", MemberName="Ann")
    assert not pbx.of(Overflowed)
    assert pbx.one(Answered).agent == "Ann"


@pytest.mark.parametrize(("cause", "cause_class"), [(44, "network"), (34, "congestion")])
def test_a_fault_of_the_waiting_callers_line_is_a_drop(pbx, cause, cause_class):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(9)
    pbx.abandon(HoldTime=9)
    pbx.hangup(cause=cause)
    end = pbx.one(Dropped)
    assert (end.phase, end.cause, end.trunk) == (Phase.WAITING, str(cause), "PJSIP/carrier1")
    assert end.cause_class is CauseClass(cause_class)
    assert end.wait_ms == 9_000


@pytest.mark.parametrize(
    ("value", "reason"), [("FULL", Block.FULL), ("JOINEMPTY", Block.NO_AGENTS)]
)
def test_a_refused_join_is_blocked_in_the_queue_that_was_asked_for(pbx, value, reason):
    pbx.caller("Newexten", Exten="1", Application="Queue", AppData="sales,tT,,,20")
    pbx.status("100.1", value)
    assert pbx.one(Blocked) == Blocked(call="100.1", queue="sales", reason=reason)
    pbx.status("100.1", value)
    assert len(pbx.of(Blocked)) == 1


def test_one_call_twice_in_one_queue_makes_two_visits(pbx):
    for start in (0, 30):
        pbx.at(start)
        pbx.caller("QueueCallerJoin", queue="sales")
        pbx.at(start + 20)
        pbx.abandon(HoldTime=20)
        pbx.status("100.1", "TIMEOUT")
    assert [o.visit for o in pbx.of(Overflowed)] == ["100.1/sales/1", "100.1/sales/2"]


def test_an_echo_after_the_end_opens_nothing(pbx):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(4)
    pbx.abandon(HoldTime=4)
    pbx.hangup()
    pbx.caller("QueueCallerLeave", queue="sales")
    pbx.at(60)
    assert len(pbx.of(Abandoned)) == 1
    assert not pbx.of(Overflowed)


def _talking(pbx):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.offer()
    pbx.at(2)
    pbx.connect(HoldTime=2)
    pbx.at(12)


@pytest.mark.parametrize(
    ("legs", "reason", "trunk"),
    [
        ([("caller", 38)], "caller", "PJSIP/carrier1"),
        ([("agent", 44), ("caller", 16)], "agent", ""),
        ([("agent", 41), ("caller", 41)], "caller", "PJSIP/carrier1"),
        ([("caller", 38), ("agent", 38)], "agent", ""),
        ([("caller", 16), ("agent", 27)], "caller", ""),
    ],
)
def test_a_network_cause_on_any_leg_is_a_drop(pbx, legs, reason, trunk):
    _talking(pbx)
    pbx.complete(TalkTime=10, Reason=reason)
    for leg, cause in legs:
        (pbx.hangup if leg == "caller" else pbx.leg_hangup)(cause=cause)
    pbx.at(15)
    end = pbx.one(Dropped)
    assert (end.phase, end.trunk, end.agent) == (Phase.TALKING, trunk, "Ann")
    assert (end.talk_ms, end.wait_ms) == (10_000, 2_000)
    assert not pbx.of(Completed)


def test_answered_elsewhere_and_old_faults_are_no_drops(pbx):
    _talking(pbx)
    pbx.leg_hangup(cause=38)
    pbx.at(30)
    pbx.complete(Reason="agent")
    pbx.hangup(cause=26)
    assert pbx.one(Completed).ended_by is EndedBy.AGENT


def test_the_end_waits_two_seconds_for_a_cause_and_bears_its_own_time(pbx):
    _talking(pbx)
    pbx.complete(TalkTime=10)
    pbx.at(13.9)
    assert not pbx.of(Completed)
    pbx.at(14)
    assert pbx.when(Completed) == 12


def test_a_complete_without_its_channel_is_found_by_queue_and_phone(pbx):
    _talking(pbx)
    pbx.say("AgentComplete", Queue="sales", Interface="PJSIP/401", TalkTime=10, Reason="caller")
    pbx.at(20)
    assert pbx.one(Completed).visit == "100.1/sales/1"


def test_a_complete_after_the_hangup_ends_the_call_once(pbx):
    _talking(pbx)
    pbx.hangup()
    pbx.say("AgentComplete", Queue="sales", Interface="PJSIP/401", TalkTime=10, Reason="agent")
    pbx.at(30)
    pbx.complete()
    pbx.at(60)
    assert pbx.one(Completed).ended_by is EndedBy.AGENT


def test_a_call_whose_complete_never_comes_ends_with_its_channel(pbx):
    _talking(pbx)
    pbx.hangup()
    pbx.at(20)
    assert (pbx.one(Completed).talk_ms, pbx.when(Completed)) == (10_000, 12)


def test_an_end_whose_beginning_was_lost_bears_what_asterisk_knows(pbx):
    pbx.complete(call="9.9", HoldTime=31, TalkTime=100, Reason="agent")
    pbx.hangup(call="9.9")
    end = pbx.one(Completed)
    assert (end.visit, end.agent) == ("9.9/sales/1", "Ann")
    assert (end.wait_ms, end.talk_ms) == (31_000, 100_000)


def test_a_blind_transfer_by_the_member_is_told_with_its_target(pbx):
    _talking(pbx)
    transferer = {"TransfererUniqueid": "100.11", "TransfererLinkedid": "100.1"}
    pbx.say("BlindTransfer", Result="Success", Extension="7002", **transferer)
    pbx.complete(Reason="transfer", TalkTime=10)
    end = pbx.one(Transferred)
    assert (end.kind, end.to, end.talk_ms) == (TransferKind.BLIND, "7002", 10_000)


def test_a_transfer_by_the_phone_behind_a_local_channel_frees_the_agent_and_is_no_end(pbx):
    _talking(pbx)
    transferer = {"TransfererUniqueid": "100.13", "TransfererLinkedid": "100.1"}
    pbx.say("BlindTransfer", Result="Success", Extension="1006", **transferer)
    pbx.at(40)
    assert pbx.of(AgentState)[-1].state is not AgentStatus.TALKING
    pbx.complete(TalkTime=38, Reason="caller")
    pbx.hangup()
    pbx.at(43)
    end = pbx.one(Completed)
    assert (end.agent, end.talk_ms, end.ended_by) == ("Ann", 38_000, EndedBy.CALLER)
    assert not pbx.of(Transferred)


def test_an_attended_transfer_is_told_as_such(pbx):
    _talking(pbx)
    pbx.say(
        "AttendedTransfer",
        Result="Success",
        OrigTransfererUniqueid="100.11",
        OrigTransfererLinkedid="100.1",
        OrigTransfererConnectedLineNum="1015",
    )
    pbx.complete(Reason="transfer", TalkTime=10)
    assert (pbx.one(Transferred).kind, pbx.one(Transferred).to) == (TransferKind.ATTENDED, "1015")


def test_a_transfer_that_failed_is_none(pbx):
    _talking(pbx)
    transferer = {"TransfererUniqueid": "100.11", "TransfererLinkedid": "100.1"}
    pbx.say("BlindTransfer", Result="Fail", Extension="7002", **transferer)
    pbx.at(20)
    pbx.complete()
    pbx.at(30)
    assert pbx.of(Completed)
    assert not pbx.of(Transferred)


def test_a_talking_caller_who_is_redirected_frees_the_agent_and_ends_when_he_hangs_up(pbx):
    _talking(pbx)
    pbx.caller("Newexten", Exten="survey", Application="Playback")
    pbx.leg_hangup(cause=26)
    pbx.at(15)
    assert pbx.of(AgentState)[-1].state is not AgentStatus.TALKING
    assert not pbx.of(Completed)
    pbx.at(101)
    pbx.complete(TalkTime=99)
    pbx.hangup()
    assert pbx.one(Completed).talk_ms == 99_000
    assert not pbx.of(Transferred)


def test_dialplan_in_mid_call_is_no_redirect_while_the_agent_stays(pbx):
    _talking(pbx)
    pbx.caller("Newexten", Exten="feature", Application="MixMonitor")
    pbx.at(20)
    pbx.complete(TalkTime=18)
    pbx.hangup()
    pbx.leg_hangup()
    assert pbx.of(Completed)
    assert not pbx.of(Transferred)


def test_only_a_hold_can_be_retrieved_and_the_held_time_is_summed(pbx):
    _talking(pbx)
    leg = {"Uniqueid": "100.11", "Linkedid": "100.1"}
    pbx.say("Unhold", **leg)
    pbx.say("Hold", **leg)
    pbx.say("Hold", Uniqueid="100.12", Linkedid="100.1")
    pbx.at(15)
    pbx.say("Unhold", **leg)
    pbx.say("Hold", **leg)
    pbx.say("Hold", Uniqueid="100.1", Linkedid="100.1")
    pbx.at(17)
    pbx.complete()
    pbx.at(30)
    assert (len(pbx.of(Held)), len(pbx.of(Retrieved))) == (2, 1)
    assert pbx.one(Completed).hold_ms == 5_000


def _rung(pbx):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.offer()
    pbx.at(3)
    return {"Interface": "PJSIP/401", "MemberName": "Ann", "DestUniqueid": "100.11"}


def test_a_phone_that_nobody_answers_is_told_with_its_milliseconds(pbx):
    pbx.caller("AgentRingNoAnswer", queue="sales", **_rung(pbx), RingTime=12_000)
    end = pbx.one(RingEnded)
    assert (end.result, end.ring_ms) == (RingEnd.NO_ANSWER, 12_000)


@pytest.mark.parametrize(
    ("cause", "result"),
    [
        (21, RingEnd.REJECTED),
        (17, RingEnd.BUSY),
        (20, RingEnd.UNREACHABLE),
        (19, RingEnd.NO_ANSWER),
    ],
)
def test_the_cause_of_the_rung_leg_says_why_nobody_answered(pbx, cause, result):
    who = _rung(pbx)
    pbx.say("HangupRequest", Uniqueid="100.11", Linkedid="100.1", Cause=cause)
    pbx.caller("DialEnd", DestUniqueid="100.11", DialStatus="NOANSWER")
    pbx.caller("AgentRingNoAnswer", queue="sales", **who, RingTime=3000)
    assert pbx.one(RingEnded).result is result


def test_an_agent_who_hangs_up_during_the_announcement_leaves_the_caller_waiting(pbx):
    who = _rung(pbx)
    pbx.caller("DialEnd", DestUniqueid="100.11", DialStatus="ANSWER")
    pbx.caller("AgentDump", queue="sales", **who)
    pbx.caller("DialEnd", DestUniqueid="100.11", DialStatus="NOANSWER")
    pbx.at(60)
    assert pbx.one(RingEnded).result is RingEnd.REJECTED
    assert not pbx.of(Overflowed)


def test_with_ring_all_the_losers_are_cancelled(pbx):
    pbx.caller("QueueCallerJoin", queue="claims")
    pbx.offer(queue="claims")
    other = {"Interface": "PJSIP/402", "MemberName": "Bob", "DestUniqueid": "100.12"}
    pbx.offer(queue="claims", **other)
    pbx.connect(queue="claims", HoldTime=0)
    (loser,) = pbx.of(RingEnded)
    assert (loser.agent, loser.result) == ("Bob", RingEnd.CANCELLED)


def test_names_from_the_telephone_world_are_carried_as_they_are(pbx):
    name = 'Zoë "<b>" O\'Neil;|🙂' + "x" * 400
    pbx.caller("QueueCallerJoin", queue=name)
    pbx.caller("AgentConnect", queue=name, MemberName=name, Interface="PJSIP/1", HoldTime=-4)
    assert pbx.one(Answered).agent == name[:255]
    assert len(pbx.one(Queued).visit) <= 255
