"""Whole queue_logs: made ones, and those that a real Asterisk wrote."""

import gzip
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingest.events import (
    Abandoned,
    AgentMembership,
    Answered,
    Completed,
    Dropped,
    Event,
    Overflowed,
    Queued,
    RingEnded,
    Transferred,
    VisitData,
)
from ingest.source_queue_log_file import Reading, events
from ingest.words import Origin, Overflow, Phase, RingEnd

SOURCE = "/acd/hq/queue_log"
NOW = 1_900_000_000_000
RECORDINGS = Path(__file__).parents[2].parent / "shared" / "recordings"
LINES = (
    "1800000000|c1|sales|NONE|ENTERQUEUE||5550100|1\n"
    "garbage\n"
    "1800000004|c1|sales|Ann|CONNECT|4|x|2\n"
    "1800000009|c1|sales|Ann|COMPLETECALLER|4|5|1"
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "queue_log"
    path.write_text(LINES)
    return path


def test_a_file_is_read_to_its_end_past_bad_lines(path: Path) -> None:
    reading = Reading()
    told = list(events(path, SOURCE, NOW, reading=reading))
    assert [type(e.data) for e in told if isinstance(e.data, VisitData)] == [
        Queued,
        Answered,
        Completed,
    ]
    assert {event.origin for event in told} == {Origin.BACKFILL}
    assert (reading.lines, reading.rejected) == (4, 1)
    (bad,) = reading.bad
    assert (bad.number, bad.line) == (2, b"garbage\n")
    assert "5 fields" in bad.reason


def test_a_renamed_or_compressed_file_gives_the_same_events(path: Path, tmp_path: Path) -> None:
    first = list(events(path, SOURCE, NOW))
    packed = tmp_path / "old.3.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert list(events(packed, SOURCE, NOW)) == first


def test_progress_ends_at_the_whole_file(path: Path) -> None:
    path.write_text("1800000000|NONE|NONE|NONE|CONFIGRELOAD|\n" * 2500)
    told: list[tuple[int, int]] = []
    list(events(path, SOURCE, NOW, progress=lambda done, total: told.append((done, total))))
    size = path.stat().st_size
    assert len(told) == 3
    assert told[-1] == (size, size)


def test_an_empty_file_says_nothing(path: Path) -> None:
    path.write_text("")
    assert list(events(path, SOURCE, NOW)) == []


@pytest.fixture(params=["asterisk-A", "asterisk-B", "probes-A", "probes-B"])
def recording(request: pytest.FixtureRequest) -> Path:
    folder = RECORDINGS / str(request.param)
    if not folder.is_dir():
        reason = f"no recordings at {folder.name}: they lie beside the checkout"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return folder


def told_of(recording: Path) -> list[Event]:
    reading = Reading()
    told = list(events(recording / "queue_log", SOURCE, NOW, reading=reading))
    assert (reading.rejected, reading.unknown) == (0, {})
    return told


def rows_of(recording: Path) -> list[list[str]]:
    text = (recording / "queue_log").read_text(encoding="utf-8")
    return [line.split("|") for line in text.splitlines()]


OVERFLOWS = {
    Overflow.TIMEOUT: "EXITWITHTIMEOUT",
    Overflow.EMPTY: "EXITEMPTY",
    Overflow.KEY: "EXITWITHKEY",
    Overflow.WITHDRAWN: "WITHDRAW",
}
RINGS = {
    RingEnd.NO_ANSWER: "RINGNOANSWER",
    RingEnd.CANCELLED: "RINGCANCELED",
    RingEnd.REJECTED: "AGENTDUMP",
}


def verb_of(data: object) -> str:
    """The verb that an event must have come from."""
    match data:
        case Queued():
            return "ENTERQUEUE"
        case Answered():
            return "CONNECT"
        case Abandoned():
            return "ABANDON"
        case Overflowed(reason=reason):
            return OVERFLOWS[reason]
        case RingEnded(result=result):
            return RINGS[result]
        case Completed(ended_by=by):
            return f"COMPLETE{by.upper()}"
        case Transferred(kind=kind):
            return f"{kind.upper()}TRANSFER"
        case AgentMembership(action=action):
            names = {"added": "ADDMEMBER", "removed": "REMOVEMEMBER", "paused": "PAUSE"}
            return names.get(action, "UNPAUSE")
    return ""


@pytest.mark.recordings
def test_counts_per_queue_are_those_of_the_verbs(recording: Path) -> None:
    silent = {"PAUSEALL", "UNPAUSEALL", "PENALTY", "RINGINUSE", "QUEUESTART"}
    naive = Counter((row[2], row[4]) for row in rows_of(recording) if row[4] not in silent)
    ours = Counter(
        (getattr(event.data, "queue", ""), verb)
        for event in told_of(recording)
        if (verb := verb_of(event.data))
    )
    assert ours == naive


SECONDS = {
    "CONNECT": (("wait", 0), ("ring", 2)),
    "ABANDON": (("wait", 2),),
    "EXITEMPTY": (("wait", 2),),
    "EXITWITHTIMEOUT": (("wait", 2),),
    "WITHDRAW": (("wait", 2),),
    "EXITWITHKEY": (("wait", 3),),
    "COMPLETECALLER": (("talk", 1),),
    "COMPLETEAGENT": (("talk", 1),),
    "BLINDTRANSFER": (("talk", 3),),
    "ATTENDEDTRANSFER": (("talk", 3),),
}
"""Where the seconds stand in each line, counted from the verb (all transfers here are BRIDGE)."""


@pytest.mark.recordings
def test_waits_and_talks_are_the_seconds_of_the_file(recording: Path) -> None:
    naive, ours = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for row in rows_of(recording):
        for name, place in SECONDS.get(row[4], ()):
            naive[row[2], name] += 1000 * int(row[5 + place])
    for event in told_of(recording):
        match event.data:
            case Answered(queue=queue, wait_ms=int(wait_ms), ring_ms=int(ring_ms)):
                ours[queue, "wait"] += wait_ms
                ours[queue, "ring"] += ring_ms
            case Abandoned(wait_ms=int(wait_ms)) | Overflowed(wait_ms=int(wait_ms)):
                ours[event.data.queue, "wait"] += wait_ms
            case Completed(talk_ms=int(talk_ms)) | Transferred(talk_ms=int(talk_ms)):
                ours[event.data.queue, "talk"] += talk_ms
    assert +ours == +naive


@pytest.mark.recordings
def test_every_visit_begins_once_and_ends_once(recording: Path) -> None:
    begun, answered, ended = Counter[str](), Counter[str](), Counter[str]()
    for event in told_of(recording):
        match event.data:
            case Queued(visit=visit):
                begun[visit] += 1
            case Answered(visit=visit):
                answered[visit] += 1
            case Abandoned() | Overflowed() | Completed() | Transferred() | Dropped():
                ended[event.data.visit] += 1
    assert set(begun.values()) == {1}
    assert begun == ended
    assert answered <= begun


@pytest.mark.recordings
def test_the_ground_truth_saw_the_same(recording: Path) -> None:
    """What the script that made the calls saw of joins, answers and gone callers.

    It saw most ends of conversations too, but not those that AMI told without a channel.
    """
    with gzip.open(recording / "ground_truth.json.gz") as file:
        truth: dict[str, Any] = json.load(file)
    seen = Counter(
        (mark["queue"], mark["ev"])
        for call in truth["calls"]
        for mark in call["timeline"]
        if mark["ev"] in {"join", "connect", "complete", "abandon_event"}
    )
    ours = Counter(
        (event.data.queue, name)
        for event in told_of(recording)
        if isinstance(event.data, VisitData) and (name := driver_name(event.data))
    )
    ends = {key for key in ours if key[1] == "complete"}
    assert {key: n for key, n in ours.items() if key not in ends} == {
        key: n for key, n in seen.items() if key not in ends
    }
    assert all(0 <= ours[key] - seen[key] <= 3 for key in ends)


def driver_name(data: VisitData) -> str:
    match data:
        case Queued():
            return "join"
        case Answered():
            return "connect"
        case Completed() | Transferred():
            return "complete"
        case Overflowed(reason=Overflow.KEY):
            return ""  # AMI has no event for it
        case Abandoned() | Overflowed():
            return "abandon_event"
    return ""


@pytest.mark.recordings
def test_callers_who_gave_up_while_a_phone_rang_are_told_apart(recording: Path) -> None:
    phases = Counter(e.data.phase for e in told_of(recording) if isinstance(e.data, Abandoned))
    rows = rows_of(recording)
    cancelled = {(r[0], r[1], r[2]) for r in rows if r[4] == "RINGCANCELED"}
    ringing = sum(
        r[3] != "NONE" or (r[0], r[1], r[2]) in cancelled for r in rows if r[4] == "ABANDON"
    )
    assert phases[Phase.RINGING] == ringing > 0
