"""One state per person, out of memberships, phones, queue calls and wrap-up."""

import pytest

from ingest.events import AgentMembership, AgentState
from ingest.words import AgentStatus, Clock, MembershipAction


def _states(pbx, agent="Ann"):
    return [(s.state.value, s.reason, s.queue) for s in pbx.of(AgentState) if s.agent == agent]


def test_signing_in_and_out_is_membership_and_state(pbx):
    pbx.member("QueueMemberAdded")
    pbx.member("QueueMemberAdded", queue="support")
    pbx.member("QueueMemberRemoved")
    pbx.member("QueueMemberRemoved", queue="support")
    added = AgentMembership(
        agent="Ann", queue="sales", action=MembershipAction.ADDED, interface="PJSIP/401"
    )
    assert pbx.of(AgentMembership)[0] == added
    assert len(pbx.of(AgentMembership)) == 4
    assert _states(pbx) == [("ready", "", ""), ("signed_out", "", "")]


def test_paused_in_one_of_two_queues_is_still_ready(pbx):
    pbx.member("QueueMemberAdded")
    pbx.member("QueueMemberAdded", queue="support")
    pbx.member("QueueMemberPause", Paused=1, PausedReason="Lunch")
    assert _states(pbx) == [("ready", "", "")]
    pbx.member("QueueMemberPause", queue="support", Paused=1, PausedReason="Lunch")
    assert _states(pbx)[1:] == [("not_ready", "Lunch", "")]
    pbx.member("QueueMemberPause", Paused=0)
    assert _states(pbx)[2:] == [("ready", "", "")]


def test_a_repeated_pause_tells_only_what_changed(pbx):
    pbx.member("QueueMemberAdded")
    pbx.member("QueueMemberPause", Paused=0)
    for reason in ("Break", "Lunch", "Lunch", ""):
        pbx.member("QueueMemberPause", Paused=1, PausedReason=reason)
    pbx.member("QueueMemberPause", Paused=0, PausedReason="back")
    pbx.member("QueueMemberPause", Paused=0)
    actions = [(m.action.value, m.reason) for m in pbx.of(AgentMembership)]
    assert actions == [
        ("added", ""),
        ("paused", "Break"),
        ("paused", "Lunch"),
        ("paused", ""),
        ("unpaused", ""),
    ]
    assert _states(pbx) == [
        ("ready", "", ""),
        ("not_ready", "Break", ""),
        ("not_ready", "Lunch", ""),
        ("not_ready", "", ""),
        ("ready", "", ""),
    ]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (0, "ready"),
        (2, "talking"),
        (3, "talking"),
        (4, "unreachable"),
        (5, "unreachable"),
        (6, "ringing"),
        (7, "talking"),
        (8, "hold"),
    ],
)
def test_the_phone_alone_says_what_he_does_outside_queue_calls(pbx, status, state):
    pbx.member("QueueMemberAdded")
    pbx.member("QueueMemberStatus", Status=status)
    assert _states(pbx)[-1] == (state, "", "")


def _call(pbx, **member):
    pbx.member("QueueMemberAdded", **member)
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.offer(**{k: v for k, v in member.items() if k == "Interface"})
    pbx.member("QueueMemberStatus", **(member | {"Status": 6}))
    pbx.at(3)
    pbx.member("QueueMemberStatus", **(member | {"Status": 2}))
    pbx.connect(**{k: v for k, v in member.items() if k == "Interface"})


def test_a_queue_call_is_talking_then_wrap_up_to_the_millisecond(pbx_of):
    pbx = pbx_of({"sales": 5_000})
    _call(pbx)
    pbx.at(13)
    pbx.complete(TalkTime=10)
    pbx.member("QueueMemberStatus", Status=1)
    pbx.at(17.999)
    assert _states(pbx) == [
        ("ready", "", ""),
        ("ringing", "", "sales"),
        ("talking", "", "sales"),
        ("acw", "", "sales"),
    ]
    pbx.at(30)
    assert _states(pbx)[4:] == [("ready", "", "")]
    assert pbx.when(AgentState) == 18
    assert pbx.of(AgentState)[2].visit == "100.1/sales/1"


def test_without_a_configured_wrap_up_there_is_none(pbx):
    _call(pbx)
    pbx.at(13)
    pbx.complete(TalkTime=10)
    pbx.member("QueueMemberStatus", Status=1)
    pbx.at(30)
    assert _states(pbx)[2:] == [("talking", "", "sales"), ("ready", "", "")]


def test_a_call_in_wrap_up_ends_it(pbx_of):
    pbx = pbx_of({"sales": 60_000})
    _call(pbx)
    pbx.at(13)
    pbx.complete()
    pbx.member("QueueMemberStatus", Status=1)
    pbx.at(20)
    pbx.caller("QueueCallerJoin", call="200.1", queue="sales")
    pbx.connect(call="200.1")
    pbx.at(21)
    pbx.complete(call="200.1")
    pbx.member("QueueMemberStatus", Status=1)
    pbx.at(75)
    assert _states(pbx)[-1][0] == "acw"
    pbx.at(90)
    assert pbx.when(AgentState) == 81


