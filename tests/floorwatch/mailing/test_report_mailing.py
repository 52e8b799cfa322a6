"""Reports that go out by themselves: set from the page, sent at their time, taken by a real mail server."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session
from python_calamine import CalamineWorkbook

from alerts.channel_opening import open_channel
from alerts.channels import Hidden, SmtpSettings, WebhookSettings, WecomSettings
from dashboard.access import Caller, Role, Scope
from dashboard.desk_file import DeskFile
from dashboard.desks import Desks, Question
from dashboard.report_mail import ReportMailDesk
from dashboard.report_mails_sqlite import SqliteReportMails
from floorwatch.report_mailing import Carriers, ReportMailing
from reports.as_pdf import PdfError
from reports.model import Column, Kind, Report, Section, Table
from reports.schedule import Form, Letter, Mailing

ZONE = ZoneInfo("Asia/Shanghai")
HOUR = 3_600_000
BOSS = Caller(id="boss", role=Role.MANAGER)
LEAD = Caller(id="lead", role=Role.MANAGER, scope=Scope(queues=frozenset({"sales"})))
ADMIN = Caller(id="root", role=Role.ADMIN)
DAILY = Mailing(
    id="daily", report="day", at_min=480, to=("boss@example.com",), language="en", forms=(Form.CSV,)
)


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp() * 1_000)


class HandClock:
    """Time stands still until a test moves it."""

    def __init__(self) -> None:
        self.time = at("2026-11-22T07:00")

    def now(self) -> int:
        return self.time

    async def sleep(self, seconds: float, /) -> None:
        await asyncio.get_running_loop().create_future()


class Mailbox:
    """What the server took, and how it answers next."""

    def __init__(self) -> None:
        self.mails: list[tuple[list[str], EmailMessage]] = []
        self.answer = "250 taken"
        self.port = 0
        self.taken = asyncio.Event()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if self.answer.startswith("250"):
            self.mails.append((list(envelope.rcpt_tos), mail))
            self.taken.set()
        return self.answer


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    box = Mailbox()
    loop = asyncio.get_running_loop()
    listening = await loop.create_server(lambda: SMTP(box, hostname="mail.test"), "127.0.0.1", 0)
    box.port = listening.sockets[0].getsockname()[1]
    yield box
    listening.close()
    await listening.wait_closed()


@pytest.fixture
async def robot() -> AsyncIterator[tuple[str, list[Any]]]:
    """A web service that takes whatever is posted."""
    posted: list[Any] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        posted.append(json.loads(await reader.readexactly(length)))
        body = b'{"errcode": 0}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/robot?key=secret", posted
    server.close()
    await server.wait_closed()


def made(letter: Letter) -> Report:
    """A small report whose figures say what it is of."""
    day = datetime.fromtimestamp(letter.slot / 1_000, ZONE).date().isoformat()
    figures = Table(
        key="figures",
        columns=[
            Column(key="offered", kind=Kind.COUNT),
            Column(key="answer_rate", kind=Kind.SHARE, of="requests"),
        ],
        rows=[{"offered": 1_234, "answer_rate": [1_100, 1_234]}],
    )
    return Report(
        title=letter.mailing.report,
        site="north",
        site_names={"zh": "北方", "en": "North"},
        time_zone=ZONE.key,
        first=day,
        last=day,
        start=letter.slot - 24 * HOUR,
        end=letter.slot,
        as_of=letter.slot,
        live=False,
        definition=1,
        sections=[Section(key="summary", tables=[]), Section(key="figures", tables=[figures])],
    )


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def file(tmp_path: Path) -> Iterator[DeskFile]:
    with DeskFile(tmp_path / "desk.db") as opened:
        yield opened


class NoAudit:
    def note(self, *told: object) -> None:
        return


@pytest.fixture
def house(file: DeskFile, clock: HandClock, mailbox: Mailbox) -> Callable[..., Any]:
    """A desk and who sends, of one file: made anew, they are a restart."""

    def open_it(*given: Mailing, **channels: Any) -> tuple[Desks, ReportMailing]:
        mail = SmtpSettings(
            name="mail",
            host="127.0.0.1",
            port=mailbox.port,
            security="plain",
            sender="fw@example.com",
        )
        opened = {
            name: open_channel(settings, clock)
            for name, settings in {"mail": mail, **channels}.items()
        }
        store = SqliteReportMails(file)

        async def make(letter: Letter, now: int) -> Report:
            if letter.mailing.report == "year":
                raise RuntimeError("no such year")
            return made(letter)

        carriers = Carriers(channels=opened, mail="mail", page="https://floor.example/reports")
        mailing = ReportMailing(store, given, carriers, make, clock, ZONE)
        desk = ReportMailDesk(store, given, {"example.com"}, ZONE, mailing.wake)
        return Desks([desk], NoAudit()), mailing

    return open_it


async def wish(desks: Desks, caller: Caller, clock: HandClock, deed: str, **data: Any) -> Any:
    message = json.dumps({"id": 1, "do": deed, **data}).encode()
    return json.loads(await desks.obey(caller, message, clock.now(), ""))


async def mails(desks: Desks, caller: Caller, clock: HandClock) -> list[Any]:
    question = Question(caller=caller, path="/report-mails", query={}, now=clock.now())
    told: Any = await desks.ask(question)
    return list(told["mails"])


async def round_of(mailing: ReportMailing) -> None:
    mailing.look()
    await mailing.carry()


WEEKLY = {
    "report": "week",
    "at": "08:00",
    "weekdays": [0],
    "to": ["Boss@Example.com"],
    "forms": ["xlsx"],
}


async def test_a_manager_sets_a_weekly_mail_and_it_arrives(
    house: Any, clock: HandClock, mailbox: Mailbox
) -> None:
    desks, mailing = house()
    told = await wish(desks, BOSS, clock, "report.mail.set", **WEEKLY)
    assert told["done"]
    assert told["next_at"] == at("2026-11-23T08:00")
    await round_of(mailing)
    assert mailbox.mails == []
    clock.time = at("2026-11-23T08:00")
    await round_of(mailing)
    await round_of(mailing)
    [(to, mail)] = mailbox.mails
    assert to == ["Boss@Example.com"]
    assert mail["Subject"] == "周报 · 北方 · 2026-11-23 周一"
    [part] = mail.iter_attachments()
    assert part.get_filename() == "floorwatch-north-week-2026-11-23.xlsx"
    book = CalamineWorkbook.from_filelike(BytesIO(part.get_content()))
    assert book.sheet_names[0] == "说明"
    text = mail.get_body(("plain",))
    assert text is not None
    assert "1,234" in text.get_content()
    assert "89.1% (1,100 / 1,234)" in text.get_content()
    assert "https://floor.example/reports" in text.get_content()
    assert "补发" not in text.get_content()
    [shown] = await mails(desks, BOSS, clock)
    assert shown["last"].state == "sent"
    assert shown["next_at"] == at("2026-11-30T08:00")


async def test_after_a_restart_nothing_is_forgotten_and_what_was_missed_comes_once(
    house: Any, clock: HandClock, mailbox: Mailbox
) -> None:
    _, mailing = house(DAILY)
    await round_of(mailing)
    mailbox.answer = "451 not now"
    clock.time = at("2026-11-22T08:00")
    await round_of(mailing)
    mailbox.answer = "250 taken"
    _, again = house(DAILY)
    clock.time += 60_000
    await round_of(again)
    assert len(mailbox.mails) == 1
    clock.time = at("2026-11-25T11:00")
    _, again = house(DAILY)
    await round_of(again)
    await round_of(again)
    [_, (_, late)] = mailbox.mails
    text = late.get_body(("plain",))
    assert text is not None
    assert "due at 2026-11-25 08:00" in text.get_content()
    assert "2 earlier ones were never sent" in text.get_content()
    assert mailbox.mails[0][1]["Message-ID"] != late["Message-ID"]


async def test_what_the_server_refuses_for_good_is_given_up_and_told(
    house: Any, clock: HandClock, mailbox: Mailbox
) -> None:
    desks, mailing = house(DAILY)
    mailbox.answer = "554 never"
    assert (await wish(desks, ADMIN, clock, "report.mail.try", mail="daily"))["done"]
    await round_of(mailing)
    [shown] = await mails(desks, BOSS, clock)
    assert (shown["last"].state, shown["last"].trial) == ("given_up", True)
    assert "554" in shown["last"].trouble


async def test_a_report_that_cannot_be_made_is_tried_again_and_stops_no_other(
    house: Any, clock: HandClock, mailbox: Mailbox
) -> None:
    yearly = Mailing(id="y", report="year", at_min=480, day=22, to=("boss@example.com",))
    desks, mailing = house(yearly, DAILY)
    clock.time = at("2027-01-22T07:00")
    await round_of(mailing)
    clock.time = at("2027-01-22T08:00")
    await round_of(mailing)
    assert len(mailbox.mails) == 1
    shown = {each["id"]: each["last"] for each in await mails(desks, BOSS, clock)}
    assert (shown["daily"].state, shown["y"].state) == ("sent", "waiting")
    assert "could not be made" in shown["y"].trouble


async def test_a_group_reads_the_headline_figures(
    house: Any, clock: HandClock, robot: tuple[str, list[Any]]
) -> None:
    url, posted = robot
    hook = WebhookSettings(name="hook", url=Hidden(url))
    wecom = WecomSettings(name="group", url=Hidden(url))
    given = [
        Mailing(
            id=name, report="brief_before", at_min=480, channel=name, forms=(), language=language
        )
        for name, language in (("group", "zh"), ("hook", "en"))
    ]
    _, mailing = house(*given, group=wecom, hook=hook)
    await round_of(mailing)
    clock.time = at("2026-11-22T08:00")
    await round_of(mailing)
    first, second = posted
    assert "班前会简报 · 北方" in first["markdown"]["content"]
    assert "89.1% (1,100 / 1,234)" in first["markdown"]["content"]
    assert second["status"] == "resolved"
    assert "1,234" in second["alerts"][0]["annotations"]["description"]


async def test_without_a_browser_the_page_hangs_on_the_mail(
    house: Any, clock: HandClock, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*args: object) -> bytes:
        raise PdfError("no Chromium here")

    monkeypatch.setattr("reports.files.as_pdf", none)
    desks, mailing = house()
    asked = {**WEEKLY, "forms": ["pdf", "html"], "language": "en"}
    told = await wish(desks, BOSS, clock, "report.mail.set", **asked)
    await wish(desks, BOSS, clock, "report.mail.try", mail=told["mail"])
    await round_of(mailing)
    [(_, mail)] = mailbox.mails
    assert [part.get_content_type() for part in mail.iter_attachments()] == ["text/html"]
    text = mail.get_body(("plain",))
    assert text is not None
    assert "no Chromium here" in text.get_content()
    assert "This is a trial" in text.get_content()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"to": ["boss@elsewhere.org"]}, "mail_domain"),
        ({"to": ["boss@sub.example.com"]}, "mail_domain"),
        ({"to": ["boss@example.com\r\nBcc: x@example.com"]}, "mail_address"),
        ({"to": []}, "mail_to_whom"),
        ({"to": [f"a{n}@example.com" for n in range(21)]}, "mail_to_whom"),
        ({"at": "24:00"}, "mail_time"),
        ({"at": "8"}, "mail_time"),
        ({"weekdays": [7]}, "unreadable"),
        ({"weekdays": [0, 1]}, "unreadable"),
        ({"report": "month", "weekdays": [], "day": 31}, "unreadable"),
        ({"report": "decade"}, "unreadable"),
        ({"forms": ["docx"]}, "unreadable"),
        ({"mail": "daily"}, "mail_of_settings"),
        ({"mail": "nothing"}, "mail_gone"),
    ],
)
async def test_what_cannot_be_is_refused(
    house: Any, clock: HandClock, changes: dict[str, Any], why: str
) -> None:
    desks, _ = house(DAILY)
    told = await wish(desks, BOSS, clock, "report.mail.set", **{**WEEKLY, **changes})
    assert (told["done"], told["why"]) == (False, why)
    assert len(await mails(desks, BOSS, clock)) == 1


async def test_each_sees_and_changes_what_is_his(
    house: Any, file: DeskFile, clock: HandClock
) -> None:
    desks, _ = house(DAILY)
    mine = (await wish(desks, LEAD, clock, "report.mail.set", **WEEKLY))["mail"]
    [stored] = SqliteReportMails(file).mailings()
    assert stored.queues == frozenset({"sales"})
    other = (await wish(desks, BOSS, clock, "report.mail.set", **WEEKLY))["mail"]
    assert [each["id"] for each in await mails(desks, LEAD, clock)] == [mine]
    assert {each["id"] for each in await mails(desks, BOSS, clock)} == {"daily", mine, other}
    assert (await wish(desks, LEAD, clock, "report.mail.end", mail=other))["why"] == "mail_gone"
    assert (await wish(desks, BOSS, clock, "report.mail.end", mail=mine))["why"] == "forbidden"
    assert (await wish(desks, BOSS, clock, "report.mail.try", mail="daily"))["why"] == "forbidden"
    assert (await wish(desks, ADMIN, clock, "report.mail.end", mail=mine))["done"]
    assert (await wish(desks, BOSS, clock, "report.mail.try", mail=other))["done"]
    assert (await wish(desks, BOSS, clock, "report.mail.try", mail=other))["why"] == "mail_tried"
    agent = Caller(id="a", role=Role.SUPERVISOR)
    assert (await wish(desks, agent, clock, "report.mail.set", **WEEKLY))["why"] == "forbidden"


async def test_it_runs_until_it_is_cancelled_and_wakes_when_something_is_set(
    house: Any, clock: HandClock, mailbox: Mailbox
) -> None:
    desks, mailing = house()
    task = asyncio.create_task(mailing.run())
    told = await wish(desks, BOSS, clock, "report.mail.set", **WEEKLY)
    await wish(desks, BOSS, clock, "report.mail.try", mail=told["mail"])
    async with asyncio.timeout(10):
        await mailbox.taken.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
