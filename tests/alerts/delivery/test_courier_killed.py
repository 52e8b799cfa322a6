"""kill -9 of a courier, at the worst moment: the provider has said yes, and the outbox may not know."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from alerts.incidents_sqlite import SqliteIncidents
from alerts.notices import Notice
from ingest.clock import SystemClock

NOTICES = 12
KILLED_AT = (1, 6)
PROGRAM = Path(__file__).parent / "courier_process.py"


async def test_nothing_is_lost_and_at_most_one_is_repeated(
    tmp_path: Path, service: Any, answer: Any, make_notice: Callable[..., Notice]
) -> None:
    path, now = tmp_path / "incidents.sqlite", SystemClock().now()
    with SqliteIncidents(path) as store:
        store.commit(b"", [], [make_notice(id=f"n-{n}", at=now + n) for n in range(NOTICES)])
    running: asyncio.subprocess.Process | None = None
    kills = 0

    def reply(asked: Any) -> bytes:
        nonlocal kills
        if len(service.asked) in KILLED_AT:
            assert running is not None
            # The reply is not even sent: yet for the provider the message is delivered.
            os.kill(running.pid, signal.SIGKILL)
            kills += 1
        return bytes(answer(b"", 200))

    service.answers(reply)
    environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])}
    for _ in range(len(KILLED_AT) + 1):
        running = await asyncio.create_subprocess_exec(
            sys.executable, str(PROGRAM), str(path), service.url, env=environ
        )
        async with asyncio.timeout(60):
            status = await running.wait()
        if status == 0:
            break
        assert status == -signal.SIGKILL
    else:
        raise AssertionError("it never came to the end")
    taken = Counter(asked.headers["x-floorwatch-id"] for asked in service.asked)
    assert kills == len(KILLED_AT)
    assert set(taken) == {f"n-{n}" for n in range(NOTICES)}
    assert sum(taken.values()) - NOTICES == kills
    assert max(taken.values()) == 2
    with SqliteIncidents(path) as store:
        assert store.due(2**62) == []
        assert store.undelivered() == []
