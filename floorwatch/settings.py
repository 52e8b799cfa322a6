"""The settings: one TOML file, read once, checked whole.

`load` gives frozen settings or raises `SettingsError` with every mistake of the file at once;
`check` gives the mistakes and warnings as a list. An empty file is a valid demo. docs/settings.md
describes each key.
"""

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from floorwatch import toml_file, urls
from floorwatch.settings_access import Reach, read_access
from floorwatch.settings_archive import read_archive
from floorwatch.settings_problems import (
    Problem,
    SettingsError,
    Severity,
    in_file_order,
)
from floorwatch.settings_reader import Table
from floorwatch.settings_secret import Secret, read_secret
from floorwatch.settings_site import need_user, read_site, read_url
from floorwatch.settings_types import (
    BridgeSettings,
    GatewaySettings,
    Settings,
    SiteSettings,
    StoreSettings,
)
from floorwatch.settings_values import Address, ValueMistakeError, address


def load(path: Path, environ: Mapping[str, str] | None = None) -> Settings:
    """The settings of this file; raises `SettingsError` with every problem if one is an error."""
    settings, problems = _read_file(path, os.environ if environ is None else environ)
    return _settled(settings, problems)


def check(path: Path, environ: Mapping[str, str] | None = None) -> list[Problem]:
    """Every mistake and warning of this file, in file order; empty if all is well."""
    return _read_file(path, os.environ if environ is None else environ)[1]


def parse(text: str, file: str = "settings", folder: Path = Path()) -> Settings:
    """The settings of this text, as `load`, with no environment to take secrets from.

    Relative paths are counted from `folder`; `file` is what its problems call it.
    """
    return _settled(*_read_text(text, file, folder.absolute(), {}))


def _settled(settings: Settings | None, problems: list[Problem]) -> Settings:
    if settings is None or any(problem.severity is Severity.ERROR for problem in problems):
        raise SettingsError(problems)
    return settings


def _read_file(path: Path, environ: Mapping[str, str]) -> tuple[Settings | None, list[Problem]]:
    try:
        text = toml_file.text_of(path, f"Write one with: floorwatch init {path}")
    except SettingsError as error:
        return None, list(error.problems)
    return _read_text(text, str(path), path.absolute().parent, environ)


def _read_text(
    text: str, file: str, folder: Path, environ: Mapping[str, str]
) -> tuple[Settings | None, list[Problem]]:
    try:
        values, findings = toml_file.values_of(text, file, folder)
    except SettingsError as error:
        return None, list(error.problems)
    root = Table("", (), values, findings)
    sites = _sites(root, environ)
    stores = _stores(root.table("stores"), environ)
    gateway = _gateway(root.table("gateway"))
    reach = Reach(gateway.listen.loopback, gateway.public_url)
    access = read_access(root.table("access"), reach, environ)
    archive = read_archive(root.table("archive"))
    bridge = _bridge(root, environ)
    problems = in_file_order(findings.problems)
    settings = Settings(
        sites=sites,
        stores=stores,
        gateway=gateway,
        access=access,
        archive=archive,
        bridge=bridge,
        warnings=tuple(problems),
        file=file,
    )
    return settings, problems


def _sites(root: Table, environ: Mapping[str, str]) -> tuple[SiteSettings, ...]:
    if not root.has("site") or root.values["site"] == []:
        return (read_site(Table("site", ("site",), {}, root.findings), environ),)
    sites: dict[str, SiteSettings] = {}
    tables = root.tables("site")
    for table in tables:
        if len(tables) > 1:
            table.required("id", "north")
        settings = read_site(table, environ)
        if settings.site.id in sites and table.has("id"):
            mend = "Each site needs an id of its own"
            table.add("id", f'two sites are called "{settings.site.id}"', mend)
        sites.setdefault(settings.site.id, settings)
    return tuple(sites.values())


def _stores(table: Table, environ: Mapping[str, str]) -> StoreSettings:
    default = urls.beside(
        urls.parse("file:./data", urls.JOURNALS), table.findings.folder, urls.JOURNALS
    )
    journal = read_url(table, "journal", urls.JOURNALS) or default
    secret = read_secret(table, environ)
    if secret is not None and not urls.JOURNALS[journal.scheme].port:
        table.add("journal", f'"{journal.scheme}:" takes no password', "Take the secret out")
    return StoreSettings(journal=journal, secret=secret or Secret())


def _gateway(table: Table) -> GatewaySettings:
    default = GatewaySettings()
    listen = table.read("listen", _address, default.listen)
    if not listen.loopback:
        table.warn(
            "listen",
            f"{listen} can be reached from the network, without encryption",
            "Put a TLS proxy in front of 127.0.0.1, or be sure that the network is yours alone",
        )
    origins = []
    for path, origin in table.texts("allowed_origins"):
        if _origin(origin):
            origins.append(origin.lower())
        else:
            mend = 'Write scheme and host, nothing behind: "https://wall.example.com"'
            table.findings.add(path, "this is not an origin", mend)
    public_url = table.text("public_url").rstrip("/")
    if public_url and not _web_address(public_url):
        mend = 'Write where a browser finds the pages: "https://floor.example.com"'
        table.add("public_url", "this is no address of a page", mend)
    return GatewaySettings(listen=listen, allowed_origins=tuple(origins), public_url=public_url)


def _web_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
        known = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    # Its path becomes that of our cookies: nothing may end it there.
    plain = re.fullmatch(r"[!-~]+", text) is not None and not set("?#@;") & set(text)
    return known and plain


def _bridge(root: Table, environ: Mapping[str, str]) -> BridgeSettings | None:
    table = root.table("bridge")
    if not isinstance(root.values.get("bridge"), dict):
        return None
    table.required("broker", urls.BROKERS["mqtt"].example)
    broker = read_url(table, "broker", urls.BROKERS)
    secret = read_secret(table, environ)
    spool = table.findings.folder / table.text("spool", "spool", longest=4_096)
    if broker is None:
        return None
    if secret is not None:
        need_user(table, "broker", broker)
    return BridgeSettings(broker=broker, spool=spool, secret=secret or Secret())


def _address(value: Any) -> Address:
    if not isinstance(value, str):
        raise ValueMistakeError("this is not an address", 'Write "127.0.0.1:8787"')
    return address(value)


def _origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return (
        valid and text == f"{parts.scheme}://{parts.netloc}" and "@" not in text and "*" not in text
    )
