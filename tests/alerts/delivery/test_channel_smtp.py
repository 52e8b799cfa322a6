"""Mail, taken by a mail server that we did not write."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from alerts import channel_smtp
from alerts.channel_opening import open_channel
from alerts.channels import Channel, ChannelError, Hidden, SmtpSettings
from alerts.notices import Notice, Word

pytestmark = pytest.mark.filterwarnings("ignore:Session.login_data:DeprecationWarning")
PASSWORD = "the-mail-password"


class Mailbox:
    """What the server took, and how it answers next."""

    def __init__(self) -> None:
        self.mails: list[tuple[Envelope, EmailMessage]] = []
        self.encrypted: list[bool] = []
        self.to_sender = "250 OK"
        self.to_data = "250 taken"
        self.refused: dict[str, str] = {}
        self.port = 0

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.to_sender

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        if self.to_data.startswith("250"):
            self.mails.append((envelope, mail))
            self.encrypted.append(session.ssl is not None)
        return self.to_data


def _login(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> Any:
    right = data.login == b"alerts" and data.password == PASSWORD.encode()
    return AuthResult(success=right, handled=False)


@pytest.fixture
async def mailbox(certificate: Any) -> AsyncIterator[Mailbox]:
    """Takes mail by STARTTLS and after a login only."""
    box = Mailbox()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)

    def server() -> SMTP:
        return SMTP(
            box,
            hostname="mail.test",
            tls_context=context,
            require_starttls=True,
            auth_required=True,
            authenticator=_login,
        )

    listening = await asyncio.get_running_loop().create_server(server, "127.0.0.1", 0)
    box.port = listening.sockets[0].getsockname()[1]
    yield box
    listening.close()
    await listening.wait_closed()


@pytest.fixture
def channel(mailbox: Mailbox, clock: Any, certificate: Any) -> Callable[..., Channel]:
    settings = SmtpSettings(
        name="mail",
        host="127.0.0.1",
        port=mailbox.port,
        username="alerts",
        password=Hidden(PASSWORD),
        sender="Floorwatch <floor@example.org>",
        to=("lead@example.org", "boss@example.org"),
        ca_file=certificate[0],
    )

    def changed(**changes: Any) -> Channel:
        return open_channel(
            msgspec.structs.replace(settings, **changes), clock, "https://floor.example"
        )

    return changed


async def test_a_mail_arrives_encrypted_and_readable(
    mailbox: Mailbox, channel: Any, make_notice: Any
) -> None:
    await channel().send([make_notice()])
    ((envelope, mail),) = mailbox.mails
    assert mailbox.encrypted == [True]
    assert envelope.mail_from == "floor@example.org"
    assert envelope.rcpt_tos == ["lead@example.org", "boss@example.org"]
    assert mail["Subject"] == "【紧急】突发话务高峰 · 销售"
    assert mail["To"] == "lead@example.org, boss@example.org"
    assert mail["Message-ID"] == "<n-1@floorwatch>"
    assert mail["Auto-Submitted"] == "auto-generated"
    text = mail.get_content()
    assert "38 秒来电 12 通" in text
    assert "12 calls in 38 s" in text
    assert "https://floor.example/floor?incident=i-1" in text


async def test_a_repeat_is_the_same_mail_and_an_incident_one_thread(
    mailbox: Mailbox, channel: Any, make_notice: Any
) -> None:
    for each in (
        make_notice(), make_notice(), make_notice(id="n 2", word=Word.RESOLVED),
        make_notice(id="n-3", incident="i-2"),
    ):  # fmt: skip
        await channel().send([each])
    first, again, end, other = [mail for _, mail in mailbox.mails]
    assert first["Message-ID"] == again["Message-ID"] != end["Message-ID"]
    assert first["References"] == end["References"] != other["References"]


async def test_named_people_get_it_instead_of_the_list(
    mailbox: Mailbox, channel: Any, make_notice: Any
) -> None:
    mentions = ("wang@example.org", "13800001111", "x@y\r\nRCPT TO:<z@z>")
    await channel().send([make_notice(mentions=mentions)])
    assert mailbox.mails[0][0].rcpt_tos == ["wang@example.org"]
    with pytest.raises(ChannelError, match="no") as caught:
        await channel().send([make_notice(mentions=("13800001111",))])
    assert not caught.value.retry


async def test_hostile_names_write_no_headers(
    mailbox: Mailbox, channel: Any, hostile: Notice
) -> None:
    await channel().send([hostile])
    ((envelope, mail),) = mailbox.mails
    assert mail["Bcc"] is None
    assert len(envelope.rcpt_tos) == 2
    assert "点我" in mail["Subject"]
    assert "\n" not in mail["Subject"]


@pytest.mark.parametrize(
    ("field", "reply", "retry"),
    [("to_sender", "451 try again later", True), ("to_sender", "550 not you", False),
     ("to_data", "452 no space", True), ("to_data", "554 looks like spam", False),
     ("to_data", "421 closing", True)],
)  # fmt: skip
async def test_a_servers_no_may_be_for_now_or_for_good(
    field: str, reply: str, retry: bool, mailbox: Mailbox, channel: Any, make_notice: Any
) -> None:
    setattr(mailbox, field, reply)
    with pytest.raises(ChannelError, match=reply[:3]) as caught:
        await channel().send([make_notice()])
    assert caught.value.retry is retry


async def test_some_refused_addresses_do_not_keep_the_mail_from_the_rest(
    mailbox: Mailbox, channel: Any, make_notice: Any, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox.refused = {"boss@example.org": "550 no such user"}
    await channel().send([make_notice()])
    assert mailbox.mails[0][0].rcpt_tos == ["lead@example.org"]
    assert "boss@example.org was refused with code 550" in caplog.text
    mailbox.refused["lead@example.org"] = "450 mailbox busy"
    with pytest.raises(ChannelError, match="everybody") as caught:
        await channel().send([make_notice()])
    assert caught.value.retry


async def test_a_wrong_password_is_told_without_it(channel: Any, make_notice: Any) -> None:
    wrong = "not-the-right-one"
    with pytest.raises(ChannelError, match="535") as caught:
        await channel(password=Hidden(wrong)).send([make_notice()])
    assert not caught.value.retry
    assert wrong not in str(caught.value)


async def test_a_server_that_we_do_not_trust_gets_no_mail(
    mailbox: Mailbox, channel: Any, make_notice: Any
) -> None:
    with pytest.raises(ChannelError, match="certificate"):
        await channel(ca_file=None).send([make_notice()])
    assert mailbox.mails == []


async def test_no_encryption_no_mail(
    clock: Any, channel: Any, make_notice: Any, mailbox: Mailbox
) -> None:
    plain = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, hostname="mail.test"), "127.0.0.1", 0
    )
    port = plain.sockets[0].getsockname()[1]
    async with plain:
        with pytest.raises(ChannelError, match="STARTTLS"):
            await channel(port=port).send([make_notice()])
        assert mailbox.mails == []
        await channel(port=port, security="plain", username="", password=Hidden()).send(
            [make_notice()]
        )
        assert mailbox.encrypted == [False]


async def test_tls_from_the_first_byte(
    certificate: Any, channel: Any, make_notice: Any, mailbox: Mailbox
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(mailbox, hostname="mail.test"), "127.0.0.1", 0, ssl=context
    )
    async with server:
        port = server.sockets[0].getsockname()[1]
        await channel(port=port, security="tls", username="", password=Hidden()).send(
            [make_notice()]
        )
    assert len(mailbox.mails) == 1


async def test_a_silent_server_is_left(
    channel: Any, make_notice: Any, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    with pytest.raises(ChannelError) as nobody:
        await channel(port=unused_tcp_port).send([make_notice()])
    monkeypatch.setattr(channel_smtp, "TIMEOUT_S", 0.1)

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        with pytest.raises(ChannelError, match="no answer") as hung:
            await channel(port=port).send([make_notice()])
    assert nobody.value.retry
    assert hung.value.retry
