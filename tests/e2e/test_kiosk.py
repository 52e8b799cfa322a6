"""A wall through what befalls it in months: the server goes, the network is cut, the machine sleeps, clocks
are set, newer pages come. In between nothing looks live; afterwards it lives by itself within ten seconds.

`python -m bench.kiosk` is the long version of the first test here.
"""

import asyncio
import dataclasses
import importlib.util
import os
import re
import shutil
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bench import kiosk
from dashboard import assets
from dashboard.assets import Assets
from dashboard.export import ensure_exported

pytestmark = pytest.mark.chromium
WITHIN_MS = 10_000
TICK_MS = 200
FIVE_MINUTES_MS = 300_000


def _walls() -> Any:
    """The gateway and the browser of the wall's own tests."""
    path = Path(__file__).with_name("test_wall.py")
    spec = importlib.util.spec_from_file_location("walls", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


WALLS = _walls()
browser = WALLS.browser


class Network:
    """What lies between a screen and its server: a wire that can be cut, as a switch that loses power does.

    While it is cut nothing comes through and nobody is told; what was connected then, or tried to be,
    never hears of the other side again.
    """

    def __init__(self, port: int) -> None:
        self._server_port = port
        self._cut = False
        self._started = threading.Event()
        self._wires: list[asyncio.StreamWriter] = []
        self.port = 0

    def __enter__(self) -> "Network":
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)
        self._thread.join(10)
        assert not self._thread.is_alive()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def cut(self) -> None:
        self._cut = True

    def mend(self) -> None:
        self._cut = False

    async def _run(self) -> None:
        self._loop, self._stopped = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        self._started.set()
        await self._stopped.wait()
        server.close()
        for wire in self._wires:
            wire.transport.abort()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
            await asyncio.wait([task])

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._wires.append(writer)
        if self._cut:
            return  # taken by the kernel, heard by nobody
        try:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._server_port)
        except OSError:
            writer.transport.abort()
            return
        self._wires.append(far_writer)
        both = (self._carry(reader, far_writer), self._carry(far_reader, writer))
        await asyncio.gather(*both)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(65_536):
                if self._cut:
                    return  # and what comes later on this wire is lost as well
                writer.write(data)
                await writer.drain()
        except ConnectionError:
            pass
        if not self._cut:
            writer.transport.close()


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Assets:
    return assets.load(ensure_exported(tmp_path_factory.mktemp("data")))


@pytest.fixture
def server(pages: Assets) -> Iterator[Any]:
    server = WALLS.Server(pages).start()
    yield server
    server.stop()


@pytest.fixture
def visit(browser: Any) -> Iterator[Any]:
    visit = WALLS.Visit(browser, (1920, 1080))
    yield visit
    visit.context.close()


# First: Playwright drives one browser at a time in a thread.
def test_a_week_in_ten_seconds_leaves_no_more_nodes(pages: Assets) -> None:
    if shutil.which("chromium") is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no chromium here")
    with kiosk.screens(pages, kiosk.DAYS / 10) as (screens, house):
        screens.rest(3)
        first = screens.look()
        screens.rest(6)
        last = screens.look()
        assert screens.complaints == []
    assert house.hung_up >= 4
    for before, after in zip(first, last, strict=True):
        assert after.days - before.days > 3
        assert after.nodes <= before.nodes + kiosk.NODES_APART
        assert after.listeners <= before.listeners + kiosk.LISTENERS_APART


SALES = ".row[data-queue=sales] .waiting .value"


def looks_live(page: Any) -> list[str]:
    """What on the wall says that it is live; nothing, where nothing may."""
    found: list[str] = page.evaluate(
        """() => {
          const root = document.querySelector('[data-root-id]').firstElementChild.shadowRoot;
          const live = ['.board[data-link=live]', '.tile[data-state=live]'];
          return live.flatMap((name) => [...root.querySelectorAll(name)].map((node) => node.className));
        }"""
    )
    return found


def is_not_live(page: Any, within_ms: int = 4_500) -> None:
    page.locator(".board:not([data-link=live])").wait_for(timeout=within_ms)
    assert looks_live(page) == []


def is_live_again(server: Any, visit: Any, waiting: int) -> None:
    """Live within ten seconds, with what the server says now."""
    began = time.monotonic()
    server.tell(lambda body: body["queues"]["sales"].update(waiting=waiting))
    visit.page.locator("[data-link=live]").wait_for(timeout=WITHIN_MS)
    WALLS.waits_for(visit, SALES, str(waiting), within_ms=WITHIN_MS)
    # It may be only now that it notices what befell it; within the time it is live and stays so.
    while not looks_live(visit.page) and time.monotonic() - began < WITHIN_MS / 1000:
        visit.page.wait_for_timeout(50)
    assert time.monotonic() - began < WITHIN_MS / 1000


def test_a_server_that_was_killed_and_started_again(pages: Assets, visit: Any) -> None:
    first = WALLS.Server(pages).start()
    visit.open(f"{first.url}/wall?lang=en")
    first.stop()
    is_not_live(visit.page)
    second = WALLS.Server(pages)
    second.port = first.port
    second.start()
    try:
        is_live_again(second, visit, 77)
    finally:
        second.stop()


