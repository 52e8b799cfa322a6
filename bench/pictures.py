"""`make screens`: pictures of every page of the demo, in both languages, for docs/screens/.

Needs Chromium. Everything is invented: the pictures show the simulated floor of the demo.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from bench.child import ROOT

OUT = ROOT / "docs" / "screens"
FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
LANGUAGES = {"zh": "zh-CN", "en": "en-GB"}
SIZES = {
    "1080p": (1920, 1080),
    "4k": (3840, 2160),
    "portrait": (1080, 1920),
    "phone": (390, 844),
}
READY_S = 120
FRESH_MS = 60_000
"""Of forty people somebody does something within that: else the invented day is still being told."""
SETTLE_MS = 6_000
"""Until pages have loaded, and a wall's controls have gone."""


class Picture(NamedTuple):
    """One page, what has to stand on it, the sizes at which it is looked at, and a key to press first."""

    name: str
    path: str
    ready: str
    sizes: tuple[str, ...]
    key: str = ""


DESK = ("1080p", "phone")
PICTURES = (
    Picture("wall", "wall", "[data-link=live]", tuple(SIZES)),
    Picture("training", "wall", "[data-link=live]", ("1080p",), key="t"),
    Picture("floor", "floor", "[data-link=live]", DESK),
    Picture("people", "floor#people", "[data-link=live]", DESK),
    Picture("reports", "reports", "main h1", DESK),
    Picture("boards", "boards", "main h1", DESK),
    Picture("walk", "walk", "main", ("phone",)),
    Picture("me", "me?agent={agent}", "main", ("phone",)),
    Picture("admin", "admin", "main h1", ("1080p",)),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.pictures", description=__doc__)
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--only", default="", help="only pages whose name begins so")
    args = parser.parse_args()
    program = shutil.which("chromium")
    if program is None:
        print("there is no chromium: apt install chromium fonts-noto-cjk", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    args.out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="floorwatch-pictures-") as folder:
        url, demo = demonstrated(Path(folder))
        try:
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
                for language, locale in LANGUAGES.items():
                    for picture in PICTURES:
                        if picture.name.startswith(args.only):
                            taken(browser, url, picture, (language, locale), args.out)
                browser.close()
        finally:
            demo.send_signal(signal.SIGINT)
            demo.wait(20)
    return 0


def demonstrated(folder: Path) -> tuple[str, "subprocess.Popen[str]"]:
    """The demo on free ports, once its floor lives."""
    command = [sys.executable, "-u", "-m", "floorwatch", "demo", "--data", str(folder)]
    command += ["--listen", "127.0.0.1:0", "--mqtt-port", "0"]
    demo = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    assert demo.stdout is not None
    deadline = time.monotonic() + READY_S
    for line in demo.stdout:
        if line.startswith("demo: ") and "/floor" not in line:
            os.set_blocking(demo.stdout.fileno(), False)  # nobody reads on: it must not fill up
            return line.split()[1], demo
        if time.monotonic() > deadline:
            break
    demo.kill()
    raise SystemExit("the demo did not start")


def taken(browser: Any, url: str, picture: Picture, spoken: tuple[str, str], out: Path) -> None:
    """One page in one language, at all of its sizes."""
    language, locale = spoken
    for size in picture.sizes:
        width, height = SIZES[size]
        phone = size == "phone"
        context = browser.new_context(
            viewport={"width": width, "height": height},
            locale=locale,
            device_scale_factor=2 if phone else 1,
            has_touch=phone,
            is_mobile=phone,
        )
        page = context.new_page()
        page.goto(url + picture.path.format(agent=somebody_talking(page, url)))
        page.wait_for_selector(picture.ready, timeout=60_000)
        if picture.key:
            page.keyboard.press(picture.key)
        page.wait_for_timeout(SETTLE_MS)
        file = out / f"{picture.name}-{size}-{language}.png"
        page.screenshot(path=file)
        print(file.name, f"{file.stat().st_size // 1024} kB", flush=True)
        context.close()


def somebody_talking(page: Any, url: str) -> str:
    """An agent who is on a call, once the invented day has been told up to now."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        body = page.request.get(f"{url}frame?view=floor").json()["body"]
        people = body["agents"]
        talking = [id for id, row in sorted(people.items()) if row["state"] == "talking"]
        newest = max((row.get("since", 0) for row in people.values()), default=0)
        if talking and body["at"] - newest < FRESH_MS:
            return talking[0]
        page.wait_for_timeout(500)
    raise SystemExit("the demo's day is not told to its end")


if __name__ == "__main__":
    sys.exit(main())
