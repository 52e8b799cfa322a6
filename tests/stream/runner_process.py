"""A stream in a process of its own, to be killed: events on standard input, acknowledgements out.

    python runner_process.py JOURNAL_DIRECTORY

Reads lines `number<TAB>event`; prints `ack number` when the event is durable, and at the end of the
input the ledger of the floor.
"""

import asyncio
import json
import sys
from contextlib import closing
from pathlib import Path

from ingest.clock import SystemClock
from ingest.ports import Batch
from stream.deadletters import FileDeadLetters
from stream.journal_file import FileJournal
from stream.runner import Runner
from stream.sites import Site


async def main(directory: Path) -> None:
    clock = SystemClock()
    async with FileJournal(directory / "journal", clock) as journal:
        with closing(FileDeadLetters(directory / "rejected")) as letters:
            runner = Runner(Site(id="hq"), journal, letters, clock)
            await runner.recover()
            print("ready", flush=True)
            task = asyncio.create_task(runner.run())
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

                await runner.inbox.put(Batch([payload], clock.now(), "test", acknowledge))
            while left:
                done.clear()
                await done.wait()
            ledger = runner.floor.state.ledger
            print(json.dumps({q: a.cells for q, a in sorted(ledger.queues.items())}), flush=True)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
