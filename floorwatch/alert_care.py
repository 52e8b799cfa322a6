"""Who is told of alerts: `[[policy]]`, `[[person]]`, `[[duty]]`, `[[maintenance]]`, `[quiet]` and
`[grouping]` of the alerts file."""

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from fnmatch import fnmatchcase
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from alerts.care import (
    DEFAULT_POLICY,
    LEAD,
    MANAGER,
    ON_DUTY,
    Care,
    Grouping,
    Maintenance,
    Person,
    Policy,
    Shift,
    Step,
)
from alerts.hours import ALWAYS, Hours
from floorwatch.settings_hours import hours
from floorwatch.settings_reader import LANGUAGES, Table, kind_of, text
from floorwatch.settings_values import ValueMistakeError, duration_ms, identifier, suggestion
from ingest.events import Millis
from stream.sites import Site

CARE_ROOT = ("policy", "person", "duty", "maintenance", "quiet", "grouping", "languages")
CARE_KEYS: Mapping[str, tuple[str, ...]] = {
    "policy": ("id", "step", "repeat"),
    "policy.step": ("after", "tell"),
    "person": ("id", "names", "channels", "mentions"),
    "duty": ("hours", "teams", "queues", "persons", "channels", "lead", "manager"),
    "maintenance": ("rule", "scope", "hours", "from", "until", "reason"),
    "quiet": ("hours",),
    "grouping": ("critical_wait", "wait", "window", "settle", "linger"),
}
"""What the alerts file's keys are joined with, at its top level and by table; docs/alerts.md
describes each of them."""

_LONGEST_NAME = 255


def read_care(table: Table, site: Site, channels: Collection[str] = ()) -> Care:
    """The arrangements of this file; mistakes go to the table's findings.

    `channels` are the names of all channels there are.
    """
    return _Reader(site, channels).care(table)


