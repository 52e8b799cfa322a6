"""What the driver of the calls did and saw, against what we say of them."""

from collections import Counter

NETWORK = {"network", "congestion", "device", "protocol", "system"}


def _by_call(visits):
    last = {}
    for one in sorted(visits, key=lambda v: v.joined_at):
        last[one.call] = one
    return last


def test_joins_answers_and_ends_are_those_that_the_driver_saw(recording):
    """The driver listened on a link of its own, which had no gap."""
    seen, told = Counter(), Counter()
    for call in recording.truth["calls"]:
        for entry in call["timeline"]:
            if entry["ev"] in ("join", "connect"):
                seen[entry["queue"], entry["ev"]] += 1
            elif entry["ev"] == "complete":
                transfer = entry["reason"] == "transfer"
                seen[entry["queue"], "transfer" if transfer else "complete"] += 1
    for queue, row in recording.played().report["queues"].items():
        told[queue, "join"], told[queue, "connect"] = row["offered"], row["answered"]
        told[queue, "complete"], told[queue, "transfer"] = row["completed"], row["transferred"]
    # Ends that the driver's own link did not hear although the log has them (Asterisk went down).
    logged = Counter(
        (v.queue, "transfer" if v.verb.endswith("TRANSFER") else "complete")
        for v in recording.log.visits
        if v.answered and v.verb
    )
    for key in seen.keys() | {key for key, n in told.items() if n}:
        allowed = {seen[key]} | ({logged[key]} if key in logged else set())
        assert told[key] in allowed, key
        assert abs(told[key] - seen[key]) <= 0.03 * seen[key] + 1, key


def _talked_when(visits, at):
    return [v for v in visits if v.answered and v.joined_at + v.wait_ms - 500 <= at <= v.ended_at]


def test_calls_cut_off_by_the_driver_are_dropped(recording):
    """Each call that was cut off on purpose, with the reason where it is none of ours."""
    visits = recording.played().visits
    unexplained = []
    for call in recording.truth["calls"]:
        made = call["dropped_by_driver"]
        if not made:
            continue
        at = made["t"] * 1000
        mine = [v for v in visits if v.call == call["pbx_uniqueid"]]
        here = [v for v in mine if v.joined_at <= at <= v.ended_at + 2_000]
        if any(v.dropped for v in here):
            continue
        if _why_not(recording, call, made, here) is None:
            unexplained.append((made, here, call["timeline"][-6:]))
    assert unexplained == []


def _why_not(recording, call, made, here):
    """Why a call that was cut off is no drop in a queue; None if nothing explains it."""
    if not here:
        return "it was in no queue at that moment"
    if all(v.ended_at > made["t"] * 1000 + 2_000 for v in here):
        return "what was cut off was no longer part of the call: it went on"
    handed_on = {e["ev"] for e in call["timeline"]} & {"TRANSFER", "transfer_to_queue"}
    if handed_on and made["how"] == "pbx_agent":
        return "the queue's agent had handed the caller on"
    if any(start - 1_000 <= made["t"] * 1000 <= end + 1_000 for start, end in _gaps(recording)):
        return "the monitoring link was down"
    return None


def _gaps(recording):
    return recording.played().gaps


def test_every_drop_has_a_cause_on_the_wire_and_a_fault_behind_it(recording):
    """A drop is one that the driver made, or one of a call that was up when a part was killed."""
    truth = recording.truth
    made = {c["pbx_uniqueid"]: c["dropped_by_driver"] for c in truth["calls"]}
    # Nothing tells when a part is killed: media runs out seconds later, new calls meet it until it is back.
    faults = [f["t"] for f in truth["faults"] if f["fault"].startswith("kill")]
    restarts = [v.ended_s for v in recording.log.visits if v.cut]
    played = recording.played()
    for visit in played.visits:
        if not visit.dropped:
            continue
        assert visit.dropped in NETWORK, visit
        at = visit.ended_at / 1000
        cut = any(start <= visit.ended_at <= end + 1_000 for start, end in played.gaps)
        if cut or any(at <= end <= at + 60 for end in restarts):
            continue
        assert recording.wire.cut_off(visit.call), visit
        ours = made.get(visit.call) is not None and abs(made[visit.call]["t"] - at) < 3
        assert ours or any(0 <= at - fault <= 75 for fault in faults), visit


def test_talking_callers_of_a_killed_carrier_are_dropped(recording):
    """RTP timeout ends them, cause 44: each of them that ended so on the caller's own channel."""
    ours = _by_call(recording.played().visits)
    unexplained = []
    for fault in recording.truth["faults"]:
        if fault["fault"] != "kill -9 carrier":
            continue
        calls = {c["id"]: c for c in recording.truth["calls"]}
        for name in fault["calls_open"]:
            call = calls[name]
            at, cause = recording.wire.hung_up.get(call["pbx_uniqueid"], (0, 0))
            visit = ours.get(call["pbx_uniqueid"])
            if (
                visit is None
                or cause != 44
                or at < fault["t"]
                or visit.ended_at < fault["t"] * 1000
            ):
                continue
            if not visit.dropped and abs(visit.ended_at / 1000 - at) < 2:
                unexplained.append((visit, cause))
    assert unexplained == []


def test_no_call_that_ended_as_it_should_is_a_drop(recording):
    for visit in recording.played().visits:
        if visit.dropped and not recording.played().gaps:
            assert recording.wire.cut_off(visit.call), visit
