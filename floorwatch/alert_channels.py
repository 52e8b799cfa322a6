"""The channels of the alerts file: `[[channel]]`, one table each.

The address of a robot holds its key, so it is a secret like a password: it comes from the
environment or from a file, never from the alerts file.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from alerts.channels import (
    ADDRESS,
    NOTHING,
    ROBOT_PER_MINUTE,
    AppriseSettings,
    ChannelSettings,
    DingtalkSettings,
    FeishuSettings,
    Hidden,
    MqttSettings,
    SmtpSettings,
    WebhookSettings,
    WecomSettings,
)
from floorwatch.settings_reader import Table, kind_of, text
from floorwatch.settings_secret import SecretError, read_secret
from floorwatch.settings_values import Address, ValueMistakeError, identifier, suggestion
from ingest.mqtt_address import MqttAddress, MqttAddressError

CHANNEL_KEYS: Mapping[str, tuple[str, ...]] = {
    "channel": (
        "name",
        "kind",
        "url",
        "url_env",
        "url_file",
        "secret_env",
        "secret_file",
        "from",
        "to",
        "ca_file",
        "per_minute",
    )
}
"""What the alerts file's keys are joined with; docs/channels.md describes each of them."""

MOST_PER_MINUTE = 600

_HEAD = ("name", "kind", "per_minute")
_URL = ("url_env", "url_file")
_SECRET = ("secret_env", "secret_file")
_OPEN = {"smtp+plain": ("plain", 25), "smtp": ("starttls", 587), "smtps": ("tls", 465)}
_NAME_OR_ADDRESS = re.compile(r"(?:[^<>\r\n\"@]{1,80} )?<(.+)>")


class _Reader:
    """Reads one table; what could not be had of its secrets is in `missing`."""

    def __init__(self, table: Table, name: str, environ: Mapping[str, str]) -> None:
        self.table = table
        self._environ = environ
        self.name = name
        self.missing = ""

    def secret(self, key: str = "secret") -> Hidden:
        """The secret of this name, empty if none is named or it cannot be had."""
        place = read_secret(self.table, self._environ, key)
        if place is None:
            return NOTHING
        try:
            return Hidden(place.reveal(self._environ))
        except SecretError as error:
            self.missing = self.missing or str(error)
            return NOTHING

    def secret_url(self, example: str, *, open_too: bool = False) -> Hidden:
        """The address to post to, from `url_env` or `url_file`, or where allowed from `url`."""
        if self.table.has("url") and not open_too:
            mend = "Keep it in the environment or a file: url_env, url_file"
            self.table.add("url", "the address of a robot holds its key", mend)
            return NOTHING
        if self.table.has("url"):
            return Hidden(self.table.read("url", _web_address, ""))
        if not any(self.table.has(key) for key in _URL):
            mend = f'Add for instance url_env = "FLOORWATCH_{self.name.upper()}_URL" ({example})'
            self.table.findings.add(self.table.path, "url_env is missing", mend, at_key=True)
            return NOTHING
        found = self.secret("url")
        if found:
            key = next(key for key in _URL if self.table.has(key))
            try:
                _web_address(found.reveal())
            except ValueMistakeError as mistake:
                self.table.add(key, mistake.what, mistake.mend)
        return found

    def per_minute(self, default: int) -> int:
        """How many messages a minute, 0 for as many as there are."""
        return self.table.read("per_minute", _per_minute, default)


def read_channels(table: Table, environ: Mapping[str, str]) -> dict[str, ChannelSettings]:
    """The channels of the alerts file by name; mistakes are noted in the table's findings.

    A secret that is not there is a warning only: the channel says so when it is to send.
    """
    channels: dict[str, ChannelSettings] = {}
    for each in table.tables("channel"):
        each.required("name", "floor")
        name = each.read("name", identifier, "")
        if name in channels:
            each.add("name", f'two channels are called "{name}"', "Give each its own name")
        settings = _channel(each, name, environ)
        if name and settings is not None:
            channels.setdefault(name, settings)
    return channels


