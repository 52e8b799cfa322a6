"""Recordings damaged as recordings are: the queue_log still repairs every count of visits.

Nothing declares this damage: no mark, no new connection, no clock. Each is made of what is there.
"""

import json
import random
import re
from collections import Counter
from itertools import pairwise

import pytest

TIMESTAMP = re.compile(r"\r\nTimestamp: [^\r]*")
STAMPED = re.compile(r"(\r\nTimestamp: )([0-9.]+)")
UPTIME = re.compile(r"(\r\nUptime: )\d+")
MEMBER = re.compile(r"\r\nMemberName: ([^\r]*)\r\nInterface: ([^\r]*)")


def _write(folder, lines, log):
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "ami.jsonl").open("w") as file:
        file.writelines(json.dumps(line) + "\n" for line in lines)
    (folder / "queue_log").write_text(log)
    return folder


def _no_clock(recording, chance):
    """timestampevents was off."""
    for line in recording.lines():
        if "raw" in line:
            line["raw"] = TIMESTAMP.sub("", line["raw"])
        yield line


def _bare(recording, chance):
    """A recorder that keeps no marks and no number of the connection."""
    for line in recording.lines():
        if line.get("raw"):
            yield {"t": line["t"], "raw": line["raw"]}


def _hole(recording, chance):
    """The link was silent for a while, and nothing tells."""
    lines = list(recording.lines())
    first, last = lines[0]["t"], lines[-1]["t"]
    start = first + (last - first) * (0.2 + 0.6 * chance.random())
    end = start + chance.uniform(20, 60)
    return (line for line in lines if not start <= line["t"] < end)


def _holes(recording, chance):
    """It was so again and again."""
    lines = list(recording.lines())
    at, end = lines[0]["t"] + 60, lines[-1]["t"]
    spans = []
    while at < end:
        spans.append((at, at + chance.uniform(3, 45)))
        at += chance.uniform(60, 150)
    return (line for line in lines if not any(a <= line["t"] < b for a, b in spans))


def _late(recording, chance):
    """The link was made when the floor had been busy for a while."""
    lines = list(recording.lines())
    first, last = lines[0]["t"], lines[-1]["t"]
    start = first + (last - first) * chance.uniform(0.2, 0.4)
    return (line for line in lines if line["t"] >= start)


def _short(recording, chance):
    """The link was lost long before the log ends."""
    lines = list(recording.lines())
    first, last = lines[0]["t"], lines[-1]["t"]
    end = first + (last - first) * chance.uniform(0.6, 0.8)
    return (line for line in lines if line["t"] < end)


SHORT_BYTES = 1_000_000
LONG_BYTES = 5_000_000
LONG_DAMAGE = (_holes, _late)
"""The damage that a long recording is put to; the rest takes too long."""
DAMAGE = (_no_clock, _bare, _hole, _holes, _late, _short)


@pytest.fixture(scope="session")
def damaged(tmp_path_factory):
    """A damaged copy of a recording, made and replayed once."""
    kept = {}

    def make(recording, damage, seed=0, log=None):
        key = (recording.path.name, damage.__name__, seed, log)
        if key not in kept:
            folder = tmp_path_factory.mktemp("damaged")
            chance = random.Random(f"{key[:3]}")
            text = log or recording.log_path.read_text()
            _write(folder, damage(recording, chance), text)
            kept[key] = type(recording)(folder)
        return kept[key]

    return make


def _untouched(recording, chance):
    return recording.lines()


def test_a_log_that_names_phones_and_not_people_repairs_the_same(recording, damaged, referee):
    """Members that were added without a name: the log then bears their interface."""
    phones = {}
    for line in recording.lines():
        for name, interface in MEMBER.findall(line.get("raw") or ""):
            phones[name] = interface
    rows = [line.split("|") for line in recording.log_path.read_text().splitlines()]
    log = "\n".join("|".join([*r[:3], phones.get(r[3], r[3]), *r[4:]]) for r in rows) + "\n"
    copy = damaged(recording, _hole, log=log)
    counts, only_log, only_ours, _ = _differences(copy, referee)
    assert (counts, only_log, only_ours) == ({}, [], [])
    met = _met_before_the_hole(copy)
    answered = Counter(visit.agent for visit in recording.log.visits if visit.answered)
    ours = copy.played().report["agents"]
    for name in answered.keys() & met:  # whom the link never named, it cannot know by his phone
        assert ours[name]["answered"] == answered[name], name
    assert not ours.keys() & {phones[name] for name in met}


def _met_before_the_hole(copy):
    """Whom the link had named when the longest silence began."""
    lines = list(copy.lines())
    spans = [(after["t"] - line["t"], n) for n, (line, after) in enumerate(pairwise(lines))]
    last = max(spans)[1]
    raws = (line.get("raw") or "" for line in lines[: last + 1])
    return {name for raw in raws for name, _ in MEMBER.findall(raw)}


