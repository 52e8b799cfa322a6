"""Channels that carry notices to people: what each one needs to be told, and what it promises.

The wallboard and the console are no channels: they show the alerts themselves.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from msgspec import Struct

from alerts.notices import Notice

ROBOT_PER_MINUTE = 20
"""What the group robots of WeCom and DingTalk take; a robot that is sent more is shut out for a while."""

ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,255}")
"""An address that can stand in a mail's head without quotes."""


class Hidden:
    """A text that must not be shown: no print, log, trace or message has it."""

    __slots__ = ("_text",)

    def __init__(self, text: str = "") -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself, for the one place that sends it."""
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Hidden) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __repr__(self) -> str:
        return "Hidden(…)" if self._text else "Hidden()"


NOTHING = Hidden()


class ChannelError(Exception):
    """A notice was not taken. `why` says so in one sentence, without any secret.

    With `retry` it may be taken later, not before `after_s` seconds if the provider named them;
    without, never as it is.
    """

    def __init__(self, why: str, *, retry: bool, after_s: float | None = None) -> None:
        self.why = why
        self.retry = retry
        self.after_s = after_s
        super().__init__(why)


class Channel(Protocol):
    """Sends notices by one road. `per_minute` messages at most, 0 for as many as there are."""

    @property
    def per_minute(self) -> int: ...

    async def send(self, notices: Sequence[Notice]) -> None:
        """Send these, as one message where the road is narrow; returns once the provider took them.

        More than one comes only where `per_minute` is not 0. Raises `ChannelError`.
        """
        ...


class ChannelSettings(Struct, frozen=True, kw_only=True):
    """What every channel has. `missing` says which secret could not be had: it cannot send then."""

    name: str
    per_minute: int = 0
    missing: str = ""


class WecomSettings(ChannelSettings, frozen=True, kw_only=True):
    """A group robot of WeCom 企业微信; its URL holds its key."""

    url: Hidden = NOTHING


class DingtalkSettings(ChannelSettings, frozen=True, kw_only=True):
    """A custom robot of DingTalk 钉钉; `sign` is the secret of 加签."""

    url: Hidden = NOTHING
    sign: Hidden = NOTHING


class FeishuSettings(ChannelSettings, frozen=True, kw_only=True):
    """A custom robot of Feishu 飞书 or Lark; `sign` is the secret of 签名校验."""

    url: Hidden = NOTHING
    sign: Hidden = NOTHING


class WebhookSettings(ChannelSettings, frozen=True, kw_only=True):
    """Any receiver of Alertmanager's webhooks; with `sign` each request is signed."""

    url: Hidden = NOTHING
    sign: Hidden = NOTHING
    ca_file: Path | None = None


class SmtpSettings(ChannelSettings, frozen=True, kw_only=True):
    """A mail server. `security` is `starttls`, `tls` (from the first byte) or `plain`."""

    host: str = ""
    port: int = 587
    security: str = "starttls"
    username: str = ""
    password: Hidden = NOTHING
    sender: str = ""
    to: tuple[str, ...] = ()
    ca_file: Path | None = None


class MqttSettings(ChannelSettings, frozen=True, kw_only=True):
    """An MQTT 5 broker, `mqtt://[user@]host[:port]` or `mqtts://`."""

    broker: str = ""
    password: Hidden = NOTHING
    ca_file: Path | None = None


class AppriseSettings(ChannelSettings, frozen=True, kw_only=True):
    """A service that the apprise library knows, by its URL."""

    url: Hidden = NOTHING