def test_a_network_that_was_cut_for_five_minutes(server: Any, visit: Any) -> None:
    visit.page.clock.install()
    with Network(server.port) as network:
        visit.open(f"{network.url}/wall?lang=en")
        network.cut()
        is_not_live(visit.page)
        for _ in range(30):
            visit.page.clock.fast_forward(FIVE_MINUTES_MS // 30)
            visit.page.wait_for_timeout(TICK_MS)
            assert looks_live(visit.page) == []
        network.mend()
        is_live_again(server, visit, 78)
        # What was asked meanwhile, and never answered, does not stand in the way either.
        assert visit.page.evaluate("fetch('healthz').then((answer) => answer.ok)")


# A laptop that sleeps stops the clock that pages measure by, but not the one of the wall (Linux, macOS).
SLEEP = """() => {
  const now = Date.now;
  window.slept_ms = 0;
  Date.now = () => now() + window.slept_ms;
}"""


def test_a_laptop_that_slept_for_an_hour_and_lost_its_connection(server: Any, visit: Any) -> None:
    visit.page.add_init_script(f"({SLEEP})()")
    with Network(server.port) as network:
        visit.open(f"{network.url}/wall?lang=en")
        network.cut()  # at once with the sleep: the page has heard a frame just now
        visit.page.evaluate("window.slept_ms = 3600000")
        is_not_live(visit.page, within_ms=1_000)
        network.mend()
        is_live_again(server, visit, 79)


def test_a_laptop_whose_clocks_went_on_while_it_slept(server: Any, visit: Any) -> None:
    visit.page.clock.install()
    visit.open(f"{server.url}/wall?lang=en")
    server.publishing = False
    visit.page.clock.fast_forward(3_600_000)  # timers that were due come once, as after a sleep
    is_not_live(visit.page, within_ms=1_000)
    server.publishing = True
    is_live_again(server, visit, 80)


def test_a_page_that_the_browser_froze_while_the_server_went_and_came(
    pages: Assets, visit: Any
) -> None:
    first = WALLS.Server(pages).start()
    page = visit.open(f"{first.url}/wall?lang=en")
    session = visit.context.new_cdp_session(page)
    session.send("Page.setWebLifecycleState", {"state": "frozen"})
    first.stop()
    second = WALLS.Server(pages)
    second.port = first.port
    second.start()
    try:
        session.send("Page.setWebLifecycleState", {"state": "active"})
        is_live_again(second, visit, 81)
    finally:
        second.stop()


@pytest.mark.parametrize("set_ms", [3_600_000, -3_600_000])
def test_a_server_whose_clock_is_set(pages: Assets, visit: Any, set_ms: int) -> None:
    server = WALLS.Server(pages, clock=WALLS.WallClock(0)).start()
    try:
        visit.open(f"{server.url}/wall?lang=en")
        server.tell(lambda body: body["site"].update(time_zone="UTC"))
        server.clock.ahead_ms = set_ms
        is_live_again(server, visit, 82)
        hour = server.clock.now() // 3_600_000 % 24
        visit.page.locator(".clock").filter(has_text=re.compile(f"^{hour:02}:")).wait_for()
        since = server.clock.now() - 61_000
        server.tell(lambda body: body["queues"]["sales"].update(waiting=1, longest_since=since))
        WALLS.waits_for(visit, ".row[data-queue=sales] .longest .value", "1:02")
    finally:
        server.stop()


@pytest.mark.parametrize("set_ms", [3_600_000, -3_600_000])
def test_a_television_whose_own_clock_is_set(server: Any, visit: Any, set_ms: int) -> None:
    visit.page.add_init_script(f"({SLEEP})()")
    visit.open(f"{server.url}/wall?lang=en")
    server.tell(lambda body: body["site"].update(time_zone="UTC"))
    visit.page.evaluate(f"window.slept_ms = {set_ms}")
    is_live_again(server, visit, 83)
    hour = server.clock.now() // 3_600_000 % 24
    assert visit.text(".clock").startswith(f"{hour:02}:")


def test_newer_pages_come_with_a_server_and_are_loaded_once(pages: Assets, visit: Any) -> None:
    build = "newer0000000"
    table = {
        path: dataclasses.replace(
            asset, body=asset.body.replace(pages.build.encode(), build.encode()), packed=b""
        )
        for path, asset in pages.table.items()
    }
    table = {path.replace(pages.build, build): asset for path, asset in table.items()}
    first = WALLS.Server(pages).start()
    page = visit.open(f"{first.url}/wall?lang=en")
    loads: list[str] = []
    page.on("load", lambda _: loads.append(page.url))
    first.stop()
    second = WALLS.Server(Assets(build=build, table=table))
    second.port = first.port
    second.start()
    try:
        page.wait_for_event("load", timeout=15_000)
        is_live_again(second, visit, 84)
        page.wait_for_timeout(3_500)  # as long as a page waits at most before it takes newer ones
        assert len(loads) == 1
        assert page.evaluate("document.documentElement.outerHTML").count(build)
    finally:
        second.stop()
