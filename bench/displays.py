"""W1 to W3: five hundred displays of one board, some that never read, and a plain Panel page beside."""

import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from bench import mix
from bench.board import Board
from bench.broker import mosquitto
from bench.child import Child, ChildError, Said
from bench.display import handshake
from bench.endtoend import MARKS_A_SECOND, Stage, Step, Tell
from bench.machine import resident, shares, used_s
from bench.results import Result

DISPLAYS = 500
STOPPED = 50
RATE = 1_500
SESSIONS = 20
WITHIN_MS = 500.0
"""From the event to the screen, for 99 of 100."""
WORSE = 1.25
"""How much longer that may be for the others while some displays do not read."""
PANEL_SHARE = 0.1
"""What a display of ours may cost of a session of a plain Panel page, in time and in memory."""
_QUEUES = ("q000", "q001", "q002", "q003", "q010", "q020", "q040", mix.MARKER)
_BOARD = """\
names = {{ zh = "大厅", en = "Lobby" }}
queues = [{queues}]

[[page]]
tiles = [
  {{ kind = "waiting" }},
  {{ kind = "longest" }},
  {{ kind = "agents", size = 2 }},
  {{ kind = "trend", size = 3 }},
  {{ kind = "queues", size = 4 }},
]
"""
_RECEIVED_BYTES = 4_096
_HANDSHAKE_S = 10.0


@dataclass(frozen=True, slots=True)
class Cost:
    """What one screen costs the process that serves it."""

    cpu_ms: float
    """Of processor time, in a second."""
    memory_kb: float


@dataclass(frozen=True, slots=True)
class Ours:
    """What was seen of the product: with all displays, and with those too that never read."""

    alone: Step
    beside: Step
    stopped: Said
    idle: float
    """Share of a processor with all events and no display."""
    cost: Cost


@dataclass(frozen=True, slots=True)
class Panels:
    """What was seen of the plain Panel page."""

    seen: Said
    share: float
    cost: Cost


def measure(quick: bool, tell: Tell) -> dict[str, Result]:
    """Measure W1 to W3. Raises BrokerError without a broker."""
    with tempfile.TemporaryDirectory(prefix="floorwatch-bench-") as name:
        ours = _ours(Path(name), 6.0 if quick else 30.0, tell)
        found = judged(ours)
        try:
            panel = _panel(Path(name), 6.0 if quick else 20.0, tell)
        except ChildError as error:  # a busy machine is too much for it: that is no fault of ours
            tell(f"no plain Panel page to compare with: {error}")
        else:
            found["W3"] = compared(ours, panel)
    return found


def _ours(folder: Path, seconds: float, tell: Tell) -> Ours:
    mine, others = shares() or (None, None)
    boards = folder / mix.SITE / "boards"
    boards.mkdir(parents=True)
    queues = ", ".join(f'"{queue}"' for queue in _QUEUES)
    (boards / "lobby.toml").write_text(_BOARD.format(queues=queues))
    with ExitStack() as stack:
        port = stack.enter_context(mosquitto(folder, others))
        board = folder / "board"
        Board(board)
        product = stack.enter_context(Child("product", folder, "--port", port, cpus=mine))
        url = product.answer()["url"].replace("http:", "ws:") + "feed?board=lobby"
        epoch = str(time.time_ns() // 1_000_000_000)
        sender = stack.enter_context(Child("sender", port, board, epoch, cpus=others))
        sender.ask("members", rate=10_000)
        idle = _unwatched(sender, product, seconds / 2)
        tell(f"{RATE} events/s and no display: stream {idle:.0%} of its processor")
        time.sleep(1)
        before = resident(product.pid)
        screens = stack.enter_context(Child("screens", url, board, DISPLAYS, cpus=others))
        screens.answer()
        time.sleep(3)
        each_kb = (resident(product.pid) - before) / DISPLAYS / 1024
        tell(f"{DISPLAYS} displays: {each_kb:.0f} KB each")
        stage = Stage(sender, product, screens, tell)
        used, began = used_s(screens.pid), time.monotonic()
        alone = stage.hold(RATE, seconds)
        theirs = (used_s(screens.pid) - used) / (time.monotonic() - began)
        tell(f"the {DISPLAYS} displays themselves: {theirs:.0%} of a processor")
        with stopped(url, STOPPED):
            beside = stage.hold(RATE, seconds)
            told = product.ask("displays")
        tell(f"{STOPPED} never read: {told}")
    cost = Cost(max(0.0, alone.cpu - idle) * 1000 / DISPLAYS, each_kb)
    return Ours(alone, beside, told, idle, cost)


def _unwatched(sender: Child, product: Child, seconds: float) -> float:
    """The share of a processor that the stream uses while nobody looks."""
    # With the timed visits: later ones are counted on from these.
    every = RATE // MARKS_A_SECOND
    sender.ask("prepare", count=int(RATE * seconds), every=every, deadline_s=120)
    used, began = used_s(product.pid), time.monotonic()
    sender.ask("paced", rate=RATE, deadline_s=seconds * 5 + 60)
    return (used_s(product.pid) - used) / (time.monotonic() - began)


@contextmanager
def stopped(url: str, count: int) -> Iterator[None]:
    """So many displays that connect, and then never read a byte. Raises ChildError."""
    with ExitStack() as stack:
        for _ in range(count):
            stack.enter_context(_deaf(url))
        yield


def _deaf(url: str) -> socket.socket:
    place = urlsplit(url)
    wire = socket.socket()
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVED_BYTES)
    wire.settimeout(_HANDSHAKE_S)
    try:
        wire.connect((place.hostname, place.port))
        wire.sendall(handshake(url))
        answer = wire.recv(12)
    except OSError as error:
        wire.close()
        raise ChildError(f"the product does not let a display in: {error}") from error
    if answer != b"HTTP/1.1 101":
        wire.close()
        raise ChildError(f"the product does not let a display in: {answer!r}")
    return wire


