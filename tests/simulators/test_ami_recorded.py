"""The dialogue of the simulated PBX against those of a real one: same order, same headers.

What is compared, per call: the events of the caller's channel and of the members' legs that rang
for him. A call's kind is what became of it. For each kind the recordings teach which events always
occur, which ever do, and of each two of them which always comes first; a kind that was recorded
less than `ENOUGH` times is held only to the course that all recorded visits have in common.
"""

import gzip
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import combinations
from pathlib import Path

import pytest

from ingest.words import CauseClass
from simulators.ami_dialogue import Dialogue
from simulators.demo import DEMO
from simulators.faults import Fault, FaultKind
from simulators.floor_sim import FloorSim, a_day
from simulators.plans import Cause, Habits

pytestmark = pytest.mark.recordings

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
NAMES = ("asterisk-A", "probes-A", "asterisk-B", "probes-B")
START = 1_790_006_400_000
HOUR = 3_600_000
MINUTE = 60_000
ENOUGH = 3

NOT_COMPARED = frozenset(
    {
        *("CEL", "Cdr", "RTCPSent", "RTCPReceived", "NewCallerid", "NewConnectedLine", "DTMFBegin"),
        *("MusicOnHoldStart", "MusicOnHoldStop", "LocalBridge", "CoreShowChannel", "Newexten"),
    }
)
"""Line statistics, music, the dialplan's own steps, and what repeats other events."""

OUTCOMES = {
    "answered, the caller hung up": "AgentComplete member1 caller 1 | HangupRequest caller 1 | 16",
    "answered, the agent hung up": "AgentComplete member1 agent 1 | HangupRequest member1 1 | 16",
    "abandoned while waiting": "QueueCallerLeave caller 1 | HangupRequest caller 1 | 16",
    "abandoned while ringing": "DialEnd member1 CANCEL 2 | QueueCallerAbandon caller 1",
    "ring no answer": "AgentRingNoAnswer member1 1 | DialEnd member1 NOANSWER 1 | DialEnd member1 C",
    "held": "Hold member1 1 | Unhold member1 1 | AgentComplete",
    "passed on blindly": "BlindTransfer member1 1 | AgentComplete member1 transfer 1 | Hang",
    "passed on to another queue": "AgentComplete member1 transfer 1 | QueueCallerJoin caller 2",
    "passed on with notice": "Hold member1 1 | AttendedTransfer member1 1 | AgentComplete member1 tr",
    "left by a key": "DTMFEnd caller 1 | QueueCallerLeave caller 1 | Soft",
    "timed out to another queue": "VarSet caller TIMEOUT 1 | QueueCallerJoin caller 2",
    "left an empty queue": "VarSet caller LEAVEEMPTY 1",
    "refused, full": "VarSet caller FULL 1",
    "refused, empty": "VarSet caller JOINEMPTY 1",
    "hung up in the menu": "0 | HangupRequest caller 1 | 16",
    "cut off talking": "HangupRequest caller 1 | fault",
    "cut off talking, silent line": "AgentComplete member1 caller 1 | SoftHangupRequest caller silent 1 | 44",
    "cut off waiting, silent line": "QueueCallerLeave caller 1 | SoftHangupRequest caller silent 1 | 44",
}
"""The kinds of call that must have been compared with recorded ones, by a part of their `kind`."""

FIXED = (
    *("Newchannel", "QueueCaller", "AgentCalled", "AgentConnect", "AgentComplete", "AgentRing"),
    *("BlindTransfer", "AttendedTransfer", "DialBegin", "BridgeEnter", "VarSet", "Hangup caller"),
)
"""The events of a queue's own course, whose order does not hang on what came of the call."""

Headers = dict[str, str]
Step = tuple[str, str, str]
"""An event, the leg that it is about (the caller's is empty), and what it says."""


@dataclass
class Told:
    """One call as it was told. `plain`: no Local channel stands between queue and phone."""

    steps: list[Step] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    kind: str = ""
    plain: bool = True


@dataclass
class Lesson:
    """What the recorded calls of one kind have in common."""

    calls: list[list[str]] = field(default_factory=list)

    @cached_property
    def always(self) -> set[str]:
        return set.intersection(*map(set, self.calls))

    @cached_property
    def ever(self) -> set[str]:
        return set[str]().union(*self.calls)

    @cached_property
    def orders(self) -> set[tuple[str, str]]:
        """Of which two the first always came first, and often enough to believe it."""
        before = Counter(pair for call in self.calls for pair in combinations(call, 2))
        return {pair for pair, n in before.items() if n >= ENOUGH and not before.get(pair[::-1])}


