"""The desk of the mails: a manager says which report goes to whom, when; and sees what became of it.

/report-mails        which there are, where they may go, when each goes next, what became of the last
report.mail.set      a new one, or another one in the place of his own
report.mail.end      it goes no more
report.mail.try      it goes once, now
"""

import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from alerts.channels import ADDRESS
from dashboard.access import Caller, Role
from dashboard.desks import FORBIDDEN, UNREADABLE, Deed, Desk, Inquiry, Question, RefusedError, Wish
from dashboard.report_mails_sqlite import SqliteReportMails
from ingest.events import Millis
from reports.schedule import Form, Letter, Mailing, clock, next_slot

MOST = 50
"""Mails that may be set from the page."""
MOST_TO = 20
MOST_TRIALS_MS = 10_000
"""A trial goes no sooner after the one before it."""


class _Set(Struct, frozen=True, kw_only=True):
    report: Literal["day", "week", "month", "year", "brief_before", "brief_after"]
    at: str
    to: list[str]
    mail: str = ""
    language: Literal["zh", "en"] = "zh"
    forms: list[Form] = []
    weekdays: list[int] = []
    day: int = 1


class _Which(Struct, frozen=True, kw_only=True):
    mail: str


class ReportMailDesk(Desk):
    """`given` are the mailings of the settings, which the page shows and cannot change; `domains`
    those that it may send to, none if no channel carries mails. `wake` tells who sends them."""

    def __init__(
        self,
        store: SqliteReportMails,
        given: Sequence[Mailing],
        domains: Collection[str],
        zone: ZoneInfo,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._given = tuple(given)
        self._domains = frozenset(domains)
        self._zone = zone
        self._wake = wake
        self._tried: dict[str, Millis] = {}

    @property
    def deeds(self) -> Mapping[str, Deed]:
        return {
            "report.mail.set": (Role.MANAGER, self._set),
            "report.mail.end": (Role.MANAGER, self._end),
            "report.mail.try": (Role.MANAGER, self._try),
        }

    @property
    def inquiries(self) -> Mapping[str, Inquiry]:
        return {"/report-mails": (Role.MANAGER, self._mails)}

    async def _mails(self, question: Question) -> object:
        seen = [each for each in self._every() if _may_see(each, question.caller)]
        return {
            "mails": [self._shown(each, question) for each in seen],
            "domains": sorted(self._domains),
            "reports": ["day", "week", "month", "year", "brief_before", "brief_after"],
            "forms": [form.value for form in Form],
            "time_zone": self._zone.key,
        }

    def _shown(self, mailing: Mailing, question: Question) -> dict[str, Any]:
        return {
            "id": mailing.id,
            "report": mailing.report,
            "at": clock(mailing.at_min),
            "weekdays": list(mailing.weekdays),
            "day": mailing.day,
            "language": mailing.language,
            "forms": [form.value for form in mailing.forms],
            "to": list(mailing.to),
            "channel": mailing.channel,
            "by": mailing.by,
            "from_settings": not mailing.by,
            "mine": _may_change(mailing, question.caller),
            "next_at": next_slot(mailing, question.now, self._zone),
            "last": self._store.last(mailing.id),
        }

    async def _set(self, wish: Wish) -> Mapping[str, object]:
        if not self._domains:
            raise RefusedError("mail_off")
        asked = _read(wish, _Set)
        if asked.mail:
            old = self._mine(asked.mail, wish.caller)
        elif len(self._store.mailings()) >= MOST:
            raise RefusedError("mails_full")
        else:
            old = None
        scope = wish.caller.scope
        mailing = Mailing(
            id=old.id if old is not None else f"page-{secrets.token_hex(6)}",
            report=asked.report,
            at_min=_minutes(asked.at),
            language=asked.language,
            forms=tuple(dict.fromkeys(asked.forms)) or (Form.XLSX,),
            to=self._addresses(asked.to),
            weekdays=_weekdays(asked),
            day=_day(asked),
            queues=scope.queues,
            teams=scope.teams,
            by=wish.caller.id,
            set_at=wish.now,
        )
        self._store.put(mailing, wish.now)
        self._wake()
        return {"mail": mailing.id, "next_at": next_slot(mailing, wish.now, self._zone)}

    async def _end(self, wish: Wish) -> Mapping[str, object]:
        self._store.end(self._mine(_read(wish, _Which).mail, wish.caller).id)
        return {}

    async def _try(self, wish: Wish) -> Mapping[str, object]:
        id = _read(wish, _Which).mail
        mailing = self._known(id, wish.caller)
        if not _may_change(mailing, wish.caller):
            raise RefusedError(FORBIDDEN)
        if wish.now - self._tried.get(id, 0) < MOST_TRIALS_MS:
            raise RefusedError("mail_tried")
        self._tried[id] = wish.now
        letter = Letter(id=f"{id}-trial-{wish.now}", mailing=mailing, slot=wish.now, trial=True)
        self._store.hand_in(letter, wish.now)
        self._wake()
        return {"mail": id}

    def _every(self) -> list[Mailing]:
        return [*self._given, *self._store.mailings()]

    def _known(self, id: str, caller: Caller) -> Mailing:
        for each in self._every():
            if each.id == id and _may_see(each, caller):
                return each
        raise RefusedError("mail_gone")

    def _mine(self, id: str, caller: Caller) -> Mailing:
        """One that was set from the page, and that this caller may change."""
        mailing = self._known(id, caller)
        if not mailing.by:
            raise RefusedError("mail_of_settings")
        if not _may_change(mailing, caller):
            raise RefusedError(FORBIDDEN)
        return mailing

    def _addresses(self, given: Sequence[str]) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(each.strip() for each in given if each.strip()))
        if not 0 < len(found) <= MOST_TO:
            raise RefusedError("mail_to_whom")
        for address in found:
            if not ADDRESS.fullmatch(address):
                raise RefusedError("mail_address", address=address[:80])
            if address.rpartition("@")[2].lower() not in self._domains:
                raise RefusedError("mail_domain", address=address[:80])
        return found


def _may_see(mailing: Mailing, caller: Caller) -> bool:
    """His own, and whoever looks after the whole site all."""
    return caller.scope.whole or (bool(mailing.by) and mailing.by == caller.id)


def _may_change(mailing: Mailing, caller: Caller) -> bool:
    """His own; an admin all. Who tries one of the settings' sends it to others: an admin may."""
    return caller.at_least(Role.ADMIN) or (bool(mailing.by) and mailing.by == caller.id)


def _read(wish: Wish, form: Any) -> Any:
    try:
        return msgspec.convert(wish.data, type=form)
    except msgspec.ValidationError as error:
        raise RefusedError(UNREADABLE) from error


def _minutes(text: str) -> int:
    hours, colon, minutes = text.partition(":")
    plain = colon and len(minutes) == 2 and (hours + minutes).isdecimal() and text.isascii()
    if not plain or len(hours) > 2 or int(hours) > 23 or int(minutes) > 59:
        raise RefusedError("mail_time")
    return int(hours) * 60 + int(minutes)


def _weekdays(asked: _Set) -> tuple[int, ...]:
    found = tuple(sorted(set(asked.weekdays)))
    monthly = asked.report in ("month", "year")
    if any(not 0 <= day <= 6 for day in found) or (found and monthly):
        raise RefusedError(UNREADABLE)
    if asked.report == "week" and len(found) > 1:
        raise RefusedError(UNREADABLE)
    return found


def _day(asked: _Set) -> int:
    if not 1 <= asked.day <= 28:
        raise RefusedError(UNREADABLE)
    return asked.day
