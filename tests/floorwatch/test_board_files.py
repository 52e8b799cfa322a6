"""The folder of boards: people and the page write there, and the process may die at any moment."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from dashboard.board import MAIN, Board, BoardPage, Tile
from dashboard.boards import BoardsError
from floorwatch.board_file import parse, written
from floorwatch.board_files import BoardFiles

ROOT = Path(__file__).parents[2]


def board(id: str, name: str = "Lobby", tiles: int = 1) -> Board:
    page = BoardPage(tiles=(Tile(kind="clock"),) * tiles)
    return Board(id=id, names={"en": name}, pages=(page,))


def test_a_site_that_has_made_none_has_one(tmp_path: Path) -> None:
    files = BoardFiles(tmp_path / "boards")
    assert files.boards == {"main": MAIN}
    assert files.made == frozenset()
    assert not (tmp_path / "boards").exists()


def test_what_is_kept_is_there_for_the_next_process(tmp_path: Path) -> None:
    files = BoardFiles(tmp_path / "boards")
    files.keep(board("lobby"))
    files.keep(board("main", "Ours"))
    again = BoardFiles(tmp_path / "boards")
    assert again.boards == files.boards == {"lobby": board("lobby"), "main": board("main", "Ours")}
    again.remove("main")
    files.look()
    assert files.boards["main"] == MAIN
    assert files.made == {"lobby"}
    assert sorted(os.listdir(tmp_path / "boards")) == ["lobby.toml"]


def test_what_a_person_writes_is_noticed_and_nothing_else_is_read_again(tmp_path: Path) -> None:
    files = BoardFiles(tmp_path)
    files.keep(board("lobby"))
    before = files.boards
    files.look()
    assert files.boards is before
    path = tmp_path / "lobby.toml"
    path.write_text(path.read_text().replace("Lobby", "Foyer"))
    (tmp_path / "south.toml").write_text(written(board("south")))
    files.look()
    assert files.boards["lobby"].names == {"en": "Foyer"}
    assert files.boards["south"] == board("south")
    path.unlink()
    files.look()
    assert "lobby" not in files.boards


def test_a_broken_file_stops_no_other_and_its_board_stays_as_it_was(tmp_path: Path) -> None:
    files = BoardFiles(tmp_path)
    files.keep(board("lobby"))
    files.keep(board("other"))
    (tmp_path / "lobby.toml").write_text('theme = "drak"\n[[page]]\ntiles = [{ kind = "clock" }]')
    (tmp_path / "never.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "Big Hall.toml").write_text(written(board("x")))
    (tmp_path / "notes.txt").write_text("not ours")
    files.look()
    assert files.boards == {"main": MAIN, "lobby": board("lobby"), "other": board("other")}
    assert files.made == {"lobby", "never", "other"}
    told = {each.file: each for each in files.mistakes}
    assert set(told) == {"lobby.toml", "never.toml", "Big Hall.toml"}
    assert (told["lobby.toml"].line, told["lobby.toml"].key) == (1, "theme")
    assert '"dark"' in told["lobby.toml"].mend
    assert all(each.file.startswith(str(tmp_path)) for each in files.problems)
    assert BoardFiles(tmp_path).boards.keys() == {"main", "other"}  # nobody knows it as it was
    (tmp_path / "lobby.toml").write_text(written(board("lobby", "Mended")))
    files.look()
    assert files.boards["lobby"].names == {"en": "Mended"}
    assert "lobby.toml" not in {each.file for each in files.mistakes}


def test_what_somebody_was_writing_is_kept_beside_the_board_that_is_saved_over_it(
    tmp_path: Path,
) -> None:
    files = BoardFiles(tmp_path)
    files.keep(board("lobby"))
    half = 'names = { en = "Half'
    (tmp_path / "lobby.toml").write_text(half)
    files.look()
    files.keep(board("lobby", "Saved"))
    assert files.mistakes == ()
    assert (tmp_path / "lobby.toml.broken").read_text() == half
    assert BoardFiles(tmp_path).boards["lobby"].names == {"en": "Saved"}


def test_what_cannot_be_written_is_said_and_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "boards").write_text("a file where the folder should be")
    files = BoardFiles(tmp_path / "boards")
    assert "cannot be read" in files.problems[0].what
    with pytest.raises(BoardsError, match="boards"):
        files.keep(board("lobby"))
    with pytest.raises(BoardsError):
        files.remove("lobby")
    assert files.boards == {"main": MAIN}


WRITER = """
import sys
from pathlib import Path
from dashboard.board import Board, BoardPage, Tile
from floorwatch.board_files import BoardFiles
files = BoardFiles(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    pages = (BoardPage(tiles=(Tile(kind="trend", size=3),) * 12),) * (1 + number % 12)
    files.keep(Board(id="lobby", names={"en": f"number {number}"}, pages=pages))
    print(number, flush=True)
"""


@pytest.mark.parametrize("kills", [8])
def test_a_process_that_is_killed_while_it_saves_leaves_a_whole_file(
    tmp_path: Path, kills: int
) -> None:
    for kill in range(kills):
        command = [sys.executable, "-c", WRITER, str(tmp_path)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as writer:
            assert writer.stdout is not None
            said = 0
            while said < 3 + kill:
                said = int(writer.stdout.readline())
            writer.send_signal(signal.SIGKILL)
        path = tmp_path / "lobby.toml"
        kept = parse(path.read_text(encoding="utf-8"), "lobby", "lobby.toml")
        number = int(kept.names["en"].split()[1])
        assert number >= said  # what was answered is there
        assert len(kept.pages) == 1 + number % 12
        assert {each.name for each in tmp_path.iterdir()} <= {"lobby.toml", ".lobby.writing"}
