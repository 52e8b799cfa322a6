"""Sends to a group robot of WeCom 企业微信.

Markdown reads best but calls nobody by name; a notice with mentions goes as text, which does.
"""

import re
from collections.abc import Sequence
from typing import Any

import msgspec

from alerts.channel_http import Poster
from alerts.channel_robot import Provider
from alerts.channel_text import cut, harmless, size
from alerts.channels import WecomSettings
from alerts.message import Message, compose
from alerts.notices import Notice
from alerts.words import Severity
from ingest.ports import Clock

LONGEST_MARKDOWN = 4_096
"""Bytes of `markdown.content`; above it the robot answers 40058."""
LONGEST_TEXT = 2_048
"""Bytes of `text.content`."""
LONGEST_TITLE = 300

PROVIDER = Provider(
    name="WeCom",
    codes=("errcode",),
    words=("errmsg",),
    busy=frozenset({-1, 45009, 45033}),
    mend={
        93000: "the robot is gone or the key in its URL is wrong",
        40058: "WeCom found the message too long or malformed",
    },
)

_MOBILE = re.compile(r"\+?[0-9]{7,15}")
_USER = re.compile(r"[A-Za-z0-9][A-Za-z0-9@._-]{0,63}")
_COLOURS = {Severity.CRITICAL: "warning", Severity.WARNING: "warning", Severity.NOTICE: "comment"}


class WecomChannel:
    """One group robot."""

    def __init__(self, settings: WecomSettings, clock: Clock, base_url: str = "") -> None:
        self.per_minute = settings.per_minute
        self._poster = Poster(settings.url)
        self._clock = clock
        self._base_url = base_url

    async def send(self, notices: Sequence[Notice]) -> None:
        """See `Channel.send`."""
        await self.tell(compose(notices, self._base_url), "")

    async def tell(self, message: Message, id: str) -> None:
        """See `Tells.tell`."""
        body = _text(message) if message.mentions else _markdown(message)
        answer = await self._poster.post(msgspec.json.encode(body))
        PROVIDER.judge(answer, self._poster, self._clock.now())


def _markdown(message: Message) -> dict[str, Any]:
    colour = "info" if message.over else _COLOURS[message.severity]
    title = f'**<font color="{colour}">{cut(harmless(message.title), LONGEST_TITLE)}</font>**\n'
    link = f"\n[{message.link_text}]({message.link})" if message.link else ""
    room = LONGEST_MARKDOWN - size(title) - size(link)
    text = message.text(room, lambda line: f"> {harmless(line)}")
    return {"msgtype": "markdown", "markdown": {"content": f"{title}{text}{link}"}}


def _text(message: Message) -> dict[str, Any]:
    title = f"{cut(harmless(message.title), LONGEST_TITLE)}\n"
    link = f"\n{message.link}" if message.link else ""
    room = LONGEST_TEXT - size(title) - size(link)
    mobiles = [each for each in message.mentions if _MOBILE.fullmatch(each)]
    users = [each for each in message.mentions if each not in mobiles]
    return {
        "msgtype": "text",
        "text": {
            "content": f"{title}{message.text(room, harmless)}{link}",
            "mentioned_list": [each for each in users if each == "@all" or _USER.fullmatch(each)],
            "mentioned_mobile_list": mobiles,
        },
    }