@dataclass
class Lessons:
    """What is known of each kind of call, and of all visits."""

    kinds: dict[str, Lesson]
    common: Lesson

    def complaints(self, told: Told) -> Iterator[tuple[str, ...]]:
        """How this call differs from what was ever recorded."""
        lesson = self.kinds.get(told.kind)
        if lesson is not None and len(lesson.calls) >= ENOUGH:
            tokens = set(told.tokens)
            yield from (("lacks", token, told.kind) for token in lesson.always - tokens)
            yield from (("has", token, told.kind) for token in tokens - lesson.ever)
            yield from _swapped(told.tokens, lesson.orders, told.kind)
        for visit in visits(told):
            course = [token for token in visit if token.startswith(FIXED)]
            yield from _swapped(course, self.common.orders, told.kind)


def headers(frame: str) -> Headers:
    found: Headers = {}
    for line in frame.split("\r\n"):
        key, _, value = line.partition(":")
        found.setdefault(key, value.removeprefix(" "))
    return found


def told_of(frames: Iterable[Headers]) -> Iterator[Told]:
    """The calls that came from outside and to their end while it was recorded."""
    calls: dict[str, list[Headers]] = defaultdict(list)
    for told in frames:
        names = ("Linkedid", "TransfererLinkedid", "OrigTransfererLinkedid", "DestLinkedid")
        link = next((told[name] for name in names if told.get(name)), "")
        if link:
            calls[link].append(told)
    for link, call in calls.items():
        whole = call[0]["Event"] == "Newchannel" and call[0]["Uniqueid"] == link
        if whole and any(t["Event"] == "Hangup" and t["Uniqueid"] == link for t in call):
            yield _told(link, call)


def _told(link: str, call: list[Headers]) -> Told:
    told = Told()
    rung = {t["DestUniqueid"] for t in call if t["Event"] == "AgentCalled"}
    names = ("Uniqueid", "TransfererUniqueid", "OrigTransfererUniqueid")
    for one in call:
        event, detail = one["Event"], ""
        if event in NOT_COMPARED:
            continue
        channel = next((one[name] for name in names if name in one), link)
        dest = one.get("DestUniqueid", "")
        if channel != link and (channel not in rung or event == "DTMFEnd"):
            continue
        if event.startswith("Dial") and (channel != link or dest not in rung):
            continue
        if event == "AgentCalled":
            told.plain = told.plain and not one["Interface"].startswith("Local/")
        for name in ("DialStatus", "ChannelStateDesc", "Reason", "Value"):
            if name in one and (name != "ChannelStateDesc" or event == "Newstate"):
                detail = f" {one[name]}"
        if event == "SoftHangupRequest" and one["Cause"] == "1":
            detail = " silent"
        leg = dest if dest in rung else channel
        told.steps.append((event, "" if leg == link else leg, detail))
    told.tokens = numbered(told.steps)
    told.kind = _kind(link, call, told.tokens)
    return told


def numbered(steps: list[Step]) -> list[str]:
    """Steps as tokens, each its own: the members' legs and what happens again are counted."""
    rung = dict.fromkeys(leg for event, leg, _ in steps if event == "AgentCalled")
    role = {"": "caller"} | {leg: f"member{nth}" for nth, leg in enumerate(rung, 1)}
    counted: Counter[str] = Counter()
    tokens = []
    for event, leg, detail in steps:
        if leg in role:
            token = f"{event} {role[leg]}{detail}"
            counted[token] += 1
            tokens.append(f"{token} {counted[token]}")
    return tokens


def visits(told: Told) -> Iterator[list[str]]:
    """The call's tokens, anew for each time that it enters a queue and at most one phone rings.

    A busy phone without a Local channel before it was not recorded: it is left out.
    """
    begins = [n for n, (event, _, _) in enumerate(told.steps) if event == "QueueCallerJoin"]
    for begin, end in zip([0, *begins[1:]], [*begins[1:], len(told.steps)], strict=False):
        steps = told.steps[begin:end]
        rings = sum(event == "AgentCalled" for event, _, _ in steps)
        if rings < 2 and not any(detail == " BUSY" for _, _, detail in steps):
            yield numbered(steps)


def _kind(link: str, call: list[Headers], tokens: list[str]) -> str:
    telling = ("Queue", "Agent", "Blind", "Attended", "Hold", "Unhold", "VarSet", "DTMF", "DialEnd")
    said = [t for t in tokens if t.startswith(telling)]
    bridged = sum(t.startswith("BridgeEnter member") for t in tokens)
    asked = next((t for t in tokens if "HangupRequest" in t), "")
    cause = next(t["Cause"] for t in call if t["Event"] == "Hangup" and t["Uniqueid"] == link)
    how = cause if cause in ("16", "17", "44") else "fault"
    return " | ".join([f"{bridged}", *said, asked, how])


