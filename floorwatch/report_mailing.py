"""Sends the reports that are due: each slot's letter at least once, and what was missed once, late.

    mailings -> due slots -> letters (kept) -> made (in a thread) -> sent | again | given up

A letter is handed in together with the word that its slot is dealt with, in one transaction, so that
a crash neither loses nor doubles one; one that was sent in the moment of a crash is sent again.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from alerts.channels import Channel, ChannelError
from alerts.letters import Attachment, Mails, Tells
from alerts.letters import Letter as Mail
from dashboard.desk_file import DeskFileError
from dashboard.report_mails_sqlite import SqliteReportMails
from ingest.events import Millis
from ingest.ports import Clock
from reports import letters
from reports.as_pdf import PdfError
from reports.files import ReportFile, report_file
from reports.model import Report
from reports.schedule import Form, Letter, Mailing, Waiting, due

LOOK_S = 20.0
FIRST_WAIT_MS, LONGEST_WAIT_MS = 60_000, 3_600_000
MOST_TRIES = 30
"""With the waits between them a day and some hours: then the next one has come."""

log = logging.getLogger(__name__)

Make = Callable[[Letter, Millis], Awaitable[Report]]
"""The report of a letter as of now, of what whoever set its mailing may see."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Carriers:
    """Who carries letters: `mail` names the channel of mails, "" if there is none; `page` is where
    people find the reports, "" if nobody said."""

    channels: Mapping[str, Channel]
    mail: str = ""
    page: str = ""


class ReportMailing:
    """Looks every 20 seconds, and at once when it is woken. `given` are the settings' mailings."""

    def __init__(
        self,
        store: SqliteReportMails,
        given: Sequence[Mailing],
        carriers: Carriers,
        make: Make,
        clock: Clock,
        zone: ZoneInfo,
    ) -> None:
        self._store = store
        self._given = tuple(given)
        self._carriers = carriers
        self._make = make
        self._clock = clock
        self._zone = zone
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """Something was set or is to be tried: look now."""
        self._woken.set()

    async def run(self) -> None:
        """Send until cancelled. A full disk delays letters, and stops nothing else."""
        while True:
            self._woken.clear()
            try:
                self.look()
                await self.carry()
            except DeskFileError as error:
                log.warning("reports are not sent: %s", error)
            _end_if_cancelled()
            await self._pause()

    def look(self) -> None:
        """Hand in a letter for each mailing of which a slot has come."""
        now, done = self._clock.now(), self._store.done()
        every = {each.id: each for each in (*self._store.mailings(), *self._given)}
        for id in done.keys() - every.keys():
            self._store.end(id)
        for id, mailing in every.items():
            if id not in done:
                self._store.begin(id, now)
            elif (found := due(mailing, done[id], now, self._zone)) is not None:
                letter = Letter(
                    id=f"report-{id}-{found.slot}",
                    mailing=mailing,
                    slot=found.slot,
                    late=found.late,
                    missed=found.missed,
                )
                self._store.hand_in(letter, now)

    async def carry(self) -> None:
        """Try all letters that wait, one after the other."""
        for waiting in self._store.waiting(self._clock.now()):
            letter = waiting.letter
            try:
                await self._send(letter)
            except ChannelError as error:
                self._failed(waiting, error.why, error.retry, error.after_s)
            except Exception as error:
                log.exception("report %s", letter.id)
                why = f"the report could not be made ({type(error).__name__}): see the log"
                self._failed(waiting, why, retry=True)
            else:
                self._store.sent(letter.id, self._clock.now())
            _end_if_cancelled()

    async def _send(self, letter: Letter) -> None:
        mailing = letter.mailing
        name = mailing.channel or self._carriers.mail
        channel = self._carriers.channels.get(name)
        if channel is None:
            raise ChannelError(f'no channel is called "{name}"', retry=False)
        report = await self._make(letter, self._clock.now())
        page = self._carriers.page
        if mailing.channel:
            if not isinstance(channel, Tells):
                raise ChannelError(f'the channel "{name}" tells no group', retry=False)
            await channel.tell(letters.message(report, letter, page), letter.id)
            return
        if not isinstance(channel, Mails):
            raise ChannelError(f'the channel "{name}" carries no mails', retry=False)
        files, why = await asyncio.to_thread(files_of, report, mailing)
        names = [file.name for file in files]
        await channel.mail(
            Mail(
                id=letter.id,
                subject=letters.subject(report, mailing.language),
                text=letters.body(report, letter, names, page, why),
                to=mailing.to,
                attachments=tuple(
                    Attachment(name=file.name, content_type=file.content_type, body=file.body)
                    for file in files
                ),
            )
        )

    def _failed(
        self, waiting: Waiting, why: str, retry: bool, after_s: float | None = None
    ) -> None:
        now, letter = self._clock.now(), waiting.letter
        log.warning("report %s is not sent: %s", letter.id, why)
        # Who tries one wants to know at once.
        if not retry or letter.trial or waiting.tries + 1 >= MOST_TRIES:
            self._store.given_up(letter.id, now, why)
            return
        wait_ms = min(FIRST_WAIT_MS * 2 ** min(waiting.tries, 10), LONGEST_WAIT_MS)
        wait_ms = max(wait_ms, round((after_s or 0) * 1_000))
        self._store.again(letter.id, now + wait_ms, why)

    async def _pause(self) -> None:
        woken = asyncio.ensure_future(self._woken.wait())
        asleep = asyncio.ensure_future(self._clock.sleep(LOOK_S))
        try:
            await asyncio.wait((woken, asleep), return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            asleep.cancel()


def _end_if_cancelled() -> None:
    # A mail that was under way may have taken our cancellation for a broken connection.
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def files_of(report: Report, mailing: Mailing) -> tuple[list[ReportFile], str]:
    """What hangs on a mail; a page in the place of a PDF that cannot be made, and why it cannot."""
    files: dict[str, ReportFile] = {}
    why = ""
    for form in mailing.forms:
        try:
            file = report_file(report, form, mailing.language)
        except PdfError as error:
            why = str(error)
            file = report_file(report, Form.HTML, mailing.language)
        files[file.name] = file
    return list(files.values()), why
