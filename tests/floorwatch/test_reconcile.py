"""Reconcile: what was on the wall, daybook, archive, journal and the PBX's log tell one day."""

import asyncio
import datetime
import json
import shutil
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from archive.about import About
from archive.about import Why as Closed
from archive.rows import frame
from archive.shelf import Shelf
from floorwatch import replay, wiring
from floorwatch.__main__ import app
from floorwatch.last_figures_wiring import FILE, shown
from floorwatch.reconcile_command import plain
from floorwatch.reconciling import Day, Found, reconcile
from floorwatch.urls import Url
from floorwatch.witnesses import Records
from ingest import wire
from ingest.events import Event, Gap, Queued
from ingest.ports import Batch
from reports.reconcile import Why
from stream.daybook_keeper import Daybook
from stream.daybook_sqlite import DaybookFile
from stream.deadletters import FileDeadLetters
from stream.facts import DEFINITION, WaitFact
from stream.journal_file import FileJournal
from stream.last_figures import encoded
from stream.last_figures_sqlite import LastFiguresFile, of_day
from stream.runner import Runner
from stream.sites import Site

RUN = CliRunner()
SITE = Site(id="hq", time_zone="Asia/Shanghai", day_start_min=11 * 60)
"""Its business day ends at 11:00, in the middle of the simulated morning."""
DATE = datetime.date(2026, 11, 22)
FRAME_MS, MISSED_MS, HELD_MS = 5_000, 120_000, 1_800_000
MINUTE_MS, DAY_MS = 60_000, 86_400_000


class Still:
    """A clock that follows the events."""

    def __init__(self) -> None:
        self.time = 0

    def now(self) -> int:
        return self.time

    async def sleep(self, seconds: float, /) -> None:
        if seconds >= 1:
            await asyncio.Event().wait()  # no checkpoints here
        await asyncio.sleep(0)  # noqa: TID251 - no time passes; others get their turn


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("day")
    start = ["--start", "2026-11-23 10:00", "--hours", "1.4"]
    arguments = ["simulate", "trunk-failure", *start, "--out", str(folder)]
    assert RUN.invoke(app, arguments).exit_code == 0
    return folder


def told(folder: Path) -> list[Event]:
    url = Url(scheme="ami+file", path=str(folder / "ami.jsonl.gz"))
    tape = wiring.Tape(url=url, site=SITE, reading=replay.Reading())
    return list(replay.as_told(wiring.replayed(tape)))


async def lived(folder: Path, events: Sequence[Event]) -> None:
    """A floor that ran through these events, with its walls."""
    clock = Still()
    async with FileJournal(folder / "journal", clock) as journal:
        with (
            closing(FileDeadLetters(folder / "rejected")) as letters,
            Daybook(DaybookFile(folder / "daybook.db", SITE), SITE, clock) as book,
        ):
            runner = Runner(SITE, journal, letters, clock, book)
            await runner.recover()
            with shown(runner, folder) as on_walls:
                stream = asyncio.create_task(runner.run())
                for now, some in framed(events):
                    clock.time = now
                    safe = asyncio.Event()
                    payloads = [wire.encode(event) for event in some]
                    await runner.inbox.put(Batch(payloads, now, "test", safe.set))
                    await safe.wait()
                    on_walls.patch(now)
                stream.cancel()
                await asyncio.wait([stream])
            await book.keep()


def framed(events: Sequence[Event]) -> Iterator[tuple[int, list[Event]]]:
    """Events in the order in which they come in, by frame."""
    frame: list[Event] = []
    ends = 0
    for event in sorted(events, key=lambda event: event.recvtime):
        if frame and event.recvtime >= ends:
            yield ends - 1, frame
            frame = []
        if not frame:
            ends = event.recvtime // FRAME_MS * FRAME_MS + FRAME_MS
        frame.append(event)
    yield ends - 1, frame