def _channel(table: Table, name: str, environ: Mapping[str, str]) -> ChannelSettings | None:
    kind = table.required("kind", "wecom")
    if not kind:
        return None
    if kind not in _KINDS:
        known = ", ".join(_KINDS)
        mend = f"{suggestion(kind, tuple(_KINDS))}Known are {known}"
        table.add("kind", f'"{kind}" is no kind of channel', mend)
        return None
    keys, read = _KINDS[kind]
    for key in table.values:
        if key in CHANNEL_KEYS["channel"] and key not in (*_HEAD, *keys):
            table.add(key, f'a "{kind}" channel has no "{key}"', f"It has {', '.join(keys)}")
    return read(_Reader(table, name, environ))


def _wecom(reader: _Reader) -> ChannelSettings:
    url = reader.secret_url("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=…")
    return WecomSettings(
        name=reader.name,
        per_minute=reader.per_minute(ROBOT_PER_MINUTE),
        url=url,
        missing=reader.missing,
    )


def _dingtalk(reader: _Reader) -> ChannelSettings:
    url = reader.secret_url("https://oapi.dingtalk.com/robot/send?access_token=…")
    return DingtalkSettings(
        name=reader.name,
        per_minute=reader.per_minute(ROBOT_PER_MINUTE),
        url=url,
        sign=reader.secret(),
        missing=reader.missing,
    )


def _feishu(reader: _Reader) -> ChannelSettings:
    url = reader.secret_url("https://open.feishu.cn/open-apis/bot/v2/hook/…")
    return FeishuSettings(
        name=reader.name,
        per_minute=reader.per_minute(ROBOT_PER_MINUTE),
        url=url,
        sign=reader.secret(),
        missing=reader.missing,
    )


def _webhook(reader: _Reader) -> ChannelSettings:
    url = reader.secret_url("https://alerts.example.org/hook", open_too=True)
    return WebhookSettings(
        name=reader.name,
        per_minute=reader.per_minute(0),
        url=url,
        sign=reader.secret(),
        ca_file=_ca_file(reader.table),
        missing=reader.missing,
    )


def _smtp(reader: _Reader) -> ChannelSettings:
    table = reader.table
    table.required("url", "smtp://alerts@mail.example.org:587")
    server, security, username = table.read("url", _mail_server, (Address("", 0), "starttls", ""))
    password = reader.secret()
    if password and not username:
        mend = "Write the user into the url: smtp://alerts@mail.example.org"
        table.add("url", "there is a password, but no user", mend)
    if password and security == "plain" and not server.loopback:
        mend = "Write smtp:// (STARTTLS) or smtps://"
        table.add("url", "the password would cross the network unencrypted", mend)
    table.required("from", "floorwatch@example.org")
    sender = table.read("from", _sender, "")
    to = []
    for path, address in table.texts("to"):
        if ADDRESS.fullmatch(address):
            to.append(address)
        else:
            mend = 'Write it bare: "lead@example.org"'
            table.findings.add(path, "this is not a mail address", mend)
    if not table.values.get("to"):
        mend = 'Add for instance to = ["lead@example.org"]'
        table.findings.add(table.path, "to is missing", mend, at_key=True)
    return SmtpSettings(
        name=reader.name,
        per_minute=reader.per_minute(ROBOT_PER_MINUTE),
        host=server.host,
        port=server.port,
        security=security,
        username=username,
        password=password,
        sender=sender,
        to=tuple(to),
        ca_file=_ca_file(table),
        missing=reader.missing,
    )


def _mqtt(reader: _Reader) -> ChannelSettings:
    table = reader.table
    table.required("url", "mqtts://floorwatch@broker.example.org")
    password = reader.secret()
    broker = table.read("url", lambda value: _broker(value, bool(password)), "")
    return MqttSettings(
        name=reader.name,
        per_minute=reader.per_minute(0),
        broker=broker,
        password=password,
        ca_file=_ca_file(table),
        missing=reader.missing,
    )


