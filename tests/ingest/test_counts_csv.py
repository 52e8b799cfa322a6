"""Counts per interval from a table, as spreadsheets and reports write it; mistakes by file and line."""

import gzip
import os
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.counts_csv_file import read
from ingest.counts_csv_lines import Count, CountsCsvError, counts

UTC_ZONE, BERLIN = ZoneInfo("UTC"), ZoneInfo("Europe/Berlin")
MINUTE = 60_000
BANK = Path(__file__).parents[3] / "shared" / "data" / "usbank_2003_5min.csv.gz"


def table(
    *lines: str, zone: ZoneInfo = UTC_ZONE, head: str = "start,calls", whole: bool = True
) -> list[Count]:
    text = "\n".join((head, *lines)).encode()
    return counts(text.splitlines(keepends=True), "counts.csv", zone, whole=whole)


def complaint(lines: Sequence[bytes], whole: bool) -> str | None:
    """What is said of this table; None if it is taken."""
    try:
        told = counts(lines, "counts.csv", BERLIN, whole=whole)
    except CountsCsvError as error:
        return str(error)
    assert 0 < len(told) < len(lines)
    return None


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).timestamp()) * 1_000


def spans(told: Sequence[Count]) -> list[tuple[str, int, float]]:
    """Beginning (UTC), minutes, calls."""
    return [
        (
            datetime.fromtimestamp(count.start_at / 1_000, UTC).strftime("%d %H:%M"),
            (count.end_at - count.start_at) // MINUTE,
            count.calls,
        )
        for count in told
    ]


def test_a_row_lasts_to_the_next_one() -> None:
    told = table("2026-11-23T08:00,3", "2026-11-23T08:15,0", "2026-11-23T08:30,12")
    assert spans(told) == [("23 08:00", 15, 3), ("23 08:15", 15, 0), ("23 08:30", 15, 12)]
    assert {count.queue for count in told} == {""}


def test_where_rows_are_missing_it_was_closed_and_a_short_row_ends_with_the_next() -> None:
    told = table(
        *("2026-11-23T20:00,1", "2026-11-23T20:30,2", "2026-11-24T08:00,3"),
        *("2026-11-24T08:30,4", "2026-11-24T08:40,5"),
    )
    assert [minutes for _, minutes, _ in spans(told)] == [30, 30, 30, 10, 30]


def test_each_queue_has_its_own_interval_and_all_come_in_order_of_time() -> None:
    told = table(
        *("sales,2026-11-23T08:00,1", "sales,2026-11-23T08:15,2"),
        *('"a,b",2026-11-23T07:00,3', '"a,b",2026-11-23T08:00,4', ",2026-11-23T08:00,5"),
        ",2026-11-23T08:05,6",
        head="queue,start,calls",
    )
    assert [(count.queue, count.calls) for count in told] == [
        ("a,b", 3),
        ("", 5),
        ("a,b", 4),
        ("sales", 1),
        ("", 6),
        ("sales", 2),
    ]
    assert {count.queue: (count.end_at - count.start_at) // MINUTE for count in told} == {
        "a,b": 60,
        "": 5,
        "sales": 15,
    }


@pytest.mark.parametrize(
    "start",
    [
        "2026-11-23T08:00",
        "2026-11-23 08:00:00",
        "2026-11-23T08:00:00.000",
        "2026-11-23T08:00Z",
        "2026/11/23 8:00",
        "2026-11-23T16:00+08:00",
        "2026-11-23 03:00:00 -0500",
    ],
)
def test_a_time_may_be_written_in_many_ways(start: str) -> None:
    told = table(f"{start},7", "2026-11-23T08:15,8")
    assert spans(told) == [("23 08:00", 15, 7), ("23 08:15", 15, 8)]


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("start;calls", "{};{}"),
        ("\ufeffStart; CALLS ", "{} ; {}"),
        ("calls\tagents\tstart", "{1}\tx\t{0}"),
        ('"calls","start"', '"{1}","{0}"'),
    ],
)
def test_what_spreadsheets_write_is_read(head: str, line: str) -> None:
    rows = (line.format("2026-11-23 08:00", 3), "", line.format("2026-11-23 08:15", 4))
    told = table(*rows, head=head)
    assert spans(told) == [("23 08:00", 15, 3), ("23 08:15", 15, 4)]


