"""The server's side of a manager connection: login, lists, refusals, and whatever bytes come."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.events import AgentMembership, AgentState, Data, Queued, Ringing
from ingest.words import AgentStatus, MembershipAction
from simulators.agenda import Happening
from simulators.ami_dialogue import Dialogue
from simulators.ami_pbx import LONGEST_LINE, MOST_LINES, FakePbx
from simulators.demo import DEMO
from simulators.notes import Arrived, Note

NOW = 1_790_006_400_000
ACCOUNTS = {"monitor": "s3cret"}


def ask(pbx: FakePbx, **headers: str) -> list[str]:
    """Send an action; the messages that come back."""
    text = "".join(f"{key}: {value}\r\n" for key, value in headers.items()) + "\r\n"
    pbx.receive(text.encode(), NOW)
    return pbx.data_to_send().decode().split("\r\n\r\n")[:-1]


@pytest.fixture
def dialogue() -> Dialogue:
    """A PBX with one agent, signed in, whose phone rings for one of two callers."""
    dialogue = Dialogue(DEMO)
    whose = {"visit": "c1/sales/1", "call": "c1", "queue": "sales"}
    told: tuple[Data | Note, ...] = (
        AgentMembership(agent="1001", queue="sales", action=MembershipAction.ADDED),
        AgentState(agent="1001", state=AgentStatus.READY),
        Arrived(call="c1", line=10, trunk="trunk-a", number="02085550001", did="4005550101"),
        Queued(**whose, position=1),
        Ringing(**whose, agent="1001"),
        Arrived(call="c2", line=20, trunk="trunk-b", number="", did="4005550101"),
        Queued(visit="c2/sales/1", call="c2", queue="sales", position=2),
    )
    for nth, data in enumerate(told):
        dialogue.tell(Happening(NOW - 10_000 + nth * 1_000, data))
    return dialogue


@pytest.fixture
def pbx(dialogue: Dialogue) -> FakePbx:
    """A connection on which nobody has logged in."""
    pbx = FakePbx(dialogue.picture, ACCOUNTS)
    assert pbx.data_to_send().startswith(b"Asterisk Call Manager/")
    return pbx


@pytest.fixture
def known(pbx: FakePbx) -> FakePbx:
    """A connection on which the monitor has logged in."""
    assert len(ask(pbx, Action="Login", Username="monitor", Secret="s3cret")) == 2
    return pbx


def test_a_plain_login_is_greeted_with_fully_booted(pbx: FakePbx) -> None:
    accepted, booted = ask(
        pbx, Action="Login", ActionID="a1", Username="monitor", Secret="s3cret", Events="on"
    )
    assert accepted == "Response: Success\r\nActionID: a1\r\nMessage: Authentication accepted"
    assert booted.startswith("Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: ")
    assert pbx.logged_in


def test_a_challenge_is_answered_with_the_md5_of_it_and_the_secret(pbx: FakePbx) -> None:
    (asked,) = ask(pbx, Action="Challenge", AuthType="MD5")
    challenge = asked.rpartition("Challenge: ")[2]
    key = hashlib.md5((challenge + "s3cret").encode()).hexdigest()
    accepted, _ = ask(pbx, Action="Login", AuthType="MD5", Username="monitor", Key=key)
    assert "Authentication accepted" in accepted


@pytest.mark.parametrize(
    "wrong",
    [
        {"Username": "monitor", "Secret": "no"},
        {"Username": "nobody", "Secret": "s3cret"},
        {"Username": "monitor", "AuthType": "MD5", "Key": hashlib.md5(b"s3cret").hexdigest()},
        {},
    ],
)
def test_a_wrong_login_is_refused_and_ends_the_connection(
    pbx: FakePbx, wrong: dict[str, str]
) -> None:
    (refused,) = ask(pbx, Action="Login", **wrong)
    assert refused == "Response: Error\r\nMessage: Authentication failed"
    assert pbx.over
    assert not pbx.logged_in


def test_nothing_is_told_before_the_login(pbx: FakePbx) -> None:
    (refused,) = ask(pbx, Action="QueueStatus")
    assert refused.endswith("Permission denied")
    pbx.tell(["Event: Hold\r\nPrivilege: call,all"])
    assert pbx.data_to_send() == b""


def test_keys_may_be_in_any_case_and_actions_may_come_split_and_several_at_once(
    known: FakePbx,
) -> None:
    text = b"ACTION: ping\r\nactionid: p1\r\n\r\nAction: Ping\nActionID: p2\n\nAction: Ping\r\n\r\n"
    for byte in text:
        known.receive(bytes([byte]), NOW)
    slowly = known.data_to_send()
    known.receive(text, NOW)
    assert known.data_to_send() == slowly
    assert slowly.count(b"Ping: Pong\r\nTimestamp: 1790006400.000000\r\n\r\n") == 3
    assert slowly.startswith(b"Response: Success\r\nActionID: p1\r\n")


def test_a_list_begins_ends_and_is_counted(known: FakePbx) -> None:
    begin, *items, end = ask(known, Action="QueueStatus", ActionID="q7")
    assert begin == (
        "Response: Success\r\nActionID: q7\r\nEventList: start\r\nMessage: Queue status will follow"
    )
    assert end == (
        "Event: QueueStatusComplete\r\nActionID: q7\r\nEventList: Complete"
        f"\r\nListItems: {len(items)}"
    )
    assert all(item.endswith("\r\nActionID: q7") for item in items)
    kinds = [item.partition("\r\n")[0] for item in items]
    assert kinds.count("Event: QueueParams") == len(DEMO.queues)
    assert kinds.count("Event: QueueMember") == 1
    first, second = (item for item in items if item.startswith("Event: QueueEntry"))
    assert "Position: 1\r\nChannel: PJSIP/trunk-a-0000000a\r\n" in first
    assert "\r\nWait: 7\r\n" in first
    assert "CallerIDNum: anonymous\r\nCallerIDName: unknown\r\n" in second


def test_one_queue_or_one_member_can_be_asked_for(known: FakePbx) -> None:
    _, *items, _ = ask(known, Action="QueueStatus", Queue="vip")
    assert [item.partition("\r\n")[0] for item in items] == ["Event: QueueParams"]
    _, *items, _ = ask(known, Action="QueueStatus", Queue="sales", Member="PJSIP/1001")
    assert len(items) == 2
    _, *items, _ = ask(known, Action="QueueStatus", Queue="sales", Member="PJSIP/9999")
    assert len(items) == 1


@pytest.mark.parametrize(
    ("action", "count", "part"),
    [
        ("QueueSummary", 4, "LoggedIn: 1\r\nAvailable: 0\r\nCallers: 2\r\n"),
        ("CoreShowChannels", 3, "Application: Queue\r\nApplicationData: sales,tT,,,"),
        ("PJSIPShowEndpoints", 42, "OutboundAuths: trunk-a\r\n"),
        ("PJSIPShowContacts", 42, "Endpoint: trunk-b\r\n"),
        ("PJSIPShowRegistrationsOutbound", 2, "Status: Registered\r\n"),
        ("DeviceStateList", 40, "Device: PJSIP/1001\r\nState: RINGING"),
    ],
)
def test_the_other_lists(known: FakePbx, action: str, count: int, part: str) -> None:
    _, *items, end = ask(known, Action=action)
    assert len(items) == count
    assert f"ListItems: {count}" in end
    assert any(part in item + "\r\n" for item in items)


def test_vital_data(known: FakePbx) -> None:
    (status,) = ask(known, Action="CoreStatus")
    assert "CoreStartupDate: 2026-09-1" in status
    assert "\r\nCoreCurrentCalls: 3\r\n" in status
    (settings,) = ask(known, Action="CoreSettings")
    assert "AsteriskVersion: 22." in settings
    (commands,) = ask(known, Action="ListCommands")
    assert "QueueStatus: " in commands


def test_what_would_change_something_is_denied_and_what_is_unknown_is_said_so(
    known: FakePbx,
) -> None:
    (denied,) = ask(known, Action="Originate", ActionID="o1", Channel="PJSIP/1001")
    assert denied == "Response: Error\r\nActionID: o1\r\nMessage: Permission denied"
    (unknown,) = ask(known, Action="Fnord")
    assert unknown.startswith("Response: Error\r\nMessage: Invalid/unknown command")
    (missing,) = ask(known, ActionID="m1")
    assert missing.endswith("Missing action in request")


@pytest.mark.parametrize(
    ("mask", "heard"),
    [("off", []), ("on", ["Hold", "QueueMemberStatus"]), ("system,agent", ["QueueMemberStatus"])],
)
def test_a_client_hears_only_the_classes_that_it_asked_for(
    pbx: FakePbx, mask: str, heard: list[str]
) -> None:
    frames = [
        "Event: Hold\r\nPrivilege: call,all\r\nTimestamp: 1.0",
        "Event: QueueMemberStatus\r\nPrivilege: agent,all\r\nTimestamp: 1.0",
    ]
    ask(pbx, Action="Login", Username="monitor", Secret="s3cret", Events=mask)
    pbx.tell(frames)
    assert [f.split()[1] for f in pbx.data_to_send().decode().split("\r\n\r\n")[:-1]] == heard
    ask(pbx, Action="Events", EventMask="on" if mask == "off" else "off")
    pbx.tell(frames)
    assert bool(pbx.data_to_send()) == (mask == "off")


def test_logoff_says_goodbye(known: FakePbx) -> None:
    (bye,) = ask(known, Action="Logoff")
    assert bye.startswith("Response: Goodbye\r\n")
    assert known.over
    assert ask(known, Action="Ping") == []


def test_a_line_or_a_message_that_is_too_long_is_refused_and_forgotten(known: FakePbx) -> None:
    (refused,) = ask(known, Action="Ping", Fill="x" * LONGEST_LINE)
    assert "line too long" in refused
    known.receive(b"x" * 1_000_000, NOW)
    known.receive(b"y\r\n\r\n", NOW)
    assert b"line too long" in known.data_to_send()
    (refused,) = ask(known, Action="Ping", **{f"H{n}": "" for n in range(MOST_LINES)})
    assert "Too many lines" in refused
    assert "Pong" in ask(known, Action="Ping")[0]


@given(st.lists(st.binary(max_size=400) | st.sampled_from([b"\r\n", b"Action: ", b"Login"])))
def test_any_bytes_are_survived(chunks: list[bytes]) -> None:
    dialogue = Dialogue(DEMO)
    for logged_in in (False, True):
        pbx = FakePbx(dialogue.picture, ACCOUNTS)
        if logged_in:
            ask(pbx, Action="Login", Username="monitor", Secret="s3cret")
        for chunk in chunks:
            pbx.receive(chunk, NOW)
        pbx.receive(b"\r\n\r\n", NOW)
        pbx.data_to_send()
        if not pbx.over:
            answer = ask(pbx, Action="Ping")
            assert ("Pong" in answer[-1]) == logged_in
