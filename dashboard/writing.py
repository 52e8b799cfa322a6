"""What people write, as it is kept and shown: without what could disguise it, and how wide it is."""

import re
import unicodedata

_HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of what follows: a text could be made to look like another one."""
_WIDE = re.compile(
    "[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6"
    "\U0001f000-\U0003ffff]"
)
_NO_WIDTH = frozenset({"Mn", "Me", "Cf"})


def paragraphs(text: str) -> str:
    """The text in Unix lines, without control marks, spaces at its ends, or more than one empty line."""
    kept = (c for c in text if c == "\n" or unicodedata.category(c) not in {"Cc", "Cs"})
    plain = _HIDDEN.sub("", "".join(kept).replace("\u2028", "\n").replace("\u2029", "\n"))
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[^\S\n]*\n", "\n", plain)).strip()


def line(text: str) -> str:
    """The text as one line, with single spaces."""
    return " ".join(paragraphs(text.replace("\t", " ").replace("\r", " ")).split())


def width(text: str) -> int:
    """How much room a text takes, in Latin letters: a Chinese character, or an emoji, takes two."""
    return sum(
        0 if unicodedata.category(c) in _NO_WIDTH else 2 if _WIDE.match(c) else 1 for c in text
    )
