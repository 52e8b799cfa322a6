"""Call-by-call tables: made ones with every trap, any bytes at all, and a bank's real month."""

import csv
import gzip
import os
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.calls_csv_lines import CallsCsvError
from ingest.events import Abandoned, Answered, Completed, Event, Offered, Queued
from ingest.reading import Reading
from ingest.source_calls_csv import events
from ingest.stamp import Stamp
from ingest.wire import LARGEST, decode, encode

ZONE = ZoneInfo("Asia/Jerusalem")
DATA = Path(__file__).parents[2].parent / "shared" / "data" / "anonbank_1999_02_calls.csv.gz"
HEADER = (
    "vru+line,call_id,priority,type,date,vru_entry,vru_exit,vru_time,"
    "q_start,q_exit,q_time,outcome,ser_start,ser_exit,ser_time,server"
)
SERVED = "L1,1,2,PS,990201,8:00:00,8:00:10,10,8:00:10,8:00:40,30,AGENT,8:00:39,8:02:00,81,A12"
AT_ONCE = "L1,2,0,NW,990201,8:01:00,8:01:10,10,0:00:00,0:00:00,0,AGENT,8:01:09,8:01:59,50,A10"
GONE = "L2,1,2,PS,990201,8:00:30,8:00:35,5,8:00:35,8:00:40,5,HANG,0:00:00,0:00:00,0,NO_SERVER"
IN_MENU = "L2,2,0,NW,990201,9:00:00,9:00:05,5,0:00:00,0:00:00,0,HANG,0:00:00,0:00:00,0,NO_SERVER"
PHANTOM = "L2,3,0,NW,990201,9:00:00,9:00:05,5,9:00:05,9:00:09,4,PHANTOM,9:00:09,9:00:13,4,NO_SERVER"
OVER_MIDNIGHT = (
    "L3,1,2,PS,990215,23:59:54,23:59:54,0,0:00:00,0:00:27,27,AGENT,0:00:26,0:01:33,67,A02"
)
ENTERED_LATE = (
    "L3,2,2,PS,990207,9:48:14,9:47:17,-57,9:47:17,9:50:11,174,AGENT,9:50:11,9:51:28,77,A11"
)
NO_SERVICE = "L3,3,2,PS,990202,13:44:47,13:44:53,6,13:44:53,13:45:06,13,AGENT,0:00:00,0:00:00,0,A22"
NO_SERVER = (
    "L3,4,0,PS,990201,7:31:45,7:31:55,10,0:00:00,0:00:00,0,AGENT,7:31:54,7:31:59,5,NO_SERVER"
)


def written(path: Path, *lines: str, header: str = HEADER) -> Path:
    path.write_text("\n".join((header, *lines)) + "\n")
    return path


def told(path: Path, reading: Reading | None = None, queue: str = "") -> list[Event]:
    stamp = Stamp("/acd/bank/calls", "0")
    return list(events(path, stamp, ZONE, queue=queue, reading=reading))


def clock(event: Event) -> str:
    """The site's own time of an event, with its day of the month."""
    return datetime.fromtimestamp(event.time / 1_000, ZONE).strftime("%d %H:%M:%S")


def test_a_call_is_told_from_the_menu_to_its_end(tmp_path: Path) -> None:
    made = told(written(tmp_path / "calls.csv", SERVED))
    assert [(clock(event), type(event.data)) for event in made] == [
        ("01 08:00:00", Offered),
        ("01 08:00:10", Queued),
        ("01 08:00:40", Answered),
        ("01 08:02:00", Completed),
    ]
    queued, answered, completed = (event.data for event in made[1:])
    assert isinstance(queued, Queued)
    assert isinstance(answered, Answered)
    assert isinstance(completed, Completed)
    assert (queued.queue, queued.priority, answered.agent) == ("PS", 2, "A12")
    assert (answered.wait_ms, completed.talk_ms) == (30_000, 81_000)
    assert made[0].time == datetime(1999, 2, 1, 6, tzinfo=UTC).timestamp() * 1_000


def test_the_lines_may_come_in_any_order(tmp_path: Path) -> None:
    lines = (SERVED, AT_ONCE, GONE, IN_MENU)
    forth = told(written(tmp_path / "forth.csv", *lines))
    back = told(written(tmp_path / "back.csv", *reversed(lines)))
    times = [event.time for event in forth]
    assert times == sorted(times)
    assert [event.seq for event in forth] == list(range(1, len(forth) + 1))
    assert {(e.time, encode_of(e)) for e in forth} == {(e.time, encode_of(e)) for e in back}


def encode_of(event: Event) -> str:
    return repr(event.data)


