"""Blocks and segments: what was written comes back; damage is found, told, and costs no more."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream import blocks, segments
from stream.blocks import BlockError
from stream.ports import Stored
from stream.tape import Tape

PAYLOADS = st.lists(st.binary(max_size=60), min_size=1, max_size=6)
BATCHES = st.lists(st.tuples(st.integers(0, 2**48), PAYLOADS), min_size=1, max_size=6)
SALTS = st.integers(0, 2**32 - 1)


def encoded(batches: list[tuple[int, list[bytes]]], salt: int) -> list[bytes]:
    parts, position = [], 1
    for recvtime, payloads in batches:
        parts.append(blocks.encode(position, recvtime, payloads, salt))
        position += len(payloads)
    return parts


def write(directory: Path, batches: list[tuple[int, list[bytes]]], limit: int = 10**9) -> None:
    """Each batch is a commit of its own."""
    directory.mkdir(parents=True, exist_ok=True)
    tape = Tape(directory, 0, limit, lambda _: None)
    for batch in batches:
        tape.write([batch])
    tape.close()


def flat(found: list[Stored]) -> list[bytes]:
    return [payload for stored in found for payload in stored.payloads]


def read(directory: Path, after: int = 0) -> tuple[list[Stored], list[str]]:
    told: list[str] = []
    return list(segments.read(directory, after, told.append)), told


@given(BATCHES, SALTS)
def test_blocks_come_back_as_they_were_written(batches, salt: int) -> None:
    found = list(blocks.decode(b"".join(encoded(batches, salt)), salt))
    assert [(stored.recvtime, stored.payloads) for stored in found] == batches
    assert found[-1].last == sum(len(payloads) for _, payloads in batches)


@given(BATCHES, SALTS, st.data())
def test_any_flipped_bit_is_found(batches, salt: int, data: st.DataObject) -> None:
    whole = bytearray(b"".join(encoded(batches, salt)))
    bit = data.draw(st.integers(0, 8 * len(whole) - 1))
    whole[bit // 8] ^= 1 << bit % 8
    with pytest.raises(BlockError):
        list(blocks.decode(bytes(whole), salt))


@given(st.binary(max_size=300), SALTS)
def test_foreign_bytes_raise_nothing_but_our_error(data: bytes, salt: int) -> None:
    with suppress(BlockError):
        assert list(blocks.decode(data, salt)) == []
        assert data == b""


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory):
    return lambda: tmp_path_factory.mktemp("journal")


@settings(max_examples=40, deadline=None)
@given(batches=BATCHES, limit=st.integers(1, 400))
def test_segments_come_back_after_any_position(fresh, batches, limit: int) -> None:
    directory = fresh()
    write(directory, batches, limit)
    whole = [payload for _, payloads in batches for payload in payloads]
    for after in range(len(whole) + 2):
        found, told = read(directory, after)
        assert flat(found) == whole[after:]
        assert told == []
    positions = [stored.first for stored in read(directory)[0]]
    assert positions == sorted(positions)


def test_a_tail_torn_at_any_byte_costs_the_last_block_alone(tmp_path: Path) -> None:
    batches = [(n, [b"payload %d" % n, b"\n", b""]) for n in range(3)]
    write(tmp_path / "whole", batches)
    (segment,) = segments.segments(tmp_path / "whole")
    data = segment.path.read_bytes()
    last = len(blocks.encode(7, 2, batches[2][1], segment.salt))
    for cut in range(len(data) - last + 1, len(data)):
        directory = tmp_path / str(cut)
        directory.mkdir()
        torn = directory / segment.path.name
        torn.write_bytes(data[:cut])
        assert (flat(read(directory)[0]), read(directory)[1]) == (flat_of(batches[:2]), [])
        told: list[str] = []
        tape = Tape(directory, 0, 10**9, told.append)
        assert tape.last == 6
        assert len(told) == 1
        assert f"{torn} at byte {len(data) - last}" in told[0]
        assert torn.stat().st_size == len(data) - last
        tape.write([(9, [b"after"])])
        tape.close()
        assert (flat(read(directory)[0]), read(directory)[1]) == (
            [*flat_of(batches[:2]), b"after"],
            [],
        )


def flat_of(batches: list[tuple[int, list[bytes]]]) -> list[bytes]:
    return [payload for _, payloads in batches for payload in payloads]


def test_a_flipped_byte_anywhere_is_told_and_costs_one_block(tmp_path: Path) -> None:
    batches = [(n, [b"payload %d" % n]) for n in range(4)]
    write(tmp_path / "whole", batches)
    (segment,) = segments.segments(tmp_path / "whole")
    data = segment.path.read_bytes()
    size = len(data) // 4
    for at in range(len(data)):
        directory = tmp_path / str(at)
        directory.mkdir()
        damaged = directory / segment.path.name
        damaged.write_bytes(data[:at] + bytes([data[at] ^ 0x40]) + data[at + 1 :])
        rest = [b"payload %d" % n for n in range(4) if n != at // size]
        found, told = read(directory)
        assert flat(found) == rest
        assert f"{damaged} at byte {at // size * size}" in told[0]
        # The next writer leaves what he found, gives no position twice, and goes on beside it.
        before = damaged.read_bytes()
        tape = Tape(directory, 4, 10**9, lambda _: None)
        tape.write([(9, [b"after"])])
        tape.close()
        assert damaged.read_bytes() == before
        found, told = read(directory)
        assert flat(found) == [*rest, b"after"]
        assert found[-1].first == 5


def test_a_lost_block_is_named_by_its_positions(tmp_path: Path) -> None:
    write(tmp_path, [(n, [b"a", b"b"]) for n in range(4)])
    (segment,) = segments.segments(tmp_path)
    data = segment.path.read_bytes()
    size = len(data) // 4
    segment.path.write_bytes(data[: size + 49] + b"?" + data[size + 50 :])
    _, told = read(tmp_path, 1)
    assert "positions 3 to 4 are missing" in told[1]


def test_a_damaged_last_block_keeps_its_positions(tmp_path: Path) -> None:
    """It may have been committed: its positions are not given to other events."""
    write(tmp_path, [(n, [b"a", b"b"]) for n in range(2)])
    (segment,) = segments.segments(tmp_path)
    data = segment.path.read_bytes()
    segment.path.write_bytes(data[:-1] + b"?")
    tape = Tape(tmp_path, 0, 10**9, lambda _: None)
    assert tape.last == 4
    tape.close()


def test_zeros_that_a_power_cut_left_are_told_and_kept(tmp_path: Path) -> None:
    write(tmp_path, [(1, [b"a"])])
    (segment,) = segments.segments(tmp_path)
    segment.path.write_bytes(segment.path.read_bytes() + bytes(500))
    told: list[str] = []
    tape = Tape(tmp_path, 0, 10**9, told.append)
    tape.write([(2, [b"b"])])
    tape.close()
    assert "500 bytes are unreadable" in told[0]
    assert flat(read(tmp_path)[0]) == [b"a", b"b"]


def test_a_payload_that_imitates_a_block_is_not_taken_for_one(tmp_path: Path) -> None:
    forged = blocks.encode(2, 1, [b"forged"], 0)
    write(tmp_path, [(1, [forged * 3]), (2, [b"b"])])
    (segment,) = segments.segments(tmp_path)
    data = bytearray(segment.path.read_bytes())
    data[20] ^= 1
    segment.path.write_bytes(bytes(data))
    assert flat(read(tmp_path)[0]) == [b"b"]


def test_only_old_segments_below_the_position_are_trimmed(tmp_path: Path) -> None:
    write(tmp_path, [(day, [b"x"] * 10) for day in range(10)], limit=1)
    assert len(segments.segments(tmp_path)) == 10
    assert segments.trim(tmp_path, 5, 100) == []
    assert len(segments.trim(tmp_path, 35, 100)) == 3
    assert len(segments.trim(tmp_path, 1000, 6)) == 2
    assert len(segments.trim(tmp_path, 1000, 100)) == 4
    found, told = read(tmp_path)
    assert (found[0].first, told) == (91, [])
    assert "positions 6 to 90 are missing" in read(tmp_path, 5)[1][0]
