"""The one place that knows which adapter stands behind which URL.

A maker imports its adapter when it is asked for, so that an installation without Redis or without
a broker needs neither library at run time.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from floorwatch.invented import SEED, scenario_for
from floorwatch.replay import Progress, Reading, as_first_witness, as_told
from floorwatch.settings_secret import SecretError
from floorwatch.settings_types import SourceSettings, StoreSettings
from floorwatch.settings_values import ValueMistakeError
from floorwatch.urls import Url
from ingest.events import Event, Millis
from ingest.mqtt_address import MqttAddress
from ingest.ports import Clock, Source
from ingest.reading import Reading as LinesRead
from ingest.stamp import Stamp
from simulators.interventions import Interventions
from simulators.training import Desk
from stream.intervals import Calendar
from stream.ports import Journal
from stream.sites import Site

if TYPE_CHECKING:
    from ingest.source_ami import AmiAddress

DATA = Path("floorwatch-data")
"""Where files go that no setting names: rejected events, exported pages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a source is made for: its site, its settings, and where it may keep what it must remember.

    `fresh` says that the journal is empty, so that a source may tell the day so far. At the `desk`
    people ask for faults of a simulated floor, and `interventions` are what supervisors have done there.
    """

    site: Site
    source: SourceSettings
    folder: Path
    clock: Clock
    environ: Mapping[str, str]
    fresh: bool = False
    desk: Desk | None = None
    interventions: Interventions | None = None

    @property
    def name(self) -> str:
        return f"/acd/{self.site.id}/{self.source.name}"

    @property
    def epoch(self) -> str:
        return str(self.clock.now())

    @property
    def today(self) -> Millis:
        """When the business day began: a log of years is told from there."""
        site = self.site
        calendar = Calendar(site.time_zone, site.day_start_min, site.interval_ms)
        return calendar.day(self.clock.now())

    @property
    def wrap_up_ms(self) -> dict[str, Millis]:
        return {id: card.wrap_up_ms for id, card in self.site.queues.items() if card.wrap_up_ms}

    @property
    def phones(self) -> dict[str, str]:
        """Whose phone each interface is."""
        return {phone: id for id, card in self.site.agents.items() for phone in card.interfaces}

    def secret(self) -> str:
        try:
            return self.source.secret.reveal(self.environ)
        except SecretError as error:
            raise SecretError(f"source {self.source.name}: {error.what}", error.mend) from None


def sources(place: Place) -> list[Source]:
    """The source that the settings name, and the one that fills its gaps, if any."""
    url = place.source.url
    if url.scheme not in SOURCES:
        raise ValueMistakeError(
            f"source {place.source.name}: {url} is a recording, not a source that runs",
            f"Replay it: floorwatch replay {url}",
        )
    made = [SOURCES[url.scheme](place)]
    if place.source.backfill is not None:
        made.append(_queue_log(place, place.source.backfill, fill=True))
    return made


def ami_address(url: Url, user: str, secret: str) -> "AmiAddress":
    """Where this Asterisk is, and who we are there."""
    from ingest.source_ami import AmiAddress

    return AmiAddress(
        host=url.host,
        port=url.port,
        username=user,
        secret=secret,
        login=url.options.get("login", "md5"),
        tls=url.options.get("tls", "off"),
        ca_file=url.options.get("ca"),
    )


def _ami(place: Place) -> Source:
    from ingest.source_ami import AmiSource

    url = place.source.url
    return AmiSource(
        ami_address(url, url.user, place.secret()),
        Stamp(place.name, place.epoch),
        place.clock,
        wrap_up_ms=place.wrap_up_ms,
        agents=place.phones,
    )


def _queue_log(place: Place, url: Url | None = None, *, fill: bool = False) -> Source:
    from ingest.queue_log_mapping import QueueLogMapping
    from ingest.source_queue_log import QueueLogSource

    path = Path((url or place.source.url).path)
    name = f"{place.name}-log" if fill else place.name
    return QueueLogSource(
        path,
        place.folder / f"{place.source.name}.queue_log.json",
        name,
        place.clock,
        QueueLogMapping(wrap_up_ms=place.wrap_up_ms, aliases=place.phones),
        since=place.today,
        fill=fill,
    )


def broker_address(url: Url, password: str) -> MqttAddress:
    """Where this broker is, and who we are there."""
    ca_file = url.options.get("ca")
    return MqttAddress(
        host=url.host,
        port=url.port,
        tls=url.scheme == "mqtts",
        username=url.user or None,
        password=password or None,
        ca_file=Path(ca_file) if ca_file else None,
    )


def _mqtt(place: Place) -> Source:
    from ingest.source_mqtt import MqttSource

    address = broker_address(place.source.url, place.secret())
    return MqttSource(
        address, place.site.id, place.clock, epoch=place.epoch, name=place.source.name
    )


def _simulator(place: Place) -> Source:
    from simulators.play import SimulatedSource

    return SimulatedSource(
        scenario=scenario_for(place.site),
        seed=SEED,
        clock=place.clock,
        history=place.fresh,
        desk=place.desk,
        interventions=place.interventions,
    )


def _events_file(place: Place) -> Source:
    from ingest.source_events_file import EventsFileSource

    return EventsFileSource(Path(place.source.url.path), place.clock.now())


SOURCES: Mapping[str, Callable[[Place], Source]] = {
    "ami": _ami,
    "queue_log": _queue_log,
    "mqtt": _mqtt,
    "mqtts": _mqtt,
    "simulate": _simulator,
    "events+file": _events_file,
}
"""Sources that run, by the scheme of their URL."""


def journal(
    store: StoreSettings, site: str, clock: Clock, environ: Mapping[str, str]
) -> AbstractAsyncContextManager[Journal]:
    """The journal of a site, to be entered; it is this process's alone until it is left."""
    return JOURNALS[store.journal.scheme](store, site, clock, environ)