def test_who_is_answered_at_once_waits_no_time(tmp_path: Path) -> None:
    made = told(written(tmp_path / "calls.csv", AT_ONCE))
    (answered,) = [event for event in made if isinstance(event.data, Answered)]
    assert (clock(answered), answered.data.wait_ms) == ("01 08:01:10", 0)  # type: ignore[attr-defined]


def test_who_leaves_in_the_menu_visits_no_queue_and_a_phantom_is_no_call(tmp_path: Path) -> None:
    reading = Reading()
    made = told(written(tmp_path / "calls.csv", GONE, IN_MENU, PHANTOM), reading)
    kinds = Counter(type(event.data) for event in made)
    assert kinds == {Offered: 2, Queued: 1, Abandoned: 1}
    assert (reading.lines, reading.rejected, reading.unknown) == (4, 0, {"PHANTOM": 1})
    (gone,) = [event.data for event in made if isinstance(event.data, Abandoned)]
    assert gone.wait_ms == 5_000


def test_a_call_goes_on_across_midnight(tmp_path: Path) -> None:
    made = told(written(tmp_path / "calls.csv", OVER_MIDNIGHT))
    assert [clock(event) for event in made] == [
        "15 23:59:54",
        "16 00:00:00",
        "16 00:00:27",
        "16 00:01:33",
    ]


def test_a_call_that_enters_after_it_leaves_enters_when_it_leaves(tmp_path: Path) -> None:
    made = told(written(tmp_path / "calls.csv", ENTERED_LATE))
    assert [clock(event) for event in made][:2] == ["07 09:47:17", "07 09:47:17"]


def test_an_answer_without_a_service_or_without_a_server_is_an_answer(tmp_path: Path) -> None:
    made = told(written(tmp_path / "calls.csv", NO_SERVICE, NO_SERVER))
    ends = {e.data.agent: e.data.talk_ms for e in made if isinstance(e.data, Completed)}
    assert ends == {"A22": 0, "NO_SERVER": 5_000}


def test_one_queue_for_all_if_asked_for(tmp_path: Path) -> None:
    made = told(written(tmp_path / "calls.csv", SERVED, AT_ONCE), queue="all")
    assert {event.data.queue for event in made if isinstance(event.data, Queued)} == {"all"}


def test_columns_may_stand_in_any_order_with_others_between(tmp_path: Path) -> None:
    names, cells = HEADER.split(","), SERVED.split(",")
    turned = written(
        tmp_path / "turned.csv",
        ",".join([*reversed(cells), "x"]),
        header=",".join([*(name.upper() for name in reversed(names)), "remark"]),
    )
    assert told(turned) == told(written(tmp_path / "calls.csv", SERVED))


@pytest.mark.parametrize("date", ["19990201", "1999-02-01", "99-02-01"])
def test_dates_may_be_written_in_full(date: str, tmp_path: Path) -> None:
    made = told(written(tmp_path / "calls.csv", SERVED.replace("990201", date)))
    assert made[0].time == datetime(1999, 2, 1, 6, tzinfo=UTC).timestamp() * 1_000


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("8:00:10,10", "8:61:10,10", "vru_exit"),
        ("8:00:00", "24:00:00", "vru_entry"),
        ("990201", "990231", "date"),
        ("990201", "yesterday", "date"),
        ("AGENT", "LOST", "outcome"),
        (",30,", ",31,", "q_time"),
        (",30,", ",-30,", "q_time"),
        (",81,", ",many,", "ser_time"),
        ("L1,1,2", "L1,,2", "call_id"),
        ("L1,1,2", "L1,1,high", "priority"),
        ("A12", "A" * 300, "server"),
        (",A12", "", "fields"),
        ("PS", '"PS', "table"),
        ("PS", "P\x00S\x00" + "x" * LARGEST, "longer"),
    ],
)
def test_a_bad_line_is_kept_with_its_number_and_names_the_field(
    old: str, new: str, field: str, tmp_path: Path
) -> None:
    reading = Reading()
    made = told(written(tmp_path / "calls.csv", GONE, SERVED.replace(old, new), AT_ONCE), reading)
    (bad,) = reading.bad
    assert (bad.number, reading.lines, reading.rejected) == (3, 4, 1)
    assert field in bad.reason
    assert len([event for event in made if isinstance(event.data, Offered)]) == 2


def test_a_line_told_twice_is_taken_once_and_said(tmp_path: Path) -> None:
    reading = Reading()
    made = told(written(tmp_path / "calls.csv", SERVED, GONE, SERVED), reading)
    assert [bad.reason for bad in reading.bad] == ["call_id: line 2 tells of this call already"]
    assert len([event for event in made if isinstance(event.data, Offered)]) == 2


