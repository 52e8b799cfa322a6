"""The recordings of a real Asterisk as referee: its queue_log, its own lists, and what was done to it.

The tally here is made of nothing but the events, and compared call by call. What happened while the
monitoring link was down is left out: those events exist nowhere.
"""

from collections import Counter, defaultdict

import pytest

from ingest.events import (
    Abandoned,
    AgentMembership,
    AgentState,
    Answered,
    Blocked,
    Completed,
    Component,
    Dropped,
    Gap,
    Overflowed,
    Queued,
    RingEnded,
    SnapshotAgent,
    SnapshotBegin,
    SnapshotEnd,
    SnapshotMember,
    SnapshotVisit,
    Transferred,
)
from ingest.words import ComponentKind, MembershipAction, RingEnd

pytestmark = pytest.mark.recordings
NAMES = ("probes-A", "probes-B", "asterisk-A", "asterisk-B")
MANY = pytest.mark.parametrize("name", NAMES)
IN_FLIGHT_MS = 500

LOGGED = {
    "ABANDON": "left",
    "EXITWITHTIMEOUT": "timeout",
    "EXITEMPTY": "empty",
    "EXITWITHKEY": "key",
    "WITHDRAW": "withdrawn",
    "COMPLETECALLER": "served",
    "COMPLETEAGENT": "served",
    "BLINDTRANSFER": "served",
    "ATTENDEDTRANSFER": "served",
}


def _ending(data):
    """The queue_log's word for an end. It knows no drops, and calls a redirected caller an abandon."""
    match data:
        case Abandoned():
            return "left"
        case Overflowed():
            return "left" if data.reason == "redirected" else data.reason.value
        case Dropped():
            return "left" if data.phase == "waiting" else "served"
        case Completed() | Transferred():
            return "served"
    return None


def _gaps(recording):
    return [(e.data.start_at, e.data.end_at) for e in recording.events if isinstance(e.data, Gap)]


def _missed(gaps, at_s):
    """Whether a second of the queue_log may lie in a gap."""
    return any(start - 1_000 <= at_s * 1000 <= end + 1_000 for start, end in gaps)


@MANY
def test_joins_answers_and_ends_agree_with_the_queue_log_call_by_call(recording, name):
    record = recording(name)
    gaps = _gaps(record)
    told = {"join": Counter(), "answer": Counter(), "end": defaultdict(list)}
    for event in record.events:
        data = event.data
        if isinstance(data, Queued):
            told["join"][data.call, data.queue] += 1
        elif isinstance(data, Answered):
            told["answer"][data.call, data.queue] += 1
        elif (word := _ending(data)) is not None:
            told["end"][data.call, data.queue].append(word)
    logged = {"join": Counter(), "answer": Counter(), "end": defaultdict(list)}
    unseen = set()
    for at, call, queue, _, verb, *_ in record.queue_log():
        kind = {"ENTERQUEUE": "join", "CONNECT": "answer"}.get(verb)
        if kind is None and verb not in LOGGED:
            continue
        if _missed(gaps, int(at)):
            unseen.add((kind or "end", call, queue))
        elif kind is not None:
            logged[kind][call, queue] += 1
        else:
            logged["end"][call, queue].append(LOGGED[verb])
    assert sum(logged["join"].values()) > 50
    for kind in ("join", "answer", "end"):
        ours, theirs = told[kind], logged[kind]
        keys = {key for key in ours.keys() | theirs.keys() if (kind, *key) not in unseen}
        assert {key: ours[key] for key in keys} == {key: theirs[key] for key in keys}


@MANY
def test_each_visit_begins_once_and_ends_once(recording, name):
    record = recording(name)
    begun = [e.data.visit for e in record.events if isinstance(e.data, Queued)]
    ended = [e.data.visit for e in record.events if _ending(e.data)]
    assert len(set(begun)) == len(begun)
    assert len(set(ended)) == len(ended)
    assert [e.seq for e in record.events] == list(range(1, len(record.events) + 1))
    if not _gaps(record):
        assert set(ended) == set(begun)


