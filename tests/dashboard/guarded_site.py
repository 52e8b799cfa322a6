"""A whole invented site that people must sign in to, in a thread of its own, with time that a test moves.

Nothing of it is a stand-in: the registry, the doors, every desk, the alerts, the simulated floor and
the gateway are put together as `floorwatch up` does it.
"""

import asyncio
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from dashboard import assets
from dashboard.access import Role
from dashboard.assets import Assets
from dashboard.desks import Audit, Desk, Desks
from dashboard.displays_sqlite import Display
from dashboard.users_sqlite import User
from floorwatch import app, invented, settings
from floorwatch.access_wiring import access, registry
from floorwatch.alert_wiring import setup_of
from simulators.training import Desk as TrainingDesk
from tests.hosted import PATIENCE_S, Hosted, MachineClock

SITE = """
[site]
id = "demo"
names = { zh = "示范呼叫中心", en = "Demo call centre" }
time_zone = "Asia/Shanghai"
business_day_start = "{day_start}"
[site.alerts]
file = "alerts.toml"
[[site.source]]
name = "simulator"
url = "simulate:demo"
[site.source.actions]
allow = ["pause", "unpause", "move", "sign_out", "hang_up", "take_over", "listen", "whisper", "barge"]
[access]
mode = "sign-in"
[stores]
journal = "file:."
[gateway]
listen = "127.0.0.1:0"
"""
# Something is always amiss in a queue, and with a person. (Two queues would be one incident.)
RULE = """
[[rule]]
id = "watch-{name}"
kind = "threshold"
metric = "staffed"
below = 1000
scopes = ["{scope}"]
"""
WATCHED = ("queue:sales", "agent:1011")
ALERTS = "".join(RULE.format(name=each.replace(":", "-"), scope=each) for each in WATCHED)


class GuardedSite(Hosted):
    """Enter it to open the site; leave it to close it. `desks` are all that it has."""

    def __init__(self, folder: Path, pages: Assets = assets.NOTHING, toml: str = SITE) -> None:
        self.folder, self.pages, self.toml = folder, pages, toml
        self.clock = MachineClock()
        self.desks: list[Desk] = []
        self.port = 0
        self._stack = ExitStack()

    def _an_hour_ago(self) -> str:
        """When the business day began: a day that is long has much to catch up with."""
        hour = datetime.fromtimestamp(self.clock.now() / 1_000 - 3_600, ZoneInfo("Asia/Shanghai"))
        return f"{hour:%H}:00"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "alerts.toml").write_text(ALERTS)
        toml = self.toml.replace("{day_start}", self._an_hour_ago())
        self._made = settings.parse(toml, folder=self.folder)
        self.known = self._stack.enter_context(registry(self.folder))
        super().start()
        self.browser = self._stack.enter_context(
            httpx.Client(base_url=self.url, trust_env=False, timeout=PATIENCE_S)
        )
        return self

    def stop(self) -> None:
        super().stop()
        self._stack.close()

    async def live(self) -> None:
        made = self._made
        site = made.sites[0]
        kept = self.desks

        class Remembered(Desks):
            """As they are; and a test may see which they are."""

            def __init__(self, desks: list[Desk], audit: Audit) -> None:
                kept.extend(desks)
                super().__init__(desks, audit)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(app, "Desks", Remembered)
            self.dress(patch)
            training = TrainingDesk(invented.scenario_for(site.site), seed=5)
            around = app.Surroundings(
                clock=self.clock, environ={}, tell=lambda _: None, desk=training
            )
            async with AsyncExitStack() as stack, asyncio.TaskGroup() as tasks:
                who = stack.enter_context(access(made, self.folder, {}))
                house = app.House(made, around, self.folder, self.pages, who, stack, tasks)
                running = await app.open_site(house, 0, site, setup_of(site, {}))
                self.port = running.gateway.port
                self.stands()
                await asyncio.Event().wait()

    def dress(self, patch: pytest.MonkeyPatch) -> None:
        """What else a site may be like."""

    def user(self, id: str, role: Role, **more: Any) -> str:
        """There is such a user, as he is said to be from now on; the token of a new session."""
        self.known.users.save(User(id=id, name=id.title(), role=role, **more), self.clock.now())
        return self.known.sessions.begin(id, self.clock.now())

    def display(self, id: str, board: str = "main") -> str:
        """There is such a screen; its token."""
        now = self.clock.now()
        self.known.displays.add(
            Display(id=id, name=id, board=board, paired_at=now, by="boss", seen_at=now)
        )
        return self.known.displays.begin(id, now)

    def get(self, path: str, token: str = "", **headers: str) -> httpx.Response:
        """What a program gets that has this token."""
        return self.browser.get(path, headers={**bearer(token), **headers})

    def frame(self, query: str, token: str) -> dict[str, Any]:
        answer = self.get(f"/frame?{query}", token)
        assert answer.status_code == 200, answer.text
        body: dict[str, Any] = answer.json()["body"]
        return body

    def road(self, path: str, token: str = "", **headers: str) -> ClientConnection:
        """A connection; raises InvalidStatus where none is given."""
        return connect(
            f"ws://127.0.0.1:{self.port}{path}",
            additional_headers={**bearer(token), **headers},
            proxy=None,
            max_size=None,
        )

    def entry(self, path: str, token: str = "", **headers: str) -> int:
        """What a connection is answered: 101 if it stands."""
        try:
            with self.road(path, token, **headers):
                return 101
        except InvalidStatus as refused:
            return refused.response.status_code

    def wish(self, deed: str, token: str = "", **data: object) -> dict[str, Any]:
        with self.road("/desk", token) as road:
            return said(road, {"do": deed, "id": 1, **data})

    def until(self, query: str, token: str, true: Any) -> dict[str, Any]:
        """The frame, once this is true of it."""
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            answer = self.get(f"/frame?{query}", token)
            if answer.status_code == 200 and true(answer.json()["body"]):
                body: dict[str, Any] = answer.json()["body"]
                return body
            threading.Event().wait(0.05)
        raise AssertionError(f"it never came: {answer.text[:200]}")


def bearer(token: str) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {token}"} if token else {}


def said(road: ClientConnection, message: Mapping[str, object]) -> dict[str, Any]:
    """The answer to a message."""
    road.send(json.dumps(message))
    answer: dict[str, Any] = json.loads(road.recv(PATIENCE_S))
    return answer


def opened(folder: Path, pages: Assets = assets.NOTHING) -> Iterator[GuardedSite]:
    """For a fixture."""
    with GuardedSite(folder, pages) as site:
        yield site
