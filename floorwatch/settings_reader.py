"""Reads one table of the settings, key by key, and collects what is wrong with it.

A key that cannot be read yields its default, so that one reading finds every mistake of a file.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, TypeVar

from floorwatch.settings_positions import Path, Positions
from floorwatch.settings_problems import Problem, Severity
from floorwatch.settings_values import ValueMistakeError, nearest

T = TypeVar("T")

LANGUAGES = ("zh", "en")
KEYS: Mapping[str, tuple[str, ...]] = {
    "": ("site", "stores", "gateway", "access", "archive", "bridge"),
    "site": (
        "id",
        "names",
        "time_zone",
        "business_day_start",
        "stale_after",
        "queue_defaults",
        "queue",
        "team",
        "agent",
        "source",
        "alerts",
        "walks",
        "screens",
        "shifts",
        "breaks",
        "attendance",
        "reports",
    ),
    "site.screens": ("boards", "plan"),
    "site.breaks": ("cap", "least"),
    "site.reports": ("channel", "domains", "mail"),
    "site.reports.mail": (
        *("id", "report", "at", "weekdays", "day", "language", "forms", "to", "channel"),
    ),
    "site.walks": ("place", "kind", "measure", "photos_kept", "duty"),
    "site.walks.place": ("id", "names"),
    "site.walks.kind": ("id", "names"),
    "site.walks.measure": ("id", "names", "stays_open"),
    "site.walks.duty": ("id", "names", "owed", "per", "weekdays", "people"),
    "site.attendance": ("grace", "meals", "breaks"),
    "site.alerts": ("file", "playbooks", "forecast"),
    "site.queue_defaults": ("target", "short_abandon", "service_level", "goal", "wrap_up"),
    "site.queue": (
        *("id", "names", "target", "short_abandon", "service_level", "goal", "wrap_up"),
        "group",
    ),
    "site.team": ("id", "names"),
    "site.agent": ("id", "names", "team", "interfaces", "lead"),
    "site.source": ("name", "url", "secret_env", "secret_file", "backfill", "actions"),
    "site.source.actions": ("user", "secret_env", "secret_file", "allow", "phones"),
    "stores": ("journal", "secret_env", "secret_file"),
    "gateway": ("listen", "allowed_origins", "public_url"),
    "access": ("mode", "trusted_proxies", "oidc"),
    "access.oidc": (
        *("id", "names", "issuer", "client_id", "secret_env", "secret_file", "role_claim", "roles"),
        *("queues_claim", "teams_claim", "agent_claim"),
    ),
    "archive": ("folder", "callers_days", "keep_days", "versions"),
    "bridge": ("broker", "secret_env", "secret_file", "spool"),
}
"""Every key there is, by its table. docs/settings.md describes each of them."""

_SECRETS = ("secret", "password", "passwd", "pass", "token")
_KINDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "a table",
}


@dataclass(slots=True)
class Findings:
    """The problems of one file, with the means to say where they are."""

    file: str
    folder: FilePath
    positions: Positions
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, what: str, mend: str, *, at_key: bool = False) -> None:
        """An error at this value, or at its key."""
        self._put(Severity.ERROR, path, what, mend, at_key)

    def warn(self, path: Path, what: str, mend: str) -> None:
        """Something that runs, but is hardly meant."""
        self._put(Severity.WARNING, path, what, mend, False)

    def _put(self, severity: Severity, path: Path, what: str, mend: str, at_key: bool) -> None:
        place = self.positions.key(path) if at_key else self.positions.value(path)
        self.problems.append(
            Problem(
                severity=severity,
                file=self.file,
                line=place.line,
                column=place.column,
                key=shown(path),
                what=what,
                mend=mend,
            )
        )


def shown(path: Path) -> str:
    """The path as people count: `site.queue[2].target` is the target of the second queue."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file. `kind` says which of `keys` it may have; `path` says where it is."""

    kind: str
    path: Path
    values: Mapping[str, Any]
    findings: Findings
    keys: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: KEYS)

    def __post_init__(self) -> None:
        known = self.keys[self.kind]
        for key in self.values:
            if key in known:
                continue
            where = f"[{self.kind}]" if self.kind else "the file"
            what = f"{where} knows no such key"
            self.findings.add((*self.path, key), what, self._instead(key), at_key=True)

    def _instead(self, key: str) -> str:
        """What to write instead of a key that is not known here."""
        if key in _SECRETS:
            return "Never write it into this file: use secret_env or secret_file"
        known = self.keys[self.kind]
        everywhere = {each for keys in self.keys.values() for each in keys}
        near = key if key in everywhere else nearest(key, [*known, *everywhere])
        if near in known:
            return f'Did you mean "{near}"? Known are {", ".join(known)}'
        homes = [f"[{kind}]" for kind, keys in self.keys.items() if near in keys and kind]
        if homes:
            return f'"{near}" belongs into {" or ".join(homes)}'
        return f"Known are {', '.join(known)}"

    def has(self, key: str) -> bool:
        """Whether the file gives this key."""
        return key in self.values

    def add(self, key: str, what: str, mend: str) -> None:
        """An error at this key's value."""
        self.findings.add((*self.path, key), what, mend)

    def warn(self, key: str, what: str, mend: str) -> None:
        """A warning at this key's value."""
        self.findings.warn((*self.path, key), what, mend)

    def read(self, key: str, reader: Callable[[Any], T], default: T) -> T:
        """The value as `reader` understands it, or the default where it is absent or wrong."""
        if key not in self.values:
            return default
        try:
            return reader(self.values[key])
        except ValueMistakeError as mistake:
            self.add(key, mistake.what, mistake.mend)
            return default

    def text(self, key: str, default: str = "", *, longest: int = 255) -> str:
        """A text that is not empty."""
        return self.read(key, lambda value: text(value, longest), default)

    def required(self, key: str, example: str) -> str:
        """A text that must be there; empty, with a problem noted, if it is not."""
        if key not in self.values:
            mend = f'Add for instance {key} = "{example}"'
            self.findings.add(self.path, f"{key} is missing", mend, at_key=True)
        return self.text(key)

    def texts(self, key: str) -> Iterator[tuple[Path, str]]:
        """The texts of a list, each with its place."""
        items = self.values.get(key, [])
        if not isinstance(items, list):
            self.add(key, f"this is {kind_of(items)}", f'Write a list: {key} = ["…", "…"]')
            return
        for number, item in enumerate(items):
            path = (*self.path, key, number)
            try:
                yield path, text(item, 255)
            except ValueMistakeError as mistake:
                self.findings.add(path, mistake.what, mistake.mend)

    def names(self, key: str = "names") -> dict[str, str]:
        """The names on screen, by language."""
        given = self.values.get(key, {})
        if not isinstance(given, dict):
            self.add(key, f"this is {kind_of(given)}", 'Write { zh = "…", en = "…" }')
            return {}
        names = {}
        for language, name in given.items():
            path = (*self.path, key, language)
            if language not in LANGUAGES:
                mend = "Write zh for 中文, en for English"
                self.findings.add(path, f'"{language}" is not a language here', mend, at_key=True)
                continue
            try:
                names[language] = text(name, 255)
            except ValueMistakeError as mistake:
                self.findings.add(path, mistake.what, mistake.mend)
        return names

    def table(self, key: str) -> "Table":
        """The table of this name; an empty one if the file has none."""
        given = self.values.get(key, {})
        path = (*self.path, key)
        if not isinstance(given, dict):
            self.findings.add(path, f"this is {kind_of(given)}", f"Begin it with [{shown(path)}]")
            given = {}
        return Table(self._kind(key), path, given, self.findings, self.keys)

    def tables(self, key: str) -> list["Table"]:
        """All the tables of this name: `[[key]]` several times, or `[key]` once."""
        given = self.values.get(key, [])
        path = (*self.path, key)
        if isinstance(given, dict):
            return [Table(self._kind(key), path, given, self.findings, self.keys)]
        wrong = (
            [item for item in given if not isinstance(item, dict)] if _listed(given) else [given]
        )
        if wrong:
            header = self._kind(key)
            mend = f"Begin each one with [[{header}]]"
            self.findings.add(path, f"this is {kind_of(wrong[0])}", mend)
            return []
        return [
            Table(self._kind(key), (*path, number), item, self.findings, self.keys)
            for number, item in enumerate(given)
        ]

    def _kind(self, key: str) -> str:
        return f"{self.kind}.{key}" if self.kind else key


def _listed(value: object) -> bool:
    return isinstance(value, list)


def kind_of(value: object) -> str:
    """What a TOML value is, in words."""
    return _KINDS.get(type(value), "a date or time")


def text(value: object, longest: int) -> str:
    """The value if it is a text of 1 to `longest` letters; raises `ValueMistakeError`."""
    if not isinstance(value, str):
        raise ValueMistakeError(f"this is {kind_of(value)}", "Write a text in quotes")
    if not value.strip():
        raise ValueMistakeError("this is empty", "Write a text, or take the key out")
    if len(value) > longest:
        raise ValueMistakeError(f"this has {len(value)} letters", f"At most {longest} are allowed")
    return value


def flag(value: object) -> bool:
    """true or false; raises `ValueMistakeError`."""
    if not isinstance(value, bool):
        raise ValueMistakeError(f"this is {kind_of(value)}", "Write true or false, without quotes")
    return value