def _file_journal(
    store: StoreSettings, site: str, clock: Clock, environ: Mapping[str, str]
) -> AbstractAsyncContextManager[Journal]:
    from stream.journal_file import FileJournal

    return FileJournal(Path(store.journal.path) / site / "journal", clock)


def _redis_journal(
    store: StoreSettings, site: str, clock: Clock, environ: Mapping[str, str]
) -> AbstractAsyncContextManager[Journal]:
    from stream.journal_redis import RedisJournal

    url = store.journal.with_secret(store.secret.reveal(environ))
    return RedisJournal(url, site, clock)


JOURNALS: Mapping[
    str,
    Callable[[StoreSettings, str, Clock, Mapping[str, str]], AbstractAsyncContextManager[Journal]],
] = {"file": _file_journal, "redis": _redis_journal, "rediss": _redis_journal}


def data_folder(store: StoreSettings) -> Path:
    """Where a process keeps its files: beside the journal, if that is a file."""
    return Path(store.journal.path) if store.journal.scheme == "file" else DATA


@dataclass(frozen=True, slots=True, kw_only=True)
class Tape:
    """Something to replay: where it is, for which site, and who is told how it goes.

    `recvtime` is when its events came in, where nobody noted it.
    """

    url: Url
    site: Site
    reading: Reading
    recvtime: Millis = 0
    progress: Progress | None = None

    @property
    def path(self) -> Path:
        return Path(self.url.path)

    @property
    def wrap_up_ms(self) -> dict[str, Millis]:
        return {id: card.wrap_up_ms for id, card in self.site.queues.items() if card.wrap_up_ms}

    @property
    def phones(self) -> dict[str, str]:
        return {phone: id for id, card in self.site.agents.items() for phone in card.interfaces}


def replayed(tape: Tape) -> Iterator[Event]:
    """The events of a recording as the only, or the first, witness."""
    return REPLAYS[tape.url.scheme](tape)


def filling(tape: Tape) -> Iterator[Event]:
    """The events of a queue_log as the second witness."""
    return as_told(_log_lines(tape))


def _ami_file(tape: Tape) -> Iterator[Event]:
    from ingest import source_ami_file

    reading = source_ami_file.Reading()
    yield from source_ami_file.events(
        tape.path,
        Stamp(f"/acd/{tape.site.id}/ami", "0"),
        wrap_up_ms=tape.wrap_up_ms,
        agents=tape.phones,
        reading=reading,
        progress=tape.progress,
    )
    tape.reading.add(reading.bad, reading.faults)


def _log_lines(tape: Tape) -> Iterator[Event]:
    from ingest import source_queue_log_file
    from ingest.queue_log_mapping import QueueLogMapping

    reading = LinesRead()
    yield from source_queue_log_file.events(
        tape.path,
        f"/acd/{tape.site.id}/queue_log",
        0,
        QueueLogMapping(wrap_up_ms=tape.wrap_up_ms, aliases=tape.phones),
        reading=reading,
        progress=tape.progress,
    )
    tape.reading.add(reading.rejected, [f"line {b.number}: {b.reason}" for b in reading.bad])


def _log_file(tape: Tape) -> Iterator[Event]:
    return as_first_witness(as_told(_log_lines(tape)))


def _events(tape: Tape) -> Iterator[Event]:
    from ingest import source_events_file

    reading = LinesRead()
    yield from source_events_file.events(
        tape.path, tape.recvtime, reading=reading, progress=tape.progress
    )
    tape.reading.add(reading.rejected, [f"line {b.number}: {b.reason}" for b in reading.bad])


def _calls_table(tape: Tape) -> Iterator[Event]:
    from zoneinfo import ZoneInfo

    from ingest import source_calls_csv

    reading = LinesRead()
    yield from source_calls_csv.events(
        tape.path,
        Stamp(f"/acd/{tape.site.id}/calls", "0"),
        ZoneInfo(tape.site.time_zone),
        reading=reading,
        progress=tape.progress,
    )
    tape.reading.add(reading.rejected, [f"line {b.number}: {b.reason}" for b in reading.bad])


def _journal_events(tape: Tape) -> Iterator[Event]:
    from floorwatch.journal_replay import events

    return events(tape.path, tape.reading, tape.progress)


REPLAYS: Mapping[str, Callable[[Tape], Iterator[Event]]] = {
    "ami+file": _ami_file,
    "queue_log+file": _log_file,
    "events+file": _events,
    "calls+csv": _calls_table,
    "journal": _journal_events,
}
"""What can be replayed, by the scheme of its URL."""
