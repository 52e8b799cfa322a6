"""Sends notices as mails, over an encrypted connection to a server that proves who it is."""

import hashlib
import logging
import re
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime

import aiosmtplib

from alerts.channel_text import cut
from alerts.channels import ADDRESS, ChannelError, SmtpSettings
from alerts.letters import Letter
from alerts.message import compose
from alerts.notices import Notice
from alerts.sentence_numbers import one_line
from ingest.ports import Clock

TIMEOUT_S = 10.0
LONGEST_SUBJECT = 200
LONGEST_BODY = 100_000

_PLAIN_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_log = logging.getLogger(__name__)


class SmtpChannel:
    """One mail server and those who are told where nobody is named."""

    def __init__(self, settings: SmtpSettings, clock: Clock, base_url: str = "") -> None:
        self.per_minute = settings.per_minute
        self._settings = settings
        self._clock = clock
        self._base_url = base_url
        self._context: ssl.SSLContext | None = None

    async def send(self, notices: Sequence[Notice]) -> None:
        """See `Channel.send`. Named people get it instead of the channel's own list."""
        settings = self._settings
        wanted = [name for each in notices for name in each.mentions or settings.to]
        to = [each for each in dict.fromkeys(wanted) if ADDRESS.fullmatch(each)]
        if not to:
            raise ChannelError("nobody whom it is for has a mail address", retry=False)
        await self._deliver(self._mail(notices, to), to)

    async def mail(self, letter: Letter) -> None:
        """See `Mails.mail`."""
        to = [each for each in dict.fromkeys(letter.to) if ADDRESS.fullmatch(each)]
        if not to:
            raise ChannelError("nobody whom it is for has a mail address", retry=False)
        mail = self._headed(letter.subject, to, letter.id)
        mail.set_content(letter.text, cte="base64")
        for each in letter.attachments:
            main, _, sub = each.content_type.partition("/")
            mail.add_attachment(each.body, maintype=main, subtype=sub, filename=each.name)
        await self._deliver(mail, to)

    async def _deliver(self, mail: EmailMessage, to: Sequence[str]) -> None:
        settings = self._settings
        try:
            refused, _ = await aiosmtplib.send(
                mail,
                sender=settings.sender,
                recipients=list(to),
                hostname=settings.host,
                port=settings.port,
                username=settings.username or None,
                password=settings.password.reveal() or None,
                use_tls=settings.security == "tls",
                start_tls=settings.security == "starttls",
                tls_context=self._tls(),
                timeout=TIMEOUT_S,
            )
        except aiosmtplib.SMTPException as error:
            raise self._error(error) from None
        except (OSError, ValueError) as error:
            raise ChannelError(self._said(f"the mail failed ({error})"), retry=True) from None
        for address, response in refused.items():
            _log.warning("mail to %s was refused with code %d", address, response.code)

    def _mail(self, notices: Sequence[Notice], to: Sequence[str]) -> EmailMessage:
        message = compose(notices, self._base_url)
        mail = self._headed(message.title, to, "\n".join(each.id for each in notices))
        if len(notices) == 1:
            # Mail programs show what belongs to one incident as one conversation.
            thread = _mail_id(f"incident-{notices[0].incident}")
            mail["In-Reply-To"] = mail["References"] = thread
        link = f"\n\n{message.link_text}: {message.link}" if message.link else ""
        mail.set_content(f"{message.title}\n\n{message.text(LONGEST_BODY)}{link}\n", cte="base64")
        return mail

    def _headed(self, subject: str, to: Sequence[str], id: str) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"] = one_line(cut(subject, LONGEST_SUBJECT), LONGEST_SUBJECT)
        mail["From"] = self._settings.sender
        mail["To"] = ", ".join(to)
        mail["Date"] = format_datetime(datetime.fromtimestamp(self._clock.now() / 1_000, UTC))
        mail["Message-ID"] = _mail_id(id)
        mail["Auto-Submitted"] = "auto-generated"
        return mail

    def _tls(self) -> ssl.SSLContext | None:
        settings = self._settings
        if settings.security == "plain":
            return None
        if self._context is None:
            try:
                self._context = ssl.create_default_context(cafile=settings.ca_file)
            except (OSError, ssl.SSLError):
                why = f"{settings.ca_file} cannot be read as certificates (PEM)"
                raise ChannelError(why, retry=False) from None
        return self._context

    def _error(self, error: aiosmtplib.SMTPException) -> ChannelError:
        """A code from 500 up is the server's last word; all else may pass."""
        match error:
            case aiosmtplib.SMTPRecipientsRefused():
                codes = [each.code for each in error.recipients]
                why = f"the mail server refused everybody it is for ({codes[0]})"
                return ChannelError(why, retry=any(code < 500 for code in codes))
            case aiosmtplib.SMTPResponseException() if error.code >= 400:
                why = self._said(f"the mail server answered {error.code} {error.message}")
                return ChannelError(why, retry=error.code < 500)
            case aiosmtplib.SMTPTimeoutError():
                return ChannelError(f"no answer within {TIMEOUT_S:.0f} s", retry=True)
            case _:
                return ChannelError(self._said(f"the mail server failed: {error}"), retry=True)

    def _said(self, text: str) -> str:
        password = self._settings.password.reveal()
        return one_line(text.replace(password, "…") if password else text, 240)


def _mail_id(name: str) -> str:
    """A message id that is the same for the same name."""
    if not _PLAIN_ID.fullmatch(name):
        name = hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()[:32]
    return f"<{name}@floorwatch>"
