"""Somebody with a browser who may go nowhere but to us, and remembers what his browser complained of."""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from typing import Any, ClassVar, Self

import pytest

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
DESK = {"width": 1440, "height": 900}
FULL_HD = {"width": 1920, "height": 1080}
PHONE = {"width": 390, "height": 844}
HAND: dict[str, Any] = {"viewport": PHONE, "has_touch": True, "is_mobile": True}
"""What makes a browser that of a phone."""
PATIENCE_MS = 30_000
OURS = ("blob:", "data:", "about:")
NEEDS_SIGN_IN = r"\b401\b|no valid credentials"
FORBIDDEN, UNKNOWN = r"\b403\b", r"\b404\b"
"""What a browser says of what a stranger asks for, of what is not for this one, and of what is nowhere."""
LEFT = "before the connection is"
"""What it says of a page that is left while it still connects."""
NOBODY_THERE = (
    r"ERR_CONNECTION_|ERR_INTERNET_DISCONNECTED|ERR_EMPTY_RESPONSE|WebSocket connection to"
)
"""What it says of a server that is gone, at each try."""


def chromium() -> Iterator[Any]:
    """For a fixture; there can be but one at a time in a thread."""
    program = shutil.which("chromium")
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no chromium here")
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


def becomes(page: Any, read: Callable[[], Any], wanted: Any) -> None:
    """Wait until what is read is this: what is touched is shown in a moment, and how long that is
    the machine says."""
    deadline = time.monotonic() + PATIENCE_MS / 1_000
    while (found := read()) != wanted and time.monotonic() < deadline:
        page.wait_for_timeout(50)  # the browser's own work goes on meanwhile
    assert found == wanted, f"{found!r} never became {wanted!r}"


class Visitor:
    """A browser of its own, with this token in it, if any. `strayed` are addresses outside that it
    wanted something of; every one of them was blocked. Who leaves it is told what there may not be:
    such an address, or a complaint that is not one of the `forgiven`."""

    screen: ClassVar[dict[str, Any]] = {"viewport": DESK, "reduced_motion": "reduce"}
    forgives: ClassVar[tuple[str, ...]] = ()

    def __init__(self, browser: Any, url: str, token: str = "", **options: Any) -> None:
        self.url = url
        self.complaints: list[str] = []
        self.strayed: list[str] = []
        self.forgiven = [*self.forgives]
        self.context = browser.new_context(**{"locale": "en-GB", **self.screen, **options})
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.route("**/*", self._look)
        self.context.on("page", self._listen)
        if token:
            self.context.add_cookies([{"name": "floorwatch", "value": token, "url": url}])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self.context.close()
        if kind is None:
            assert not self.troubles, self.troubles

    def open(self, path: str, ready: str = "") -> Any:
        """A page, once there is this on it."""
        page = self.context.new_page()
        return self.go(page, path, ready)

    def go(self, page: Any, path: str, ready: str = "") -> Any:
        page.goto(f"{self.url}/{path}")
        if ready:
            page.wait_for_selector(ready)
        return page

    @property
    def troubles(self) -> list[str]:
        """What there may not be."""
        told = [
            each
            for each in self.complaints
            if not any(re.search(pattern, each) for pattern in self.forgiven)
        ]
        return told + self.strayed

    def is_ours(self, url: str) -> bool:
        """Whether one may ask there."""
        return url.startswith((f"{self.url}/", f"{self.url.replace('http', 'ws', 1)}/", *OURS))

    def _look(self, route: Any) -> None:
        if self.is_ours(route.request.url):
            route.continue_()
            return
        self.strayed.append(route.request.url)
        route.abort()

    def _listen(self, page: Any) -> None:
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("dialog", self._dismiss)
        page.on("console", self._hear)
        page.on("websocket", self._wired)

    def _hear(self, said: Any) -> None:
        if said.type in {"error", "warning"}:
            self.complaints.append(said.text)

    def _dismiss(self, dialog: Any) -> None:
        self.complaints.append(f"a dialog: {dialog.message}")
        dialog.dismiss()

    def _wired(self, wire: Any) -> None:
        if not self.is_ours(wire.url):
            self.strayed.append(wire.url)


class Stranger(Visitor):
    """One who is told to sign in."""

    forgives = (NEEDS_SIGN_IN,)
