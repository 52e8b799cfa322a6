"""Text for services that count bytes and read marks in it: cut at a character, marks made harmless."""

from collections.abc import Sequence

ELLIPSIS = "…"

_HARMLESS = str.maketrans(
    {
        "*": "＊",
        "`": "｀",
        "[": "［",
        "]": "］",
        "<": "＜",
        ">": "＞",
        "#": "＃",
        "@": "＠",
        "\\": "＼",
        "|": "｜",
        "~": "～",
        "&": "＆",
    }
)


def size(text: str) -> int:
    """Bytes in UTF-8."""
    return len(text.encode("utf-8", "replace"))


def cut(text: str, limit: int) -> str:
    """The text in at most `limit` bytes, with "…" where it was cut; never half a character."""
    if size(text) <= limit:
        return text
    if limit < size(ELLIPSIS):
        return ""
    kept = text.encode("utf-8", "replace")[: limit - size(ELLIPSIS)]
    return kept.decode("utf-8", "ignore") + ELLIPSIS


def harmless(text: str) -> str:
    """Names may hold anything: no mark of Markdown, no mention and no link is left in the text.

    Each mark becomes its full-width twin. Backslashes would not do: the robots know no escapes, and
    a cut could part one from its mark.
    """
    return text.translate(_HARMLESS).replace("://", "：//")


def fitted(head: Sequence[str], items: Sequence[str], limit: int, more: Sequence[str]) -> list[str]:
    """The lines that fit into `limit` bytes, each with its line break: first all of the head.

    `more[n]` is the line that says that n items are left out; it stands where some are.
    """
    lines: list[str] = []
    room = limit
    for line in head:
        kept = cut(line, room - 1)
        if room < 1 or (line and not kept):
            return lines
        lines.append(kept)
        room -= size(kept) + 1
    rest = sum(size(line) + 1 for line in items)
    for number, line in enumerate(items):
        if rest <= room:
            return [*lines, *items[number:]]
        left = len(items) - number
        after = size(more[left - 1]) + 1 if left > 1 else 0
        if size(line) + 1 + after <= room:
            lines.append(line)
            room -= size(line) + 1
            rest -= size(line) + 1
            continue
        # Half a sentence tells more than none, but a scrap of one tells nothing.
        kept = cut(line, room - 1 - after) if number == 0 else ""
        if kept:
            lines.append(kept)
            room -= size(kept) + 1
            left -= 1
        if left and size(more[left]) + 1 <= room:
            lines.append(more[left])
        return lines
    return lines
