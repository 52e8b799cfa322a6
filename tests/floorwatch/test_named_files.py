"""`floorwatch check` looks at the files that settings name, too."""

from pathlib import Path

from typer.testing import CliRunner

from floorwatch.board_file import parse
from floorwatch.commands import app
from floorwatch.named_files import problems_of_files

DOCS = Path(__file__).parents[2] / "docs" / "boards.md"


def test_a_mistake_in_a_board_is_found_by_check(tmp_path: Path) -> None:
    file = tmp_path / "floorwatch.toml"
    file.write_text('[site]\nid = "north"\n[site.screens]\nboards = "walls"\n')
    (tmp_path / "walls").mkdir()
    (tmp_path / "walls" / "lobby.toml").write_text('theme = "drak"\n')
    result = CliRunner().invoke(app, ["check", str(file)])
    assert result.exit_code == 1
    assert f"{tmp_path / 'walls' / 'lobby.toml'}:1:9: error: theme" in result.output
    (tmp_path / "walls" / "lobby.toml").unlink()
    assert CliRunner().invoke(app, ["check", str(file)]).exit_code == 0


def test_mistakes_in_the_files_of_alerts_are_found_by_check(tmp_path: Path) -> None:
    file = tmp_path / "floorwatch.toml"
    told = 'file = "alerts.toml"\nforecast = "plan.csv"\nplaybooks = "books"\n'
    file.write_text(f'[site]\nid = "north"\n[site.alerts]\n{told}')
    (tmp_path / "alerts.toml").write_text("[knobs]\nsurge_from = 0.5\n")
    (tmp_path / "plan.csv").write_text("start,calls\n2026-11-23 09:00,many\n")
    (tmp_path / "books").mkdir()
    (tmp_path / "books" / "surge.zh.md").write_bytes(b"\xff\xfe")
    result = CliRunner().invoke(app, ["check", str(file)])
    assert result.exit_code == 1
    for name in ("alerts.toml:2", "plan.csv", "books"):
        assert f"{tmp_path / name}" in result.output, name
    (tmp_path / "alerts.toml").write_text("[knobs]\nsurge_from = 2.0\n")
    (tmp_path / "plan.csv").write_text("start,calls\n2026-11-23 09:00,12\n2026-11-23 09:15,14\n")
    (tmp_path / "books" / "surge.zh.md").unlink()
    result = CliRunner().invoke(app, ["check", str(file)])
    assert result.exit_code == 0, result.output


def test_a_file_that_is_not_there_is_told_in_words(tmp_path: Path) -> None:
    file = tmp_path / "floorwatch.toml"
    file.write_text('[site]\nid = "north"\n[site.alerts]\nforecast = "plan.csv"\n')
    [problem] = problems_of_files(file, [], {})
    assert problem.file == str(tmp_path / "plan.csv")
    assert problem.what == "it cannot be read: No such file or directory"


def test_boards_stand_among_the_data_where_nothing_is_said(tmp_path: Path) -> None:
    file = tmp_path / "floorwatch.toml"
    file.write_text('[stores]\njournal = "file:./kept"\n')
    folder = tmp_path / "kept" / "demo" / "boards"
    folder.mkdir(parents=True)
    (folder / "a.toml").write_text("")
    assert [problem.key for problem in problems_of_files(file, [], {})] == ["page"]


def test_the_board_of_the_guide_can_be_read() -> None:
    text = DOCS.read_text(encoding="utf-8")
    board = parse(text.split("```toml\n")[1].split("```")[0], "lobby", "lobby.toml")
    assert board.names["en"] == "Lobby"
    assert [len(page.tiles) for page in board.pages] == [4, 2]
