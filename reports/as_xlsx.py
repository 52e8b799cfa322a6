"""A report as a workbook: a sheet for each section, numbers as numbers, ratios as formulas.

Whatever text comes from outside stays a text; nothing in a file of ours calculates but our own sums
and quotients.
"""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from io import BytesIO

from xlsxwriter import Workbook
from xlsxwriter.worksheet import Worksheet

from reports.model import Report, Section
from reports.words import Wording, plain, wording
from reports.xlsx_charts import ChartWriter
from reports.xlsx_style import SOFT, TONES, Styles
from reports.xlsx_table import RATIOS, Placed, TableWriter

LONGEST_NAME = 31
_FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
_NO_FORMULAS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "nan_inf_to_errors": True,
}
_A4 = 9


def as_xlsx(report: Report, language: str) -> bytes:
    """The file, in this language. The same report gives the same bytes."""
    out = BytesIO()
    with Workbook(out, _NO_FORMULAS) as book:
        _Writer(book, report, wording(report, language)).write()
    return out.getvalue()


def sheet_names(titles: Sequence[str]) -> list[str]:
    """Names that a spreadsheet takes: short, without its signs, each once."""
    names: list[str] = []
    taken = {"history"}
    for number, title in enumerate(titles, 1):
        name = _FORBIDDEN.sub(" ", plain(title)).strip("' ")[:LONGEST_NAME].strip("' ")
        name = name or str(number)
        if name.casefold() in taken:
            name = f"{name[: LONGEST_NAME - 1 - len(str(number))]} {number}"
        taken.add(name.casefold())
        names.append(name)
    return names


