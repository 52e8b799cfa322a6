"""Secrets: the settings say where one is kept, never what it is."""

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from floorwatch.settings_reader import Table
from floorwatch.settings_values import ValueMistakeError

LARGEST = 4_096
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


class SecretError(Exception):
    """A secret cannot be had: `what` is wrong where it was sought, and how to `mend` it."""

    def __init__(self, what: str, mend: str) -> None:
        self.what = what
        self.mend = mend
        super().__init__(f"{what}. {mend}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """Where a secret is kept: in an environment variable or in a file. Neither: there is none."""

    env: str = ""
    file: Path | None = None

    def __bool__(self) -> bool:
        return bool(self.env or self.file)

    def reveal(self, environ: Mapping[str, str]) -> str:
        """The secret itself, "" if none is named; one final newline of a file is not part of it.

        Raises `SecretError` if the variable or the file is missing, empty or unreadable.
        """
        if self.file is not None:
            return self._from_file(self.file)
        if not self.env:
            return ""
        found = environ.get(self.env, "")
        if not found:
            raise SecretError(
                f"the variable {self.env} is not set",
                f"Set it where Floorwatch starts: export {self.env}=…",
            )
        return _one_line(found, self.env)

    def _from_file(self, file: Path) -> str:
        try:
            with file.open("rb") as opened:
                found = opened.read(LARGEST).decode().removesuffix("\n").removesuffix("\r")
        except OSError as error:
            raise SecretError(
                f"{file} cannot be read ({error.strerror})",
                "Write the password into it, readable for Floorwatch alone: chmod 600",
            ) from None
        except UnicodeDecodeError:
            raise SecretError(
                f"{file} is not UTF-8 text", "Write the password into it anew"
            ) from None
        if not found:
            raise SecretError(f"{file} is empty", "Write the password into it")
        return _one_line(found, str(file))


def _one_line(secret: str, place: str) -> str:
    # A line break would end the login's header and begin one that nobody wrote.
    if not secret.isprintable():
        raise SecretError(f"{place} holds a line break or a control character", "Take it out")
    return secret


def read_secret(table: Table, environ: Mapping[str, str], name: str = "secret") -> Secret | None:
    """Where this table keeps its secret of this name, or None; warns if it is not there now."""
    in_env, in_file = f"{name}_env", f"{name}_file"
    env = table.read(in_env, _variable, "")
    path = table.text(in_file, longest=4_096)
    if env and path:
        table.add(in_file, f"{in_env} is given too", "Leave one of the two out")
    if not env and not path:
        return None
    file = table.findings.folder / path if path else None
    secret = Secret(env=env, file=file)
    key = in_file if file else in_env
    try:
        secret.reveal(environ)
    except SecretError as error:
        table.warn(key, error.what, error.mend)
        return secret
    if file is not None and os.name == "posix" and file.stat().st_mode & stat.S_IROTH:
        table.warn(key, f"everyone on this machine can read {file}", f"chmod 600 {file}")
    return secret


def _variable(value: object) -> str:
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value):
        raise ValueMistakeError(
            "this is not the name of an environment variable",
            "Write the name of the variable, not the secret: FLOORWATCH_PBX_SECRET",
        )
    return value
