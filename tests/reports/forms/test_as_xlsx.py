"""A workbook holds the report's numbers as numbers, in both languages the same, whoever opens it."""

import csv
import datetime
import os
import re
import shutil
import subprocess
import zipfile
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from reports.as_xlsx import LONGEST_NAME, as_xlsx, sheet_names
from reports.model import Kind, Report
from reports.words import LANGUAGES, NOTHING, Wording

RECALCULATED = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load"><prop oor:name="OOXMLRecalcMode"
oor:op="fuse"><value>0</value></prop></item></oor:items>"""
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
OURS = re.compile(r'IF\([A-Z]+\d+=0,"—",[A-Z]+\d+/[A-Z]+\d+\)|SUM\([A-Z]+\d+:[A-Z]+\d+\)')
DAY = datetime.timedelta(days=1)


@pytest.fixture(scope="module")
def files(sample: Report) -> dict[str, bytes]:
    return {language: as_xlsx(sample, language) for language in LANGUAGES}


def number(cell: Any) -> Any:
    """A cell as a number: of a duration its days."""
    if isinstance(cell, datetime.timedelta):
        return cell / DAY
    if isinstance(cell, datetime.time):
        return datetime.timedelta(hours=cell.hour, minutes=cell.minute, seconds=cell.second) / DAY
    return cell


COVER, CHARTS, FIGURES, QUEUES, INTERVALS, ABANDONED = range(6)
"""The sheets, in their order."""


def rows_of(file: bytes, sheet: int) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(BytesIO(file))
    return book.get_sheet_by_index(sheet).to_python(skip_empty_area=False)


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_numbers_and_ratios_stand_beside_their_sums(
    files: dict[str, bytes], sample: Report, language: str
) -> None:
    words = Wording(language, sample.time_zone)
    table = sample.sections[1].tables[0]
    rows = rows_of(files[language], QUEUES)
    head = next(n for n, row in enumerate(rows) if str(row[0]) == words.column(table.columns[0]))
    ratios = [column.key for column in table.columns if column.kind in ("share", "mean", "score")]
    sums_at = len(table.columns) + 1
    told = [*table.rows, table.total or {}]
    for cells, row in zip(rows[head + 1 :], told, strict=True):
        for at, column in enumerate(table.columns):
            if column.kind is Kind.TEXT or column.key == "agents":
                continue
            cell = row[column.key]
            if column.key not in ratios:
                scale = 86_400_000 if column.kind is Kind.DURATION else 1
                assert number(cells[at]) == pytest.approx(cell / scale, abs=1e-8)
                continue
            pair = [number(each) for each in cells[sums_at + 2 * ratios.index(column.key) :][:2]]
            scale = 86_400_000 if column.kind is Kind.MEAN else 1
            assert pair == [pytest.approx(cell[0] / scale), cell[1]]
            shown = number(cells[at])
            assert shown == (NOTHING if not cell[1] else pytest.approx(pair[0] / pair[1], abs=1e-8))


def test_both_languages_have_the_same_numbers(files: dict[str, bytes]) -> None:
    sheets = (FIGURES, QUEUES, INTERVALS, ABANDONED)
    numbers = {
        language: [
            [
                [None if isinstance(cell, str) else cell for cell in row]
                for row in rows_of(file, sheet)
            ]
            for sheet in sheets
        ]
        for language, file in files.items()
    }
    assert numbers["zh"] == numbers["en"]
    assert sum(cell is not None for sheet in numbers["zh"] for row in sheet for cell in row) > 400


def test_no_text_from_outside_becomes_a_formula(files: dict[str, bytes], sample: Report) -> None:
    with zipfile.ZipFile(BytesIO(files["en"])) as book:
        sheets = [
            book.read(name).decode() for name in book.namelist() if "/worksheets/sheet" in name
        ]
        drawn = [name for name in book.namelist() if "/charts/chart" in name]
        assert 'quotePrefix="1"' in book.read("xl/styles.xml").decode()
        assert not any("externalLink" in name for name in book.namelist())
    formulas = [formula for sheet in sheets for formula in re.findall("<f>(.*?)</f>", sheet)]
    assert len(formulas) > 100
    assert all(OURS.fullmatch(formula.replace("&quot;", '"')) for formula in formulas)
    assert len(drawn) == 1
    shown = [row[0] for row in rows_of(files["en"], QUEUES)]
    assert '=cmd|"/c calc"!A1' in shown
    assert max(len(str(each)) for each in shown) == 400


def test_the_first_sheet_says_what_it_is_of(files: dict[str, bytes]) -> None:
    said = {str(row[0]): str(row[1]) for row in rows_of(files["zh"], COVER) if len(row) > 1}
    assert said["时区"] == "Asia/Shanghai"
    assert said["指标口径"] == "第 3 版"
    assert said["统计区间"] == "2026-11-22 周日"
    assert said["起止时刻"] == "2026-11-22 00:00 – 2026-11-23 00:00"


@settings(max_examples=30)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=8))
def test_every_title_gives_a_name_that_a_spreadsheet_takes(titles: list[str]) -> None:
    names = sheet_names(titles)
    assert len({name.casefold() for name in names}) == len(titles)
    for name in names:
        assert 0 < len(name) <= LONGEST_NAME
        assert not set(name) & set("[]:*?/\\")
        assert not name.startswith("'")
        assert not name.endswith("'")


@pytest.fixture(scope="module")
def opened(
    files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[list[str]]]:
    """What LibreOffice shows of the queues, every formula worked out anew by itself."""
    soffice = shutil.which("soffice")
    if soffice is None:
        assert os.environ.get("CI") != "true", "soffice is needed in CI"
        pytest.skip("soffice (LibreOffice Calc) is not installed")
    folder = tmp_path_factory.mktemp("office")
    profile = folder / "profile"
    (profile / "user").mkdir(parents=True)
    (profile / "user" / "registrymodifications.xcu").write_text(RECALCULATED, encoding="utf-8")
    for language, file in files.items():
        (folder / f"{language}.xlsx").write_bytes(file)
    command = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless"]
    names = [str(folder / f"{language}.xlsx") for language in files]
    subprocess.run(
        [*command, "--convert-to", EVERY_SHEET, "--outdir", str(folder / "csv"), *names],
        check=True,
        capture_output=True,
        timeout=120,
    )
    names_of = {
        language: CalamineWorkbook.from_filelike(BytesIO(file)).sheet_names
        for language, file in files.items()
    }
    return {
        language: read_csv(folder / "csv" / f"{language}-{sheets[QUEUES]}.csv")
        for language, sheets in names_of.items()
    }


def read_csv(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def exactly(shown: str) -> float:
    """A number as LibreOffice writes it unrounded; of a duration its seconds."""
    if shown.endswith("%"):
        return float(shown[:-1]) / 100
    seconds = 0.0
    for part in shown.split(":"):
        seconds = seconds * 60 + float(part)
    return seconds


def meant(kind: Kind, cell: Any) -> float:
    """The same of a cell of the report."""
    match kind:
        case Kind.SHARE | Kind.SCORE:
            return float(cell[0] / cell[1])
        case Kind.MEAN:
            return float(cell[0] / cell[1] / 1_000)
        case Kind.DURATION:
            return float(cell / 1_000)
        case _:
            return float(cell)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_spreadsheet_program_works_out_the_same(
    opened: dict[str, list[list[str]]], sample: Report, language: str
) -> None:
    table = sample.sections[1].tables[0]
    told = [*table.rows, table.total or {}]
    unknown = Wording(language, sample.time_zone).unknown
    for cells, row in zip(opened[language][-len(told) :], told, strict=True):
        for shown, column in zip(cells[1:], table.columns[1:], strict=False):
            cell = row.get(column.key)
            if cell is None:
                assert shown == unknown
            elif isinstance(cell, list) and not cell[1]:
                assert shown == NOTHING
            else:
                # Times are written to a thousandth of a second.
                assert exactly(shown) == pytest.approx(meant(column.kind, cell), abs=6e-4), column
