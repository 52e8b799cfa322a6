"""Sends a card to a custom robot of Feishu 飞书 or Lark, signed if it has a secret (签名校验).

The card's texts are of the plain kind, in which no mark and no tag is read.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from alerts.channel_http import Poster, within
from alerts.channel_robot import Provider
from alerts.channel_text import cut
from alerts.channels import FeishuSettings
from alerts.message import Message, compose
from alerts.notices import Notice
from alerts.words import Severity
from ingest.events import Millis
from ingest.ports import Clock

LONGEST_BODY = 20_000
"""Bytes of the whole request: the guide to custom robots allows 20 KB, that to cards 30."""
LONGEST_TITLE = 300

PROVIDER = Provider(
    name="Feishu",
    codes=("code", "StatusCode"),
    words=("msg", "StatusMessage"),
    busy=frozenset({2200, 11232, 11233, 230020, 99991400}),
    mend={
        19021: "the signature is wrong or late: check the secret of 签名校验 and this machine's clock",
        19022: "this machine's address is not in the robot's list (IP 白名单)",
        19024: "the message lacks the robot's keyword (自定义关键词)",
        19001: "the robot is gone or its URL is wrong",
        9499: "Feishu could not read the request",
    },
)

_MENTION = re.compile(r"[A-Za-z0-9_.@-]{1,64}")
_COLOURS = {Severity.CRITICAL: "red", Severity.WARNING: "orange", Severity.NOTICE: "blue"}


class FeishuChannel:
    """One custom robot."""

    def __init__(self, settings: FeishuSettings, clock: Clock, base_url: str = "") -> None:
        self.per_minute = settings.per_minute
        self._sign = settings.sign.reveal()
        self._poster = Poster(settings.url, secrets=(settings.sign,))
        self._clock = clock
        self._base_url = base_url

    async def send(self, notices: Sequence[Notice]) -> None:
        """See `Channel.send`."""
        await self.tell(compose(notices, self._base_url), "")

    async def tell(self, message: Message, id: str) -> None:
        """See `Tells.tell`."""
        now = self._clock.now()
        signed = _signature(self._sign, now) if self._sign else {}
        body = within(LONGEST_BODY, lambda room: _body(message, room, signed))
        PROVIDER.judge(await self._poster.post(body), self._poster, now)


def _signature(secret: str, now: Millis) -> dict[str, str]:
    seconds = str(now // 1_000)
    # The text to be signed is the key here, and what is signed is empty: so the provider wants it.
    digest = hmac.new(f"{seconds}\n{secret}".encode(), b"", hashlib.sha256).digest()
    return {"timestamp": seconds, "sign": base64.b64encode(digest).decode()}


def _body(message: Message, room: int, signed: dict[str, str]) -> bytes:
    text = message.text(max(0, room))
    elements: list[dict[str, Any]] = [
        {"tag": "div", "text": {"tag": "plain_text", "content": text}}
    ]
    calls = "".join(_at(each) for each in message.mentions if _MENTION.fullmatch(each))
    if calls:
        elements.append({"tag": "div", "text": {"tag": "lark_md", "content": calls}})
    if message.link:
        button = {
            "tag": "button",
            "text": {"tag": "plain_text", "content": message.link_text},
            "url": message.link,
            "type": "default",
        }
        elements.append({"tag": "action", "actions": [button]})
    card = {
        "config": {"wide_screen_mode": True},
        "header": {
            "title": {"tag": "plain_text", "content": cut(message.title, LONGEST_TITLE)},
            "template": "green" if message.over else _COLOURS[message.severity],
        },
        "elements": elements,
    }
    return msgspec.json.encode({**signed, "msg_type": "interactive", "card": card})


def _at(name: str) -> str:
    if name in ("all", "@all"):
        return "<at id=all></at>"
    return f"<at email={name}></at>" if "@" in name else f"<at id={name}></at>"