@MANY
def test_durations_agree_with_the_queue_log_to_the_second(recording, name):
    record = recording(name)
    told = defaultdict(list)
    for event in record.events:
        if _ending(event.data):
            told[event.data.call, event.data.queue].append(event.data)
    compared = 0
    logged = Counter()
    for _, call, queue, _, verb, *data in record.queue_log():
        if verb not in LOGGED:
            continue
        number = logged[call, queue]
        logged[call, queue] += 1
        if number >= len(told[call, queue]) or len(told[call, queue]) > 1:
            continue
        end = told[call, queue][number]
        served = verb in ("COMPLETECALLER", "COMPLETEAGENT")
        wait_s = int(data[0] if served else data[2]) if served or verb == "ABANDON" else None
        if wait_s is not None:
            assert abs(end.wait_ms - wait_s * 1000) <= 1000
            compared += 1
        if served and not isinstance(end, Transferred):
            assert abs(end.talk_ms - int(data[1]) * 1000) <= 1000
    assert compared > 40


@MANY
def test_phones_that_rang_in_vain_agree_with_the_queue_log(recording, name):
    record = recording(name)
    gaps = _gaps(record)
    if gaps:
        pytest.skip("the link was down in between")
    told = Counter(
        e.data.queue
        for e in record.events
        if isinstance(e.data, RingEnded) and e.data.result is not RingEnd.CANCELLED
    )
    in_vain = ("RINGNOANSWER", "AGENTDUMP")
    assert told == Counter(row[2] for row in record.queue_log() if row[4] in in_vain)


@MANY
def test_drops_are_those_that_were_made(recording, name):
    record = recording(name)
    truth = record.json("ground_truth")
    dropped = {e.data.call: e for e in record.events if isinstance(e.data, Dropped)}
    made = {c["pbx_uniqueid"]: c for c in truth["calls"] if c["dropped_by_driver"]}
    # An optimised Local channel was hung up after it had left the call: nothing was cut off.
    harmless = {
        call
        for call, c in made.items()
        if c["dropped_by_driver"]["how"] == "pbx_agent"
        and c["t_end"] - c["dropped_by_driver"]["t"] > 10
    }
    assert made.keys() - harmless == dropped.keys() & made.keys()
    for call in dropped.keys() & made.keys():
        assert dropped[call].data.cause == str(made[call]["dropped_by_driver"]["cause"])
    faults = [p for p in truth["phases"] if p["name"] in ("carrier-down", "phones-down")]
    for call in dropped.keys() - made.keys():
        phase = next(p for p in faults if p["start"] <= dropped[call].time / 1000 <= p["end"])
        assert dropped[call].data.cause == "44"
        assert bool(dropped[call].data.trunk) == (phase["name"] == "carrier-down")


@MANY
def test_every_caller_is_told_with_the_trunk_by_which_he_came(recording, name):
    events = recording(name).events
    came = Counter(event.data.trunk for event in events if isinstance(event.data, Queued))
    assert set(came) == {"PJSIP/carrier1", "IAX2/carrier2"}
    lines = {e.data.name for e in events if _trunk(e)} | {
        e.data.trunk for e in events if isinstance(e.data, Dropped) and e.data.trunk
    }
    assert lines
    assert lines <= set(came)


def _trunk(event):
    return isinstance(event.data, Component) and event.data.kind is ComponentKind.TRUNK


def test_refused_joins_are_all_seen(recording):
    told = Counter(e.data.reason.value for e in recording("asterisk-A").events if _blocked(e))
    assert told == {"full": 64, "no_agents": 34}


def _blocked(event):
    return isinstance(event.data, Blocked)


def _waits(events):
    """Who waited from when to when: `(call, queue), start, end`."""
    waits, waiting, named = [], {}, set()
    for event in events:
        data = event.data
        match data:
            case Queued():
                waiting[data.visit] = ((data.call, data.queue), event.time)
            case SnapshotBegin():
                named = set()
            case SnapshotVisit() if not data.talking:
                named.add(data.visit)
                waiting.setdefault(data.visit, ((data.call, data.queue), event.time))
            case SnapshotEnd():
                for visit in waiting.keys() - named:
                    waits.append((*waiting.pop(visit), event.time))
            case Answered() | Abandoned() | Overflowed() | Dropped() if data.visit in waiting:
                waits.append((*waiting.pop(data.visit), event.time))
            case _:
                pass
    return waits + [(*left, 10**15) for left in waiting.values()]


