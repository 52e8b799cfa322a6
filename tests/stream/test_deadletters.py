"""Rejected payloads are kept with their bytes, within bounds, and never stop the stream."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.deadletters import LARGEST, FileDeadLetters, read
from stream.ports import DeadLetter


def letter(number: int, payload: bytes = b"{") -> DeadLetter:
    return DeadLetter(payload, "JSON is truncated", "mqtt acd/v1/hq/evt", number)


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory):
    return lambda: tmp_path_factory.mktemp("rejected")


@given(payload=st.binary(max_size=200), reason=st.text(max_size=50), via=st.text(max_size=50))
def test_letters_come_back_as_they_were(fresh, payload: bytes, reason: str, via: str) -> None:
    directory = fresh()
    letters = FileDeadLetters(directory)
    kept = DeadLetter(payload, reason, via, 7)
    letters.keep(kept)
    letters.close()
    assert list(read(directory)) == [kept]
    assert letters.counts == {"kept": 1, "lost": 0}


def test_letters_are_readable_while_the_file_is_open(tmp_path: Path) -> None:
    letters = FileDeadLetters(tmp_path / "new")
    for number in range(3):
        letters.keep(letter(number))
    assert [found.recvtime for found in read(tmp_path / "new")] == [0, 1, 2]
    letters.close()


def test_the_oldest_letters_go_when_the_room_is_full(tmp_path: Path) -> None:
    letters = FileDeadLetters(tmp_path, file_bytes=1000, files=3)
    for number in range(200):
        letters.keep(letter(number))
    letters.close()
    found = [kept.recvtime for kept in read(tmp_path)]
    assert found == list(range(found[0], 200))
    assert 15 < len(found) < 40
    sizes = [path.stat().st_size for path in tmp_path.iterdir()]
    assert len(sizes) == 3
    assert max(sizes) < 1200
    assert letters.counts == {"kept": 200, "lost": 0}


def test_writing_goes_on_after_a_line_that_was_cut_short(tmp_path: Path) -> None:
    for number in range(2):
        letters = FileDeadLetters(tmp_path)
        letters.keep(letter(number))
        letters.close()
    path = tmp_path / "rejected.jsonl"
    path.write_bytes(path.read_bytes()[:-9])
    letters = FileDeadLetters(tmp_path)
    letters.keep(letter(2))
    letters.close()
    assert [found.recvtime for found in read(tmp_path)] == [0, 2]


def test_of_a_huge_payload_the_beginning_is_kept(tmp_path: Path) -> None:
    letters = FileDeadLetters(tmp_path)
    letters.keep(letter(1, b"x" * 5_000_000))
    letters.close()
    (found,) = read(tmp_path)
    assert found.payload == b"x" * LARGEST
    assert b'"size":5000000' in (tmp_path / "rejected.jsonl").read_bytes()


def test_texts_that_cannot_be_written_are_written_as_far_as_they_can(tmp_path: Path) -> None:
    letters = FileDeadLetters(tmp_path)
    letters.keep(DeadLetter(b"x", "\ud800 bad " + "r" * 5000, "\udfff", 1))
    letters.close()
    (found,) = read(tmp_path)
    assert found.reason.startswith("? bad r")
    assert len(found.reason) == 1000


def test_a_disk_that_refuses_is_counted_and_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    letters = FileDeadLetters(blocked)
    for number in range(5):
        letters.keep(letter(number))
    assert letters.counts == {"kept": 0, "lost": 5}
    assert len(caplog.records) == 1
    blocked.unlink()
    letters.keep(letter(6))
    letters.close()
    assert letters.counts == {"kept": 1, "lost": 5}


def test_a_directory_without_letters_has_none(tmp_path: Path) -> None:
    assert list(read(tmp_path / "absent")) == []
