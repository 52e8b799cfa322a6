"""A report as a file of any form, with its name and what it is."""

from typing import NamedTuple

from reports.as_csv import as_csv
from reports.as_html import as_html
from reports.as_json import as_json
from reports.as_pdf import as_pdf
from reports.as_xlsx import as_xlsx
from reports.model import Report
from reports.schedule import Form

TYPES = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.HTML: "text/html; charset=utf-8",
    Form.PDF: "application/pdf",
    Form.CSV: "text/csv; charset=utf-8",
    Form.JSON: "application/json",
}


class ReportFile(NamedTuple):
    """What is handed out: the bytes, their type, and a name of plain letters."""

    name: str
    content_type: str
    body: bytes


def report_file(report: Report, form: Form, language: str) -> ReportFile:
    """The report in this form. It may take seconds: call it in a thread. Raises PdfError."""
    match form:
        case Form.XLSX:
            body = as_xlsx(report, language)
        case Form.HTML:
            body = as_html(report, language).encode("utf-8", "replace")
        case Form.PDF:
            body = as_pdf(report, language)
        case Form.CSV:
            body = as_csv(report, language)
        case Form.JSON:
            body = as_json(report)
    return ReportFile(f"{file_name(report)}.{form.value}", TYPES[form], body)


def file_name(report: Report) -> str:
    """`floorwatch-north-week-2026-11-16`; the id of a site is of plain letters already."""
    return f"floorwatch-{report.site}-{report.title.replace('_', '-')}-{report.first}"
