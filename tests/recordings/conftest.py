"""The referee: what Asterisk itself wrote of its calls, read by code that shares nothing with ours.

A recording is any folder beside the checkout that holds both views of the same calls: the
monitoring link (`ami.jsonl.gz`) and the PBX's own log (`queue_log`).
"""

import asyncio
import gzip
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from floorwatch import replay, wiring
from floorwatch.report import report
from floorwatch.urls import Url
from ingest.clock import SystemClock
from stream.floor import Floor
from stream.ledger import add_up
from stream.sites import Site

RECORDINGS = Path(__file__).parents[3] / "shared" / "recordings"
FOUND = sorted(
    p.parent for p in RECORDINGS.glob("*/ami.jsonl.gz") if (p.parent / "queue_log").exists()
)

COMPLETED = ("COMPLETECALLER", "COMPLETEAGENT")
TRANSFERRED = ("BLINDTRANSFER", "ATTENDEDTRANSFER")
LEFT = ("ABANDON", "EXITWITHTIMEOUT", "EXITEMPTY", "EXITWITHKEY", "WITHDRAW")
IN_FLIGHT_MS = 500
RECOUNT_EVERY = 997


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.recordings)


@dataclass
class Logged:
    """One entry of a call into a queue, as the queue_log tells it. `verb` ended it; "" if none did.

    `cut` means that it was open when Asterisk began anew. Times and durations in seconds.
    """

    call: str
    queue: str
    joined_s: int
    connected_s: int = 0
    agent: str = ""
    wait_s: int | None = None
    talk_s: int | None = None
    verb: str = ""
    ended_s: int = 0
    cut: bool = False

    @property
    def answered(self) -> bool:
        return self.connected_s > 0

    @property
    def outcome(self) -> str:
        if self.cut:
            return "cut while talking" if self.answered else "cut while waiting"
        if not self.verb:
            return "talking" if self.answered else "waiting"
        return "completed" if self.verb in COMPLETED else self.verb

    def touches(self, gaps: list[tuple[int, int]], slack_ms: int = 1_000) -> bool:
        """Whether a part of it lies in one of these spans of milliseconds."""
        begin, end = self.joined_s * 1000, (self.ended_s or 10**10) * 1000 + 1_000
        return any(start - slack_ms <= end and begin <= stop + slack_ms for start, stop in gaps)


class QueueLog:
    """The PBX's own log, read in the plainest way."""

    def __init__(self, path: Path) -> None:
        self.visits: list[Logged] = []
        self.verbs: Counter[tuple[str, str]] = Counter()
        self.agents: set[str] = set()
        open_: dict[tuple[str, str], Logged] = {}
        for line in path.read_text("utf-8", "replace").splitlines():
            at, call, queue, agent, verb, *data = line.split("|")
            self.verbs[queue, verb] += 1
            self._take(open_, int(at), call, queue, agent, verb, data)

    def _take(
        self,
        open_: dict[tuple[str, str], Logged],
        at: int,
        call: str,
        queue: str,
        agent: str,
        verb: str,
        data: list[str],
    ) -> None:
        key = (call, queue)
        if verb == "QUEUESTART":
            for visit in open_.values():
                visit.cut, visit.ended_s = True, at
            open_.clear()
        elif verb == "ENTERQUEUE":
            open_[key] = Logged(call, queue, at)
            self.visits.append(open_[key])
        elif verb == "CONNECT":
            visit = open_[key]
            visit.connected_s, visit.agent, visit.wait_s = at, agent, int(data[0])
            self.agents.add(agent)
        elif verb in (*COMPLETED, *TRANSFERRED, *LEFT):
            visit = open_.pop(key)
            visit.verb, visit.ended_s = verb, at
            numbers = data[2:] if verb == "BLINDTRANSFER" else data
            if verb in COMPLETED or verb == "BLINDTRANSFER":
                # CONNECT has said the wait already; this row may differ from it by a second.
                visit.talk_s = int(numbers[1])
            elif verb == "ATTENDEDTRANSFER":
                visit.talk_s = int(data[-2])
            else:
                visit.wait_s = int(data[3 if verb == "EXITWITHKEY" else 2])

    def of(self, queue: str, *outcomes: str) -> list[Logged]:
        """The visits of a queue that ended so."""
        return [v for v in self.visits if v.queue == queue and v.outcome in outcomes]

    @property
    def queues(self) -> set[str]:
        return {visit.queue for visit in self.visits}


