"""The URLs that name sources and stores: which schemes there are, and what each may carry.

The tables here say what a URL may look like; `wiring` says which adapter stands behind it.
A password never stands in a URL: it would be in the file, in the log and on the screen.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from floorwatch.settings_values import ValueMistakeError, suggestion


class UrlError(ValueMistakeError):
    """A URL that names nothing we can use: `what` is wrong, and how to `mend` it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Url:
    """A URL taken apart. `port` is filled in from the scheme; `path` is a file's or a name.

    It never holds a password, so it can be shown anywhere.
    """

    scheme: str
    user: str = ""
    host: str = ""
    port: int = 0
    path: str = ""
    options: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        if not self.host:
            return f"{self.scheme}:{self.path}"
        user = f"{quote(self.user, safe='')}@" if self.user else ""
        options = "&".join(f"{key}={quote(value)}" for key, value in self.options.items())
        return f"{self.scheme}://{user}{self.address}{self.path}{'?' * bool(options)}{options}"

    def with_secret(self, secret: str) -> str:
        """The server's URL with its password inside, for a library that wants it so: never show it."""
        if not secret:
            return str(self)
        user = f"{quote(self.user, safe='')}:{quote(secret, safe='')}@"
        return f"{self.scheme}://{user}{self.address}{self.path}"

    @property
    def address(self) -> str:
        """Host and port in one, as people write them."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What the URLs of one scheme look like.

    `port` means that it names a server (and is the default); otherwise it names a path. `file` says
    that this path is one on this machine. `secret` says that the server asks for a password.
    `options` gives each option's permitted values; an empty tuple permits any.
    """

    example: str
    port: int = 0
    user: bool = False
    secret: bool = False
    file: bool = False
    path: bool = False
    names: tuple[str, ...] = ()
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


FILE_OPTION = "ca"
"""The option that names a file on this machine: the authority that signed the server's key."""

_AMI_OPTIONS = {
    "tls": ("off", "on", "unverified"),
    "login": ("md5", "plain"),
    FILE_OPTION: (),
}
SOURCES: Mapping[str, Form] = {
    "ami": Form(
        example="ami://floorwatch@pbx.example.com:5038",
        port=5038,
        user=True,
        secret=True,
        options=_AMI_OPTIONS,
    ),
    "mqtt": Form(example="mqtt://broker.example.com:1883", port=1883),
    "mqtts": Form(example="mqtts://broker.example.com:8883", port=8883, options={FILE_OPTION: ()}),
    "queue_log": Form(example="queue_log:/var/log/asterisk/queue_log", file=True),
    "simulate": Form(example="simulate:demo", names=("demo",)),
    "ami+file": Form(example="ami+file:day.jsonl.gz", file=True),
    "queue_log+file": Form(example="queue_log+file:queue_log.1", file=True),
    "events+file": Form(example="events+file:events.jsonl", file=True),
    "calls+csv": Form(example="calls+csv:calls.csv.gz", file=True),
    "journal": Form(example="journal:data", file=True),
}
"""Where events come from."""

BACKFILLS: Mapping[str, Form] = {
    scheme: SOURCES[scheme] for scheme in ("queue_log", "queue_log+file")
}
"""What can fill the gaps of an AMI source."""

REPLAYS: Mapping[str, Form] = {
    scheme: SOURCES[scheme]
    for scheme in ("ami+file", "queue_log+file", "events+file", "calls+csv", "journal")
}
"""What can be replayed."""

BACKTESTS: Mapping[str, Form] = {
    **REPLAYS,
    "counts+csv": Form(example="counts+csv:counts.csv.gz", file=True),
}
"""The past days that the rules can be tried on; of counts alone, only the rules of traffic."""

FILE_BACKFILLS: Mapping[str, Form] = {"queue_log+file": SOURCES["queue_log+file"]}
"""What can fill the gaps of a replay."""

BROKERS: Mapping[str, Form] = {scheme: SOURCES[scheme] for scheme in ("mqtt", "mqtts")}
"""Where the bridge carries events to."""

TARGETS: Mapping[str, Form] = {
    "mqtt": SOURCES["mqtt"],
    "mqtts": SOURCES["mqtts"],
    "ami": Form(example="ami://monitor@127.0.0.1:5038", port=5038, user=True, secret=True),
    "queue_log": Form(example="queue_log:simulated/queue_log", file=True),
}
"""Where a simulated day can be told live."""

