"""What the simulated PBX says of a floor's happenings, call by call."""

from dataclasses import replace

import pytest

from ingest.events import (
    Abandoned,
    AgentMembership,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Component,
    Data,
    Dropped,
    Overflowed,
    Queued,
    RingEnded,
    Ringing,
    Transferred,
)
from ingest.words import (
    AgentStatus,
    Block,
    ComponentKind,
    ComponentStatus,
    EndedBy,
    MembershipAction,
    Overflow,
    Phase,
    RingEnd,
    TransferKind,
)
from simulators.agenda import Happening
from simulators.ami_dialogue import Dialogue
from simulators.demo import DEMO
from simulators.notes import Arrived, Booted, Crashed, Gone, Note, PassedOn

NOW = 1_790_006_400_000
CALL = {"visit": "c1/sales/1", "call": "c1", "queue": "sales"}
ARRIVED = Arrived(call="c1", line=70, trunk="trunk-a", number="02085550001", did="4005550101")


class Teller:
    """A dialogue with one agent in two queues; seconds pass by hand."""

    def __init__(self) -> None:
        self.dialogue = Dialogue(DEMO)
        for queue in ("sales", "vip"):
            self.say(0, AgentMembership(agent="1001", queue=queue, action=MembershipAction.ADDED))

    def say(self, second: float, *told: Data | Note) -> list[dict[str, str]]:
        """The frames of what happens then, as headers."""
        return [
            dict(line.split(": ", 1) for line in frame.split("\r\n"))
            for data in told
            for frame in self.dialogue.tell(Happening(NOW + round(second * 1_000), data))
        ]

    def arrives(self) -> None:
        """A caller waits at second 10."""
        self.say(10, ARRIVED, Queued(**CALL, position=1))

    def talks(self) -> None:
        """And talks from second 16 on; his agent's phone rang since 12."""
        self.arrives()
        self.say(12, Ringing(**CALL, agent="1001"))
        self.say(16, Answered(**CALL, agent="1001"))


@pytest.fixture
def pbx() -> Teller:
    return Teller()


def events(frames: list[dict[str, str]]) -> list[str]:
    return [frame["Event"] for frame in frames]


def the(frames: list[dict[str, str]], event: str) -> dict[str, str]:
    (only,) = [frame for frame in frames if frame["Event"] == event]
    return only


def test_all_of_one_moment_bear_its_millisecond_and_growing_microseconds(pbx: Teller) -> None:
    frames = pbx.say(10.25, ARRIVED, Queued(**CALL, position=1))
    stamps = [frame["Timestamp"] for frame in frames]
    assert len(stamps) > 5
    assert all(stamp.startswith("1790006410.250") for stamp in stamps)
    assert stamps == sorted(set(stamps))


def test_a_moment_with_more_than_a_thousand_events_stays_that_moment(pbx: Teller) -> None:
    pauses = [
        AgentState(agent="1001", state=AgentStatus.NOT_READY, reason=f"r{n}") for n in range(900)
    ]
    frames = pbx.say(10, *pauses)
    assert len(frames) == 1_800
    assert {frame["Timestamp"][:14] for frame in frames} == {"1790006410.000"}


def test_the_legs_of_a_call_have_numbers_between_its_own_and_the_next_calls(pbx: Teller) -> None:
    pbx.arrives()
    numbers = []
    for n in range(12):
        (born,) = (
            frame["Uniqueid"]
            for frame in pbx.say(12 + n, Ringing(**CALL, agent="1001"))
            if frame["Event"] == "Newchannel"
        )
        numbers.append(int(born.partition(".")[2]))
        pbx.say(12.5 + n, RingEnded(**CALL, agent="1001"))
    assert set(numbers) == set(range(71, 80))
    joined = pbx.dialogue.picture.calls["c1"].caller
    assert (joined.uniqueid, joined.linkedid) == ("1790006410.70", "1790006410.70")


def test_an_answered_call_leaves_its_queue_before_it_is_connected(pbx: Teller) -> None:
    pbx.arrives()
    pbx.say(12, Ringing(**CALL, agent="1001"))
    frames = pbx.say(16, Answered(**CALL, agent="1001"))
    order = events(frames)
    assert order.index("DialEnd") < order.index("QueueCallerLeave") < order.index("AgentConnect")
    connect = the(frames, "AgentConnect")
    assert (connect["HoldTime"], connect["RingTime"]) == ("6", "4")
    assert connect["Interface"] == connect["DestChannel"][: len("PJSIP/1001")] == "PJSIP/1001"
    statuses = [(f["Queue"], f["Status"]) for f in frames if f["Event"] == "QueueMemberStatus"]
    assert statuses == [("sales", "2"), ("vip", "2")]