def _panel(folder: Path, seconds: float, tell: Tell) -> Panels:
    mine, others = shares() or (None, None)
    board = folder / "panel-board"
    Board(board)
    with ExitStack() as stack:
        page = stack.enter_context(Child("panel_page", board, cpus=mine))
        port = page.answer()["port"]
        viewers = stack.enter_context(Child("panel_viewers", port, board, cpus=others))
        viewers.ask("open", count=1)  # what the first one loads is not the others' cost
        time.sleep(2)
        before, of_one = resident(page.pid), _share(page.pid, seconds / 2)
        viewers.ask("open", count=SESSIONS - 1, deadline_s=120)
        time.sleep(3)
        each_kb = (resident(page.pid) - before) / (SESSIONS - 1) / 1024
        viewers.ask("begin")
        share = _share(page.pid, seconds)
        seen = viewers.ask("report")
    cost = Cost(max(0.0, share - of_one) * 1000 / (SESSIONS - 1), each_kb)
    tell(f"plain Panel page, {SESSIONS} sessions: {share:.0%} of a processor, {seen}, {cost}")
    return Panels(seen, share, cost)


def _share(pid: int, seconds: float) -> float:
    """The share of a processor that this process uses in the next seconds."""
    used, began = used_s(pid), time.monotonic()
    time.sleep(seconds)
    return (used_s(pid) - used) / (time.monotonic() - began)


def judged(ours: Ours) -> dict[str, Result]:
    """The goals that are ours alone, from what was seen."""
    alone, beside = ours.alone, ours.beside
    return {
        "W1": Result(
            f"p99 event to screen, {DISPLAYS} displays, {RATE} events/s",
            alone.p99_ms,
            WITHIN_MS,
            "ms",
            besides=alone.sustained and not alone.seen["missed"],
            details={
                "p50_ms": alone.seen["p50_ms"],
                "frames_each_per_second": round(alone.seen["frames_per_second"] / DISPLAYS, 2),
                "frame_bytes": alone.seen["frame_bytes"],
                "frames_missed": alone.seen["missed"],
                "cpu": round(alone.cpu, 3),
                "cpu_without_displays": round(ours.idle, 3),
                "memory_kb_each": round(ours.cost.memory_kb, 1),
                "sender_and_screens_busy": round(alone.others, 2),
            },
        ),
        "W2": Result(
            f"p99 for them beside {STOPPED} displays that never read ÷ W1",
            beside.p99_ms / alone.p99_ms,
            WORSE,
            "×",
            besides=not beside.seen["missed"],
            details={
                "p99_ms": beside.p99_ms,
                "frames_missed": beside.seen["missed"],
                "cpu": round(beside.cpu, 3),
                "stopped": ours.stopped,
            },
        ),
    }


def compared(ours: Ours, panel: Panels) -> Result:
    """A display of ours beside a session of a plain Panel page, in time and memory."""
    memory = _ratio(ours.cost.memory_kb, panel.cost.memory_kb)
    return Result(
        "processor time of a display ÷ of a session of a plain Panel page",
        _ratio(ours.cost.cpu_ms, panel.cost.cpu_ms),
        PANEL_SHARE,
        "",
        besides=memory <= PANEL_SHARE,
        details={
            "memory_ratio": round(memory, 3),
            "display_ms_per_second": round(ours.cost.cpu_ms, 3),
            "session_ms_per_second": round(panel.cost.cpu_ms, 1),
            "display_kb": round(ours.cost.memory_kb, 1),
            "session_kb": round(panel.cost.memory_kb, 1),
            "display_p50_p99_ms": [ours.alone.seen["p50_ms"], ours.alone.p99_ms],
            "session_p50_p99_ms": [panel.seen["p50_ms"], panel.seen["p99_ms"]],
            "session_updates_per_second": panel.seen["updates"],
            "panel_cpu": round(panel.share, 3),
            "sessions": SESSIONS,
        },
    )


def _ratio(one: float, other: float) -> float:
    return one / other if other > 0 else float("inf")
