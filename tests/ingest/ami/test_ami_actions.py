"""Orders over AMI: the actions they become, and what every answer means. No socket."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.ami_actions import NOT_A_MEMBER, NOT_DYNAMIC, READ, Carrier
from ingest.ami_protocol import AmiProtocol
from ingest.orders import HALF, PHONE_UNANSWERED, Act, Order, Outcome, Receipt

Action = dict[str, str]


class Talk:
    """One connection: what was sent, and answers to it."""

    def __init__(self) -> None:
        self.protocol = AmiProtocol("act", banner=False, also=READ)
        self.carrier = Carrier(self.protocol)
        self.sent: list[Action] = []
        self.receipts: dict[str, Receipt] = {}

    def begin(self, act: Act, **known: object) -> None:
        fields: dict[str, object] = {
            "id": "o1",
            "agent": "1001",
            "phones": ("PJSIP/1001",),
            "own_phone": "PJSIP/2001",
            **known,
        }
        self.receipts |= self.carrier.begin(Order(act=act, **fields))  # type: ignore[arg-type]  # as given
        self._read()

    def _read(self) -> None:
        for frame in self.protocol.data_to_send().decode().split("\r\n\r\n")[:-1]:
            self.sent.append(dict(line.split(": ", 1) for line in frame.split("\r\n")))

    @property
    def last(self) -> Action:
        return {key: value for key, value in self.sent[-1].items() if key != "ActionID"}

    def hear(self, text: str) -> None:
        """A frame from the PBX; `@` stands for the id of the last action."""
        id = f"ActionID: {self.sent[-1]['ActionID']}"
        frame = text.strip().replace("\n", "\r\n").replace("ActionID: @", id)
        for message in self.protocol.receive_data(frame.encode() + b"\r\n\r\n"):
            self.receipts |= self.carrier.take(message)
        self._read()

    def answer(self, message: str, response: str = "Success") -> None:
        self.hear(f"Response: {response}\nActionID: @\nMessage: {message}")

    def members(self, *rows: str) -> None:
        """Answer each QueueStatus that is asked with these rows: queue, interface, membership."""
        while self.sent[-1]["Action"] == "QueueStatus" and not self.receipts:
            self.hear("Response: Success\nActionID: @\nEventList: start")
            id = self.sent[-1]["ActionID"]
            for row in rows:
                queue, interface, membership = row.split()
                self.hear(
                    f"Event: QueueMember\nActionID: {id}\nQueue: {queue}\nName: 1001\n"
                    f"Location: {interface}\nStateInterface: PJSIP/1001\nPaused: 1\n"
                    f"Membership: {membership}\nPenalty: 3"
                )
            self.hear(f"Event: QueueStatusComplete\nActionID: {id}\nEventList: Complete")

    @property
    def receipt(self) -> Receipt:
        return self.receipts["o1"]


@pytest.fixture
def talk() -> Talk:
    return Talk()


DYNAMIC = "sales PJSIP/1001 dynamic"


def test_a_pause_is_told_for_every_phone_of_his(talk: Talk) -> None:
    talk.begin(Act.PAUSE, reason="coach\r\nAction: Command")
    assert talk.last == {"Action": "QueueStatus", "Member": "PJSIP/1001"}
    talk.members(DYNAMIC, "vip Local/1001@agents/n dynamic", "vip PJSIP/1001 dynamic")
    pause = {"Action": "QueuePause", "Paused": "true", "Reason": "coach Action: Command"}
    assert talk.last == {**pause, "Interface": "PJSIP/1001"}
    talk.answer("Interface paused successfully")
    assert talk.last == {**pause, "Interface": "Local/1001@agents/n"}
    talk.answer("Interface paused successfully")
    assert talk.receipt == Receipt(Outcome.DONE)


def test_a_pause_in_one_queue_names_it_and_a_resume_has_no_reason(talk: Talk) -> None:
    talk.begin(Act.UNPAUSE, queue="vip", reason="x")
    talk.members(DYNAMIC, "vip PJSIP/1001 dynamic")
    resume = {"Action": "QueuePause", "Interface": "PJSIP/1001", "Paused": "false", "Queue": "vip"}
    assert talk.last == resume
    talk.answer("Interface not found", "Error")
    assert talk.receipt == Receipt(Outcome.REFUSED, said="Interface not found")


def test_who_is_a_member_of_nothing_is_not_paused(talk: Talk) -> None:
    talk.begin(Act.PAUSE)
    talk.members()
    assert talk.receipt == Receipt(Outcome.REFUSED, NOT_A_MEMBER)
    assert {action["Action"] for action in talk.sent} == {"QueueStatus"}


def test_a_move_joins_as_he_was_and_then_leaves(talk: Talk) -> None:
    talk.begin(Act.MOVE, queue="sales", to="vip")
    talk.members("sales Local/1001@agents/n dynamic")
    assert talk.last == {
        "Action": "QueueAdd",
        "Queue": "vip",
        "Interface": "Local/1001@agents/n",
        "Penalty": "3",
        "Paused": "true",
        "MemberName": "1001",
        "StateInterface": "PJSIP/1001",
    }
    talk.answer("Added interface to queue")
    leave = {"Action": "QueueRemove", "Queue": "sales", "Interface": "Local/1001@agents/n"}
    assert talk.last == leave
    talk.answer("Removed interface from queue")
    assert talk.receipt == Receipt(Outcome.DONE)


@pytest.mark.parametrize(("back", "why"), [("Success", ""), ("Error", HALF)])
def test_a_move_that_fails_halfway_is_taken_back(talk: Talk, back: str, why: str) -> None:
    talk.begin(Act.MOVE, queue="sales", to="vip")
    talk.members(DYNAMIC)
    talk.answer("Added interface to queue")
    talk.answer("Unable to remove interface: Not there", "Error")
    assert (talk.last["Action"], talk.last["Queue"]) == ("QueueRemove", "vip")
    talk.answer("whatever", back)
    assert talk.receipt == Receipt(Outcome.REFUSED, why, "Unable to remove interface: Not there")


@pytest.mark.parametrize("act", [Act.MOVE, Act.SIGN_OUT])
def test_a_fixed_member_is_left_where_he_is(talk: Talk, act: Act) -> None:
    talk.begin(act, queue="sales", to="vip")
    talk.members("sales PJSIP/1001 static")
    assert talk.receipt == Receipt(Outcome.REFUSED, NOT_DYNAMIC)
    assert {action["Action"] for action in talk.sent} == {"QueueStatus"}


def test_a_sign_out_leaves_every_queue(talk: Talk) -> None:
    talk.begin(Act.SIGN_OUT)
    talk.members(DYNAMIC, "vip PJSIP/1001 realtime")
    assert talk.last["Queue"] == "sales"
    talk.answer("Removed interface from queue")
    assert talk.last["Queue"] == "vip"
    talk.answer("Unable to remove interface: Not there", "Error")
    assert talk.receipt.why == HALF


def test_a_hang_up_is_one_action_on_the_callers_channel(talk: Talk) -> None:
    talk.begin(Act.HANG_UP, call="1514295827.372")
    assert talk.last == {"Action": "Hangup", "Channel": "1514295827.372", "Cause": "16"}
    talk.answer("No such channel", "Error")
    assert talk.receipt == Receipt(Outcome.REFUSED, said="No such channel")
    assert len(talk.sent) == 1


@pytest.mark.parametrize(
    ("act", "options"), [(Act.LISTEN, "qES"), (Act.WHISPER, "qwES"), (Act.BARGE, "qBES")]
)
def test_who_listens_hears_the_agents_phone_and_no_neighbours(
    talk: Talk, act: Act, options: str
) -> None:
    talk.begin(act, call="77.1")
    talk.members("sales Local/1001@agents/n dynamic")
    assert talk.last == {"Action": "Events", "EventMask": "call"}
    talk.hear("Response: Success\nActionID: @\nEvents: On")
    assert talk.last["Application"] == "ChanSpy"
    assert talk.last["Data"] == f"PJSIP/1001-,{options}"
    assert (talk.last["Channel"], talk.last["Async"]) == ("PJSIP/2001", "true")


@pytest.mark.parametrize(
    ("response", "receipt"),
    [
        ("Success", Receipt(Outcome.DONE)),
        ("Failure", Receipt(Outcome.REFUSED, PHONE_UNANSWERED, "Reason: 3")),
    ],
)
def test_a_take_over_is_known_when_the_phone_is_answered(
    talk: Talk, response: str, receipt: Receipt
) -> None:
    talk.begin(Act.TAKE_OVER, call="77.1")
    talk.hear("Response: Success\nActionID: @\nEvents: On")
    assert (talk.last["Application"], talk.last["Data"]) == ("Bridge", "77.1")
    assert "Exten" not in talk.last
    talk.answer("Originate successfully queued")
    assert talk.receipts == {}
    talk.hear(
        f"Event: OriginateResponse\nPrivilege: call,all\nActionID: @\nResponse: {response}\nReason: 3"
    )
    assert talk.last == {"Action": "Events", "EventMask": "off"}
    talk.hear("Response: Success\nActionID: @\nEvents: Off")
    assert talk.receipt == receipt


def test_while_a_second_phone_rings_the_end_of_the_first_does_not_make_us_deaf(talk: Talk) -> None:
    rung = []
    for id in ("o1", "o2"):
        talk.begin(Act.TAKE_OVER, id=id, call="77.1")
        talk.hear("Response: Success\nActionID: @\nEvents: On")
        rung.append(talk.sent[-1]["ActionID"])
        talk.answer("Originate successfully queued")
    sent = len(talk.sent)
    talk.hear(f"Event: OriginateResponse\nActionID: {rung[0]}\nResponse: Success\nReason: 4")
    assert talk.receipts == {"o1": Receipt(Outcome.DONE)}
    assert len(talk.sent) == sent
    talk.hear(f"Event: OriginateResponse\nActionID: {rung[1]}\nResponse: Failure\nReason: 3")
    assert talk.last == {"Action": "Events", "EventMask": "off"}
    talk.hear("Response: Success\nActionID: @\nEvents: Off")
    assert talk.receipts["o2"] == Receipt(Outcome.REFUSED, PHONE_UNANSWERED, "Reason: 3")


def test_a_right_that_is_missing_is_told(talk: Talk) -> None:
    talk.begin(Act.TAKE_OVER, call="77.1")
    talk.hear("Response: Success\nActionID: @\nEvents: On")
    talk.answer("Permission denied", "Error")
    talk.hear("Response: Success\nActionID: @\nEvents: Off")
    assert talk.receipt == Receipt(Outcome.REFUSED, said="Permission denied")


def test_what_nobody_waits_for_any_more_sends_nothing_further(talk: Talk) -> None:
    talk.begin(Act.MOVE, queue="sales", to="vip")
    talk.members(DYNAMIC)
    sent = len(talk.sent)
    talk.carrier.forget("o1")
    talk.answer("Added interface to queue")
    assert len(talk.sent) == sent
    assert talk.receipts == {}


frames = st.sampled_from(
    [
        "Response: Success\nActionID: @\nMessage: x",
        "Response: Error\nActionID: @\nMessage: x",
        "Event: QueueStatusComplete\nActionID: @",
        "Event: QueueMember\nActionID: @\nQueue: sales\nName: 1001\nLocation: PJSIP/1001",
        "Event: OriginateResponse\nActionID: @\nResponse: Success",
        "Event: Hangup\nUniqueid: 1.2",
        "Response: Success\nActionID: other-1",
    ]
)


@given(st.sampled_from(list(Act)), st.lists(frames, max_size=40))
def test_whatever_comes_back_no_action_is_ever_sent_twice(act: Act, heard: list[str]) -> None:
    talk = Talk()
    talk.begin(act, queue="sales", to="vip", call="77.1")
    for frame in heard:
        talk.hear(frame)
    asked = [tuple(sorted(a.items())) for a in (drop_id(a) for a in talk.sent)]
    assert len(asked) == len(set(asked))


def drop_id(action: Action) -> Action:
    return {key: value for key, value in action.items() if key != "ActionID"}
