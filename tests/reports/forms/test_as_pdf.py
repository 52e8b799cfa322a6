"""A PDF is made by a real Chromium, or a sentence says why it is not."""

import os
import re
import shutil
import stat
from pathlib import Path

import pytest

from reports.as_pdf import PdfError, as_pdf, printed
from reports.model import Report

PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")


@pytest.mark.chromium
def test_a_report_is_printed_on_a4(sample: Report) -> None:
    if shutil.which("chromium") is None:
        assert os.environ.get("CI") != "true", "chromium is needed in CI"
        pytest.skip("chromium is not installed")
    made = as_pdf(sample, "zh")
    assert 3 <= len(PAGE.findall(made)) <= 6
    sizes = {
        tuple(map(float, box)) for box in re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", made)
    }
    assert {(round(w), round(h)) for w, h in sizes} == {(595, 842)}


def program(folder: Path, text: str) -> dict[str, str]:
    """Surroundings in which the browser is this shell script."""
    path = folder / "browser"
    path.write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return {"PATH": os.environ["PATH"], "FLOORWATCH_CHROMIUM": str(path)}


def test_without_a_browser_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PdfError, match="install it"):
        printed("", {"PATH": str(tmp_path)})
    with pytest.raises(PdfError, match="no such program"):
        printed("", {"PATH": str(tmp_path), "FLOORWATCH_CHROMIUM": "elsewhere"})


def test_a_browser_that_hangs_is_ended_with_its_children(tmp_path: Path) -> None:
    told = tmp_path / "child"
    around = program(tmp_path, f"sleep 600 &\necho $! > {told}\nwait")
    with pytest.raises(PdfError, match="not done within"):
        printed("", around, longest_s=1.0)
    status = Path(f"/proc/{told.read_text().strip()}/stat")
    assert not status.exists() or status.read_text().rpartition(")")[2].split()[0] == "Z"


def test_a_browser_that_fails_or_makes_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(PdfError, match="status 3"):
        printed("", program(tmp_path, "exit 3"))
    with pytest.raises(PdfError, match="made no PDF"):
        printed("", program(tmp_path, "exit 0"))