@dataclass
class Ours:
    """One visit as the floor has it when the replay is over. Times and durations in milliseconds."""

    call: str
    queue: str
    joined_at: int
    outcome: str
    answered: bool = False
    agent: str = ""
    wait_ms: int | None = None
    talk_ms: int | None = None
    dropped: str = ""
    ended_at: int = 0


@dataclass
class Seen:
    """The floor at one instant: callers waiting per queue, agents' states, members of each queue."""

    at: int
    waiting: dict[str, frozenset[str]]
    states: dict[str, str]
    members: dict[str, dict[str, bool]]


@dataclass
class Played:
    """One replay: the floor, the report, and what was checked while it went on."""

    floor: Floor
    report: dict[str, Any]
    broken: list[str]
    checks: int
    seen: dict[float, list[Seen]]
    rejected: list[str]

    @cached_property
    def visits(self) -> list[Ours]:
        state = self.floor.state.visits
        return [_ours(visit) for visit in (*state.ended.values(), *state.open.values())]

    @property
    def gaps(self) -> list[tuple[int, int]]:
        """The spans in which the live link says itself that it missed events."""
        feeds = self.floor.state.feeds.values()
        return [(start, end) for feed in feeds for start, end, _ in feed.gaps]


def _ours(visit: Any) -> Ours:
    wait, handle = visit.wait, visit.handle
    ours = Ours(visit.call, visit.queue, visit.joined_at, "waiting")
    if wait is None:
        return ours
    ours.wait_ms, ours.agent, ours.answered, ours.ended_at = (
        wait.wait_ms,
        wait.agent,
        wait.answered,
        wait.at,
    )
    if wait.abandoned:
        ours.outcome = "abandoned"
    elif wait.overflowed:
        ours.outcome = wait.reason
    elif wait.dropped:
        ours.outcome, ours.dropped = "dropped", wait.reason
    elif handle is None:
        ours.outcome = "talking"
    else:
        ours.outcome = "transferred" if handle.transferred else "completed"
        ours.talk_ms, ours.ended_at = handle.talk_ms, handle.at
        ours.dropped = handle.reason if handle.dropped else ""
    return ours


