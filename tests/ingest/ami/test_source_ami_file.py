"""Recorded links, complete and poor ones."""

import base64
import gzip
import json

import pytest

from ingest.events import (
    Abandoned,
    Adapter,
    Completed,
    Dropped,
    Gap,
    Heartbeat,
    Queued,
    SnapshotBegin,
)
from ingest.source_ami_file import AmiFileError, Reading, events
from ingest.stamp import Stamp

ACCEPTED = "Response: Success\r\nMessage: Authentication accepted"
JOIN = "Event: QueueCallerJoin\r\nUniqueid: 1.1\r\nQueue: sales\r\nPosition: 1"
ABANDON = "Event: QueueCallerAbandon\r\nUniqueid: 1.1\r\nQueue: sales\r\nHoldTime: 20"
HANGUP = "Event: Hangup\r\nUniqueid: 1.1\r\nCause: 16"
LISTS = (
    "Event: QueueParams\r\nQueue: sales",
    "Event: QueueStatusComplete",
    "Event: CoreShowChannelsComplete",
)


def _booted(uptime):
    return f"Event: FullyBooted\r\nUptime: {uptime}"


def _write(path, *lines):
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as file:
        for line in lines:
            text = line if isinstance(line, str) else json.dumps({"t": line[0], "raw": line[1]})
            file.write(text + "\n")
    return path


def _read(path, **options):
    return list(events(path, Stamp("/acd/hq/file", "1"), **options))


def _of(told, kind):
    return [event.data for event in told if isinstance(event.data, kind)]


@pytest.mark.parametrize("name", ["day.jsonl", "day.jsonl.gz"])
def test_lines_with_nothing_but_time_and_frame_are_enough(tmp_path, name):
    path = _write(
        tmp_path / name,
        (1000.0, ACCEPTED),
        (1000.0, _booted(500)),
        *((1000.1, item) for item in LISTS),
        (1010.0, JOIN),
        (1030.0, ABANDON),
        (1030.5, HANGUP),
    )
    told = _read(path)
    assert [a.status.value for a in _of(told, Adapter)] == ["starting", "resync", "up"]
    assert len(_of(told, SnapshotBegin)) == 1
    assert _of(told, Abandoned)[0].wait_ms == 20_000
    (join,) = [event for event in told if isinstance(event.data, Queued)]
    assert (join.time, join.recvtime) == (1_010_000, 1_010_000)


def test_the_clock_of_the_recording_drives_what_waits(tmp_path):
    path = _write(
        tmp_path / "x.jsonl", (1000, _booted(9)), (1001, JOIN), (1021, ABANDON), (1090, "")
    )
    told = _read(path)
    assert [e.recvtime for e in told if isinstance(e.data, Abandoned)] == [1_023_000]


def test_a_second_login_without_any_mark_is_a_gap(tmp_path):
    path = _write(
        tmp_path / "x.jsonl",
        (1000, _booted(500)),
        *((1000.1, item) for item in LISTS),
        (1010, JOIN),
        (1060, ACCEPTED),
        (1060, _booted(560)),
        *((1060.1, item) for item in LISTS),
    )
    told = _read(path)
    (gap,) = _of(told, Gap)
    assert (gap.start_at, gap.end_at) == (1_010_000, 1_060_100)
    assert not _of(told, Dropped)


def test_a_crash_without_any_mark_ends_what_was_open(tmp_path):
    path = _write(
        tmp_path / "x.jsonl",
        (1000, _booted(500)),
        *((1000.1, item) for item in LISTS),
        (1010, JOIN),
        (1060, _booted(3)),
        *((1060.1, item) for item in LISTS),
    )
    assert _of(_read(path), Dropped)[0].cause_class == "system"


def test_marks_tell_when_the_link_was_lost(tmp_path):
    marks = [
        '{"t": 1000, "conn": 1, "mark": "login"}',
        json.dumps({"t": 1000, "conn": 1, "raw": _booted(500)}),
        *(json.dumps({"t": 1001, "conn": 1, "raw": item}) for item in LISTS),
        '{"t": 1020, "conn": 1, "mark": "disconnect", "why": "eof"}',
        '{"t": 1022, "conn": 2, "mark": "disconnect", "why": "refused"}',
        '{"t": 1040, "conn": 3, "mark": "login"}',
        json.dumps({"t": 1040, "conn": 3, "raw": _booted(540)}),
        *(json.dumps({"t": 1041, "conn": 3, "raw": item}) for item in LISTS),
    ]
    told = _read(_write(tmp_path / "x.jsonl", *marks))
    assert [a.status.value for a in _of(told, Adapter)][2:] == ["up", "down", "resync", "up"]
    assert _of(told, Gap)[0].why == "eof"