def test_a_pause_in_a_call_shows_after_it(pbx):
    _call(pbx)
    pbx.member("QueueMemberPause", Status=2, Paused=1, PausedReason="Lunch")
    pbx.at(13)
    pbx.complete()
    pbx.member("QueueMemberStatus", Status=1, Paused=1, PausedReason="Lunch")
    pbx.at(30)
    assert _states(pbx)[-2:] == [("talking", "", "sales"), ("not_ready", "Lunch", "")]


def test_who_is_removed_in_a_call_talks_to_its_end(pbx):
    _call(pbx)
    pbx.member("QueueMemberRemoved", Status=2)
    assert _states(pbx)[-1][0] == "talking"
    pbx.at(13)
    pbx.complete()
    pbx.at(30)
    assert _states(pbx)[-1][0] == "signed_out"


def test_a_phone_that_stays_in_use_after_the_call_is_believed_after_a_second(pbx):
    _call(pbx)
    pbx.at(13)
    pbx.complete()
    pbx.at(13.9)
    assert _states(pbx)[-1] == ("ready", "", "")
    pbx.at(14)
    assert _states(pbx)[-1] == ("talking", "", "")


def test_a_free_phone_frees_the_agent_though_the_call_goes_on_elsewhere(pbx_of):
    pbx = pbx_of({"sales": 5_000})
    _call(pbx)
    pbx.at(10)
    pbx.member("QueueMemberStatus", Status=1)
    assert _states(pbx)[-1] == ("talking", "", "sales")
    pbx.at(11)
    assert _states(pbx)[-1] == ("acw", "", "sales")
    assert pbx.when(AgentState) >= 10
    pbx.at(40)
    pbx.complete()
    pbx.at(60)
    assert [s for s, _, _ in _states(pbx)].count("acw") == 1
    assert pbx.when(AgentState) == 15


@pytest.mark.parametrize("phone", ["Local/1001@agents", "Local/1001@agents/n"])
def test_a_local_channel_without_a_phone_behind_it_is_not_asked(pbx, phone):
    local = {"Interface": phone, "StateInterface": phone}
    _call(pbx, **local)
    pbx.member("QueueMemberStatus", **local, Status=1)
    pbx.at(60)
    assert _states(pbx)[1:] == [("ringing", "", "sales"), ("talking", "", "sales")]
    pbx.complete(Interface=phone)
    assert _states(pbx)[-1] == ("ready", "", "")


def test_one_person_with_two_phones_has_one_state(pbx):
    pbx.member("QueueMemberAdded")
    second = {"Interface": "PJSIP/501", "StateInterface": "PJSIP/501"}
    pbx.member("QueueMemberAdded", queue="support", **second)
    pbx.member("QueueMemberStatus", Status=5)
    assert _states(pbx) == [("ready", "", "")]
    pbx.member("QueueMemberStatus", queue="support", **second, Status=5)
    assert _states(pbx)[-1][0] == "unreachable"


def test_names_may_be_mapped_and_default_to_the_interface(pbx_of):
    pbx = pbx_of(agents={"PJSIP/401": "a-17"})
    pbx.member("QueueMemberAdded", name="Some Phone")
    pbx.say("QueueMemberAdded", Queue="sales", Interface="SIP/9", Status=1, Paused=0)
    assert {s.agent for s in pbx.of(AgentState)} == {"a-17", "SIP/9"}


def test_hold_shows_on_the_agent(pbx):
    _call(pbx)
    pbx.say("Hold", Uniqueid="100.11", Linkedid="100.1")
    pbx.say("Unhold", Uniqueid="100.11", Linkedid="100.1")
    assert [s for s, _, _ in _states(pbx)][-3:] == ["talking", "hold", "talking"]


def test_times_are_the_pbx_s_where_it_gives_them(pbx):
    stamp = f"{pbx.now // 1000 + 3}.250000"
    pbx.member("QueueMemberAdded", Timestamp=stamp)
    pbx.member("QueueMemberPause", Paused=1, Timestamp="1e99")
    first, last = [e for e in pbx.told if isinstance(e.data, AgentState)]
    assert (first.time, first.clock) == (pbx.now + 3_250, Clock.SOURCE)
    assert last.clock is Clock.ARRIVAL
    assert last.data.state is AgentStatus.NOT_READY


def test_neighbours_swapped_by_asterisk_s_threads_do_not_run_backwards(pbx):
    base = pbx.now // 1000
    pbx.member("QueueMemberAdded", Timestamp=f"{base}.500000")
    pbx.member("QueueMemberPause", Paused=1, Timestamp=f"{base}.499000")
    pbx.member("QueueMemberPause", Paused=0, Timestamp=f"{base}.600000")
    times = [e.time for e in pbx.told if isinstance(e.data, AgentState)]
    assert times == sorted(times)


def test_an_endless_reason_is_cut(pbx):
    pbx.member("QueueMemberAdded")
    pbx.member("QueueMemberPause", Paused=1, PausedReason="x" * 100_000)
    assert pbx.of(AgentState)[-1].reason == "x" * 255
