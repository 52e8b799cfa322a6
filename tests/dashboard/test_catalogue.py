"""Both languages are complete, and the code speaks neither."""

import re
from pathlib import Path

import pytest

from dashboard.catalogue import catalogues
from dashboard.wall import SCRIPTS, STATIC

CODE = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in SCRIPTS)
BARE = re.sub(r"(?m)^\s*//.*$|\s//\s.*$", "", CODE)
FAMILIES = {
    "state": ["live", "late", "stale", "unknown"],
    "link": ["connecting", "live", "stale", "lost"],
    "agent": ["ready", "talking", "hold", "ringing", "acw", "not_ready", "unreachable"],
    "queue": [
        "waiting",
        "longest",
        "offered",
        "answered",
        "abandoned",
        "overflowed",
        "dropped",
        "asa",
    ],
    "health": ["gaps", "rejected", "out_of_step", "late", "repeated", "ghosts"],
    "part": ["down", "degraded"],
    "fault": ["peak", "trunk_down", "drops", "silent", "sign_out", "secret"],
    "verdict": ["right", "place", "wrong", "missed"],
    "refused": ["not_offered", "running", "too_many", "over", "unreadable", "lost"],
    "head": ["name", "waiting", "longest", "service", "offered", "answered", "abandoned", "day"],
    "variant": [
        f"{variant}{long}"
        for variant in (
            "short_excluded",
            "answered_only",
            "all_count",
            "in_target_excluded",
            "in_target_met",
        )
        for long in ("", ".long")
    ],
}


def asked() -> set[str]:
    """Every key that the pages ask for."""
    plain = set(re.findall(r'say\("([\w.]+)"', BARE))
    plain |= set(re.findall(r'say\(\w+(?:\.\w+)* \? "([\w.]+)" : "[\w.]+"\)', BARE))
    plain |= set(re.findall(r'say\(\w+(?:\.\w+)* \? "[\w.]+" : "([\w.]+)"\)', BARE))
    families = set(re.findall(r"say\(`(\w+)\.\$", BARE))
    assert families == set(FAMILIES)
    return plain | {f"{family}.{word}" for family in families for word in FAMILIES[family]}


def test_chinese_and_english_have_the_same_words() -> None:
    every = catalogues()
    assert list(every) == ["zh", "en"]
    assert every["zh"].keys() == every["en"].keys()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_word_is_there_and_none_is_left_over(language: str) -> None:
    assert set(catalogues()[language]) - {"language"} == asked()


@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_word_is_empty_and_blanks_agree(language: str) -> None:
    every = catalogues()
    for key, words in every[language].items():
        assert words.strip(), key
        blanks = [sorted(re.findall(r"\{\w+\}", every[other][key])) for other in ("zh", "en")]
        assert blanks[0] == blanks[1], key


def test_the_code_itself_says_nothing() -> None:
    assert not re.findall(r"[\u3000-\u9fff\uff00-\uffef]", CODE)
    for words in re.findall(r'"([^"\n]*)"', BARE):
        assert not re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", words) or words in _CLASSES, words


_CLASSES = {"note variant", "row heads", "quiet close", "go surprise"}


def test_nothing_is_imported_from_anywhere_and_no_markup_is_made_of_text() -> None:
    assert not re.search(r"\bimport\b|\bhttps?://(?!www\.w3\.org/2000/svg)", BARE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", BARE)


def test_each_file_of_the_page_stays_small() -> None:
    for path in Path(STATIC).glob("*.js"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path.name