def test_bad_lines_are_counted_with_their_numbers_and_never_fatal(tmp_path):
    path = _write(
        tmp_path / "x.jsonl",
        (1000, _booted(9)),
        "{not json",
        '{"t": "soon", "raw": "x"}',
        '{"t": -5, "raw": "x"}',
        '{"t": 1e300, "raw": "x"}',
        '["a", "list"]',
        json.dumps({"t": 1001, "raw": "", "b64": "***"}),
        "",
        (1002, JOIN),
    )
    reading = Reading()
    told = _read(path, reading=reading)
    assert len(_of(told, Queued)) == 1
    assert reading.bad == 6
    assert [fault.partition(":")[0] for fault in reading.faults] == [
        f"line {number}" for number in range(2, 8)
    ]


def test_frames_that_were_not_utf_8_are_read_from_their_bytes(tmp_path):
    raw = b"Event: QueueCallerJoin\r\nUniqueid: 1.1\r\nQueue: caf\xe9"
    line = json.dumps({"t": 1, "raw": "", "b64": base64.b64encode(raw).decode()})
    (join,) = _of(_read(_write(tmp_path / "x.jsonl", line)), Queued)
    assert join.queue == "caf\N{REPLACEMENT CHARACTER}"


def test_heartbeats_stop_where_the_recording_is_silent(tmp_path):
    lines = [(1000 + second, JOIN.replace("1.1", f"{second}.1")) for second in range(60)]
    path = _write(tmp_path / "x.jsonl", (1000, _booted(9)), *lines, (4000, HANGUP))
    assert len(_of(_read(path), Heartbeat)) == 5


def test_progress_ends_at_the_whole_file(tmp_path):
    path = _write(tmp_path / "x.jsonl", (1000, _booted(9)))
    seen = []
    _read(path, progress=lambda done, size: seen.append((done, size)))
    assert seen[-1] == (path.stat().st_size, path.stat().st_size)


def test_a_file_that_is_absent_or_torn_is_named(tmp_path):
    with pytest.raises(AmiFileError, match="nowhere"):
        _read(tmp_path / "nowhere.jsonl")
    torn = _write(tmp_path / "torn.jsonl.gz", *[(i, JOIN) for i in range(500)])
    torn.write_bytes(torn.read_bytes()[:-30])
    with pytest.raises(AmiFileError, match=r"torn.*whole"):
        _read(torn)


def test_reading_twice_gives_the_same(tmp_path):
    path = _write(tmp_path / "x.jsonl", (1000, _booted(9)), (1001, JOIN), (1021, ABANDON))
    assert _read(path) == _read(path)


def test_a_call_is_followed_over_the_loss_of_the_link(tmp_path):
    connect = (
        "Event: AgentConnect\r\nUniqueid: 1.1\r\nQueue: sales\r\nMemberName: Ann\r\nHoldTime: 2"
    )
    complete = (
        connect.replace("AgentConnect", "AgentComplete") + "\r\nTalkTime: 70\r\nReason: agent"
    )
    channel = (
        "Event: CoreShowChannel\r\nUniqueid: 1.1\r\nLinkedid: 1.1\r\nChannel: SIP/c-1\r\n"
        "Application: Queue\r\nApplicationData: sales,t\r\nBridgeId: b"
    )
    path = _write(
        tmp_path / "x.jsonl",
        (1000, _booted(500)),
        *((1000.1, item) for item in LISTS),
        (1010, JOIN),
        (1012, connect),
        (1060, _booted(560)),
        *((1060.1, item) for item in (*LISTS[:2], channel, LISTS[2])),
        (1082, complete),
        (1082, HANGUP),
    )
    (end,) = _of(_read(path), Completed)
    assert (end.visit, end.talk_ms, end.wait_ms) == ("1.1/sales/1", 70_000, 2_000)
