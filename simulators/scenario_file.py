"""Scenarios as TOML files that people write: read, checked, and made from one another.

A file may say `like = "quiet-day"`: then it starts from that preset, or from the file of that name
beside it, and gives only what is to be different.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulators import scenario_values as values
from simulators.scenario import Scenario, ScenarioError
from simulators.scenario_mistakes import (
    MistakesError,
    Problem,
    ScenarioFileError,
    did_you_mean,
    mistaken,
    problems_of,
)
from simulators.scenario_presets import PRESETS, preset_text
from simulators.scenario_reader import Draft, draft_of

_DEEPEST = 8
"""So many files may be like one another in a row."""


def parse(text: str, name: str) -> Scenario:
    """The scenario that this TOML text describes. `name` is what messages call the file.

    Raises `ScenarioFileError` with every mistake that was found. `like` can name presets only.
    """
    return _finished(_draft(text, name, None), name)


def load(path: Path) -> Scenario:
    """The scenario of a file; raises `ScenarioFileError` if it cannot be read, or has mistakes."""
    return _finished(_draft(_text_of(path), str(path), path.parent), str(path))


def preset(id_: str) -> Scenario:
    """One of the presets; raises `ScenarioFileError` if there is none of this id."""
    if id_ not in PRESETS:
        mend = did_you_mean(id_, PRESETS)
        raise ScenarioFileError([_problem(id_, "there is no preset of this name", mend)])
    return parse(preset_text(id_), f"{id_}.toml")


def presets() -> list[tuple[str, Mapping[str, str], Mapping[str, str]]]:
    """The id of each preset, its names, and what it is about, by language."""
    scenarios = ((id_, preset(id_)) for id_ in PRESETS)
    return [(id_, scenario.names, scenario.about or {}) for id_, scenario in scenarios]


def _draft(text: str, name: str, folder: Path | None, depth: int = 0) -> Draft:
    """What the text says; `folder` is where files that it is like are looked for."""
    text = text.replace("\r\n", "\n")
    document = _document(text, name)
    try:
        return draft_of(document, lambda like: _like(like, folder, depth))
    except MistakesError as error:
        raise ScenarioFileError(problems_of(text, name, error.mistakes)) from None


def _like(value: object, folder: Path | None, depth: int) -> Draft:
    """What the scenario is to be like: a preset, or a file beside it."""
    like = values.text(value)
    if like in PRESETS:
        return _draft(preset_text(like), f"{like}.toml", None)
    if folder is None or not like.endswith(".toml"):
        raise mistaken(
            f'there is no preset "{values.shown(like)}"',
            f"{did_you_mean(like, PRESETS)}, or a file beside this one: ours.toml",
        )
    if depth == _DEEPEST:
        raise mistaken("too many files are like one another", "Begin from one that stands alone")
    try:
        return _draft(_text_of(folder / like), like, (folder / like).parent, depth + 1)
    except ScenarioFileError as error:
        raise mistaken(
            f"that cannot be used: {error.problems[0]}", "Mend that file first"
        ) from None


def _finished(draft: Draft, name: str) -> Scenario:
    try:
        return draft.finished()
    except (ScenarioError, OverflowError) as error:
        raise ScenarioFileError([_problem(name, str(error), "Write another start")]) from None


def _document(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError as error:
        place = re.search(r" \(at line ([0-9]+)", said := str(error))
        line = int(place[1]) if place else None
        problem = _problem(name, f"this is not TOML: {said}", "Mend what stands there", line)
    except RecursionError:
        problem = _problem(name, "this is nested too deeply", "Close the brackets")
    raise ScenarioFileError([problem])


def _text_of(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        said = getattr(error, "strerror", None) or "it is not UTF-8 text"
        problem = _problem(str(path), f"cannot be read: {said}", "Name a scenario file, in UTF-8")
    raise ScenarioFileError([problem])


def _problem(name: str, what: str, mend: str, line: int | None = None) -> Problem:
    return Problem(file=name, line=line, key="", what=what, mend=mend)
