"""Past days of other systems become days of the archive, by the floor that runs live."""

import gzip
import os
import random
from collections.abc import Sequence
from contextlib import nullcontext
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl
import pytest
from msgspec import structs
from typer.testing import CliRunner

from archive import rows
from archive.about import Why
from archive.closing import Bounds
from archive.shelf import Shelf
from floorwatch import importing, urls, wiring
from floorwatch.commands import app
from floorwatch.importing import Imported, Wishes
from floorwatch.replay import Reading, as_told
from floorwatch.settings_values import ValueMistakeError
from ingest import wire
from ingest.events import Event
from stream.facts import ArrivalFact, WaitFact
from stream.floor import Floor
from stream.ledger import add_up
from stream.metrics import NAMES, TERMS
from stream.sites import Site
from stream.tables import sums
from tests.stream.morning import NOW, told

SITE = Site(id="hq", time_zone="Asia/Shanghai", day_start_min=240)
LATER = NOW + 3 * 86_400_000
DATA = Path(__file__).parents[3] / "shared" / "data"
CALLS = DATA / "anonbank_1999_02_calls.csv.gz"


def events(seed: int, count: int = 40) -> list[Event]:
    return told(random.Random(seed), count)


def written(path: Path, told: Sequence[Event]) -> Path:
    path.write_bytes(b"".join(wire.encode(event) + b"\n" for event in told))
    return path


def wishes(*sources: str, site: Site = SITE, **changes: object) -> Wishes:
    parsed = [urls.parse(source, urls.BACKTESTS) for source in sources]
    asked = Wishes(urls=parsed, bounds=Bounds(site), now=LATER)
    return Wishes(**{n: getattr(asked, n) for n in Wishes.__slots__} | changes)  # type: ignore[arg-type]


def run(shelf: Shelf, asked: Wishes) -> Imported:
    return importing.run(asked, shelf, Reading(), lambda doing: nullcontext())


def offered(shelf: Shelf, site: str = "hq") -> int:
    days = shelf.days(site)
    lazy = rows.only(ArrivalFact, shelf.read(site, days[0], days[-1]))
    return int(sums(ArrivalFact, lazy, ("queue",)).collect()["offered"].sum())


def test_events_become_days_whose_sums_are_the_floors(tmp_path: Path) -> None:
    file = written(tmp_path / "events.jsonl", events(1))
    shelf = Shelf(tmp_path / "archive")
    found = run(shelf, wishes(f"events+file:{file}"))
    assert found.refused == found.unfinished == []
    assert [about.day for about in found.written] == shelf.days("hq")
    assert {about.why for about in found.written} == {Why.IMPORTED}
    assert {about.origin for about in found.written} == {"events+file:events.jsonl"}
    floor = Floor(SITE, keep_days=None)
    for event in as_told(iter(events(1))):
        floor.apply(event)
    floor.finish()
    days = shelf.days("hq")
    lazy = shelf.read("hq", days[0], days[-1])
    for queue, account in floor.state.ledger.queues.items():
        archived = dict.fromkeys(NAMES, 0)
        for kind in TERMS:
            of_queue = rows.only(kind, lazy).filter(pl.col("queue") == queue)  # type: ignore[arg-type]
            for row in sums(kind, of_queue, ("queue",)).collect().to_dicts():  # type: ignore[arg-type]
                archived |= {name: row[name] for name in NAMES if name in row}
        assert archived == add_up(account.cells.values())


def test_a_second_import_changes_nothing(tmp_path: Path) -> None:
    file = written(tmp_path / "events.jsonl", events(1))
    shelf = Shelf(tmp_path / "archive")
    first = run(shelf, wishes(f"events+file:{file}"))
    before = {path: path.read_bytes() for path in (tmp_path / "archive").rglob("*.parquet")}
    again = run(shelf, wishes(f"events+file:{file}", now=LATER + 99_000))
    assert (again.written, again.unchanged) == ([], len(first.written))
    assert before == {path: path.read_bytes() for path in (tmp_path / "archive").rglob("*.parquet")}