@pytest.fixture(scope="module")
def found(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> Found:
    """A day in which two minutes were missed, and three calls were told only after the day's end."""
    folder = tmp_path_factory.mktemp("site")
    asyncio.run(lived(folder, _troubled(told(simulated))))
    day = Day(
        site=SITE,
        folder=folder,
        archive=folder / "archive",
        date=DATE,
        log=Url(scheme="queue_log+file", path=str(simulated / "queue_log")),
    )
    return reconcile(day)


def _troubled(events: list[Event]) -> list[Event]:
    end = Day(site=SITE, folder=Path(), archive=Path(), date=DATE).start + DAY_MS
    missed = end - 20 * MINUTE_MS
    kept = [
        event for event in events if not missed <= event.time < missed + MISSED_MS or event.seq == 0
    ]
    calls = [
        event.data.call
        for event in kept
        if isinstance(event.data, Queued) and event.time > missed + 2 * MISSED_MS
    ]
    held = frozenset(calls[:3])
    gap = Gap(start_at=missed, end_at=missed + MISSED_MS, why="test")
    declared = msgspec.structs.replace(
        kept[0], data=gap, id="gap", seq=0, time=missed + MISSED_MS, recvtime=missed + MISSED_MS
    )
    return [
        msgspec.structs.replace(event, seq=0, recvtime=event.recvtime + HELD_MS)
        if getattr(event.data, "call", "") in held
        else msgspec.structs.replace(event, seq=0)
        for event in (*kept, declared)
    ]


def test_what_was_on_the_wall_is_what_the_daybook_had_then_to_the_last_figure(found: Found) -> None:
    assert len(found.walls) == 4
    assert [wall.offs for wall in found.walls] == [[] for _ in found.walls]


def test_what_came_later_is_told_call_by_call(found: Found) -> None:
    wall = next(each for each in found.comparisons if each.names == ("wall", "daybook"))
    assert {each.why for each in wall.differences} == {Why.LATE}
    assert len({each.who for each in wall.differences if "/" in each.who}) >= 3
    offered = sum(off.values[1] - off.values[0] for off in wall.offs if off.figure == "offered")
    assert offered == 3


def test_the_journal_read_anew_says_what_the_daybook_says(found: Found) -> None:
    journal = next(each for each in found.comparisons if each.names[0] == "journal")
    assert journal.equal


def test_what_the_log_has_more_lies_in_the_gap(found: Found) -> None:
    log = next(each for each in found.comparisons if each.names[1] == "queue_log")
    reasons = Counter(each.why for each in log.differences)
    assert reasons.keys() == {Why.GAP, Why.UNTOLD}
    assert log.seconds > 50
    # What it has that we have not is the calls of those two minutes.
    more = [each for each in log.differences if each.only[1] and not each.only[0]]
    assert more
    assert {each.why for each in more} == {Why.GAP}


def test_all_of_it_is_explained_and_can_be_told_to_a_program(found: Found) -> None:
    assert found.unexplained == 0
    assert "the day is not in the archive" in found.remarks
    told = json.loads(msgspec.json.encode(plain(found)))
    assert told["unexplained"] == 0
    assert all(wall["equal"] for wall in told["walls"])


def settled(site: Path) -> Path:
    """Settings beside the files of a site, and the command's arguments for them."""
    config = site.parent / "floorwatch.toml"
    config.write_text(
        f"""
[stores]
journal = "file:{site.parent}"
[[site]]
id = "hq"
time_zone = "Asia/Shanghai"
business_day_start = "11:00"
[[site.source]]
name = "pbx"
url = "queue_log:/var/log/asterisk/queue_log"
"""
    )
    return config


def asked(site: Path, *more: str) -> tuple[int, str]:
    arguments = ["reconcile", "2026-11-22", "--config", str(settled(site)), *more]
    answer = RUN.invoke(app, arguments)
    return answer.exit_code, answer.output


@pytest.fixture(scope="module")
def quiet(simulated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site whose day had nothing special."""
    folder = tmp_path_factory.mktemp("quiet") / "hq"
    end = Day(site=SITE, folder=Path(), archive=Path(), date=DATE).start + DAY_MS
    asyncio.run(lived(folder, [event for event in told(simulated) if event.recvtime < end + 5_000]))
    return folder


def test_a_quiet_day_is_equal_everywhere(quiet: Path) -> None:
    code, output = asked(quiet)
    assert code == 0, output
    assert "walls: the last figures of 4 of 4 intervals are the daybook's" in output
    assert "daybook: equal" in output
    assert "journal and daybook: equal" in output


def test_a_wall_that_lied_is_found_out(quiet: Path, tmp_path: Path) -> None:
    site = tmp_path / "hq"
    shutil.copytree(quiet, site)
    start = Day(site=SITE, folder=Path(), archive=Path(), date=DATE).start
    last = of_day(site / FILE, start)[-1]
    last.queues["sales"]["answered"] += 1
    with closing(LastFiguresFile(site / FILE)) as file:
        file.keep(last, encoded(last))
    code, output = asked(site)
    assert code == 1
    assert "3 of 4 intervals" in output
    assert "sales answered" in output


def test_an_archive_that_says_otherwise_is_found_out_call_by_call(
    quiet: Path, tmp_path: Path
) -> None:
    site = tmp_path / "hq"
    shutil.copytree(quiet, site)
    day = Day(site=SITE, folder=site, archive=tmp_path / "archive", date=DATE)
    records = Records(SITE, site, day.start)
    entries = records.entries()
    facts = [fact for fact in records.of("all", entries).facts if type(fact) is WaitFact]
    lost = facts[7]
    kept = [fact for fact in records.of("all", entries).facts if fact is not lost]
    about = About(
        site="hq",
        day=DATE,
        definition=DEFINITION,
        written_at=day.start + DAY_MS,
        why=Closed.CLOSED,
        start=day.start,
        end=day.start + DAY_MS,
        time_zone=SITE.time_zone,
        day_start_min=SITE.day_start_min,
        interval_ms=SITE.interval_ms,
        position=entries[-1][0],
    )
    Shelf(day.archive).write(about, frame(kept, {}, records.calendar))
    code, output = asked(site)
    assert code == 1
    assert lost.visit in output
    assert "UNEXPLAINED" in output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["22.11.2026"], "2026-11-22"),
        (["2026-11-22", "--config", "none.toml"], "none.toml"),
        (["2026-11-22", "--log", "mqtt://nowhere"], "queue_log+file"),
    ],
)
def test_what_is_asked_wrongly_is_said(arguments: list[str], said: str) -> None:
    answer = RUN.invoke(app, ["reconcile", *arguments])
    assert answer.exit_code == 1
    assert said in answer.output
