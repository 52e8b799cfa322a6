"""The live link against a server that speaks real bytes on a loopback socket."""

import asyncio
import hashlib
from collections import Counter
from contextlib import asynccontextmanager
from itertools import pairwise

import pytest

from ingest.ami_link import SILENT_MS
from ingest.clock import SystemClock
from ingest.events import (
    Adapter,
    AgentMembership,
    Component,
    Dropped,
    Gap,
    Heartbeat,
    Queued,
    SnapshotEnd,
    SnapshotVisit,
)
from ingest.source_ami import AmiAddress, AmiAddressError, AmiSource
from ingest.stamp import Stamp
from ingest.wire import decode

SECRET = "sëcret"


class Switchboard:
    """A little AMI server. Each test says how it behaves."""

    def __init__(self):
        self.actions = []
        self.logins = []
        self.writers = []
        self.uptime = 1000
        self.waiting = {}
        self.refuses = False
        self.mute = False
        self.greeting = b"Asterisk Call Manager/11.0.0\r\n"
        self.port = 0

    @asynccontextmanager
    async def open(self):
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.hang_up()
            await server.wait_closed()

    def hang_up(self):
        for writer in self.writers:
            writer.close()
        self.writers.clear()

    def say(self, *frames, pieces=0):
        data = b"".join(frame.encode() + b"\r\n\r\n" for frame in frames)
        size = pieces or len(data)
        for start in range(0, len(data), size):
            self.writers[-1].write(data[start : start + size])

    async def _serve(self, reader, writer):
        self.writers.append(writer)
        writer.write(self.greeting)
        try:
            while True:
                frame = await reader.readuntil(b"\r\n\r\n")
                lines = frame.decode().strip().split("\r\n")
                action = dict(line.split(": ", 1) for line in lines)
                self.actions.append(action["Action"])
                if not self.mute:
                    self._answer(action, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    def _answer(self, action, writer):
        action_id = f"ActionID: {action['ActionID']}"
        frames = [f"Response: Error\r\n{action_id}\r\nMessage: Permission denied"]
        match action["Action"]:
            case "Challenge":
                frames = [f"Response: Success\r\n{action_id}\r\nChallenge: 4711"]
            case "Login":
                frames = self._login(action, action_id)
            case "Ping":
                frames = [
                    f"Response: Success\r\n{action_id}\r\nPing: Pong\r\nTimestamp: 1700000000.5"
                ]
            case "QueueStatus":
                frames = [
                    f"Response: Success\r\n{action_id}\r\nEventList: start",
                    f"Event: QueueParams\r\nQueue: sales\r\n{action_id}",
                    *(
                        f"Event: QueueEntry\r\nQueue: sales\r\nUniqueid: {call}\r\nWait: {wait}"
                        for call, wait in self.waiting.items()
                    ),
                    "Event: QueueMember\r\nQueue: sales\r\nName: Ann\r\nLocation: SIP/1\r\nStatus: 1",
                    f"Event: QueueStatusComplete\r\n{action_id}",
                ]
            case "CoreShowChannels":
                frames = [f"Event: CoreShowChannelsComplete\r\n{action_id}"]
        writer.write(b"".join(frame.encode() + b"\r\n\r\n" for frame in frames))

    def _login(self, action, action_id):
        key = hashlib.md5(f"4711{SECRET}".encode()).hexdigest()
        self.logins.append(action)
        if self.refuses or key != action.get("Key", key) or action.get("Secret", SECRET) != SECRET:
            return [f"Response: Error\r\n{action_id}\r\nMessage: Authentication failed"]
        return [
            f"Response: Success\r\n{action_id}\r\nMessage: Authentication accepted",
            f"Event: FullyBooted\r\nUptime: {self.uptime}",
        ]


class Kept:
    """An inbox that keeps what came."""

    def __init__(self):
        self.events = []
        self.open = asyncio.Event()
        self.open.set()

    async def put(self, batch, /):
        await self.open.wait()
        self.events += [decode(payload, batch.recvtime) for payload in batch.payloads]
        batch.committed()

    def of(self, kind):
        return [event.data for event in self.events if isinstance(event.data, kind)]

    @property
    def link(self):
        return [(a.status.value, a.reason) for a in self.of(Adapter)]


async def _until(condition, clock=None, step_s=0.25):
    """Wait until it holds; with a clock, its time passes meanwhile."""
    async with asyncio.timeout(20):
        while not condition():
            if clock is not None:
                await clock.move(step_s)
            await SystemClock().sleep(0.002)


@asynccontextmanager
async def _running(board, clock, **options):
    inbox = Kept()
    address = {"host": "127.0.0.1", "username": "fw", "secret": SECRET, "port": board.port}
    source = AmiSource(AmiAddress(**(address | options)), Stamp("/acd/hq/asterisk-1", "1"), clock)
    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(source.run(inbox))
        yield inbox
        task.cancel()


@pytest.fixture
def board():
    return Switchboard()


@pytest.mark.parametrize("login", ["md5", "plain"])
async def test_it_logs_in_asks_and_tells_who_is_there(board, hand_clock, login):
    board.waiting = {"5.1": 12}
    async with board.open(), _running(board, hand_clock, login=login) as inbox:
        await _until(lambda: inbox.of(SnapshotEnd))
        assert [status for status, _ in inbox.link] == ["starting", "resync", "up"]
        assert inbox.of(SnapshotVisit)[0].since == hand_clock.now() - 12_000
        assert not inbox.of(Gap)
        assert ("Secret" in board.logins[0]) == (login == "plain")


async def test_frames_in_halves_and_glued_together_are_told_once_each(board, hand_clock):
    joins = [f"Event: QueueCallerJoin\r\nUniqueid: {n}.1\r\nQueue: sales" for n in range(20)]
    async with board.open(), _running(board, hand_clock) as inbox:
        await _until(lambda: inbox.of(SnapshotEnd))
        board.say(*joins[:10], pieces=7)
        board.say(*joins[10:])
        await _until(lambda: len(inbox.of(Queued)) == 20)
        assert [q.call for q in inbox.of(Queued)] == [f"{n}.1" for n in range(20)]


async def test_a_burst_of_ten_thousand_is_told_whole_and_in_order(board, hand_clock):
    noise = "Event: RTCPSent\r\nChannel: x"
    names = ['<script>"', "O'Neil;--", "客服 🙂", "\\u0000", "a" * 400]
    async with board.open(), _running(board, hand_clock) as inbox:
        await _until(lambda: inbox.of(SnapshotEnd))
        inbox.open.clear()
        for n in range(10_000):
            board.say(f"Event: QueueCallerJoin\r\nUniqueid: {n}.1\r\nQueue: {names[n % 5]}", noise)
        await SystemClock().sleep(0)
        inbox.open.set()
        await _until(lambda: len(inbox.of(Queued)) == 10_000)
        assert [q.call for q in inbox.of(Queued)] == [f"{n}.1" for n in range(10_000)]
        assert [e.seq for e in inbox.events] == list(range(1, len(inbox.events) + 1))
        assert Counter(q.queue for q in inbox.of(Queued))["a" * 255] == 2_000


async def test_a_refused_login_is_told_once_and_tried_ever_more_rarely(board, hand_clock):
    board.refuses = True
    async with board.open(), _running(board, hand_clock) as inbox:
        began = hand_clock.now()
        tried = []
        for number in (1, 2, 3, 4):
            await _until(lambda number=number: len(board.logins) >= number, hand_clock)
            tried.append((hand_clock.now() - began) / 1000)
        pauses = [later - earlier for earlier, later in pairwise(tried)]
        assert all(pause >= least for pause, least in zip(pauses, (5, 10, 20), strict=True))
        assert inbox.link == [
            ("starting", ""),
            ("down", "login refused: Authentication failed"),
        ]
        board.refuses = False
        await _until(lambda: inbox.of(SnapshotEnd), hand_clock, 1)


async def test_a_dead_link_is_noticed_by_its_silence_and_shows_as_a_gap(board, hand_clock):
    async with board.open(), _running(board, hand_clock) as inbox:
        await _until(lambda: inbox.of(SnapshotEnd))
        board.say("Event: QueueCallerJoin\r\nUniqueid: 1.1\r\nQueue: sales")
        await _until(lambda: inbox.of(Queued))
        board.mute = True
        began = hand_clock.now()
        await _until(lambda: len(inbox.link) > 3, hand_clock)
        assert inbox.link[3] == ("down", "silent for 30 s")
        assert SILENT_MS <= hand_clock.now() - began <= SILENT_MS + 20_000
        board.mute = False
        board.uptime = 5000
        await _until(lambda: len(inbox.of(SnapshotEnd)) == 2, hand_clock)
        (gap,) = inbox.of(Gap)
        assert gap.end_at - gap.start_at >= SILENT_MS
        assert gap.why == "silent for 30 s"


async def test_a_crash_of_asterisk_ends_the_open_calls(board, hand_clock):
    async with board.open(), _running(board, hand_clock) as inbox:
        await _until(lambda: inbox.of(SnapshotEnd))
        board.say("Event: QueueCallerJoin\r\nUniqueid: 1.1\r\nQueue: sales")
        await _until(lambda: inbox.of(Queued))
        await hand_clock.move(9)
        board.uptime = 1
        board.hang_up()
        await _until(lambda: len(inbox.link) > 3)
        await hand_clock.move(5)
        await _until(lambda: len(inbox.of(SnapshotEnd)) == 2, hand_clock)
        (end,) = inbox.of(Dropped)
        assert (end.cause_class, end.wait_ms // 1000) == ("system", 9)
        assert [c.status.value for c in inbox.of(Component)] == ["down", "up"]


async def test_a_boot_on_the_same_link_is_asked_about_again(board, hand_clock):
    async with board.open(), _running(board, hand_clock) as inbox:
        await _until(lambda: inbox.of(SnapshotEnd))
        board.say("Event: FullyBooted\r\nUptime: 5000")
        await _until(lambda: len(inbox.of(SnapshotEnd)) == 2, hand_clock)


async def test_a_reload_makes_it_ask_for_the_members(board, hand_clock):
    async with board.open(), _running(board, hand_clock) as inbox:
        await _until(lambda: inbox.of(SnapshotEnd))
        board.say(
            "Event: QueueMemberAdded\r\nQueue: sales\r\nMemberName: Bob\r\nInterface: SIP/2\r\nStatus: 1",
            "Event: Reload\r\nModule: app_queue",
        )
        await _until(lambda: len(inbox.of(AgentMembership)) == 2)
        assert inbox.of(AgentMembership)[1].action == "removed"
        assert len(inbox.of(SnapshotEnd)) == 1


async def test_pings_keep_it_alive_and_measure_the_pbx_s_clock(board, hand_clock):
    async with board.open(), _running(board, hand_clock) as inbox:
        await _until(lambda: inbox.of(SnapshotEnd))
        await _until(lambda: len(inbox.of(Heartbeat)) >= 4, hand_clock)
        assert board.actions.count("Ping") >= 2
        assert [status for status, _ in inbox.link] == ["starting", "resync", "up"]
        beat = inbox.of(Heartbeat)[-1]
        assert beat.clock_offset_ms is not None
        assert beat.counters["messages"] > 5


async def test_nobody_there_and_another_service_are_told_apart(board, hand_clock):
    board.port = 1
    async with _running(board, hand_clock) as inbox:
        await _until(lambda: len(inbox.link) == 2)
        assert inbox.link[1][1].startswith("cannot connect")
    other = Switchboard()
    other.greeting = b"SSH-2.0-OpenSSH_9.2\r\n"
    async with other.open(), _running(other, hand_clock) as inbox:
        await _until(lambda: len(inbox.link) == 2)
        assert "manager port" in inbox.link[1][1]


def test_a_certificate_that_is_none_is_named(tmp_path):
    file = tmp_path / "ca.pem"
    file.write_text("nothing")
    address = AmiAddress(host="h", username="u", secret=SECRET, tls="on", ca_file=str(file))
    with pytest.raises(AmiAddressError, match=r"ca\.pem"):
        address.context()
    assert SECRET not in repr(address)
