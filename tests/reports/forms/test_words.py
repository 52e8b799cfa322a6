"""Cells in words: exact, in the habit of the language, and harmless whatever stands in them."""

import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports import words
from reports.brief import brief
from reports.model import Column, Kind, Report
from reports.words import LANGUAGES, Wording, catalogue, cut, duration, plain, rounded

ZH, EN = (Wording(language, "Asia/Shanghai") for language in LANGUAGES)
CHANGE = Column(key="previous_change", kind=Kind.COUNT)


@pytest.mark.parametrize(
    ("kind", "cell", "zh", "en"),
    [
        (Kind.COUNT, 1_234_567, "1,234,567", "1,234,567"),
        (Kind.COUNT, -12, "−12", "−12"),
        (Kind.NUMBER, 12.34, "12.3", "12.3"),
        (Kind.DURATION, 65_499, "1:05", "1:05"),
        (Kind.DURATION, 3_723_500, "1:02:04", "1:02:04"),
        (Kind.SHARE, [2, 3], "66.7%", "66.7%"),
        (Kind.SHARE, [0, 0], "—", "—"),
        (Kind.MEAN, [10_000, 3], "0:03", "0:03"),
        (Kind.MEAN, [0, 0], "—", "—"),
        (Kind.SCORE, [9, 2], "4.50", "4.50"),
        (Kind.DATE, "2026-11-22", "2026-11-22 周日", "Sun 22 Nov 2026"),
        (Kind.DATE, "2026-11", "2026-11", "2026-11"),
        (Kind.TEXT, {"zh": "销售", "en": "Sales"}, "销售", "Sales"),
        (Kind.TEXT, {"en": "Sales"}, "Sales", "Sales"),
        (Kind.WORD, "report.form.total", "合计", "Total"),
        *((kind, None, "无数据", "n/a") for kind in Kind),
    ],
)
def test_a_cell_is_told_in_each_language(kind: Kind, cell: object, zh: str, en: str) -> None:
    assert (ZH.cell(kind, cell), EN.cell(kind, cell)) == (zh, en)


def test_instants_have_seconds_only_where_one_of_them_has() -> None:
    column = Column(key="at", kind=Kind.INSTANT)
    whole = [1_795_276_800_000, 1_795_278_600_000, None]
    assert ZH.cells(column, whole) == ["2026-11-22 00:00", "2026-11-22 00:30", "无数据"]
    dayless = Wording("en", "Asia/Shanghai", dated=False)
    assert dayless.cells(column, [*whole[:1], 1_795_276_801_000]) == ["00:00:00", "00:00:01"]


def test_changes_carry_their_sign() -> None:
    assert EN.cells(CHANGE, [5, -5, 0, None]) == ["+5", "−5", "0", "n/a"]


def test_what_a_value_of_a_note_is_its_place_says() -> None:
    told = {place: EN._value(place, value) for place, value in NOTED.items()}
    assert told == {
        "wait_ms": "1:05",
        "as_of_at": "2026-11-22 00:00:00",
        "first_date": "Sun 22 Nov 2026",
        "calls": "1,200",
        "share": "50.0%",
        "mean_ms": "0:02",
        "why": "Total",
        "name": "<b>",
    }


NOTED: dict[str, object] = {
    "wait_ms": 65_000,
    "as_of_at": 1_795_276_800_000,
    "first_date": "2026-11-22",
    "calls": 1_200,
    "share": [1, 2],
    "mean_ms": [4_000, 2],
    "why": "report.form.total",
    "name": "<b>",
}


@settings(max_examples=30)
@given(st.integers(-(10**15), 10**15), st.integers(1, 10**9))
def test_quotients_are_rounded_exactly(part: int, whole: int) -> None:
    assert abs(Fraction(part, whole) - rounded(part, whole)) <= Fraction(1, 2)


@settings(max_examples=30)
@given(st.integers(-(10**12), 10**12))
def test_a_duration_can_be_read_back(ms: int) -> None:
    told = duration(ms)
    seconds = 0
    for part in told.lstrip("−").split(":"):
        seconds = seconds * 60 + int(part)
    assert seconds == rounded(abs(ms), 1_000)
    assert told.startswith("−") == (ms < 0 and seconds > 0)


@settings(max_examples=30)
@given(st.text(max_size=600), st.integers(2, 80))
def test_text_from_outside_is_one_short_line(text: str, broadest: int) -> None:
    told = plain(text)
    assert told.isprintable()
    assert len(told) <= 400
    assert sum(map(words.breadth, cut(text, broadest))) <= max(broadest, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_files_say_of_themselves_is_in_the_catalogue_and_used(
    language: str, sample: Report
) -> None:
    code = "\n".join(
        path.read_text(encoding="utf-8") for path in Path(words.__file__).parent.glob("*.py")
    )
    known = catalogue(language)
    for key in known:
        group, _, name = key.removeprefix("report.").partition(".")
        if group in ("form", "mail"):
            assert f'{group}.{name}"' in code or f'"{name}"' in code, key
    for group, name in re.findall(r'"report\.(form|mail)\.(\w+)"', code):
        assert f"report.{group}.{name}" in known
    for key in ("figures", "wrong", "course", "lost_most", "today", "handover", "measures"):
        assert f"report.section.{key}" in known
    for section in brief(sample, "brief_before").sections:
        assert {f"report.table.{table.key}" for table in section.tables} <= known.keys()