def test_a_phone_that_is_not_answered_is_given_up_twice_and_a_busy_one_at_once(
    pbx: Teller,
) -> None:
    pbx.arrives()
    pbx.say(12, Ringing(**CALL, agent="1001"))
    frames = pbx.say(27, RingEnded(**CALL, agent="1001", result=RingEnd.NO_ANSWER))
    assert the(frames, "AgentRingNoAnswer")["RingTime"] == "15000"
    ends = [frame["DialStatus"] for frame in frames if frame["Event"] == "DialEnd"]
    assert ends == ["NOANSWER", "CANCEL"]
    pbx.say(28, Ringing(**CALL, agent="1001"))
    frames = pbx.say(28, RingEnded(**CALL, agent="1001", result=RingEnd.BUSY))
    assert the(frames, "AgentRingNoAnswer")["RingTime"] == "0"
    assert the(frames, "DialEnd")["DialStatus"] == "BUSY"
    assert the(frames, "Hangup")["Cause"] == "17"


def test_a_call_that_ends_is_counted_for_its_member_in_all_his_queues(pbx: Teller) -> None:
    pbx.talks()
    done = Completed(**CALL, agent="1001", ended_by=EndedBy.CALLER)
    frames = pbx.say(46, done, Gone(call="c1", cause=16, by=EndedBy.CALLER))
    complete = the(frames, "AgentComplete")
    assert (complete["HoldTime"], complete["TalkTime"], complete["Reason"]) == ("6", "30", "caller")
    for frame in frames:
        if frame["Event"] == "QueueMemberStatus":
            taken = (frame["Status"], frame["CallsTaken"], frame["LastCall"], frame["InCall"])
            assert taken == ("1", "1", str(NOW // 1_000 + 46), "0")
    assert events(frames)[-1] == "Hangup"
    assert not pbx.dialogue.picture.calls


@pytest.mark.parametrize(("cause", "asked"), [("38", "HangupRequest"), ("44", "SoftHangupRequest")])
def test_a_fault_bears_its_cause_on_the_callers_channel(
    pbx: Teller, cause: str, asked: str
) -> None:
    pbx.arrives()
    dropped = Dropped(**CALL, phase=Phase.WAITING, cause=cause)
    frames = pbx.say(20, dropped, Gone(call="c1", cause=int(cause), by=EndedBy.SYSTEM))
    assert events(frames)[0] == asked
    assert the(frames, "Hangup")["Cause"] == cause
    assert the(frames, "QueueCallerAbandon")["HoldTime"] == "10"


def test_a_caller_who_gives_up_silences_the_phone_that_rings_for_him(pbx: Teller) -> None:
    pbx.arrives()
    pbx.say(12, Ringing(**CALL, agent="1001"))
    gone = Gone(call="c1", cause=16, by=EndedBy.CALLER)
    frames = pbx.say(14, Abandoned(**CALL, phase=Phase.RINGING), gone)
    assert [f["DialStatus"] for f in frames if f["Event"] == "DialEnd"] == ["CANCEL", "CANCEL"]
    assert [f["Status"] for f in frames if f["Event"] == "QueueMemberStatus"] == ["1", "1"]


def test_a_key_that_leaves_the_queue_is_no_abandon(pbx: Teller) -> None:
    pbx.arrives()
    frames = pbx.say(20, Overflowed(**CALL, reason=Overflow.KEY))
    assert "QueueCallerAbandon" not in events(frames)
    assert the(frames, "DTMFEnd")["Digit"] == "1"
    assert pbx.dialogue.picture.queues["sales"].abandoned == 0


@pytest.mark.parametrize(
    ("reason", "status"), [(Overflow.TIMEOUT, "TIMEOUT"), (Overflow.EMPTY, "LEAVEEMPTY")]
)
def test_a_rule_that_takes_a_caller_out_is_told_like_an_abandon(
    pbx: Teller, reason: Overflow, status: str
) -> None:
    pbx.arrives()
    frames = pbx.say(20, Overflowed(**CALL, reason=reason, to_queue="vip"))
    assert events(frames)[:2] == ["QueueCallerAbandon", "QueueCallerLeave"]
    said = the(frames, "VarSet")
    assert (said["Variable"], said["Value"]) == ("QUEUESTATUS", status)
    again = pbx.say(20, Queued(visit="c1/vip/2", call="c1", queue="vip", position=1))
    assert the(again, "QueueCallerJoin")["Uniqueid"] == "1790006410.70"


@pytest.mark.parametrize(
    ("reason", "status"), [(Block.FULL, "FULL"), (Block.NO_AGENTS, "JOINEMPTY")]
)
def test_a_refused_call_has_no_queue_event(pbx: Teller, reason: Block, status: str) -> None:
    pbx.say(10, ARRIVED)
    frames = pbx.say(12, Blocked(call="c1", queue="sales", reason=reason))
    assert frames[0]["AppData"].startswith("sales,")
    assert the(frames, "VarSet")["Value"] == status
    assert not any(event.startswith("Queue") for event in events(frames))


def test_a_blind_transfer_ends_the_call_for_its_agent_and_not_for_the_caller(pbx: Teller) -> None:
    pbx.talks()
    passed = Transferred(**CALL, agent="1001", kind=TransferKind.BLIND, to="8001")
    frames = pbx.say(30, passed, PassedOn(call="c1", to="8001"))
    order = events(frames)
    assert order[:2] == ["Unhold", "BlindTransfer"]
    assert the(frames, "AgentComplete")["Reason"] == "transfer"
    assert the(frames, "BlindTransfer")["Extension"] == "8001"
    hung_up = the(frames, "Hangup")
    assert hung_up["Channel"].startswith("PJSIP/1001-")
    last = pbx.say(90, Gone(call="c1", cause=16, by=EndedBy.CALLER))
    assert [f["Channel"].rpartition("-")[0] for f in last if f["Event"] == "Hangup"] == [
        "PJSIP/8001",
        "PJSIP/trunk-a",
    ]


def test_pauses_are_told_per_queue_and_a_new_reason_needs_no_unpause(pbx: Teller) -> None:
    for reason in ("meal", "meeting"):
        frames = pbx.say(10, AgentState(agent="1001", state=AgentStatus.NOT_READY, reason=reason))
        told = [(f["Event"], f["Queue"], f["Paused"], f["PausedReason"]) for f in frames]
        assert told == [("QueueMemberPause", queue, "1", reason) for queue in ("sales", "vip")]
    frames = pbx.say(20, AgentState(agent="1001", state=AgentStatus.READY))
    assert [(f["Paused"], f["PausedReason"]) for f in frames] == [("0", ""), ("0", "")]
    assert pbx.say(21, AgentState(agent="1001", state=AgentStatus.ACW)) == []


def test_a_line_that_dies_is_unreachable_once(pbx: Teller) -> None:
    down = Component(kind=ComponentKind.TRUNK, name="trunk-a", status=ComponentStatus.DOWN)
    frames = pbx.say(10, down)
    assert [(f["Event"], f.get("PeerStatus"), f.get("ContactStatus")) for f in frames] == [
        ("PeerStatus", "Unreachable", None),
        ("ContactStatus", None, "Unreachable"),
    ]
    assert pbx.say(11, down) == []
    up = Component(kind=ComponentKind.TRUNK, name="trunk-a", status=ComponentStatus.UP)
    assert the(pbx.say(12, up), "PeerStatus")["PeerStatus"] == "Reachable"


def test_a_crash_says_nothing_and_leaves_members_and_pauses(pbx: Teller) -> None:
    pbx.talks()
    pbx.say(20, AgentState(agent="1001", state=AgentStatus.NOT_READY, reason="meal"))
    dropped = Dropped(**CALL, phase=Phase.TALKING, cause="crashed", agent="1001")
    gone = Gone(call="c1", cause=0, by=EndedBy.SYSTEM)
    assert pbx.say(30, Crashed(), dropped, gone) == []
    assert pbx.say(40, replace(ARRIVED, call="c2", line=80)) == []
    assert pbx.say(60, Booted(started_at=NOW + 60_000)) == []
    picture = pbx.dialogue.picture
    member = picture.members["1001"]
    assert (set(member.pauses.values()), member.reason, member.calls_taken) == ({"meal"}, "meal", 0)
    assert list(member.queues) == ["sales", "vip"]
    assert not picture.calls
    assert picture.started_at == NOW + 60_000
    assert events(pbx.say(61, replace(ARRIVED, call="c3", line=90)))[0] == "Newchannel"


def test_a_visit_of_a_call_that_nobody_told_of_is_passed_over(pbx: Teller) -> None:
    assert pbx.say(10, Queued(**CALL)) == []
    assert pbx.say(10, Gone(call="c1", cause=16, by=EndedBy.CALLER)) == []
