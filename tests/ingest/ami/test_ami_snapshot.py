"""After a login: what was missed, who is there, and what becomes of visits that were open before."""

from ingest.events import (
    Abandoned,
    Adapter,
    AgentMembership,
    AgentState,
    Completed,
    Dropped,
    Gap,
    Queued,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
)
from ingest.words import CauseClass, Clock, Origin, Phase


def _params(queue="sales"):
    return "QueueParams", {"Queue": queue}


def _listed(queue="sales", name="Ann", phone="PJSIP/401", **headers):
    known = {"Queue": queue, "Name": name, "Location": phone, "StateInterface": phone}
    return "QueueMember", {**known, "Status": 1, "Paused": 0, **headers}


def _entry(call, wait, queue="sales"):
    return "QueueEntry", {
        "Queue": queue,
        "Uniqueid": call,
        "Channel": "PJSIP/carrier1-0009",
        "CallerIDNum": "449876543210",
        "Wait": wait,
        "Position": 1,
    }


def _channel(call, bridge="", app="Queue", data="sales,tT", linked="", name=""):
    return "CoreShowChannel", {
        "Channel": name or "PJSIP/carrier1-0007",
        "Uniqueid": call,
        "Linkedid": linked or call,
        "Application": app,
        "ApplicationData": data,
        "BridgeId": bridge,
    }


def _reconnect(pbx, at_s, *items, uptime=100_000, **options):
    pbx.told += pbx.translator.lost(pbx.now, "silent for 30 s")
    pbx.at(at_s)
    pbx.greet(uptime)
    pbx.lists(*items, **options)


def test_the_first_login_brings_a_snapshot_and_no_gap(pbx):
    pbx.at(100)
    pbx.greet()
    pbx.lists(_params(), _listed(Paused=1, PausedReason="Lunch"), _entry("100.1", 7))
    statuses = [a.status.value for a in pbx.of(Adapter)]
    assert statuses == ["starting", "resync", "up"]
    assert not pbx.of(Gap)
    assert pbx.one(SnapshotBegin).queues == ["sales"]
    assert pbx.one(SnapshotEnd).items == 3
    assert pbx.one(SnapshotVisit).since == pbx.now - 7_000
    assert pbx.one(SnapshotVisit).caller == "•••210"
    assert pbx.one(SnapshotMember).reason == "Lunch"
    assert pbx.one(SnapshotAgent).state.value == "not_ready"
    items = [e for e in pbx.told if isinstance(e.data, SnapshotVisit)]
    assert (items[0].origin, items[0].clock) == (Origin.SNAPSHOT, Clock.ESTIMATED)


def test_a_caller_known_from_the_list_is_told_to_his_end(pbx):
    pbx.at(100)
    pbx.greet()
    pbx.lists(_params(), _entry("100.1", 7))
    pbx.caller("QueueCallerJoin", queue="sales")
    assert not pbx.of(Queued)
    pbx.at(110)
    pbx.abandon(HoldTime=17)
    pbx.hangup()
    assert (pbx.one(Abandoned).visit, pbx.one(Abandoned).wait_ms) == ("100.1/sales/1", 17_000)


def test_a_reconnect_tells_the_gap_and_names_only_who_is_still_there(pbx):
    pbx.greet()
    pbx.lists(_params())
    pbx.at(5)
    for call in ("100.1", "100.2"):
        pbx.caller("QueueCallerJoin", call=call, queue="sales")
    _reconnect(pbx, 45, _params(), _entry("100.1", 40))
    gap = pbx.one(Gap)
    assert (gap.end_at - gap.start_at, gap.why) == (40_000, "silent for 30 s")
    assert [v.visit for v in pbx.of(SnapshotVisit)] == ["100.1/sales/1"]
    pbx.abandon("100.2", HoldTime=39)
    pbx.hangup("100.2")
    assert pbx.one(Abandoned).visit == "100.2/sales/1"


def test_talking_callers_are_found_by_channel_and_bridge(pbx):
    pbx.at(50)
    pbx.greet()
    agents = _channel("1.2", "b1", "AppDial", "", "1.1", "PJSIP/401-0003")
    pbx.lists(_params(), _listed(Status=2, InCall=1), _channel("1.1", "b1"), agents)
    visit = pbx.one(SnapshotVisit)
    assert (visit.talking, visit.agent, visit.visit) == (True, "Ann", "1.1/sales/1")
    assert pbx.one(SnapshotAgent).queue == "sales"
    pbx.at(80)
    pbx.complete("1.1", HoldTime=4, TalkTime=70, Reason="agent")
    pbx.hangup("1.1")
    pbx.at(90)
    end = pbx.one(Completed)
    assert (end.visit, end.wait_ms, end.talk_ms) == ("1.1/sales/1", 4_000, 70_000)