@pytest.fixture(scope="module")
def recorded() -> list[Headers]:
    """All events that were recorded."""
    if not RECORDINGS.is_dir():
        if os.environ.get("CI") == "true":
            pytest.fail(f"no recordings at {RECORDINGS}")
        pytest.skip(f"no recordings at {RECORDINGS}")
    found: list[Headers] = []
    for name in NAMES:
        with gzip.open(RECORDINGS / name / "ami.jsonl.gz", "rt", encoding="utf-8") as file:
            for line in file:
                raw = json.loads(line).get("raw", "")
                event = raw.partition("\r\n")[0].removeprefix("Event: ")
                skipped = event == "VarSet" and "Variable: QUEUESTATUS" not in raw
                if raw.startswith("Event: ") and event not in ("CEL", "Cdr") and not skipped:
                    found.append(headers(raw) | {"#": name})
    return found


@pytest.fixture(scope="module")
def ours() -> list[Headers]:
    """All events of six hours in which everything happens that can happen."""
    silent = Cause("44", CauseClass.NETWORK)
    scenario = replace(
        DEMO,
        grain_ms=1_000,
        queues=tuple(replace(queue, capacity=6) for queue in DEMO.queues),
        habits=Habits(
            drop_waiting_share=0.03,
            drop_talking_share=0.03,
            no_answer_share=0.05,
            busy_share=0.02,
            transfer_share=0.2,
            transfer_out_share=0.4,
            key_share=0.1,
            causes=(*Habits().causes, silent),
        ),
        faults=(
            Fault(
                kind=FaultKind.TRUNK_DOWN,
                after_ms=70 * MINUTE,
                length_ms=5 * MINUTE,
                scope=f"trunk:{DEMO.trunks[0].name}",
            ),
            Fault(kind=FaultKind.SIGN_OUT, after_ms=100 * MINUTE, length_ms=15 * MINUTE, size=1),
        ),
    )
    dialogue = Dialogue(scenario)
    return [
        headers(frame)
        for happenings in a_day(FloorSim(scenario, 7, START), START + 6 * HOUR)
        for happening in happenings
        for frame in dialogue.tell(happening)
    ]


@pytest.fixture(scope="module")
def lessons(recorded: list[Headers]) -> Lessons:
    """What the recorded calls teach, kind by kind and all of them together.

    Members without a Local channel are our own way; where there are none of a kind, those whose
    Local channel stays (`/n`) are the next of kin. Optimised away, it is another dialogue.
    """
    plain: dict[str, Lesson] = defaultdict(Lesson)
    local: dict[str, Lesson] = defaultdict(Lesson)
    common = Lesson()
    for name in NAMES:
        for told in told_of(one for one in recorded if one["#"] == name):
            if told.plain or name.endswith("-A"):
                common.calls += visits(told)
                (plain if told.plain else local)[told.kind].calls.append(told.tokens)
    few = {kind for kind, lesson in plain.items() if len(lesson.calls) < ENOUGH}
    joined = {kind: Lesson(plain[kind].calls + local[kind].calls) for kind in few if kind in local}
    return Lessons(local | plain | joined, common)


def _swapped(
    tokens: list[str], orders: set[tuple[str, str]], kind: str
) -> Iterator[tuple[str, ...]]:
    for first, later in combinations(tokens, 2):
        if (later, first) in orders:
            yield "order", later, first, kind


def test_calls_are_told_in_the_order_and_with_the_events_of_real_ones(
    lessons: Lessons, ours: list[Headers]
) -> None:
    calls = list(told_of(ours))
    strange = Counter(complaint for told in calls for complaint in lessons.complaints(told))
    assert not strange, "\n".join(map(str, strange))
    compared = [told.kind for told in calls if told.kind in lessons.kinds]
    missing = [name for name, part in OUTCOMES.items() if not any(part in k for k in compared)]
    assert not missing
    assert len(compared) > 0.85 * len(calls)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ("QueueCallerLeave", "AgentConnect"),
        ("QueueCallerAbandon", "QueueCallerLeave"),
        ("QueueCallerJoin", "AgentCalled"),
        ("AgentComplete", "Hangup"),
        ("BlindTransfer", "AgentComplete"),
    ],
)
def test_a_wrong_order_is_noticed(
    lessons: Lessons, ours: list[Headers], first: str, then: str
) -> None:
    noticed = 0
    for told in told_of(ours):
        events = [event for event, _, _ in told.steps]
        if first in events and then in events[events.index(first) :]:
            one, other = events.index(first), events.index(then, events.index(first))
            steps = list(told.steps)
            steps[one], steps[other] = steps[other], steps[one]
            wrong = Told(steps, numbered(steps), told.kind, told.plain)
            noticed += any(True for _ in lessons.complaints(wrong))
    assert noticed > 10


def test_headers_are_those_of_recorded_events_in_their_order(
    recorded: list[Headers], ours: list[Headers]
) -> None:
    known: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for told in recorded:
        known[told["Event"]].add(tuple(key for key in told if key not in ("#", "Timestamp")))
    for told in ours:
        assert tuple(key for key in told if key != "Timestamp") in known[told["Event"]], told
