"""Both languages are complete, and the code speaks neither."""

import re
from pathlib import Path

import pytest

from dashboard import console, wall
from dashboard.catalogue import catalogues
from dashboard.wall import STATIC, joined

CODE = joined(dict.fromkeys((*wall.SCRIPTS, *console.SCRIPTS)))
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
    "refused": [
        *("not_offered", "running", "too_many", "over", "unreadable", "lost", "other"),
        *("still_open", "acknowledged_already", "not_acknowledged", "bad_until"),
        *("unknown_incident", "unknown_silence", "not_kept"),
    ],
    "severity": ["critical", "warning", "notice"],
    "incident": ["pending", "firing", "recovering", "ended"],
    "scope": ["floor", "queue", "group", "trunk", "team", "agent", "feed", "channel"],
    "time": ["began", "fired", "ended"],
    "do": [
        *("acknowledge", "unacknowledge", "assign", "silence", "unsilence", "playbook", "note"),
        *("close", "story", "useful", "false", "sign"),
    ],
    "field": ["note", "to", "length", "until", "which", "reason", "cause", "measure", "who"],
    "option": ["m30", "h2", "until", "here", "rule"],
    "role": ["duty", "lead", "manager"],
    "list": ["open", "over", "today", "comma"],
    "panel": ["silences", "muted", "rules", "week"],
    "nothing": ["silences", "muted", "rules"],
    "week": [
        *("alarms", "per_hour", "busiest", "acknowledged", "useful", "flaps", "noisiest"),
        "unknown",
    ],
    "whatif": [
        *("place", "alarms", "ratio", "calls", "hours", "band", "note"),
        *("seconds", "minutes", "never"),
    ],
    "story": [
        *("fired", "flapped", "ended", "inhibited", "uninhibited", "told", "grew", "escalated"),
        *("repeated", "resolved", "acknowledged", "unacknowledged", "assigned", "silenced"),
        *("unsilenced", "silence_ended", "maintenance_began", "step_done", "step_undone"),
        *("noted", "judged", "closed", "nothing"),
    ],
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


def first_arguments() -> list[str]:
    """What stands first in each call of `say`."""
    found = []
    for call in re.finditer(r"\bsay\(", BARE):
        depth, end = 0, call.end()
        while depth or BARE[end] not in ",)":
            depth += (BARE[end] in "({[") - (BARE[end] in ")}]")
            end += 1
        found.append(BARE[call.end() : end].strip())
    return found


def asked() -> set[str]:
    """Every key that the pages ask for: alone, or as the one or other side of a question."""
    plain: set[str] = set()
    families: set[str] = set()
    for argument in first_arguments():
        plain |= set(re.findall(r'(?:^|[?:]\s*)"([\w.]+)"', argument))
        families |= set(re.findall(r"`(\w+)\.\$", argument))
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


_CLASSES = {
    *("note variant", "row heads", "quiet close", "go surprise"),
    *("panel week", "list today", "quiet to-wall"),
}


def test_nothing_is_imported_from_anywhere_and_no_markup_is_made_of_text() -> None:
    assert not re.search(r"\bimport\b|\bhttps?://(?!www\.w3\.org/2000/svg)", BARE)
    assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", BARE)


def test_each_file_of_the_page_stays_small() -> None:
    for path in Path(STATIC).glob("*.js"):
        assert len(path.read_text(encoding="utf-8").splitlines()) <= 300, path.name