def test_a_fraction_of_a_call_is_for_forecasts_and_its_comma_for_other_separators() -> None:
    told = table("2026-11-23T08:00,3.25", "2026-11-23T08:15,4", whole=False)
    assert [count.calls for count in told] == [3.25, 4.0]
    rows = ("2026-11-23T08:00;3,25", "2026-11-23T08:15;4")
    assert [c.calls for c in table(*rows, head="start;calls", whole=False)] == [3.25, 4.0]


def test_the_hour_that_comes_twice_is_told_apart_by_the_order_of_the_rows() -> None:
    local = ("01:45", "02:00", "02:30", "02:00", "02:30", "03:00", "03:30")
    told = table(*(f"2026-10-25T{clock},{n}" for n, clock in enumerate(local)), zone=BERLIN)
    starts = [text for text, _, _ in spans(told)]
    assert starts == [f"{d} {t}" for d, t in zip(("24", *("25",) * 6), _NIGHT, strict=True)]
    assert spans(told)[1:6] == [
        ("25 00:00", 30, 1),
        ("25 00:30", 30, 2),
        ("25 01:00", 30, 3),
        ("25 01:30", 30, 4),
        ("25 02:00", 30, 5),
    ]


_NIGHT = ("23:45", "00:00", "00:30", "01:00", "01:30", "02:00", "02:30")


def test_the_hour_that_is_skipped_may_hold_no_calls() -> None:
    clocks = ("01:00", "01:30", "02:00", "02:30", "03:00", "03:30")
    rows = [f"2026-03-29T{clock},{0 if clock < '03' else 5}" for clock in clocks]
    assert spans(table(*rows, zone=BERLIN)) == [
        ("29 00:00", 30, 0),
        ("29 00:30", 30, 0),
        ("29 01:00", 30, 5),
        ("29 01:30", 30, 5),
    ]
    rows[2] = "2026-03-29T02:00,1"
    with pytest.raises(CountsCsvError, match=r"counts.csv:4: start: .* skipped when the clocks"):
        table(*rows, zone=BERLIN)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        (("2026-11-23T08:00,-1",), "counts.csv:2: calls: '-1' is not a whole number from 0"),
        (("2026-11-23T08:00,many",), "counts.csv:2: calls: 'many' is not"),
        (("2026-11-23T08:00,1.5",), "counts.csv:2: calls: '1.5' is not"),
        (("2026-11-23T08:00,",), "counts.csv:2: calls: '' is not"),
        (("2026-11-23T08:00",), "counts.csv:2: 1 fields, where the first line has 2"),
        (("2026-11-23T08:00,1,2",), "counts.csv:2: 3 fields, where the first line has 2"),
        (("23.11.2026 08:00,1",), "counts.csv:2: start: '23.11.2026 08:00' is no time"),
        (("2026-02-30T08:00,1",), "counts.csv:2: start: '2026-02-30T08:00' is no time"),
        (("2026-11-23T24:00,1",), "counts.csv:2: start: '2026-11-23T24:00' is no time"),
        (("1917-11-07T08:00,1",), "is no time since 1970"),
        (("2026-11-23T08:00+26:00,1",), "is no time"),
        (('2026-11-23T08:00,"1',), "counts.csv:2: no line of a table"),
        (("2026-11-23T08:00,1",), "counts.csv:2: start: the table has one row"),
        (("2026-11-23T08:00,1",) * 2, "counts.csv:3: start: line 2 has this time already"),
        (
            ("2026-11-23T08:00,1", "2026-11-23T08:15,1", "2026-11-22T08:15,1"),
            "counts.csv:4: start: earlier than that of line 3. Sort the rows",
        ),
        ((), "counts.csv: it holds no row"),
    ],
)
def test_a_mistake_is_named_by_line_and_column(lines: tuple[str, ...], said: str) -> None:
    with pytest.raises(CountsCsvError, match=re.escape(said)):
        table(*lines)


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("start,count", "counts.csv:1: the first line must name the columns, and calls is not"),
        ("2026-11-23T08:00,1", "and start and calls is not there"),
        ("start,calls,Start", "counts.csv:1: start: two columns of this name"),
    ],
)
def test_a_wrong_first_line_is_named(head: str, said: str) -> None:
    with pytest.raises(CountsCsvError, match=re.escape(said)):
        table("2026-11-23T08:00,1,1", head=head)


