"""Where each key and value stands in a TOML text that is already known to be valid.

The standard library's parser tells no places, so the text is walked once more. The walk knows only
what separates keys and values; it never judges, because `tomllib` already has.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field

Path = tuple[str | int, ...]

_BLANK = re.compile(r"(?:[ \t\n]|#[^\n]*)*")
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
_DOT = re.compile(r"[ \t]*\.[ \t]*")
_EQUALS = re.compile(r"[ \t]*=[ \t]*")
_TEXT = re.compile(
    r'''"""(?:[^\\]|\\.)*?"{3,5}(?!")|\'\'\'.*?'{3,5}(?!')|"(?:[^"\\]|\\.)*"|'[^']*\'''', re.DOTALL
)
_BARE = re.compile(r"[^,\]}\n#]+")


@dataclass(frozen=True, slots=True)
class Position:
    """A place in a file; both count from 1."""

    line: int
    column: int


@dataclass(slots=True)
class _Walk:
    text: str
    at: int = 0
    found: dict[Path, int] = field(default_factory=dict)
    values: dict[Path, int] = field(default_factory=dict)
    counts: dict[Path, int] = field(default_factory=dict)

    def skip(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError(f"not TOML at offset {self.at}")
        self.at = match.end()
        return match.group()

    def key(self) -> tuple[str, ...]:
        parts = [self._part()]
        while _DOT.match(self.text, self.at):
            self.skip(_DOT)
            parts.append(self._part())
        return tuple(parts)

    def _part(self) -> str:
        part = self.skip(_KEY)
        return next(iter(tomllib.loads(f"{part} = 0"))) if part[0] in "\"'" else part

    def document(self) -> None:
        table: Path = ()
        while True:
            self.skip(_BLANK)
            if self.at >= len(self.text):
                return
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)

    def header(self) -> Path:
        start = self.at
        many = self.text.startswith("[[", self.at)
        self.at += 2 if many else 1
        self.skip(_BLANK)
        path: Path = ()
        parts = self.key()
        for number, part in enumerate(parts):
            path = (*path, part)
            if many and number == len(parts) - 1:
                self.counts[path] = self.counts.get(path, -1) + 1
            if path in self.counts:
                path = (*path, self.counts[path])
            self.found.setdefault(path, start)
        self.skip(_BLANK)
        self.at += 2 if many else 1
        return path

    def pair(self, table: Path) -> None:
        start = self.at
        path = table
        for part in self.key():
            path = (*path, part)
            self.found.setdefault(path, start)
        self.skip(_EQUALS)
        self.value(path)

    def value(self, path: Path) -> None:
        self.found.setdefault(path, self.at)
        self.values[path] = self.at
        match self.text[self.at]:
            case "[":
                self.array(path)
            case "{":
                self.inline_table(path)
            case '"' | "'":
                self.skip(_TEXT)
            case _:
                self.skip(_BARE)

    def array(self, path: Path) -> None:
        self.at += 1
        number = 0
        while self._more("]"):
            self.value((*path, number))
            number += 1

    def inline_table(self, path: Path) -> None:
        self.at += 1
        while self._more("}"):
            self.pair(path)

    def _more(self, end: str) -> bool:
        """Whether another element comes; steps over separators, comments and the end itself."""
        self.skip(_BLANK)
        if self.text[self.at] == ",":
            self.at += 1
            self.skip(_BLANK)
        if self.text[self.at] == end:
            self.at += 1
            return False
        return True


@dataclass(frozen=True, slots=True)
class Positions:
    """Finds the place of a key, or of its value, in the text it was made from."""

    keys: Mapping[Path, int]
    values: Mapping[Path, int]
    line_starts: tuple[int, ...]

    @classmethod
    def of(cls, text: str) -> "Positions":
        """Walk a valid TOML text. Newlines must be `\\n`, as `tomllib` has them."""
        walk = _Walk(text)
        walk.document()
        starts = (0, *(match.end() for match in re.finditer("\n", text)))
        return cls(walk.found, walk.values, starts)

    def key(self, path: Path) -> Position:
        """Where this key stands; for one that is absent, the table that lacks it."""
        return self._nearest(self.keys, path)

    def value(self, path: Path) -> Position:
        """Where the value of this key begins; for an absent one, as `key`."""
        return self._at(self.values[path]) if path in self.values else self.key(path)

    def _nearest(self, places: Mapping[Path, int], path: Path) -> Position:
        while path and path not in places:
            path = path[:-1]
        return self._at(places.get(path, 0))

    def _at(self, offset: int) -> Position:
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)
