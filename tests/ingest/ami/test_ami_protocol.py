"""Bytes to messages, however they are split and whatever they hold; actions to bytes."""

import csv
import gzip
import hashlib
from contextlib import suppress
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.ami_message import parse
from ingest.ami_protocol import LARGEST_FRAME, AmiProtocol, AmiProtocolError, State

BANNER = b"Asterisk Call Manager/11.0.0\r\n"
JOIN = b"Event: QueueCallerJoin\r\nQueue: sales\r\nUniqueid: 1.1\r\n\r\n"
QUIET = b"Event: RTCPSent\r\nChannel: x\r\n\r\n"
STATUS = b"Event: VarSet\r\nVariable: QUEUESTATUS\r\nValue: FULL\r\n\r\n"
FOLLOWS = b"Response: Follows\r\nActionID: 7\r\nline one\r\n\r\nline: two\n--END COMMAND--\r\n\r\n"
STREAM = BANNER + JOIN + QUIET + STATUS + FOLLOWS + b"\r\n\r\n" + JOIN


def _read(*chunks):
    protocol = AmiProtocol()
    return [message for chunk in chunks for message in protocol.receive_data(chunk)]


def test_headers_are_split_at_the_first_colon_and_keys_have_no_case():
    message = parse(
        b"Event: Join\r\nuRi: sip:a@b:5060\r\nEmpty: \r\nChanVariable: a=1\r\nCHANVARIABLE: b"
    )
    assert message.event == "QueueCallerJoin"
    assert (message.text("uri"), message.text("empty")) == ("sip:a@b:5060", "")
    assert message.repeats["chanvariable"] == ("a=1", "b")


def test_what_says_nothing_about_the_floor_is_counted_and_skipped():
    protocol = AmiProtocol()
    found = protocol.receive_data(BANNER + QUIET + STATUS + QUIET + JOIN)
    assert [m.event for m in found] == ["VarSet", "QueueCallerJoin"]
    assert (protocol.received, protocol.skipped) == (4, 2)


def test_headers_in_another_order_are_read_all_the_same():
    (message,) = _read(BANNER, b"privilege: agent,all\r\nevent: AgentConnect\r\nQueue: q\r\n\r\n")
    assert (message.event, message.text("queue")) == ("AgentConnect", "q")


def test_an_old_command_answer_is_one_message_with_its_text():
    follows = next(m for m in _read(STREAM) if m.text("response") == "Follows")
    assert follows.output == "line one\nline: two\n"


@given(st.lists(st.integers(0, len(STREAM)), max_size=40))
def test_any_split_gives_the_same_messages(cuts):
    edges = [0, *sorted(cuts), len(STREAM)]
    chunks = [STREAM[a:b] for a, b in pairwise(edges)]
    assert _read(*chunks) == _read(STREAM)


@given(st.binary(max_size=300), st.booleans())
@settings(max_examples=300)
def test_any_bytes_give_messages_or_the_module_s_own_error(data, greeted):
    protocol = AmiProtocol()
    with suppress(AmiProtocolError):
        protocol.receive_data(BANNER if greeted else b"")
        protocol.receive_data(data)
        protocol.receive_data(b"\r\n\r\n" + data)
    assert protocol.skipped <= protocol.received


@given(st.binary(max_size=200))
def test_a_frame_of_any_bytes_is_a_message(frame):
    message = parse(frame)
    assert message.name("event") == message.name("event").encode("utf-8", "strict").decode()


def test_bytes_that_are_not_utf_8_are_shown_as_such():
    (message,) = _read(BANNER, b"Event: AgentConnect\r\nMemberName: M\xfcller\r\n\r\n")
    assert message.name("membername") == "M\N{REPLACEMENT CHARACTER}ller"


def test_a_frame_without_end_is_refused_before_it_fills_the_memory():
    protocol = AmiProtocol()
    protocol.receive_data(BANNER)
    for _ in range(LARGEST_FRAME // 65_536):
        protocol.receive_data(b"x" * 65_536)
    with pytest.raises(AmiProtocolError, match="not an Asterisk"):
        protocol.receive_data(b"x")


@pytest.mark.parametrize("greeting", [b"SSH-2.0-OpenSSH_9.2\r\n", b"\x16\x03\x01" * 200])
def test_another_service_is_told_by_its_greeting(greeting):
    with pytest.raises(AmiProtocolError, match="manager port"):
        AmiProtocol().receive_data(greeting)


def _sent(protocol):
    return protocol.data_to_send().decode()


def test_a_plain_login_goes_through_to_booted():
    protocol = AmiProtocol("t")
    protocol.receive_data(BANNER)
    assert (protocol.state, protocol.banner) == (State.READY, "Asterisk Call Manager/11.0.0")
    protocol.login("me", "pw", events="system,call", md5=False)
    assert _sent(protocol) == (
        "Action: Login\r\nActionID: t-1\r\nUsername: me\r\nSecret: pw\r\nEvents: system,call\r\n\r\n"
    )
    protocol.receive_data(b"Response: Success\r\nActionID: t-1\r\nMessage: ok\r\n\r\n")
    assert protocol.state is State.LOGGED_IN
    protocol.receive_data(b"Event: FullyBooted\r\nUptime: 4\r\n\r\n")
    assert protocol.state is State.BOOTED


def test_with_md5_the_secret_stays_at_home():
    protocol = AmiProtocol("t")
    protocol.receive_data(BANNER)
    protocol.login("me", "pässword")
    assert "AuthType: MD5" in _sent(protocol)
    protocol.receive_data(b"Response: Success\r\nActionID: t-1\r\nChallenge: 231452\r\n\r\n")
    login = _sent(protocol)
    key = hashlib.md5("231452pässword".encode()).hexdigest()
    assert f"Key: {key}\r\n" in login
    assert "pässword" not in login
    protocol.receive_data(
        b"Response: Error\r\nActionID: t-2\r\nMessage: Authentication failed\r\n\r\n"
    )
    assert (protocol.state, protocol.refusal) == (State.REFUSED, "Authentication failed")


def test_a_line_break_cannot_be_smuggled_into_an_action():
    protocol = AmiProtocol()
    with pytest.raises(AmiProtocolError, match="line break"):
        protocol.request("QueueStatus", Queue="x\r\nAction: Originate")


def test_each_action_has_its_own_id():
    protocol = AmiProtocol("t")
    assert [protocol.request("Ping"), protocol.request("Ping")] == ["t-1", "t-2"]
    assert protocol.data_to_send().count(b"Action: Ping\r\n") == 2
    assert protocol.data_to_send() == b""


@pytest.mark.recordings
def test_the_bytes_of_a_real_link_in_their_real_pieces_give_what_was_recorded(recording):
    b = recording("asterisk-B")
    recorded: dict[int, list[bytes]] = {}
    for line in b.lines("ami"):
        if "raw" in line:
            recorded.setdefault(line["conn"], []).append(line["raw"].encode())
    chunks: dict[int, list[int]] = {}
    with (b.folder / "ami.chunks.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            chunks.setdefault(int(row["conn"]), []).append(int(row["length"]))
    for conn in (1, 3, 4):
        raw = gzip.decompress((b.folder / f"ami.conn{conn}.raw.gz").read_bytes())
        protocol = AmiProtocol()
        found, start = [], 0
        for length in chunks[conn]:
            found += protocol.receive_data(raw[start : start + length])
            start += length
        assert start == len(raw)
        assert protocol.received == len(recorded[conn])
        again = AmiProtocol(banner=False)
        assert found == again.receive_data(b"\r\n\r\n".join(recorded[conn]) + b"\r\n\r\n")
