"""The exported pages: complete, ours alone, and made once per version."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard import assets, export
from dashboard.export import ExportError, ensure_exported


@pytest.fixture(autouse=True, scope="module")
def own_shelf() -> Iterator[None]:
    """These tests are about the shelf: they do not use the one that all others share."""
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv(export.SHELF, raising=False)
        yield


@pytest.fixture(scope="module")
def data_dir(own_shelf: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def folder(data_dir: Path) -> Path:
    return ensure_exported(data_dir)


@pytest.mark.parametrize("path", ["/wall", "/floor"])
def test_everything_the_page_asks_for_is_in_the_folder(folder: Path, path: str) -> None:
    pages = assets.load(folder)
    assert pages.build == export.build() == folder.name
    page = pages.table[path].body.decode()
    wanted = export._asked_of_panel(page)
    for tag in ('src="', 'href="'):
        wanted |= {part.split('"')[0] for part in page.split(tag)[1:]}
    assert wanted
    assert wanted <= pages.table.keys()


@pytest.mark.parametrize("path", ["/wall", "/floor"])
def test_the_page_names_no_other_host_and_has_no_code_of_its_own(folder: Path, path: str) -> None:
    page = assets.load(folder).table[path].body.decode()
    assert "//cdn." not in page
    assert "https://" not in page
    for tag in page.split("<script")[1:]:
        assert tag.startswith((' src="/static/', ' type="application/json"'))


def test_what_is_exported_is_not_exported_again(folder: Path, data_dir: Path) -> None:
    before = (folder / "wall.html").stat().st_mtime_ns
    assert ensure_exported(data_dir) == folder
    assert (folder / "wall.html").stat().st_mtime_ns == before


def test_pages_of_older_versions_and_half_written_ones_are_put_away(tmp_path: Path) -> None:
    (tmp_path / "pages" / "0123456789ab").mkdir(parents=True)
    half = tmp_path / "pages" / export.build()
    half.mkdir()
    (half / "wall.html").write_text("half")
    folder = ensure_exported(tmp_path)
    assert assets.load(folder).build == export.build()
    assert [path.name for path in (tmp_path / "pages").iterdir()] == [export.build()]


def test_a_folder_that_cannot_be_written_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ExportError, match="cannot write the pages"):
        ensure_exported(tmp_path / "file")


def test_an_export_after_panel_was_imported_is_refused(tmp_path: Path) -> None:
    code = "import sys; sys.modules['panel'] = sys\nfrom dashboard.export import export\n"
    code += "from pathlib import Path; export(Path(sys.argv[1]))"
    run = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert run.returncode == 1
    assert "a fresh process" in run.stderr


def test_pages_may_be_kept_once_for_several_installations(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(export.SHELF, str(folder.parent))
    assert ensure_exported(tmp_path / "another") == folder
    assert not (tmp_path / "another").exists()