class _Writer:
    """Writes one workbook."""

    def __init__(self, book: Workbook, report: Report, words: Wording) -> None:
        self._book = book
        self._report = report
        self._words = words
        self._styles = Styles(book)
        self._dated = report.first != report.last
        self._site = words.name(report.site_names) or plain(report.site)

    def write(self) -> None:
        """Cover, charts, sections."""
        report, words = self._report, self._words
        made = datetime.fromtimestamp(report.as_of / 1_000, UTC).replace(tzinfo=None)
        title = words.word(f"report.title.{report.title}")
        self._book.set_properties({"title": f"{title} {self._site[:200]}", "created": made})
        titles = [words.word(f"report.section.{section.key}") for section in report.sections]
        drawn = any(table.chart and table.rows for each in report.sections for table in each.tables)
        fixed = ["cover", "charts"] if drawn else ["cover"]
        every = sheet_names([*(words.word(f"report.form.{each}") for each in fixed), *titles])
        sheets = [self._book.add_worksheet(name) for name in every]
        self._cover(
            sheets[0],
            title,
            every[1:],
            [words.word("report.form.charts"), *titles][-len(every) + 1 :],
        )
        charts = ChartWriter(self._book, sheets[1], words, dated=self._dated) if drawn else None
        if drawn:
            self._heading(sheets[1], words.word("report.form.charts"))
        for name, sheet, section in zip(
            every[len(fixed) :], sheets[len(fixed) :], report.sections, strict=True
        ):
            for placed in self._section(sheet, section):
                if charts is not None:
                    title = words.word(f"report.table.{placed.table.key}")
                    charts.draw(name, title, placed)
        for sheet in sheets:
            self._printed(sheet)

    def _cover(
        self, sheet: Worksheet, title: str, names: Sequence[str], titles: Sequence[str]
    ) -> None:
        words, report, styles = self._words, self._report, self._styles
        label, said = styles.of(font_color=SOFT, valign="top"), styles.of(valign="top")
        sheet.hide_gridlines(2)
        sheet.set_column(0, 0, 22)
        sheet.set_column(1, 1, 70)
        sheet.set_row(0, 30)
        sheet.write_string(0, 0, title, styles.of(bold=True, font_size=20))
        sheet.write_string(1, 0, self._site, styles.of(font_size=14, font_color=SOFT))
        row = 3
        for key, told in about(report, words):
            sheet.write_string(row, 0, words.word(f"report.form.{key}"), label)
            sheet.write_string(row, 1, told, said)
            row += 1
        sheet.write_string(row + 1, 0, words.word("report.form.explained"), label)
        row += 3
        sheet.write_string(row, 0, words.word("report.form.contents"), styles.of(bold=True))
        for name, called in zip(names, titles, strict=True):
            row += 1
            quoted = name.replace("'", "''")
            sheet.write_url(
                row, 0, f"internal:'{quoted}'!A1", styles.of(font_color="#1b5cae"), called
            )

    def _heading(self, sheet: Worksheet, title: str) -> None:
        sheet.hide_gridlines(2)
        sheet.set_default_row(17)
        sheet.set_row(0, 26)
        sheet.write_string(0, 0, title, self._styles.of(bold=True, font_size=16))
        line = f"{self._site} · {self._words.span(self._report)}"
        sheet.write_string(1, 0, line, self._styles.of(font_color=SOFT))

    def _section(self, sheet: Worksheet, section: Section) -> list[Placed]:
        words, styles = self._words, self._styles
        self._heading(sheet, words.word(f"report.section.{section.key}"))
        row = 2
        for note in section.notes:
            colour = TONES.get(note.tone, SOFT)
            sheet.write_string(
                row, 0, words.note(note.key, note.values), styles.of(font_color=colour)
            )
            row += 1
        row += 1
        broadest = max((len(table.columns) for table in section.tables), default=0)
        writer = TableWriter(sheet, words, styles, sums_at=broadest + 1, dated=self._dated)
        placed = []
        for table in section.tables:
            title = words.word(f"report.table.{table.key}")
            if len(section.tables) > 1 or title != words.word(f"report.section.{section.key}"):
                sheet.write_string(row, 0, title, styles.of(bold=True, font_size=12))
                row += 1
            at = writer.write(table, row)
            placed.append(at)
            row = at.last + (4 if table.total is not None else 3)
            if not table.rows:
                sheet.write_string(
                    at.head + 1, 0, words.word("report.form.none"), styles.of(font_color=SOFT)
                )
                row += 1
        for number, wide in writer.widths.items():
            sheet.set_column(number, number, wide)
        self._folded(sheet, section, broadest, writer)
        self._frozen(sheet, placed)
        return placed

    def _folded(
        self, sheet: Worksheet, section: Section, broadest: int, writer: TableWriter
    ) -> None:
        """The columns of the sums stand folded beside the tables, one click away."""
        many = max(
            (sum(column.kind in RATIOS for column in table.columns) for table in section.tables),
            default=0,
        )
        if not many:
            return
        sheet.set_column(broadest, broadest, 3)
        last = broadest + 2 * many
        for number in range(broadest + 1, last + 1):
            sheet.set_column(
                number, number, writer.widths.get(number, 12), None, {"level": 1, "hidden": True}
            )
        sheet.set_column(last + 1, last + 1, None, None, {"collapsed": True})

    def _frozen(self, sheet: Worksheet, placed: Sequence[Placed]) -> None:
        """What stays in sight: of one table its head, of several the sheet's; the first column."""
        if not placed:
            return
        named = all(at.table.columns[0].kind not in RATIOS for at in placed)
        if len(placed) > 1:
            sheet.freeze_panes(2, int(named))
            return
        [only] = placed
        sheet.freeze_panes(only.head + 1, int(named))
        sheet.repeat_rows(only.head)
        if len(only.table.rows) > 1:
            sheet.autofilter(only.head, 0, only.last, len(only.table.columns) - 1)

    def _printed(self, sheet: Worksheet) -> None:
        sheet.set_paper(_A4)
        sheet.set_landscape()
        sheet.set_margins(left=0.5, right=0.5, top=0.7, bottom=0.7)
        sheet.fit_to_pages(1, 0)
        # "&" begins a code there, and 255 letters are the most.
        site = self._site[:60].replace("&", "&&")
        sheet.set_header(f"&L&9 {site}&R&9 {self._words.span(self._report)}")
        sheet.set_footer("&L&9 &A&R&9 &P / &N")


def about(report: Report, words: Wording) -> list[tuple[str, str]]:
    """What a report is of, each with the word of its label (`report.form.<key>`)."""
    site = words.name(report.site_names) or plain(report.site)
    named = site if site == report.site else f"{site} ({plain(report.site)})"
    start, end = (words.instant(at, dated=True) for at in (report.start, report.end))
    as_of = words.instant(report.as_of, seconds=True, dated=True)
    closed = words.word("report.form.closed")
    return [
        ("site", named),
        ("span", words.span(report)),
        ("from_to", f"{start} – {end}"),
        ("time_zone", report.time_zone),
        ("definition", words.word("report.form.version", version=str(report.definition))),
        ("as_of", as_of),
        ("state", words.word("report.form.live", at=as_of) if report.live else closed),
    ]
