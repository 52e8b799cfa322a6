"""A report as a file to print: the page of it, laid out on A4 by a Chromium of this machine.

The browser runs once, without a network, in a folder of its own that is gone afterwards.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from reports.as_html import as_html
from reports.model import Report

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
VARIABLE = "FLOORWATCH_CHROMIUM"
LONGEST_S = 90.0
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-dev-shm-usage",
    "--disable-extensions",
    "--disable-sync",
    # Nothing is to be loaded, and nothing can be.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--no-pdf-header-footer",
)


class PdfError(Exception):
    """No file was made; the message says why and what to do."""


def as_pdf(
    report: Report,
    language: str,
    environ: Mapping[str, str] | None = None,
    longest_s: float = LONGEST_S,
) -> bytes:
    """The file, in this language. Raises PdfError; takes a second or a few, and at most `longest_s`."""
    return printed(as_html(report, language), environ, longest_s)


def printed(
    page: str, environ: Mapping[str, str] | None = None, longest_s: float = LONGEST_S
) -> bytes:
    """A page of ours on paper. Raises PdfError."""
    browser = found(os.environ if environ is None else environ)
    # What a browser that was killed still writes there does not matter to us.
    with tempfile.TemporaryDirectory(prefix="floorwatch-pdf-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        source, target = folder / "report.html", folder / "report.pdf"
        source.write_text(page, encoding="utf-8", errors="replace")
        _run(
            [
                browser,
                *_OPTIONS,
                *(["--no-sandbox"] if _is_root() else []),
                f"--user-data-dir={folder / 'profile'}",
                f"--print-to-pdf={target}",
                source.as_uri(),
            ],
            folder,
            longest_s,
        )
        try:
            made = target.read_bytes()
        except OSError:
            made = b""
    if not made.startswith(b"%PDF-"):
        raise PdfError(f"{browser} made no PDF: try it by hand with --headless --print-to-pdf")
    return made


def found(environ: Mapping[str, str]) -> str:
    """The browser that prints: the one that the environment names, or the first that is there."""
    named = environ.get(VARIABLE, "")
    names = [named] if named else BROWSERS
    for name in names:
        if path := shutil.which(name, path=environ.get("PATH")):
            return path
    if named:
        raise PdfError(f"{VARIABLE} names {named}, and there is no such program")
    raise PdfError(
        "a PDF needs Chromium, and there is none: install it (apt install chromium), "
        f"or name one with {VARIABLE}; or take the page (html) and print it from any browser"
    )


def _run(command: list[str], folder: Path, longest_s: float) -> None:
    try:
        browser = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise PdfError(f"{command[0]} cannot be started ({error.strerror})") from None
    try:
        status = browser.wait(longest_s)
    except subprocess.TimeoutExpired:
        raise PdfError(f"{command[0]} was not done within {longest_s:.0f} s") from None
    finally:
        _end(browser)
    if status:
        raise PdfError(f"{command[0]} failed with status {status}")


def _end(browser: "subprocess.Popen[bytes]") -> None:
    """It and all its children: they are a group of their own."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(browser.pid, signal.SIGKILL)
    browser.wait()


def _is_root() -> bool:
    # Its sandbox cannot be made by root; nobody else gives it up.
    return hasattr(os, "geteuid") and os.geteuid() == 0
