"""What is wrong in a scenario file: which line, which key, what it is, and what to write instead.

The readers know no lines: they raise `MistakesError` with the path of each mistake, and the lines
are looked up in the text only when there is something to complain about.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any, TypeVar

Path = tuple[str | int, ...]
T = TypeVar("T")

_NAMED = 40
"""So many known words are named in a message."""


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake at `path`, which is counted from the value that was read."""

    path: Path
    what: str
    mend: str


class MistakesError(ValueError):
    """A value cannot be meant: all that is wrong with it, and what to write instead."""

    def __init__(self, *mistakes: Mistake) -> None:
        self.mistakes = mistakes
        super().__init__("; ".join(f"{mistake.what}. {mistake.mend}" for mistake in mistakes))

    def within(self, part: str | int) -> Iterator[Mistake]:
        """The mistakes as they are seen from the value that has this one as its `part`."""
        return (replace(mistake, path=(part, *mistake.path)) for mistake in self.mistakes)


def mistaken(what: str, mend: str) -> MistakesError:
    """The error to raise for the value itself."""
    return MistakesError(Mistake((), what, mend))


def each(items: Iterable[tuple[str | int, Any]], reader: Callable[[Any], T]) -> list[T]:
    """Every item as `reader` understands it; raises with the mistakes of all of them together."""
    read: list[T] = []
    mistakes: list[Mistake] = []
    for part, value in items:
        try:
            read.append(reader(value))
        except MistakesError as error:
            mistakes += error.within(part)
    if mistakes:
        raise MistakesError(*mistakes)
    return read


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to write instead of a word that is not among the known ones."""
    known = list(known)
    if not known:
        return "There are none"
    near = get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    hint = f'Did you mean "{near[0]}"? ' if near else ""
    more = f" and {len(known) - _NAMED} more" if len(known) > _NAMED else ""
    return f"{hint}Known are {', '.join(known[:_NAMED])}{more}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A mistake and where it stands; lines count from 1. `line` is None where the file has none."""

    file: str
    line: int | None
    key: str
    what: str
    mend: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        key = f"{self.key}: " if self.key else ""
        return f"{place}: {key}{self.what}. {self.mend}"


class ScenarioFileError(ValueError):
    """The scenario file cannot be used. It holds every problem found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line or 0))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def problems_of(text: str, name: str, mistakes: Iterable[Mistake]) -> Iterator[Problem]:
    """The mistakes with the lines of the file `name` whose valid TOML text this is."""
    lines = lines_of(text)
    for mistake in mistakes:
        path = mistake.path
        while path and path not in lines:
            path = path[:-1]
        yield Problem(
            file=name,
            line=lines.get(path),
            key=shown(mistake.path),
            what=mistake.what,
            mend=mistake.mend,
        )


def shown(path: Path) -> str:
    """The path as people count: `queues[2].talk` is the talk of the second queue."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def lines_of(text: str) -> dict[Path, int]:
    """On which line of a valid TOML text each table begins and each key is given.

    A statement is as many lines as it takes to be TOML by itself, so nothing of the syntax needs to
    be known here. What stands within a value of several lines is found at the first of them.
    """
    found: dict[Path, int] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    for line, statement in _statements(text):
        keys = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = _header(keys, counts)
            for length in range(1, len(table) + 1):
                found.setdefault(table[:length], line)
        else:
            for path in _paths(keys):
                found.setdefault((*table, *path), line)
    return found


def _statements(text: str) -> Iterator[tuple[int, str]]:
    begun, first = "", 1
    for line, row in enumerate(text.split("\n"), 1):
        begun, first = f"{begun}{row}\n", first if begun else line
        try:
            if tomllib.loads(begun) or begun.lstrip().startswith("["):
                yield first, begun
        except ValueError:
            continue
        begun = ""


def _header(keys: Mapping[str, Any], counts: dict[Path, int]) -> Path:
    """The path of the table that `[a.b]` or `[[a.b]]` opens; `counts` are the lists' last indices."""
    path: Path = ()
    value: Any = keys
    while isinstance(value, Mapping) and value:
        key, value = next(iter(value.items()))
        path = (*path, key)
        if isinstance(value, Sequence):
            counts[path] = counts.get(path, -1) + 1
            return (*path, counts[path])
        if path in counts:
            path = (*path, counts[path])
    return path


def _paths(value: Any) -> Iterator[Path]:
    """The paths of all that is in this value."""
    items: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, Mapping):
        items = value.items()
    elif isinstance(value, list):
        items = enumerate(value)
    for part, inner in items:
        yield (part,)
        yield from ((part, *path) for path in _paths(inner))