@pytest.mark.parametrize("header", ["", "a,b,c", HEADER.replace("q_exit", "q_out"), SERVED])
def test_a_table_that_does_not_name_its_columns_is_refused(header: str, tmp_path: Path) -> None:
    with pytest.raises(CallsCsvError, match="must name the columns"):
        told(written(tmp_path / "calls.csv", SERVED, header=header))


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_bytes(b"")
    with pytest.raises(CallsCsvError, match="is empty"):
        told(path)


def test_a_compressed_table_gives_the_same_events_and_progress_ends_at_the_whole(
    tmp_path: Path,
) -> None:
    plain = written(tmp_path / "calls.csv", SERVED, GONE)
    packed = tmp_path / "calls.csv.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    heard: list[tuple[int, int]] = []
    stamp = Stamp("/acd/bank/calls", "0")
    made = list(events(packed, stamp, ZONE, progress=lambda *how_far: heard.append(how_far)))
    assert made == told(plain)
    assert heard[-1] == (packed.stat().st_size,) * 2


@given(st.lists(st.binary(max_size=120), max_size=8))
def test_any_bytes_are_taken_or_rejected_never_fatal(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "calls.csv"
    path.write_bytes(b"\n".join((HEADER.encode(), *lines, SERVED.encode())))
    reading = Reading()
    made = told(path, reading)
    assert reading.rejected <= reading.lines - 2
    assert len([event for event in made if isinstance(event.data, Offered)]) >= 1


CELL = st.sampled_from(
    [
        "0:00:00",
        "23:59:59",
        "8:00:10",
        "0:00:01",
        "12:00:00",
        "0",
        "1",
        "86399",
        "-57",
        "",
        "x",
        '"',
        "AGENT",
        "HANG",
        "PHANTOM",
        "990201",
        "19990230",
        "700101",
        "99991231",
        "NO_SERVER",
        "é" * 90,
    ]
)


@given(st.dictionaries(st.integers(0, 15), CELL, max_size=6), st.sampled_from((SERVED, GONE)))
def test_any_cells_make_events_that_travel_or_are_rejected(
    tmp_path_factory: pytest.TempPathFactory, cells: dict[int, str], line: str
) -> None:
    changed = [cells.get(n, cell) for n, cell in enumerate(line.split(","))]
    path = written(tmp_path_factory.mktemp("cells") / "calls.csv", ",".join(changed))
    reading = Reading()
    made = told(path, reading)
    for event in made:
        assert decode(encode(event), 0) == event
    assert reading.rejected + len(reading.unknown) + bool(made) == 1


@pytest.fixture
def month() -> list[dict[str, str]]:
    if not DATA.is_file():
        reason = f"no {DATA.name}: it lies beside the checkout"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    with gzip.open(DATA, "rt") as file:
        return list(csv.DictReader(file))


def test_a_real_month_is_told_whole(month: list[dict[str, str]]) -> None:
    """Counted here straight from the table, by its README's rules."""
    reading = Reading()
    made = told(DATA, reading)
    assert (reading.lines, reading.rejected) == (len(month) + 1, 0)
    assert reading.unknown == {"PHANTOM": sum(row["outcome"] == "PHANTOM" for row in month)}
    counted, sums = Counter[tuple[str, str]](), Counter[str]()
    for row in month:
        if row["outcome"] == "AGENT":
            counted["answered", row["type"]] += 1
            sums["wait"] += 1_000 * int(row["q_time"])
            sums["talk"] += 1_000 * int(row["ser_time"])
        elif row["outcome"] == "HANG" and int(row["q_time"]):
            counted["abandoned", row["type"]] += 1
            sums["abandoned"] += 1_000 * int(row["q_time"])
    ours, our_sums = Counter[tuple[str, str]](), Counter[str]()
    for event in made:
        match event.data:
            case Answered(queue=queue, wait_ms=int(wait_ms)):
                ours["answered", queue] += 1
                our_sums["wait"] += wait_ms
            case Abandoned(queue=queue, wait_ms=int(wait_ms)):
                ours["abandoned", queue] += 1
                our_sums["abandoned"] += wait_ms
            case Completed(talk_ms=int(talk_ms)):
                our_sums["talk"] += talk_ms
    assert (ours, our_sums) == (counted, sums)
    kinds = Counter(type(event.data) for event in made)
    assert kinds[Queued] == sum(counted.values())
    assert kinds[Offered] == len(month) - reading.unknown["PHANTOM"]
    assert (
        len({event.data.visit for event in made if isinstance(event.data, Queued)}) == kinds[Queued]
    )
