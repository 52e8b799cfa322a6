"""A board's file, `<id>.toml`: what one wall shows, as people write it. Pure: text in, a board out.

`parse` gives the board or raises `SettingsError` with every mistake of the file at once; `written`
is the way back, always in the same order. docs/boards.md describes each key.
"""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, get_args

import msgspec

from dashboard.board import Board, Limits, Night, Tile, TileKind
from floorwatch import toml_file
from floorwatch.settings_problems import SettingsError, in_file_order
from floorwatch.settings_reader import Table, flag, kind_of, text
from floorwatch.settings_values import ValueMistakeError, duration_ms, suggestion
from ingest.events import Millis

KEYS: Mapping[str, tuple[str, ...]] = {
    "": ("names", "queues", "language", "theme", "sound", "limits", "night", "page"),
    "limits": ("waiting", "longest"),
    "night": ("start", "end", "brightness"),
    "page": ("show_for", "tiles"),
    "page.tiles": ("kind", "size", "queue"),
}
"""Every key there is, by its table."""

HEAD = """\
# One wallboard of Floorwatch; the file's name is its address: /wall/{id}
# Change it here or on the page /boards, which writes the file anew; screens follow in seconds.
# 看板文件：可在此修改，也可在 /boards 页面修改（页面保存时会重写本文件），大屏数秒内更新。
# Every key: docs/boards.md 各项说明见该文档
"""
_LANGUAGES = {"site": "", "zh": "zh", "en": "en", "both": "both"}
_KINDS = get_args(TileKind)
_LONGEST = 200
_MOST_PAGES, _MOST_TILES, _MOST_QUEUES, _MOST_PEOPLE = 12, 12, 500, 100_000
_DAY_MS: Millis = 86_400_000
_HOUR = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_UNITS = ((3_600_000, "h"), (60_000, "min"), (1_000, "s"), (1, "ms"))


def parse(content: str, id: str, file: str) -> Board:
    """The board of this text; `file` is what its problems call it."""
    values, findings = toml_file.values_of(content, file, Path())
    root = Table("", (), values, findings, KEYS)
    board = _board(root, id)
    if findings.problems or board is None:
        raise SettingsError(in_file_order(findings.problems))
    return board


def _board(root: Table, id: str) -> Board | None:
    queues = tuple(queue for _, queue in root.texts("queues"))
    if len(queues) > _MOST_QUEUES:
        root.add(
            "queues", f"these are {len(queues)} queues", "Take the key out to show all of them"
        )
    pages = [_page(table, queues) for table in root.tables("page")]
    if not 1 <= len(pages) <= _MOST_PAGES:
        mend = f"Write 1 to {_MOST_PAGES} times [[page]], each with its tiles"
        root.add("page", f"a board of {len(pages)} pages cannot be shown", mend)
    limits, night = _limits(root.table("limits")), _night(root)
    board = {
        "id": id,
        "names": root.names(),
        "queues": queues,
        "pages": pages,
        "language": _LANGUAGES[root.read("language", _word(tuple(_LANGUAGES)), "site")],
        "theme": root.read("theme", _word(("dark", "light")), "dark"),
        "limits": limits,
        "night": night,
        "sound": root.read("sound", flag, True),
    }
    if root.findings.problems:
        return None
    try:
        return msgspec.convert(board, Board)
    except msgspec.ValidationError as error:
        # All the above says it better, and where; this is what it did not think of.
        root.findings.add((), str(error), "docs/boards.md says what a board may hold")
        return None


def _page(table: Table, queues: tuple[str, ...]) -> Mapping[str, object]:
    tiles = [_tile(each, queues) for each in table.tables("tiles")]
    if not 1 <= len(tiles) <= _MOST_TILES:
        mend = f'Write 1 to {_MOST_TILES}: tiles = [{{ kind = "waiting" }}]'
        table.add("tiles", f"a page of {len(tiles)} tiles cannot be shown", mend)
    return _given(tiles=tiles, seconds=table.read("show_for", _seconds, None))


def _tile(table: Table, queues: tuple[str, ...]) -> Mapping[str, object]:
    table.required("kind", "waiting")
    kind = table.read("kind", _word(_KINDS), "clock")
    queue = table.text("queue", longest=_LONGEST)
    if kind == "queue" and not table.has("queue"):
        table.add("kind", "this tile shows one queue, and names none", 'Add queue = "sales"')
    if queue and queues and queue not in queues:
        mend = f"{suggestion(queue, queues)}Add it to queues at the top, or take it out here"
        table.add("queue", f'the board does not show the queue "{queue}"', mend)
    return {"kind": kind, "size": table.read("size", _whole(1, 4), 1), "queue": queue}


def _limits(table: Table) -> Mapping[str, object]:
    return {
        "waiting": table.read("waiting", _pair(_whole(0, _MOST_PEOPLE), "[3, 6]"), None),
        "longest_ms": table.read("longest", _pair(_span, '["30s", "60s"]'), None),
    }


