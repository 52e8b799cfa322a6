"""Asterisk's own lists, taken every ten seconds on a link of their own, against our floor then.

An instant of the half second before to the half second after may be the one that Asterisk listed:
events were in flight. Snapshots in a gap that the monitoring link declares are left out.
"""

from collections import defaultdict

import pytest

FREE, RINGING, IN_USE, NOT_REACHABLE = {0, 1}, {6}, {2, 3, 7, 8}, {4, 5}


def _compared(recording):
    """Snapshots that the link could see, each with the instants of our floor around it."""
    played = recording.played()
    wire = recording.wire
    for snapshot in recording.snapshots:
        at = snapshot["t"]
        seen = played.seen[at]
        in_gap = any(start - 1_000 <= at * 1000 <= end + 1_000 for start, end in played.gaps)
        if not in_gap and wire.first_at + 1 < at < wire.last_at - 1:
            yield snapshot, seen


def _matching(seen, holds):
    return any(holds(one) for one in seen)


def test_callers_waiting_are_those_that_asterisk_lists(recording):
    compared, wrong = 0, []
    for snapshot, seen in _compared(recording):
        for queue, listed in snapshot["queues"].items():
            theirs = {entry["Uniqueid"] for entry in listed["entries"]}
            # A caller may come while another goes: each by itself must be right at some instant.
            views = [one.waiting.get(queue, frozenset()) for one in seen]
            ever = frozenset().union(*views)
            always = views[0].intersection(*views)
            if not always <= theirs <= ever:
                wrong.append((snapshot["t"], queue, theirs - ever, always - theirs))
            compared += 1
    assert compared > 100
    assert wrong == []


def test_members_and_their_pauses_are_those_that_asterisk_lists(recording):
    compared, wrong = 0, []
    for snapshot, seen in _compared(recording):
        for queue, listed in snapshot["queues"].items():
            theirs = {m["Name"]: bool(m["Paused"]) for m in listed["members"]}
            views = [one.members.get(queue, {}) for one in seen]
            for agent in theirs.keys() | set().union(*views):
                if theirs.get(agent) not in [view.get(agent) for view in views]:
                    wrong.append((snapshot["t"], queue, agent, theirs.get(agent)))
                compared += 1
    assert compared > 100
    assert wrong == []


def _expected(rows, talks):
    """The states of ours that mean what Asterisk lists of one person.

    A Local member without a phone to ask is free to Asterisk while he talks (the log knows better),
    and in use as soon as his Local channel is there to ring him.
    """
    status = {row["Status"] for row in rows}
    blind = all(row["StateInterface"].lower().startswith("local/") for row in rows)
    if blind and status & IN_USE:
        return {"ringing", "talking"}
    if blind and talks:
        return {"talking", "hold", "ready"} if talks == "perhaps" else {"talking", "hold"}
    if status & IN_USE:
        return {"talking", "hold"} | ({"ringing"} if 7 in status else set())
    if status & RINGING:
        return {"ringing"}
    if status <= NOT_REACHABLE:
        return {"unreachable"}
    return {"not_ready"} if all(row["Paused"] for row in rows) else {"ready", "acw"}


def test_agents_are_in_the_state_that_asterisk_lists(recording):
    compared, wrong = 0, []
    talks = defaultdict(list)
    for visit in recording.log.visits:
        if visit.answered:
            talks[visit.agent].append((visit.connected_s, visit.ended_s or 10**11))
    for snapshot, seen in _compared(recording):
        at = snapshot["t"]
        rows = defaultdict(list)
        for listed in snapshot["queues"].values():
            for member in listed["members"]:
                rows[member["Name"]].append(member)
        known = set().union(*(one.states for one in seen))
        for agent in rows.keys() | known:
            in_call = _in_call(talks[agent], at)
            expected = _expected(rows[agent], in_call) if agent in rows else {"signed_out"}
            if agent not in rows and in_call:
                expected = {"signed_out", "talking"}  # taken out of his queues in mid-call
            ours = {one.states.get(agent, "signed_out") for one in seen}
            if not ours & expected:
                wrong.append((at, agent, sorted(ours), sorted(expected), _brief(rows[agent])))
            compared += 1
    assert compared > 100
    assert wrong == []


def _in_call(talks, at):
    """Whether the log has him on a call at this moment, as far as its whole seconds can say."""
    if any(start + 1.5 <= at <= end - 0.5 for start, end in talks):
        return "surely"
    return "perhaps" if any(start - 0.5 <= at <= end + 1.5 for start, end in talks) else ""


def _brief(rows):
    return [(r["Queue"], r["Status"], r["Paused"], r["InCall"], r["StateInterface"]) for r in rows]


@pytest.mark.parametrize("how", ["both", "ami", "log"])
def test_the_law_of_visits_holds_after_every_event(recording, how):
    played = recording.played(how)
    assert played.checks > 100
    assert played.broken == []
