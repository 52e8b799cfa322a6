"""What people write, as it is kept, and how wide it is."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from dashboard.writing import line, paragraphs, width


def test_a_text_is_one_line_without_marks_that_disguise_it() -> None:
    assert (
        line("  今天\t14:00\r\n升级 \x00\x1b[31m\u202egpj.exe\u2066 ")
        == "今天 14:00 升级 [31mgpj.exe"
    )
    assert line(" \n\t ") == ""


def test_paragraphs_keep_their_lines_and_no_more_than_one_empty_one() -> None:
    assert paragraphs(" a  \r\n\n\n\nb\u2028c\n ") == "a\n\nb\nc"


def test_a_chinese_character_is_as_wide_as_two_letters() -> None:
    assert width("abc") == 3
    assert width("升级，") == 6
    assert width("e\u0301") == 1
    assert width("👍") == 2


@given(st.text())
def test_what_is_kept_stays_as_it_is_and_holds_nothing_that_does_not_show(text: str) -> None:
    for keep in (line, paragraphs):
        kept = keep(text)
        assert keep(kept) == kept
        assert width(kept) <= 2 * len(kept)
        assert all(c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"} for c in kept)
    assert "\n" not in line(text)
