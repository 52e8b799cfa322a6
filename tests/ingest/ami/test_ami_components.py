"""Trunks, phones and registrations are told when they change."""

import pytest

from ingest.events import Component, Dropped, Queued
from ingest.words import ComponentKind, ComponentStatus


def _told(pbx):
    return [(c.kind.value, c.name, c.status.value) for c in pbx.of(Component)]


def test_a_phone_is_told_once_per_change(pbx):
    for status in ("Reachable", "Reachable", "Unreachable", "Unreachable", "Reachable"):
        pbx.say("PeerStatus", Peer="PJSIP/1001", PeerStatus=status)
        pbx.say("ContactStatus", EndpointName="1001", ContactStatus=status)
    assert _told(pbx) == [
        ("endpoint", "PJSIP/1001", "up"),
        ("endpoint", "PJSIP/1001", "down"),
        ("endpoint", "PJSIP/1001", "up"),
    ]


def test_a_re_registration_is_not_a_fault(pbx):
    for status in ("Reachable", "Removed", "NonQualified", "Reachable"):
        pbx.say("ContactStatus", EndpointName="1001", ContactStatus=status)
    assert _told(pbx) == [("endpoint", "PJSIP/1001", "up")]


def test_the_line_that_callers_come_by_is_a_trunk(pbx):
    pbx.caller("QueueCallerJoin", queue="sales")
    pbx.say("PeerStatus", Peer="PJSIP/carrier1", PeerStatus="Unreachable")
    pbx.say("PeerStatus", Peer="IAX2/other", PeerStatus="Lagged")
    assert _told(pbx) == [
        ("trunk", "PJSIP/carrier1", "down"),
        ("endpoint", "IAX2/other", "degraded"),
    ]


def test_a_caller_is_told_to_come_by_his_trunk(pbx):
    pbx.caller("QueueCallerJoin", queue="sales", line="IAX2/carrier2")
    pbx.say("PeerStatus", Peer="IAX2/carrier2", PeerStatus="Unreachable")
    assert pbx.one(Queued).trunk == pbx.one(Component).name == "IAX2/carrier2"


def test_an_agents_own_phone_and_an_inner_channel_are_no_trunks(pbx):
    pbx.member("QueueMemberAdded")
    inner = {"100.1": "PJSIP/401", "100.2": "Local/500@transfers"}
    for call, line in inner.items():
        pbx.caller("QueueCallerJoin", call, "sales", line=line)
    pbx.say("PeerStatus", Peer="PJSIP/401", PeerStatus="Unreachable")
    assert [queued.trunk for queued in pbx.of(Queued)] == ["", ""]
    assert pbx.one(Component).kind is ComponentKind.ENDPOINT
    for call, line in inner.items():
        pbx.abandon(call, line=line)
        pbx.hangup(call, cause=38, line=line)
    assert [dropped.trunk for dropped in pbx.of(Dropped)] == ["", ""]


def test_a_registration_has_one_name_in_its_event_and_in_the_list(pbx):
    detail = {"ClientUri": "sip:me@carrier.example:5060", "Status": "Registered"}
    pbx.say("OutboundRegistrationDetail", ObjectName="carrier", **detail)
    event = {"ChannelType": "PJSIP", "Username": "sip:me@carrier.example:5060"}
    pbx.say("Registry", **event, Domain="sip:carrier.example", Status="Registered")
    assert _told(pbx) == [("registration", "PJSIP/me@carrier.example:5060", "up")]
    pbx.say("Registry", **event, Domain="sip:carrier.example", Status="Rejected", Cause="403")
    assert pbx.of(Component)[-1] == Component(
        kind=ComponentKind.REGISTRATION,
        name="PJSIP/me@carrier.example:5060",
        status=ComponentStatus.DOWN,
        cause="403",
    )


@pytest.mark.parametrize(
    ("raised", "headers", "name"),
    [
        ("Alarm", {"DAHDIChannel": "4", "Alarm": "Red Alarm"}, "DAHDI/4"),
        ("SpanAlarm", {"Span": "1", "Alarm": "Red Alarm"}, "DAHDI/span1"),
    ],
)
def test_an_alarm_of_a_span_is_a_trunk_down_until_it_clears(pbx, raised, headers, name):
    pbx.say(raised, **headers)
    pbx.say(f"{raised}Clear", **headers)
    assert _told(pbx) == [("trunk", name, "down"), ("trunk", name, "up")]


def test_asterisk_itself_goes_down_and_comes_up(pbx):
    pbx.greet()
    pbx.lists()
    pbx.at(10)
    pbx.say("Shutdown", Shutdown="Cleanly", Restart="True")
    pbx.told += pbx.translator.lost(pbx.now, "the PBX closed the connection")
    pbx.at(14)
    pbx.greet(uptime=2)
    assert _told(pbx) == [("node", "Asterisk", "down"), ("node", "Asterisk", "up")]
