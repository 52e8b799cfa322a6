"""Files of events: what is written is read back, and a bad line is told, not fatal."""

from pathlib import Path

import pytest

from ingest.events import Event, Offered
from ingest.ports import Batch
from ingest.source_events_file import EventsFileSource, Reading, events, payloads, write
from ingest.stamp import Stamp
from ingest.wire import LARGEST, decode, encode


def some(count: int) -> list[Event]:
    stamp = Stamp("/acd/hq/a", "1")
    return [stamp.event(Offered(call=f"c{n}"), time=n, recvtime=n) for n in range(count)]


@pytest.mark.parametrize("name", ["day.jsonl", "day.jsonl.gz"])
def test_what_is_written_is_read_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    assert write(path, some(20)) == 20
    assert (path.read_bytes()[:2] == b"\x1f\x8b") == name.endswith(".gz")
    assert list(events(path, 0)) == some(20)


def test_bad_lines_are_kept_with_number_and_reason(tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl"
    good = [encode(event) for event in some(2)]
    path.write_bytes(b"\n".join([good[0], b"", b"{]", b"\xff", b"x" * (LARGEST + 9), good[1]]))
    reading = Reading()
    assert list(events(path, 0, reading=reading)) == some(2)
    assert [bad.number for bad in reading.bad] == [3, 4, 5, 6]  # the endless line came in two
    assert "malformed" in reading.bad[0].reason
    assert reading.bad[0].line == b"{]"
    assert (reading.rejected, reading.lines) == (4, 7)


def test_progress_ends_at_the_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl.gz"
    write(path, some(2500))
    told: list[tuple[int, int]] = []
    assert len(list(payloads(path, progress=lambda *at: told.append(at)))) == 2500
    size = path.stat().st_size
    assert told[-1] == (size, size)
    assert len(told) == 3
    assert [done for done, _ in told] == sorted(done for done, _ in told)


async def test_as_a_source_it_brings_every_line_and_returns(tmp_path: Path) -> None:
    path = tmp_path / "day.jsonl"
    write(path, some(1200))
    with path.open("ab") as file:
        file.write(b"no event\n")
    batches: list[Batch] = []

    class Inbox:
        async def put(self, batch: Batch, /) -> None:
            batches.append(batch)

    await EventsFileSource(path, recvtime=7).run(Inbox())
    lines = [payload for batch in batches for payload in batch.payloads]
    assert lines.pop() == b"no event"
    assert [decode(line, 0) for line in lines] == some(1200)
    assert {batch.recvtime for batch in batches} == {7}


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(events(tmp_path / "none.jsonl", 0))