def test_another_import_of_a_day_is_a_version_that_says_what_changed(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "archive")
    run(shelf, wishes(f"events+file:{written(tmp_path / 'a.jsonl', events(1))}"))
    found = run(shelf, wishes(f"events+file:{written(tmp_path / 'b.jsonl', events(2))}"))
    assert [about.version for about in found.written] == [2]
    assert found.written[0].added > 0
    assert found.written[0].taken_back > 0


@pytest.mark.parametrize("where", ["archive", "daybook"])
def test_a_day_of_the_live_floor_stays_unless_it_is_to_be_replaced(
    tmp_path: Path, where: str
) -> None:
    file = written(tmp_path / "events.jsonl", events(1))
    shelf, bounds = Shelf(tmp_path / "archive"), Bounds(SITE)
    day = bounds.calendar.day(NOW)
    live = bounds.about(day, NOW, Why.CLOSED)
    if where == "archive":
        shelf.write(live, rows.frame([ArrivalFact(day, "sales", "v")], {}, bounds.calendar))
        asked = wishes(f"events+file:{file}")
    else:
        asked = wishes(f"events+file:{file}", live=frozenset([day]))
    found = run(shelf, asked)
    assert found.refused == [live.day.isoformat()]
    standing = shelf.about("hq", live.day)
    assert standing is None or not standing.origin
    asked = (
        structs.replace(asked)
        if False
        else wishes(f"events+file:{file}", live=asked.live, replace=True)
    )
    found = run(shelf, asked)
    assert found.refused == []
    standing = shelf.about("hq", live.day)
    assert standing is not None
    assert (standing.why, standing.origin) == (Why.IMPORTED, "events+file:events.jsonl")


def test_a_day_that_is_not_over_is_left_out(tmp_path: Path) -> None:
    file = written(tmp_path / "events.jsonl", events(1))
    shelf = Shelf(tmp_path / "archive")
    found = run(shelf, wishes(f"events+file:{file}", now=NOW))
    assert found.unfinished
    assert found.written == []
    assert shelf.days("hq") == []


def test_two_files_may_share_their_border_but_not_their_hours(tmp_path: Path) -> None:
    all_of_them = events(3, 80)
    middle = len(all_of_them) // 2
    first = written(tmp_path / "1.jsonl", all_of_them[:middle])
    second = written(tmp_path / "2.jsonl", all_of_them[middle:])
    whole = written(tmp_path / "3.jsonl", all_of_them)
    shelf = Shelf(tmp_path / "archive")
    run(shelf, wishes(f"events+file:{whole}"))
    # In any order: the second file is named first.
    again = run(shelf, wishes(f"events+file:{second}", f"events+file:{first}"))
    changes = [(about.added, about.taken_back) for about in again.written]
    assert all(change == (0, 0) for change in changes)
    long_after = [structs.replace(e, time=e.time + 60_000, id=f"{e.id}x") for e in events(4, 400)]
    other = written(tmp_path / "4.jsonl", long_after)
    with pytest.raises(ValueMistakeError, match="tell of the same hours"):
        run(shelf, wishes(f"events+file:{written(whole, events(5, 400))}", f"events+file:{other}"))


COUNTS = {"00": 3, "05": 0, "10": 5}


def test_counts_are_arrivals_and_nothing_else(tmp_path: Path) -> None:
    table = ["queue,start,calls", *(f"sales,2026-11-18 09:{m},{n}" for m, n in COUNTS.items())]
    file = tmp_path / "counts.csv"
    file.write_text("\n".join(table) + "\n")
    shelf = Shelf(tmp_path / "archive")
    (about,) = run(shelf, wishes(f"counts+csv:{file}")).written
    frame = shelf.load("hq", about.day)
    assert frame["kind"].to_list() == ["arrival"] * 8
    assert frame["queue"].unique().to_list() == ["sales"]
    minutes = [
        datetime.fromtimestamp(at / 1_000, UTC).astimezone(ZoneInfo("Asia/Shanghai")).minute
        for at in frame["at"]
    ]
    assert minutes == [0, 1, 3, 10, 11, 12, 13, 14]
    assert run(shelf, wishes(f"counts+csv:{file}")).unchanged == 1
    with pytest.raises(ValueMistakeError, match="one kind at a time"):
        run(shelf, wishes(f"counts+csv:{file}", f"events+file:{file}"))
    with pytest.raises(ValueMistakeError, match="named twice"):
        run(shelf, wishes(f"counts+csv:{file}", f"counts+csv:{file}"))