def _apprise(reader: _Reader) -> ChannelSettings:
    table = reader.table
    if not any(table.has(key) for key in _URL):
        mend = 'Add for instance url_env = "FLOORWATCH_APPRISE_URL" (slack://…)'
        table.findings.add(table.path, "url_env is missing", mend, at_key=True)
    return AppriseSettings(
        name=reader.name,
        per_minute=reader.per_minute(ROBOT_PER_MINUTE),
        url=reader.secret("url"),
        missing=reader.missing,
    )


_KINDS: Mapping[str, tuple[tuple[str, ...], Callable[[_Reader], ChannelSettings]]] = {
    "wecom": (("url", *_URL), _wecom),
    "dingtalk": (("url", *_URL, *_SECRET), _dingtalk),
    "feishu": (("url", *_URL, *_SECRET), _feishu),
    "webhook": (("url", *_URL, *_SECRET, "ca_file"), _webhook),
    "smtp": (("url", *_SECRET, "from", "to", "ca_file"), _smtp),
    "mqtt": (("url", *_SECRET, "ca_file"), _mqtt),
    "apprise": (_URL, _apprise),
}


def _web_address(value: Any) -> str:
    """An https address, or an http one of this machine; never shown, for it may hold a key."""
    try:
        parts = urlsplit(text(value, 2_048))
        host = Address(parts.hostname or "", parts.port or 0)
    except ValueError as error:
        if isinstance(error, ValueMistakeError):
            raise
        raise ValueMistakeError("this is not a URL", "Write https://host/path") from None
    if parts.scheme not in ("http", "https") or not host.host:
        raise ValueMistakeError("this is not a web address", "Write https://host/path")
    if parts.scheme == "http" and not host.loopback:
        raise ValueMistakeError("the messages would cross the network unencrypted", "Use https://")
    return str(value)


def _mail_server(value: Any) -> tuple[Address, str, str]:
    example = 'Write "smtp://alerts@mail.example.org:587", smtps:// for TLS from the first byte'
    try:
        parts = urlsplit(text(value, 512))
        port = parts.port
    except ValueError as error:
        if isinstance(error, ValueMistakeError):
            raise
        raise ValueMistakeError("this is not a mail server", example) from None
    if parts.scheme not in _OPEN or not parts.hostname or parts.path not in ("", "/"):
        raise ValueMistakeError("this is not a mail server", example)
    if parts.password is not None:
        raise ValueMistakeError("a password does not belong here", "Use secret_env or secret_file")
    security, usual = _OPEN[parts.scheme]
    username = parts.netloc.rpartition("@")[0]
    return Address(parts.hostname, usual if port is None else port), security, username


def _broker(value: Any, secret: bool) -> str:
    url = text(value, 512)
    try:
        MqttAddress.parse(url, password="…" if secret else None)
    except MqttAddressError as error:
        mend = "Write mqtts://user@broker.example.org"
        raise ValueMistakeError(str(error), mend) from None
    if urlsplit(url).password is not None:
        raise ValueMistakeError("a password does not belong here", "Use secret_env or secret_file")
    return url


def _sender(value: Any) -> str:
    sender = text(value, 320)
    named = _NAME_OR_ADDRESS.fullmatch(sender)
    if not ADDRESS.fullmatch(named[1] if named else sender):
        mend = 'Write "floorwatch@example.org" or "Floorwatch <floorwatch@example.org>"'
        raise ValueMistakeError("this is not a mail address", mend)
    return sender


def _per_minute(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueMistakeError(f"this is {kind_of(value)}", "Write a whole number: 20")
    if not 0 <= value <= MOST_PER_MINUTE:
        mend = f"Write 1 to {MOST_PER_MINUTE}, or 0 for no limit"
        raise ValueMistakeError(f"{value} messages a minute make no sense", mend)
    return value


def _ca_file(table: Table) -> Any:
    path = table.text("ca_file", longest=4_096)
    if not path:
        return None
    file = table.findings.folder / path
    if not file.is_file():
        table.warn("ca_file", f"there is no file {file}", "Check the path")
    return file
