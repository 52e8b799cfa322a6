"""The page of a report: complete, readable without anything else, and deaf to markup in names."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markupsafe import escape

from reports.as_html import CSS, as_html, css_string
from reports.model import Report
from reports.words import LANGUAGES

DESIGN = Path(__file__).parents[3] / "dashboard" / "static" / "design.css"
_ROLE = re.compile(r"(--[\w-]+): ([^;]+);")


class Reader(HTMLParser):
    """Collects tags, attributes and the texts of cells."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.cells: list[str] = []
        self._open = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]
        self._open = tag in ("td", "dd") and ("class", "of") not in attrs
        if self._open:
            self.cells.append("")

    def handle_endtag(self, tag: str) -> None:
        self._open = self._open and tag not in ("td", "dd")

    def handle_data(self, data: str) -> None:
        if self._open:
            self.cells[-1] += data


@pytest.fixture(scope="module")
def pages(sample: Report) -> dict[str, str]:
    return {language: as_html(sample, language) for language in LANGUAGES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_is_loaded_and_no_name_becomes_markup(pages: dict[str, str], language: str) -> None:
    read = Reader(pages[language])
    assert not read.tags & {"script", "img", "iframe", "link", "object", "b", "form"}
    assert not {name for name in read.attributes if name.startswith("on")}
    assert all(link.startswith("#") for link in read.links)
    assert "url(" not in pages[language]
    assert "&lt;script&gt;alert(1)" in pages[language]


def test_both_languages_show_the_same_numbers(pages: dict[str, str]) -> None:
    numbers = [
        [cell for cell in Reader(page).cells if re.fullmatch(r"[−\d:.,%]+", cell)]
        for page in pages.values()
    ]
    assert numbers[0] == numbers[1]
    assert len(numbers[0]) > 250


def test_shares_show_both_of_their_sums(pages: dict[str, str], sample: Report) -> None:
    part, whole = sample.sections[1].tables[0].rows[0]["service_level"]
    assert f'title="{part:,} / {whole:,}"' in pages["en"]
    assert ">—<" in pages["en"]
    assert ">n/a<" in pages["en"]
    assert ">无数据<" in pages["zh"]


def test_a_running_report_says_so(sample: Report) -> None:
    assert 'class="live"' not in as_html(sample, "en")
    live = type(sample)(
        **{**{f: getattr(sample, f) for f in sample.__struct_fields__}, "live": True}
    )
    assert "Not over yet: figures up to 2026-11-23 00:01" in as_html(live, "en")


def test_colours_are_those_of_the_design() -> None:
    design = DESIGN.read_text(encoding="utf-8")
    light = design[design.index('[data-theme="light"] {') :]
    roles = dict(_ROLE.findall(light[: light.index("}")]))
    family = re.search(r"--family: ([^;]+);", design)
    assert family is not None
    ours = dict(_ROLE.findall(CSS.read_text(encoding="utf-8")))
    assert ours.pop("--family") == family[1]
    assert ours.items() <= roles.items()


@pytest.mark.parametrize(
    "text", ['"; } body { display: none } /*', "</style><script>", "\\", "龙 &"]
)
def test_a_name_stays_inside_its_string_of_css(text: str) -> None:
    quoted = str(css_string(text))
    inside = quoted.removeprefix('"').removesuffix('"')
    assert not set(inside) & set('"<>;{}/*\n&')
    assert escape("") + css_string(text) == quoted
    told = re.sub(r"\\([0-9a-f]+) ", lambda found: chr(int(found[1], 16)), inside)
    assert told == text
