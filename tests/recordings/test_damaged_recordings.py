"""Recordings damaged as recordings are: the queue_log still repairs every count of visits.

Nothing declares this damage: no mark, no new connection, no clock. Each is made of what is there.
"""

import json
import random
import re

import pytest

TIMESTAMP = re.compile(r"\r\nTimestamp: [^\r]*")
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
    people = {visit.agent for visit in recording.log.visits if visit.agent}
    ours = copy.played().report["agents"]
    assert sum(row["answered"] for row in ours.values()) == sum(v.answered for v in copy.log.visits)
    assert people <= ours.keys()
    assert not ours.keys() & set(phones.values())


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
    copy = damaged(recording, damage)
    counts, only_log, only_ours, _ = _differences(copy, referee)
    assert (only_log, only_ours) == ([], [])
    assert counts == {}
    assert copy.played().broken == []