def _night(root: Table) -> Mapping[str, object] | None:
    if not root.has("night"):
        return None
    table = root.table("night")
    for key, example in (("start", "21:00"), ("end", "07:00")):
        table.required(key, example)
    start, end = table.read("start", _hour, "21:00"), table.read("end", _hour, "07:00")
    if start == end and table.has("end"):
        table.add("end", "the night ends when it begins", "Write another hour, or take [night] out")
    return _given(start=start, end=end, brightness=table.read("brightness", _brightness, None))


def _given(**values: object) -> Mapping[str, object]:
    """Without what the file does not say: that is the board's own default."""
    return {key: value for key, value in values.items() if value is not None}


def _word(known: tuple[str, ...]) -> Callable[[Any], str]:
    def read(value: Any) -> str:
        if value in known and isinstance(value, str):
            return value
        given = value if isinstance(value, str) else ""
        choose = f"{suggestion(given, known)}Choose one of {', '.join(known)}"
        raise ValueMistakeError("this is not known here", choose)

    return read


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def read(value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise ValueMistakeError(f"this is {kind_of(value)}", f"Write {low} to {high}")
        if not low <= value <= high:
            raise ValueMistakeError(f"{value} cannot be", f"Write {low} to {high}")
        return value

    return read


def _pair(one: Callable[[Any], int], example: str) -> Callable[[Any], tuple[int, int] | None]:
    def read(value: Any) -> tuple[int, int]:
        if not isinstance(value, list) or len(value) != 2:
            mend = f"Write from when on it warns, and from when on it is bad: {example}"
            raise ValueMistakeError("these are not two limits", mend)
        warn, bad = (one(each) for each in value)
        if warn > bad:
            raise ValueMistakeError("this is bad before it warns", f"The smaller first: {example}")
        return warn, bad

    return read


def _span(value: Any) -> Millis:
    span_ms = duration_ms(value)
    if span_ms > _DAY_MS:
        raise ValueMistakeError(f'"{value}" is longer than a day', 'Write for instance "30s"')
    return span_ms


def _seconds(value: Any) -> int:
    span_ms = duration_ms(value)
    if span_ms % 1_000 or not 5_000 <= span_ms <= 3_600_000:
        raise ValueMistakeError(f'"{value}" cannot be', 'Write whole seconds, "5s" to "1h"')
    return span_ms // 1_000


def _hour(value: Any) -> str:
    given = text(value, 5)
    if not _HOUR.fullmatch(given):
        raise ValueMistakeError(f'"{given}" is not a time of day', 'Write "00:00" to "23:59"')
    return given


def _brightness(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueMistakeError(f"this is {kind_of(value)}", "Write 0.4 for 40 %")
    if not 0.1 <= value <= 1:
        raise ValueMistakeError(f"{value} cannot be", "Write 0.1 to 1: 0.4 is 40 %")
    return float(value)


def written(board: Board) -> str:
    """The board as its file says it, every key of the board itself given."""
    lines = [HEAD.format(id=board.id)]
    if board.names:
        names = ", ".join(f"{key} = {_quoted(name)}" for key, name in board.names.items())
        lines.append(f"names = {{ {names} }}")
    if board.queues:
        lines.append(f"queues = [{', '.join(map(_quoted, board.queues))}]")
    lines.append(f"language = {_quoted(board.language or 'site')}")
    lines.append(f"theme = {_quoted(board.theme)}")
    lines.append(f"sound = {str(board.sound).lower()}")
    lines += [*_limits_lines(board.limits), *_night_lines(board.night)]
    for page in board.pages:
        lines += [
            "",
            "[[page]]",
            f"show_for = {_quoted(spoken(page.seconds * 1_000))}",
            "tiles = [",
        ]
        lines += [f"  {{ {_tile_text(tile)} }}," for tile in page.tiles]
        lines.append("]")
    return "\n".join(lines) + "\n"


def _limits_lines(limits: Limits) -> list[str]:
    if limits == Limits():
        return []
    lines = ["", "[limits]"]
    if limits.waiting:
        lines.append(f"waiting = [{limits.waiting[0]}, {limits.waiting[1]}]")
    if limits.longest_ms:
        lines.append(f"longest = [{', '.join(_quoted(spoken(ms)) for ms in limits.longest_ms)}]")
    return lines


def _night_lines(night: Night | None) -> list[str]:
    if night is None:
        return []
    hours = [f"start = {_quoted(night.start)}", f"end = {_quoted(night.end)}"]
    return ["", "[night]", *hours, f"brightness = {night.brightness!r}"]


def _tile_text(tile: Tile) -> str:
    given = [f"kind = {_quoted(tile.kind)}"]
    if tile.size != 1:
        given.append(f"size = {tile.size}")
    if tile.queue:
        given.append(f"queue = {_quoted(tile.queue)}")
    return ", ".join(given)


def spoken(span_ms: Millis) -> str:
    """A duration as people write it: `90000` is "1 min 30 s"."""
    parts = []
    rest = span_ms
    for unit_ms, unit in _UNITS:
        count, rest = divmod(rest, unit_ms)
        if count:
            parts.append(f"{count} {unit}")
    return " ".join(parts) if len(parts) > 1 else "".join(parts).replace(" ", "") or "0s"


def _quoted(words: str) -> str:
    # JSON's escapes are TOML's, but for one character that only TOML forbids.
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")
