"""A brief is one sheet of paper, whatever happened; its figures are those of the day's report."""

import os
import re
import shutil
from typing import Any

import msgspec
import pytest

from reports.as_html import as_html
from reports.as_pdf import as_pdf
from reports.brief import FIGURES, MOST_WRONG, brief
from reports.headline import headlines
from reports.model import Column, Kind, Report, Section, Table
from reports.words import LANGUAGES

PAGE = re.compile(rb"/Type\s*/Page\b(?!s)")
LONG = {
    "zh": "三号楼二层网络交换机故障，四十个座席同时掉线。" * 9,
    "en": "The switch broke down again. " * 20,
}


def summary() -> Section:
    def table(key: str, kind: Kind, names: tuple[str, ...], now: Any) -> Table:
        columns = [Column(key="figure", kind=Kind.WORD), Column(key="of", kind=Kind.WORD)]
        rows = [
            {"figure": f"report.column.{name}", "of": "report.of.requests", "now": now}
            for name in names
        ]
        return Table(key=key, columns=[*columns, Column(key="now", kind=kind)], rows=rows)

    counts = ("offered", "answered", "abandoned", "transferred")
    shares = ("service", "answer_rate", "abandon_rate")
    means = ("asa", "average_abandon", "att", "mean_acw", "aht")
    return Section(
        key="summary",
        tables=[
            table("headline_counts", Kind.COUNT, counts, 123_456),
            table("headline_shares", Kind.SHARE, shares, [98_765, 123_456]),
            table("headline_means", Kind.MEAN, means, [98_765_432, 123_456]),
        ],
    )


def incidents() -> Section:
    rows = [
        {
            "fired": 1_795_300_000_000 + number * 60_000,
            "severity": f"report.severity.{'critical' if number > 6 else 'warning'}",
            "incident": LONG,
            "what": LONG,
            "to_end": number * 60_000 if number != 8 else None,
            "measure": "龙" * 300,
            "id": str(number),
        }
        for number in range(10)
    ]
    columns = [Column(key="what", kind=Kind.TEXT)]
    return Section(key="incidents", tables=[Table(key="incidents", columns=columns, rows=rows)])


@pytest.fixture(scope="module")
def worst(sample: Report) -> Report:
    """A day on which everything went wrong, told at length."""
    queues, intervals = sample.sections[1].tables[0], sample.sections[2].tables[0]
    rows = [{**row, "id": str(number)} for number, row in enumerate([*queues.rows] * 4)]
    outcomes = Table(key="outcomes", columns=queues.columns, rows=rows)
    course = msgspec.structs.replace(intervals, key="outcomes_intervals")
    return msgspec.structs.replace(
        sample,
        sections=[summary(), Section(key="volumes", tables=[outcomes, course]), incidents()],
    )


def ahead() -> list[Section]:
    columns = [Column(key=key, kind=Kind.TEXT) for key in ("point", "shift_name", "handed_by")]
    rows = [{"point": "龙" * 200, "shift_name": "早班", "handed_by": "wang"}] * 30
    return [
        Section(key=key, tables=[Table(key=f"{key}_points", columns=columns, rows=rows)])
        for key in ("handover", "measures", "today")
    ]


def test_the_worst_come_first_and_the_figures_are_the_reports(worst: Report) -> None:
    told = brief(worst, "brief_before", ahead())
    tables = {table.key: table for section in told.sections for table in section.tables}
    [figures] = tables["figures"].rows
    assert figures == {key: headlines(worst)[key].cell for key in FIGURES}
    assert len(figures) == 12
    wrong = tables["wrong"]
    assert [row["to_end"] for row in wrong.rows] == [None, 540_000, 420_000]
    assert (len(wrong.rows), wrong.more) == (MOST_WRONG, 7)
    assert tables["handover_points"].more == 27


def test_its_course_is_drawn_without_its_rows(worst: Report) -> None:
    page = as_html(brief(worst, "brief_after"), "en")
    assert page.count("<figure>") == 1
    assert ">23:30<" not in page.partition("</figure>")[2]


def test_a_day_of_which_nothing_is_known_has_a_brief_too(sample: Report) -> None:
    empty = brief(msgspec.structs.replace(sample, sections=[]), "brief_after")
    assert "None in this period" in as_html(empty, "en")


@pytest.mark.chromium
@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_one_page(worst: Report, language: str) -> None:
    if shutil.which("chromium") is None:
        assert os.environ.get("CI") != "true", "chromium is needed in CI"
        pytest.skip("chromium is not installed")
    made = as_pdf(brief(worst, "brief_before", ahead()), language)
    assert len(PAGE.findall(made)) == 1