def _talking(pbx):
    pbx.greet()
    pbx.lists(_params(), _listed())
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(4)
    pbx.connect()
    pbx.at(10)


def test_a_known_conversation_goes_on_under_its_own_name(pbx):
    _talking(pbx)
    _reconnect(pbx, 30, _params(), _listed(Status=2), _channel("100.1", "b1"))
    visit = pbx.of(SnapshotVisit)[-1]
    assert (visit.visit, visit.agent, visit.talking) == ("100.1/sales/1", "Ann", True)


def test_a_conversation_whose_channel_is_gone_is_not_named(pbx):
    _talking(pbx)
    _reconnect(pbx, 30, _params(), _listed())
    assert not pbx.of(SnapshotVisit)
    assert pbx.of(SnapshotAgent)[-1].state.value == "ready"


def test_without_the_right_to_list_channels_conversations_are_believed(pbx):
    _talking(pbx)
    _reconnect(pbx, 30, _params(), _listed(), channels=False)
    assert pbx.of(SnapshotVisit)[-1].talking


def test_who_was_waiting_and_is_now_bridged_was_answered_meanwhile(pbx):
    pbx.greet()
    pbx.lists(_params())
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(2)
    agent = _channel("100.2", "b1", "AppDial", "", "100.1", "Local/401@agents-0002;1")
    member = _listed(phone="Local/401@agents/n", Status=2)
    _reconnect(pbx, 20, _params(), member, _channel("100.1", "b1"), agent)
    visit = pbx.one(SnapshotVisit)
    assert (visit.visit, visit.talking, visit.agent) == ("100.1/sales/1", True, "Ann")


def test_a_crash_ends_what_was_open_at_the_crash(pbx):
    _talking(pbx)
    pbx.caller("QueueCallerJoin", call="200.1", queue="sales")
    pbx.at(13)
    _reconnect(pbx, 20, _params(), _listed(), uptime=5)
    talking, waiting = pbx.of(Dropped)
    assert (talking.phase, talking.talk_ms, talking.agent) == (Phase.TALKING, 9_000, "Ann")
    assert (waiting.phase, waiting.wait_ms) == (Phase.WAITING, 3_000)
    assert {talking.cause_class, waiting.cause_class} == {CauseClass.SYSTEM}
    assert pbx.when(Dropped) == 13
    assert not pbx.of(SnapshotVisit)


def test_a_restart_shows_in_the_startup_date_too(pbx):
    pbx.answer(Response="Success", CoreStartupDate="2026-01-01", CoreStartupTime="10:00:00")
    _talking(pbx)
    pbx.told += pbx.translator.lost(pbx.now, "end")
    pbx.at(20)
    pbx.told += pbx.translator.linked(pbx.now)
    pbx.answer(Response="Success", CoreStartupDate="2026-01-01", CoreStartupTime="10:00:09")
    assert pbx.one(Dropped).visit == "100.1/sales/1"


def test_answers_that_never_come_do_not_hold_the_link_back(pbx):
    pbx.greet()
    pbx.at(6)
    assert pbx.of(Adapter)[-1].status.value == "up"
    assert not pbx.of(SnapshotBegin)


def test_a_caller_who_was_leaving_when_the_link_broke_gave_up(pbx):
    pbx.greet()
    pbx.lists(_params())
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.at(9)
    pbx.abandon(HoldTime=9)
    pbx.told += pbx.translator.lost(pbx.now, "end")
    assert pbx.one(Abandoned).wait_ms == 9_000


def test_a_later_list_takes_in_members_that_a_reload_changed(pbx):
    pbx.greet()
    pbx.lists(_params(), _params("support"), _listed(), _listed("support"))
    pbx.at(60)
    pbx.lists(_params(), _listed(Paused=1, PausedReason="x"), _listed(name="Bob", phone="SIP/2"))
    assert [(m.agent, m.queue, m.action.value) for m in pbx.of(AgentMembership)] == [
        ("Ann", "sales", "paused"),
        ("Bob", "sales", "added"),
    ]
    assert len(pbx.of(SnapshotBegin)) == 1
    assert pbx.of(AgentState)[-1].agent == "Bob"