JOURNALS: Mapping[str, Form] = {
    "file": Form(example="file:./data", file=True),
    "redis": Form(example="redis://127.0.0.1:6379/0", port=6379, path=True),
    "rediss": Form(example="rediss://redis.example.com:6379/0", port=6379, path=True),
}
"""Where the journal is kept."""

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+_.-]*):(.*)", re.DOTALL)


def parse(text: str, forms: Mapping[str, Form]) -> Url:
    """The URL taken apart and checked against the forms allowed here; raises `UrlError`."""
    match = _SCHEME.fullmatch(text)
    schemes = ", ".join(f"{scheme}:" for scheme in forms)
    examples = next(iter(forms.values())).example
    if match is None:
        raise UrlError("this is not a URL", f'It begins with one of {schemes} as in "{examples}"')
    scheme, rest = match[1].lower(), match[2]
    if scheme not in forms:
        hint = suggestion(scheme, list(forms))
        raise UrlError(f'"{scheme}:" is not a scheme known here', f"{hint}Known are {schemes}")
    form = forms[scheme]
    return _server(scheme, rest, form) if form.port else _named(scheme, rest, form)


def _named(scheme: str, rest: str, form: Form) -> Url:
    """A path or a name: everything after the colon, taken as it stands."""
    path = rest.removeprefix("//") if rest.startswith("///") else rest
    if not path or path.startswith("//") or "\0" in path:
        raise UrlError(f'"{scheme}:" needs a path after it', f'Write for instance "{form.example}"')
    if form.names and path not in form.names:
        raise UrlError(f'there is no "{scheme}:{path}"', f'Write "{form.example}"')
    return Url(scheme=scheme, path=path)


def _server(scheme: str, rest: str, form: Form) -> Url:
    """A server: user, host, port, options."""
    wanted = f'Write for instance "{form.example}"'
    if re.match(r"//[^/?#@]*:.*@", rest):
        raise _password()
    try:
        parts = urlsplit(f"{scheme}:{rest}")
        port, host, user = parts.port, parts.hostname, unquote(parts.username or "")
    except ValueError:
        raise UrlError("host or port cannot be read", wanted) from None
    if not (rest.startswith("//") and host) or port == 0 or not _plain(rest + user):
        raise UrlError("host or port is missing or cannot be read", wanted)
    if form.user and not user:
        raise UrlError("the name to log in with is missing", wanted)
    path = unquote(parts.path)
    if (path.strip("/") and not form.path) or parts.fragment:
        raise UrlError(f'"{scheme}:" takes no path after the port', wanted)
    if form.path and not re.fullmatch(r"/?[0-9]*", path):
        raise UrlError(f'"{path}" is not the number of a database', wanted)
    return Url(
        scheme=scheme,
        user=user,
        host=host,
        port=port or form.port,
        path=path if form.path else "",
        options=_options(parts.query, form),
    )


def _plain(text: str) -> bool:
    """No blanks and no control characters, which could smuggle lines into a login."""
    return all(letter.isprintable() and not letter.isspace() for letter in text)


def _password() -> UrlError:
    return UrlError(
        "a password stands in the URL, where everyone who sees this file can read it",
        'Take it out and name where it is kept: secret_env = "VARIABLE" or secret_file = "PATH"',
    )


def _options(query: str, form: Form) -> dict[str, str]:
    options: dict[str, str] = {}
    for key, value in parse_qsl(query, keep_blank_values=True):
        if key in ("password", "secret", "pass"):
            raise _password()
        if key not in form.options:
            known = ", ".join(form.options) or "none"
            hint = suggestion(key, list(form.options))
            raise UrlError(f'"{key}" is not an option here', f"{hint}Known options: {known}")
        allowed = form.options[key]
        if allowed and value not in allowed:
            raise UrlError(f'{key} cannot be "{value}"', f"Choose one of {', '.join(allowed)}")
        if key in options:
            raise UrlError(f'"{key}" is given twice', "Leave one of them out")
        options[key] = value
    return options


def beside(url: Url, folder: Path, forms: Mapping[str, Form]) -> Url:
    """The same URL with a file's relative path made absolute, counted from `folder`."""
    if forms[url.scheme].file:
        return replace(url, path=str(folder / url.path))
    if FILE_OPTION in url.options:
        file = str(folder / url.options[FILE_OPTION])
        return replace(url, options={**url.options, FILE_OPTION: file})
    return url
