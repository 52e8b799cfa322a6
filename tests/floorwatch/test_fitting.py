"""The fit command, as a person types it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from floorwatch.commands import app
from ingest.source_events_file import write
from simulators.demo import OFFICE
from simulators.floor_sim import simulate
from simulators.local_time import start_of
from simulators.scenario_file import load

ZONE = "Asia/Shanghai"


def fit(*words: str | Path) -> tuple[int, str]:
    """What came of `floorwatch fit` with these words: its exit status, and all that it said."""
    result = CliRunner().invoke(app, ["fit", *map(str, words)], env={"COLUMNS": "160"})
    return result.exit_code, result.output


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A morning of a small office."""
    path = tmp_path_factory.mktemp("day") / "events.jsonl.gz"
    office = replace(OFFICE, agents=OFFICE.agents[::2], time_zone=ZONE, start="2026-11-23")
    start_at = start_of(office)
    write(path, simulate(office, 3, start_at, until=start_at + 11 * 3_600_000))
    return path


def test_a_recording_becomes_a_scenario_file_that_reads(recording: Path, tmp_path: Path) -> None:
    out, busy = tmp_path / "ours.toml", tmp_path / "busy.toml"
    status, said = fit(f"events+file:{recording}", "--out", out, "--site", "hq", "--zone", ZONE)
    assert status == 0, said
    assert re.search(r"^ +09 ", said, re.MULTILINE)
    assert re.search(r"^ +all ", said, re.MULTILINE)
    ours = load(out)
    assert (ours.site, ours.time_zone, ours.start) == ("hq", ZONE, "2026-11-23")
    assert {queue.id for queue in ours.queues} == {queue.id for queue in OFFICE.queues}
    assert f"{len(ours.queues)} queues, {len(ours.agents)} agents" in said
    status, said = fit(
        f"events+file:{recording}", "--out", busy, "--site", "hq", "--zone", ZONE, "--times", "1.2"
    )
    assert status == 0, said
    assert "1.2 times the calls" in said
    for once, more in zip(ours.queues, load(busy).queues, strict=True):
        assert more.calls_per_hour == pytest.approx(1.2 * once.calls_per_hour)


def test_no_file_is_overwritten(recording: Path, tmp_path: Path) -> None:
    out = tmp_path / "ours.toml"
    out.write_text("mine")
    status, said = fit(f"events+file:{recording}", "--out", out)
    assert status == 1
    assert "is there already" in said
    assert out.read_text() == "mine"


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--zone", "Mars"), "not a time zone"),
        (("--site", "a/b"), "cannot stand in topics"),
        (("--times", "0"), "0.01"),
    ],
)
def test_a_wrong_word_is_said_before_anything_is_read(
    words: tuple[str, ...], says: str, tmp_path: Path
) -> None:
    status, said = fit("events+file:nowhere", "--out", tmp_path / "x.toml", *words)
    assert status
    assert says in said


def test_a_recording_without_calls_says_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "empty.jsonl"
    path.write_text("")
    status, said = fit(f"events+file:{path}", "--out", tmp_path / "x.toml")
    assert status == 1
    assert "no call reached a queue" in said
    assert not (tmp_path / "x.toml").exists()


def test_a_table_that_is_none_is_said(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("a,b\n")
    status, said = fit(f"calls+csv:{path}", "--out", tmp_path / "x.toml")
    assert status == 1
    assert "must name the columns" in said
