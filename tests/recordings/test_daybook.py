"""The facts of a real Asterisk's day add up to the very sums that its replay shows."""

import asyncio
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from floorwatch import replay, wiring
from floorwatch.urls import Url
from ingest.clock import SystemClock
from stream.daybook import Entry
from stream.daybook_day import ledger_of
from stream.daybook_keeper import Daybook
from stream.daybook_sqlite import DaybookFile
from stream.floor import Floor
from stream.ledger import Ledger
from stream.sites import Site


class Empty:
    """A journal that nothing was written to."""

    warnings = ()

    async def read(self, after: int, /) -> AsyncIterator[Any]:
        for nothing in ():
            yield nothing


def filled(ledger: Ledger) -> dict[str, Any]:
    cells = {
        f"{name} {at}": cell
        for accounts in (ledger.queues, ledger.agents)
        for name, account in accounts.items()
        for at, cell in account.cells.items()
        if any(cell)
    }
    spans = {
        f"{name} {day} {key}": ms
        for name, account in ledger.agents.items()
        for day, times in account.spans.items()
        for key, ms in times.items()
        if ms
    }
    return cells | spans


async def kept(site: Site, floor: Floor, log: list[Entry], events: Any, folder: Path) -> Ledger:
    with Daybook(DaybookFile(folder / "daybook.db", site), site, SystemClock()) as book:
        await book.recover(Empty(), 0)  # type: ignore[arg-type]
        for position, event in enumerate(events, 1):
            floor.apply(event)
            if log:
                book.take(position, log, floor.state.visits)
        floor.finish()
        if log:
            position += 1
            book.take(position, log, floor.state.visits)
        days = await book.days()
        return ledger_of(book.reading(), days, 0, 1 << 60)


def test_the_facts_of_a_recording_add_up_to_its_sums(recording: Any) -> None:
    site, reading = Site(id="replay"), replay.Reading()
    log: list[Entry] = []
    floor = Floor(site, keep_days=None, log=log)
    path = str(recording.log_path)
    fill = wiring.Tape(url=Url(scheme="queue_log+file", path=path), site=site, reading=reading)
    ami = Url(scheme="ami+file", path=str(recording.ami))
    tape = wiring.Tape(url=ami, site=site, reading=reading)
    events = replay.merged(wiring.replayed(tape), wiring.filling(fill))
    with tempfile.TemporaryDirectory() as folder:
        ledger = asyncio.run(kept(site, floor, log, events, Path(folder)))
    assert filled(ledger) == filled(floor.state.ledger)
    assert len(filled(ledger)) > 20