class _Reader:
    """Reads the tables, and holds their references against what there is."""

    def __init__(self, site: Site, channels: Collection[str]) -> None:
        self._site = site
        self._channels = tuple(channels)
        self._persons: dict[str, Person] = {}

    def care(self, table: Table) -> Care:
        for id, person in _by_id(table.tables("person"), "li"):
            self._persons[id] = self._person(person, id)
        quiet = table.table("quiet")
        if table.has("quiet") and not quiet.has("hours"):
            quiet.required("hours", "22:00-07:00")
        languages = tuple(self._known(table, "languages", LANGUAGES, "language"))
        return Care(
            policies={id: self._policy(each) for id, each in _by_id(table.tables("policy"), "vip")},
            persons=self._persons,
            shifts=tuple(self._shift(each) for each in table.tables("duty")),
            maintenance=tuple(self._maintenance(each) for each in table.tables("maintenance")),
            quiet=self._hours(quiet) if quiet.has("hours") else None,
            grouping=_grouping(table.table("grouping")),
            channels=self._channels,
            languages=languages or LANGUAGES,
        )

    def _person(self, table: Table, id: str) -> Person:
        mentions = {}
        given = table.values.get("mentions", {})
        if not isinstance(given, dict):
            table.add("mentions", f"this is {kind_of(given)}", 'Write { channel = "name there" }')
            given = {}
        for channel, name in given.items():
            path = (*table.path, "mentions", channel)
            if channel not in self._channels:
                mend = self._mend(channel, self._channels, "channel")
                table.findings.add(path, f'there is no channel "{channel}"', mend, at_key=True)
            try:
                mentions[channel] = text(name, _LONGEST_NAME)
            except ValueMistakeError as mistake:
                table.findings.add(path, mistake.what, mistake.mend)
        return Person(
            id=id,
            names=table.names(),
            channels=tuple(self._known(table, "channels", self._channels, "channel")),
            mentions=mentions,
        )

    def _policy(self, table: Table) -> Policy:
        steps = tuple(self._step(each) for each in table.tables("step"))
        for number, (one, next) in enumerate(pairwise(steps), 1):
            if next.after_ms <= one.after_ms:
                path = (*table.path, "step", number, "after")
                mend = "Write the steps in the order in which they come"
                table.findings.add(path, "this step is not later than the one before", mend)
        return Policy(
            steps=steps if table.has("step") else DEFAULT_POLICY.steps,
            repeat_ms=table.read("repeat", duration_ms, DEFAULT_POLICY.repeat_ms),
        )

    def _step(self, table: Table) -> Step:
        tell = []
        for path, whom in table.texts("tell"):
            sort, _, id = whom.partition(":")
            known = {"person": tuple(self._persons), "channel": self._channels}.get(sort)
            if whom not in (ON_DUTY, LEAD, MANAGER) and known is None:
                mend = 'Write "duty", "lead", "manager", "person:ID" or "channel:NAME"'
                table.findings.add(path, f'"{whom}" is nobody', mend)
            elif known is not None and id not in known:
                mend = self._mend(id, known, sort)
                table.findings.add(path, f'there is no {sort} "{id}"', mend)
            else:
                tell.append(whom)
        if not table.has("tell"):
            mend = 'Add for instance tell = ["lead"]'
            table.findings.add(table.path, "tell is missing", mend, at_key=True)
        return Step(table.read("after", duration_ms, 0), tuple(tell))

    def _shift(self, table: Table) -> Shift:
        persons = tuple(self._persons)
        for path, pattern in table.texts("queues"):
            if self._site.queues and not any(
                fnmatchcase(queue, pattern) for queue in self._site.queues
            ):
                mend = self._mend(pattern, tuple(self._site.queues), "queue")
                table.findings.warn(path, f'no queue is called "{pattern}"', mend)
        return Shift(
            hours=self._hours(table),
            teams=tuple(self._known(table, "teams", tuple(self._site.teams), "team")),
            queues=tuple(queue for _, queue in table.texts("queues")),
            persons=tuple(self._known(table, "persons", persons, "person")),
            channels=tuple(self._known(table, "channels", self._channels, "channel")),
            lead=self._one(table, "lead"),
            manager=self._one(table, "manager"),
        )

    def _maintenance(self, table: Table) -> Maintenance:
        start = table.read("from", self._instant, 0)
        end = table.read("until", self._instant, 0)
        if not any(table.has(key) for key in ("hours", "until")):
            mend = 'Add until = 2026-05-01T06:00:00, or hours = "Sun 02:00-04:00"'
            table.findings.add(table.path, "this would last for ever", mend, at_key=True)
        if end and end <= start:
            table.add("until", "this is not after from", "Write the earlier time at from")
        return Maintenance(
            rule=table.text("rule", "*"),
            scope=table.text("scope", "*"),
            hours=self._hours(table),
            start=start,
            end=end,
            reason=table.text("reason"),
        )

    def _hours(self, table: Table) -> Hours:
        zone = self._site.time_zone
        return table.read("hours", lambda value: hours(value, zone), ALWAYS)

    def _instant(self, value: Any) -> Millis:
        if not isinstance(value, datetime):
            what = "this is a day without a time" if isinstance(value, date) else kind_of(value)
            raise ValueMistakeError(what, "Write it without quotes: 2026-05-01T22:00:00")
        local = value if value.tzinfo else value.replace(tzinfo=ZoneInfo(self._site.time_zone))
        return round(local.timestamp() * 1_000)

    def _one(self, table: Table, key: str) -> str:
        name = table.text(key)
        if name and name not in self._persons:
            mend = self._mend(name, tuple(self._persons), "person")
            table.add(key, f'there is no person "{name}"', mend)
            return ""
        return name

    def _known(self, table: Table, key: str, known: Collection[str], sort: str) -> Iterator[str]:
        for path, name in table.texts(key):
            if name in known:
                yield name
            else:
                mend = self._mend(name, tuple(known), sort)
                table.findings.add(path, f'there is no {sort} "{name}"', mend)

    def _mend(self, name: str, known: tuple[str, ...], sort: str) -> str:
        if not known:
            return f"There is no {sort} at all yet: add one, or take this out"
        return f"{suggestion(name, known)}Known are {', '.join(known[:10])}"


def _grouping(table: Table) -> Grouping:
    usual = Grouping()
    return Grouping(
        critical_wait_ms=table.read("critical_wait", duration_ms, usual.critical_wait_ms),
        wait_ms=table.read("wait", duration_ms, usual.wait_ms),
        window_ms=table.read("window", duration_ms, usual.window_ms),
        settle_ms=table.read("settle", duration_ms, usual.settle_ms),
        linger_ms=table.read("linger", duration_ms, usual.linger_ms),
    )


def _by_id(tables: list[Table], example: str) -> Iterator[tuple[str, Table]]:
    seen: set[str] = set()
    for table in tables:
        table.required("id", example)
        id = table.read("id", identifier, "")
        if id in seen:
            table.add("id", f'the id "{id}" is given twice', "Take one out, or rename it")
        elif id:
            seen.add(id)
            yield id, table
