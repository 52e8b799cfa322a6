"""Somebody with a browser who may go nowhere but to us, and remembers what his browser complained of."""

import os
import shutil
from collections.abc import Iterator
from typing import Any, Self

import pytest

FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
FULL_HD = {"width": 1920, "height": 1080}
PATIENCE_MS = 20_000
OURS = ("blob:", "data:", "about:")
NEEDS_SIGN_IN = ("401", "Failed to load resource")
"""What a browser says of a stranger's requests; that is as it should be."""


def chromium() -> Iterator[Any]:
    """For a fixture; there can be but one at a time."""
    program = shutil.which("chromium")
    if program is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)("no chromium here")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


class Visitor:
    """A browser of its own, with this token in it, if any. `strayed` are addresses outside that it
    wanted something of; every one of them was blocked."""

    def __init__(self, browser: Any, url: str, token: str = "", **options: Any) -> None:
        self.url = url
        self.complaints: list[str] = []
        self.strayed: list[str] = []
        options = {"viewport": DESK, "locale": "en-GB", **options}
        self.context = browser.new_context(reduced_motion="reduce", **options)
        self.context.set_default_timeout(PATIENCE_MS)
        self.context.route("**/*", self._look)
        self.context.on("page", self._listen)
        if token:
            self.context.add_cookies([{"name": "floorwatch", "value": token, "url": url}])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

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
        """What there may not be: complaints, but for being told to sign in, and ways outside."""
        told = [each for each in self.complaints if not any(word in each for word in NEEDS_SIGN_IN)]
        return told + self.strayed

    def _look(self, route: Any) -> None:
        url = route.request.url
        if url.startswith((f"{self.url}/", *OURS)):
            route.continue_()
            return
        self.strayed.append(url)
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
        if not wire.url.startswith(self.url.replace("http", "ws", 1)):
            self.strayed.append(wire.url)