@pytest.mark.skipif(
    not CALLS.exists() and os.environ.get("CI") != "true",
    reason="the data are not beside the checkout",
)
def test_a_real_day_of_1999_has_its_calls(tmp_path: Path) -> None:
    with gzip.open(CALLS, "rt") as file:
        lines = [next(file) for _ in range(500)]
    part = tmp_path / "calls.csv"
    part.write_text("".join(lines))
    shelf = Shelf(tmp_path / "archive")
    bank = Site(id="bank", time_zone="Asia/Jerusalem")
    asked = wishes(f"calls+csv:{part}", site=bank)
    found = run(shelf, asked)
    assert found.written[0].day == date(1999, 2, 1)
    floor = Floor(bank, keep_days=None)
    for event in wiring.replayed(wiring.Tape(url=asked.urls[0], site=bank, reading=Reading())):
        floor.apply(event)
    cells = [cell for each in floor.state.ledger.queues.values() for cell in each.cells.values()]
    assert offered(shelf, "bank") == add_up(cells)["offered"] > 400
    last = shelf.days("bank")[-1]
    waits = rows.only(WaitFact, shelf.read("bank", date(1999, 2, 1), last))
    ended = sums(WaitFact, waits, ("kind",)).collect().row(0, named=True)
    assert {name: add_up(cells)[name] for name in ended if name != "kind"} | {
        "kind": "wait"
    } == ended


def test_the_commands_on_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    settings = tmp_path / "fw.toml"
    settings.write_text(
        '[site]\nid = "hq"\ntime_zone = "Asia/Shanghai"\n[archive]\ncallers_days = 0\nversions = 1\n'
    )
    written(tmp_path / "a.jsonl", events(1))
    written(tmp_path / "b.jsonl", events(2))
    written(tmp_path / "c.jsonl", events(3))
    runner = CliRunner()

    def typed(*words: str, ends: int = 0) -> str:
        result = runner.invoke(app, [*words, "--config", str(settings)])
        assert result.exit_code == ends, result.output
        return result.output

    monkeypatch.setattr("ingest.clock.SystemClock.now", lambda clock: LATER)
    for name in "abc":
        said = typed("import", f"events+file:{name}.jsonl", "--site", "hq")
        assert "hq: 1 days written" in said
    assert "not in" in typed("import", "events+file:a.jsonl", "--site", "elsewhere", ends=1)
    shown = typed("archive", "show")
    assert shown.count(" old ") == 2
    assert "3 files" in shown
    assert "1 files deleted" in typed("archive", "compact")
    known = pl.read_json(typed("archive", "show", "--json").encode())
    assert known["stands"].to_list() == [False, True]
    assert "all that is over" in typed("archive", "write")
    (path,) = (tmp_path / "data" / "archive" / "facts").rglob("*.parquet")
    day = path.parent.name.removeprefix("day=")
    callers = pl.read_parquet(path, hive_partitioning=False)["caller"].drop_nulls()
    assert "•••123" in callers.to_list()
    assert typed("archive", "erase", ends=1).count("Give --day") == 1
    assert (
        "Erase them for good?"
        in runner.invoke(
            app,
            ["archive", "erase", "--caller", "13912345123", "--config", str(settings)],
            input="n\n",
        ).output
    )
    assert "erased in" in typed("archive", "erase", "--caller", "13912345123", "--yes")
    left = pl.read_parquet(path, hive_partitioning=False)["caller"].drop_nulls()
    assert "•••123" not in left.to_list()
    assert left.len() > 0
    typed("archive", "erase", "--day", day, "--yes")
    for file in (tmp_path / "data" / "archive").rglob("*.parquet"):
        assert pl.read_parquet(file, hive_partitioning=False)["caller"].drop_nulls().is_empty()