@MANY
def test_who_waits_is_at_each_moment_who_waits_in_asterisk(recording, name):
    record = recording(name)
    waits, gaps = _waits(record.events), _gaps(record)
    compared = 0
    for snapshot in record.lines("snapshots"):
        at, done = snapshot["t"] * 1000, snapshot.get("t_done", snapshot["t"]) * 1000
        if "queues" not in snapshot or _missed(gaps, at / 1000):
            continue
        theirs = {
            (entry["Uniqueid"], queue)
            for queue, state in snapshot["queues"].items()
            for entry in state["entries"]
        }
        early, late = at - IN_FLIGHT_MS, done + IN_FLIGHT_MS
        surely = {key for key, start, end in waits if start <= early and end >= late}
        perhaps = {key for key, start, end in waits if start <= late and end >= early}
        assert surely <= theirs <= perhaps
        compared += 1
    assert compared > 70


def _histories(events):
    """Per (queue, agent) whether he is paused (None: no member), and per agent his state, over time."""
    members, states = defaultdict(list), defaultdict(list)
    for event in events:
        data = event.data
        match data:
            case SnapshotBegin():
                for key in members:
                    members[key].append((event.time, None))
            case SnapshotMember():
                members[data.queue, data.agent].append((event.time, data.paused))
            case AgentMembership():
                gone = data.action is MembershipAction.REMOVED
                paused = None if gone else data.action is MembershipAction.PAUSED
                members[data.queue, data.agent].append((event.time, paused))
            case AgentState() | SnapshotAgent():
                states[data.agent].append((event.time, data.state.value))
            case _:
                pass
    return members, states


def _at(history, at):
    return next((value for time, value in reversed(history) if time <= at), None)


def _unsettled(history, at):
    return any(abs(time - at) < IN_FLIGHT_MS + 100 for time, _ in history)


def _expected(rows):
    statuses = {row["Status"] for row in rows}
    if statuses & {2, 3, 7}:
        return {"talking", "hold"}
    if 6 in statuses:
        return {"ringing"}
    if statuses <= {4, 5}:
        return {"unreachable", "acw"}
    return {"not_ready", "acw"} if all(row["Paused"] for row in rows) else {"ready", "acw"}


@MANY
def test_members_pauses_and_states_are_asterisk_s_own(recording, name):
    record = recording(name)
    gaps = _gaps(record)
    members, states = _histories(record.events)
    compared = Counter()
    for snapshot in record.lines("snapshots"):
        at = snapshot["t"] * 1000
        if "queues" not in snapshot or _missed(gaps, at / 1000):
            continue
        theirs, rows = {}, defaultdict(list)
        for queue, state in snapshot["queues"].items():
            for row in state["members"]:
                theirs[queue, row["Name"]] = bool(row["Paused"])
                rows[row["Name"]].append(row)
        for key in members.keys() | theirs.keys():
            if not _unsettled(members[key], at):
                assert _at(members[key], at) == theirs.get(key), (key, at)
                compared["members"] += 1
        for agent, listed in rows.items():
            # Without a phone to ask, Asterisk shows a talking member as free: we know better.
            blind = listed[0]["StateInterface"].startswith("Local/")
            if not blind and not _unsettled(states[agent], at):
                assert _at(states[agent], at) in _expected(listed), (agent, at)
                compared["states"] += 1
    assert compared["members"] > 700
    assert compared["states"] > 70


def test_a_member_whom_asterisk_shows_as_free_is_talking_while_his_caller_is(recording):
    record = recording("asterisk-B")
    blind = {'Pete "Sparky" Jones', "Umar Aziz", "Jack Smith", "Chloé Dubois"}
    told = {e.data.agent for e in record.events if isinstance(e.data, Answered)}
    assert blind & told
    talks = defaultdict(Counter)
    for event in record.events:
        if isinstance(event.data, AgentState) and event.data.agent in blind:
            talks[event.data.agent][event.data.state.value] += 1
    answered = Counter(e.data.agent for e in record.events if isinstance(e.data, Answered))
    for agent in blind & told:
        assert talks[agent]["talking"] >= 0.8 * answered[agent]
