"""The sending process: events at an asked rate, QoS 1, from frames that were made beforehand.

It speaks MQTT 3.1.1 on a bare socket, because what it costs is taken from the broker beside it:
real senders sit on other machines. Every event carries the moment in which it was due, so a sender
that falls behind makes its events late rather than rare.
"""

import select
import socket
import sys
import time
from pathlib import Path

from bench import mix
from bench.board import Board
from bench.child import asked, say
from bench.mix import Mix

UNACKNOWLEDGED = 20_000
"""Messages under way to the broker at the most; a packet id must not come back while in use."""
OUTSTANDING = 4_000
"""Messages under way to the receiver at the most, when the loop is closed."""
_IDS = 60_000
_TICK_S = 0.002
_CONNECT = b"\x10\x13\x00\x04MQTT\x04\x02\x00\x00\x00\x07bench-s"
_CHUNK = 400


class Sender:
    """One connection to the broker, and what is to be sent over it."""

    def __init__(self, port: int, board: Board) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(_CONNECT)
        if self._socket.recv(4) != b"\x20\x02\x00\x00":
            raise SystemExit("the broker does not want the sender")
        self._socket.setblocking(False)
        self._board = board
        self._sent = 0
        self._ack_bytes = 0
        self._frames: list[bytes] = []
        self._marks: dict[int, int] = {}

    def prepare(self, messages: list[mix.Message], marks: dict[int, int]) -> None:
        """Make the frames; `marks` says which of them are the how-manyeth timed visit."""
        first = self._sent
        self._frames = [
            frame(topic, payload, (first + number) % _IDS + 1)
            for number, (topic, payload) in enumerate(messages)
        ]
        self._marks = marks

    def paced(self, rate: float) -> dict[str, float]:
        """Send all at this many a second, then wait until the broker has them."""
        frames, marks, stamps = self._frames, self._marks, self._board.stamps
        begin, at, behind_s = time.time(), 0, 0.0
        while at < len(frames):
            now = time.time()
            until = min(int((now - begin) * rate) + 1, len(frames))
            if until <= at:
                self._rest(_TICK_S)
                continue
            until = min(until, at + _CHUNK)
            due = begin + at / rate
            behind_s = max(behind_s, now - due)
            for number in range(at, until):
                if number in marks:
                    stamps[marks[number]] = due
            self._send(b"".join(frames[at:until]), round(due * 1000), until - at)
            at = until
        elapsed_s = time.time() - begin
        self.settle()
        return {"sent": at, "elapsed_s": elapsed_s, "behind_s": behind_s}

    def closed(self, seconds: float) -> dict[str, float]:
        """Send round and round for so long, never far ahead of the receiver."""
        frames, board = self._frames, self._board
        base, at, count, sent = board.received, 0, 0, self._sent
        begin = time.time()
        chunk = _CHUNK // 4
        while (now := time.time()) - begin < seconds:
            if count - (board.received - base) > OUTSTANDING - chunk:
                self._rest(0.0002)
                continue
            self._send(b"".join(frames[at : at + chunk]), round(now * 1000), chunk)
            at = (at + chunk) % (len(frames) - chunk)
            count += chunk
        received, elapsed_s = board.received - base, time.time() - begin
        self.settle()
        self._sent = sent  # the ids went round with the frames
        self._ack_bytes = sent * 4
        return {"received": received, "elapsed_s": elapsed_s, "sent": count}

    def settle(self) -> None:
        """Wait until the broker has acknowledged everything."""
        while self._unacknowledged:
            self._rest(0.01)

    @property
    def _unacknowledged(self) -> int:
        return self._sent - self._ack_bytes // 4

    def _send(self, data: bytes, at: int, count: int) -> None:
        view = memoryview(data.replace(mix.PLACEHOLDER, mix.stamped(at)))
        self._sent += count
        while view:
            try:
                view = view[self._socket.send(view) :]
            except BlockingIOError:
                select.select([self._socket], [self._socket], [], 1)
                self._take_acks()
        self._take_acks()
        while self._unacknowledged > UNACKNOWLEDGED:
            self._rest(0.01)

    def _rest(self, seconds: float) -> None:
        # Not a wait for acknowledgements: they come one by one, and would have us send one by one.
        time.sleep(seconds)
        self._take_acks()

    def _take_acks(self) -> None:
        try:
            while got := len(self._socket.recv(65_536)):
                self._ack_bytes += got
        except BlockingIOError:
            return
        raise SystemExit("the broker hung up on the sender")


def frame(topic: str, payload: bytes, packet_id: int) -> bytes:
    """One PUBLISH at QoS 1."""
    name = topic.encode()
    rest = len(name).to_bytes(2, "big") + name + packet_id.to_bytes(2, "big") + payload
    size, length = len(rest), bytearray()
    while True:
        size, digit = divmod(size, 128)
        length.append(digit | (0x80 if size else 0))
        if not size:
            return b"\x32" + bytes(length) + rest


def main() -> None:
    port, board = int(sys.argv[1]), Board(Path(sys.argv[2]))
    sender, made = Sender(port, board), Mix(sys.argv[3])
    for wish in asked():
        match wish["do"]:
            case "members":
                sender.prepare(list(made.members()), {})
                say(**sender.paced(wish["rate"]))
            case "prepare":
                count, every, before = wish["count"], wish.get("every", 0), made.markers
                first = made.count
                messages = list(made.events(count, every))
                if "begin_at" in wish:
                    messages = list(dated(messages, wish["begin_at"], wish["rate"]))
                marks = {n * every - 1: before + n for n in range(1, made.markers - before + 1)}
                sender.prepare(messages, marks)
                say(first=first, count=made.count, markers=made.markers)
            case "paced":
                say(**sender.paced(wish["rate"]))
            case "closed":
                say(**sender.closed(wish["seconds"]))
            case unknown:
                raise SystemExit(f"nobody taught the sender to {unknown}")


def dated(messages: list[mix.Message], begin_at: int, rate: float) -> list[mix.Message]:
    """The messages with times that do not depend on when they are sent: the same in every run."""
    return [
        (topic, mix.at(payload, begin_at + int(number * 1000 / rate)))
        for number, (topic, payload) in enumerate(messages)
    ]


if __name__ == "__main__":
    main()
