"""Both languages are complete on every page, and the code speaks neither.

Keys put together by the scripts (`say(`state.${state}`)`) cannot be read off them: what may stand in
the place of the blank stands in `families/<domain>.json`, by family.
"""

import json
import re
from importlib import import_module
from pathlib import Path

import pytest

from dashboard.catalogue import LANGUAGES, catalogues, domains
from dashboard.page import STATIC, joined
from dashboard.pages import PLACES

MODULES = {place.name: import_module(place.component.partition(":")[0]) for place in PLACES}
CODE = joined(dict.fromkeys(script for page in MODULES.values() for script in page.SCRIPTS))
LONGEST = 350
_COMMENTS = re.compile(r"(?m)^\s*//.*$|\s//\s.*$")
ASKED_BY_US = {
    key
    for path in STATIC.parent.glob("*.py")
    for key in re.findall(r'words\["([\w.]+)"\]', path.read_text(encoding="utf-8"))
}
"""Words that no page says: they stand in what the gateway itself writes, such as a file to download."""
UNREAD = {"codes_full", "code_over", "not_read", "too_long", "unknown_action", "bad_verdict"}
"""Refusals that no page shows by their word: of programs, and of what no page of ours sends."""
BARE = _COMMENTS.sub("", CODE)


def families(*wanted: str) -> dict[str, set[str]]:
    """What may stand in the place of the blank, by family, of these domains."""
    found: dict[str, set[str]] = {}
    for domain in wanted:
        path = Path(__file__).parent / "families" / f"{domain}.json"
        for family, words in json.loads(path.read_text(encoding="utf-8")).items():
            found.setdefault(family, set()).update(words)
    return found


def first_arguments(bare: str) -> list[str]:
    """What stands first in each call of `say`."""
    found = []
    for call in re.finditer(r"\bsay\(", bare):
        depth, end = 0, call.end()
        while depth or bare[end] not in ",)":
            depth += (bare[end] in "({[") - (bare[end] in ")}]")
            end += 1
        found.append(bare[call.end() : end].strip())
    return found


def asked(page: str) -> set[str]:
    """Every key that a page asks for: alone, or as the one or other side of a question."""
    module = MODULES[page]
    plain: set[str] = set()
    blanks: set[str] = set()
    for argument in first_arguments(_COMMENTS.sub("", joined(module.SCRIPTS))):
        plain |= set(re.findall(r'(?:^|[?:]\s*)"([\w.]+)"', argument))
        blanks |= set(re.findall(r"`(\w+)\.\$", argument))
    known = families(*module.DOMAINS)
    assert blanks <= known.keys(), f"families of {page}: {sorted(blanks - known.keys())}"
    return plain | {f"{family}.{word}" for family in blanks for word in known[family]}


def test_chinese_and_english_have_the_same_words() -> None:
    every = catalogues()
    assert tuple(every) == LANGUAGES
    assert every["zh"].keys() == every["en"].keys()


def test_no_word_stands_in_two_domains() -> None:
    words = [key for domain in domains() for key in catalogues(domain)["en"]]
    assert len(words) == len(set(words))


@pytest.mark.parametrize("page", MODULES)
def test_every_word_that_a_page_says_is_in_its_domains(page: str) -> None:
    assert asked(page) <= catalogues(*MODULES[page].DOMAINS)["zh"].keys()


def test_no_word_is_left_over() -> None:
    said = ASKED_BY_US.union(*map(asked, MODULES))
    # What reports say of themselves, tests/reports holds against their tables.
    of_reports = set(catalogues("report")["en"])
    assert set(catalogues()["en"]) - {"language"} - of_reports == said - of_reports


def test_every_refusal_that_somebody_reads_is_a_sentence() -> None:
    words = set()
    for path in [*STATIC.parent.glob("*.py"), *STATIC.parent.parent.glob("alerts/*.py")]:
        words |= set(re.findall(r'(?:Refused|Action)Error\(\s*"(\w+)"', path.read_text("utf-8")))
    assert {f"refused.{word}" for word in words - UNREAD} <= set(catalogues()["en"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_is_empty_and_blanks_agree(language: str) -> None:
    every = catalogues()
    for key, words in every[language].items():
        assert words.strip(), key
        blanks = [sorted(re.findall(r"\{\w+\}", every[other][key])) for other in ("zh", "en")]
        assert blanks[0] == blanks[1], key


def test_the_code_itself_says_nothing() -> None:
    """Two words in a row are a sentence, unless both are names of classes in our styles."""
    assert not re.findall(r"[\u3000-\u9fff\uff00-\uffef]", CODE)
    styles = "\n".join(path.read_text(encoding="utf-8") for path in STATIC.glob("*.css"))
    made = " ".join(re.findall(r'make\("\w+", "([^"\n]*)"', BARE))
    classes = {*re.findall(r"\.([a-z][\w-]*)", styles), *made.split()}
    for words in re.findall(r'"([^"\n]*)"', BARE):
        if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", words):
            assert set(words.split()) <= classes, words


def test_nothing_is_imported_from_anywhere_and_no_markup_is_made_of_text() -> None:
    assert not re.search(r"\bimport\b|\bhttps?://(?!www\.w3\.org/2000/svg)", BARE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", BARE)


def test_each_file_of_a_page_stays_small_and_is_used() -> None:
    for path in Path(STATIC).glob("*.js"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST, path.name
    used = {script for page in MODULES.values() for script in page.SCRIPTS}
    # The road to the desks is for the pages that come.
    assert used | {"boot.js", "shim.js", "road.js"} == {path.name for path in STATIC.glob("*.js")}
