"""What a test opens beside itself: a server in an event loop in a thread of its own."""

import asyncio
import json
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any, Self, TypeVar
from urllib.request import urlopen

PATIENCE_S = 60.0
"""How long a test waits for what comes in a moment on a machine that has nothing else to do."""
T = TypeVar("T")


class MachineClock:
    """The machine's, and as much later as a test says."""

    def __init__(self, later_ms: int = 0) -> None:
        self.later_ms = later_ms

    def now(self) -> int:
        return time.time_ns() // 1_000_000 + self.later_ms  # noqa: TID251 it is a clock

    async def sleep(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds)  # noqa: TID251 a real server in a thread


class Hosted(ABC):
    """Start or enter it, and it stands; stop or leave it, and it is gone; it may be started again."""

    @abstractmethod
    async def live(self) -> None:
        """All that it does until it is cancelled; says when it `stands`."""

    def stands(self) -> None:
        self._standing.set()

    def start(self) -> Self:
        """Returns once it stands. What keeps it from that is raised here."""
        self._standing = threading.Event()
        self._trouble: BaseException | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        assert self._standing.wait(PATIENCE_S), f"{type(self).__name__} did not start"
        if self._trouble is not None:
            raise self._trouble
        return self

    def stop(self) -> None:
        """Returns once it is gone. What it died of before, if it did, is raised here."""
        with suppress(RuntimeError):  # its loop is closed: it is gone already
            self._loop.call_soon_threadsafe(self._living.cancel)
        self._thread.join(PATIENCE_S)
        assert not self._thread.is_alive(), f"{type(self).__name__} did not stop"
        if self._trouble is not None:
            raise self._trouble

    def within(self, do: Callable[[], T]) -> T:
        """Do this in its thread; returns, or raises, what comes of it."""
        told: Future[T] = Future()

        def apply() -> None:
            try:
                told.set_result(do())
            except BaseException as error:  # noqa: BLE001 it is raised where the test waits
                told.set_exception(error)

        self._loop.call_soon_threadsafe(apply)
        return told.result(PATIENCE_S)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()

    def _run(self) -> None:
        try:
            asyncio.run(self._begin())
        except asyncio.CancelledError:
            pass
        except BaseException as error:  # noqa: BLE001 it is raised again where the test waits
            self._trouble = error
        finally:
            self._standing.set()

    async def _begin(self) -> None:
        living = asyncio.current_task()
        assert living is not None
        self._living, self._loop = living, asyncio.get_running_loop()
        await self.live()


def fetched(url: str) -> Any:
    """The JSON at this address."""
    with urlopen(url, timeout=PATIENCE_S) as answer:
        return json.loads(answer.read())
