"""`python -m bench.kiosk [--minutes 30]`: a week on two televisions, in half an hour, in real Chromium.

A real gateway shows a made-up week (bench/week.py) to two exported pages: the main board and one that
rotates. Each is sent twenty frames a second, all of them with news, where a floor sends it one: 36,000 in
half an hour. That is twice as often as `Gateway.publish` wants to be called; here it is one process
with two screens. The server's clock runs so fast that the whole week passes. Once a day the server hangs
up. The nightly reload does not come: it would hide what grows.

Each minute the week is held still for a moment, calm and with the boards as they came, the garbage is
collected, and what the pages hold is written down. The second half must be flat.
"""

import argparse
import asyncio
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import week
from bench.machine import resident
from bench.pictures import FLAGS
from dashboard import assets
from dashboard.assets import Assets
from dashboard.export import ensure_exported
from dashboard.frames import Body, difference
from dashboard.gateway import Gateway
from ingest.events import Millis

FRAMES_A_SECOND = 20
DAYS = 7
HEAP_GROWTH = 0.01
"""How much of a page's heap may be added in a simulated day."""
NODES_APART, LISTENERS_APART = 25, 5
_STARTS_AT = 1_790_000_000_000
_SETTLED_S = 0.8
_SWEPT_S = 0.15
_COLLECTIONS = 3
_PAGES = {"main": "wall?sound=1&lang=zh", "turns": f"wall/{week.ROTATING}?sound=1&lang=en"}
_ALIVE = "[data-link=live] .tile[data-state]"
_METRICS = {"JSHeapUsedSize": "heap", "Nodes": "nodes", "JSEventListeners": "listeners"}


@dataclass(frozen=True, slots=True)
class Sample:
    """What one page held at one moment. `memory` is that of all renderers together, in bytes."""

    page: str
    days: float
    heap: int
    nodes: int
    listeners: int
    memory: int
    frames: int


class _FastClock:
    """A clock that runs so many times as fast as the machine's."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._began = time.monotonic()

    @property
    def days(self) -> float:
        return (self.now() - _STARTS_AT) / week.DAY_MS

    def now(self) -> Millis:
        return _STARTS_AT + int((time.monotonic() - self._began) * 1_000 * self._speed)

    async def sleep(self, seconds: float, /) -> None:
        await asyncio.sleep(seconds)


class House:
    """A gateway in a thread of its own that shows the week. Leave it to close it."""

    def __init__(self, pages: Assets, speed: float) -> None:
        self._pages = pages
        self._body: Body = {}
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self.clock = _FastClock(speed)
        self.calm = threading.Event()
        self.port = 0
        self.frames = 0
        self.hung_up = 0
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> "House":
        self._thread.start()
        if not self._ready.wait(20):
            raise SystemExit("the gateway did not start")
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join(20)

    async def _run(self) -> None:
        clock, loop = self.clock, asyncio.get_running_loop()
        async with Gateway(clock, "127.0.0.1", 0, self._pages) as gateway:
            self.port = gateway.port
            day, due = 0, loop.time()
            while not self._stopping.is_set():
                self.frames += 1
                body = week.document(clock.now(), self.frames, calm=self.calm.is_set())
                patch = difference(self._body, body)
                self._body = body
                gateway.publish(lambda: self._body, patch)
                self._ready.set()
                if int(clock.days) > day:
                    day += 1
                    self.hung_up += 1
                    for screen in gateway.audience.everybody():
                        screen.connection.transport.abort()
                due = max(due + 1 / FRAMES_A_SECOND, loop.time())
                await clock.sleep(due - loop.time())


class Screens:
    """The pages, and what they hold."""

    def __init__(self, browser: Any, house: House) -> None:
        self._house = house
        self._browser = browser.new_browser_cdp_session()
        self._pages: dict[str, tuple[Any, Any]] = {}
        self.complaints: list[str] = []
        for name, path in _PAGES.items():
            context = browser.new_context(viewport={"width": 1920, "height": 1080}, locale="en-GB")
            page = context.new_page()
            page.on("pageerror", lambda error: self.complaints.append(str(error)))
            page.goto(f"http://127.0.0.1:{house.port}/{path}")
            # A handle would keep what it found from being freed.
            page.locator(_ALIVE).first.wait_for()
            session = context.new_cdp_session(page)
            session.send("Performance.enable")
            self._pages[name] = page, session

    def rest(self, seconds: float) -> None:
        """Let the browser work for so long."""
        next(iter(self._pages.values()))[0].wait_for_timeout(seconds * 1_000)

    def look(self) -> list[Sample]:
        """Hold the week still, collect the garbage, and say what each page holds."""
        house = self._house
        house.calm.set()
        try:
            for page, _ in self._pages.values():
                page.locator(_ALIVE).first.wait_for(timeout=20_000)
            self.rest(_SETTLED_S)
            return [self._held(name, session) for name, (_, session) in self._pages.items()]
        finally:
            house.calm.clear()

    def _held(self, name: str, session: Any) -> Sample:
        # What was found is swept up behind our back; the next collection waits for that.
        for _ in range(_COLLECTIONS):
            session.send("HeapProfiler.collectGarbage")
            self.rest(_SWEPT_S)
        told = {
            each["name"]: each["value"]
            for each in session.send("Performance.getMetrics")["metrics"]
        }
        processes = self._browser.send("SystemInfo.getProcessInfo")["processInfo"]
        memory = sum(resident(int(each["id"])) for each in processes if each["type"] == "renderer")
        numbers = {ours: int(told[theirs]) for theirs, ours in _METRICS.items()}
        house = self._house
        return Sample(
            page=name, days=house.clock.days, memory=memory, frames=house.frames, **numbers
        )


@contextmanager
def screens(pages: Assets, days_a_second: float) -> Iterator[tuple[Screens, House]]:
    """Chromium with both pages, alive. Raises SystemExit without Chromium."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    if program is None:
        raise SystemExit("chromium is not installed")
    with House(pages, days_a_second * 86_400) as house, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        try:
            yield Screens(browser, house), house
        finally:
            browser.close()


