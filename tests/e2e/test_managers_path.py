"""A manager's path: yesterday, the calls behind a figure, last week's report, its file, a weekly mail.

`floorwatch up` as it is installed, with an archive behind it and a real mail server before it.
"""

import datetime as dates
import os
import queue
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiosmtpd.controller import Controller
from playwright.sync_api import expect
from python_calamine import CalamineWorkbook

from archive.shelf import Shelf
from floorwatch import invented, settings
from floorwatch.invented_past import write
from ingest.clock import SystemClock
from simulators.scenario import busier
from tests.e2e.test_proxy import until_answered
from tests.e2e.visitor import PHONE, Visitor

pytestmark = pytest.mark.chromium
CHECKOUT = Path(__file__).parents[2]
PAST = 8
SETTINGS = """
[[site]]
id = "demo"
time_zone = "Asia/Shanghai"
[[site.source]]
url = "simulate:demo"
[site.alerts]
file = "alerts.toml"
[site.reports]
channel = "mail"
domains = ["example.com"]
[stores]
journal = "file:data"
[gateway]
listen = "127.0.0.1:{ours}"
"""
ALERTS = """
[[channel]]
name = "mail"
kind = "smtp"
url = "smtp+plain://127.0.0.1:{mail}"
from = "floorwatch@example.com"
to = ["nobody@example.com"]
"""


class Postman:
    """Takes mails, as a server does."""

    def __init__(self) -> None:
        self.mails: queue.Queue[tuple[list[str], EmailMessage]] = queue.Queue()

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.put((envelope.rcpt_tos, mail))
        return "250 taken"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def postman() -> Iterator[tuple[Postman, int]]:
    man = Postman()
    server = Controller(man, hostname="127.0.0.1", port=free_port())
    server.start()
    try:
        yield man, server.port
    finally:
        server.stop()


@pytest.fixture(scope="module")
def house(postman: tuple[Postman, int], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("house")
    ours = free_port()
    (folder / "f.toml").write_text(SETTINGS.format(ours=ours))
    (folder / "alerts.toml").write_text(ALERTS.format(mail=postman[1]))
    site = invented.as_it_runs(settings.load(folder / "f.toml").sites[0])
    quiet = busier(invented.scenario_for(site), 0.25)
    write(site, Shelf(folder / "data" / "archive"), SystemClock().now(), PAST, quiet)
    command = [sys.executable, "-m", "floorwatch", "up", "f.toml"]
    environ = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    with subprocess.Popen(command, cwd=folder, env=environ) as up:
        try:
            until_answered(f"http://127.0.0.1:{ours}/healthz", up)
            yield f"http://127.0.0.1:{ours}"
        finally:
            up.send_signal(signal.SIGTERM)


def test_yesterday_its_calls_last_weeks_report_its_file_and_a_weekly_mail(
    house: str, postman: tuple[Postman, int], browser: Any, tmp_path: Path
) -> None:
    with Visitor(browser, house, viewport={"width": 1600, "height": 1000}) as visitor:
        page = visitor.go(visitor.context.new_page(), "reports?lang=en", ".r-tile .r-figure")
        days = httpx.get(f"{house}/days").json()
        yesterday = days["days"][1]["date"]
        page.get_by_role("button", name="Day before").click()
        totals = httpx.get(f"{house}/day", params={"date": yesterday}).json()["totals"]
        offered = page.locator(".r-tile[data-name=offered] .r-large")
        expect(offered).to_have_text(f"{totals['offered']:,}")
        dropped = page.locator(".r-tile[data-name=abandoned] .r-large")
        dropped.click()
        expect(page.locator(".fw-drill tbody tr")).to_have_count(min(totals["abandoned"], 500))
        page.keyboard.press("Escape")

        page.get_by_role("button", name="Weekly report").click()
        paper = page.frame_locator("iframe.r-sheet")
        expect(paper.locator("h1")).to_contain_text("Week")
        with page.expect_download() as coming:
            page.get_by_role("link", name="Excel").click()
        file = tmp_path / "week.xlsx"
        coming.value.save_as(file)
        told = weekly(house)
        assert told > 500
        assert told in numbers(file.read_bytes())
        expect(paper.locator("body")).to_contain_text(f"{told:,}")

        page.get_by_role("button", name="Mails").click()
        sheet = page.locator(".r-mails")
        sheet.locator(".r-mail-fields select").first.select_option("week")
        sheet.locator("textarea").fill("boss@elsewhere.org")
        page.get_by_role("button", name="Set the mail").click()
        expect(page.locator(".r-mail-form [role=status]")).to_contain_text("boss@elsewhere.org")
        sheet.locator("textarea").fill("boss@example.com；chief@example.com")
        page.get_by_role("button", name="Set the mail").click()
        expect(page.locator(".r-mail-list li")).to_have_count(1)
        page.get_by_role("button", name="Send once now").click()
        to, mail = postman[0].mails.get(timeout=30)
        assert to == ["boss@example.com", "chief@example.com"]
        [attached] = [part for part in mail.iter_attachments() if part.get_filename()]
        assert told in numbers(attached.get_content())
        expect(page.locator(".r-mail")).to_contain_text("Last sent", timeout=15_000)


def weekly(house: str) -> int:
    """The calls of last week, as the report tells a program."""
    day = httpx.get(f"{house}/days").json()["today"]
    on = dates.date.fromisoformat(day) - dates.timedelta(days=7)
    query = {"span": "week", "date": on.isoformat(), "form": "json"}
    told = httpx.get(f"{house}/report/file", params=query, timeout=60).json()
    [summary] = [each for each in told["sections"] if each["key"] == "summary"]
    [counts] = [each for each in summary["tables"] if each["key"] == "headline_counts"]
    row = counts["rows"][0]
    return int(row["now"])


def numbers(workbook: bytes) -> set[float]:
    """Every number in any cell."""
    book = CalamineWorkbook.from_filelike(BytesIO(workbook))
    rows = (row for name in book.sheet_names for row in book.get_sheet_by_name(name).to_python())
    return {cell for row in rows for cell in row if isinstance(cell, float | int)}


def test_a_phone_reads_the_same_report(house: str, browser: Any) -> None:
    with Visitor(browser, house, viewport=PHONE) as visitor:
        page = visitor.go(visitor.context.new_page(), "reports?lang=zh&kind=week", "iframe.r-sheet")
        expect(page.frame_locator("iframe.r-sheet").locator("h1")).to_contain_text("周报")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
