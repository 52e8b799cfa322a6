"""Whatever a PBX says, in whatever order, the translator tells valid events and never raises."""

import re
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingest.ami_message import WANTED, parse
from ingest.ami_translate import Translator
from ingest.events import Abandoned, Completed, Dropped, Overflowed, Queued, Transferred
from ingest.stamp import Stamp
from ingest.wire import decode, encode

ENDS = (Abandoned, Completed, Dropped, Overflowed, Transferred)
CALLS = st.sampled_from(["1.1", "1.2", "2.1", "", "<unknown>"])
WORDS = st.one_of(
    st.sampled_from(
        """sales support 1 2 5 16 38 -3 TIMEOUT FULL CANCEL ANSWER transfer caller h <b>
    Success Queue QUEUESTATUS ABANDONED PJSIP/401 Local/1@a True Error""".splitlines()
    ).flatmap(lambda line: st.sampled_from(line.split())),
    st.sampled_from(["x" * 300, "\udcff\x00", "99999999999999999999"]),
)
KEYS = tuple(
    key
    for line in (
        "Queue MemberName Interface StateInterface Status Paused PausedReason HoldTime TalkTime",
        "RingTime Reason Cause Variable Value Application AppData Exten DialStatus Result Uptime",
        "Wait Timestamp TransfererUniqueid TransfererLinkedid OrigTransfererLinkedid Extension",
        "BridgeId Location ApplicationData Position Wrapuptime Channel Response CoreStartupDate",
        "Peer PeerStatus Restart",
    )
    for key in line.split()
)


def _frame(event, call, linked, dest, more):
    known = {"Event": event, "Uniqueid": call, "Linkedid": linked, "DestUniqueid": dest}
    text = "\r\n".join(f"{key}: {value}" for key, value in (known | more).items())
    return text.encode("utf-8", "surrogateescape")


FRAMES = st.builds(
    _frame,
    st.sampled_from([*sorted(WANTED), "", "Unheard"]),
    CALLS,
    CALLS,
    CALLS,
    st.dictionaries(st.sampled_from(KEYS), WORDS, max_size=8).map(
        lambda more: {"Queue": "sales"} | more
    ),
)
STEPS = st.lists(st.tuples(FRAMES, st.integers(-500, 4_000)), max_size=40)


def _check(told):
    assert [event.seq for event in told] == list(range(1, len(told) + 1))
    ended = [event.data.visit for event in told if isinstance(event.data, ENDS)]
    assert len(ended) == len(set(ended))
    for event in told:
        assert decode(encode(event), 0) == event


@given(STEPS, st.integers(0, 40), st.integers(0, 40))
@settings(max_examples=300, deadline=None)
def test_any_frames_in_any_order_give_valid_events_and_one_end_per_visit(steps, login, loss):
    translator = Translator(Stamp("/acd/hq/a", "1"), wrap_up_ms={"sales": 3_000})
    now = 1_700_000_000_000
    told = translator.started(now)
    for number, (frame, passed_ms) in enumerate(steps):
        now += passed_ms
        if number == login:
            told += translator.linked(now)
        if number == loss:
            told += translator.lost(now, "test")
        told += translator.receive(parse(frame), now)
        told += translator.tick(now)
    told += translator.heartbeat(now + 200_000, {})
    _check(told)


@pytest.mark.recordings
@given(seed=st.integers(0, 2**32))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_real_link_with_frames_lost_doubled_and_spoilt_gives_valid_events(recording, seed):
    probes = recording("probes-B")
    random = Random(seed)
    translator = Translator(Stamp("/acd/hq/a", "1"))
    told = translator.started(0)
    for line in probes.lines("ami"):
        frame = line.get("raw", "").encode()
        if not frame or b"Event: VarSet" in frame[:14]:
            continue
        chance = random.random()
        if chance < 0.03:
            continue
        if chance < 0.05:
            at = random.randrange(len(frame))
            frame = frame[:at] + random.randbytes(3) + frame[at + 3 :]
        now = round(line["t"] * 1000)
        for _ in range(2 if 0.05 < chance < 0.07 else 1):
            told += translator.receive(parse(frame), now)
    told += translator.tick(now + 200_000)
    _check(told)
    assert sum(isinstance(event.data, Queued) for event in told) > 40


def test_no_text_of_a_caller_s_name_reaches_an_event(pbx):
    secret = "Jane Roe"
    pbx.caller("QueueCallerJoin", queue="sales", CallerIDName=secret, CallerIDNum="493012345678")
    pbx.offer(CallerIDName=secret, DestConnectedLineName=secret)
    pbx.connect(CallerIDName=secret)
    pbx.complete(CallerIDName=secret)
    pbx.hangup()
    pbx.at(20)
    wire = b"".join(encode(event) for event in pbx.told)
    assert secret.encode() not in wire
    assert b"493012345678" not in wire
    assert re.search("•••678".encode(), wire)


def test_the_modules_stay_readable():
    for path in Path(__file__).parents[3].glob("ingest/*ami*.py"):
        assert len(path.read_text().splitlines()) <= 350, path.name
