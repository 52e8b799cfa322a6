"""A report as one page: nothing to load, nothing that runs; for a screen, a phone, and A4 paper."""

from pathlib import Path

from markupsafe import Markup
from msgspec import structs

from reports.chart_svg import chart_svg
from reports.html_table import WIDE, is_figures, of_figures, of_table
from reports.model import Note, Report, Section, Table
from reports.words import Wording, plain, wording
from reports.xlsx_style import TONES

CSS = Path(__file__).with_name("report.css")
MOST_ROWS = 500
"""Rows of a table on a page; the files for calculating have all."""
DRAWN_ALONE = frozenset({"course"})
"""Tables that are shown by their chart, without their rows."""

_LANGUAGES = {"zh": "zh-CN", "en": "en"}
_NOTHING_LOADED = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
)


def as_html(report: Report, language: str) -> str:
    """The page, in this language. Every text from outside is a text in it, never markup."""
    words = wording(report, language)
    title = words.word(f"report.title.{report.title}")
    site = words.name(report.site_names) or plain(report.site)
    brief = report.title.startswith("brief_")
    running = f"{site[:60]} · {title} · {words.span(report)}"
    return Markup(
        '<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<title>{running}</title>\n<style>{css}{pages}</style>\n</head>\n"
        "<body{brief}>\n{head}\n{contents}<main>\n{sections}\n</main>\n"
        "<footer>{made}</footer>\n</body>\n</html>\n"
    ).format(
        lang=_LANGUAGES[language],
        policy=_NOTHING_LOADED,
        running=running,
        css=Markup(CSS.read_text(encoding="utf-8")),
        pages=Markup("@page {{ @bottom-left {{ content: {}; }} }}").format(css_string(running)),
        brief=Markup(' class="brief"') if brief else "",
        head=_head(report, words, title, site),
        contents="" if brief or len(report.sections) < 3 else _contents(report, words),
        sections=Markup("\n").join(
            _section(section, words, number) for number, section in enumerate(report.sections, 1)
        ),
        made=words.word("report.form.made_by"),
    )


def css_string(text: str) -> Markup:
    """A text as a string of CSS; what is neither a letter nor a digit is written by its number."""
    letters = (letter if letter.isalnum() else f"\\{ord(letter):x} " for letter in plain(text))
    return Markup('"{}"').format("".join(letters))


def _head(report: Report, words: Wording, title: str, site: str) -> Markup:
    as_of = words.instant(report.as_of, dated=True)
    state = ("live", words.word("report.form.live", at=as_of)) if report.live else None
    facts = [
        ("as_of", as_of),
        ("time_zone", report.time_zone),
        ("definition", words.word("report.form.version", version=str(report.definition))),
    ]
    return Markup(
        '<header><p class="site">{site}</p><h1>{title}</h1><p class="span">{span}</p>{state}'
        "<dl>{facts}</dl></header>"
    ).format(
        site=site,
        title=title,
        span=words.span(report),
        state=Markup('<p class="{}">{}</p>').format(*state) if state else "",
        facts=Markup("").join(
            Markup("<div><dt>{}</dt><dd>{}</dd></div>").format(
                words.word(f"report.form.{key}"), said
            )
            for key, said in facts
        ),
    )


def _contents(report: Report, words: Wording) -> Markup:
    links = Markup("").join(
        Markup('<li><a href="#s{}">{}</a></li>').format(
            number, words.word(f"report.section.{section.key}")
        )
        for number, section in enumerate(report.sections, 1)
    )
    label = words.word("report.form.contents")
    return Markup('<nav aria-label="{}"><ul>{}</ul></nav>\n').format(label, links)


def _section(section: Section, words: Wording, number: int) -> Markup:
    broad = max(
        (len(table.columns) for table in section.tables if not is_figures(table)), default=0
    )
    named, title = len(section.tables) > 1, words.word(f"report.section.{section.key}")
    return Markup('<section id="s{number}"{wide}><h2>{title}</h2>{notes}{tables}</section>').format(
        number=number,
        wide=Markup(' class="wide"') if broad >= WIDE else "",
        title=title,
        notes=Markup("").join(_note(note, words) for note in section.notes),
        tables=Markup("").join(
            _table(table, words, named=named or _title(table, words) != title)
            for table in section.tables
        ),
    )


def _title(table: Table, words: Wording) -> str:
    return words.word(f"report.table.{table.key}")


def _shortened(table: Table) -> Table:
    """A page must end somewhere; what it leaves out is counted."""
    more = len(table.rows) - MOST_ROWS
    if more <= 0:
        return table
    return structs.replace(table, rows=table.rows[:MOST_ROWS], more=table.more + more)


def _note(note: Note, words: Wording) -> Markup:
    tone = note.tone if note.tone in TONES else "info"
    return Markup('<p class="note {}">{}</p>').format(tone, words.note(note.key, note.values))


def _table(table: Table, words: Wording, *, named: bool) -> Markup:
    title = _title(table, words)
    table = _shortened(table)
    head = Markup("<h3>{}</h3>").format(title) if named and not is_figures(table) else Markup("")
    if not table.rows:
        none = words.word("report.form.none")
        return Markup('<div class="table">{}<p class="none">{}</p></div>').format(head, none)
    drawn = Markup("")
    if is_figures(table):
        drawn = of_figures(table, words)
    elif table.key not in DRAWN_ALONE:
        drawn = of_table(table, words, title)
    more = Markup("")
    if table.more:
        count = words.word("report.form.more", count=f"{table.more:,}")
        more = Markup('<p class="more">{}</p>').format(count)
    return Markup('<div class="table">{}{}{}{}</div>').format(
        head, chart_svg(table, words), drawn, more
    )
