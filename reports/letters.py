"""What a report says in a mail and in a group: its headline figures in a few lines. Pure."""

from collections.abc import Sequence

from alerts.message import Message, Part
from alerts.words import Severity
from reports.headline import chosen
from reports.model import Kind, Report
from reports.schedule import Letter
from reports.words import Wording, plain, wording

FIGURES = (
    *("offered", "answered", "abandoned", "service", "answer_rate", "abandon_rate"),
    *("asa", "average_abandon", "aht"),
)


def subject(report: Report, language: str) -> str:
    """`Week report · North · Mon 16 Nov 2026 – Sun 22 Nov 2026`."""
    words = wording(report, language)
    return words.word(
        "report.mail.subject",
        title=words.word(f"report.title.{report.title}"),
        site=words.name(report.site_names) or plain(report.site),
        span=words.span(report),
    )


def figures(report: Report, words: Wording) -> list[str]:
    """The headline figures, one a line; a share with both of its sums."""
    lines = []
    for each in chosen(report, FIGURES):
        told = words.cell(each.column.kind, each.cell)
        if each.column.kind is Kind.SHARE and each.cell is not None:
            part, whole = (words.cell(Kind.COUNT, number) for number in each.cell)
            told = f"{told} ({part} / {whole})"
        lines.append(f"{words.column(each.column)}  {told}")
    return lines


def remarks(letter: Letter, report: Report, words: Wording) -> list[str]:
    """What is to be said of this sending: that it is late, what was missed, that it is a trial."""
    told = []
    if report.live:
        as_of = words.instant(report.as_of, dated=True)
        told.append(words.word("report.form.live", at=as_of))
    if letter.late:
        slot = words.instant(letter.slot, dated=True)
        told.append(words.word("report.mail.late", slot=slot))
    if letter.missed:
        told.append(words.word("report.mail.missed", count=str(letter.missed)))
    if letter.trial:
        told.append(words.word("report.mail.trial"))
    return told


def body(report: Report, letter: Letter, names: Sequence[str], link: str, why: str = "") -> str:
    """A mail's text. `names` are the files that hang on it; `why` there is no PDF among them."""
    words = wording(report, letter.mailing.language)
    parts = [subject(report, letter.mailing.language), "\n".join(figures(report, words))]
    parts += remarks(letter, report, words)
    if why:
        parts.append(words.word("report.mail.no_pdf", why=why))
    if names:
        parts.append(words.word("report.mail.attached", names=", ".join(names)))
    if link:
        parts.append(f"{words.word('report.mail.page')}: {link}")
    return "\n\n".join(filter(None, parts)) + "\n"


def message(report: Report, letter: Letter, link: str) -> Message:
    """What a group reads."""
    language = letter.mailing.language
    words = wording(report, language)
    return Message(
        title=subject(report, language),
        parts=(
            Part(language, tuple(remarks(letter, report, words)), tuple(figures(report, words))),
        ),
        link=link,
        link_text=words.word("report.mail.page"),
        severity=Severity.NOTICE,
        over=True,
        mentions=(),
    )
