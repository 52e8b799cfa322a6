"""Reads `[site.reports]`: which reports go out by themselves, when, as what, and to whom."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from alerts.channels import ADDRESS
from floorwatch.settings_reader import Table, kind_of
from floorwatch.settings_values import ValueMistakeError, day_start_min, identifier, suggestion
from reports.schedule import REPORTS, Form, Mailing

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
LAST_DAY = 28
_DOMAIN_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-.")
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """What a site has settled of its reports.

    `channel` is the mail channel of the alerts file that carries them. A manager may set mails from
    the page to addresses of these `domains` only; without any, to none.
    """

    channel: str = ""
    domains: tuple[str, ...] = ()
    mailings: tuple[Mailing, ...] = ()


def read_reports(table: Table) -> ReportSettings:
    """The settings of this table; problems go to its findings."""
    channel = table.text("channel")
    domains = []
    for path, given in table.texts("domains"):
        domain = given.lower().removeprefix("@")
        if "." in domain.strip(".") and _DOMAIN_LETTERS.issuperset(domain):
            domains.append(domain)
        else:
            mend = 'Write what stands behind the @: "example.org"'
            table.findings.add(path, "this is not a domain", mend)
    if domains and not channel:
        mend = 'Name the mail channel of the alerts file: channel = "mail"'
        table.add("domains", "no channel carries these mails", mend)
    mailings: dict[str, Mailing] = {}
    for each in table.tables("mail"):
        each.required("id", "daily")
        each.required("report", "day")
        each.required("at", "08:00")
        mailing = _mailing(each, channel)
        if mailing.id in mailings and mailing.id:
            each.add("id", f'the id "{mailing.id}" is given twice', "Give each its own")
        mailings.setdefault(mailing.id, mailing)
    return ReportSettings(
        channel=channel, domains=tuple(domains), mailings=tuple(mailings.values())
    )


def _mailing(table: Table, channel: str) -> Mailing:
    report = table.read("report", _report, "day")
    to = []
    for path, address in table.texts("to"):
        if ADDRESS.fullmatch(address):
            to.append(address)
        else:
            table.findings.add(path, "this is not a mail address", 'Write "lead@example.org"')
    own = table.text("channel")
    if bool(own) == bool(to):
        what = "nobody is named whom it is for" if not to else "it has both addresses and a group"
        mend = 'Add to = ["lead@example.org"], or channel = "wecom" for the group of a robot'
        table.findings.add(table.path, what, mend, at_key=True)
    if to and not channel:
        mend = 'Add channel = "mail" under [site.reports]: the mail channel of the alerts file'
        table.add("to", "no channel carries mails", mend)
    weekdays = _list(table, "weekdays", _weekday)
    if table.has("weekdays") and report in ("month", "year"):
        table.add("weekdays", f"a {report} is not sent by weekday", "Write day = 1")
    if report == "week" and len(weekdays) > 1:
        table.add("weekdays", "a week is sent once a week", 'Write weekdays = ["monday"]')
    if table.has("day") and report not in ("month", "year"):
        table.add("day", "only a month or a year is sent by day", 'Write weekdays = ["monday"]')
    return Mailing(
        id=table.read("id", identifier, ""),
        report=report,
        at_min=table.read("at", day_start_min, 0),
        language=table.read("language", _language, "zh"),
        forms=() if own else _list(table, "forms", _form) or (Form.XLSX,),
        to=tuple(dict.fromkeys(to)),
        channel=own,
        weekdays=tuple(sorted(set(weekdays))),
        day=table.read("day", _day, 1),
    )


def _list(table: Table, key: str, read: Callable[[str], _T]) -> tuple[_T, ...]:
    found = []
    for path, given in table.texts(key):
        try:
            found.append(read(given))
        except ValueMistakeError as mistake:
            table.findings.add(path, mistake.what, mistake.mend)
    return tuple(dict.fromkeys(found))


def _report(value: Any) -> str:
    return _one_of(value, tuple(REPORTS), "report")


def _form(value: str) -> Form:
    return Form(_one_of(value, tuple(Form), "form"))


def _weekday(value: str) -> int:
    return WEEKDAYS.index(_one_of(value.lower(), WEEKDAYS, "weekday"))


def _language(value: Any) -> str:
    return _one_of(value, ("zh", "en"), "language here")


def _one_of(value: Any, known: tuple[str, ...], what: str) -> str:
    if not isinstance(value, str) or value not in known:
        shown = value if isinstance(value, str) else kind_of(value)
        mend = f"{suggestion(str(value), known)}Known are {', '.join(known)}"
        raise ValueMistakeError(f'"{shown}" is no {what}', mend)
    return str(value)


def _day(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= LAST_DAY:
        raise ValueMistakeError(
            "this is no day that every month has", f"Write a number from 1 to {LAST_DAY}"
        )
    return value
