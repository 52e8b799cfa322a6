"""Writes numbered payloads into a journal for ever and says how far it is safe; made to be killed.

    python journal_writer.py file PATH        python journal_writer.py redis URL

Payload n reads `n`, and some filling. Each line on standard output is a committed position. Every
tenth commit saves a checkpoint whose state names its own position.
"""

import asyncio
import os
import sys
from pathlib import Path

from ingest.clock import SystemClock
from stream.journal_file import FileJournal
from stream.journal_redis import RedisJournal


async def main(kind: str, where: str) -> None:
    opened = (
        FileJournal(
            Path(where), SystemClock(), segment_bytes=20_000, linger_s=0.001, keep_days=None
        )
        if kind == "file"
        else RedisJournal(where, "killed", SystemClock(), lease_s=0.5)
    )
    async with opened as journal:
        position = journal.append(0, [])
        os.write(1, b"%d\n" % position)
        commits = 0
        while True:
            for _ in range(5):
                size = 1 + position % 7
                first = position + 1
                position = journal.append(
                    first, [b"%d " % (first + n) + b"x" * ((first + n) % 97) for n in range(size)]
                )
            while (committed := await journal.commit()) < position:
                pass
            os.write(1, b"%d\n" % committed)
            commits += 1
            if commits % 10 == 0:
                await journal.save(b"%d" % committed, committed)


asyncio.run(main(*sys.argv[1:]))
