"""Processes of the bench: each answers one line of JSON with one line of JSON, and ends with us."""

import asyncio
import json
import os
import select
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).parents[1]
Said = dict[str, Any]


class ChildError(Exception):
    """A process of the bench died, or did not answer in time."""


class Child:
    """One module of the bench in a process of its own. Leave it to end the process."""

    def __init__(self, module: str, *args: object, cpus: set[int] | None = None) -> None:
        self.module = module
        self._rest = b""
        command = [sys.executable, "-m", f"bench.{module}", *map(str, args)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        if cpus:
            os.sched_setaffinity(self.pid, cpus)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, do: str, *, deadline_s: float = 60.0, **rest: object) -> Said:
        """Say what to do, and wait until it is done."""
        self.say(do, **rest)
        return self.answer(deadline_s)

    def say(self, do: str, **rest: object) -> None:
        """Say what to do; `answer` gives what comes of it."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": do, **rest}).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise ChildError(f"bench.{self.module} died: its last words are above") from None

    def answer(self, deadline_s: float = 60.0) -> Said:
        """The next line that the process says. Raises ChildError."""
        assert self._process.stdout is not None
        pipe = self._process.stdout.fileno()
        while b"\n" not in self._rest:
            if not select.select([pipe], [], [], deadline_s)[0]:
                raise ChildError(f"bench.{self.module} did not answer for {deadline_s:.0f} s")
            chunk = os.read(pipe, 65_536)
            if not chunk:
                raise ChildError(f"bench.{self.module} died: its last words are above")
            self._rest += chunk
        line, _, self._rest = self._rest.partition(b"\n")
        answer: Said = json.loads(line)
        return answer

    def kill(self) -> None:
        """End it as a power cut would."""
        self._process.kill()
        self._close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """It sees the end of its input and ends by itself; if it does not, it is killed."""
        assert self._process.stdin is not None
        if not self._process.stdin.closed:
            with suppress(BrokenPipeError):  # it died: that was told where it was noticed
                self._process.stdin.close()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._close()

    def _close(self) -> None:
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None and not pipe.closed:
                with suppress(BrokenPipeError):
                    pipe.close()


def say(**answer: object) -> None:
    """Answer the process that started us."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


def asked() -> Iterator[Said]:
    """What we are asked to do, until the process that started us is done with us."""
    for line in sys.stdin:
        yield json.loads(line)


async def asked_meanwhile() -> AsyncIterator[Said]:
    """The same, beside other tasks of an event loop."""
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        yield json.loads(line)
