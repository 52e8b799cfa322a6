"""Sessions of the plain Panel page, without a browser: each says what Chromium would say, and counts
when it is told of a change."""

import asyncio
import json
import re
import sys
import time
from pathlib import Path

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from bench.board import CHANGE, Board
from bench.child import asked_meanwhile, say
from bench.screens import in_ms

_TOKEN = re.compile(r'"token":"([^"]+)"')
_CHANGE = re.compile(rf"{CHANGE}(\d+);")
_READY = {"type": "event", "name": "document_ready", "values": {"type": "map"}}
_PATCH = {"events": [{"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": _READY}]}


class Viewers:
    """All sessions. `begin` starts a measurement, `report` ends it."""

    def __init__(self, port: int, board: Board) -> None:
        self._place = f"127.0.0.1:{port}"
        self._board = board
        self._delays: list[float] = []
        self._began = 0.0
        self.open = 0
        self.bytes = 0

    async def view(self, opened: asyncio.Event) -> None:
        """One session, until it is cancelled."""
        async with httpx.AsyncClient(trust_env=False, timeout=60) as client:
            page = (await client.get(f"http://{self._place}/")).text
        found = _TOKEN.search(page)
        if found is None:
            raise SystemExit("the Panel page has no token")
        spoken = [Subprotocol("bokeh"), Subprotocol(found[1])]
        url = f"ws://{self._place}/ws"
        # As a browser, it does not ask whether the server still lives.
        connecting = connect(
            url, subprotocols=spoken, compression=None, max_size=None, ping_interval=None
        )
        async with connecting as session:
            await _told(session, "ACK")
            await _say(session, "PULL-DOC-REQ", {})
            await _told(session, "PULL-DOC-REPLY")
            await _say(session, "PATCH-DOC", _PATCH)
            self.open += 1
            opened.set()
            async for text in session:
                self._take(text if isinstance(text, str) else "")

    def _take(self, text: str) -> None:
        now = time.time()
        self.bytes += len(text)
        for change in _CHANGE.findall(text):
            self._delays.append(now - self._board.stamps[int(change)])

    def begin(self) -> None:
        self._delays.clear()
        self.bytes, self._began = 0, time.monotonic()

    def report(self) -> dict[str, object]:
        """What was seen since `begin`: `updates` is each session's in a second."""
        delays, seconds = sorted(self._delays), time.monotonic() - self._began
        each = max(1, self.open) * seconds
        return {
            "p50_ms": in_ms(delays, 0.5),
            "p99_ms": in_ms(delays, 0.99),
            "updates": round(len(delays) / each, 2),
            "bytes": round(self.bytes / each),
        }


async def _say(session: ClientConnection, kind: str, content: object) -> None:
    header = {"msgid": f"{time.monotonic_ns():x}", "msgtype": kind}
    for part in (header, {}, content):
        await session.send(json.dumps(part))


async def _told(session: ClientConnection, kind: str) -> None:
    """Read on until a message of this kind has been read to its end."""
    while True:
        header = json.loads(await session.recv())
        for _ in range(2 + 2 * int(header.get("num_buffers", 0))):
            await session.recv()
        if header["msgtype"] == kind:
            return


async def main() -> None:
    viewers = Viewers(int(sys.argv[1]), Board(Path(sys.argv[2])))
    async with asyncio.TaskGroup() as tasks:
        watching: list[asyncio.Task[None]] = []
        async for wish in asked_meanwhile():
            match wish["do"]:
                case "open":
                    for _ in range(wish["count"]):
                        opened = asyncio.Event()
                        watching.append(tasks.create_task(viewers.view(opened)))
                        await opened.wait()
                    say(open=viewers.open)
                case "begin":
                    viewers.begin()
                    say()
                case "report":
                    say(**viewers.report())
                case unknown:
                    raise SystemExit(f"nobody taught the viewers to {unknown}")
        for task in watching:
            task.cancel()


if __name__ == "__main__":
    asyncio.run(main())