CRASH_S = 30
"""How long Asterisk takes to come back."""


def _crashed(before, after):
    """Asterisk dies in the midst of one recording; what comes back is another one's beginning.

    Nobody tells: the link ends, and the log goes on with QUEUESTART.
    """
    lines = list(before.lines())
    began, last = lines[0]["t"], lines[-1]["t"]
    died = int(began + (last - began) * 0.55)
    rows = after.log_path.read_text().splitlines()
    assert "|QUEUESTART|" in rows[0]
    shift = died + CRASH_S - int(rows[0].split("|")[0])
    lines = [line for line in lines if line["t"] < died]
    conn = max(line.get("conn", 1) for line in lines)
    lines.append({"t": died, "conn": conn, "mark": "disconnect", "why": "eof"})
    booted = int(rows[0].split("|")[0])
    for line in after.lines():
        moved = dict(line, t=line["t"] + shift, conn=line.get("conn", 1) + conn)
        if raw := line.get("raw"):
            raw = STAMPED.sub(lambda m: f"{m[1]}{float(m[2]) + shift:.6f}", raw)
            moved["raw"] = UPTIME.sub(rf"\g<1>{int(line['t'] - booted)}", raw)
        lines.append(moved)
    old = [r for r in before.log_path.read_text().splitlines() if int(r.split("|")[0]) < died]
    new = [f"{int(r.split('|')[0]) + shift}{r[r.index('|') :]}" for r in rows]
    return lines, "\n".join(old + new) + "\n"


@pytest.mark.parametrize("how", ["both", "ami", "log"])
def test_calls_that_a_crash_cut_off_end_with_it(recording, others, crashed, referee, how):
    copy = crashed(recording, others(recording))
    played = copy.played(how)
    cut = [v for v in copy.log.visits if v.cut]
    counts, only_log, only_ours, differing = _differences(copy, referee, how)
    if how == "ami":
        only_log = [v for v in only_log if not v.touches(played.gaps)]
        differing = [pair for pair in differing if not pair[0].touches(played.gaps) or pair[0].cut]
        only_ours = counts = {}
    assert (counts, only_log, list(only_ours), differing) == ({}, [], [], [])
    both, _, _ = referee.pairs(copy.log, played)
    ended = [one for logged, one in both if logged.cut]
    assert len(ended) == len(cut)
    assert all(one.dropped == "system" for one in ended), ended
    if how != "log":  # the link ended with it; the log knows only when Asterisk was back
        assert all(
            abs(one.ended_at / 1000 - (logged.ended_s - CRASH_S)) < 1.5
            for logged, one in both
            if logged.cut
        )


@pytest.fixture(scope="session")
def crashed(tmp_path_factory):
    """A crash of one recording into another, made and replayed once."""
    kept = {}

    def make(before, after):
        if before.path not in kept:
            lines, log = _crashed(before, after)
            folder = _write(tmp_path_factory.mktemp("crashed"), lines, log)
            kept[before.path] = type(before)(folder)
        return kept[before.path]

    return make


def _differences(copy, referee, how="both"):
    played = copy.played(how)
    queues = played.report["queues"]
    both, only_log, only_ours = referee.pairs(copy.log, played)
    counts = {
        queue: (ours, theirs)
        for queue in queues.keys() | copy.log.queues
        if (ours := referee.our_counts(queues[queue]))
        != (theirs := referee.logged_counts(copy.log, queue))
    }
    return counts, only_log, only_ours, referee.differing(both)


@pytest.mark.parametrize("damage", DAMAGE, ids=lambda damage: damage.__name__.strip("_"))
def test_every_count_of_visits_is_repaired(recording, damage, damaged, referee):
    if recording.ami.stat().st_size > LONG_BYTES and damage not in LONG_DAMAGE:
        pytest.skip("the shorter recordings show it in less time")
    copy = damaged(recording, damage)
    counts, only_log, only_ours, _ = _differences(copy, referee)
    assert (only_log, only_ours) == ([], [])
    assert counts == {}
    assert copy.played().broken == []
    assert _off_by_more_than_a_second(copy, referee) == []


@pytest.mark.parametrize("seed", range(1, 9))
def test_holes_anywhere_are_repaired(recording, damaged, referee, seed):
    if recording.ami.stat().st_size > SHORT_BYTES:
        pytest.skip("the short recordings show it in less time")
    copy = damaged(recording, _holes, seed)
    assert _differences(copy, referee) == ({}, [], [], [])
    assert _off_by_more_than_a_second(copy, referee) == []


def _off_by_more_than_a_second(copy, referee):
    both, _, _ = referee.pairs(copy.log, copy.played())
    times = [(v, one, one.wait_ms, v.wait_s) for v, one in both if v.wait_s is not None]
    times += [(v, one, one.talk_ms, v.talk_s) for v, one in both if v.talk_s is not None]
    return [(v, one) for v, one, ms, s in times if ms is None or abs(ms / 1000 - s) > 1]