class _Watch:
    """Looks at the floor after each event: the law of visits, and the instants near a snapshot."""

    def __init__(self, instants: list[float]) -> None:
        self.broken: list[str] = []
        self.checks = 0
        self.seen: dict[float, list[Seen]] = {at: [] for at in instants}
        self._next = sorted(instants)
        self._last: Seen | None = None
        self._sums: dict[str, tuple[int, dict[str, int]]] = {}

    def __call__(self, floor: Floor, as_of: int) -> None:
        self.checks += 1
        dirty = set(floor.visits.waiting) if self.checks % 50 == 0 else set(floor.visits.dirty)
        floor.visits.dirty.clear()
        for queue in dirty:
            self._law(floor, queue, as_of)
        if self.checks % RECOUNT_EVERY == 0:
            self._recount(floor, as_of)
        self._look(floor, as_of)

    def _law(self, floor: Floor, queue: str, as_of: int) -> None:
        account = floor.state.ledger.queues.get(queue)
        sums = add_up(account.cells.values()) if account else {}
        ends = sum(
            n
            for name, n in sums.items()
            if name in ("answered", "abandoned", "dropped_waiting")
            or (name.startswith("overflowed_"))
        )
        waiting = len(floor.visits.waiting.get(queue, {}))
        if sums.get("offered", 0) != ends + waiting:
            self.broken.append(f"{as_of}: {queue}: {sums} with {waiting} waiting")

    def _recount(self, floor: Floor, as_of: int) -> None:
        """The sums again, from each visit by itself."""
        told: dict[str, Counter[str]] = defaultdict(Counter)
        state = floor.state.visits
        for visit in (*state.ended.values(), *state.open.values()):
            one = _ours(visit)
            told[one.queue]["offered"] += 1
            told[one.queue]["answered"] += one.answered
            told[one.queue]["transferred"] += one.outcome == "transferred"
            told[one.queue]["completed"] += one.outcome == "completed"
            told[one.queue]["waiting"] += one.outcome == "waiting"
        for queue, counts in told.items():
            sums = add_up(floor.state.ledger.queues[queue].cells.values())
            sums["waiting"] = len(floor.visits.waiting[queue])
            if any(sums[name] != n for name, n in counts.items()):
                self.broken.append(f"{as_of}: {queue}: {dict(counts)} but the books say {sums}")

    def _look(self, floor: Floor, as_of: int) -> None:
        """Keep what is true at each instant of the window around a snapshot."""
        while self._next and as_of > self._next[0] * 1000 + IN_FLIGHT_MS:
            # What was true when the window ended is what the event before this one left.
            if self._last is not None:
                self.seen[self._next[0]].append(self._last)
            del self._next[0]
        if not self._next:
            return
        if as_of >= self._next[0] * 1000 - IN_FLIGHT_MS - 12_000:
            now = _seen(floor, as_of)
            if as_of >= self._next[0] * 1000 - IN_FLIGHT_MS:
                if not self.seen[self._next[0]] and self._last is not None:
                    self.seen[self._next[0]].append(self._last)
                self.seen[self._next[0]].append(now)
            self._last = now


def _seen(floor: Floor, as_of: int) -> Seen:
    open_ = floor.state.visits.open
    waiting = {
        queue: frozenset(open_[key].call for key in keys)
        for queue, keys in floor.visits.waiting.items()
    }
    agents = floor.state.agents.agents
    members: dict[str, dict[str, bool]] = defaultdict(dict)
    for agent in agents.values():
        for queue, paused in agent.queues.items():
            members[queue][agent.id] = bool(paused)
    states = {agent.id: agent.now.state for agent in agents.values() if agent.now}
    return Seen(as_of, waiting, states, dict(members))


@dataclass
class Recording:
    """One folder: the views of the same calls, and our replays of it, each made once."""

    path: Path
    kept: dict[str, Played] = field(default_factory=dict)

    @property
    def ami(self) -> Path:
        return next(p for p in (self.path / "ami.jsonl.gz", self.path / "ami.jsonl") if p.exists())

    @property
    def log_path(self) -> Path:
        return self.path / "queue_log"

    @cached_property
    def log(self) -> QueueLog:
        return QueueLog(self.log_path)

    @cached_property
    def truth(self) -> dict[str, Any]:
        """What the driver of the calls did and saw."""
        with gzip.open(self.path / "ground_truth.json.gz") as file:
            return json.load(file)  # type: ignore[no-any-return]

    @cached_property
    def snapshots(self) -> list[dict[str, Any]]:
        with gzip.open(self.path / "snapshots.jsonl.gz") as file:
            return [s for s in map(json.loads, file) if "queues" in s]

    def lines(self) -> Iterator[dict[str, Any]]:
        opened = gzip.open if self.ami.suffix == ".gz" else open
        with opened(self.ami, "rb") as file:
            yield from map(json.loads, file)

    @cached_property
    def wire(self) -> "Wire":
        return Wire(self)

    def played(self, how: str = "both") -> Played:
        """A replay of `both`, of `ami` alone or of `log` alone."""
        if how not in self.kept:
            watched = how == "both" and (self.path / "snapshots.jsonl.gz").exists()
            self.kept[how] = _play(self, how, [s["t"] for s in self.snapshots] if watched else [])
        return self.kept[how]