def slope(points: list[tuple[float, float]]) -> float:
    """The least-squares slope; 0 of less than two points."""
    if len(points) < 2:
        return 0.0
    days, held = zip(*points, strict=True)
    return statistics.linear_regression(days, held).slope


def faults(samples: list[Sample]) -> list[str]:
    """What grew in the second half; nothing, if all is flat."""
    found = []
    for name in _PAGES:
        own = [sample for sample in samples if sample.page == name]
        late = own[len(own) // 2 :]
        mean = sum(sample.heap for sample in late) / len(late)
        growth = slope([(sample.days, sample.heap) for sample in late]) / mean
        if growth > HEAP_GROWTH:
            found.append(f"{name}: the heap grows {growth:.2%} a day")
        for what, apart in (("nodes", NODES_APART), ("listeners", LISTENERS_APART)):
            counts = [getattr(sample, what) for sample in late]
            if max(counts) - min(counts) > apart:
                found.append(f"{name}: {what} from {min(counts)} to {max(counts)}")
    memory = slope([(sample.days, sample.memory) for sample in samples[len(samples) // 2 :]])
    most = HEAP_GROWTH * samples[-1].memory
    if memory > most:
        found.append(f"the renderers' memory grows {memory / 2**20:.1f} MB a day")
    return found


def show(samples: list[Sample], console: Console) -> None:
    table = Table("day", "frames", "page", "heap MB", "nodes", "listeners", "renderers MB")
    for each in samples:
        heap, memory = f"{each.heap / 2**20:.2f}", f"{each.memory / 2**20:.0f}"
        numbers = (str(each.nodes), str(each.listeners))
        table.add_row(f"{each.days:.2f}", str(each.frames), each.page, heap, *numbers, memory)
    console.print(table)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.kiosk", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30.0, help="how long the week takes")
    parser.add_argument("--samples", type=int, default=30, help="how often it is looked at")
    args = parser.parse_args()
    console = Console(highlight=False)
    seconds = args.minutes * 60
    samples: list[Sample] = []
    with tempfile.TemporaryDirectory(prefix="floorwatch-kiosk-") as folder:
        pages = assets.load(ensure_exported(Path(folder)))
        with screens(pages, DAYS / seconds) as (seen, house):
            began = time.monotonic()
            for number in range(1, args.samples + 1):
                seen.rest(max(0.0, began + seconds * number / args.samples - time.monotonic()))
                samples += seen.look()
                show(samples[-len(_PAGES) :], console)
            rate = house.frames / (time.monotonic() - began)
    show(samples, console)
    console.print(f"{rate:.1f} frames a second to each page, {house.hung_up} times hung up on")
    wrong = faults(samples) + seen.complaints
    if rate < 0.9 * FRAMES_A_SECOND:
        wrong.append(f"only {rate:.1f} frames a second: stop other work first")
    console.print("\n".join(wrong) or "flat: nothing grows")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