def test_tables_of_different_intervals_in_one_are_refused() -> None:
    begin = datetime(2026, 11, 23, 8, tzinfo=UTC)
    half = [begin + timedelta(minutes=30 * n) for n in range(8)]
    fine = [half[-1] + timedelta(minutes=5 * n) for n in range(1, 10)]
    rows = [f"{start.isoformat()},1" for start in (*half, *fine)]
    with pytest.raises(CountsCsvError, match=r"counts.csv:3: .* rows 5 and 30 minutes apart"):
        table(*rows)


def test_text_of_another_encoding_is_told_how_to_be_saved() -> None:
    lines = [b"queue,start,calls\n", "售前,2026-11-23T08:00,1\n".encode("gbk")]
    with pytest.raises(CountsCsvError, match=r'counts.csv:2: byte 1 .* "CSV UTF-8"'):
        counts(lines, "counts.csv", UTC_ZONE)


@given(st.lists(st.binary(max_size=60), max_size=8), st.booleans())
def test_no_bytes_raise_anything_but_the_tables_own_error(lines: list[bytes], whole: bool) -> None:
    said = complaint(lines, whole)
    assert said is None or re.match(r"counts\.csv(:\d+)?: .+[.?] [A-Z].+", said, re.DOTALL)


_FIELDS = st.sampled_from(
    ("2026-10-25T02:00", "2026-03-29T02:30", "2026-03-29 02:30Z", "1970-01-01T00:00+14:00") * 2
    + ("2199-12-31T23:59-14:00", "5", "0", "-1", "1.5", "", "sales", '"', "1e9", "٣", "\x00")
)


@given(st.lists(st.lists(_FIELDS, min_size=2, max_size=3), max_size=6))
def test_rows_that_are_almost_right_are_told_or_refused_by_line(rows: list[list[str]]) -> None:
    lines = [b"start,calls,queue\n", *(",".join(row).encode() + b"\n" for row in rows)]
    said = complaint(lines, whole=True)
    assert said is None or re.match(r"counts\.csv(:[2-9])?: .+\. [A-Z].+", said, re.DOTALL)


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=50), st.sampled_from([5, 15, 30, 60]))
def test_every_count_comes_back_in_its_interval(calls: list[int], minutes: int) -> None:
    begin = at("2026-10-24T12:00+00:00")
    local = [
        datetime.fromtimestamp(begin / 1_000 + 60 * minutes * n, BERLIN).strftime("%Y-%m-%d %H:%M")
        for n in range(len(calls))
    ]
    rows = [f"{start},{count}" for start, count in zip(local, calls, strict=True)]
    interval_ms = minutes * MINUTE
    assert table(*rows, zone=BERLIN) == [
        Count(begin + n * interval_ms, begin + (n + 1) * interval_ms, "", count)
        for n, count in enumerate(calls)
    ]


def test_a_file_may_be_compressed_and_is_named_where_it_is_damaged(tmp_path: Path) -> None:
    lines = "".join(f"2026-11-23T08:{n:02},{n * 7919 % 1009}\n" for n in range(60))
    plain, packed = tmp_path / "counts.csv", tmp_path / "counts.csv.gz"
    plain.write_text("start,calls\n" + lines)
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read(packed, UTC_ZONE) == read(plain, UTC_ZONE)
    whole = packed.read_bytes()
    for damaged in (whole[:-20], b"start" + whole, whole[:60] + b"\xff" * 40 + whole[100:]):
        packed.write_bytes(damaged)
        with pytest.raises(CountsCsvError, match=r"counts.csv.gz:\d+: .*damaged"):
            read(packed, UTC_ZONE)
    plain.write_bytes(b"start,calls\n" + b"9" * 3_000_000)
    with pytest.raises(CountsCsvError, match=r"counts.csv:2: longer than any row"):
        read(plain, UTC_ZONE)
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.csv", UTC_ZONE)


def test_a_real_banks_counts_are_read_whole() -> None:
    if not BANK.exists():
        if os.environ.get("CI") == "true":
            pytest.fail(f"the bank's counts are missing: {BANK}")
        pytest.skip("the bank's counts are not beside this checkout")
    told = read(BANK, ZoneInfo("America/New_York"))
    with gzip.open(BANK, "rt") as lines:
        assert [count.calls for count in told] == [int(line.split(",")[1]) for line in [*lines][1:]]
    assert {count.end_at - count.start_at for count in told} == {5 * MINUTE}
    days = {count.start_at // 86_400_000 for count in told}
    assert len(days) >= 164