def _play(recording: Recording, how: str, instants: list[float]) -> Played:
    site, clock, reading = Site(id="replay"), SystemClock(), replay.Reading()
    ami = Url(scheme="ami+file", path=str(recording.ami))
    log = Url(scheme="queue_log+file", path=str(recording.log_path))
    tape = wiring.Tape(url=log if how == "log" else ami, site=site, reading=reading)
    events = wiring.replayed(tape)
    if how == "both":
        fill = wiring.Tape(url=log, site=site, reading=reading)
        events = replay.merged(events, wiring.filling(fill))
    watch = _Watch(instants)
    floor, as_of = asyncio.run(replay.run(site, events, clock, shown=watch))
    result = report(floor, as_of, reading.rejected)
    return Played(floor, result, watch.broken, watch.checks, watch.seen, reading.reasons)


HEADER = re.compile(r"^(\w+): ?(.*?)\r?$", re.MULTILINE)


class Wire:
    """What the monitoring link shows of the callers' channels, read without our translator."""

    def __init__(self, recording: Recording) -> None:
        self.hung_up: dict[str, tuple[float, int]] = {}
        self.causes: dict[str, set[int]] = defaultdict(set)
        self.signs: dict[str, list[tuple[float, str]]] = defaultdict(list)
        self.refused: Counter[str] = Counter()
        self.first_at = self.last_at = 0.0
        entering: dict[str, str] = {}
        for line in recording.lines():
            self.last_at = line["t"]
            self.first_at = self.first_at or line["t"]
            raw = line.get("raw") or ""
            kind = raw[7 : raw.find("\r")] if raw.startswith("Event: ") else ""
            if kind in ("Hangup", "Newexten", "QueueCallerJoin"):
                self._sign(line["t"], kind, dict(HEADER.findall(raw)), entering)
            elif kind == "VarSet" and "Variable: QUEUESTATUS" in raw:
                header = dict(HEADER.findall(raw))
                queue = entering.get(header["Uniqueid"])
                if queue and header["Value"] in ("FULL", "JOINEMPTY", "JOINUNAVAIL"):
                    self.refused[queue] += 1

    def _sign(self, at: float, kind: str, header: dict[str, str], entering: dict[str, str]) -> None:
        call = header.get("Uniqueid", "")
        if kind == "Hangup":
            cause = int(header.get("Cause") or 0)
            self.hung_up[call] = (at, cause)
            self.causes[header.get("Linkedid", call)].add(cause)
            return
        if header.get("Exten") != "h":  # what a dialplan does for a caller who is gone
            self.signs[call].append((at, kind))
        if kind == "Newexten" and header.get("Application") == "Queue":
            entering[call] = header.get("AppData", "").split(",")[0]

    def cut_off(self, call: str) -> bool:
        """Whether some leg of the call ended for a reason that is nobody's will."""
        return bool(self.causes[call] & {27, 34, 38, 41, 42, 44, 47, 58, 102, 111, 127})

    def lives_on(self, call: str, after_s: float) -> bool:
        """Whether the caller's channel goes on, elsewhere, after this second."""
        return any(at >= after_s - 0.001 for at, _ in self.signs[call])


def pairs(
    log: QueueLog, played: Played, within_s: int = 2
) -> tuple[list[tuple[Logged, Ours]], list[Logged], list[Ours]]:
    """The same visits in both views, those only the log has, and those only we have."""
    ours: dict[tuple[str, str], list[Ours]] = defaultdict(list)
    for one in sorted(played.visits, key=lambda v: v.joined_at):
        ours[one.call, one.queue].append(one)
    both, only_log = [], []
    for logged in log.visits:
        near = ours[logged.call, logged.queue]
        found = min(near, key=lambda v: abs(v.joined_at - logged.joined_s * 1000), default=None)
        if found is None or abs(found.joined_at / 1000 - logged.joined_s) > within_s:
            only_log.append(logged)
        else:
            near.remove(found)
            both.append((logged, found))
    return both, only_log, [one for rest in ours.values() for one in rest]


