"""A TOML file that people write: read whole, with the place of everything in it.

What cannot be read at all raises `SettingsError` with the one problem, its place and its cure.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from floorwatch.settings_positions import Positions
from floorwatch.settings_problems import Problem, SettingsError, Severity
from floorwatch.settings_reader import Findings

LARGEST = 4_000_000
"""Bytes in such a file. The settings of a site of a thousand agents have some 100,000."""

_PLACE = re.compile(r"(.*?) ?\(at (?:line (\d+), column (\d+)|end of document)\)", re.DOTALL)


def text_of(path: Path, missing: str) -> str:
    """The text of this file; `missing` says what to do where there is none."""
    try:
        with path.open("rb") as opened:
            content = opened.read(LARGEST + 1)
    except OSError as error:
        raise _error(path, f"the file cannot be read: {error.strerror}", missing) from None
    if len(content) > LARGEST:
        raise _error(path, "the file is too large", f"At most {LARGEST} bytes are read")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        start = content.rfind(b"\n", 0, error.start) + 1
        column = len(content[start : error.start].decode("utf-8", "replace")) + 1
        mend = "Save it as UTF-8 in your editor; 请用 UTF-8 编码保存 (it may be GBK now)"
        raise _error(path, "the file is not UTF-8", mend, line, column) from None


def values_of(text: str, file: str, folder: Path) -> tuple[Mapping[str, Any], Findings]:
    """What the text says, and where problems with it are collected."""
    text = text.replace("\r\n", "\n")
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(text, file, error) from None
    except RecursionError:
        mend = "Take some out"
        raise _error(Path(file), "the brackets are nested too deep", mend) from None
    return values, Findings(file, folder, Positions.of(text))


def _syntax(text: str, file: str, error: tomllib.TOMLDecodeError) -> SettingsError:
    match = _PLACE.fullmatch(str(error))
    what = match[1] if match else str(error)
    if match and match[2]:
        line, column = int(match[2]), int(match[3])
    else:
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
    mend = 'Texts need quotes, lists need [ ], and each table begins with [name]: id = "sales"'
    return _error(Path(file), f"this is not TOML: {what}", mend, line, column)


def _error(
    path: Path, what: str, mend: str, line: int | None = None, column: int | None = None
) -> SettingsError:
    return SettingsError(
        [
            Problem(
                severity=Severity.ERROR,
                file=str(path),
                line=line,
                column=column,
                what=what,
                mend=mend,
            )
        ]
    )
