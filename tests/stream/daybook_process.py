"""A stream with a daybook in a process of its own, to be killed: events in, acknowledgements out.

    python daybook_process.py DIRECTORY

Reads lines `number<TAB>event`; prints `ack number` when the event is durable. Checkpoints and keeps
often, so that a kill falls between any two steps. At the end of the input: two ledgers, the floor's
and the one that the daybook adds up to.
"""

import asyncio
import json
import os
import sys
import traceback
from contextlib import closing
from pathlib import Path
from typing import Any

from ingest.clock import SystemClock
from ingest.ports import Batch
from stream import daybook_keeper, runner
from stream.daybook_day import ledger_of
from stream.daybook_keeper import Daybook
from stream.daybook_sqlite import DaybookFile
from stream.deadletters import FileDeadLetters
from stream.journal_file import FileJournal
from stream.ledger import Ledger
from stream.runner import Runner
from stream.sites import Site

SITE = Site(id="hq")
runner.CHECKPOINT_S = 0.03
daybook_keeper.KEEP_S = 0.02


def plain(ledger: Ledger) -> dict[str, Any]:
    return {
        **{f"queue {name}": account.cells for name, account in sorted(ledger.queues.items())},
        **{f"agent {name}": account.cells for name, account in sorted(ledger.agents.items())},
    }


def fallen(task: asyncio.Task[None]) -> None:
    """A stream that has fallen is seen by the test, which waits for it no longer."""
    if not task.cancelled() and task.exception() is not None:
        traceback.print_exception(task.exception())
        os._exit(3)


async def main(directory: Path) -> None:
    clock = SystemClock()
    file = DaybookFile(directory / "daybook.db", SITE)
    async with FileJournal(directory / "journal", clock) as journal:
        with (
            closing(FileDeadLetters(directory / "rejected")) as letters,
            Daybook(file, SITE, clock) as book,
        ):
            stream = Runner(SITE, journal, letters, clock, book)
            await stream.recover()
            print("ready", flush=True)
            tasks = [asyncio.create_task(stream.run()), asyncio.create_task(book.run())]
            for task in tasks:
                task.add_done_callback(fallen)
            loop = asyncio.get_running_loop()
            left = 0
            done = asyncio.Event()
            while line := await loop.run_in_executor(None, sys.stdin.buffer.readline):
                number, payload = line.rstrip(b"\n").split(b"\t", 1)
                left += 1

                def acknowledge(number: bytes = number) -> None:
                    nonlocal left
                    left -= 1
                    print("ack", number.decode(), flush=True)
                    done.set()

                await stream.inbox.put(Batch([payload], clock.now(), "test", acknowledge))
            while left:
                done.clear()
                await done.wait()
            days = await book.days()
            found = ledger_of(book.reading(), days, 0, 1 << 60)
            print(json.dumps(plain(stream.floor.state.ledger)), flush=True)
            print(json.dumps(plain(found)), flush=True)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