SAME = {
    "completed": {"completed"},
    "BLINDTRANSFER": {"transferred"},
    "ATTENDEDTRANSFER": {"transferred"},
    # The log has one word for a caller who gave up, was cut off, or was led away by another's hand.
    "ABANDON": {"abandoned", "dropped", "redirected"},
    "EXITWITHTIMEOUT": {"timeout"},
    "EXITEMPTY": {"empty"},
    "EXITWITHKEY": {"key"},
    "WITHDRAW": {"withdrawn"},
    "waiting": {"waiting"},
    "talking": {"talking"},
    "cut while talking": {"completed"},
    "cut while waiting": {"dropped", "abandoned", "other"},
}
"""Our outcomes that are the same thing as one of the log's."""


def differing(both: list[tuple[Logged, Ours]]) -> list[tuple[Logged, Ours]]:
    """Pairs that do not tell the same story."""
    return [
        (logged, one)
        for logged, one in both
        if one.outcome not in SAME[logged.outcome] or one.answered is not logged.answered
    ]


BY_RULE = {
    "timeout": "EXITWITHTIMEOUT",
    "empty": "EXITEMPTY",
    "key": "EXITWITHKEY",
    "withdrawn": "WITHDRAW",
}


def logged_counts(log: QueueLog, queue: str) -> dict[str, int]:
    """What the queue_log counts of one queue."""
    verbs = Counter({verb: n for (where, verb), n in log.verbs.items() if where == queue})
    ends = (*COMPLETED, *TRANSFERRED)
    return {
        "offered": verbs["ENTERQUEUE"],
        "answered": verbs["CONNECT"],
        "left": verbs["ABANDON"] + len(log.of(queue, "cut while waiting")),
        "waiting": len(log.of(queue, "waiting")),
        "served": sum(verbs[verb] for verb in ends) + len(log.of(queue, "cut while talking")),
        **{reason: verbs[verb] for reason, verb in BY_RULE.items()},
    }


def our_counts(row: dict[str, Any]) -> dict[str, int]:
    """The same of our report. Callers led away or cut off are abandons to the queue_log."""
    overflowed = Counter(row["overflowed"])
    return {
        "offered": row["offered"],
        "answered": row["answered"],
        "left": row["abandoned"]
        + overflowed["redirected"]
        + overflowed["other"]
        + row["dropped"]["waiting"],
        "waiting": row["waiting"],
        "served": row["completed"] + row["transferred"],
        **{reason: overflowed[reason] for reason in BY_RULE},
    }


class Referee:
    """The comparisons, for tests to use."""

    Recording = Recording
    QueueLog = QueueLog
    pairs = staticmethod(pairs)
    differing = staticmethod(differing)
    logged_counts = staticmethod(logged_counts)
    our_counts = staticmethod(our_counts)


@pytest.fixture(scope="session")
def referee() -> type[Referee]:
    return Referee


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "recording" in metafunc.fixturenames:
        names = [path.name for path in FOUND] or ["none"]
        metafunc.parametrize("recording", names, indirect=True, scope="session")


@pytest.fixture(scope="session")
def recording(request: pytest.FixtureRequest) -> Recording:
    """Each recording in turn."""
    if not FOUND:
        missing = f"no recordings in {RECORDINGS.name} beside the checkout"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    kept: dict[str, Recording] = request.config.stash.setdefault(_STASH, {})
    if request.param not in kept:
        kept[request.param] = Recording(RECORDINGS / request.param)
    return kept[request.param]


@pytest.fixture(scope="session")
def others() -> Any:
    """The shortest recording that is not the one given."""

    def other(recording: Recording) -> Recording:
        rest = [path for path in FOUND if path != recording.path]
        if not rest:
            pytest.skip("there is but one recording")
        return Recording(min(rest, key=lambda path: (path / "ami.jsonl.gz").stat().st_size))

    return other


_STASH: pytest.StashKey[dict[str, Recording]] = pytest.StashKey()
